//! What the phone remembers between two starts: one booking in hand, one reservation and one lock, in a file of mode
//! 0600.

use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;

use client::private_file::{self, PrivateFileError};
use reservation::ReservationNumber;
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;

use crate::progress::BookingInHand;

/// Largest state file in bytes; a full one has about 1,800.
const STATE_MAX_BYTES: u64 = 64 * 1024;
const VERSION: u32 = 1;

/// What the phone remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// A booking that has not ended.
    pub booking: Option<BookingInHand>,
    /// The latest reservation.
    pub reservation: Option<Held>,
    /// A lock after too many face failures, until a card is accepted again.
    pub lock: Option<FaceLock>,
}

/// A lock after too many face failures, as the server told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaceLock {
    /// It ends here; nothing where two members of the support desk's staff must lift it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub until: Option<OffsetDateTime>,
    /// The number to read out to the support desk, once the server told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

impl FaceLock {
    /// A lock to remember. What is no reservation number is not kept as one.
    pub fn new(until: Option<OffsetDateTime>, number: Option<&str>) -> Self {
        let number = number.and_then(|number| ReservationNumber::parse(number).ok());
        Self { until, number: number.map(|number| number.to_string()) }
    }

    /// The number to read out to the support desk.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// Whether its end has come.
    pub fn is_over(&self, now: OffsetDateTime) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    fn is_sound(&self) -> bool {
        self.number().is_none_or(|number| ReservationNumber::parse(number).is_ok())
    }
}

/// A reservation that this phone made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    number: String,
    /// For its status and for cancelling; good only with this phone's device key.
    pub token: String,
    /// The PIN to be reset.
    pub target: wire::PinKind,
    /// It ends here.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

impl Held {
    /// A reservation to remember.
    pub fn new(
        number: ReservationNumber,
        token: String,
        target: wire::PinKind,
        expires_at: OffsetDateTime,
    ) -> Self {
        Self { number: number.to_string(), token, target, expires_at }
    }

    /// Its number, for the support desk and in addresses.
    pub fn number(&self) -> &str {
        &self.number
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("number", &self.number)
            .field("token", &"…")
            .field("target", &self.target)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// The file is not one of this version's.
    #[error("{path}: not a state file that this version understands; move it away to begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

/// Where the state is kept: a file here, the platform's own store in an app.
pub trait StateStore: Send + Sync {
    /// What was saved last, or the empty state.
    ///
    /// # Errors
    /// [`StateError`].
    fn load(&self) -> Result<State, StateError>;

    /// Saves durably before it returns: what comes next is sent only then.
    ///
    /// # Errors
    /// [`StateError`]; the former state still stands.
    fn save(&self, state: &State) -> Result<(), StateError>;
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    #[serde(deserialize_with = "if_understood")]
    booking: Option<BookingInHand>,
    reservation: Option<Held>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lock: Option<FaceLock>,
}

/// A booking that another version stored otherwise is let go, for it lives 15 minutes: the reservation beside it must not be
/// lost with it.
fn if_understood<'de, D: Deserializer<'de>>(stored: D) -> Result<Option<BookingInHand>, D::Error> {
    let stored = Option::<serde_json::Value>::deserialize(stored)?;
    Ok(stored.and_then(|booking| serde_json::from_value(booking).ok()))
}

/// The state in a file.
#[derive(Clone, Debug)]
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// The state in this file, which need not exist yet.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }
}

impl StateStore for StateFile {
    fn load(&self) -> Result<State, StateError> {
        let Some(bytes) = private_file::read(&self.path, STATE_MAX_BYTES)? else {
            return Ok(State::default());
        };
        let damaged = || StateError::Damaged { path: self.path.clone() };
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        // Only a number goes into addresses, and onto the screen as one.
        let sound = stored.version == VERSION
            && stored.reservation.as_ref().is_none_or(|held| ReservationNumber::parse(&held.number).is_ok())
            && stored.lock.as_ref().is_none_or(FaceLock::is_sound);
        if !sound {
            return Err(damaged());
        }
        Ok(State { booking: stored.booking, reservation: stored.reservation, lock: stored.lock })
    }

