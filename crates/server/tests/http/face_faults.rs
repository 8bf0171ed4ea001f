//! Crashes between debit and verdict, and between the two records' commits: the repeat mends, or the clock does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use face::testing::FakeEngine;
use ledger::{EmbeddedLedger, RecordKind, RootKey, Sealer, Store};
use reservation::Timestamp;
use server::clock::{Clock as _, ManualClock};
use wire::app::{FaceChallenge, FaceVerdict, Step};
use wire::problem::{Advice, ProblemType};

use crate::faults::{SlowEngine, Trouble, Troubled};
use crate::phone::Phone;
use crate::signing::{AtFace, frames};
use crate::site::{NOON, Site};

struct Standing(Arc<ManualClock>);

impl ledger::Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A site on a store that gets into trouble on demand, and that a clock of its own does not hold back.
fn site() -> (Site, Arc<Troubled>) {
    site_with_face_rate(1_000_000)
}

/// The same, whose engine works so often for a card at once.
fn site_with_face_rate(burst: u32) -> (Site, Arc<Troubled>) {
    let folder = tempfile::tempdir().unwrap();
    let ahead = ManualClock::at(NOON.after(Duration::from_secs(86_400 * 30)));
    let inner =
        EmbeddedLedger::open(&Path::new(folder.path()).join("s.redb"), Arc::new(Standing(ahead))).unwrap();
    let troubled = Troubled::before(Arc::new(inner));
    let (store, key) = (troubled.clone(), RootKey::random());
    let patience = ledger::Patience { tries: 1, pause: Duration::ZERO, at_most: Duration::from_secs(1) };
    let site = Site::with(
        |config| {
            crate::limits::admit_all(&mut config.rates);
            config.rates.face = crate::limits::rate(burst, burst);
        },
        |parts| {
            parts.store = Store::new(store, Arc::new(Sealer::new(key, Vec::new()))).with_patience(patience);
        },
    );
    (site, troubled)
}

/// Which commit of an attempt goes wrong: so many of that kind go well before it.
const COMMITS: [(&str, RecordKind, u32); 4] = [
    ("the debit of the phone", RecordKind::Installation, 0),
    ("the debit of the card", RecordKind::Card, 0),
    ("the verdict of the card", RecordKind::Card, 1),
    ("the verdict of the phone", RecordKind::Installation, 1),
];

/// An attempt whose debit reaches the phone's record and not the card's.
async fn debit_the_phone_alone(store: &Troubled, phone: &Phone, at: &AtFace, challenge: &FaceChallenge) {
    store.trouble(RecordKind::Card, Trouble::NotDone, 2);
    phone.show(at, challenge, &frames(challenge, "taro", 1)).await;
    store.trouble(RecordKind::Card, Trouble::NotDone, 0);
}

