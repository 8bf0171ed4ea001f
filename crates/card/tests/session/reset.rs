//! A reset through a driver: what was certainly not done, what nobody can tell, and what was done.

use card::{
    CardError, Channel, NotDone, PinReset, ReaderFault, ResetError, ResetFailed, TransportError, VerifyError,
};
use iso7816::{Command, Header, Le, SecretCommand, StatusWord, ins};
use reservation::PinKind;
use reservation::statement::CardChallenge;
use secret::{NewPin, NewUserPin};

use crate::script::{Script, bytes};

/// A driver with one command, enough to see the order of things.
struct OneCommand;

impl PinReset for OneCommand {
    fn challenge(&self, card: &mut Channel) -> Result<CardChallenge, CardError> {
        let command = Command::new(Header::new(0x00, ins::GET_CHALLENGE, 0x00, 0x00));
        let answer = card.run_to_success(&command.expecting(Le::new(16).unwrap()))?;
        Ok(answer.try_into().unwrap())
    }

    fn reset(&self, card: &mut Channel, _: &[u8], new: &NewPin) -> Result<(), ResetError> {
        let header = Header::new(0x00, ins::RESET_RETRY_COUNTER, 0x02, 0x80);
        let command = SecretCommand::new(header, new.expose()).unwrap();
        match card.run_secret(&command).map_err(ResetError::Unknown)? {
            StatusWord::Success => Ok(()),
            _ => Err(ResetError::NotDone(NotDone::AuthorisationRefused)),
        }
    }
}

fn new_pin() -> NewPin {
    NewUserPin::choose("5071".into(), "5071".into(), None).unwrap().into()
}

fn known_verified() -> Script {
    Script::new().my_number_card().signature_pin_verified()
}

fn fails(script: &Script) -> ResetFailed {
    script.verified(PinKind::Signature).reset(&OneCommand, b"", new_pin()).unwrap_err()
}

#[test]
fn the_challenge_is_drawn_before_or_after_the_pin_without_selecting_again() {
    let challenge = "000102030405060708090A0B0C0D0E0F";
    let answer = format!("{challenge} 9000");
    let script = Script::new()
        .my_number_card()
        .on("00840000 10", &answer)
        .signature_pin_verified()
        .on("00840000 10", &answer);
    let mut session = script.session();
    assert_eq!(session.challenge(&OneCommand).unwrap().as_slice(), bytes(challenge));
    let mut verified = session.verify(crate::script::pin(PinKind::Signature)).map_err(|f| f.error).unwrap();
    assert_eq!(verified.challenge(&OneCommand).unwrap().as_slice(), bytes(challenge));
    drop(verified);
    script.assert_over();
}

#[test]
fn a_reset_is_followed_by_verify_with_the_new_pin_and_then_the_target_key_is_ready() {
    let script = known_verified()
        .on("002C0280 04 35303731", "9000")
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C3")
        .on("00200080 04 35303731", "9000");
    let session = script.verified(PinKind::Signature).reset(&OneCommand, b"", new_pin()).unwrap();
    assert_eq!(session.kind(), PinKind::User);
    drop(session);
    script.assert_over();
}

#[test]
fn a_refused_reset_leaves_the_session_and_the_new_pin_for_another_attempt() {
    let script = known_verified()
        .on("002C0280 04 35303731", "6982")
        .on("002C0280 04 35303731", "9000")
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C3")
        .on("00200080 04 35303731", "9000");
    let ResetFailed::NotDone { session, new, reason } = fails(&script) else { panic!("was refused") };
    assert_eq!((session.kind(), reason), (PinKind::Signature, NotDone::AuthorisationRefused));
    assert_eq!(session.reset(&OneCommand, b"", new).unwrap().kind(), PinKind::User);
    script.assert_over();
}

#[test]
fn a_card_pulled_in_mid_reset_leaves_the_new_pin_to_find_out_with() {
    for lost in [TransportError::Removed, TransportError::Reader(ReaderFault::NoAnswer)] {
        let script = known_verified().fails("002C0280 04 35303731", lost);
        let ResetFailed::Unknown { new, cause } = fails(&script) else { panic!("nobody can tell") };
        assert_eq!((new.kind(), cause), (PinKind::User, CardError::Transport(lost)));
        script.assert_over();
    }
}

#[test]
fn a_card_that_confirms_the_reset_and_then_refuses_the_new_pin_has_proved_nothing() {
    let script = known_verified()
        .on("002C0280 04 35303731", "9000")
        .on("00A4020C 02 0018", "9000")
        .on("00200080", "63C3")
        .on("00200080 04 35303731", "63C2");
    let ResetFailed::Unproved { error } = fails(&script) else { panic!("there is no proof") };
    assert_eq!(error, VerifyError::WrongPin { left: 2 });
    script.assert_over();
}

#[test]
fn a_pin_is_not_reset_by_itself() {
    let script = Script::new().my_number_card().user_pin_verified();
    let failed = script.verified(PinKind::User).reset(&OneCommand, b"", new_pin()).unwrap_err();
    assert!(matches!(failed, ResetFailed::NotDone { reason: NotDone::SamePin, .. }));
    drop(failed);
    script.assert_over();
}

#[test]
fn no_failure_prints_the_new_pin() {
    let script = known_verified().fails("002C0280 04 35303731", TransportError::Removed);
    let shown = fails(&script);
    let shown = format!("{shown} {shown:?}");
    assert!(shown.contains("NewUserPin(…)") && !shown.contains("5071"), "{shown}");
}
