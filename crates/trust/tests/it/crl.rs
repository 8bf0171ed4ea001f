//! Revocation lists in files: what is listed, what makes a list unusable, and that *unknown* is never *good*.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use reservation::{PinKind, Timestamp};
use trust::contract::{self, RevocationCase};
use trust::{
    CLOCK_SKEW, CertificateRef, CrlFiles, CrlProblem, Revocation, RevocationReason, SerialNumber, Status,
    Unknown,
};

use crate::authority::{AKI, Ca, House, KEY_USAGE, SHA256_WITH_RSA, load};
use crate::der::{self, ENUMERATED, Ext, bit_string, integer, null, oid, seq, tlv};
use crate::holder::{Holder, NOW, VALIDITY, policy_of};
use crate::openssl::{self, Question};

const SHA512_WITH_RSA: &str = "1.2.840.113549.1.1.13";
const CRL_NUMBER: &str = "2.5.29.20";
const REASON: &str = "2.5.29.21";
const DAY: i64 = 86_400;
/// The serial number of [`Holder::genuine`].
const HOLDER: [u8; 3] = [0x22, 0x7b, 0x13];
const REVOKED_AT: i64 = VALIDITY.0 + DAY;

/// A list, to be bent in one place.
struct List<'a> {
    ca: &'a Ca,
    version: Vec<u8>,
    inner_algorithm: &'static str,
    outer_algorithm: &'static str,
    issuer: Vec<u8>,
    this_update: i64,
    next_update: Option<i64>,
    entries: Vec<Vec<u8>>,
    extensions: Vec<Ext>,
}

fn entry(serial: &[u8], extensions: &[Ext]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { der::extensions(extensions) };
    seq(&[&integer(serial), &der::time(REVOKED_AT), &extensions])
}

fn reason(code: u8) -> Ext {
    Ext::new(REASON, false, tlv(ENUMERATED, &[code]))
}

impl<'a> List<'a> {
    fn new(ca: &'a Ca, number: u8) -> Self {
        Self {
            ca,
            version: integer(&[1]),
            inner_algorithm: SHA256_WITH_RSA,
            outer_algorithm: SHA256_WITH_RSA,
            issuer: ca.name.clone(),
            this_update: NOW.unix_secs() - DAY,
            next_update: Some(NOW.unix_secs() + DAY),
            entries: Vec::new(),
            extensions: vec![
                Ext::new(AKI, false, seq(&[&tlv(0x80, &ca.key.key_id())])),
                Ext::new(CRL_NUMBER, false, integer(&[number])),
            ],
        }
    }

    fn revoking(mut self, serial: &[u8], code: u8) -> Self {
        self.entries.push(entry(serial, &[reason(code)]));
        self
    }

    fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }

    fn with(mut self, extension: Ext) -> Self {
        self.extensions.push(extension);
        self
    }

    fn tbs(&self) -> Vec<u8> {
        let entries =
            if self.entries.is_empty() { Vec::new() } else { tlv(der::SEQUENCE, &self.entries.concat()) };
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(0xa0, &der::extensions(&self.extensions))
        };
        seq(&[
            &self.version,
            &seq(&[&oid(self.inner_algorithm), &null()]),
            &self.issuer,
            &der::time(self.this_update),
            &self.next_update.map(der::time).unwrap_or_default(),
            &entries,
            &extensions,
        ])
    }

    fn signed_as(&self, signature: &[u8]) -> Vec<u8> {
        seq(&[&self.tbs(), &seq(&[&oid(self.outer_algorithm), &null()]), &bit_string(signature)])
    }

    fn der(&self) -> Vec<u8> {
        self.signed_as(&self.ca.key.sign(&self.tbs()))
    }
}

/// A directory of lists.
struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// As an operator does: written beside, then renamed.
    fn put(&self, name: &str, der: &[u8]) {
        let beside = self.0.path().join("new");
        fs::write(&beside, der).unwrap();
        fs::rename(beside, self.path(name)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, house: &House) -> CrlFiles {
        CrlFiles::open(self.0.path(), Arc::clone(&house.anchors)).unwrap()
    }
}

