//! The store over a ledger that fails on command.

mod faulty;

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use reservation::installation::Register;
use reservation::{
    Card, CardId, CertificateHash, Event, Installation, InstallationId, Kinds, KioskId, OperatorId, Policy,
    ReservationNumber, Timestamp,
};
use secret::SecretKey32;
use tempfile::TempDir;

use self::faulty::{Fault, Faulty};
use super::small::event;
use super::*;
use crate::clock::{Clock, ManualClock};
use crate::embedded::EmbeddedLedger;
use crate::error::Cause;
use crate::forms::{DecodeError, Kiosk, KioskFact};
use crate::key::{RecordKey, RecordKind};
use crate::seal::RootKey;

/// A record that is only a count; every commit adds one, so that a loss or a double shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Count(u64);

impl Record for Count {
    type Id = u8;
    type Fact = u64;
    const KIND: RecordKind = RecordKind::Card;

    fn key(id: &u8) -> RecordKey {
        RecordKey::card(&CardId::from_bytes([*id; 32]))
    }

    fn keep_until(&self, _now: Timestamp) -> Option<Timestamp> {
        None
    }

    fn encode(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        bytes.try_into().map(|bytes| Self(u64::from_be_bytes(bytes))).map_err(|_| DecodeError::Shape)
    }

    fn encode_event(event: &Event<u64>) -> Vec<u8> {
        event.facts[0].fact.to_be_bytes().to_vec()
    }

    fn decode_event(bytes: &[u8]) -> Result<Event<u64>, DecodeError> {
        Ok(event(Timestamp::from_unix_secs(0), Self::decode(bytes)?.0))
    }
}

struct Bench {
    store: Store,
    faulty: Arc<Faulty>,
    clock: Arc<ManualClock>,
    directory: TempDir,
}

fn sealer(byte: u8) -> Arc<Sealer> {
    Arc::new(Sealer::new(RootKey::new(SecretKey32::take(vec![byte; 32]).unwrap()), Vec::new()))
}

impl Bench {
    fn new() -> Self {
        Self::failing(&[])
    }

    fn failing(faults: &[Fault]) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_secs(1_800_000_000)));
        let path = directory.path().join("ledger.redb");
        let embedded = EmbeddedLedger::open(&path, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let faulty = Arc::new(Faulty::new(embedded, faults));
        let patience = Patience { tries: 3, pause: Duration::ZERO, at_most: Duration::from_secs(60) };
        let store = Store::new(Arc::clone(&faulty) as Arc<dyn Ledger>, sealer(1)).with_patience(patience);
        Self { store, faulty, clock, directory }
    }

    async fn add(&self) -> Result<u64, TransactError<()>> {
        add(&self.store, self.clock.now()).await
    }

    async fn count(&self) -> u64 {
        self.store.load::<Count>(&1).await.unwrap().map_or(0, |count| count.0)
    }
}

async fn add(store: &Store, now: Timestamp) -> Result<u64, TransactError<()>> {
    store
        .transact::<Count, _, _>(&1, |count| {
            let next = count.map_or(0, |count| count.0) + 1;
            Ok(Step { state: Count(next), event: event(now, next), outcome: next })
        })
        .await
}

#[tokio::test]
async fn what_is_decided_is_committed_with_its_event() {
    let bench = Bench::new();
    assert_eq!(bench.add().await, Ok(1));
    assert_eq!(bench.add().await, Ok(2));
    assert_eq!(bench.count().await, 2);
    let events = bench.store.events::<Count>(&1).await.unwrap();
    assert_eq!(events.iter().map(|event| event.facts[0].fact).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_refusal_commits_nothing() {
    let bench = Bench::new();
    let refused = bench.store.transact::<Count, (), _>(&1, |_| Err("no")).await;
    assert_eq!(refused, Err(TransactError::Refused("no")));
    assert_eq!((bench.count().await, bench.faulty.commits()), (0, 0));
}

#[tokio::test]
async fn an_unknown_outcome_is_cleared_up_by_the_same_commit() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let bench = Bench::failing(&[fault]);
        assert_eq!(bench.add().await, Ok(1), "{fault:?}");
        assert_eq!((bench.count().await, bench.faulty.commits()), (1, 2), "{fault:?}");
    }
}

#[tokio::test]
async fn an_overtaken_commit_that_was_done_is_not_done_again() {
    let bench = Bench::failing(&[Fault::AnswerLostAndOvertaken]);
    assert_eq!(bench.add().await, Ok(1));
    let events = bench.store.ledger().events(&Count::key(&1)).await.unwrap();
    assert_eq!(events.len(), 2, "ours and the other's");
}

