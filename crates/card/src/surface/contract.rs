//! What every transport with a My Number Card behind it must do with the surface application, as checks beside those of
//! [`crate::contract`]. [`surface_contract!`](crate::surface_contract) makes one test of each.
//!
//! The bench's card is of a holder born on 1980-02-17, expires in 2035 and prints the security code 2285: the worked
//! example of card facts §3.1. The checks panic with what went wrong, as tests do; nothing outside tests calls them.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use iso7816::tlv::{Tag, Tlv, Tlvs};
use iso7816::{Command, Le, StatusWord};
use reservation::PinKind;
use reservation::calendar::{BirthSix, Era};
use reservation::id::{BookingId, InstallationId, Nonce, SurfaceHash};
use reservation::statement::{BookingStatement, PresenceStatement};
use secret::{SecurityCode, VerificationCodeB};

use crate::channel::Channel;
use crate::contract::{Bench, right_pin};
use crate::error::CardError;
use crate::files::{self, Ef, SigningKey};
use crate::session::{Jpki, Tries};
use crate::statement::digest_info;
use crate::surface::files::{AID, FRONT};
use crate::surface::objects::SurfaceObjects;
use crate::surface::session::{CODE_TRIES, Surface, SurfaceOpen};
use crate::transport::TransportError;
use crate::verify::VerifyError;

/// Makes one `#[test]` of every check. `$run` is called with the test's name and the
/// [`Check`](crate::contract::Check); it makes a [`Bench`] and runs the check on it.
#[macro_export]
macro_rules! surface_contract {
    ($run:path) => {
        $crate::surface_contract!($run;
            a_fresh_card_has_all_tries_of_its_code,
            a_wrong_code_costs_one_try_and_the_right_one_gives_all_back,
            a_blocked_code_stays_blocked_whatever_is_tried,
            the_code_has_its_own_counter,
            tries_of_the_code_outlast_a_pulled_card,
            the_surface_file_is_closed_until_the_code_is_verified,
            the_surface_file_is_the_same_each_time,
            the_presence_signature_verifies_under_the_key_in_the_surface_file,
            the_surface_key_needs_no_code,
            selecting_the_jpki_application_forgets_the_code,
            selecting_the_surface_application_forgets_the_pin,
            one_powered_card_gives_surface_file_presence_and_the_users_signature,
            a_card_pulled_from_the_surface_application_is_told_apart_from_a_refusal,
        );
    };
    ($run:path; $($check:ident),+ $(,)?) => {
        $(#[test] fn $check() { $run(stringify!($check), $crate::surface::contract::$check); })+
    };
}

/// 照合番号B of a fresh card: `55021720352285`.
pub fn right_code() -> VerificationCodeB {
    code("2285")
}

fn wrong_code() -> VerificationCodeB {
    code("2286")
}

fn code(security_code: &str) -> VerificationCodeB {
    let birth = BirthSix::from_era(Era::Showa, 55, 2, 17).expect("a day of 昭和");
    let security_code = SecurityCode::from_entry(security_code.to_owned()).expect("four digits");
    VerificationCodeB::from_printed(birth, 2035, security_code).expect("a card's last year")
}

fn jpki(bench: &mut dyn Bench) -> Jpki {
    Jpki::select(bench.connect()).expect("a My Number Card")
}

fn select(bench: &mut dyn Bench) -> Surface {
    jpki(bench).into_surface().expect("the surface application")
}

fn open(session: Surface) -> SurfaceOpen {
    session.verify(right_code()).map_err(VerifyError::from).expect("the right code")
}

/// Sends one wrong code and returns the session and what the card said.
fn miss(session: Surface) -> (Surface, VerifyError) {
    let failed = session.verify(wrong_code()).map(|_| ()).expect_err("a wrong code");
    (failed.session, failed.error)
}

fn read(session: &mut SurfaceOpen) -> SurfaceObjects {
    session.read().expect("the surface file")
}

fn assert_tries(session: &mut Surface, expected: Tries) {
    assert_eq!(session.tries_left().expect("a counter"), expected, "tries of 照合番号B");
}

fn presence(booking: u128) -> PresenceStatement {
    PresenceStatement {
        booking: BookingId::from_u128(booking),
        nonce: Nonce::from_bytes([9; 32]),
        installation: InstallationId::from_bytes([8; 32]),
        surface: SurfaceHash::from_bytes([7; 32]),
    }
}

/// The surface application with nothing verified, for commands that no session would send.
fn raw(bench: &mut dyn Bench) -> Channel {
    let mut channel = Channel::new(bench.connect());
    channel.run_to_success(&files::select_application(AID)).expect("the surface application");
    channel
}

fn assert_front_closed(channel: &mut Channel) {
    files::select(channel, FRONT.file).expect("the surface file");
    let answer = channel.run(&Command::new(files::read_binary(0)).expecting(Le::MAX)).expect("an answer");
    assert_eq!((answer.sw, answer.data.len()), (StatusWord::SecurityStatusNotSatisfied, 0));
}

/// Whether the signature over the statement verifies under the key in object DF24.
fn is_signed(holder: &[u8], statement: &PresenceStatement, signature: &[u8]) -> bool {
    let key: Tlv<'_> = Tlvs::new(holder).find_tag(Tag(0xDF24)).expect("the surface key");
    let [e, n] = [0x90, 0x91].map(|part| key.child(Tag(part)).expect("exponent and modulus").value);
    let key = RsaPublicKeyComponents { n, e };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, &statement.to_bytes(), signature).is_ok()
}