#[tokio::test]
async fn trouble_at_any_commit_of_an_attempt_is_mended_by_its_repeat() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    for (what, kind, after) in COMMITS {
        for trouble in [Trouble::NotDone, Trouble::LostBefore, Trouble::LostAfter] {
            let at = phone.at_face(&holder).await;
            for (name, expected) in [
                ("stranger", FaceVerdict::NotMatched { tries_left: 4, advice: None }),
                ("taro", FaceVerdict::Matched { next: Step::Reservation }),
            ] {
                let challenge = phone.challenge(at.booking).await;
                store.trouble_after(kind, trouble, after, 2);
                phone.show(&at, &challenge, &frames(&challenge, name, 1)).await;
                store.trouble(kind, trouble, 0);
                let verdict: FaceVerdict =
                    phone.show(&at, &challenge, &frames(&challenge, name, 1)).await.json();
                assert_eq!(verdict, expected, "{trouble:?} at {what}");
                // Counted once, on both records.
                if name == "stranger" {
                    assert_eq!(
                        phone.fail(&at, 1).await,
                        FaceVerdict::NotMatched { tries_left: 3, advice: None },
                        "{what}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_verdict_that_only_the_card_has_is_copied_without_another_match() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    store.trouble_after(RecordKind::Installation, Trouble::NotDone, 1, 2);
    let lost = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
    // A debit stands, so it is not said that nothing was changed.
    assert_eq!(lost.refused(), ProblemType::OutcomeUnknown);
    store.trouble(RecordKind::Installation, Trouble::NotDone, 0);
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
    assert_eq!(site.faces.compares(), 1);
}

#[tokio::test]
async fn a_phone_that_forgot_its_pictures_gets_the_cards_verdict_copied_by_its_next_challenge() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    store.trouble_after(RecordKind::Installation, Trouble::NotDone, 1, 2);
    phone.show(&at, &challenge, &frames(&challenge, "stranger", 1)).await;
    store.trouble(RecordKind::Installation, Trouble::NotDone, 0);
    let next = phone.challenge(at.booking).await;
    let verdict: FaceVerdict = phone.show(&at, &next, &frames(&next, "stranger", 2)).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 3, advice: None });
}

/// The server is killed after both debits: nobody has a verdict.
async fn killed_between_debit_and_verdict()
-> (Site, crate::phone::Phone, crate::signing::AtFace, FaceChallenge) {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    store.trouble_after(RecordKind::Card, Trouble::NotDone, 1, 2);
    phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
    store.trouble(RecordKind::Card, Trouble::NotDone, 0);
    (site, phone, at, challenge)
}

#[tokio::test]
async fn an_attempt_without_a_verdict_is_judged_when_it_comes_again_in_time() {
    let (site, phone, at, challenge) = killed_between_debit_and_verdict().await;
    site.advance(Duration::from_secs(29));
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn an_engine_that_is_busy_when_a_debited_attempt_comes_again_does_not_say_that_nothing_was_changed() {
    let (site, phone, at, challenge) = killed_between_debit_and_verdict().await;
    site.faces.set_busy(true);
    let busy = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
    assert_eq!((busy.refused(), busy.header("retry-after")), (ProblemType::OutcomeUnknown, Some("2")));
    site.faces.set_busy(false);
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn a_repeat_of_a_debited_attempt_is_not_charged_to_the_cards_rate_again() {
    // The front of the card, and one attempt.
    let (site, store) = site_with_face_rate(2);
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    store.trouble_after(RecordKind::Card, Trouble::NotDone, 1, 2);
    let lost = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
    assert_eq!(lost.refused(), ProblemType::OutcomeUnknown);
    store.trouble(RecordKind::Card, Trouble::NotDone, 0);
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn an_attempt_without_a_verdict_has_failed_at_its_deadline() {
    let (site, phone, at, challenge) = killed_between_debit_and_verdict().await;
    let open = phone.try_challenge(at.booking).await;
    assert_eq!(open.refused(), ProblemType::AttemptInProgress);
    // The attempt's half minute, and as long again for the card's answer to be copied.
    assert_eq!(open.header("retry-after"), Some("60"));
    site.advance(Duration::from_secs(30));
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 4, advice: None });
    assert_eq!(site.faces.compares(), 1, "what has failed is not matched again");
    let again: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(again, FaceVerdict::NotMatched { tries_left: 4, advice: None });
    assert_eq!(phone.fail(&at, 1).await, FaceVerdict::NotMatched { tries_left: 3, advice: None });
}

#[tokio::test]
async fn an_attempt_that_nobody_repeats_has_failed_on_both_records() {
    let (site, phone, at, _) = killed_between_debit_and_verdict().await;
    site.advance(Duration::from_secs(30));
    // The clock mends by itself, in whatever is decided next.
    assert_eq!(phone.fail(&at, 1).await, FaceVerdict::NotMatched { tries_left: 3, advice: None });
}

#[tokio::test]
async fn a_debit_that_never_reached_the_card_is_voided_when_its_time_is_over() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    debit_the_phone_alone(&store, &phone, &at, &challenge).await;
    site.advance(Duration::from_secs(30));
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Voided { tries_left: 5 });
    assert_eq!(site.faces.compares(), 0);
    let verdict: FaceVerdict = phone.attempt(&at, "taro", 2).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn a_debit_that_waits_for_another_phones_attempt_is_judged_after_it() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    debit_the_phone_alone(&store, &phone, &at, &challenge).await;
    let theirs = other.at_face(&holder).await;
    let first = other.challenge(theirs.booking).await;
    let held = site.faces.hold_compares();
    let shown = frames(&first, "stranger", 1);
    let judged = other.show(&theirs, &first, &shown);
    let waits = async {
        while site.faces.compares() == 0 {
            tokio::task::yield_now().await;
        }
        let waits = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await;
        drop(held);
        waits
    };
    let (judged, waits) = tokio::join!(judged, waits);
    assert_eq!(judged.json::<FaceVerdict>(), FaceVerdict::NotMatched { tries_left: 4, advice: None });
    assert_eq!(waits.refused(), ProblemType::AttemptInProgress);
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn a_debit_that_the_card_refuses_is_voided_and_the_lock_told() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    debit_the_phone_alone(&store, &phone, &at, &challenge).await;
    let theirs = other.at_face(&holder).await;
    other.fail(&theirs, 5).await;
    for _ in 0..2 {
        let told = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.problem();
        assert_eq!(told.problem_type(), Some(ProblemType::CardLocked));
        assert!(told.facts.number.is_some() && told.facts.locked_until.is_some());
    }
    assert_eq!(site.faces.compares(), 5);
    // Nothing was counted on the phone that came too late.
    assert_eq!(phone.try_start(wire::PinKind::User).await.status, 201);
}

