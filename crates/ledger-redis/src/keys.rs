//! Every key this program has in Redis.
//!
//! `jpki-reset:1:{p}:…`: the program, the version of this layout, the partition as hash tag. Everything a commit
//! touches carries the same tag, so that it lies in one slot of a cluster; 256 tags spread over all nodes.
//! An operator's `SCAN … MATCH jpki-reset:1:*:kiosk:*` finds what its name says.

use ledger::{ListedKind, Partition, RecordKey, RecordKind, RememberedKey};

const PREFIX: &str = "jpki-reset:1";

fn in_partition(partition: Partition, rest: &str) -> String {
    format!("{PREFIX}:{{{:02x}}}:{rest}", partition.number())
}

/// A string: the record's version and its sealed bytes.
pub(crate) fn record(key: &RecordKey) -> String {
    in_partition(key.partition(), &format!("{}:{}", key.kind().word(), hex::encode(key.id())))
}

/// A list: the record's events, oldest first.
pub(crate) fn events(key: &RecordKey) -> String {
    in_partition(key.partition(), &format!("{}-events:{}", key.kind().word(), hex::encode(key.id())))
}

/// A sorted set: the ids of the listed records in one partition. Written with every commit of such a record.
pub(crate) fn index(kind: RecordKind, partition: Partition) -> String {
    in_partition(partition, &format!("{}-index", kind.word()))
}

/// The indexes of a kind, one per partition.
pub(crate) fn indexes(kind: ListedKind) -> impl Iterator<Item = String> {
    Partition::all().map(move |partition| index(kind.into(), partition))
}

/// A string without content: a use that may happen once.
pub(crate) fn remembered(key: &RememberedKey) -> String {
    in_partition(key.partition(), &format!("remembered:{}", hex::encode(key.as_bytes())))
}

/// A key that nobody writes: reading it tells whether keys can be read.
pub(crate) fn probe() -> String {
    format!("{PREFIX}:probe")
}

#[cfg(test)]
mod tests {
    use super::*;
    use reservation::{CardId, KioskId};

    #[test]
    fn all_keys_of_one_commit_share_the_hash_tag() {
        let key = RecordKey::kiosk(&KioskId::parse("kiosk-1").unwrap());
        let tag = |key: &str| key[key.find('{').unwrap()..=key.find('}').unwrap()].to_owned();
        let keys = [record(&key), events(&key), index(key.kind(), key.partition())];
        assert!(keys.iter().all(|other| tag(other) == tag(&keys[0])), "{keys:?}");
        assert_eq!(tag(&keys[0]).len(), "{00}".len());
    }

    #[test]
    fn no_id_can_reach_into_another_key() {
        let card = RecordKey::card(&CardId::from_bytes(*b"}:{00}:card:\r\n*................."));
        let name = record(&card);
        assert_eq!(name.matches(['{', '}']).count(), 2, "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{name}");
    }
}
