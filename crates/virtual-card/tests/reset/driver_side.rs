//! The driver's side: what a terminal learns from a reset, and that it always tells what is certain.

use card::{Jpki, NotDone, PinReset as _, PinVerified, ResetFailed, TransportError, Tries, VerifyError};
use reservation::pin::PinKind;
use reservation::statement::ResetStatement;
use secret::{NewPin, NewSignaturePin, NewUserPin, Pin, UserPin};
use virtual_card::driver::SimulatedReset;
use virtual_card::testing::IssuedCard;
use virtual_card::{CardInHand, Fault};

use crate::setup::{Authority, fresh, key_hash, new, wrong};

struct Bench {
    authority: Authority,
    issued: IssuedCard,
    hand: CardInHand,
}

fn text(pin: &[u8]) -> String {
    String::from_utf8(pin.to_vec()).unwrap()
}

fn pin(kind: PinKind, value: &[u8]) -> Pin {
    Pin::from_entry(kind, text(value)).unwrap()
}

fn new_pin(kind: PinKind) -> NewPin {
    let value = || text(new(kind));
    match kind {
        PinKind::User => NewPin::User(NewUserPin::choose(value(), value(), None).unwrap()),
        PinKind::Signature => {
            let known = UserPin::from_entry(text(fresh(PinKind::User))).unwrap();
            NewPin::Signature(NewSignaturePin::choose(value(), value(), &known).unwrap())
        }
    }
}

impl Bench {
    /// A card whose target PIN is blocked.
    fn new(target: PinKind) -> Self {
        let authority = Authority::new();
        let issued = authority.card();
        let hand = issued.in_hand();
        let bench = Self { authority, issued, hand };
        let mut session = bench.select(Fault::None);
        for _ in 0..target.tries() {
            session = session.verify(pin(target, wrong(target))).map(|_| ()).unwrap_err().session;
        }
        session.finish();
        bench
    }

    fn select(&self, fault: Fault) -> Jpki {
        Jpki::select(self.hand.on_reader_with(fault).unwrap()).unwrap()
    }

    fn known(&self, target: PinKind) -> PinVerified {
        let known = target.other();
        self.select(Fault::None).verify(pin(known, fresh(known))).map_err(VerifyError::from).unwrap()
    }

    fn authorise(&self, target: PinKind, session: &mut PinVerified) -> [u8; 64] {
        let card_challenge = session.challenge(&SimulatedReset).unwrap();
        let known_key = key_hash(&self.issued, target.other());
        self.authority.authorise(&ResetStatement { target, card_challenge, known_key })
    }

    /// The same card as it was when `memory` was read.
    fn turn_back(self, memory: &[u8]) -> Self {
        let Self { authority, issued, hand } = self;
        drop(hand);
        std::fs::write(issued.path(), memory).unwrap();
        let hand = issued.in_hand();
        Self { authority, issued, hand }
    }

    /// Which of the two PINs the card accepts now; `None` if the target is still blocked.
    fn accepts(&self, target: PinKind) -> Option<&'static [u8]> {
        let mut session = self.select(Fault::None);
        if session.tries_left(target).unwrap() == Tries::Blocked {
            return None;
        }
        session.verify(pin(target, new(target))).map_err(VerifyError::from).expect("the new PIN");
        Some(new(target))
    }
}

#[test]
fn a_reset_ends_with_the_new_pin_verified() {
    for target in PinKind::ALL {
        let bench = Bench::new(target);
        let mut session = bench.known(target);
        let authorisation = bench.authorise(target, &mut session);
        let session = session.reset(&SimulatedReset, &authorisation, new_pin(target)).unwrap();
        assert_eq!(session.kind(), target);
        drop(session);
        assert_eq!(bench.accepts(target), Some(new(target)));
    }
}

