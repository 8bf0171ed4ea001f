//! Listed records, page by page.

use reservation::KioskId;

use super::{Subject, card, change};
use crate::change::Page;
use crate::key::{ListedKind, RecordKey};

fn kiosk(number: usize) -> RecordKey {
    RecordKey::kiosk(&KioskId::parse(&format!("kiosk-{number:03}")).expect("a good name"))
}

fn ids(page: &Page) -> Vec<String> {
    page.records.iter().map(|(key, _)| String::from_utf8_lossy(key.id()).into_owned()).collect()
}

/// In the order of their ids, nothing twice, nothing left out, other kinds not among them.
pub async fn listed_records_come_in_pages_in_order(subject: &impl Subject) {
    let ledger = subject.ledger();
    assert_eq!(ledger.list(ListedKind::Kiosk, None, 10).await, Ok(Page::default()));
    assert_eq!(ledger.commit(&change(&card(1), None, "a card", subject.now())).await, Ok(()));
    for number in (0..25).rev() {
        assert_eq!(ledger.commit(&change(&kiosk(number), None, "a kiosk", subject.now())).await, Ok(()));
    }
    let mut seen = Vec::new();
    let mut after = None;
    let mut sizes = Vec::new();
    loop {
        let page = ledger.list(ListedKind::Kiosk, after.as_ref(), 10).await.expect("a page is read");
        seen.extend(ids(&page));
        sizes.push(page.records.len());
        after = page.records.last().map(|(key, _)| key.clone());
        if !page.more {
            break;
        }
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(seen, (0..25).map(|number| format!("kiosk-{number:03}")).collect::<Vec<_>>());
    let all = ledger.list(ListedKind::Kiosk, None, 25).await.expect("a page is read");
    assert_eq!((all.records.len(), all.more), (25, false));
}

/// The index knows names; the bytes are the record's own.
pub async fn a_changed_record_is_listed_once_with_its_newest_bytes(subject: &impl Subject) {
    let ledger = subject.ledger();
    let first = change(&kiosk(1), None, "enabled", subject.now());
    let second = change(&kiosk(1), Some(first.next), "disabled", subject.now());
    assert_eq!(ledger.commit(&first).await, Ok(()));
    assert_eq!(ledger.commit(&second).await, Ok(()));
    let page = ledger.list(ListedKind::Kiosk, None, 10).await.expect("a page is read");
    assert_eq!(page.records.len(), 1);
    assert_eq!(page.records[0].0, kiosk(1));
    assert_eq!(page.records[0].1.version, second.next);
    assert_eq!(page.records[0].1.bytes, b"disabled");
}
