//! Repeats what may be repeated: later and later, with a random part, and not for ever.
//!
//! Only calls that the server recognises as repeated may go through here: `GET`, what carries an idempotency key
//! that was stored before the first sending, and what is by itself the same twice.

use std::time::Duration;

use crate::failure::Failure;

/// How patient a caller is.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// How often a call is made at most, the first time included.
    pub attempts: u32,
    /// The wait before the first repetition; each further one is twice as long.
    pub first: Duration,
    /// No wait is longer; a server that asks for a longer one is not waited for.
    pub longest: Duration,
}

impl Retry {
    /// While a person waits: 4 attempts within some 4 seconds of waiting, or up to 12 seconds each if the server asks.
    pub const PERSON_WAITS: Self =
        Self { attempts: 4, first: Duration::from_millis(500), longest: Duration::from_secs(12) };
    /// Nobody waits, but the work must be done: 8 attempts within about two minutes of waiting.
    pub const MUST_ARRIVE: Self =
        Self { attempts: 8, first: Duration::from_millis(500), longest: Duration::from_secs(30) };

    /// Begins counting for one call.
    pub fn begin(self) -> Attempts {
        Attempts { retry: self, made: 0 }
    }

    /// The wait before repetition number `repetition` (from 0); `fraction` of 65535 is the random part.
    fn wait(self, repetition: u32, fraction: u16) -> Duration {
        let whole = self.first.saturating_mul(1 << repetition.min(16)).min(self.longest);
        // Between a half and the whole, so that a thousand kiosks do not come back in the same instant.
        whole / 2 + (whole / 2).mul_f64(f64::from(fraction) / f64::from(u16::MAX))
    }
}

/// One call's attempts.
#[derive(Debug)]
pub struct Attempts {
    retry: Retry,
    made: u32,
}

impl Attempts {
    /// After a failed attempt: how long to wait before the next, or nothing if that was the last.
    pub fn wait_after(&mut self, failure: &Failure) -> Option<Duration> {
        self.made += 1;
        if self.made >= self.retry.attempts || !failure.may_be_repeated() {
            return None;
        }
        let wait = self.retry.wait(self.made - 1, random_fraction());
        match failure {
            Failure::Busy { retry_after: Some(asked), .. } if *asked > self.retry.longest => None,
            Failure::Busy { retry_after: Some(asked), .. } => Some(wait.max(*asked)),
            _ => Some(wait),
        }
    }
}

/// A random number, or the longest wait where the machine has no randomness to give.
fn random_fraction() -> u16 {
    let mut bytes = [0; 2];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => u16::from_be_bytes(bytes),
        Err(_) => u16::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Answer;
    use crate::failure::Unreachable;

    const RETRY: Retry =
        Retry { attempts: 3, first: Duration::from_secs(1), longest: Duration::from_secs(10) };

    fn busy(retry_after: Option<u64>) -> Failure {
        match Failure::from_answer(&Answer::new(503, Vec::new())) {
            Failure::Busy { refusal, .. } => {
                Failure::Busy { retry_after: retry_after.map(Duration::from_secs), refusal }
            }
            other => other,
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_are_never_below_their_half() {
        let wholes: Vec<_> = (0..6).map(|repetition| RETRY.wait(repetition, u16::MAX).as_secs()).collect();
        assert_eq!(wholes, [1, 2, 4, 8, 10, 10]);
        assert_eq!(RETRY.wait(3, 0), Duration::from_secs(4));
        assert_eq!(RETRY.wait(u32::MAX, u16::MAX), Duration::from_secs(10));
    }

    #[test]
    fn attempts_end() {
        let mut attempts = RETRY.begin();
        assert!(attempts.wait_after(&Failure::Interrupted).is_some());
        assert!(attempts.wait_after(&Failure::Unreachable(Unreachable::NoConnection)).is_some());
        assert!(attempts.wait_after(&Failure::Interrupted).is_none());
    }

    #[test]
    fn a_refusal_is_never_repeated() {
        let refused = Failure::from_answer(&Answer::new(403, Vec::new()));
        assert!(RETRY.begin().wait_after(&refused).is_none());
        let untrusted = Failure::Unreachable(Unreachable::ServerNotTrusted);
        assert!(RETRY.begin().wait_after(&untrusted).is_none());
    }

    #[test]
    fn the_server_is_given_the_time_it_asks_for_unless_that_is_too_long() {
        assert!(RETRY.begin().wait_after(&busy(Some(9))).unwrap() >= Duration::from_secs(9));
        assert!(RETRY.begin().wait_after(&busy(Some(11))).is_none());
        assert!(RETRY.begin().wait_after(&busy(None)).unwrap() <= Duration::from_secs(1));
    }
}