fn holder_of(ca: &Ca) -> CertificateRef {
    CertificateRef {
        kind: ca.kind,
        issuer_key_id: ca.key_id(),
        serial: SerialNumber::from_bytes(&HOLDER).unwrap(),
    }
}

fn revoked(reason: RevocationReason) -> Result<Status, Unknown> {
    Ok(Status::Revoked { at: Timestamp::from_unix_secs(REVOKED_AT), reason })
}

#[tokio::test]
async fn crl_files_keep_the_contract() {
    let house = House::build();
    let directory = Directory::new();
    let ca = house.current(PinKind::Signature);
    directory.put("a.crl", &List::new(ca, 1).revoking(&HOLDER, 3).revoking(&[5], 4).der());
    let source = directory.open(&house);
    let good = CertificateRef { serial: SerialNumber::from_bytes(&[4]).unwrap(), ..holder_of(ca) };
    contract::revocation(RevocationCase {
        source: &source,
        good,
        revoked: holder_of(ca),
        revoked_status: revoked(RevocationReason::AffiliationChanged).unwrap(),
        now: NOW,
        too_late: Timestamp::from_unix_secs(NOW.unix_secs() + 2 * DAY),
        too_early: Timestamp::from_unix_secs(NOW.unix_secs() - 2 * DAY),
    })
    .await;
}

#[tokio::test]
async fn every_reason_of_the_standard_is_told() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    use RevocationReason as R;
    for (code, reason) in [
        (0, R::Unspecified),
        (1, R::KeyCompromise),
        (2, R::AuthorityCompromise),
        (3, R::AffiliationChanged),
        (4, R::Superseded),
        (5, R::CessationOfOperation),
        (6, R::Hold),
        (9, R::PrivilegeWithdrawn),
        (10, R::AttributeAuthorityCompromise),
    ] {
        let directory = Directory::new();
        directory.put("a.crl", &List::new(ca, 1).revoking(&HOLDER, code).der());
        assert_eq!(directory.open(&house).status(&holder_of(ca), NOW).await, revoked(reason));
    }
    let directory = Directory::new();
    let mut list = List::new(ca, 1);
    list.entries.push(entry(&HOLDER, &[]));
    directory.put("a.crl", &list.der());
    assert_eq!(directory.open(&house).status(&holder_of(ca), NOW).await, revoked(R::Unspecified));
}

#[tokio::test]
async fn each_authority_and_purpose_has_its_own_list() {
    let house = House::build();
    let directory = Directory::new();
    directory.put("a.crl", &List::new(&house.user[1], 1).revoking(&HOLDER, 0).der());
    directory.put("b.crl", &List::new(&house.signature[1], 1).der());
    let files = directory.open(&house);
    assert_eq!(files.status(&holder_of(&house.user[1]), NOW).await, revoked(RevocationReason::Unspecified));
    assert_eq!(files.status(&holder_of(&house.signature[1]), NOW).await, Ok(Status::Good));
    assert_eq!(files.status(&holder_of(&house.user[0]), NOW).await, Err(Unknown::NotCovered));
    assert_eq!(files.status(&holder_of(&house.stranger), NOW).await, Err(Unknown::NotCovered));
}

#[tokio::test]
async fn a_list_holds_from_this_update_to_next_update_and_five_minutes_on_either_side() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let directory = Directory::new();
    let list = List::new(ca, 1);
    let skew = i64::try_from(CLOCK_SKEW.as_secs()).unwrap();
    let (from, until) = (list.this_update, list.next_update.unwrap());
    directory.put("a.crl", &list.der());
    let files = directory.open(&house);
    let not_yet = Err(Unknown::NotYetInForce { from: Timestamp::from_unix_secs(from) });
    let stale = Err(Unknown::Stale { since: Timestamp::from_unix_secs(until) });
    for (secs, expected) in [
        (from - skew - 1, not_yet),
        (from - skew, Ok(Status::Good)),
        (until + skew, Ok(Status::Good)),
        (until + skew + 1, stale),
    ] {
        assert_eq!(files.status(&holder_of(ca), Timestamp::from_unix_secs(secs)).await, expected, "{secs}");
    }
}

