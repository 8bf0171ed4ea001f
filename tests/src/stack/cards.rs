//! Cards: issued, put on a reader, pulled, and what they were asked.

use std::time::Duration;

use super::{Place, Stack, reader_name};
use crate::camera::Pictures;
use crate::child::Child;
use crate::faces::{Album, Person};
use crate::insertion::wait_until_empty;
use crate::programs;
use crate::relay::CardRelay;
use crate::trace::Trace;

/// The smart card service sees a card within a second; a busy machine may take longer. The first card after one that was
/// pulled from under a client it may not see at all, so the first is not waited for as long.
const FIRST_SEEN_WITHIN: Duration = Duration::from_secs(2);
const SEEN_WITHIN: Duration = Duration::from_secs(4);
const PUT_AT_MOST: usize = 5;

impl Stack {
    /// Issues a card, with the holder's portrait where there is a face engine.
    pub fn issue(&self, card: &str, options: &[&str]) {
        if self.order.faces {
            self.site.issue_with_face(card, Person::Holder, options);
        } else {
            self.site.issue(card, options);
        }
    }

    /// What this test's phones photograph.
    pub const fn album(&self) -> &Album {
        &self.album
    }

    /// A camera before which this person does what is asked for.
    pub fn frames(&self, of: Person) -> Pictures {
        self.album.frames(of)
    }

    /// Takes whatever card lies somewhere, puts this one there, and returns when the smart card service has seen it.
    ///
    /// # Panics
    /// If it does not see it.
    pub fn put(&mut self, card: &str, place: Place) {
        self.pull();
        // pcscd looks every 400 ms. A card that is away for less, and was pulled from under a client, it takes for the
        // one that has gone; away once more it is seen to be away.
        for attempt in 0..PUT_AT_MOST {
            let begun = self.watch_lines();
            let process = self.insert(card, place);
            let patience = if attempt == 0 { FIRST_SEEN_WITHIN } else { SEEN_WITHIN };
            let seen = self.until_service_says("in", place, begun, patience);
            self.card = Some((process, place, card.to_owned()));
            if seen {
                return;
            }
            self.pull();
        }
        panic!("the smart card service does not see the card:\n{}", self.watch.said());
    }

    fn insert(&self, card: &str, place: Place) -> Child {
        let reader = self.card_relay(place).map_or_else(|| self.reader_address(place), CardRelay::address);
        let mut command = programs::command(programs::CARD);
        command.arg("run").arg("--dir").arg(self.site.trust());
        command.args(["--card", card, "--vpcd", &reader, "--trace"]);
        Child::start("card", &mut command, &[], &self.said())
    }

    /// Puts the card there unless it is there already.
    pub fn leave(&mut self, card: &str, place: Place) {
        let there = matches!(&self.card, Some((process, lies, name)) if !process.has_ended() && *lies == place && name == card);
        if !there {
            self.put(card, place);
        }
    }

    /// Takes the card away, and returns when reader and service have seen that.
    pub fn pull(&mut self) {
        if let Some((card, place, _)) = self.card.take() {
            card.kill();
            wait_until_empty(self.reader_port(place));
            // One that was never seen to come is not seen to leave.
            let last = |line: &String| line.ends_with(reader_name(place));
            let lines: Vec<String> = self.watch.said().lines().map(str::to_owned).collect();
            if lines.iter().rfind(|line| last(line)).is_some_and(|line| line.starts_with("in")) {
                self.until_service_says("out", place, lines.len(), SEEN_WITHIN);
            }
        }
    }

    fn watch_lines(&self) -> usize {
        self.watch.said().lines().count()
    }

    /// Waits until it has said this of a reader after so many lines; whether it did.
    fn until_service_says(&self, word: &str, place: Place, after: usize, patience: Duration) -> bool {
        let line = format!("{word} {}", reader_name(place));
        self.watch.waits(patience, || self.watch.said().lines().skip(after).any(|said| said == line))
    }

    fn reader_port(&self, place: Place) -> u16 {
        let address = self.reader_address(place);
        let port = address.rsplit(':').next().and_then(|port| port.parse().ok());
        port.expect("an address ends in a port")
    }

    fn reader_address(&self, place: Place) -> String {
        match place {
            Place::Phone => self.readers.address(),
            Place::Kiosk => self.readers.second_address(),
        }
    }

    /// The card that lies somewhere: its log has the header and status word of every command since it was put there.
    ///
    /// # Panics
    /// If none does.
    pub fn card(&self) -> &Child {
        &self.card.as_ref().expect("a card was put somewhere").0
    }

    /// What the card that lies somewhere was asked since it was put there.
    pub fn trace(&self) -> Trace {
        Trace::parse(&self.card().log())
    }
}
