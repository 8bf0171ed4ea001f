//! A card in a private reader with the crate `myna-card` as its client.

use std::time::Duration;

use myna_card::card::Card;
use myna_card::transport::pcsc::{PcscTransport, Sharing, connect_any};
use myna_card::{Error, Pin};
use virtual_card::testing::{IssuedCard, with_private_readers};

use super::NOW;

/// Longest time of one test.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Runs `body` with a card in a private reader, as that crate sees it.
pub fn with_myna(test: &str, body: impl FnOnce(&IssuedCard, &mut Card<PcscTransport>)) {
    with_private_readers(test, LIMIT, |address| {
        let issued = IssuedCard::new(NOW);
        let plugged = issued.plug(address);
        body(&issued, &mut connected());
        plugged.pull();
    });
}

/// The stack tells its clients of a card a moment after it has powered it.
pub fn connected() -> Card<PcscTransport> {
    let begun = std::time::Instant::now();
    loop {
        match connect_any(Sharing::Exclusive) {
            Ok(card) => return card,
            Err(Error::Pcsc(pcsc::Error::NoSmartcard)) if begun.elapsed() < LIMIT => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// As that crate takes PINs and numbers.
pub fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}
