//! The phone is killed between any two messages: before each call leaves, and before each answer arrives. The same
//! command again ends with one reservation, and no attempt of a face is judged twice.

use mobile_bridge::{CallError, PhoneError};
use reservation::PinKind;

use crate::support::server::KILLED;
use crate::support::world::{Camera, Ended, World, book, book_with};

fn was_killed(error: &PhoneError) -> bool {
    matches!(error, PhoneError::Call(CallError::Failure(client::Failure::NotUnderstood { status: KILLED })))
}

/// The half-calls of a booking of this PIN in which nothing goes wrong.
fn half_calls(target: PinKind) -> usize {
    match target {
        // Register, start, card, reservation: there and back.
        PinKind::User => 8,
        // And challenge and face.
        PinKind::Signature => 12,
    }
}

#[tokio::test]
async fn a_phone_killed_between_any_two_messages_goes_on_with_nothing_doubled() {
    for (target, camera) in [
        (PinKind::User, Camera::Forgets),
        (PinKind::Signature, Camera::Forgets),
        (PinKind::Signature, Camera::Keeps),
    ] {
        let world = World::new(target);
        book(&world, &mut world.phone()).await.unwrap();
        assert_eq!(world.server.steps(), half_calls(target));
        let judged = world.server.judged();
        for at in 1..=half_calls(target) {
            let world = World::new(target);
            world.server.kill_at(at);
            let error = book_with(&world, &mut world.phone(), "holder", camera).await.unwrap_err();
            assert!(was_killed(&error), "step {at}: {error:?}");
            world.server.kill_at(0);
            // A new process: only what was stored is known.
            let ended = book_with(&world, &mut world.phone(), "holder", camera).await.unwrap();
            assert_eq!(
                (world.server.bookings(), world.server.reservations(), world.server.judged()),
                (1, 1, judged),
                "{target}, {camera:?}, killed at step {at}"
            );
            assert_eq!(world.phone().held().unwrap().number(), ended.reserved().number);
        }
    }
}

#[tokio::test]
async fn a_phone_killed_twice_goes_on_too() {
    for target in PinKind::ALL {
        for first in 1..=half_calls(target) {
            for second in 1..=half_calls(target) {
                let world = World::new(target);
                world.server.kill_at(first);
                book(&world, &mut world.phone()).await.unwrap_err();
                world.server.kill_at(second);
                let _ = book(&world, &mut world.phone()).await;
                world.server.kill_at(0);
                if world.phone().held().is_none() {
                    book(&world, &mut world.phone()).await.unwrap();
                }
                assert_eq!(
                    (world.server.bookings(), world.server.reservations()),
                    (1, 1),
                    "{target}: {first}, {second}"
                );
                assert!(world.server.judged() <= 1, "{target}: {first}, {second}");
            }
        }
    }
}

/// A phone whose face was not matched, and which was killed before it heard so: half-call 10.
async fn killed_before_the_verdict(camera: Camera) -> World {
    let world = World::new(PinKind::Signature);
    world.server.kill_at(10);
    let killed = book_with(&world, &mut world.phone(), "other", camera).await;
    assert!(was_killed(&killed.unwrap_err()));
    world.server.kill_at(0);
    assert_eq!(world.server.judged(), 1);
    world
}

#[tokio::test]
async fn a_failed_face_whose_verdict_was_lost_is_told_to_the_same_frames_and_not_judged_again() {
    let world = killed_before_the_verdict(Camera::Keeps).await;
    let told = book_with(&world, &mut world.phone(), "other", Camera::Keeps).await.unwrap();
    assert!(matches!(told, Ended::NotMatched { tries_left: 4 }), "{told:?}");
    assert_eq!(world.server.judged(), 1);
    // Another run is another attempt, in the same booking.
    book(&world, &mut world.phone()).await.unwrap();
    assert_eq!((world.server.bookings(), world.server.judged()), (1, 2));
}

#[tokio::test]
async fn a_camera_that_keeps_nothing_answers_a_new_challenge_after_a_lost_verdict() {
    let world = killed_before_the_verdict(Camera::Forgets).await;
    let told = book_with(&world, &mut world.phone(), "other", Camera::Forgets).await.unwrap();
    assert!(matches!(told, Ended::NotMatched { tries_left: 3 }), "{told:?}");
    book(&world, &mut world.phone()).await.unwrap();
    assert_eq!((world.server.bookings(), world.server.judged()), (1, 3));
}