#[test]
fn the_cards_refusals_are_told_apart() {
    let target = PinKind::User;
    let bench = Bench::new(target);
    let refusal = |session: PinVerified, authorisation: &[u8]| match session
        .reset(&SimulatedReset, authorisation, new_pin(target))
        .unwrap_err()
    {
        ResetFailed::NotDone { reason, .. } => reason,
        other => panic!("{other}"),
    };
    let mut session = bench.known(target);
    bench.authorise(target, &mut session);
    assert_eq!(refusal(session, &[1; 64]), NotDone::AuthorisationRefused);
    assert_eq!(refusal(bench.known(target), &[1; 64]), NotDone::NoChallenge);
    assert_eq!(refusal(bench.known(target), &[1; 63]), NotDone::AuthorisationRefused);
    assert_eq!(bench.accepts(target), None);
}

#[test]
fn a_terminal_that_never_verified_the_known_pin_is_told_so() {
    let target = PinKind::User;
    let bench = Bench::new(target);
    let mut channel = card::Channel::new(bench.hand.on_reader().unwrap());
    let select = iso7816::Command::new(iso7816::Header::new(0x00, 0xA4, 0x04, 0x0C));
    let aid = [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
    channel.run_to_success(&select.with_data(&aid).unwrap()).unwrap();
    let card_challenge = SimulatedReset.challenge(&mut channel).unwrap();
    let known_key = key_hash(&bench.issued, target.other());
    let authorisation = bench.authority.authorise(&ResetStatement { target, card_challenge, known_key });
    let error = SimulatedReset.reset(&mut channel, &authorisation, &new_pin(target)).unwrap_err();
    assert_eq!(error, card::ResetError::NotDone(NotDone::KnownPinNotVerified));
}

/// A driver's word, after a fault at this command of the whole session.
fn reset_with(bench: &Bench, target: PinKind, fault: Fault) -> Result<(), String> {
    let known = target.other();
    let session = Jpki::select(bench.hand.on_reader_with(fault).unwrap());
    let Ok(session) = session else { return Err("not begun".to_owned()) };
    let Ok(mut session) = session.verify(pin(known, fresh(known))) else {
        return Err("not begun".to_owned());
    };
    let Ok(card_challenge) = session.challenge(&SimulatedReset) else { return Err("not begun".to_owned()) };
    let known_key = key_hash(&bench.issued, known);
    let authorisation = bench.authority.authorise(&ResetStatement { target, card_challenge, known_key });
    match session.reset(&SimulatedReset, &authorisation, new_pin(target)) {
        Ok(session) => {
            drop(session);
            Ok(())
        }
        Err(ResetFailed::NotDone { reason, .. }) => Err(format!("not done: {reason}")),
        Err(ResetFailed::Unknown { .. }) => Err("unknown".to_owned()),
        Err(ResetFailed::Unproved { .. }) => Err("done, unproved".to_owned()),
    }
}

#[test]
fn a_card_pulled_at_any_command_leaves_the_old_pin_or_the_new_one_and_the_driver_never_says_the_wrong_one() {
    let faults: [fn(usize) -> Fault; 4] =
        [Fault::PulledBefore, Fault::PulledDuring, Fault::PulledAfter, Fault::AnswerLost];
    let target = PinKind::User;
    let mut seen = Vec::new();
    let mut bench = Bench::new(target);
    let blocked = std::fs::read(bench.issued.path()).unwrap();
    for fault in faults {
        for nth in 1.. {
            bench = bench.turn_back(&blocked);
            let before = bench.hand.commands();
            let word = reset_with(&bench, target, fault(nth));
            let sent = bench.hand.commands() - before;
            let has_new = bench.accepts(target).is_some();
            match &word {
                Ok(()) => assert!(has_new, "{:?}", fault(nth)),
                Err(word) if word == "done, unproved" => assert!(has_new, "{:?}", fault(nth)),
                Err(word) if word == "unknown" => {}
                Err(_) => assert!(!has_new, "{:?} {word:?}", fault(nth)),
            }
            seen.push((word.clone().err().unwrap_or_default(), has_new));
            if word.is_ok() && nth > sent {
                break;
            }
        }
    }
    for outcome in [("unknown", true), ("unknown", false), ("done, unproved", true), ("not begun", false)] {
        assert!(seen.contains(&(outcome.0.to_owned(), outcome.1)), "{outcome:?} never happened");
    }
    let removed = format!("not done: {}", TransportError::Removed);
    assert!(seen.contains(&(removed, false)));
}
