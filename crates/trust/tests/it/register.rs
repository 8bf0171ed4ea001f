//! The card register in a file: what is found, and what makes a register unusable.

use std::fs;

use reservation::{PinKind, Timestamp};
use serde_json::{Value, json};
use trust::contract::{self, RegistryCase};
use trust::{
    CardEntry, CardRegistry, CertificateRef, FileRegistry, IssuerKeyId, RegisterProblem,
    RegisteredCertificate, RegistryError, SerialNumber, verify_certificate,
};

use crate::authority::{House, test_key};
use crate::corpus::p256_point;
use crate::der::{bit_string, oid, seq};
use crate::holder::{Holder, NOW, VALIDITY, key_of};

fn certificate(serial: &str, spki: &[u8]) -> Value {
    json!({
        "issuer_key_id": "1ac100f596a3bc8c4b3df195e32699249e9e308a",
        "serial": serial,
        "spki": hex::encode(spki),
        "not_before": "2026-11-01T03:00:00Z",
        "not_after": "2030-02-17T14:59:59Z",
    })
}

fn register() -> Value {
    json!({
        "version": 1,
        "cards": [
            {
                "identity": "5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c",
                "user": certificate("06d18006", &key_of(PinKind::User).spki()),
                "signature": certificate("06d18007", &key_of(PinKind::Signature).spki()),
                "surface_key": hex::encode(test_key("surface-card").spki()),
            },
            {
                "identity": "00000000000000000000000000000002",
                "user": certificate("06d18008", &test_key("stranger").spki()),
                "signature": null,
                "surface_key": null,
            },
        ],
    })
}

fn registered(serial: &[u8], spki: Vec<u8>) -> RegisteredCertificate {
    RegisteredCertificate {
        issuer_key_id: IssuerKeyId::from_bytes(
            &hex::decode("1ac100f596a3bc8c4b3df195e32699249e9e308a").unwrap(),
        )
        .unwrap(),
        serial: SerialNumber::from_bytes(serial).unwrap(),
        spki,
        not_before: Timestamp::from_unix_secs(VALIDITY.0),
        not_after: Timestamp::from_unix_secs(VALIDITY.1),
    }
}

fn write(contents: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("register.json");
    fs::write(&path, contents).unwrap();
    (directory, path)
}

#[tokio::test]
async fn the_register_file_keeps_the_contract() {
    let (_directory, path) = write(&register().to_string());
    let registry = FileRegistry::open(&path).unwrap();
    let both = CardEntry {
        identity: hex::decode("5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c").unwrap(),
        user: Some(registered(&[6, 0xd1, 0x80, 6], key_of(PinKind::User).spki())),
        signature: Some(registered(&[6, 0xd1, 0x80, 7], key_of(PinKind::Signature).spki())),
        surface_key: Some(test_key("surface-card").spki()),
    };
    let user_only = CardEntry {
        identity: hex::decode("00000000000000000000000000000002").unwrap(),
        user: Some(registered(&[6, 0xd1, 0x80, 8], test_key("stranger").spki())),
        signature: None,
        surface_key: None,
    };
    let stranger = CertificateRef {
        serial: SerialNumber::from_bytes(&[1]).unwrap(),
        ..both.user.as_ref().unwrap().reference(PinKind::User)
    };
    contract::registry(RegistryCase { registry: &registry, both, user_only, stranger }).await;
}

#[tokio::test]
async fn a_verified_certificate_leads_to_its_card_and_the_keys_can_be_compared() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let holder = verify_certificate(&Holder::genuine(ca).der(), &house.anchors, NOW).unwrap();
    let mut register = register();
    register["cards"][0]["user"]["issuer_key_id"] = json!(ca.key_id().to_string());
    register["cards"][0]["user"]["serial"] = json!("227b13");
    let (_directory, path) = write(&register.to_string());
    let card = FileRegistry::open(&path).unwrap().find(holder.reference()).await.unwrap();
    let registered = card.certificate(PinKind::User).unwrap();
    assert_eq!(registered.spki, holder.spki());
    assert_eq!(registered.key_hash(), holder.key_hash());
    assert!(registered.in_force(NOW));
    assert!(registered.in_force(Timestamp::from_unix_millis(VALIDITY.1 * 1000 + 999)));
    assert!(!registered.in_force(Timestamp::from_unix_secs(VALIDITY.1 + 1)));
    assert!(!registered.in_force(Timestamp::from_unix_secs(VALIDITY.0 - 1)));
}

