//! A second, plain telling of what may happen, fed only with what was sent and what was answered.
//!
//! It shares no code with the rules beyond the names of things and the limits, and holds no record of theirs.

use std::collections::BTreeMap;

use reservation::card::{Debit, Finding};
use reservation::installation::Verdict;
use reservation::limits::{
    CLAIM_LEASE, CLAIMS_PER_RESERVATION, DEFAULT_LOCK, ENDED_RESERVATIONS_KEPT, FACE_COPY_GRACE,
    FACE_FAILURES_FOR_GOOD, FACE_FAILURES_TO_LOCK, FRAMES_REMEMBERED, RESERVATION_LIFE, STAFF_APPROVAL_LIFE,
    VOIDS_PER_BOOKING,
};
use reservation::statement::CardChallenge;
use reservation::{
    AttemptId, BookingId, CardId, ClaimId, FrameMark, InstallationId, KeyHash, PinKind, RequestHash,
    SessionId, StaffId, Timestamp,
};

use crate::checked::{Checked, check};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    None,
    Until(Timestamp),
    ForGood,
}

#[derive(Clone, Debug)]
pub struct ModelCard {
    pub high: Timestamp,
    pub failures: u8,
    pub in_all: u16,
    pub open: Option<(AttemptId, Timestamp)>,
    pub lock: Lock,
    /// Frames of its attempts, oldest first.
    pub frames: Vec<FrameMark>,
    /// Bookings in which this card really proved itself, and their voids.
    pub proved: BTreeMap<BookingId, u8>,
    /// Its reservations, oldest first.
    pub reservations: Vec<BookingId>,
}

#[derive(Clone, Debug)]
pub struct ModelApp {
    pub high: Timestamp,
    pub failures: u8,
    pub open: Option<(AttemptId, Timestamp)>,
    pub locked_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    Live,
    Spent,
    Proved,
}

#[derive(Clone, Debug)]
pub struct ModelGrant {
    pub claim: ClaimId,
    pub session: SessionId,
    pub challenge: CardChallenge,
    pub bytes: Vec<u8>,
    pub lease_ends: Timestamp,
    pub state: GrantState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelEnd {
    Completed,
    Cancelled,
    Exhausted,
    Expired,
    Replaced,
}

#[derive(Clone, Debug)]
pub struct ModelReservation {
    pub card: CardId,
    pub app: InstallationId,
    pub target: PinKind,
    pub key: KeyHash,
    pub made_at: Timestamp,
    /// Whether the phone was told of it.
    pub acknowledged: bool,
    pub grants: Vec<ModelGrant>,
    pub completions: u32,
    pub end: Option<ModelEnd>,
}

#[derive(Clone, Debug, Default)]
pub struct ModelAttempt {
    pub frames: Option<RequestHash>,
    pub app_debited: bool,
    pub card_debited: bool,
    pub matched: Option<RequestHash>,
}

/// What a first member of staff agrees to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approved {
    Lift(CardId),
    Cancel(BookingId),
}

#[derive(Default)]
pub struct Model {
    pub cards: BTreeMap<CardId, ModelCard>,
    pub apps: BTreeMap<InstallationId, ModelApp>,
    pub reservations: BTreeMap<BookingId, ModelReservation>,
    pub attempts: BTreeMap<AttemptId, ModelAttempt>,
    /// Who of the desk agreed to what, and when.
    pub approvals: Vec<(Approved, StaffId, Timestamp)>,
    /// The one card each booking is bound to, and the key that proved it.
    pub bookings: BTreeMap<BookingId, (CardId, KeyHash)>,
}

impl ModelReservation {
    pub fn expires_at(&self) -> Timestamp {
        self.made_at.after(RESERVATION_LIFE)
    }

    pub fn live_grant(&self) -> Option<&ModelGrant> {
        self.grants.last().filter(|grant| self.end.is_none() && grant.state == GrantState::Live)
    }

    fn spend(&mut self, at: Timestamp) {
        if let Some(last) = self.grants.last_mut() {
            last.state = GrantState::Spent;
        }
        if self.grants.len() >= CLAIMS_PER_RESERVATION {
            self.end = Some(ModelEnd::Exhausted);
        } else if self.expires_at() <= at {
            self.end = Some(ModelEnd::Expired);
        }
    }

    fn tick(&mut self, now: Timestamp) {
        if let Some(lease_ends) = self.live_grant().map(|grant| grant.lease_ends).filter(|ends| *ends <= now)
        {
            self.spend(lease_ends);
        }
        if self.end.is_none() && self.live_grant().is_none() && self.expires_at() <= now {
            self.end = Some(ModelEnd::Expired);
        }
    }
}

