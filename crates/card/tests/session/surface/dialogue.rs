//! The exact bytes of the dialogue, against card facts §3.

use card::surface::contract::right_code;
use card::{CardError, CodeFailed, ReaderFault, SurfaceSelectError, TransportError, Tries, VerifyError};
use iso7816::StatusWord;
use reservation::PinKind;
use reservation::id::{BookingId, InstallationId, Nonce, SurfaceHash};
use reservation::statement::{BookingStatement, PresenceStatement};

use super::front::{Front, certificate};
use crate::script::{Script, pin};

const CODE: &str = "00200080 0E 3535303231373230333532323835";

fn failed(script: &Script) -> CodeFailed {
    script.surface().verify(right_code()).map(|_| ()).unwrap_err()
}

fn looked() -> Script {
    Script::new().surface_application().on("00A4020C 02 0012", "9000").on("00200080", "63C2")
}

fn presence() -> PresenceStatement {
    PresenceStatement {
        booking: BookingId::from_u128(0x0102),
        nonce: Nonce::from_bytes([7; 32]),
        installation: InstallationId::from_bytes([8; 32]),
        surface: SurfaceHash::from_bytes([9; 32]),
    }
}

fn presence_command() -> String {
    let digest = include_str!("../vectors/presence.sha256").trim();
    format!("802A0000 33 3031300D060960864801650304020105000420 {digest} 00")
}

#[test]
fn applications_change_by_their_whole_names_while_the_card_keeps_its_power() {
    let script = Script::new()
        .surface_application()
        .on("00A4040C 0A D392F000260100000001", "9000")
        .on("00A4040C 0A D3921000310001010402", "9000")
        .code_verified()
        .on("00A4040C 0A D392F000260100000001", "9000");
    let session = script.surface().into_jpki().unwrap().into_surface().unwrap();
    let session = session.verify(right_code()).map_err(|failed| failed.error).unwrap().into_jpki().unwrap();
    script.assert_powered();
    drop(session);
    script.assert_over();
}

#[test]
fn a_card_without_the_surface_application_is_told_apart_from_a_lost_one() {
    for refusal in ["6A82", "6A81", "6D00", "6700"] {
        let script = Script::new().my_number_card().on("00A4040C 0A D3921000310001010402", refusal);
        assert_eq!(script.session().into_surface().unwrap_err(), SurfaceSelectError::Absent, "{refusal}");
        script.assert_over();
    }
    let removed = TransportError::Removed;
    let script = Script::new().my_number_card().fails("00A4040C 0A D3921000310001010402", removed);
    let lost = SurfaceSelectError::Card(CardError::Transport(removed));
    assert_eq!(script.session().into_surface().unwrap_err(), lost);
    script.assert_over();
}

#[test]
fn the_jpki_application_that_does_not_come_back_ends_the_session() {
    let script = Script::new().surface_application().on("00A4040C 0A D392F000260100000001", "6A82");
    let error = script.surface().into_jpki().unwrap_err();
    assert!(matches!(error, CardError::Refused { status: StatusWord::NotFound, .. }));
    script.assert_over();
}

#[test]
fn the_counter_is_asked_for_with_four_bytes_and_costs_nothing() {
    for (answer, tries) in [
        ("63C1", Tries::Left(1)),
        ("63CA", Tries::Left(10)),
        ("9000", Tries::Left(10)),
        ("63C0", Tries::Blocked),
        ("6983", Tries::Blocked),
        ("6984", Tries::Blocked),
    ] {
        let script = Script::new().surface_application();
        let script = script.on("00A4020C 02 0012", "9000").on("00200080", answer);
        assert_eq!(script.surface().tries_left(), Ok(tries), "{answer}");
        script.assert_over();
    }
}

#[test]
fn the_code_goes_to_the_card_after_a_look_at_the_counter_and_once() {
    let script = Script::new().surface_application().code_verified();
    script.surface_open().finish();
    script.assert_over();
}

#[test]
fn a_code_that_is_blocked_is_not_sent() {
    for answer in ["63C0", "6983", "6984"] {
        let script = Script::new().surface_application();
        let script = script.on("00A4020C 02 0012", "9000").on("00200080", answer);
        assert_eq!(failed(&script).error, VerifyError::Blocked, "{answer}");
        script.assert_over();
    }
}

#[test]
fn a_wrong_code_says_what_is_left_and_the_last_one_that_none_is() {
    for (answer, error) in [
        ("63C1", VerifyError::WrongPin { left: 1 }),
        ("63C9", VerifyError::WrongPin { left: 9 }),
        ("63C0", VerifyError::Blocked),
        ("6983", VerifyError::Blocked),
        ("6984", VerifyError::Blocked),
    ] {
        let script = looked().on(CODE, answer);
        assert_eq!(failed(&script).error, error, "{answer}");
        script.assert_over();
    }
}

