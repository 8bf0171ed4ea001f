//! A card's lock is lifted by two different people of the desk; that resets both counts of failures.

use crate::card::{Approval, Card, Fact, Refusal, Repeat, Standing};
use crate::decision::{Command, Dated};
use crate::limits::STAFF_APPROVAL_LIFE;
use crate::{InstallationId, Policy, ReservationNumber, StaffId, Timestamp};

type Facts = Vec<Dated<Fact>>;

/// A first member of staff agrees to lift the card's lock; a newer approval takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApproveLift {
    /// The number the holder read out.
    pub number: ReservationNumber,
    /// Who agrees.
    pub staff: StaffId,
}

/// A second, different member of staff lifts the lock, timed or for good. The same person's command again
/// gets the same answer, so that the app's lock is lifted too even if the first answer got lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lift {
    /// The number the holder read out.
    pub number: ReservationNumber,
    /// Who lifts; not the one who agreed.
    pub staff: StaffId,
}

/// The lock is lifted: send [`crate::installation::CopyLift`] next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// The app on which the last failure was.
    pub installation: InstallationId,
    /// When the lock was lifted.
    pub lifted_at: Timestamp,
}

impl Approval {
    fn stands(&self, now: Timestamp) -> bool {
        now < self.at.after(STAFF_APPROVAL_LIFE)
    }

    /// Who agreed first, if that stands and was somebody else.
    pub(super) fn confirmed_by(
        first: Option<&Self>,
        second: &StaffId,
        now: Timestamp,
    ) -> Result<StaffId, Refusal> {
        match first.filter(|approval| approval.stands(now)) {
            None => Err(Refusal::NotApproved),
            Some(approval) if approval.staff == *second => Err(Refusal::SamePerson),
            Some(approval) => Ok(approval.staff.clone()),
        }
    }

    /// Gives an approval; whether it stood already.
    pub(super) fn give(place: &mut Option<Self>, staff: &StaffId, now: Timestamp) -> bool {
        if place.as_ref().is_some_and(|given| given.staff == *staff && given.stands(now)) {
            return true;
        }
        *place = Some(Self { staff: staff.clone(), at: now });
        false
    }
}

impl Card {
    /// The lift that this person did of late.
    fn lifted_by(&self, staff: &StaffId, now: Timestamp) -> Option<Lifted> {
        self.history.iter().rev().find_map(|entry| match &entry.fact {
            Fact::LockLifted { installation, second, .. }
                if second == staff && now < entry.at.after(STAFF_APPROVAL_LIFE) =>
            {
                Some(Lifted { installation: *installation, lifted_at: entry.at })
            }
            _ => None,
        })
    }
}

impl Command<Card> for ApproveLift {
    type Outcome = ();

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, ()), Refusal> {
        let mut card = state.ok_or(Refusal::NumberNotCurrent)?;
        card.refuse_other_number(self.number)?;
        let repeated = match &mut card.standing {
            Standing::Open { .. } => return Err(Refusal::NotLocked),
            Standing::LockedUntil { approval, .. } | Standing::LockedForGood { approval, .. } => {
                Approval::give(approval, &self.staff, now)
            }
        };
        let fact = if repeated {
            Fact::Repeated(Repeat::Approved(self.staff))
        } else {
            Fact::LiftApproved { staff: self.staff }
        };
        facts.push(Dated::new(now, fact));
        Ok((card, ()))
    }
}

impl Command<Card> for Lift {
    type Outcome = Lifted;

    fn apply(
        self,
        state: Option<Card>,
        now: Timestamp,
        _policy: &Policy,
        facts: &mut Facts,
    ) -> Result<(Card, Lifted), Refusal> {
        let mut card = state.ok_or(Refusal::NumberNotCurrent)?;
        card.refuse_other_number(self.number)?;
        let (installation, first) = match &card.standing {
            Standing::Open { .. } => {
                let lifted = card.lifted_by(&self.staff, now).ok_or(Refusal::NotLocked)?;
                facts.push(Dated::new(now, Fact::Repeated(Repeat::Lifted(self.staff))));
                return Ok((card, lifted));
            }
            Standing::LockedUntil { installation, approval, .. }
            | Standing::LockedForGood { installation, approval, .. } => {
                (*installation, Approval::confirmed_by(approval.as_ref(), &self.staff, now)?)
            }
        };
        card.failures_in_all = 0;
        card.open_generation();
        facts.push(Dated::new(now, Fact::LockLifted { installation, first, second: self.staff }));
        Ok((card, Lifted { installation, lifted_at: now }))
    }
}
