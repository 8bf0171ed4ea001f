//! How often a client may ask: GCRA per address, device key or kiosk, before anything costly is done.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference as _};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use wire::problem::ProblemType;

use crate::clock::Clock;
use crate::config;
use crate::problem::Refusal;

/// How often the keys that have been quiet are forgotten; without it, memory grows with the number of clients.
pub const FORGET_EVERY: Duration = Duration::from_secs(60);

/// A limit of its own for each key.
pub struct Limiter<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, OurClock, NoOpMiddleware<Nanos>>,
    clock: OurClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// A limiter that counts by `clock`.
    pub fn new(rate: config::Rate, clock: Arc<dyn Clock>) -> Self {
        let quota = Quota::per_minute(rate.per_minute).allow_burst(rate.burst);
        let clock = OurClock(clock);
        Self { limiter: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()), clock }
    }

    /// Counts one request of `key`.
    ///
    /// # Errors
    /// `too-many-requests`, with the time to wait.
    pub fn admit(&self, key: &K) -> Result<(), Refusal> {
        self.limiter.check_key(key).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(self.clock.now());
            Refusal::new(ProblemType::TooManyRequests).retry_after(wait)
        })
    }

    /// Forgets keys that have been quiet long enough to begin anew.
    pub fn forget_quiet(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// What an address counts as: an IPv6 network of 64 bits is one client, which owns all its addresses.
pub fn address_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[derive(Clone, Debug)]
struct OurClock(Arc<dyn Clock>);

impl GovernorClock for OurClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        // One minute on, so that the first request has a past to be measured from.
        let since = Nanos::from(self.0.monotonic() + Duration::from_secs(60));
        debug_assert!(since.duration_since(Nanos::new(0)) > Nanos::new(0), "time has begun");
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use reservation::Timestamp;
    use std::num::NonZeroU32;

    fn rate(burst: u32, per_minute: u32) -> config::Rate {
        let of = |number| NonZeroU32::new(number).unwrap();
        config::Rate { burst: of(burst), per_minute: of(per_minute) }
    }

    #[test]
    fn a_burst_passes_and_the_next_is_told_how_long_to_wait() {
        let clock = ManualClock::at(Timestamp::from_unix_secs(0));
        let limiter = Limiter::new(rate(2, 60), clock.clone());
        assert!(limiter.admit(&1).is_ok());
        assert!(limiter.admit(&1).is_ok());
        let refused = limiter.admit(&1).unwrap_err();
        assert_eq!(refused.kind(), ProblemType::TooManyRequests);
        assert_eq!(refused.retry_after_secs(Timestamp::from_unix_secs(0)), Some(1));
        assert!(limiter.admit(&2).is_ok(), "another key has its own limit");
        clock.advance(Duration::from_secs(1));
        assert!(limiter.admit(&1).is_ok());
    }

    #[test]
    fn quiet_keys_are_forgotten() {
        let clock = ManualClock::at(Timestamp::from_unix_secs(0));
        let limiter = Limiter::new(rate(2, 60), clock.clone());
        for key in 0..1000 {
            limiter.admit(&key).unwrap();
        }
        clock.advance(Duration::from_secs(3600));
        limiter.forget_quiet();
        assert_eq!(limiter.limiter.len(), 0);
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2:3::4"), key("2001:db8:1:2:ffff::1"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
