//! Ten thousand contested claims on each store, over real mutual TLS, and never two holds on one reservation.
//!
//! Sixteen kiosks claim the same reservation at the same moment, and each sends its claim four times, as one does that
//! has lost answers. One of them gets the hold, all its answers are the same bytes, and every other is refused. The hold
//! is given back, and it begins anew; the third hold is completed. On Redis the kiosks are spread over two servers.
//!
//! `CONTESTED_CLAIMS` says how many claims on each store (10,000 unless told).
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use client::Answer;
use client::clock::SystemClock;
use end_to_end::child::Child;
use end_to_end::holder::HolderPhone;
use end_to_end::keys::CardKey;
use end_to_end::look;
use end_to_end::redis::Redis;
use end_to_end::site::Site;
use end_to_end::stack::{OPERATOR, Store};
use end_to_end::terminal::{self, Terminal, problem};
use reservation::PinKind;
use reservation::limits::CLAIMS_PER_RESERVATION;
use tempfile::TempDir;
use tokio::sync::Barrier;
use virtual_card::reader::PortPair;
use wire::kiosk::{Claim, Completion, FailureReason, Granted, Settled};
use wire::problem::ProblemType;

/// Unless the environment says otherwise.
const CONTESTED_CLAIMS: usize = 10_000;
const KIOSKS: usize = 16;
/// How often each sends its claim.
const SENT: usize = 4;
const PER_RESERVATION: usize = KIOSKS * SENT * CLAIMS_PER_RESERVATION;
/// The rules bound how many reservations one card gets in a quarter of an hour.
const RESERVATIONS_PER_CARD: usize = 7;
/// Cards at work at once.
const LANES: usize = 3;

/// A site with its servers and kiosks; everything ends when it is dropped.
struct Field {
    _servers: Vec<Child>,
    _redis: Option<Redis>,
    _ports: Vec<PortPair>,
    site: Site,
    kiosks: Vec<Terminal>,
    folder: TempDir,
}

impl Field {
    fn on(store: Store, cards: &[(String, usize)]) -> Self {
        let folder = TempDir::with_prefix("contention-").unwrap();
        let site = Site::make(folder.path(), folder.path());
        site.open_all_day();
        site.admit_any_rate();
        site.set("log.level", "warn");
        for (card, _) in cards {
            site.issue(card, &[]);
        }
        let redis = (store == Store::Redis).then(|| Redis::start(&folder.path().join("redis")));
        if let Some(redis) = &redis {
            site.set("store.kind", "redis");
            site.set("store.redis.url", format!("unix://{}", redis.socket().display()));
        }
        let mut servers = vec![site.serve("server", &[], site.admin_port())];
        let (mut ports, mut kiosk_ports) = (Vec::new(), vec![site.kiosk_port()]);
        if redis.is_some() {
            let [first, second] = [(); 2].map(|()| PortPair::any().unwrap());
            let address = |port: u16| format!("127.0.0.1:{port}");
            let overrides = [
                ("JPKI_RESET_LISTEN__APP__ADDRESS", address(first.first())),
                ("JPKI_RESET_LISTEN__KIOSK__ADDRESS", address(first.second())),
                ("JPKI_RESET_LISTEN__ADMIN__ADDRESS", address(second.first())),
            ];
            servers.push(site.serve("second-server", &overrides, second.first()));
            kiosk_ports.push(first.second());
            ports.extend([first, second]);
        }
        let kiosks = (0..KIOSKS).map(|number| {
            let port = kiosk_ports[number % kiosk_ports.len()];
            Terminal::of(&site.add_kiosk(&format!("kiosk-{number}"), OPERATOR, port), port)
        });
        let kiosks = kiosks.collect();
        Self { _servers: servers, _redis: redis, _ports: ports, site, kiosks, folder }
    }

    fn card(&self, name: &str) -> std::path::PathBuf {
        self.site.card(name)
    }

    fn phone(&self, folder: &Path) -> HolderPhone {
        let authority = self.site.file("tls/app-ca.pem");
        HolderPhone::new(folder, self.site.app_port(), &authority, Arc::new(SystemClock))
    }