/// The counter is full, and looking at it costs nothing.
pub fn a_fresh_card_has_all_tries_of_its_code(bench: &mut dyn Bench) {
    let mut session = select(bench);
    for _ in 0..3 {
        assert_tries(&mut session, Tries::Left(CODE_TRIES));
    }
}

/// One wrong code costs one try; the right one gives all back.
pub fn a_wrong_code_costs_one_try_and_the_right_one_gives_all_back(bench: &mut dyn Bench) {
    let mut session = select(bench);
    for left in [CODE_TRIES - 1, CODE_TRIES - 2] {
        let error;
        (session, error) = miss(session);
        assert_eq!(error, VerifyError::WrongPin { left });
        assert_tries(&mut session, Tries::Left(left));
    }
    open(session).finish();
    assert_tries(&mut select(bench), Tries::Left(CODE_TRIES));
}

/// The last wrong try blocks; the right code, new sessions and lost power change nothing.
pub fn a_blocked_code_stays_blocked_whatever_is_tried(bench: &mut dyn Bench) {
    let mut session = select(bench);
    for left in (1..CODE_TRIES).rev() {
        let error;
        (session, error) = miss(session);
        assert_eq!(error, VerifyError::WrongPin { left });
    }
    let (mut session, error) = miss(session);
    assert_eq!(error, VerifyError::Blocked);
    assert_tries(&mut session, Tries::Blocked);
    session.finish();
    let mut session = select(bench);
    assert_tries(&mut session, Tries::Blocked);
    let failed = session.verify(right_code()).map(|_| ()).expect_err("a blocked code");
    assert_eq!(failed.error, VerifyError::Blocked);
}

/// Wrong codes cost no PIN's tries, and a PIN that is verified gives the code none back.
pub fn the_code_has_its_own_counter(bench: &mut dyn Bench) {
    let (session, _) = miss(select(bench));
    let mut session = session.into_jpki().expect("the JPKI application");
    for kind in PinKind::ALL {
        assert_eq!(session.tries_left(kind), Ok(Tries::Left(kind.tries())));
    }
    session.verify(right_pin(PinKind::User)).map_err(VerifyError::from).expect("the right PIN").finish();
    assert_tries(&mut select(bench), Tries::Left(CODE_TRIES - 1));
}

/// Pulling the card gives no try back.
pub fn tries_of_the_code_outlast_a_pulled_card(bench: &mut dyn Bench) {
    let (session, _) = miss(select(bench));
    bench.pull();
    drop(session);
    bench.put_back();
    assert_tries(&mut select(bench), Tries::Left(CODE_TRIES - 1));
}