impl ModelCard {
    fn fail(&mut self, at: Timestamp) {
        self.open = None;
        self.failures += 1;
        self.in_all += 1;
        if self.in_all >= FACE_FAILURES_FOR_GOOD {
            self.lock = Lock::ForGood;
        } else if self.failures >= FACE_FAILURES_TO_LOCK {
            self.lock = Lock::Until(at.after(DEFAULT_LOCK));
        }
    }

    /// Failures in a row, an open attempt counted.
    pub fn debited(&self) -> u8 {
        self.failures + u8::from(self.open.is_some())
    }
}

impl ModelApp {
    fn fail(&mut self, at: Timestamp) {
        self.open = None;
        self.failures += 1;
        if self.failures >= FACE_FAILURES_TO_LOCK {
            self.locked_until = Some(at.after(DEFAULT_LOCK));
        }
    }

    pub fn debited(&self) -> u8 {
        self.failures + u8::from(self.open.is_some())
    }

    pub fn tick(&mut self, now: Timestamp) {
        self.high = self.high.max(now);
        if let Some((_, deadline)) = self.open
            && deadline.after(FACE_COPY_GRACE) <= self.high
        {
            self.fail(deadline.after(FACE_COPY_GRACE));
        }
        if self.locked_until.is_some_and(|until| until <= self.high) {
            self.locked_until = None;
            self.failures = 0;
        }
    }

    pub fn settled(&mut self, verdict: Verdict) {
        let now = self.high;
        match verdict {
            Verdict::Accepted => {
                self.open = None;
                self.failures = 0;
            }
            Verdict::Rejected(_) | Verdict::Lapsed => self.fail(now),
            Verdict::Voided => self.open = None,
        }
    }

    /// A new booking takes the place of one with an open attempt.
    pub fn abandon(&mut self) {
        if self.open.is_some() {
            self.fail(self.high);
        }
    }
}

impl Model {
    /// Lets time pass over a card, and says what the time is there.
    pub fn tick_card(&mut self, id: CardId, now: Timestamp) -> Timestamp {
        let Some(card) = self.cards.get_mut(&id) else { return now };
        card.high = card.high.max(now);
        let now = card.high;
        if let Some((_, deadline)) = card.open
            && deadline <= now
        {
            card.fail(deadline);
        }
        if let Lock::Until(until) = card.lock
            && until <= now
        {
            card.lock = Lock::None;
            card.failures = 0;
        }
        if let Some(booking) = card.reservations.last() {
            self.reservations.get_mut(booking).unwrap().tick(now);
        }
        now
    }

    pub fn proved(&mut self, id: CardId, booking: BookingId, now: Timestamp) {
        let card = self.cards.entry(id).or_insert_with(|| ModelCard {
            high: now,
            failures: 0,
            in_all: 0,
            open: None,
            frames: Vec::new(),
            lock: Lock::None,
            proved: BTreeMap::new(),
            reservations: Vec::new(),
        });
        card.proved.insert(booking, 0);
    }

    /// A booking was bound to a card.
    pub fn bound(&mut self, booking: BookingId, id: CardId, key: KeyHash) -> Checked {
        let proved = self.cards.get(&id).is_some_and(|card| card.proved.contains_key(&booking));
        check(proved, "I7", || format!("{booking:?} was bound to a card without its proof"))?;
        let bound = *self.bookings.entry(booking).or_insert((id, key));
        check(bound == (id, key), "I6", || {
            format!("{booking:?} was bound to {bound:?}, and then to {id:?} by {key:?}")
        })
    }

    pub fn card_debited(&mut self, id: CardId, debit: &Debit, deadline: Timestamp) -> Checked {
        let (booking, attempt) = (debit.booking, debit.attempt);
        let card = self.cards.get_mut(&id).unwrap();
        check(card.proved.contains_key(&booking), "I7", || {
            format!("{booking:?} debited a card it never proved")
        })?;
        check(card.lock == Lock::None, "I5", || "a locked card was debited".into())?;
        check(card.open.is_none(), "I4", || "two attempts open on one card".into())?;
        card.open = Some((attempt, deadline));
        let remembered = card.frames.iter().rev().take(FRAMES_REMEMBERED);
        check(!remembered.into_iter().any(|seen| debit.frames.contains(seen)), "I4", || {
            format!("{attempt:?} was debited for a frame that had been shown")
        })?;
        card.frames.extend(&debit.frames);
        self.attempts.entry(attempt).or_default().card_debited = true;
        Ok(())
    }

