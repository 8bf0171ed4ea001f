//! I8: the log alone tells what the record says. Each record's facts are folded, and compared with the record.

use reservation::card::{self, Card, Live};
use reservation::decision::{Dated, Event};
use reservation::installation::{self, Installation, Verdict};
use reservation::{AttemptId, BookingId, Timestamp};

use crate::checked::{Checked, check};

/// What the log says of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardLog {
    pub last: Option<Timestamp>,
    open: Option<AttemptId>,
    failures: u8,
    in_all: u16,
    locked: bool,
    live: Option<(BookingId, bool)>,
    ends: usize,
}

impl CardLog {
    pub fn append(&mut self, event: &Event<card::Fact>) -> Checked {
        check(!event.facts.is_empty(), "I8", || "an event without a fact".into())?;
        check(self.last.is_none_or(|last| last <= event.at), "I8", || "the log runs backwards".into())?;
        self.last = Some(event.at);
        for Dated { at, fact } in &event.facts {
            check(*at <= event.at, "I8", || format!("{fact:?} lies ahead of its event"))?;
            self.fold(fact);
        }
        Ok(())
    }

    fn fold(&mut self, fact: &card::Fact) {
        use card::Fact;
        match fact {
            Fact::AttemptDebited { attempt, .. } => self.open = Some(*attempt),
            Fact::AttemptSettled { verdict, .. } => {
                self.open = None;
                match verdict {
                    Verdict::Accepted => self.failures = 0,
                    Verdict::Voided => {}
                    Verdict::Rejected(_) | Verdict::Lapsed => {
                        self.failures += 1;
                        self.in_all += 1;
                    }
                }
            }
            Fact::LockBegan { .. } | Fact::LockedForGood => self.locked = true,
            Fact::LockEnded => {
                self.locked = false;
                self.failures = 0;
            }
            Fact::LockLifted { .. } => {
                self.locked = false;
                self.failures = 0;
                self.in_all = 0;
            }
            Fact::Reserved { booking, .. } => self.live = Some((*booking, false)),
            Fact::Claimed { booking, .. } => self.live = Some((*booking, true)),
            Fact::LeaseLapsed { .. } | Fact::ClaimFailed { .. } => {
                self.live = self.live.map(|(booking, _)| (booking, false));
            }
            Fact::Replaced { booking }
            | Fact::Exhausted { booking }
            | Fact::Expired { booking }
            | Fact::CancelledByHolder { booking }
            | Fact::CancelledByDesk { booking, .. }
            | Fact::Completed { booking, .. } => {
                if self.live.is_some_and(|(live, _)| live == *booking) {
                    self.live = None;
                    self.ends += 1;
                }
            }
            Fact::Proved { .. }
            | Fact::LiftApproved { .. }
            | Fact::ClaimUnknown { .. }
            | Fact::ProofNoted { .. }
            | Fact::ClaimOvertaken { .. }
            | Fact::CancelApproved { .. }
            | Fact::Repeated(_) => {}
        }
    }

    pub fn agrees_with(&self, card: &Card) -> Checked {
        let live = card.live.as_ref().map(|live| (live.booking, matches!(live.state, Live::Claimed(_))));
        check(self.live == live, "I8", || format!("the log says {:?}, the record {live:?}", self.live))?;
        check(self.in_all == card.failures_in_all, "I8", || {
            format!("the log counts {} failures in all, the record {}", self.in_all, card.failures_in_all)
        })?;
        match &card.standing {
            card::Standing::Open { failures, attempt } => {
                let open = attempt.as_ref().map(|open| open.attempt);
                let same = !self.locked && self.failures == *failures && self.open == open;
                check(same, "I8", || format!("the log says {self:?}, the record {:?}", card.standing))
            }
            card::Standing::LockedUntil { .. } | card::Standing::LockedForGood { .. } => {
                check(self.locked, "I8", || "the log knows of no lock".into())
            }
        }
    }
}

/// What the log says of an installation.
#[derive(Clone, Debug, Default)]
pub struct AppLog {
    pub last: Option<Timestamp>,
    booking: Option<BookingId>,
    failures: u8,
    locked: bool,
}

impl AppLog {
    pub fn append(&mut self, event: &Event<installation::Fact>) -> Checked {
        check(!event.facts.is_empty(), "I8", || "an event without a fact".into())?;
        check(self.last.is_none_or(|last| last <= event.at), "I8", || "the log runs backwards".into())?;
        self.last = Some(event.at);
        for Dated { at, fact } in &event.facts {
            check(*at <= event.at, "I8", || format!("{fact:?} lies ahead of its event"))?;
            self.fold(fact);
        }
        Ok(())
    }

    fn fold(&mut self, fact: &installation::Fact) {
        use installation::Fact;
        match fact {
            Fact::BookingStarted { booking, .. } => self.booking = Some(*booking),
            Fact::AttemptSettled { verdict, .. } => match verdict {
                Verdict::Accepted => self.failures = 0,
                Verdict::Voided => {}
                Verdict::Rejected(_) | Verdict::Lapsed => self.failures += 1,
            },
            Fact::LockBegan { .. } => self.locked = true,
            Fact::LockEnded | Fact::LockLifted => {
                self.locked = false;
                self.failures = 0;
            }
            Fact::Registered
            | Fact::CardAccepted { .. }
            | Fact::ChallengeIssued { .. }
            | Fact::AttemptDebited { .. }
            | Fact::BookingFinished { .. }
            | Fact::Repeated(_) => {}
        }
    }

    pub fn agrees_with(&self, app: &Installation) -> Checked {
        let booking = app.booking.as_ref().map(|booking| booking.id);
        check(self.booking == booking, "I8", || {
            format!("the log says {:?}, the record {booking:?}", self.booking)
        })?;
        match app.standing {
            installation::Standing::Open { failures } => {
                check(!self.locked && self.failures == failures, "I8", || {
                    format!("the log says {self:?}, the record {:?}", app.standing)
                })
            }
            installation::Standing::Locked { .. } => {
                check(self.locked, "I8", || "the log knows of no lock".into())
            }
        }
    }
}
