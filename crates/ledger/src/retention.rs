//! How long each kind of record is kept, in one table.
//!
//! | kind | kept for | never dropped while |
//! |---|---|---|
//! | installation | 90 days after its last change | a face failure is counted, a lock is in force or an attempt is open |
//! | card | 90 days after its last change | the same, or any failure counts towards the lock for good |
//! | number index | 400 days after it was last confirmed | – |
//! | kiosk session | 1 day after its last use | – |
//! | kiosk | for good: a disabled kiosk stays on record | – |
//! | remembered use | until the instant given with it, minutes | – |
//! | events | as long as their record, at most the newest 256 | – |
//!
//! The instants for installation and card are decided by the rules (`reservation::Aggregate::keep_until`); the
//! store only cleans up.

use std::time::Duration;

use reservation::{Timestamp, limits};

use crate::key::RecordKind;

/// Days a reservation number leads to its card after it was last confirmed: longer than any record that names
/// the number is kept, so that it is not given to another card meanwhile.
pub const NUMBER_DAYS: u64 = 400;

/// Days that the use of a kiosk session is kept; the session itself is over after minutes.
pub const SESSION_DAYS: u64 = 1;

/// Days a kind is kept after its last change when nothing holds it back; nothing means for good.
pub const fn days(kind: RecordKind) -> Option<u64> {
    match kind {
        RecordKind::Installation | RecordKind::Card => Some(limits::RETENTION.as_secs() / 86_400),
        RecordKind::Number => Some(NUMBER_DAYS),
        RecordKind::Session => Some(SESSION_DAYS),
        RecordKind::Kiosk => None,
    }
}

/// When a number's index entry may go.
pub(crate) fn number_until(confirmed: Timestamp) -> Timestamp {
    confirmed.after(Duration::from_secs(NUMBER_DAYS * 86_400))
}

/// When the use of a kiosk session may go.
pub(crate) fn session_until(used: Timestamp) -> Timestamp {
    used.after(Duration::from_secs(SESSION_DAYS * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_code_does() {
        let table: Vec<_> = RecordKind::ALL.into_iter().map(days).collect();
        assert_eq!(table, [Some(90), Some(90), Some(400), None, Some(1)]);
    }

    #[test]
    fn what_can_be_listed_is_kept_for_good() {
        // An index of a kind that expires would fill with names that lead nowhere.
        assert!(RecordKind::ALL.into_iter().filter(|kind| kind.is_listed()).all(|kind| days(kind).is_none()));
    }
}
