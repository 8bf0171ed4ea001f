//! A living reservation for every card and round, decided by the rules and committed to the store of these settings.

use std::path::Path;
use std::sync::Arc;

use ledger::{Kiosk, KioskFact};
use reservation::card::{Basis, Prove, Reserve};
use reservation::limits::BOOKING_LIFE;
use reservation::{
    BookingId, Card, CertificateHash, InstallationId, KeyHash, Kinds, KioskId, OperatorId, PinKind,
};
use server::clock::SystemClock;
use server::{Config, Parts, assemble, random};
use tokio::task::JoinSet;

use crate::site::{Cards, KIOSK, Site, now};
use crate::work::{identity, sha256};

const OPERATOR: &str = "seven-eleven";
const AT_ONCE: usize = 64;

/// The parts of a server with these settings, without its listeners.
pub(crate) async fn parts(settings: &Path) -> Arc<Parts> {
    let config = Config::load_file(settings).unwrap();
    Arc::new(assemble::parts(&config, Arc::new(SystemClock::new())).await.unwrap())
}

/// Admits the kiosk and makes the reservations. The store is free again when this returns.
pub(crate) async fn store(settings: &Path, site: &Site, cards: &Cards, rounds: usize) {
    let parts = parts(settings).await;
    admit(&parts, site).await;
    let mut running = JoinSet::new();
    for (round, card) in (0..rounds).flat_map(|round| (0..cards.count()).map(move |card| (round, card))) {
        if running.len() == AT_ONCE {
            running.join_next().await.expect("some run").unwrap();
        }
        let key = KeyHash::from_bytes(sha256(&cards.key(card, PinKind::Signature)));
        running.spawn(reserve(parts.clone(), identity(round, card), key));
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

async fn admit(parts: &Parts, site: &Site) {
    let kiosk = Kiosk {
        id: KioskId::parse(KIOSK).unwrap(),
        operator: OperatorId::parse(OPERATOR).unwrap(),
        kinds: Kinds::ALL,
        enabled: true,
        certificate: CertificateHash::from_bytes(site.kiosk_certificate),
        added_at: now(),
    };
    let admitted = parts
        .store
        .change_kiosk(&kiosk.id, now(), |_| Ok::<_, std::fmt::Error>((kiosk.clone(), KioskFact::Added)))
        .await;
    admitted.unwrap();
}

async fn reserve(parts: Arc<Parts>, identity: Vec<u8>, known_key: KeyHash) {
    let card = parts.card_ids.card_id(&identity);
    let at = now();
    let booking = BookingId::from_u128(random::uuid(at).as_u128());
    let prove = Prove { booking, number: random::number() };
    parts.store.decide::<Card, _>(&card, prove, at, &parts.policy).await.unwrap();
    let reserve = Reserve {
        booking,
        installation: InstallationId::from_bytes([7; 32]),
        known_key,
        basis: Basis::User,
        deadline: at.after(BOOKING_LIFE),
    };
    parts.store.decide::<Card, _>(&card, reserve, at, &parts.policy).await.unwrap();
}
