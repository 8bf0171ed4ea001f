//! The frame in which every command is decided: time first, then the command, then one event.
//!
//! `now` never runs backwards within a record: each record keeps the highest instant it has seen, and a
//! decision is made at the later of the two. Before a command is looked at, time passes over the record:
//! attempts, leases, locks and reservations that have run out are closed, and that stands in the same event.
//! A crash between two commits is therefore mended by whatever is decided next.
//!
//! A refusal changes nothing and is not committed. What time closed on the way is closed again, at the same
//! instants, by the next decision that is.

use crate::{Policy, Timestamp};

/// A record that is loaded, decided upon and committed as one.
pub trait Aggregate: Clone {
    /// One thing that happened, as the log says it.
    type Fact;
    /// Why a command is refused.
    type Refusal;

    /// The highest instant this record has seen.
    fn high_water(&self) -> Timestamp;

    /// Lets time pass up to `now` (never before [`Self::high_water`]): closes what has run out by then.
    fn advance(&mut self, now: Timestamp, policy: &Policy, facts: &mut Vec<Dated<Self::Fact>>);

    /// Keeps of these facts what the record itself remembers; nothing, unless it says otherwise.
    fn remember(&mut self, _facts: &[Dated<Self::Fact>]) {}

    /// When the store may forget this record; never, if this is `None`.
    fn keep_until(&self) -> Option<Timestamp>;
}

/// What is asked of a record.
pub trait Command<A: Aggregate> {
    /// What the caller learns when it is accepted.
    type Outcome;

    /// Decides on a record that time has already passed over; the caller is [`decide`], nobody else.
    ///
    /// # Errors
    /// The refusal, with what the person or program can use of it.
    fn apply(
        self,
        state: Option<A>,
        now: Timestamp,
        policy: &Policy,
        facts: &mut Vec<Dated<A::Fact>>,
    ) -> Result<(A, Self::Outcome), A::Refusal>;
}

/// Something that happened, and when: by the record's own clock, and for what time closed, when it ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<F> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub fact: F,
}

impl<F> Dated<F> {
    /// `fact`, at that instant.
    pub const fn new(at: Timestamp, fact: F) -> Self {
        Self { at, fact }
    }
}

/// What happened in one decision, in order: first what time closed, then what the command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<F> {
    /// The instant of the decision, by the record's own clock.
    pub at: Timestamp,
    /// At least one fact; a repeated answer is one too.
    pub facts: Vec<Dated<F>>,
}

/// An accepted command: commit `state` and `event` together, and only then let `outcome` leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<A, F, O> {
    /// The record as it is from now on.
    pub state: A,
    /// What goes into the log.
    pub event: Event<F>,
    /// What the caller may act on once the commit is durable.
    pub outcome: O,
}

/// What [`decide`] returns for a command.
pub type Decided<A, C> =
    Result<Decision<A, <A as Aggregate>::Fact, <C as Command<A>>::Outcome>, <A as Aggregate>::Refusal>;

/// The record as time leaves it at `now`, without a command: for reading, never to act upon.
pub fn at<A: Aggregate>(state: &A, now: Timestamp, policy: &Policy) -> A {
    let mut state = state.clone();
    let now = now.max(state.high_water());
    state.advance(now, policy, &mut Vec::new());
    state
}

/// Decides one command. Pure: the same arguments always give the same answer.
///
/// # Errors
/// The aggregate's refusal; the record stays as it is.
pub fn decide<A: Aggregate, C: Command<A>>(
    state: Option<&A>,
    command: C,
    now: Timestamp,
    policy: &Policy,
) -> Decided<A, C> {
    let now = state.map_or(now, |state| now.max(state.high_water()));
    let mut facts = Vec::new();
    let mut state = state.cloned();
    if let Some(state) = &mut state {
        state.advance(now, policy, &mut facts);
        facts.sort_by_key(|dated| dated.at);
    }
    let (mut state, outcome) = command.apply(state, now, policy, &mut facts)?;
    state.remember(&facts);
    debug_assert!(!facts.is_empty(), "every decision is in the log (invariant I8)");
    Ok(Decision { state, event: Event { at: now, facts }, outcome })
}
