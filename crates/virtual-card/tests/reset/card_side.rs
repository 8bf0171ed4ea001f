//! The card's side, command by command.

use reservation::pin::PinKind;
use reservation::statement::ResetStatement;

use crate::setup::{Authority, Dialogue, SELECT_APPLICATION, fresh, key_hash, new, wrong};

#[test]
fn an_authorised_reset_sets_the_new_pin_and_gives_all_tries() {
    for target in PinKind::ALL {
        let mut dialogue = Dialogue::blocked(target);
        assert_eq!(dialogue.counter(target), 0x63C0);
        dialogue.authenticate_genuinely(target);
        assert_eq!(dialogue.set_pin(target, new(target)), 0x9000);
        let full = 0x63C0 | u16::from(target.tries());
        assert_eq!(dialogue.counter(target), full);
        dialogue.card.power_cycle();
        dialogue.send(SELECT_APPLICATION);
        assert_eq!(dialogue.counter(target), full);
        assert_eq!(dialogue.verify(target, fresh(target)), full - 1);
        assert_eq!(dialogue.verify(target, new(target)), 0x9000);
        assert_eq!(dialogue.verify(target.other(), fresh(target.other())), 0x9000);
    }
}

#[test]
fn a_reset_survives_the_end_of_the_process() {
    let mut dialogue = Dialogue::blocked(PinKind::User);
    dialogue.authenticate_genuinely(PinKind::User);
    assert_eq!(dialogue.set_pin(PinKind::User, b"9357"), 0x9000);
    let Dialogue { authority, issued, card } = dialogue;
    drop(card);
    let card = issued.take();
    let mut dialogue = Dialogue { authority, issued, card };
    dialogue.send(SELECT_APPLICATION);
    assert_eq!(dialogue.counter(PinKind::User), 0x63C3);
    assert_eq!(dialogue.verify(PinKind::User, b"9357"), 0x9000);
}

#[test]
fn a_new_pin_that_was_set_is_not_yet_verified() {
    for target in PinKind::ALL {
        let mut dialogue = Dialogue::new();
        for kind in PinKind::ALL {
            assert_eq!(dialogue.verify(kind, fresh(kind)), 0x9000);
        }
        dialogue.authenticate_genuinely(target);
        assert_eq!(dialogue.set_pin(target, new(target)), 0x9000);
        // CHANGE needs the verified PIN.
        assert_eq!(dialogue.send(&[0x00, 0x24, 0x01, 0x80, 0x04, 0x31, 0x33, 0x35, 0x37]), 0x6982);
    }
}

#[test]
fn an_authorisation_for_another_card_target_challenge_or_authority_is_refused() {
    let target = PinKind::User;
    let others_card = Dialogue::new();
    let others_key = key_hash(&others_card.issued, PinKind::Signature);
    let other_authority = Authority::new();
    type Forge = fn(&Dialogue, ResetStatement, reservation::KeyHash, &Authority) -> [u8; 64];
    let forgeries: [(&str, Forge); 5] = [
        ("another card's key", |d, s, key, _| d.authority.authorise(&ResetStatement { known_key: key, ..s })),
        ("another target", |d, s, _, _| {
            d.authority.authorise(&ResetStatement { target: s.target.other(), ..s })
        }),
        ("another challenge", |d, s, _, _| {
            d.authority.authorise(&ResetStatement { card_challenge: [7; 16], ..s })
        }),
        ("another authority", |_, s, _, other| other.authorise(&s)),
        ("zeros", |_, _, _, _| [0; 64]),
    ];
    let mut dialogue = Dialogue::blocked(target);
    for (what, forge) in forgeries {
        let challenge = dialogue.challenge();
        let forged = forge(&dialogue, dialogue.statement(target, challenge), others_key, &other_authority);
        assert_eq!(dialogue.authenticate(target, &forged), 0x6300, "{what}");
        assert_eq!(dialogue.set_pin(target, new(target)), 0x6982, "{what}");
        assert_eq!(dialogue.counter(target), 0x63C0, "{what}");
    }
}