    pub fn app_debited(
        &mut self,
        id: InstallationId,
        attempt: AttemptId,
        frames: RequestHash,
        deadline: Timestamp,
    ) {
        self.apps.get_mut(&id).unwrap().open = Some((attempt, deadline));
        let debited = self.attempts.entry(attempt).or_default();
        debited.app_debited = true;
        debited.frames = Some(frames);
    }

    /// The match runs.
    pub fn match_runs(&mut self, attempt: AttemptId, frames: RequestHash) -> Checked {
        let known = self.attempts.entry(attempt).or_default();
        check(known.app_debited && known.card_debited, "I4", || {
            format!("{attempt:?} matched without both debits")
        })?;
        check(known.frames == Some(frames), "I4", || format!("{attempt:?} was debited for other frames"))?;
        check(known.matched.is_none_or(|matched| matched == frames), "I4", || {
            format!("one debit of {attempt:?} paid for two matches")
        })?;
        known.matched = Some(frames);
        Ok(())
    }

    pub fn card_settled(
        &mut self,
        id: CardId,
        booking: BookingId,
        attempt: AttemptId,
        finding: Finding,
        verdict: Verdict,
    ) -> Checked {
        let card = self.cards.get_mut(&id).unwrap();
        check(card.open.is_some_and(|(open, _)| open == attempt), "I4", || {
            format!("{attempt:?} was settled, but not open")
        })?;
        match (finding, verdict) {
            (Finding::Match, Verdict::Accepted) => {
                card.open = None;
                card.failures = 0;
            }
            (Finding::OurFault, Verdict::Voided) => {
                let voids = card.proved.entry(booking).or_default();
                *voids += 1;
                check(*voids <= VOIDS_PER_BOOKING, "I3", || format!("{booking:?} voided too often"))?;
                card.open = None;
            }
            (Finding::NoMatch(_) | Finding::OurFault, Verdict::Rejected(_)) => card.fail(card.high),
            other => check(false, "I3", || format!("a verdict that the finding does not bear: {other:?}"))?,
        }
        Ok(())
    }

    pub fn reserved(
        &mut self,
        id: CardId,
        app: InstallationId,
        booking: BookingId,
        target: PinKind,
        attempt: Option<AttemptId>,
        now: Timestamp,
    ) -> Checked {
        let proof = self.bookings.get(&booking).copied();
        let card = self.cards.get_mut(&id).unwrap();
        check(card.proved.contains_key(&booking), "I7", || {
            format!("{booking:?} reserved a card it never proved")
        })?;
        let Some((proved, key)) = proof else { return check(false, "I6", || "no proof".into()) };
        check(proved == id, "I6", || format!("{booking:?} reserved another card than it is bound to"))?;
        check(card.lock == Lock::None, "I5", || "a locked card was reserved".into())?;
        check((target == PinKind::Signature) == attempt.is_some(), "I4", || {
            "target and match disagree".into()
        })?;
        if let Some(attempt) = attempt {
            let matched = self.attempts.get(&attempt).is_some_and(|attempt| attempt.matched.is_some());
            check(matched, "I4", || format!("reserved on {attempt:?}, which was never matched"))?;
        }
        check(!self.reservations.contains_key(&booking), "I1", || format!("{booking:?} was reserved twice"))?;
        if let Some(earlier) = card.reservations.last() {
            let earlier = self.reservations.get_mut(earlier).unwrap();
            check(earlier.live_grant().is_none(), "I5", || "replaced while a claim lived".into())?;
            earlier.end.get_or_insert(ModelEnd::Replaced);
        }
        card.reservations.push(booking);
        let made = ModelReservation {
            card: id,
            app,
            target,
            key,
            made_at: now,
            acknowledged: false,
            grants: Vec::new(),
            completions: 0,
            end: None,
        };
        self.reservations.insert(booking, made);
        Ok(())
    }