#[tokio::test]
async fn every_list_that_cannot_be_used_leaves_its_authority_unknown() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let good = || List::new(ca, 1);
    let mut v1 = good().without(AKI).without(CRL_NUMBER);
    v1.version = Vec::new();
    let mut v1_said = good();
    v1_said.version = integer(&[]);
    let mut renamed = good();
    renamed.issuer = der::name(&[("2.5.4.6", "JP")]);
    let mut forged = good();
    forged.ca = &house.stranger;
    let mut inside = good();
    inside.inner_algorithm = SHA512_WITH_RSA;
    let mut outside = good();
    outside.outer_algorithm = SHA512_WITH_RSA;
    let mut both = good();
    (both.inner_algorithm, both.outer_algorithm) = (SHA512_WITH_RSA, SHA512_WITH_RSA);
    let mut endless = good();
    endless.next_update = None;
    let mut entry_stranger = good();
    entry_stranger.entries.push(entry(&[9], &[Ext::new("2.5.29.29", true, seq(&[&tlv(0xa4, &ca.name)]))]));
    let mut bad_entry = good();
    bad_entry.entries.push(seq(&[&integer(&[9])]));
    let mut negative = good();
    negative.entries.push(seq(&[&[2, 1, 0x80], &der::time(REVOKED_AT)]));
    let mut after_time = good();
    after_time.entries.push(seq(&[&integer(&[9]), &der::time(REVOKED_AT), &seq(&[]), &null()]));
    let sha1 = openssl::sign(&ca.key.path, "-sha1", &[], &good().tbs());
    let genuine = good().der();
    let huge_number = Ext::new(CRL_NUMBER, false, integer(&[0x7f; 21]));
    let point = tlv(0x30, &tlv(0x81, &[0xff]));
    for (name, der, problem) in [
        ("empty", Vec::new(), CrlProblem::Malformed),
        ("garbage", b"garbage".to_vec(), CrlProblem::Malformed),
        ("PEM", der::pem("X509 CRL", &genuine).into_bytes(), CrlProblem::Malformed),
        ("a certificate", Holder::genuine(ca).der(), CrlProblem::Malformed),
        ("half written", genuine[..genuine.len() / 2].to_vec(), CrlProblem::Malformed),
        ("a byte after the end", [&genuine[..], &[0]].concat(), CrlProblem::Malformed),
        ("version 1", v1.der(), CrlProblem::Malformed),
        ("version 1, said so", v1_said.der(), CrlProblem::Malformed),
        ("an entry without a date", bad_entry.der(), CrlProblem::Malformed),
        ("an entry with more behind it", after_time.der(), CrlProblem::Malformed),
        ("a negative serial number", negative.der(), CrlProblem::Malformed),
        (
            "a CRL number of 21 bytes",
            good().without(CRL_NUMBER).with(huge_number).der(),
            CrlProblem::Malformed,
        ),
        ("an extension twice", good().with(reason(1)).with(reason(1)).der(), CrlProblem::Malformed),
        ("an unknown issuer", List::new(&house.stranger, 1).der(), CrlProblem::UnknownIssuer),
        ("no issuer's key named", good().without(AKI).der(), CrlProblem::UnknownIssuer),
        ("right key, another name", renamed.der(), CrlProblem::UnknownIssuer),
        ("right name, wrong key", forged.der(), CrlProblem::BadSignature),
        ("unsigned", good().signed_as(&[]), CrlProblem::BadSignature),
        ("another algorithm inside than outside", inside.der(), CrlProblem::BadSignature),
        ("another algorithm outside than inside", outside.der(), CrlProblem::BadSignature),
        ("another algorithm than it says", both.der(), CrlProblem::BadSignature),
        ("signed with SHA-1", good().signed_as(&sha1), CrlProblem::BadSignature),
        (
            "an unknown critical extension",
            good().with(Ext::new("1.2.3", true, null())).der(),
            CrlProblem::NotComplete,
        ),
        (
            "for one distribution point",
            good().with(Ext::new("2.5.29.28", true, point.clone())).der(),
            CrlProblem::NotComplete,
        ),
        (
            "the same, not critical",
            good().with(Ext::new("2.5.29.28", false, point)).der(),
            CrlProblem::NotComplete,
        ),
        (
            "a delta list",
            good().with(Ext::new("2.5.29.27", true, integer(&[1]))).der(),
            CrlProblem::NotComplete,
        ),
        (
            "the same, not critical",
            good().with(Ext::new("2.5.29.27", false, integer(&[1]))).der(),
            CrlProblem::NotComplete,
        ),
        ("another authority's certificate", entry_stranger.der(), CrlProblem::NotComplete),
        ("a certificate taken off", good().revoking(&[9], 8).der(), CrlProblem::NotComplete),
        ("a reason that is none", good().revoking(&[9], 7).der(), CrlProblem::Malformed),
        ("no end", endless.der(), CrlProblem::NoNextUpdate),
        ("no number", good().without(CRL_NUMBER).der(), CrlProblem::NoNumber),
    ] {
        let directory = Directory::new();
        directory.put("a.crl", &der);
        let files = directory.open(&house);
        let reports = files.reports();
        assert_eq!(reports.len(), 1, "{name}");
        assert_eq!(reports[0].list.as_ref().err(), Some(&problem), "{name}");
        assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered), "{name}");
    }
}