/// Nothing of it is given before, and nothing in a later session.
pub fn the_surface_file_is_closed_until_the_code_is_verified(bench: &mut dyn Bench) {
    assert_front_closed(&mut raw(bench));
    let mut session = open(select(bench));
    read(&mut session);
    session.finish();
    assert_front_closed(&mut raw(bench));
    let (mut session, _) = miss(select(bench));
    assert_front_closed(&mut session.channel);
}

/// Its bytes are hashed and sent again later, so they must not change from reading to reading.
pub fn the_surface_file_is_the_same_each_time(bench: &mut dyn Bench) {
    let mut session = open(select(bench));
    let first = read(&mut session);
    assert!(first == read(&mut session), "another reading in the same session");
    session.finish();
    assert!(first == read(&mut open(select(bench))), "another session");
}

/// The statement's signature verifies under that key and no other statement's does.
pub fn the_presence_signature_verifies_under_the_key_in_the_surface_file(bench: &mut dyn Bench) {
    let mut session = open(select(bench));
    let signature = session.sign(&presence(1)).expect("a signature");
    let holder = read(&mut session).holder;
    assert!(is_signed(&holder, &presence(1), &signature));
    assert!(!is_signed(&holder, &presence(2), &signature));
}

/// It signs before anything is verified: what it proves is that the card is there, not who holds it.
pub fn the_surface_key_needs_no_code(bench: &mut dyn Bench) {
    let mut channel = raw(bench);
    let command = files::sign(SigningKey::OfApplication, &digest_info(&presence(1).to_bytes()));
    let signature = channel.run_to_success(&command).expect("a signature");
    drop(channel);
    assert!(is_signed(&read(&mut open(select(bench))).holder, &presence(1), &signature));
}

/// There and back again, the file is closed.
pub fn selecting_the_jpki_application_forgets_the_code(bench: &mut dyn Bench) {
    let mut session = open(select(bench));
    read(&mut session);
    let session = session.into_jpki().expect("the JPKI application");
    let mut session = session.into_surface().expect("the surface application");
    assert_front_closed(&mut session.channel);
}

/// There and back again, the user key signs nothing.
pub fn selecting_the_surface_application_forgets_the_pin(bench: &mut dyn Bench) {
    let verified = jpki(bench).verify(right_pin(PinKind::User)).map_err(VerifyError::from);
    let mut channel = verified.expect("the right PIN").channel;
    for application in [AID, files::AID] {
        channel.run_to_success(&files::select_application(application)).expect("the application");
    }
    files::select(&mut channel, Ef::key(PinKind::User)).expect("the key");
    let command = files::sign(SigningKey::CurrentFile, &digest_info(&presence(1).to_bytes()));
    let answer = channel.run(&command).expect("an answer");
    assert!(!answer.sw.is_success(), "the user key signed without its PIN");
}

/// The whole order of a booking of the signature PIN.
pub fn one_powered_card_gives_surface_file_presence_and_the_users_signature(bench: &mut dyn Bench) {
    let mut session = open(select(bench));
    let holder = read(&mut session).holder;
    let PresenceStatement { booking, nonce, installation, surface } = presence(3);
    let signature = session.sign(&presence(3)).expect("a presence signature");
    assert!(is_signed(&holder, &presence(3), &signature));
    let session = session.into_jpki().expect("the JPKI application");
    let mut verified =
        session.verify(right_pin(PinKind::User)).map_err(VerifyError::from).expect("the right PIN");
    verified.certificate().expect("the user certificate");
    let (target, surface) = (PinKind::Signature, Some(surface));
    verified.sign(&BookingStatement { booking, nonce, target, installation, surface }).expect("a signature");
}

/// A session whose card is pulled says so, for steps that cost nothing and for VERIFY.
pub fn a_card_pulled_from_the_surface_application_is_told_apart_from_a_refusal(bench: &mut dyn Bench) {
    let mut session = select(bench);
    bench.pull();
    let removed = CardError::Transport(TransportError::Removed);
    assert_eq!(session.tries_left(), Err(removed));
    let failed = session.verify(right_code()).map(|_| ()).expect_err("no card");
    assert_eq!(failed.error, VerifyError::NotSent(removed));
    assert_eq!(failed.session.into_jpki().map(drop), Err(removed));
    bench.put_back();
    assert_tries(&mut select(bench), Tries::Left(CODE_TRIES));
}