    /// An authorisation leaves for the first time.
    pub fn granted(
        &mut self,
        id: CardId,
        key: KeyHash,
        target: PinKind,
        grant: ModelGrant,
        now: Timestamp,
    ) -> Checked {
        let Some(card) = self.cards.get(&id) else {
            return check(false, "I7", || "granted for no card".into());
        };
        check(card.lock == Lock::None, "I5", || format!("granted while locked: {:?}", card.lock))?;
        let Some(booking) = card.reservations.last().copied() else {
            return check(false, "I5", || "granted without a reservation".into());
        };
        // As far back as a record remembers; sessions live three minutes, and a card's challenge until power-off.
        let lately = card.reservations.iter().rev().take(ENDED_RESERVATIONS_KEPT - 1);
        let used = lately.flat_map(|booking| &self.reservations[booking].grants).any(|earlier| {
            earlier.claim == grant.claim
                || earlier.session == grant.session
                || earlier.challenge == grant.challenge
        });
        check(!used, "I1", || "a claim, session or challenge was granted twice".into())?;
        let reservation = self.reservations.get_mut(&booking).unwrap();
        check(reservation.end.is_none(), "I5", || format!("granted after {:?}", reservation.end))?;
        check(now < reservation.expires_at(), "I5", || "granted after 24 hours".into())?;
        check(reservation.live_grant().is_none(), "I1", || "granted while a claim lived".into())?;
        check(reservation.grants.len() < CLAIMS_PER_RESERVATION, "I1", || "granted a fourth time".into())?;
        check(reservation.card == id && reservation.key == key, "I6", || {
            format!("{key:?} was granted what {:?} had booked", reservation.key)
        })?;
        check(reservation.target == target, "I6", || "granted for the other PIN".into())?;
        check(grant.lease_ends == now.after(CLAIM_LEASE), "I5", || "a lease of another length".into())?;
        let of_day = (now.unix_millis() + 9 * 3_600_000).rem_euclid(86_400_000);
        check((23_400_000..82_800_000).contains(&of_day), "I5", || "granted outside the hours".into())?;
        reservation.grants.push(grant);
        Ok(())
    }

    /// The same reply leaves again.
    pub fn granted_again(&self, id: CardId, session: SessionId, bytes: &[u8], now: Timestamp) -> Checked {
        let card = &self.cards[&id];
        check(card.lock == Lock::None, "I5", || "repeated while locked".into())?;
        let booking = card.reservations.last().unwrap();
        let Some(grant) = self.reservations[booking].live_grant() else {
            return check(false, "I5", || "repeated after the claim had ended".into());
        };
        check(now < grant.lease_ends, "I5", || "repeated after the lease".into())?;
        check(grant.session == session, "I1", || "repeated to another session".into())?;
        check(grant.bytes == bytes, "I1", || "other bytes were repeated".into())
    }

    fn grant_of(&mut self, claim: ClaimId) -> Option<(&mut ModelReservation, usize)> {
        self.reservations.values_mut().find_map(|reservation| {
            let index = reservation.grants.iter().position(|grant| grant.claim == claim)?;
            Some((reservation, index))
        })
    }

    /// A proof was taken for the first time: did it complete?
    pub fn completed(&mut self, claim: ClaimId, completed: bool) -> Checked {
        let Some((reservation, index)) = self.grant_of(claim) else {
            return check(false, "I1", || "a proof for a claim that never was".into());
        };
        let open = match reservation.end {
            None | Some(ModelEnd::Expired | ModelEnd::Exhausted) => true,
            Some(ModelEnd::Completed | ModelEnd::Cancelled | ModelEnd::Replaced) => false,
        };
        check(completed == open, "I1", || {
            format!("completed: {completed}, but it stood at {:?}", reservation.end)
        })?;
        reservation.grants[index].state = GrantState::Proved;
        if completed {
            reservation.completions += 1;
            reservation.end = Some(ModelEnd::Completed);
        }
        check(reservation.completions <= 1, "I1", || "completed twice".into())
    }

    pub fn failed(&mut self, claim: ClaimId, now: Timestamp) -> Checked {
        let Some((reservation, _)) = self.grant_of(claim) else {
            return check(false, "I1", || "a failure of a claim that never was".into());
        };
        check(reservation.live_grant().is_some_and(|live| live.claim == claim), "I1", || {
            "a claim failed that did not live".into()
        })?;
        reservation.spend(now);
        Ok(())
    }

    /// ASVS 2.3.5: what the desk does, two people do.
    pub fn done_by_two(&self, what: Approved, second: &StaffId, now: Timestamp) -> Checked {
        let agreed = self.approvals.iter().any(|(agreed, first, at)| {
            *agreed == what && first != second && now < at.after(STAFF_APPROVAL_LIFE)
        });
        check(agreed, "two people", || format!("{second:?} did {what:?} alone"))
    }

    pub fn cancelled(&mut self, booking: BookingId) -> Checked {
        let reservation = self.reservations.get_mut(&booking).unwrap();
        check(reservation.end.is_none(), "I2", || format!("cancelled after {:?}", reservation.end))?;
        check(reservation.live_grant().is_none(), "I5", || "cancelled while a claim lived".into())?;
        reservation.end = Some(ModelEnd::Cancelled);
        Ok(())
    }

    pub fn lifted(&mut self, id: CardId) -> Checked {
        let card = self.cards.get_mut(&id).unwrap();
        check(card.lock != Lock::None, "I3", || "lifted what was not locked".into())?;
        card.lock = Lock::None;
        card.failures = 0;
        card.in_all = 0;
        Ok(())
    }
}
