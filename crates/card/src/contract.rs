//! What every transport with a My Number Card behind it must do, as checks that a transport's own tests run:
//! in process, through the PC/SC stack, on a phone. [`card_contract!`](crate::card_contract) makes one test of each.
//!
//! The checks panic with what went wrong, as tests do; nothing outside tests calls them.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use iso7816::tlv::{self, Tag, Tlv};
use reservation::PinKind;
use reservation::id::{ClaimId, Nonce};
use reservation::statement::CompletionStatement;
use secret::Pin;

use crate::channel::Channel;
use crate::error::CardError;
use crate::files::{self, Ef, SigningKey};
use crate::session::{Jpki, Tries};
use crate::statement::digest_info;
use crate::transport::{CardTransport, TransportError};
use crate::verified::PinVerified;
use crate::verify::VerifyError;

/// A reader with one card on it, issued for this check alone: both certificates, the PINs of [`right_pin`], no failure.
pub trait Bench {
    /// Powers the card and holds it. Called again after a session has ended, and after the card was put back.
    fn connect(&mut self) -> Box<dyn CardTransport>;
    /// Takes the card off the reader; returns once the reader knows.
    fn pull(&mut self);
    /// Puts the same card back; returns once the reader knows.
    fn put_back(&mut self);
}

/// One check, to be run on a bench of its own.
pub type Check = fn(&mut dyn Bench);

/// Makes one `#[test]` of every check. `$run` is called with the test's name and the [`Check`]; it makes a [`Bench`] and
/// runs the check on it.
#[macro_export]
macro_rules! card_contract {
    ($run:path) => {
        $crate::card_contract!($run;
            a_fresh_card_has_all_its_tries,
            a_wrong_pin_costs_one_try_and_the_right_one_gives_all_back,
            a_blocked_pin_stays_blocked_whatever_is_tried,
            both_certificates_are_there_and_whole,
            a_signature_verifies_under_the_certificate_of_its_key,
            the_card_forgets_the_pin_when_the_session_ends,
            a_card_without_power_answers_as_removed,
            a_pulled_card_is_told_apart_from_a_refusal,
            counters_outlast_a_pulled_card,
        );
    };
    ($run:path; $($check:ident),+ $(,)?) => {
        $(#[test] fn $check() { $run(stringify!($check), $crate::contract::$check); })+
    };
}

/// The PINs of a fresh card.
pub fn right_pin(kind: PinKind) -> Pin {
    let entry = match kind {
        PinKind::Signature => "ABC123",
        PinKind::User => "1234",
    };
    Pin::from_entry(kind, entry.to_owned()).expect("a PIN of the right format")
}

fn wrong_pin(kind: PinKind) -> Pin {
    let entry = match kind {
        PinKind::Signature => "WRONG1",
        PinKind::User => "8305",
    };
    Pin::from_entry(kind, entry.to_owned()).expect("a PIN of the right format")
}

fn select(bench: &mut dyn Bench) -> Jpki {
    Jpki::select(bench.connect()).expect("a My Number Card")
}

fn verify(session: Jpki, kind: PinKind) -> PinVerified {
    session.verify(right_pin(kind)).map_err(VerifyError::from).expect("the right PIN")
}

/// Types one wrong PIN and returns the session and what the card said.
fn miss(session: Jpki, kind: PinKind) -> (Jpki, VerifyError) {
    let failed = session.verify(wrong_pin(kind)).map(|_| ()).expect_err("a wrong PIN");
    (failed.session, failed.error)
}

fn assert_tries(session: &mut Jpki, kind: PinKind, expected: Tries) {
    let tries = session.tries_left(kind).expect("a counter");
    assert_eq!(tries, expected, "tries of the {kind} PIN");
}

fn statement(kind: PinKind) -> CompletionStatement {
    CompletionStatement { claim: ClaimId::from_u128(7), nonce: Nonce::from_bytes([9; 32]), target: kind }
}

/// Counters are full, and looking at them costs nothing.
pub fn a_fresh_card_has_all_its_tries(bench: &mut dyn Bench) {
    let mut session = select(bench);
    for kind in [PinKind::ALL, PinKind::ALL].concat() {
        assert_tries(&mut session, kind, Tries::Left(kind.tries()));
    }
}

/// One wrong PIN costs one try of that PIN; the right one gives all back.
pub fn a_wrong_pin_costs_one_try_and_the_right_one_gives_all_back(bench: &mut dyn Bench) {
    for kind in PinKind::ALL {
        let left = kind.tries() - 1;
        let (mut session, error) = miss(select(bench), kind);
        assert_eq!(error, VerifyError::WrongPin { left });
        assert_tries(&mut session, kind, Tries::Left(left));
        assert_tries(&mut session, kind.other(), Tries::Left(kind.other().tries()));
        verify(session, kind).finish();
        assert_tries(&mut select(bench), kind, Tries::Left(kind.tries()));
    }
}

/// The last wrong try blocks; the right PIN, new sessions and lost power change nothing.
pub fn a_blocked_pin_stays_blocked_whatever_is_tried(bench: &mut dyn Bench) {
    for kind in PinKind::ALL {
        let mut session = select(bench);
        for left in (1..kind.tries()).rev() {
            let error;
            (session, error) = miss(session, kind);
            assert_eq!(error, VerifyError::WrongPin { left });
        }
        let (mut session, error) = miss(session, kind);
        assert_eq!(error, VerifyError::Blocked);
        assert_tries(&mut session, kind, Tries::Blocked);
        session.finish();
        let mut session = select(bench);
        assert_tries(&mut session, kind, Tries::Blocked);
        let failed = session.verify(right_pin(kind)).map(|_| ()).expect_err("a blocked PIN");
        assert_eq!(failed.error, VerifyError::Blocked);
    }
}

/// The card's table says so, the user certificate comes with and without its PIN, each is one DER object to the byte.
pub fn both_certificates_are_there_and_whole(bench: &mut dyn Bench) {
    let mut session = select(bench);
    let present = session.certificates_present().expect("the table of certificates");
    assert!(present.has(PinKind::User) && present.has(PinKind::Signature));
    let free = session.user_certificate().expect("the user certificate without a PIN");
    session.finish();
    let [signature, user] = PinKind::ALL.map(|kind| {
        let certificate = verify(select(bench), kind).certificate().expect("a certificate");
        let (object, rest) = Tlv::first(&certificate).expect("DER");
        assert_eq!((object.tag, rest.len()), (Tag(0x30), 0));
        certificate
    });
    assert_eq!(user, free);
    assert_ne!(user, signature);
}

/// The statement's signature verifies under that key and no other statement's does.
pub fn a_signature_verifies_under_the_certificate_of_its_key(bench: &mut dyn Bench) {
    for kind in PinKind::ALL {
        let mut session = verify(select(bench), kind);
        let signature = session.sign(&statement(kind)).expect("a signature");
        let spki = public_key(&session.certificate().expect("a certificate"));
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki);
        assert!(key.verify(&statement(kind).to_bytes(), &signature).is_ok(), "{kind}");
        assert!(key.verify(&statement(kind.other()).to_bytes(), &signature).is_err(), "{kind}");
    }
}