#[tokio::test]
async fn an_authority_that_may_not_sign_lists_signs_none() {
    let house = House::build();
    let mut ca = Ca::new(PinKind::User, crate::authority::test_key("stranger"), 3);
    ca.extensions.retain(|extension| extension.oid != KEY_USAGE);
    ca.extensions.push(Ext::new(KEY_USAGE, true, vec![3, 2, 2, 0b0000_0100]));
    fs::write(house.directory.path().join("user/extra.pem"), ca.pem()).unwrap();
    let anchors = Arc::new(load(house.directory.path()).unwrap());
    let directory = Directory::new();
    directory.put("a.crl", &List::new(&ca, 1).der());
    let files = CrlFiles::open(directory.0.path(), anchors).unwrap();
    assert_eq!(files.reports()[0].list, Err(CrlProblem::NotAListSigner));
    assert_eq!(files.status(&holder_of(&ca), NOW).await, Err(Unknown::NotCovered));
}

#[tokio::test]
async fn a_revocation_is_seen_by_the_next_request() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let directory = Directory::new();
    directory.put("a.crl", &List::new(ca, 1).der());
    let files = directory.open(&house);
    assert_eq!(files.status(&holder_of(ca), NOW).await, Ok(Status::Good));
    directory.put("a.crl", &List::new(ca, 2).revoking(&HOLDER, 6).der());
    assert_eq!(files.status(&holder_of(ca), NOW).await, revoked(RevocationReason::Hold));
    fs::remove_file(directory.path("a.crl")).unwrap();
    assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered));
    directory.put("a.crl", b"half a li");
    assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered));
    directory.put("a.crl", &List::new(ca, 3).der());
    assert_eq!(files.status(&holder_of(ca), NOW).await, Ok(Status::Good));
}

#[tokio::test]
async fn an_older_list_never_takes_a_newer_one_s_place() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let directory = Directory::new();
    let newer = List::new(ca, 0x80).revoking(&HOLDER, 1).der();
    directory.put("a.crl", &newer);
    let files = directory.open(&house);
    assert_eq!(files.status(&holder_of(ca), NOW).await, revoked(RevocationReason::KeyCompromise));

    directory.put("a.crl", &List::new(ca, 0x7f).der());
    assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered));
    assert_eq!(files.reports()[0].list, Err(CrlProblem::NumberWentBack));

    fs::remove_file(directory.path("a.crl")).unwrap();
    assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered));
    directory.put("a.crl", &List::new(ca, 0x80).der());
    assert_eq!(files.status(&holder_of(ca), NOW).await, Err(Unknown::NotCovered), "one number, two lists");

    directory.put("a.crl", &newer);
    assert_eq!(files.status(&holder_of(ca), NOW).await, revoked(RevocationReason::KeyCompromise));
}

