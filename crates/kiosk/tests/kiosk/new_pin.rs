//! What a new PIN may be; whatever it is, the card is not touched before it is good.

use card::Tries;
use kiosk::{Delivery, Outcome, Verdict};
use reservation::PinKind;
use reservation::pin::{PinFormat, WeakPin};
use secret::NewPinRefused;
use wire::kiosk::FailureReason;

use crate::support::card::{accepts, block, tries};
use crate::support::holder::Holder;
use crate::support::world::{World, done};

const KNOWN_SIGNATURE: &str = "ABC123";

#[test]
fn a_weak_new_pin_is_refused_before_the_card_is_touched() {
    let world = World::new(PinKind::User);
    block(&world.card, PinKind::User);
    // The issued card's certificate says 1980-02-17.
    let weak = [("0217", "0217"), ("1980", "1980"), ("1234", "1234"), ("8888", "8888"), ("5071", "5072")];
    let mut holder = Holder::types(&[KNOWN_SIGNATURE], &weak);
    let outcome = world.visit(&mut holder);
    assert_eq!(
        holder.refusals,
        [
            NewPinRefused::Weak(WeakPin::BirthDate),
            NewPinRefused::Weak(WeakPin::BirthDate),
            NewPinRefused::Weak(WeakPin::Run),
            NewPinRefused::Weak(WeakPin::OneDigit),
            NewPinRefused::TypedDifferently,
        ]
    );
    assert!(matches!(
        outcome,
        Outcome::NotDone {
            reason: FailureReason::HolderLeft,
            delivery: Delivery::Final(Verdict::Released { claims_left: 2 }),
            ..
        }
    ));
    assert_eq!(tries(&world.card, PinKind::User), Tries::Blocked, "nothing was sent to the card");
}

#[test]
fn a_weak_new_signature_pin_is_refused_before_the_card_is_touched() {
    let world = World::new(PinKind::Signature);
    block(&world.card, PinKind::Signature);
    let weak = [
        ("ABC12", "ABC12"),
        ("ABCDEFGH123456789", "ABCDEFGH123456789"),
        ("ABCDEF", "ABCDEF"),
        ("135790", "135790"),
        ("AB-123", "AB-123"),
        ("ＡＢＣ１２３", "ＡＢＣ１２３"),
        ("1234AB", "1234AB"),
        ("xy12347", "xy12347"),
        ("NEWPIN77", "NEWPIN78"),
    ];
    let mut holder = Holder::types(&["1234"], &weak);
    let outcome = world.visit(&mut holder);
    let length = WeakPin::Format(PinFormat::Length { least: 6, most: 16 });
    let character = WeakPin::Format(PinFormat::Character);
    let reasons = [
        length,
        length,
        WeakPin::NoDigit,
        WeakPin::NoLetter,
        character,
        character,
        WeakPin::ContainsOtherPin,
        WeakPin::ContainsOtherPin,
    ];
    let mut expected = reasons.map(NewPinRefused::Weak).to_vec();
    expected.push(NewPinRefused::TypedDifferently);
    assert_eq!(holder.refusals, expected);
    assert!(matches!(outcome, Outcome::NotDone { reason: FailureReason::HolderLeft, .. }), "{outcome:?}");
    assert_eq!(tries(&world.card, PinKind::Signature), Tries::Blocked, "nothing was sent to the card");
}

#[test]
fn small_letters_of_a_signature_pin_are_taken_as_capitals_by_card_and_holder() {
    let world = World::new(PinKind::Signature);
    assert!(done(&world.visit(&mut Holder::types(&["1234"], &[("newpin77", "NewPin77")]))));
    assert!(accepts(&world.card, PinKind::Signature, "NEWPIN77"));
    assert!(accepts(&world.card, PinKind::Signature, "newpin77"), "typed small at the next use");
}

#[test]
fn a_signature_pin_may_have_six_to_sixteen_characters() {
    for new in ["ABCD56", "ABCDEFGH56789090"] {
        let world = World::new(PinKind::Signature);
        assert!(done(&world.visit(&mut Holder::types(&["1234"], &[(new, new)]))), "{new}");
        assert!(accepts(&world.card, PinKind::Signature, new), "{new}");
    }
}