    fn save(&self, state: &State) -> Result<(), StateError> {
        let stored = Stored {
            version: VERSION,
            booking: state.booking.clone(),
            reservation: state.reservation.clone(),
            lock: state.lock.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&stored).expect("a state is always JSON");
        Ok(private_file::write(&self.path, &bytes)?)
    }
}

/// The state in memory only, for tests and for demonstrations that should leave nothing behind.
#[derive(Debug, Default)]
pub struct StateInMemory(Mutex<State>);

impl StateStore for StateInMemory {
    fn load(&self) -> Result<State, StateError> {
        Ok(self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }

    fn save(&self, state: &State) -> Result<(), StateError> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = state.clone();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reservation::PinKind;
    use time::macros::datetime;
    use uuid::Uuid;

    fn held() -> Held {
        Held::new(
            ReservationNumber::from_random(572),
            "canary-token".into(),
            wire::PinKind::User,
            datetime!(2026-11-22 09:00 UTC),
        )
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let file = StateFile::at(dir.path().join("state.json"));
        assert_eq!(file.load().unwrap(), State::default());
        let state = State {
            booking: Some(BookingInHand::begin(PinKind::User, "1", Uuid::from_u128(5))),
            reservation: Some(held()),
            lock: Some(FaceLock::new(
                Some(datetime!(2026-11-22 09:00 UTC)),
                Some(&ReservationNumber::from_random(3).to_string()),
            )),
        };
        file.save(&state).unwrap();
        assert_eq!(file.load().unwrap(), state);
    }

    #[test]
    fn a_damaged_state_is_reported_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        let wrong_number = r#"{"version":1,"booking":null,"reservation":{"number":"../../x","token":"t",
            "target":"user","expires_at":"2026-11-22T09:00:00Z"}}"#;
        let wrong_lock = r#"{"version":1,"booking":null,"reservation":null,"lock":{"number":"\u001b[2J"}}"#;
        let other_version = r#"{"version":2,"booking":null,"reservation":null}"#;
        for bad in ["", "{", other_version, wrong_number, wrong_lock] {
            private_file::write(&path, bad.as_bytes()).unwrap();
            assert!(matches!(StateFile::at(path.clone()).load(), Err(StateError::Damaged { .. })), "{bad}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
        }
    }

    #[test]
    fn a_state_from_before_there_were_locks_is_understood() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        private_file::write(&path, br#"{"version":1,"booking":null,"reservation":null}"#).unwrap();
        assert_eq!(StateFile::at(path).load().unwrap(), State::default());
    }

    #[test]
    fn a_challenge_from_before_there_were_nonces_is_let_go_with_its_booking_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let file = StateFile::at(dir.path().join("state.json"));
        file.save(&State { reservation: Some(held()), ..State::default() }).unwrap();
        let stored = std::fs::read_to_string(&file.path).unwrap();
        let booking = r#""booking": {"target":"signature","terms":"1","step":{"at":"showing-face",
            "booking":{"id":"00000000-0000-0000-0000-000000000007","nonce":"AA","expires_at":"2026-11-21T09:15:00Z"},
            "key":"00000000-0000-0000-0000-000000000002","face":{"is":"challenged","challenge":{
                "attempt":"00000000-0000-0000-0000-000000000005","poses":["front"],
                "expires_at":"2026-11-21T09:02:00Z","frames_least":3,"frames_most":12}}}}"#;
        let before = stored.replace(r#""booking": null"#, booking);
        assert_ne!(before, stored);
        private_file::write(&file.path, before.as_bytes()).unwrap();
        let state = file.load().unwrap();
        assert_eq!((state.booking, state.reservation), (None, Some(held())));
    }

    #[test]
    fn a_lock_is_over_at_its_end_and_not_a_second_before_and_one_for_good_never() {
        let end = datetime!(2026-11-22 09:00 UTC);
        let lock = FaceLock::new(Some(end), Some("no number"));
        assert_eq!(lock.number(), None);
        assert!(!lock.is_over(end - time::Duration::SECOND));
        assert!(lock.is_over(end));
        assert!(!FaceLock::new(None, None).is_over(end));
    }

    #[test]
    fn the_token_is_not_printed() {
        assert!(!format!("{:?}", held()).contains("canary"));
    }
}
