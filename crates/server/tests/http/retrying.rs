//! The store in trouble: nothing lost, nothing doubled, and the client that repeats itself gets its answer.

use std::path::Path;
use std::sync::Arc;

use ledger::{EmbeddedLedger, RecordKind, RootKey, Sealer, Store};
use reservation::PinKind;
use reservation::Timestamp;
use server::Config;
use server::clock::{Clock as _, ManualClock};
use wire::app::{Reservation, ReservationState};
use wire::kiosk::{Granted, Settled};
use wire::problem::ProblemType;

use crate::faults::{Trouble, Troubled};
use crate::phone::Call;
use crate::site::{NOON, Site};
use crate::terminal::{challenge, claim, proof};

struct Standing(Arc<ManualClock>);

impl ledger::Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A site on a store that gets into trouble on demand.
fn site() -> (Site, Arc<Troubled>) {
    site_with(|_| {})
}

fn site_with(configure: impl FnOnce(&mut Config)) -> (Site, Arc<Troubled>) {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(NOON);
    let inner =
        EmbeddedLedger::open(&Path::new(folder.path()).join("s.redb"), Arc::new(Standing(clock))).unwrap();
    let troubled = Troubled::before(Arc::new(inner));
    let (store, key) = (troubled.clone(), RootKey::random());
    let patience = ledger::Patience {
        tries: 1,
        pause: std::time::Duration::ZERO,
        at_most: std::time::Duration::from_secs(1),
    };
    let site = Site::with(configure, |parts| {
        parts.store = Store::new(store, Arc::new(Sealer::new(key, Vec::new()))).with_patience(patience);
    });
    (site, troubled)
}

#[tokio::test]
async fn a_claim_whose_commit_is_in_doubt_sends_no_authorisation_and_its_repeat_gets_one() {
    for trouble in [Trouble::NotDone, Trouble::LostBefore, Trouble::LostAfter] {
        let (site, store) = site();
        let holder = site.holder("taro");
        site.registered_phone().await.book(&holder).await;
        let kiosk = site.kiosk("k-1", "seven-eleven").await;
        let session = kiosk.session().await;
        let sent = claim(&session, &holder, PinKind::User, challenge());
        store.trouble(RecordKind::Card, trouble, 2);
        let doubtful = kiosk.send_claim(&sent).await;
        if doubtful.status != 201 {
            let expected = [ProblemType::Unavailable, ProblemType::OutcomeUnknown];
            assert!(expected.contains(&doubtful.refused()), "{trouble:?}: {doubtful}");
            assert!(!String::from_utf8_lossy(&doubtful.body).contains("authorisation"));
        }
        store.trouble(RecordKind::Card, trouble, 0);
        let granted: Granted = kiosk.send_claim(&sent).await.json();
        let settled: Settled = kiosk.report(&granted, &proof(&granted, &holder)).await.json();
        assert_eq!(settled, Settled::Completed, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_booking_goes_on_after_trouble_at_any_of_its_commits() {
    for kind in [RecordKind::Number, RecordKind::Card, RecordKind::Installation] {
        for trouble in [Trouble::NotDone, Trouble::LostBefore, Trouble::LostAfter] {
            let (site, store) = site();
            let holder = site.holder("taro");
            let phone = site.registered_phone().await;
            let booking = phone.start().await;
            let evidence = phone.evidence(&booking, &holder);
            store.trouble(kind, trouble, 2);
            phone.prove(booking.booking, &evidence).await;
            store.trouble(kind, trouble, 0);
            assert_eq!(phone.prove(booking.booking, &evidence).await.status, 200, "{kind:?} {trouble:?}");
            store.trouble(kind, trouble, 2);
            phone.reserve(booking.booking).await;
            store.trouble(kind, trouble, 0);
            let reservation: Reservation = phone.reserve(booking.booking).await.json();
            let seen: Reservation = phone.look(&reservation).await.json();
            assert_eq!(seen.state, ReservationState::Reserved { claims_left: 3 }, "{kind:?} {trouble:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_goes_away_and_comes_back_is_survived() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let reservation = phone.book(&holder).await;
    let ready = format!("http://{}/readyz", site.running().admin_addr);
    store.away(true);
    assert_eq!(phone.look(&reservation).await.refused(), ProblemType::Unavailable);
    assert_eq!(reqwest::get(&ready).await.unwrap().status(), 503);
    store.away(false);
    assert_eq!(phone.look(&reservation).await.status, 200);
    assert_eq!(reqwest::get(&ready).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_store_that_hangs_is_not_waited_for_and_the_repeat_is_answered() {
    let (site, store) = site_with(|config| {
        config.listen.app.budget.body_timeout_secs = Some(1);
        config.listen.app.budget.answer_timeout_secs = Some(1);
    });
    let phone = site.phone().await;
    let call = Call::json("/app/v1/installations", &serde_json::json!({ "app": "x" }));
    store.trouble(RecordKind::Installation, Trouble::Hangs, 1);
    assert_eq!(phone.call(call.clone()).await.refused(), ProblemType::OutcomeUnknown);
    assert_eq!(phone.call(call).await.status, 200);
}
