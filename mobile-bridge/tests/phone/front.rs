//! What the card prints on its front, on the card's side: its ten tries, its portrait, and a card that is pulled.

use card::{CardError, Jpki, SurfaceReadError, SurfaceSelectError, TransportError, Tries, VerifyError};
use client::{NoUse, Office};
use mobile_bridge::reading::{self, Looked, Proved, SurfaceReading};
use mobile_bridge::{CardProof, CardTrouble, ToSign};
use reservation::PinKind;
use secret::Pin;
use trust::{SurfaceParts, verify_surface};
use virtual_card::{CardInHand, Fault};
use wire::app::SurfaceFile;

use crate::support::card::{block, fresh_card, right_code, surface_anchors, wrong_code};
use crate::support::world::{World, right_pin};

fn signature() -> World {
    World::new(PinKind::Signature)
}

fn waiting(card: &CardInHand, to_sign: &ToSign) -> SurfaceReading {
    waiting_with(card, Fault::None, to_sign).unwrap()
}

fn waiting_with(card: &CardInHand, fault: Fault, to_sign: &ToSign) -> Result<SurfaceReading, CardTrouble> {
    match reading::look(card.on_reader_with(fault).unwrap(), to_sign, |_| {})? {
        Looked::Code(waiting) => Ok(waiting),
        Looked::Pin(_) => panic!("the front comes before the PIN"),
    }
}

fn tries(card: &CardInHand) -> (Tries, Tries) {
    let mut session = Jpki::select(card.on_reader().unwrap()).unwrap();
    let user = session.tries_left(PinKind::User).unwrap();
    (session.into_surface().unwrap().tries_left().unwrap(), user)
}

const ALL: (Tries, Tries) = (Tries::Left(10), Tries::Left(3));

#[tokio::test]
async fn all_three_counters_are_told_before_anything_is_typed() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    block(&world.card, PinKind::Signature);
    let mut told = None;
    let looked = reading::look(world.card.on_reader().unwrap(), &to_sign, |seen| told = Some(seen)).unwrap();
    let told = told.unwrap();
    assert_eq!(told.counters.signature, Tries::Blocked);
    assert_eq!((told.counters.user, told.code), (Tries::Left(3), Some(Tries::Left(10))));
    assert!(matches!(looked, Looked::Code(_)));
}

#[tokio::test]
async fn a_blocked_user_pin_is_told_before_the_front_is_asked_for() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    block(&world.card, PinKind::User);
    let mut told = None;
    let looked = reading::look(world.card.on_reader().unwrap(), &to_sign, |seen| told = Some(seen));
    let office = Office::KnownBlocked(PinKind::User);
    assert_eq!(looked.map(drop), Err(CardTrouble::NoUse(NoUse::Office(office))));
    assert_eq!(told.unwrap().counters.user, Tries::Blocked);
}

#[tokio::test]
async fn the_surface_file_is_genuine_and_the_card_signed_that_it_was_there() {
    let world = signature();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    phone.prove(&world.proof(&to_sign)).await.unwrap();
    let Some(CardProof::Signature { card, .. }) = world.server.evidence() else { panic!("a surface proof") };
    let file: SurfaceFile = serde_json::from_slice(card.surface.as_bytes()).unwrap();
    let parts = SurfaceParts {
        holder: &file.holder.0,
        pictures: &file.pictures.0,
        portrait: &file.portrait.0,
        signature: &file.signature.0,
        certificate: &file.certificate.0,
    };
    let anchors = tempfile::tempdir().unwrap();
    let genuine = verify_surface(&parts, &surface_anchors(anchors.path())).unwrap();
    let ToSign::Signature(statements) = to_sign else { panic!("{to_sign:?}") };
    let presence = card.evidence.presence.unwrap();
    genuine
        .verify_presence(&statements.presence(card.surface.hash()).to_bytes(), &presence.0)
        .expect("the surface key signs exactly the presence statement");
}

#[tokio::test]
async fn the_same_card_says_the_same_again() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    assert_eq!(world.proof(&to_sign), world.proof(&to_sign));
}

#[tokio::test]
async fn a_misread_digit_costs_one_of_ten_and_the_right_ones_give_all_back() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    let refused = waiting(&world.card, &to_sign).open(wrong_code()).unwrap_err();
    assert_eq!(refused.trouble, CardTrouble::Code(VerifyError::WrongPin { left: 9 }));
    let again = refused.again.unwrap();
    assert_eq!(again.tries(), Tries::Left(9));
    let reading = again.open(right_code()).unwrap();
    assert_eq!((reading.known(), reading.tries()), (PinKind::User, Tries::Left(3)));
    drop(reading);
    assert_eq!(tries(&world.card), ALL);
}