#[tokio::test]
async fn of_two_lists_of_one_authority_the_newer_is_used_whatever_its_file_is_called() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    for (older, newer) in [("a.crl", "b.crl"), ("b.crl", "a.crl")] {
        let directory = Directory::new();
        directory.put(older, &List::new(ca, 1).der());
        directory.put(newer, &List::new(ca, 2).revoking(&HOLDER, 1).der());
        let files = directory.open(&house);
        assert_eq!(files.status(&holder_of(ca), NOW).await, revoked(RevocationReason::KeyCompromise));
    }
}

#[test]
fn a_directory_that_is_not_there_stops_the_start() {
    let house = House::build();
    let missing = house.directory.path().join("missing");
    let error = CrlFiles::open(&missing, Arc::clone(&house.anchors)).map(|_| ()).unwrap_err();
    assert_eq!(error.path, missing);
}

#[tokio::test]
async fn a_long_list_is_searched_and_not_walked() {
    let house = House::build();
    let ca = house.current(PinKind::User);
    let mut list = List::new(ca, 1);
    // In no order, as lists come: a permutation of 50,000 numbers.
    for index in 0..50_000u32 {
        let serial = (index * 7919) % 50_021 + 1;
        list.entries.push(entry(&serial.to_be_bytes()[1..], &[]));
    }
    let directory = Directory::new();
    directory.put("a.crl", &list.der());
    let files = directory.open(&house);
    let reference = |serial: u32| CertificateRef {
        serial: SerialNumber::from_bytes(&serial.to_be_bytes()).unwrap(),
        ..holder_of(ca)
    };
    for index in (0..50_000u32).step_by(997) {
        let status = files.status(&reference((index * 7919) % 50_021 + 1), NOW).await;
        assert_eq!(status, revoked(RevocationReason::Unspecified));
    }
    assert_eq!(files.status(&reference(60_000), NOW).await, Ok(Status::Good));
}

#[tokio::test]
async fn openssl_finds_the_same_certificates_revoked() {
    let house = House::build();
    for kind in PinKind::ALL {
        let ca = house.current(kind);
        let holder = Holder::genuine(ca).der();
        for (name, list, ours) in [
            ("not listed", List::new(ca, 1).revoking(&[9], 1), Ok(Status::Good)),
            ("listed", List::new(ca, 1).revoking(&HOLDER, 3), revoked(RevocationReason::AffiliationChanged)),
            ("on hold", List::new(ca, 1).revoking(&HOLDER, 6), revoked(RevocationReason::Hold)),
            ("of the other generation", other_generation(&house, kind), Err(Unknown::NotCovered)),
            (
                "critical stranger",
                List::new(ca, 1).with(Ext::new("1.2.3", true, null())),
                Err(Unknown::NotCovered),
            ),
        ] {
            let directory = Directory::new();
            directory.put("a.crl", &list.der());
            assert_eq!(directory.open(&house).status(&holder_of(ca), NOW).await, ours, "{name}");
            let (accepts, said) = openssl::verify(&Question {
                certificate: &holder,
                anchors: &house.bundle(kind),
                at: NOW.unix_secs(),
                policy: policy_of(kind),
                crl: Some(&der::pem("X509 CRL", &list.der())),
            });
            assert_eq!(accepts, ours == Ok(Status::Good), "{name}: {said}");
        }
    }
}

fn other_generation(house: &House, kind: PinKind) -> List<'_> {
    match kind {
        PinKind::Signature => List::new(&house.signature[0], 1),
        PinKind::User => List::new(&house.user[0], 1),
    }
}