#[tokio::test]
async fn frames_that_another_phone_used_meanwhile_are_refused_until_that_is_counted_and_then_it_is_told() {
    let (site, store) = site();
    let holder = site.holder("taro");
    let (phone, other) = (site.registered_phone().await, site.registered_phone().await);
    let (at, theirs) = (phone.at_face(&holder).await, other.at_face(&holder).await);
    for round in 1..=4 {
        let challenge = phone.challenge(at.booking).await;
        debit_the_phone_alone(&store, &phone, &at, &challenge).await;
        let shown = frames(&challenge, "taro", 1);
        let first = other.challenge(theirs.booking).await;
        // Whatever it is that this other challenge asked for.
        other.show(&theirs, &first, &with_a_stranger(&shown)).await;
        let answer = phone.show(&at, &challenge, &shown).await;
        if round <= 3 {
            let told = answer.problem();
            assert_eq!(told.problem_type(), Some(ProblemType::FramesUnfit), "{round}");
            assert_eq!(told.facts.advice, Some(Advice::SeenBefore));
        } else {
            let advice = Some(Advice::FaultOfOurs);
            assert_eq!(answer.json::<FaceVerdict>(), FaceVerdict::NotMatched { tries_left: 1, advice });
        }
    }
}

/// The same frames but the last, so that nobody matches.
fn with_a_stranger(shown: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut shown = shown.to_vec();
    let last = String::from_utf8(shown.pop().unwrap()).unwrap();
    shown.push(last.replace("taro", "stranger").into_bytes());
    shown
}

#[tokio::test]
async fn a_server_that_was_killed_goes_on_from_its_store() {
    let site = Site::new();
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    phone.fail(&at, 2).await;
    let challenge = phone.challenge(at.booking).await;
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "stranger", 8)).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 2, advice: None });
    let site = site.restarted().await;
    let phone = phone.reconnected(&site).await;
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "stranger", 8)).await.json();
    assert_eq!(verdict, FaceVerdict::NotMatched { tries_left: 2, advice: None });
    let FaceVerdict::Locked { .. } = phone.fail(&at, 2).await else { panic!("five failures") };
    assert_eq!(site.faces.compares(), 5);
}

/// A site whose engine takes so long over an inspection, from `begin` on.
fn slow_site(takes: u64) -> (Site, Arc<SlowEngine>) {
    let faces = FakeEngine::new();
    let slow = SlowEngine::before(faces.clone(), Duration::from_secs(takes));
    let engine = slow.clone();
    let mut site = Site::with(|_| {}, |parts| parts.face.as_mut().unwrap().engine = engine);
    site.faces = faces;
    (site, slow)
}

#[tokio::test]
async fn frames_are_judged_by_when_they_arrived_however_long_the_engine_takes() {
    let (site, slow) = slow_site(20);
    let holder = site.holder("taro");
    let phone = site.registered_phone().await;
    let at = phone.at_face(&holder).await;
    let challenge = phone.challenge(at.booking).await;
    site.advance(Duration::from_secs(29));
    slow.begin(site.clock.clone());
    let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
    assert_eq!(verdict, FaceVerdict::Matched { next: Step::Reservation });
}

#[tokio::test]
async fn an_engine_that_leaves_no_time_for_a_verdict_costs_no_try() {
    // Too late for the card's debit; too late for a comparison that then hangs.
    for (takes, compares) in [(30, 0), (28, 1)] {
        let (site, slow) = slow_site(takes);
        let holder = site.holder("taro");
        let phone = site.registered_phone().await;
        let at = phone.at_face(&holder).await;
        let challenge = phone.challenge(at.booking).await;
        slow.begin(site.clock.clone());
        let held = site.faces.hold_compares();
        let verdict: FaceVerdict = phone.show(&at, &challenge, &frames(&challenge, "taro", 1)).await.json();
        assert_eq!(verdict, FaceVerdict::Voided { tries_left: 5 }, "{takes} s");
        assert_eq!((site.faces.compares(), site.faces.waiting()), (compares, 0), "{takes} s");
        drop(held);
    }
}
