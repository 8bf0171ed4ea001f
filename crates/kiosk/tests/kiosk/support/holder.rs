//! A holder who types what the test says and remembers what was told.

use std::collections::VecDeque;
use std::time::Duration;

use card::Tries;
use kiosk::{Answer, KnownPinComplaint, Notice, Person};
use reservation::PinKind;
use secret::NewPinRefused;

use super::kill::StandingClock;

#[derive(Default)]
pub(crate) struct Holder {
    pub(crate) known: VecDeque<&'static str>,
    pub(crate) new: VecDeque<(&'static str, &'static str)>,
    /// How long the holder thinks before each entry.
    pub(crate) thinks: Duration,
    /// Whether the holder, with nothing left to type, walks away instead of giving up.
    pub(crate) walks_away: bool,
    pub(crate) clock: StandingClock,
    pub(crate) told: Vec<String>,
    pub(crate) complaints: Vec<KnownPinComplaint>,
    pub(crate) refusals: Vec<NewPinRefused>,
    pub(crate) shown_tries: Vec<Tries>,
    /// How long the kiosk would have waited at each new PIN.
    pub(crate) new_pin_patience: Vec<Duration>,
}

impl Holder {
    pub(crate) fn types(known: &[&'static str], new: &[(&'static str, &'static str)]) -> Self {
        Self { known: known.iter().copied().collect(), new: new.iter().copied().collect(), ..Self::default() }
    }

    fn no_entry<T>(&self, patience: Duration) -> Answer<T> {
        if self.walks_away {
            self.clock.advance(patience);
            Answer::NotInTime
        } else {
            Answer::GaveUp
        }
    }

    pub(crate) fn was_told(&self, part: &str) -> bool {
        self.told.iter().any(|told| told.contains(part))
    }
}

impl Person for Holder {
    fn tell(&mut self, notice: &Notice) {
        self.told.push(format!("{notice:?}"));
    }

    fn known_pin(
        &mut self,
        _kind: PinKind,
        tries: Tries,
        complaint: Option<KnownPinComplaint>,
        patience: Duration,
    ) -> Answer<String> {
        self.clock.advance(self.thinks);
        self.shown_tries.push(tries);
        self.complaints.extend(complaint);
        match self.known.pop_front() {
            Some(entry) => Answer::Typed(entry.to_owned()),
            None => self.no_entry(patience),
        }
    }

    fn new_pin(
        &mut self,
        _kind: PinKind,
        complaint: Option<NewPinRefused>,
        patience: Duration,
    ) -> Answer<(String, String)> {
        self.clock.advance(self.thinks);
        self.refusals.extend(complaint);
        self.new_pin_patience.push(patience);
        match self.new.pop_front() {
            Some((entry, again)) => Answer::Typed((entry.to_owned(), again.to_owned())),
            None => self.no_entry(patience),
        }
    }
}