    /// All kiosks claim at once; the one grant, and the kiosk that got it.
    async fn contest(&self, known: &CardKey) -> (usize, Granted) {
        let mut claims = Vec::with_capacity(KIOSKS);
        for kiosk in &self.kiosks {
            let session = kiosk.session(Some(PinKind::User)).await;
            claims.push(terminal::claim(&session, known, PinKind::User, terminal::random_challenge()));
        }
        let start = Arc::new(Barrier::new(KIOSKS * SENT));
        let sent = claims.into_iter().zip(&self.kiosks).enumerate().flat_map(|(number, (claim, kiosk))| {
            let start = &start;
            (0..SENT).map(move |_| tokio::spawn(send(number, kiosk.clone(), claim.clone(), start.clone())))
        });
        let mut granted: Vec<(usize, Vec<u8>)> = Vec::new();
        for answer in sent.collect::<Vec<_>>() {
            let (number, answer) = answer.await.unwrap();
            match answer.status {
                201 => granted.push((number, answer.body)),
                409 => assert_eq!(problem(&answer), Some(ProblemType::ClaimInProgress)),
                status => panic!("{status}: {}", String::from_utf8_lossy(&answer.body)),
            }
        }
        let (winner, body) = granted.first().cloned().expect("one of them gets the hold");
        assert_eq!(granted, vec![(winner, body.clone()); SENT], "one kiosk, the same bytes each time");
        (winner, serde_json::from_slice(&body).unwrap())
    }

    /// One reservation, contested until it is completed; the claims that were granted.
    async fn reservation(&self, phone: &mut HolderPhone, card: &str) -> Vec<uuid::Uuid> {
        let [known, target] =
            [PinKind::Signature, PinKind::User].map(|kind| CardKey::read(&self.card(card), kind));
        phone.book_user(&known).await;
        let mut claims = Vec::new();
        for round in 1..=CLAIMS_PER_RESERVATION {
            let (winner, granted) = self.contest(&known).await;
            claims.push(granted.claim);
            let (completion, expected) = if round < CLAIMS_PER_RESERVATION {
                let left = u8::try_from(CLAIMS_PER_RESERVATION - round).unwrap();
                let failed = Completion::Failed { reason: FailureReason::HolderLeft };
                (failed, Settled::Released { claims_left: left })
            } else {
                (terminal::proof(&granted, &target), Settled::Completed)
            };
            let settled: Settled = self.kiosks[winner].complete(&granted, &completion).await.json().unwrap();
            assert_eq!(settled, expected);
        }
        claims
    }

    /// All reservations of one card.
    async fn card_of_lane(&self, card: &str, reservations: usize) {
        let folder = self.folder.path().join(format!("phone-{card}"));
        std::fs::create_dir(&folder).unwrap();
        let mut phone = self.phone(&folder);
        let mut claims = BTreeSet::new();
        for _ in 0..reservations {
            claims.extend(self.reservation(&mut phone, card).await);
        }
        assert_eq!(claims.len(), reservations * CLAIMS_PER_RESERVATION, "no claim was granted twice");
    }
}

async fn send(number: usize, kiosk: Terminal, claim: Claim, start: Arc<Barrier>) -> (usize, Answer) {
    start.wait().await;
    (number, kiosk.claim(&claim).await)
}

#[expect(clippy::disallowed_methods, reason = "how long to run is told from outside")]
fn contested_claims() -> usize {
    let told = std::env::var("CONTESTED_CLAIMS").ok();
    told.map_or(CONTESTED_CLAIMS, |text| text.replace('_', "").parse().expect("a whole number"))
}

fn no_two_holds(store: Store) {
    let reservations = contested_claims().div_ceil(PER_RESERVATION);
    let cards: Vec<(String, usize)> = (0..reservations.div_ceil(RESERVATIONS_PER_CARD))
        .map(|number| {
            let left = reservations - number * RESERVATIONS_PER_CARD;
            (format!("card-{number}"), left.min(RESERVATIONS_PER_CARD))
        })
        .collect();
    let field = Field::on(store, &cards);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let lanes = (0..LANES).map(|lane| {
            let (field, cards) = (&field, &cards);
            async move {
                for (card, reservations) in cards.iter().skip(lane).step_by(LANES) {
                    field.card_of_lane(card, *reservations).await;
                }
            }
        });
        futures_util::future::join_all(lanes).await;
    });
    for (card, reservations) in &cards {
        let stored = look::card(&field.site.settings(), &field.card(card)).expect("it has proved itself");
        let reserved = stored.reserved();
        assert_eq!(reserved.len(), *reservations);
        for booking in reserved {
            assert_eq!(stored.claims(booking).len(), CLAIMS_PER_RESERVATION, "{card}");
            assert_eq!(stored.completions(booking), 1, "{card}");
        }
    }
}

#[test]
fn ten_thousand_contested_claims_give_no_two_holds_on_the_embedded_store() {
    no_two_holds(Store::Embedded);
}

#[test]
fn ten_thousand_contested_claims_at_two_servers_give_no_two_holds_on_redis() {
    no_two_holds(Store::Redis);
}
