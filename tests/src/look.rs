//! Looks into the store as the server left it: the records unsealed, and what happened to each.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ledger::{EmbeddedLedger, Ledger, SteadyClock};
use reservation::card::{Fact, Standing};
use reservation::{BookingId, Card, CardId, ClaimId, Event};
use server::clock::{Clock, SystemClock};
use server::config::StoreKind;
use server::{Config, Parts, assemble};
use tokio::runtime::Runtime;

/// What is stored about one card.
#[derive(Clone, Debug)]
pub struct CardFile {
    /// Its record.
    pub record: Card,
    /// What happened to it of late, oldest first.
    pub events: Vec<Event<Fact>>,
}

impl CardFile {
    /// The bookings that became reservations of late, oldest first.
    pub fn reserved(&self) -> Vec<BookingId> {
        let booking = |fact: &Fact| match fact {
            Fact::Reserved { booking, .. } => Some(*booking),
            _ => None,
        };
        self.facts().filter_map(booking).collect()
    }

    /// The kiosks' holds on a reservation, oldest first.
    pub fn claims(&self, of: BookingId) -> Vec<ClaimId> {
        let claim = |fact: &Fact| match fact {
            Fact::Claimed { claim, booking, .. } if *booking == of => Some(*claim),
            _ => None,
        };
        self.facts().filter_map(claim).collect()
    }

    /// How often a reservation was completed.
    pub fn completions(&self, of: BookingId) -> usize {
        self.facts().filter(|fact| matches!(fact, Fact::Completed { booking, .. } if *booking == of)).count()
    }

    /// Face attempts that were debited of late.
    pub fn attempts(&self) -> usize {
        self.facts().filter(|fact| matches!(fact, Fact::AttemptDebited { .. })).count()
    }

    /// Consecutive face failures; nothing while it is locked.
    pub const fn face_failures(&self) -> Option<u8> {
        match self.record.standing {
            Standing::Open { failures, .. } => Some(failures),
            Standing::LockedUntil { .. } | Standing::LockedForGood { .. } => None,
        }
    }

    fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.events.iter().flat_map(|event| &event.facts).map(|dated| &dated.fact)
    }
}

/// Opens the store of these settings beside the server that uses it, and looks for a card; nothing if the card has not
/// proved itself yet. `card` is the card's own file.
///
/// # Panics
/// If the store cannot be opened or trusted.
pub fn card(settings: &Path, card: &Path) -> Option<CardFile> {
    let runtime = Runtime::new().unwrap();
    let config = Config::load_file(settings).unwrap();
    runtime.block_on(async {
        let material = assemble::check(&config).unwrap();
        let copy = tempfile::tempdir().unwrap();
        let ledger = match config.store.kind {
            StoreKind::Redis => assemble::open_store(&config).await.unwrap(),
            StoreKind::Embedded => open_copy(config.store.embedded.as_ref().unwrap().file(), copy.path()),
        };
        let parts = material.into_parts(&config, Arc::new(SystemClock::new()), ledger);
        let id = id(&parts, card).await;
        let record = parts.store.load_card(&id).await.unwrap()?;
        let events = parts.store.events::<Card>(&id).await.unwrap();
        Some(CardFile { record, events })
    })
}

/// The file is locked by the server; what is in it now is what a crash now would leave.
fn open_copy(file: std::path::PathBuf, folder: &Path) -> Arc<dyn Ledger> {
    let copy = folder.join("store.redb");
    fs::copy(file, &copy).unwrap();
    Arc::new(EmbeddedLedger::open(&copy, Arc::new(SteadyClock::start())).unwrap())
}

/// The card's id, by way of the register, as the server finds it.
async fn id(parts: &Parts, card: &Path) -> CardId {
    let stored: serde_json::Value = serde_json::from_slice(&fs::read(card).unwrap()).unwrap();
    let der = hex::decode(stored["user"]["certificate"].as_str().unwrap()).unwrap();
    let now = SystemClock::new().now();
    let certificate = trust::verify_certificate(&der, &parts.anchors, now).unwrap();
    let entry = parts.registry.find(certificate.reference()).await.unwrap();
    parts.card_ids.card_id(&entry.identity)
}
