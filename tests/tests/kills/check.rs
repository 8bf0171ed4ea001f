//! What must hold after every kill.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use end_to_end::child::Child;
use end_to_end::relay::{Moment, Then, Trap};
use end_to_end::said::Said;
use end_to_end::stack::{Order, Place, Stack};
use reservation::BookingId;
use reservation::limits::CLAIMS_PER_RESERVATION;

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Begins a run whose program is killed at this moment, and waits for that.
pub(crate) fn kill_at(trap: &Trap, moment: Moment, then: Then, begin: impl FnOnce() -> Child) -> Said {
    let (name, victim) = mpsc::channel();
    trap.set(moment, then, move || {
        let killer: end_to_end::child::Killer = victim.recv().expect("the run was begun");
        killer.kill();
    });
    let run = begin();
    name.send(run.killer()).unwrap();
    let said = run.finish(LIMIT);
    assert!(trap.wait(LIMIT), "{moment:?} never came: {said}");
    assert_eq!(said.code, None, "{moment:?}: {said}");
    trap.count();
    said
}

/// Does the runs on several stacks at once: most of a run is waiting, for a card to be seen or a server to be asked
/// again. `run` is given the stack and how many runs it has had before.
pub(crate) fn on_several_stacks<T: Sync>(
    order: Order,
    stacks: usize,
    runs: &[T],
    run: impl Fn(&mut Stack, usize, &T) + Sync,
) {
    thread::scope(|scope| {
        for first in 0..stacks.min(runs.len()) {
            let run = &run;
            scope.spawn(move || {
                let mut stack = order.start();
                for (number, which) in runs.iter().skip(first).step_by(stacks).enumerate() {
                    run(&mut stack, number, which);
                }
            });
        }
    });
}

/// A new card after every few runs: the rules bound how many reservations one card gets in a quarter of an hour.
const RUNS_PER_CARD: usize = 6;

/// The card of the `run`-th run, counted from 0; a new one is put in its place.
pub(crate) fn card_of(stack: &mut Stack, run: usize, place: Place) -> String {
    let card = format!("card-{}", run / RUNS_PER_CARD);
    if run.is_multiple_of(RUNS_PER_CARD) {
        stack.pull();
        stack.issue(&card, &[]);
        stack.put(&card, place);
    }
    card
}

/// What the store knows of a card before a booking with a kill in it.
pub(crate) struct Books {
    card: String,
    before: Vec<BookingId>,
}

impl Books {
    pub(crate) fn open(stack: &Stack, card: &str) -> Self {
        let before = stack.stored(card).map(|card| card.reserved()).unwrap_or_default();
        Self { card: card.to_owned(), before }
    }

    /// Exactly one reservation was made since, and it lives.
    #[track_caller]
    pub(crate) fn one_reservation_lives(&self, stack: &Stack, what: &str) -> BookingId {
        let card = stack.stored(&self.card).expect("the card proved itself");
        let new: Vec<_> =
            card.reserved().into_iter().filter(|booking| !self.before.contains(booking)).collect();
        assert_eq!(new.len(), 1, "{what}: {:?}", card.events);
        let live = card.record.live.as_ref().map(|live| live.booking);
        assert_eq!(live, Some(new[0]), "{what}: {:?}", card.record);
        new[0]
    }
}

/// The reservation was completed, once, by one of its claims.
#[track_caller]
pub(crate) fn completed_once(stack: &Stack, card: &str, booking: BookingId, what: &str) {
    let card = stack.stored(card).expect("the card proved itself");
    assert_eq!(card.completions(booking), 1, "{what}: {:?}", card.events);
    let claims = card.claims(booking);
    assert!((1..=CLAIMS_PER_RESERVATION).contains(&claims.len()), "{what}: {claims:?}");
    assert!(card.record.live.is_none(), "{what}: {:?}", card.record);
}