#[tokio::test]
async fn with_two_tries_left_a_warning_is_due_and_without_any_it_is_the_office() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    let mut reading = waiting(&world.card, &to_sign);
    for left in (1..=9).rev() {
        let refused = reading.open(wrong_code()).unwrap_err();
        assert_eq!(refused.trouble, CardTrouble::Code(VerifyError::WrongPin { left }));
        reading = *refused.again.unwrap();
        assert_eq!(reading.is_nearly_blocked(), left <= 2, "{left} left");
    }
    let refused = reading.open(wrong_code()).unwrap_err();
    assert_eq!(refused.trouble, CardTrouble::Code(VerifyError::Blocked));
    assert!(refused.again.is_none());
    // From now on it is told before anything is typed, with the counters.
    let mut told = None;
    let looked = reading::look(world.card.on_reader().unwrap(), &to_sign, |seen| told = Some(seen));
    assert_eq!(looked.map(drop), Err(CardTrouble::Code(VerifyError::Blocked)));
    assert_eq!(told.unwrap().code, Some(Tries::Blocked));
    assert_eq!(tries(&world.card), (Tries::Blocked, Tries::Left(3)));
}

#[tokio::test]
async fn a_wrong_user_pin_after_the_front_costs_one_try_and_the_front_need_not_be_typed_again() {
    let world = signature();
    let (mut phone, to_sign) = world.waiting_for_card().await;
    let reading = waiting(&world.card, &to_sign).open(right_code()).unwrap();
    let wrong = Pin::from_entry(PinKind::User, "0000".into()).unwrap();
    let refused = reading.prove(wrong).unwrap_err();
    assert_eq!(refused.trouble, CardTrouble::Pin(VerifyError::WrongPin { left: 2 }));
    let proved = refused.again.unwrap().prove(right_pin(PinKind::Signature)).unwrap();
    assert!(matches!(&proved, Proved::Signature(card) if card.evidence.presence.is_some()));
    phone.prove(&crate::support::world::with_front(proved)).await.unwrap();
}

/// How far a dialogue with a card that is pulled came.
fn dialogue(card: &CardInHand, fault: Fault, to_sign: &ToSign) -> Result<Proved, CardTrouble> {
    let waiting = waiting_with(card, fault, to_sign)?;
    let reading = waiting.open(right_code()).map_err(|refused| {
        assert!(refused.again.is_none());
        refused.trouble
    })?;
    reading.prove(right_pin(PinKind::Signature)).map_err(|refused| {
        assert!(refused.again.is_none());
        refused.trouble
    })
}

/// Whether the trouble says that the card was pulled.
fn is_removal(trouble: &CardTrouble) -> bool {
    let of_card = |error: &CardError| *error == CardError::Transport(TransportError::Removed);
    match trouble {
        CardTrouble::NoUse(NoUse::Select(card::SelectError::Card(error)))
        | CardTrouble::NoSurface(SurfaceSelectError::Card(error))
        | CardTrouble::Front(SurfaceReadError::Card(error))
        | CardTrouble::Certificate(card::CertificateError::Card(error))
        | CardTrouble::Sign(card::SignError::Card(error))
        | CardTrouble::Code(VerifyError::NotSent(error) | VerifyError::Interrupted(error))
        | CardTrouble::Pin(VerifyError::NotSent(error) | VerifyError::Interrupted(error)) => of_card(error),
        _ => false,
    }
}

#[tokio::test]
async fn a_card_pulled_at_any_command_is_told_as_pulled_and_loses_no_try_to_right_entries() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    let before = world.card.commands();
    dialogue(&world.card, Fault::None, &to_sign).unwrap();
    let commands = world.card.commands() - before;
    assert!(commands > 20, "{commands}");
    let mut after_verify = 0;
    for at in 1..=commands {
        for fault in [Fault::PulledBefore(at), Fault::PulledDuring(at)] {
            let trouble = dialogue(&world.card, fault, &to_sign).unwrap_err();
            assert!(is_removal(&trouble), "{fault:?}: {trouble:?}");
            after_verify += usize::from(matches!(trouble, CardTrouble::Front(_)));
            assert_eq!(tries(&world.card), ALL, "{fault:?}");
        }
    }
    assert!(after_verify > 0, "the front's own commands were among them");
}

#[tokio::test]
async fn a_wrong_code_whose_answer_is_lost_says_that_a_try_may_be_gone() {
    let world = signature();
    let (_, to_sign) = world.waiting_for_card().await;
    let mut interrupted = 0;
    for at in 1..40 {
        let dir = tempfile::tempdir().unwrap();
        let card = fresh_card(dir.path());
        let Ok(waiting) = waiting_with(&card, Fault::PulledDuring(at), &to_sign) else { continue };
        match waiting.open(wrong_code()).unwrap_err().trouble {
            CardTrouble::Code(VerifyError::Interrupted(_)) => {
                interrupted += 1;
                assert_eq!(tries(&card).0, Tries::Left(9), "the card had carried it out");
            }
            CardTrouble::Code(VerifyError::NotSent(_)) => assert_eq!(tries(&card).0, Tries::Left(10)),
            CardTrouble::Code(VerifyError::WrongPin { left: 9 }) => break,
            other => panic!("{at}: {other:?}"),
        }
    }
    assert_eq!(interrupted, 1);
}
