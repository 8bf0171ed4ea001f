//! Numbers, kiosks, kiosk sessions and first uses.

use reservation::decision::Dated;
use reservation::{CardId, Event, KioskId, RequestHash, ReservationNumber, SessionId, Timestamp};

use super::error::{StoreError, TransactError};
use super::{Step, Store};
use crate::change::Remembered;
use crate::error::RememberError;
use crate::forms::{Kiosk, KioskFact, NumberEntry, NumberFact, SessionFact, SessionUse};
use crate::key::{ListedKind, RecordKey, RememberedKey};

/// The number leads to another card: draw again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this reservation number leads to another card")]
pub struct NumberTaken;

/// The session was used with another body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this kiosk session was used with another body")]
pub struct SessionUsed;

/// A page of kiosks, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KioskPage {
    /// The kiosks.
    pub kiosks: Vec<Kiosk>,
    /// Whether there are more after the last.
    pub more: bool,
}

/// An event of one fact.
pub(crate) fn event<F>(at: Timestamp, fact: F) -> Event<F> {
    Event { at, facts: vec![Dated::new(at, fact)] }
}

impl Store {
    /// Makes a number lead to this card, if it leads to no other. For a card that has it already, its retention
    /// begins anew: do that whenever the number is told to somebody.
    ///
    /// # Errors
    /// [`NumberTaken`], or what went wrong with the store.
    pub async fn take_number(
        &self,
        number: ReservationNumber,
        card: CardId,
        now: Timestamp,
    ) -> Result<(), TransactError<NumberTaken>> {
        self.transact::<NumberEntry, _, _>(&number, |entry| {
            let fact = match entry {
                None => NumberFact::Taken,
                Some(entry) if entry.card == card => NumberFact::Confirmed,
                Some(_) => return Err(NumberTaken),
            };
            Ok(Step { state: NumberEntry { card }, event: event(now, fact), outcome: () })
        })
        .await
    }

    /// The card that a number leads to. Whether it is still that card's number, only the card's record says.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn card_of(&self, number: ReservationNumber) -> Result<Option<CardId>, StoreError> {
        Ok(self.load::<NumberEntry>(&number).await?.map(|entry| entry.card))
    }

    /// One kiosk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kiosk(&self, id: &KioskId) -> Result<Option<Kiosk>, StoreError> {
        self.load(id).await
    }

    /// Changes one kiosk, or admits it: `rule` sees it as it is, and gives it as it shall be and what that is.
    ///
    /// # Errors
    /// What `rule` refuses with, or what went wrong with the store.
    pub async fn change_kiosk<E>(
        &self,
        id: &KioskId,
        now: Timestamp,
        rule: impl Fn(Option<&Kiosk>) -> Result<(Kiosk, KioskFact), E>,
    ) -> Result<Kiosk, TransactError<E>> {
        self.transact(id, |kiosk| {
            let (state, fact) = rule(kiosk)?;
            Ok(Step { outcome: state.clone(), state, event: event(now, fact) })
        })
        .await
    }

    /// Kiosks whose names come after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kiosks(&self, after: Option<&KioskId>, limit: usize) -> Result<KioskPage, StoreError> {
        let after = after.map(RecordKey::kiosk);
        let page = self.ledger.list(ListedKind::Kiosk, after.as_ref(), limit).await?;
        let open = |(key, stored): &(RecordKey, crate::Stored)| self.open_record(key, stored);
        let kiosks: Result<Vec<Kiosk>, StoreError> = page.records.iter().map(open).collect();
        Ok(KioskPage { kiosks: kiosks?, more: page.more })
    }

    /// Binds a kiosk session to the first body it is used with; the same body may come again.
    ///
    /// # Errors
    /// [`SessionUsed`], or what went wrong with the store.
    pub async fn use_session(
        &self,
        session: SessionId,
        request: RequestHash,
        now: Timestamp,
    ) -> Result<(), TransactError<SessionUsed>> {
        self.transact::<SessionUse, _, _>(&session, |used| {
            let fact = match used {
                None => SessionFact::Used,
                Some(used) if used.request == request => SessionFact::Repeated,
                Some(_) => return Err(SessionUsed),
            };
            Ok(Step { state: SessionUse { request }, event: event(now, fact), outcome: () })
        })
        .await
    }

    /// Notes a use that may happen once. An error is to be treated as a second use: asking again would meet our
    /// own trace.
    ///
    /// # Errors
    /// [`RememberError`].
    pub async fn remember(
        &self,
        key: &RememberedKey,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Remembered, RememberError> {
        self.ledger.remember(key, until, now).await
    }
}