/// A later session cannot use the PIN that an earlier one verified.
pub fn the_card_forgets_the_pin_when_the_session_ends(bench: &mut dyn Bench) {
    for kind in PinKind::ALL {
        verify(select(bench), kind).sign(&statement(kind)).expect("a signature");
        let mut channel = Channel::new(bench.connect());
        channel.run_to_success(&files::select_application(files::AID)).expect("the application");
        files::select(&mut channel, Ef::key(kind)).expect("the key");
        let answer = channel
            .run(&files::sign(SigningKey::CurrentFile, &digest_info(&statement(kind).to_bytes())))
            .expect("an answer");
        assert!(!answer.sw.is_success(), "the {kind} key signed without its PIN");
    }
}

/// After the power is off nothing is answered, and taking it off twice does no harm.
pub fn a_card_without_power_answers_as_removed(bench: &mut dyn Bench) {
    let mut transport = bench.connect();
    transport.power_down();
    transport.power_down();
    let answer = transport.transmit(&files::select_application(files::AID).to_bytes());
    assert_eq!(answer, Err(TransportError::Removed));
}

/// A session whose card is pulled says so, for steps that cost nothing and for VERIFY.
pub fn a_pulled_card_is_told_apart_from_a_refusal(bench: &mut dyn Bench) {
    let mut session = select(bench);
    bench.pull();
    let removed = CardError::Transport(TransportError::Removed);
    assert_eq!(session.tries_left(PinKind::User), Err(removed));
    let failed = session.verify(right_pin(PinKind::User)).map(|_| ()).expect_err("no card");
    assert_eq!(failed.error, VerifyError::NotSent(removed));
    drop(failed);
    bench.put_back();
    assert_tries(&mut select(bench), PinKind::User, Tries::Left(PinKind::User.tries()));
}

/// Pulling the card gives no try back.
pub fn counters_outlast_a_pulled_card(bench: &mut dyn Bench) {
    let (session, error) = miss(select(bench), PinKind::User);
    assert_eq!(error, VerifyError::WrongPin { left: 2 });
    bench.pull();
    drop(session);
    bench.put_back();
    assert_tries(&mut select(bench), PinKind::User, Tries::Left(2));
}

/// The certificate's SubjectPublicKeyInfo (RFC 5280 §4.1): the sixth field after the version.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    let (certificate, _) = Tlv::first(certificate).expect("DER");
    let to_be_signed = certificate.child(Tag(0x30)).expect("a TBSCertificate");
    let mut fields = to_be_signed.children().expect("fields").map(|field| field.expect("DER"));
    let key = fields.by_ref().filter(|field| field.tag != Tag(0xA0)).nth(5).expect("a public key");
    let mut spki = Vec::new();
    tlv::write(&mut spki, key.tag, key.value).expect("a tag and a length just read");
    spki
}
