//! Every step of a booking, without a server.

use reservation::statement::BookingStatement;
use reservation::{BookingId, InstallationId, Nonce, SurfaceHash};
use time::macros::datetime;
use wire::app::Pose;

use super::*;

const INSTALLATION: InstallationId = InstallationId::from_bytes([3; 32]);

fn key(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn answer(target: PinKind, steps: &[WireStep]) -> Booking {
    Booking {
        booking: key(7),
        target: target.into(),
        nonce: [9; 32].into(),
        steps: steps.to_vec(),
        expires_at: datetime!(2026-11-21 09:15 UTC),
    }
}

fn all_steps(target: PinKind) -> &'static [WireStep] {
    match target {
        PinKind::User => &[WireStep::Card, WireStep::Reservation],
        PinKind::Signature => &[WireStep::Card, WireStep::Face, WireStep::Reservation],
    }
}

fn reading(target: PinKind) -> BookingInHand {
    let begun = BookingInHand::begin(target, "1", key(1));
    begun.begun(&answer(target, all_steps(target)), key(2)).unwrap()
}

fn waiting() -> BookingInHand {
    reading(PinKind::Signature).sending_evidence(key(2))
}

fn challenge() -> FaceChallenge {
    FaceChallenge {
        attempt: key(5),
        nonce: [8; 32].into(),
        poses: vec![Pose::Front, Pose::Left, Pose::Front, Pose::Right],
        expires_at: datetime!(2026-11-21 09:02 UTC),
        frames_least: 9,
        frames_most: 24,
    }
}

fn asking() -> BookingInHand {
    waiting().asking_for_challenge(key(4))
}

fn challenged() -> BookingInHand {
    asking().challenged(challenge()).unwrap()
}

fn face(booking: &BookingInHand) -> &Face {
    let Step::ShowingFace { face, .. } = &booking.step else { panic!("{booking:?}") };
    face
}

#[test]
fn the_card_signs_the_servers_fields_and_our_own() {
    let common = BookingStatement {
        booking: BookingId::from_u128(7),
        nonce: Nonce::from_bytes([9; 32]),
        target: PinKind::User,
        installation: INSTALLATION,
        surface: None,
    };
    assert_eq!(reading(PinKind::User).to_sign(INSTALLATION), Some(ToSign::User(common.clone())));
    let Some(ToSign::Signature(statements)) = reading(PinKind::Signature).to_sign(INSTALLATION) else {
        panic!("two statements over the surface file")
    };
    let surface = SurfaceHash::from_bytes([4; 32]);
    let (presence, booking) = (statements.presence(surface), statements.booking(surface));
    assert_eq!(booking, BookingStatement { target: PinKind::Signature, surface: Some(surface), ..common });
    assert_eq!(
        (presence.booking, presence.nonce, presence.installation, presence.surface),
        (booking.booking, booking.nonce, booking.installation, surface)
    );
}

#[test]
fn a_server_that_speaks_of_another_target_or_other_steps_is_not_believed() {
    for target in PinKind::ALL {
        let begin = || BookingInHand::begin(target, "1", key(1));
        let other = answer(target.other(), all_steps(target));
        assert_eq!(begin().begun(&other, key(2)), Err(NotAsAsked));
        let mut short = answer(target, all_steps(target));
        short.nonce = [9; 31].into();
        assert_eq!(begin().begun(&short, key(2)), Err(NotAsAsked));
        // The signature PIN never goes without a face, the user PIN never with one.
        let steps = answer(target, all_steps(target.other()));
        assert_eq!(begin().begun(&steps, key(2)), Err(NotAsAsked));
        assert_eq!(begin().begun(&answer(target, &[]), key(2)), Err(NotAsAsked));
    }
}

#[test]
fn an_answer_that_tells_only_what_is_left_is_understood() {
    let begin = |target| BookingInHand::begin(target, "1", key(1));
    for target in PinKind::ALL {
        let begun = begin(target).begun(&answer(target, &[WireStep::Reservation]), key(2)).unwrap();
        assert!(matches!(begun.step, Step::Reserving { .. }));
    }
    let left = answer(PinKind::Signature, &[WireStep::Face, WireStep::Reservation]);
    assert_eq!(begin(PinKind::Signature).begun(&left, key(2)), Ok(waiting()));
}

#[test]
fn evidence_that_never_arrived_is_asked_for_again_in_the_same_booking() {
    let sent = reading(PinKind::User).sending_evidence(key(2));
    assert!(matches!(sent.step, Step::Reserving { key: reserve, .. } if reserve == key(2)));
    assert_eq!(sent.not_ready(), reading(PinKind::User));
}

#[test]
fn a_challenge_is_asked_for_under_one_key_until_it_is_there() {
    assert_eq!(*face(&asking()), Face::Asking { key: key(4) });
    assert_eq!(asking().asking_for_challenge(key(6)), asking());
    assert_eq!(challenged().challenge(), Some(&challenge()));
}

#[test]
fn another_challenge_takes_the_place_of_the_former_whatever_became_of_it() {
    let sent = challenged().sending_frames();
    for former in [challenged(), sent.clone(), sent.not_ready()] {
        assert_eq!(former.asking_for_challenge(key(4)), asking());
    }
}

