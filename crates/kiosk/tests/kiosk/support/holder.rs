//! A holder who types what the test says and remembers what was told.

use std::collections::VecDeque;
use std::time::Duration;

use card::Tries;
use kiosk::{KnownPinComplaint, Notice, Person};
use reservation::PinKind;
use secret::NewPinRefused;

use super::kill::StandingClock;

#[derive(Default)]
pub(crate) struct Holder {
    pub(crate) known: VecDeque<&'static str>,
    pub(crate) new: VecDeque<(&'static str, &'static str)>,
    /// How long the holder thinks before each entry.
    pub(crate) thinks: Duration,
    pub(crate) clock: StandingClock,
    pub(crate) told: Vec<String>,
    pub(crate) complaints: Vec<KnownPinComplaint>,
    pub(crate) refusals: Vec<NewPinRefused>,
    pub(crate) shown_tries: Vec<Tries>,
}

impl Holder {
    pub(crate) fn types(known: &[&'static str], new: &[(&'static str, &'static str)]) -> Self {
        Self { known: known.iter().copied().collect(), new: new.iter().copied().collect(), ..Self::default() }
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
    ) -> Option<String> {
        self.clock.advance(self.thinks);
        self.shown_tries.push(tries);
        self.complaints.extend(complaint);
        self.known.pop_front().map(str::to_owned)
    }

    fn new_pin(&mut self, _kind: PinKind, complaint: Option<NewPinRefused>) -> Option<(String, String)> {
        self.clock.advance(self.thinks);
        self.refusals.extend(complaint);
        self.new.pop_front().map(|(entry, again)| (entry.to_owned(), again.to_owned()))
    }
}