#[tokio::test]
async fn an_overtaken_commit_that_was_not_done_is_decided_anew() {
    let bench = Bench::failing(&[Fault::Nothing, Fault::RequestLostAndOvertaken]);
    assert_eq!(bench.add().await, Ok(1));
    // The other one came first with its 2.
    assert_eq!(bench.add().await, Ok(3));
    let events = bench.store.events::<Count>(&1).await.unwrap();
    assert_eq!(events.iter().map(|event| event.facts[0].fact).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_told_as_such() {
    for last in [Fault::RequestLost, Fault::NotDone, Fault::ClockAhead] {
        let bench = Bench::failing(&[Fault::AnswerLost, last, last, last]);
        let told = bench.add().await;
        assert!(
            matches!(told, Err(TransactError::Store(StoreError::OutcomeUnknown(_)))),
            "{last:?}: {told:?}"
        );
        assert_eq!(bench.count().await, 1, "it had been done all the same");
    }
}

#[tokio::test]
async fn what_was_certainly_not_done_is_told_at_once() {
    let bench = Bench::failing(&[Fault::NotDone]);
    assert_eq!(bench.add().await, Err(TransactError::Store(StoreError::Unavailable(Cause::NotConnected))));
    assert_eq!((bench.count().await, bench.faulty.commits()), (0, 1));
}

#[tokio::test]
async fn a_clock_ahead_of_the_stores_is_told_as_such() {
    let bench = Bench::new();
    let ahead = bench.clock.now().after(Duration::from_secs(5));
    let told = add(&bench.store, ahead).await;
    assert_eq!(told, Err(TransactError::Store(StoreError::ClockAhead { by_millis: 5000 })));
}

#[tokio::test]
async fn a_record_that_changes_every_time_is_given_up_in_the_end() {
    let bench = Bench::failing(&[Fault::Overtaken; 100]);
    assert_eq!(bench.add().await, Err(TransactError::Store(StoreError::Contended)));
    assert_eq!(bench.faulty.commits(), CONFLICTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_lose_nothing_and_double_nothing() {
    let bench = Bench::new();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, now) = (bench.store.clone(), bench.clock.now());
        tasks.spawn(async move {
            for _ in 0..20 {
                add(&store, now).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(bench.count().await, 320);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::Nothing),
        2 => Just(Fault::AnswerLost),
        2 => Just(Fault::RequestLost),
        1 => Just(Fault::NotDone),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_the_count_agrees_with_what_was_told(faults in proptest::collection::vec(any_fault(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::failing(&faults);
            let (mut done, mut unknown) = (0, 0);
            for _ in 0..20 {
                match bench.add().await {
                    Ok(_) => done += 1,
                    Err(TransactError::Store(StoreError::OutcomeUnknown(_))) => unknown += 1,
                    Err(TransactError::Store(StoreError::Unavailable(_))) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            let count = bench.count().await;
            prop_assert!((done..=done + unknown).contains(&count), "{done} done, {unknown} unknown, {count} counted");
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn bytes_moved_within_the_store_are_refused_and_nothing_is_decided_on_them() {
    let bench = Bench::new();
    bench.add().await.unwrap();
    let stored = bench.store.ledger().load(&Count::key(&1)).await.unwrap().unwrap();
    let events = bench.store.ledger().events(&Count::key(&1)).await.unwrap();
    let moved = crate::Change {
        key: Count::key(&2),
        expected: None,
        next: stored.version,
        record: stored.bytes,
        expires_at: None,
        event: events[0].bytes.clone(),
        now: bench.clock.now(),
    };
    bench.store.ledger().commit(&moved).await.unwrap();
    let tampered = StoreError::Sealed(UnsealError::Tampered);
    assert_eq!(bench.store.load::<Count>(&2).await, Err(tampered));
    assert_eq!(bench.store.events::<Count>(&2).await.err(), Some(tampered));
    let decided = bench.store.transact::<Count, (), ()>(&2, |_| panic!("nothing may be decided on it")).await;
    assert_eq!(decided, Err(TransactError::Store(tampered)));
}

#[tokio::test]
async fn without_the_root_key_nothing_can_be_read() {
    let bench = Bench::new();
    bench.add().await.unwrap();
    let stranger = Store::new(Arc::clone(bench.store.ledger()), sealer(2));
    let refused = stranger.load::<Count>(&1).await;
    assert!(matches!(refused, Err(StoreError::Sealed(UnsealError::UnknownKey(_)))), "{refused:?}");
}

fn kiosk(name: &str, now: Timestamp) -> Kiosk {
    Kiosk {
        id: KioskId::parse(name).unwrap(),
        operator: OperatorId::parse("canary-operator").unwrap(),
        kinds: Kinds::ALL,
        enabled: true,
        certificate: CertificateHash::from_bytes([3; 32]),
        added_at: now,
    }
}

#[tokio::test]
async fn a_kiosk_is_admitted_disabled_and_listed() {
    let bench = Bench::new();
    let now = bench.clock.now();
    for name in ["b", "a", "c"] {
        let kiosk = kiosk(name, now);
        let added = bench.store.change_kiosk(&kiosk.id, now, |known| match known {
            None => Ok((kiosk.clone(), KioskFact::Added)),
            Some(_) => Err("known"),
        });
        assert_eq!(added.await, Ok(kiosk.clone()));
    }
    let b = KioskId::parse("b").unwrap();
    let disable = |known: Option<&Kiosk>| {
        let known = known.ok_or("unknown")?;
        Ok((Kiosk { enabled: false, ..known.clone() }, KioskFact::Disabled))
    };
    assert!(!bench.store.change_kiosk(&b, now, disable).await.unwrap().enabled);
    let nobody = KioskId::parse("nobody").unwrap();
    assert_eq!(bench.store.change_kiosk(&nobody, now, disable).await, Err(TransactError::Refused("unknown")));
    assert_eq!(bench.store.kiosk(&b).await.unwrap().map(|kiosk| kiosk.enabled), Some(false));

    let page = bench.store.kiosks(None, 2).await.unwrap();
    let names = |page: &KioskPage| page.kiosks.iter().map(|kiosk| kiosk.id.to_string()).collect::<Vec<_>>();
    assert_eq!((names(&page), page.more), (vec!["a".to_owned(), "b".to_owned()], true));
    let rest = bench.store.kiosks(Some(&b), 2).await.unwrap();
    assert_eq!((names(&rest), rest.more), (vec!["c".to_owned()], false));
    let facts: Vec<_> = bench.store.events::<Kiosk>(&b).await.unwrap();
    assert_eq!(
        facts.iter().map(|event| event.facts[0].fact).collect::<Vec<_>>(),
        [KioskFact::Added, KioskFact::Disabled]
    );

    bench.clock.advance(Duration::from_secs(20 * 365 * 86_400));
    assert!(bench.store.kiosk(&b).await.unwrap().is_some(), "a kiosk stays on record");
}

#[tokio::test]
async fn a_number_leads_to_one_card_for_as_long_as_it_is_confirmed() {
    let bench = Bench::new();
    let number = ReservationNumber::from_random(7);
    let (mine, yours) = (CardId::from_bytes([1; 32]), CardId::from_bytes([2; 32]));
    assert_eq!(bench.store.card_of(number).await, Ok(None));
    assert_eq!(bench.store.take_number(number, mine, bench.clock.now()).await, Ok(()));
    assert_eq!(
        bench.store.take_number(number, yours, bench.clock.now()).await,
        Err(TransactError::Refused(NumberTaken))
    );
    bench.clock.advance(Duration::from_secs(399 * 86_400));
    assert_eq!(bench.store.take_number(number, mine, bench.clock.now()).await, Ok(()));
    bench.clock.advance(Duration::from_secs(399 * 86_400));
    assert_eq!(bench.store.card_of(number).await, Ok(Some(mine)));
    bench.clock.advance(Duration::from_secs(86_400));
    assert_eq!(bench.store.card_of(number).await, Ok(None));
    assert_eq!(bench.store.take_number(number, yours, bench.clock.now()).await, Ok(()));
}

#[tokio::test]
async fn the_rules_decide_and_a_repeated_answer_is_a_commit_too() {
    let bench = Bench::new();
    let id = InstallationId::from_bytes([5; 32]);
    for _ in 0..2 {
        let decided = bench
            .store
            .decide::<Installation, _>(
                &id,
                Register { installation: id },
                bench.clock.now(),
                &Policy::default(),
            )
            .await;
        assert!(decided.is_ok());
    }
    let installation = bench.store.load_installation(&id).await.unwrap().unwrap();
    assert_eq!((installation.id, installation.registered_at), (id, bench.clock.now()));
    assert_eq!(bench.store.events::<Installation>(&id).await.unwrap().len(), 2);
    assert_eq!(bench.store.load_card(&CardId::from_bytes([5; 32])).await, Ok(None::<Card>));

    bench.clock.advance(Duration::from_secs(90 * 86_400 - 1));
    assert!(bench.store.load_installation(&id).await.unwrap().is_some());
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.store.load_installation(&id).await, Ok(None), "90 days after its last change");
}

#[tokio::test]
async fn the_stores_file_tells_nothing_of_what_is_in_it() {
    let bench = Bench::new();
    let kiosk = kiosk("k1", bench.clock.now());
    let added = bench
        .store
        .change_kiosk(&kiosk.id, bench.clock.now(), |_| Ok::<_, ()>((kiosk.clone(), KioskFact::Added)));
    added.await.unwrap();
    let card = CardId::from_bytes([0xCA; 32]);
    bench.store.take_number(ReservationNumber::from_random(1), card, bench.clock.now()).await.unwrap();
    let file = std::fs::read(bench.directory.path().join("ledger.redb")).unwrap();
    for canary in [&b"canary-operator"[..], b"certificate", b"operator", &[0xCA; 32]] {
        assert!(
            !file.windows(canary.len()).any(|part| part == canary),
            "{}",
            String::from_utf8_lossy(canary)
        );
    }
}