#[test]
fn poses_that_no_face_can_show_are_not_believed() {
    use Pose::{Front, Left, Right};
    let of = |poses: Vec<Pose>| asking().challenged(FaceChallenge { poses, ..challenge() });
    let endless = [Front, Left].repeat(10_000);
    for senseless in [
        vec![],
        vec![Front],
        vec![Left],
        vec![Left, Front],
        vec![Front, Front],
        vec![Front, Right, Right],
        endless[..10].to_vec(),
        endless,
    ] {
        assert_eq!(of(senseless.clone()), Err(NotAsAsked), "{} poses", senseless.len());
    }
    for sensible in
        [vec![Front, Right], vec![Front, Left, Right, Left], [Front, Left].repeat(5)[..9].to_vec()]
    {
        assert_eq!(of(sensible.clone()).unwrap().challenge().unwrap().poses, sensible);
    }
}

#[test]
fn a_challenge_that_takes_no_frames_or_more_than_a_phone_sends_is_not_believed() {
    let of = |frames_least, frames_most| {
        asking().challenged(FaceChallenge { frames_least, frames_most, ..challenge() }).is_ok()
    };
    for (least, most) in [(9, 0), (0, 24), (9, 8), (33, 40), (255, 255)] {
        assert!(!of(least, most), "{least} to {most}");
    }
    // More may be offered; nobody need use it.
    for (least, most) in [(9, 9), (32, 32), (9, 255)] {
        assert!(of(least, most), "{least} to {most}");
    }
}

#[test]
fn a_challenge_without_its_256_bits_is_not_believed() {
    for nonce in [&[][..], &[8; 31], &[8; 33]] {
        let short = FaceChallenge { nonce: nonce.to_vec().into(), ..challenge() };
        assert_eq!(asking().challenged(short), Err(NotAsAsked));
    }
}

#[test]
fn a_verdict_that_was_perhaps_lost_keeps_its_attempt_until_it_is_known() {
    let sent = challenged().sending_frames();
    assert!(matches!(face(&sent), Face::Sent { .. }));
    assert_eq!((sent.challenge(), sent.unsettled()), (None, Some(&challenge())));
    // The server knows no match: the card is read again and the same attempt asked about.
    let unmatched = sent.clone().not_ready();
    assert!(matches!(face(&unmatched), Face::Unmatched { .. }));
    assert_eq!((unmatched.challenge(), unmatched.unsettled()), (None, Some(&challenge())));
    assert_eq!(unmatched.sending_frames(), sent);
    assert_eq!(sent.clone().sending_evidence(key(9)), sent, "reading the card again loses nothing");
    assert_eq!(sent.clone().after_refusal(Some(ProblemType::FramesUnfit)), Some(challenged()));
    for gone in [ProblemType::ChallengeOver, ProblemType::ChallengeUnknown, ProblemType::AttemptUsed] {
        assert_eq!(sent.clone().after_refusal(Some(gone)), Some(waiting()));
    }
    assert_eq!(sent.clone().after_refusal(Some(ProblemType::ChallengesExhausted)), None);
    assert_eq!(sent.after_refusal(Some(ProblemType::InstallationLocked)), None);
}

#[test]
fn a_face_step_that_the_server_has_left_leads_to_the_reservation_which_tells() {
    let elsewhere = challenged().elsewhere();
    assert!(matches!(elsewhere.step, Step::Reserving { key: reserve, .. } if reserve == key(2)));
    assert_eq!(elsewhere.not_ready(), reading(PinKind::Signature));
}

#[test]
fn an_expired_booking_is_let_go_and_a_broken_proof_is_not_its_fault() {
    for booking in [reading(PinKind::User), reading(PinKind::Signature), challenged()] {
        let after = |kind| booking.clone().after_refusal(kind);
        assert_eq!(after(Some(ProblemType::BookingExpired)), None);
        assert_eq!(after(Some(ProblemType::CertificateRevoked)), None);
        assert_eq!(after(Some(ProblemType::CardLocked)), None);
        assert_eq!(after(Some(ProblemType::DpopInvalid)), Some(booking.clone()));
        assert_eq!(after(Some(ProblemType::FrontUnfit)), Some(booking.clone()));
        assert_eq!(after(Some(ProblemType::SurfaceOfAnotherCard)), Some(booking.clone()));
        assert_eq!(after(None), Some(booking.clone()));
    }
}

#[test]
fn what_is_stored_reads_back() {
    for booking in [
        BookingInHand::begin(PinKind::User, "1", key(1)),
        reading(PinKind::User),
        reading(PinKind::User).sending_evidence(key(2)),
        waiting(),
        waiting().asking_for_challenge(key(4)),
        challenged(),
        challenged().sending_frames(),
        challenged().sending_frames().not_ready(),
    ] {
        let json = serde_json::to_string(&booking).unwrap();
        assert_eq!(serde_json::from_str::<BookingInHand>(&json).unwrap(), booking);
    }
}