#[test]
fn every_flipped_bit_of_an_authorisation_is_refused() {
    let target = PinKind::Signature;
    let mut dialogue = Dialogue::blocked(target);
    for bit in 0..512 {
        let challenge = dialogue.challenge();
        let mut authorisation = dialogue.authorisation(target, challenge);
        authorisation[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(dialogue.authenticate(target, &authorisation), 0x6300, "bit {bit}");
    }
    dialogue.authenticate_genuinely(target);
}

#[test]
fn without_the_known_pin_nothing_is_authenticated() {
    for target in PinKind::ALL {
        let mut dialogue = Dialogue::new();
        let challenge = dialogue.challenge();
        let authorisation = dialogue.authorisation(target, challenge);
        assert_eq!(dialogue.authenticate(target, &authorisation), 0x6982);
        // Not even the target's own PIN helps.
        assert_eq!(dialogue.verify(target, fresh(target)), 0x9000);
        let challenge = dialogue.challenge();
        let authorisation = dialogue.authorisation(target, challenge);
        assert_eq!(dialogue.authenticate(target, &authorisation), 0x6982);
    }
}

/// Its name, what happens, and whether it ends what was begun.
type Event = (&'static str, fn(&mut Dialogue), bool);

/// What may come between two commands of a reset.
const EVENTS: [Event; 10] = [
    ("loss of power", |d| d.card.power_cycle(), true),
    ("warm reset", |d| d.card.reset(), true),
    ("SELECT of the application", |_| {}, true),
    ("new challenge", |d| ignore(d.challenge()), true),
    ("challenge of another length", |d| ignore(d.send(&[0x00, 0x84, 0x00, 0x00, 0x08])), true),
    ("GET CHALLENGE that is refused", |d| ignore(d.send(&[0x00, 0x84, 0x00, 0x01, 0x10])), true),
    ("wrong known PIN", |d| ignore(d.verify(PinKind::Signature, wrong(PinKind::Signature))), false),
    ("counter", |d| ignore(d.counter(PinKind::Signature)), false),
    ("signature", |d| ignore(d.send(&[0x80, 0x2A, 0x00, 0x9A, 0x01, 0xFF, 0x00])), false),
    ("SELECT that finds nothing", |d| ignore(d.send(&[0x00, 0xA4, 0x04, 0x0C, 0x05, 1, 2, 3, 4, 5])), false),
];

/// The answer does not matter here.
fn ignore<T>(_answer: T) {}

/// Select the application again where the event left it, and verify the known PIN again.
fn recover(dialogue: &mut Dialogue, selected_anew: bool) {
    if selected_anew {
        dialogue.send(SELECT_APPLICATION);
    }
    assert_eq!(dialogue.verify(PinKind::Signature, fresh(PinKind::Signature)), 0x9000);
}

fn leaves_the_application(what: &str) -> bool {
    matches!(what, "loss of power" | "warm reset" | "SELECT of the application")
}

#[test]
fn a_challenge_ends_with_power_reset_select_and_a_new_challenge_and_with_nothing_else() {
    let mut dialogue = Dialogue::blocked(PinKind::User);
    for (what, event, ends) in EVENTS {
        let challenge = dialogue.challenge();
        let authorisation = dialogue.authorisation(PinKind::User, challenge);
        event(&mut dialogue);
        recover(&mut dialogue, leaves_the_application(what));
        let answer = dialogue.authenticate(PinKind::User, &authorisation);
        // A new challenge of 16 bytes is in hand, but it is another one.
        let refused = if what == "new challenge" { 0x6300 } else { 0x6985 };
        assert_eq!(answer, if ends { refused } else { 0x9000 }, "{what}");
    }
}

#[test]
fn an_authentication_ends_with_power_reset_select_and_a_new_challenge_and_with_nothing_else() {
    let mut dialogue = Dialogue::blocked(PinKind::User);
    for (what, event, ends) in EVENTS {
        dialogue.authenticate_genuinely(PinKind::User);
        event(&mut dialogue);
        recover(&mut dialogue, leaves_the_application(what));
        let answer = dialogue.set_pin(PinKind::User, new(PinKind::User));
        assert_eq!(answer, if ends { 0x6982 } else { 0x9000 }, "{what}");
    }
}

#[test]
fn a_known_pin_that_is_no_longer_verified_stops_the_reset() {
    let mut dialogue = Dialogue::blocked(PinKind::User);
    dialogue.authenticate_genuinely(PinKind::User);
    dialogue.verify(PinKind::Signature, wrong(PinKind::Signature));
    assert_eq!(dialogue.set_pin(PinKind::User, new(PinKind::User)), 0x6982);
}

#[test]
fn an_authorisation_works_once_whatever_came_of_it() {
    let target = PinKind::User;
    let mut dialogue = Dialogue::blocked(target);
    let challenge = dialogue.challenge();
    let authorisation = dialogue.authorisation(target, challenge);
    assert_eq!(dialogue.authenticate(target, &authorisation), 0x9000);
    assert_eq!(dialogue.set_pin(target, new(target)), 0x9000);
    assert_eq!(dialogue.set_pin(target, b"8421"), 0x6982);
    assert_eq!(dialogue.authenticate(target, &authorisation), 0x6985);

    // A refused one uses up the challenge, so that the genuine one comes too late.
    let challenge = dialogue.challenge();
    let authorisation = dialogue.authorisation(target, challenge);
    assert_eq!(dialogue.authenticate(target, &[1; 64]), 0x6300);
    assert_eq!(dialogue.authenticate(target, &authorisation), 0x6985);

    // So does one of a wrong length, and a second one after a success.
    let challenge = dialogue.challenge();
    let authorisation = dialogue.authorisation(target, challenge);
    assert_eq!(dialogue.authenticate(target, &authorisation[..63]), 0x6700);
    assert_eq!(dialogue.authenticate(target, &authorisation), 0x6985);
    dialogue.authenticate_genuinely(target);
    assert_eq!(dialogue.authenticate(target, &authorisation), 0x6985);
    assert_eq!(dialogue.set_pin(target, b"8421"), 0x6982);
}

#[test]
fn a_new_pin_of_the_wrong_format_is_refused_and_uses_up_the_authentication() {
    let bad: [(PinKind, &[&[u8]]); 2] = [
        (PinKind::User, &[b"935", b"93571", b"935A"]),
        (PinKind::Signature, &[b"NEW0P", b"NEW0PINNEW0PINNEW", b"new0pin", b"NEW PIN"]),
    ];
    for (target, pins) in bad {
        let mut dialogue = Dialogue::blocked(target);
        for pin in pins {
            dialogue.authenticate_genuinely(target);
            assert_eq!(dialogue.set_pin(target, pin), 0x6A80);
            assert_eq!(dialogue.set_pin(target, new(target)), 0x6982);
            assert_eq!(dialogue.counter(target), 0x63C0);
        }
    }
}

#[test]
fn an_authentication_for_one_pin_does_not_reset_the_other() {
    let mut dialogue = Dialogue::new();
    for kind in PinKind::ALL {
        assert_eq!(dialogue.verify(kind, fresh(kind)), 0x9000);
    }
    dialogue.authenticate_genuinely(PinKind::User);
    assert_eq!(dialogue.set_pin(PinKind::Signature, new(PinKind::Signature)), 0x6982);
    assert_eq!(dialogue.set_pin(PinKind::User, new(PinKind::User)), 0x6982);
    assert_eq!(dialogue.verify(PinKind::User, fresh(PinKind::User)), 0x9000);
}

#[test]
fn a_memory_that_fails_changes_nothing_and_says_so() {
    let mut dialogue = Dialogue::blocked(PinKind::User);
    dialogue.authenticate_genuinely(PinKind::User);
    let layout = dialogue.issued.layout();
    let away = layout.root().with_extension("away");
    std::fs::rename(layout.root(), &away).unwrap();
    assert_eq!(dialogue.set_pin(PinKind::User, new(PinKind::User)), 0x6581);
    assert_eq!(dialogue.verify(PinKind::Signature, wrong(PinKind::Signature)), 0x6581);
    std::fs::rename(&away, layout.root()).unwrap();
    assert_eq!(dialogue.counter(PinKind::User), 0x63C0);
    assert_eq!(dialogue.counter(PinKind::Signature), 0x63C5);
}