#[test]
fn every_register_that_cannot_be_used_stops_the_start() {
    let change = |path: &str, value: Value| {
        let mut register = register();
        *register.pointer_mut(path).unwrap() = value;
        register.to_string()
    };
    let add = |path: &str, name: &str| {
        let mut register = register();
        register.pointer_mut(path).unwrap()[name] = json!(1);
        register.to_string()
    };
    let user_key = hex::encode(key_of(PinKind::User).spki());
    let surface_key = hex::encode(test_key("surface-card").spki());
    let p256 = {
        let algorithm = seq(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
        hex::encode(seq(&[&algorithm, &bit_string(&p256_point())]))
    };
    type Is = fn(&RegisterProblem) -> bool;
    let malformed: Is = |p| matches!(p, RegisterProblem::Malformed { .. });
    let empty: Is = |p| matches!(p, RegisterProblem::Empty);
    let bad: Is = |p| matches!(p, RegisterProblem::BadCard(1));
    let twice: Is = |p| matches!(p, RegisterProblem::Duplicate(2));
    let cases: Vec<(&str, String, Is)> = vec![
        ("an empty file", String::new(), empty),
        ("no cards", change("/cards", json!([])), empty),
        ("garbage", "garbage".to_owned(), malformed),
        ("cut", register().to_string()[..300].to_owned(), malformed),
        ("an unknown member", add("", "more"), malformed),
        ("an unknown member of a card", add("/cards/0", "more"), malformed),
        ("an unknown member of a certificate", add("/cards/0/user", "more"), malformed),
        ("hex that is none", change("/cards/0/identity", json!("xy")), malformed),
        ("a time that is none", change("/cards/0/user/not_after", json!("tomorrow")), malformed),
        ("another version", change("/version", json!(2)), |p| matches!(p, RegisterProblem::Version(2))),
        ("no identity", change("/cards/0/identity", json!("")), bad),
        ("the serial number zero", change("/cards/0/user/serial", json!("00")), bad),
        ("no issuer", change("/cards/0/user/issuer_key_id", json!("")), bad),
        ("a key we cannot use", change("/cards/0/signature/spki", json!("3000")), bad),
        ("an empty surface key", change("/cards/0/surface_key", json!("")), bad),
        ("a surface key we cannot use", change("/cards/0/surface_key", json!("3059")), bad),
        ("a surface key on a curve", change("/cards/0/surface_key", json!(p256)), bad),
        (
            "an end before the beginning",
            change("/cards/0/user/not_after", json!("2026-10-01T00:00:00Z")),
            bad,
        ),
        ("no certificate", change("/cards/1/user", Value::Null), |p| {
            matches!(p, RegisterProblem::BadCard(2))
        }),
        ("one identity twice", change("/cards/1/identity", json!("5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c")), twice),
        ("one certificate twice", change("/cards/1/user/serial", json!("06d18006")), twice),
        ("one key twice", change("/cards/1/user/spki", json!(user_key)), twice),
        ("one surface key twice", change("/cards/1/surface_key", json!(surface_key)), twice),
        (
            "a surface key that is another card's user key",
            change("/cards/1/surface_key", json!(user_key)),
            twice,
        ),
        (
            "a user key that is another card's surface key",
            change("/cards/1/user/spki", json!(surface_key)),
            twice,
        ),
    ];
    for (name, contents, is) in cases {
        let (_directory, path) = write(&contents);
        let error = FileRegistry::open(&path).map(|_| ()).unwrap_err();
        assert!(is(&error.problem), "{name}: {error}");
    }
    let (directory, _) = write("");
    let missing = FileRegistry::open(&directory.path().join("missing.json")).map(|_| ()).unwrap_err();
    assert!(
        matches!(missing.problem, RegisterProblem::Unreadable(std::io::ErrorKind::NotFound)),
        "{missing}"
    );
}

#[tokio::test]
async fn a_register_that_breaks_later_is_unavailable_and_comes_back() {
    let (directory, path) = write(&register().to_string());
    let registry = FileRegistry::open(&path).unwrap();
    let known = registered(&[6, 0xd1, 0x80, 6], Vec::new()).reference(PinKind::User);
    assert!(registry.find(&known).await.is_ok());
    let put = |contents: &str| {
        let beside = directory.path().join("new");
        fs::write(&beside, contents).unwrap();
        fs::rename(beside, &path).unwrap();
    };
    for broken in ["", "{}", r#"{"version":1,"cards":[]}"#] {
        put(broken);
        assert_eq!(registry.find(&known).await, Err(RegistryError::Unavailable), "{broken}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(registry.find(&known).await, Err(RegistryError::Unavailable));
    put(&register().to_string());
    assert!(registry.find(&known).await.is_ok());
}

#[test]
fn nothing_that_is_printed_tells_a_card_s_identity_or_serial_number() {
    let (_directory, path) = write(&register().to_string());
    let registry = FileRegistry::open(&path).unwrap();
    let known = registered(&[6, 0xd1, 0x80, 6], Vec::new()).reference(PinKind::User);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let card = runtime.block_on(registry.find(&known)).unwrap();
    let shown = format!("{card:?}");
    for canary in ["5f0c", "95, 12", "6d18006", "209, 128"] {
        assert!(!shown.contains(canary), "{shown}");
    }
}
