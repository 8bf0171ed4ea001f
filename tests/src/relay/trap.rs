//! Counts exchanges, and acts at one moment of one of them.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A moment in the traffic. Exchanges are counted from 1 since the trap was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The question of this exchange has arrived and was not passed on.
    Before(usize),
    /// The answer of this exchange was made and was not passed on.
    After(usize),
}

impl Moment {
    /// Both moments of each of these exchanges, in order.
    pub fn all(exchanges: usize) -> impl Iterator<Item = Self> {
        (1..=exchanges).flat_map(|number| [Self::Before(number), Self::After(number)])
    }
}

/// What becomes of the message at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It goes on to whoever is still there.
    Pass,
    /// It is lost, and the connection with it.
    Lose,
}

type Act = Box<dyn FnOnce() + Send>;

/// What passes by, as whoever listens hears it before it is passed on.
#[derive(Clone, Copy, Debug)]
pub enum Heard<'a> {
    /// A question, with what it carries.
    Question(&'a str, &'a [u8]),
    /// The answer to that question.
    Answer(&'a str),
}

type Ear = Box<dyn FnMut(Heard<'_>) + Send>;

/// One relay's counter, and what shall happen where.
#[derive(Default)]
pub struct Trap {
    state: Mutex<State>,
    sprung: Condvar,
    ear: Mutex<Option<Ear>>,
}

#[derive(Default)]
struct State {
    set: Option<(Moment, Then, Act)>,
    seen: Vec<String>,
    sprung: bool,
}

impl Trap {
    /// A trap that only counts.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Counts from nought, and acts at `moment`: there `act` is done first, then the message passes or is lost.
    pub fn set(&self, moment: Moment, then: Then, act: impl FnOnce() + Send + 'static) {
        *self.lock() = State { set: Some((moment, then, Box::new(act))), ..State::default() };
    }

    /// Counts from nought, and only counts.
    pub fn count(&self) {
        *self.lock() = State::default();
    }

    /// Has everything heard by `ear` from here on.
    pub fn listen(&self, ear: impl FnMut(Heard<'_>) + Send + 'static) {
        *self.ear.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(ear));
    }

    /// Has nothing heard any more.
    pub fn stop_listening(&self) {
        *self.ear.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Something passes by.
    pub(super) fn hear(&self, heard: Heard<'_>) {
        if let Some(ear) = &mut *self.ear.lock().unwrap_or_else(PoisonError::into_inner) {
            ear(heard);
        }
    }

    /// What was asked since, in order.
    pub fn seen(&self) -> Vec<String> {
        self.lock().seen.clone()
    }

    /// Whether the moment has come.
    pub fn has_sprung(&self) -> bool {
        self.lock().sprung
    }

    /// Waits for the moment; whether it came within `limit`.
    pub fn wait(&self, limit: Duration) -> bool {
        let waited = self.sprung.wait_timeout_while(self.lock(), limit, |state| !state.sprung);
        waited.unwrap_or_else(PoisonError::into_inner).0.sprung
    }

    /// A question has arrived: its number, and what becomes of it.
    pub(super) fn question(&self, label: String) -> (usize, Then) {
        let mut state = self.lock();
        state.seen.push(label);
        let number = state.seen.len();
        drop(state);
        (number, self.at(Moment::Before(number)))
    }

    /// The answer to that question was made.
    pub(super) fn answer(&self, number: usize) -> Then {
        self.at(Moment::After(number))
    }

    fn at(&self, moment: Moment) -> Then {
        let mut state = self.lock();
        match state.set.take() {
            Some((here, then, act)) if here == moment => {
                drop(state);
                act();
                self.lock().sprung = true;
                self.sprung.notify_all();
                then
            }
            other => {
                state.set = other;
                Then::Pass
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