#[test]
fn wrong_without_a_number_asks_the_counter() {
    for (answer, error) in [("63C1", VerifyError::WrongPin { left: 1 }), ("63C0", VerifyError::Blocked)] {
        let script = looked().on(CODE, "6300").on("00200080", answer);
        assert_eq!(failed(&script).error, error);
        script.assert_over();
    }
}

#[test]
fn a_code_whose_answer_is_lost_is_never_sent_again_by_itself() {
    for lost in [TransportError::Removed, TransportError::Reader(ReaderFault::NoAnswer), TransportError::Busy]
    {
        let script = looked().fails(CODE, lost);
        assert_eq!(failed(&script).error, VerifyError::Interrupted(CardError::Transport(lost)));
        script.assert_over();
    }
    for strange in ["6C0E", "6101", "6700", "6A80", "6F00"] {
        let script = looked().on(CODE, strange);
        assert!(matches!(failed(&script).error, VerifyError::Refused(_)), "{strange}");
        script.assert_over();
    }
}

#[test]
fn a_code_that_was_not_sent_costs_nothing_and_says_so() {
    let removed = TransportError::Removed;
    let script = Script::new().surface_application().fails("00A4020C 02 0012", removed);
    assert_eq!(failed(&script).error, VerifyError::NotSent(CardError::Transport(removed)));
    script.assert_over();
}

#[test]
fn a_wrong_code_leaves_the_session_for_another() {
    let script = looked().on(CODE, "63C1").code_verified();
    let again = failed(&script).session.verify(right_code()).map_err(|failed| failed.error);
    script.assert_powered();
    drop(again.unwrap());
    script.assert_over();
}

#[test]
fn a_failure_speaks_of_what_is_printed_and_not_of_a_pin() {
    for (answer, words) in [
        ("63C1", "birth date, expiry year and security code are not this card's: 1 more until"),
        ("63C0", "ask at the municipal office"),
        ("6F00", "refused to check birth date"),
    ] {
        let shown = failed(&looked().on(CODE, answer)).to_string();
        assert!(shown.contains(words) && !shown.contains("PIN"), "{shown}");
    }
}

#[test]
fn the_presence_is_signed_by_the_applications_own_key_without_selecting_one() {
    let mut answer = vec![0xAB; 256];
    answer.extend([0x90, 0x00]);
    let script = Script::new().surface_application().code_verified().on_bytes(&presence_command(), answer);
    assert_eq!(script.surface_open().sign(&presence()).unwrap(), [0xAB; 256]);
    script.assert_over();
}

#[test]
fn a_card_that_does_not_sign_the_presence_has_proved_nothing() {
    for refusal in ["6982", "6A86", "6D00", "6986"] {
        let script = Script::new().surface_application().code_verified().on(&presence_command(), refusal);
        assert!(matches!(script.surface_open().sign(&presence()), Err(CardError::Refused { .. })));
        script.assert_over();
    }
    let script = Script::new().surface_application().code_verified().on(&presence_command(), "ABAB 9000");
    assert!(matches!(script.surface_open().sign(&presence()), Err(CardError::Malformed { .. })));
    script.assert_over();
}

#[test]
fn a_booking_of_the_signature_pin_is_one_powered_session() {
    let (front, certificate) = (Front::whole().file(), certificate());
    let booking_digest = include_str!("../vectors/booking-signature-surface.sha256").trim();
    let mut signature = vec![0xAB; 256];
    signature.extend([0x90, 0x00]);
    let script = Script::new()
        .surface_application()
        .code_verified()
        .file_read("0002", &front, front.len())
        .file_read("0004", &certificate, certificate.len())
        .on_bytes(&presence_command(), signature.clone())
        .on("00A4040C 0A D392F000260100000001", "9000")
        .user_pin_verified()
        .on("00A4020C 02 0017", "9000")
        .on_bytes(
            &format!("802A0080 33 3031300D060960864801650304020105000420 {booking_digest} 00"),
            signature,
        );
    let mut session = script.surface_open();
    session.read().unwrap();
    session.sign(&presence()).unwrap();
    let session = session.into_jpki().unwrap();
    let mut verified = session.verify(pin(PinKind::User)).map_err(|failed| failed.error).unwrap();
    let PresenceStatement { booking, nonce, installation, surface } = presence();
    let (target, surface) = (PinKind::Signature, Some(surface));
    verified.sign(&BookingStatement { booking, nonce, target, installation, surface }).unwrap();
    script.assert_powered();
    drop(verified);
    script.assert_over();
}
