//! A hundred face attempts at once, at the real server with the real engine: one challenge is judged once however often it
//! is answered, and one card's faces are compared five times, however many phones try.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::sync::Arc;

use client::Failure;
use client::clock::SystemClock;
use end_to_end::cards;
use end_to_end::face_booking::{AtFace, Begun};
use end_to_end::faces::Person;
use end_to_end::holder::server_of_new_phone;
use end_to_end::sitter::{self, Sitter};
use end_to_end::stack::{CARD, Order, Stack, Store};
use futures_util::future::join_all;
use mobile_bridge::CallError;
use reservation::card::Standing;
use reservation::limits::FACE_FAILURES_TO_LOCK;
use virtual_card::CardInHand;
use wire::app::{FaceChallenge, FaceVerdict};
use wire::problem::ProblemType;

const AT_ONCE: usize = 100;
const PHONES: usize = 10;

/// Frames of somebody else who does what is asked for: another set for each number.
fn frames(stranger: &Sitter, challenge: &FaceChallenge, number: usize) -> Vec<Vec<u8>> {
    sitter::copied(&stranger.showing(&challenge.poses), number)
}

/// How an attempt ended for good. As long as the server says that another one is being judged, it is sent again.
async fn answered(
    at: &AtFace,
    challenge: &FaceChallenge,
    frames: &[Vec<u8>],
) -> Result<FaceVerdict, ProblemType> {
    loop {
        match at.show(challenge, frames).await {
            Ok(verdict) => return Ok(verdict),
            Err(CallError::Failure(Failure::Busy { .. } | Failure::Interrupted)) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
}

#[track_caller]
fn refused(error: &CallError) -> ProblemType {
    match error {
        CallError::Failure(Failure::Refused(refusal)) => refusal.kind.expect("a kind that we know"),
        other => panic!("{other}"),
    }
}

async fn phone_at_face(stack: &Stack, name: &str, card: &CardInHand) -> AtFace {
    let folder = stack.path(name);
    fs::create_dir(&folder).unwrap();
    let (port, authority) = (stack.site().app_port(), stack.site().file("tls/app-ca.pem"));
    let (server, installation) = server_of_new_phone(&folder, port, &authority, Arc::new(SystemClock));
    let begun = Begun::with(Arc::new(server), installation).await;
    let front = fs::read(stack.album().front(stack.site(), CARD)).unwrap();
    begun.accepted(&begun.proof(card, front)).await
}

/// A hundred answers to one challenge, some alike and some not: one is judged, and whoever sends the same is told the same.
async fn one_challenge(at: &AtFace, stranger: &Sitter) {
    let challenge = at.challenge().await.unwrap();
    let sets: Vec<_> = (0..PHONES).map(|number| frames(stranger, &challenge, number)).collect();
    let attempts = (0..AT_ONCE).map(|number| answered(at, &challenge, &sets[number % sets.len()]));
    let answers = join_all(attempts).await;
    let failed = FaceVerdict::NotMatched { tries_left: 4, advice: None };
    let judged = answers.iter().filter(|answer| **answer == Ok(failed.clone()));
    let other = answers.iter().filter(|answer| **answer == Err(ProblemType::AttemptUsed));
    let counts = (judged.count(), other.count());
    assert_eq!(counts, (AT_ONCE / PHONES, AT_ONCE - AT_ONCE / PHONES), "{answers:?}");
}

/// One phone's part of a hundred attempts: ten challenges, each answered. Counts the verdicts.
async fn ten_attempts(at: &AtFace, stranger: &Sitter, phone: usize) -> usize {
    let mut verdicts = 0;
    for number in 0..AT_ONCE / PHONES {
        let challenge = match at.challenge().await {
            Ok(challenge) => challenge,
            Err(error) => {
                let kind = refused(&error);
                assert!(is_over(kind), "{kind:?}");
                continue;
            }
        };
        let frames = frames(stranger, &challenge, 100 * (1 + phone) + number);
        match answered(at, &challenge, &frames).await {
            Ok(FaceVerdict::NotMatched { advice: None, .. } | FaceVerdict::Locked { .. }) => verdicts += 1,
            Ok(other) => panic!("{other:?}"),
            Err(kind) => assert!(is_over(kind), "{kind:?}"),
        }
    }
    verdicts
}

/// Whether this is what a phone is told after the lock.
fn is_over(kind: ProblemType) -> bool {
    use ProblemType as P;
    [P::CardLocked, P::InstallationLocked, P::BookingUnknown, P::BookingOutOfOrder].contains(&kind)
}

fn a_hundred_attempts_at_once(store: Store) {
    let stack = Order::on(store).with_faces().start();
    let card = cards::take(&stack.site().card(CARD));
    let stranger = Sitter::new(Person::Impostor);
    let most = u32::from(FACE_FAILURES_TO_LOCK);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let phones = runtime.block_on(async {
        let mut phones = Vec::new();
        for number in 0..PHONES {
            phones.push(phone_at_face(&stack, &format!("phone-{number}"), &card).await);
        }
        one_challenge(&phones[0], &stranger).await;
        assert_eq!(stack.comparisons(), 1);
        let attempts = phones.iter().enumerate().map(|(phone, at)| ten_attempts(at, &stranger, phone));
        let verdicts: usize = join_all(attempts).await.into_iter().sum();
        assert_eq!(u32::try_from(verdicts).unwrap(), most - 1);
        phones
    });
    let stored = stack.stored(CARD).unwrap();
    assert!(matches!(stored.record.standing, Standing::LockedUntil { .. }), "{:?}", stored.record);
    assert_eq!(stored.record.failures_in_all, u16::from(FACE_FAILURES_TO_LOCK));
    assert_eq!(stack.comparisons(), most);
    // One more each.
    let looked = stack.engine_asked("inspect");
    for at in &phones {
        assert!(is_over(refused(&runtime.block_on(at.challenge()).unwrap_err())));
    }
    assert_eq!((stack.comparisons(), stack.engine_asked("inspect")), (most, looked));
}

#[test]
fn a_hundred_attempts_at_once_are_at_most_five_comparisons_on_the_embedded_store() {
    a_hundred_attempts_at_once(Store::Embedded);
}

#[test]
fn a_hundred_attempts_at_once_are_at_most_five_comparisons_on_redis() {
    a_hundred_attempts_at_once(Store::Redis);
}
