//! The store as handlers see it: typed records; load, decide and commit in one call.
//!
//! | module | idea |
//! |---|---|
//! | [`record`] | what a type needs in order to be stored |
//! | [`error`] | what can go wrong, split by what the handler can do |
//! | `settle` | one commit brought to a certain end, or told to be uncertain |
//! | [`small`] | numbers, kiosks, first uses |
//! | this one | [`Store`]: load, transact, decide |

pub mod error;
pub mod record;
mod settle;
pub mod small;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use reservation::{
    Aggregate, Card, CardId, Command, Event, Installation, InstallationId, Policy, Timestamp, decide,
};

use crate::change::{Change, CommitId};
use crate::error::Health;
use crate::port::Ledger;
use crate::seal::{Content, Place, Sealer, UnsealError};

pub use error::{StoreError, TransactError};
pub use record::Record;
pub use settle::Patience;
pub use small::{KioskPage, NumberTaken, SessionUsed};

/// A sealed store with the retry rules. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    ledger: Arc<dyn Ledger>,
    sealer: Arc<Sealer>,
    patience: Patience,
}

/// What [`Store::transact`] commits: the record as it is from now on, what happened, and what the caller may act
/// on once both are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<R, F, O> {
    /// The new record.
    pub state: R,
    /// What happened.
    pub event: Event<F>,
    /// Handed to the caller after the commit.
    pub outcome: O,
}

/// A record and its version.
struct Loaded<R> {
    version: CommitId,
    state: R,
}

/// How often a commit that met another one is decided anew. Every conflict means that somebody else got on.
const CONFLICTS: usize = 64;

impl Store {
    /// A store over this ledger.
    pub fn new(ledger: Arc<dyn Ledger>, sealer: Arc<Sealer>) -> Self {
        Self { ledger, sealer, patience: Patience::default() }
    }

    /// The same, with other waits.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// The ledger beneath.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    /// Whether commits can be taken now.
    pub async fn health(&self, now: Timestamp) -> Health {
        self.ledger.health(now).await
    }

    /// A record as it was last committed, for showing. Authorise nothing on the strength of it: decide and commit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load<R: Record>(&self, id: &R::Id) -> Result<Option<R>, StoreError> {
        Ok(self.find::<R>(id).await?.map(|loaded| loaded.state))
    }

    /// [`Self::load`] of a card.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_card(&self, id: &CardId) -> Result<Option<Card>, StoreError> {
        self.load(id).await
    }

    /// [`Self::load`] of an installation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_installation(&self, id: &InstallationId) -> Result<Option<Installation>, StoreError> {
        self.load(id).await
    }

    /// The newest events of a record, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events<R: Record>(&self, id: &R::Id) -> Result<Vec<Event<R::Fact>>, StoreError> {
        let key = R::key(id);
        let stored = self.ledger.events(&key).await?;
        let open = |event: crate::StoredEvent| {
            let place = Place { key: &key, version: event.version, content: Content::Event };
            let plain = self.sealer.open(&place, &event.bytes).map_err(|error| alarm(&place, error))?;
            Ok(R::decode_event(&plain)?)
        };
        stored.into_iter().map(open).collect()
    }

    /// Decides a command by the rules and commits what it leads to. The outcome may leave: it is durable.
    ///
    /// # Errors
    /// The rules' refusal, for which nothing was committed, or what went wrong with the store.
    pub async fn decide<A, C>(
        &self,
        id: &<A as Record>::Id,
        command: C,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<C::Outcome, TransactError<A::Refusal>>
    where
        A: Aggregate<Fact = <A as Record>::Fact> + Record,
        C: Command<A> + Clone,
    {
        self.transact::<A, _, _>(id, |state| {
            let decision = decide(state, command.clone(), now, policy)?;
            Ok(Step { state: decision.state, event: decision.event, outcome: decision.outcome })
        })
        .await
    }

    /// Loads, lets `rule` decide, and commits; after a conflict from the start. `rule` may run several times, so it
    /// must be pure. A repeated answer is a step as well: it is committed like any other.
    ///
    /// # Errors
    /// What `rule` refuses with, or what went wrong with the store.
    pub async fn transact<R: Record, O, E>(
        &self,
        id: &R::Id,
        rule: impl Fn(Option<&R>) -> Result<Step<R, R::Fact, O>, E>,
    ) -> Result<O, TransactError<E>> {
        for conflicts in 0..CONFLICTS {
            settle::stand_back(conflicts).await;
            let loaded = self.find::<R>(id).await.map_err(TransactError::Store)?;
            let state = loaded.as_ref().map(|loaded| &loaded.state);
            let step = rule(state).map_err(TransactError::Refused)?;
            let change = self.change(id, loaded.map(|loaded| loaded.version), &step);
            if self.settle(&change).await.map_err(TransactError::Store)? {
                return Ok(step.outcome);
            }
        }
        tracing::warn!(key = ?R::key(id), "a record changed too often while it was decided upon");
        Err(TransactError::Store(StoreError::Contended))
    }

    async fn find<R: Record>(&self, id: &R::Id) -> Result<Option<Loaded<R>>, StoreError> {
        let key = R::key(id);
        let Some(stored) = self.ledger.load(&key).await? else { return Ok(None) };
        let state = self.open_record(&key, &stored)?;
        Ok(Some(Loaded { version: stored.version, state }))
    }

    fn open_record<R: Record>(
        &self,
        key: &crate::RecordKey,
        stored: &crate::Stored,
    ) -> Result<R, StoreError> {
        let place = Place { key, version: stored.version, content: Content::Record };
        let plain = self.sealer.open(&place, &stored.bytes).map_err(|error| alarm(&place, error))?;
        Ok(R::decode(&plain)?)
    }

    fn change<R: Record, O>(
        &self,
        id: &R::Id,
        expected: Option<CommitId>,
        step: &Step<R, R::Fact, O>,
    ) -> Change {
        let key = R::key(id);
        let version = CommitId::random();
        let now = step.event.at;
        let seal = |content, plain: &[u8]| self.sealer.seal(&Place { key: &key, version, content }, plain);
        let record = seal(Content::Record, &step.state.encode());
        let event = seal(Content::Event, &R::encode_event(&step.event));
        Change { expected, next: version, record, expires_at: step.state.keep_until(now), event, now, key }
    }
}

/// Somebody has changed the store, or the keys are not the ones it was sealed with.
fn alarm(place: &Place<'_>, error: UnsealError) -> StoreError {
    tracing::error!(key = ?place.key, content = ?place.content, %error, "ALARM: the store cannot be trusted");
    StoreError::Sealed(error)
}
