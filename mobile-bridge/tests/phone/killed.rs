//! The phone is killed between any two messages: before each call leaves, and before each answer arrives. The same
//! command again ends with one reservation.

use mobile_bridge::{CallError, PhoneError};

use crate::booking::{World, book};
use crate::support::server::KILLED;

fn was_killed(error: &PhoneError) -> bool {
    matches!(error, PhoneError::Call(CallError::Failure(client::Failure::NotUnderstood { status: KILLED })))
}

#[tokio::test]
async fn a_phone_killed_between_any_two_messages_goes_on_with_nothing_doubled() {
    let steps = {
        let world = World::new();
        book(&world, &mut world.phone()).await.unwrap();
        world.server.steps()
    };
    assert_eq!(steps, 8, "register, start, card, reservation: there and back");
    for at in 1..=steps {
        let world = World::new();
        world.server.kill_at(at);
        let error = book(&world, &mut world.phone()).await.unwrap_err();
        assert!(was_killed(&error), "step {at}: {error:?}");
        world.server.kill_at(0);
        // A new process: only what was stored is known.
        let reservation = book(&world, &mut world.phone()).await.unwrap();
        assert_eq!((world.server.bookings(), world.server.reservations()), (1, 1), "killed at step {at}");
        assert_eq!(world.phone().held().unwrap().number(), reservation.number);
    }
}

#[tokio::test]
async fn a_phone_killed_twice_goes_on_too() {
    for first in 1..=8 {
        for second in 1..=8 {
            let world = World::new();
            world.server.kill_at(first);
            book(&world, &mut world.phone()).await.unwrap_err();
            world.server.kill_at(second);
            let _ = book(&world, &mut world.phone()).await;
            world.server.kill_at(0);
            if world.phone().held().is_none() {
                book(&world, &mut world.phone()).await.unwrap();
            }
            assert_eq!((world.server.bookings(), world.server.reservations()), (1, 1), "{first}, {second}");
        }
    }
}
