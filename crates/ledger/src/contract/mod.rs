//! What every store must do, as tests: write `ledger::contract_tests!(fresh)` in a test module, where
//! `async fn fresh() -> impl Subject` makes an empty store.
//!
//! Compiled always, though only tests call it: it needs no further dependency, and a feature would make the
//! demo and the tests build everything twice.

mod commit;
mod contention;
mod events;
mod expiry;
mod list;
mod model;
mod remember;

use std::sync::Arc;

use reservation::{CardId, Timestamp};

use crate::change::{Change, CommitId};
use crate::key::RecordKey;
use crate::port::Ledger;

pub use commit::*;
pub use contention::*;
pub use events::*;
pub use expiry::*;
pub use list::*;
pub use model::*;
pub use remember::*;

/// An empty store under test, and whatever must live as long as it.
pub trait Subject: Send + Sync {
    /// The store.
    fn ledger(&self) -> Arc<dyn Ledger>;
    /// The present by the store's own clock.
    fn now(&self) -> Timestamp;
}

/// The key of a card for tests: the same number, the same card.
pub fn card(number: u64) -> RecordKey {
    let mut id = [0xC4; 32];
    id[24..].copy_from_slice(&number.to_be_bytes());
    RecordKey::card(&CardId::from_bytes(id))
}

/// A change that never expires, with an event that names its record bytes.
pub fn change(
    key: &RecordKey,
    expected: Option<CommitId>,
    record: impl Into<Vec<u8>>,
    now: Timestamp,
) -> Change {
    let record = record.into();
    let event = [b"event of ".as_slice(), &record[..record.len().min(64)]].concat();
    Change { key: key.clone(), expected, next: CommitId::random(), record, expires_at: None, event, now }
}

/// Makes one test of every clause of the contract.
#[macro_export]
macro_rules! contract_tests {
    ($fresh:path) => {
        $crate::contract_tests! { @each $fresh;
            an_absent_record_loads_as_nothing
            a_record_is_created_only_if_absent
            a_commit_on_the_current_version_replaces_the_record
            a_commit_on_another_version_is_refused_and_changes_nothing
            a_commit_that_expects_a_record_does_not_create_one
            the_same_commit_again_is_answered_as_the_first_time
            a_commit_that_was_overtaken_is_a_conflict
            any_bytes_come_back_as_they_were
            records_of_two_kinds_with_one_id_are_two
            a_record_and_an_event_have_a_largest_size
            a_commit_from_the_future_is_refused
            a_store_with_another_time_is_not_ready
            events_stand_in_the_order_of_their_commits
            a_refused_commit_leaves_no_event
            only_the_newest_events_are_kept
            an_expired_record_vanishes_and_never_comes_back
            an_expired_record_may_be_created_anew_without_its_past
            a_record_far_from_its_expiry_is_there
            a_first_use_is_fresh_once
            two_uses_do_not_meet
            a_use_that_is_already_over_is_not_fresh
            of_many_at_once_one_is_fresh
            listed_records_come_in_pages_in_order
            a_changed_record_is_listed_once_with_its_newest_bytes
            concurrent_committers_lose_nothing_and_double_nothing
            ten_thousand_contested_claims_have_one_winner_each
            random_commands_agree_with_the_model
        }
    };
    (@each $fresh:path; $($clause:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $clause() {
                let subject = $fresh().await;
                $crate::contract::$clause(&subject).await;
            }
        )*
    };
}
