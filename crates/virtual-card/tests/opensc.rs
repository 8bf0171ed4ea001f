//! OpenSC's own tools on the card, each test with a pcscd of its own.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{NOW, Said, openssl, say};
use reservation::pin::PinKind;
use tempfile::TempDir;
use virtual_card::reader::PrivateReaders;
use virtual_card::testing::IssuedCard;
use virtual_card::vpcd::Plugged;

/// A card in a private reader.
struct Desk {
    // The card leaves before the reader goes.
    _plugged: Plugged,
    readers: PrivateReaders,
    issued: IssuedCard,
    papers: TempDir,
}

const LIMIT: Duration = Duration::from_secs(20);

impl Desk {
    fn new() -> Self {
        Self::with(IssuedCard::new(NOW))
    }

    fn with(issued: IssuedCard) -> Self {
        let readers = PrivateReaders::start_anywhere().unwrap();
        let plugged = issued.plug(&readers.address());
        let desk = Self { _plugged: plugged, readers, issued, papers: tempfile::tempdir().unwrap() };
        wait_for_state(&desk.readers, "Yes");
        desk
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Said {
        say(self.readers.client(program, LIMIT).args(arguments))
    }

    fn paper(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.papers.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Presents a PIN with pkcs15-tool; what it says is for looking into.
    fn verify(&self, kind: PinKind, pin: &str) -> Said {
        self.run("pkcs15-tool", &["--verify-pin", "--auth-id", id(kind), "--pin", pin])
    }

    /// The counter as OpenSC shows it.
    fn tries_left(&self, kind: PinKind) -> String {
        let said = self.run("pkcs15-tool", &["--list-pins"]).expect_ok("the list of PINs");
        let label = match kind {
            PinKind::User => "PIN [User Authentication PIN]",
            PinKind::Signature => "PIN [Digital Signature PIN]",
        };
        let of_this_pin = said.out.split(label).nth(1).unwrap_or_else(|| panic!("no {label}\n{}", said.out));
        let line = of_this_pin.lines().find(|line| line.contains("Tries left")).unwrap();
        line.rsplit(':').next().unwrap().trim().to_owned()
    }

    /// Signs a file with PKCS #11, as a program that uses the card would.
    fn sign(&self, kind: PinKind, pin: &str, message: &Path) -> PathBuf {
        let signature = self.papers.path().join(format!("{kind}.signature"));
        let slot = match kind {
            PinKind::User => "0",
            PinKind::Signature => "1",
        };
        let (message, signature_text) = (message.to_str().unwrap(), signature.to_str().unwrap());
        self.run(
            "pkcs11-tool",
            &[
                "--slot-index",
                slot,
                "--login",
                "--pin",
                pin,
                "--sign",
                "--id",
                id(kind),
                "--mechanism",
                "SHA256-RSA-PKCS",
                "--input-file",
                message,
                "--output-file",
                signature_text,
            ],
        )
        .expect_ok("a signature");
        signature
    }

    /// The public key of a certificate of the card, as a file for openssl.
    fn public_key(&self, kind: PinKind) -> PathBuf {
        let pem = openssl(&["x509", "-inform", "der", "-pubkey", "-noout"], &self.issued.certificate(kind))
            .expect_ok("a public key");
        self.paper(&format!("{kind}.pub"), &pem.bytes)
    }
}

/// OpenSC's identifiers of PIN, key and certificate.
fn id(kind: PinKind) -> &'static str {
    match kind {
        PinKind::User => "01",
        PinKind::Signature => "02",
    }
}

fn pin(kind: PinKind) -> &'static str {
    match kind {
        PinKind::User => "1234",
        PinKind::Signature => "ABC123",
    }
}

fn wrong(kind: PinKind) -> &'static str {
    match kind {
        PinKind::User => "0000",
        PinKind::Signature => "WRONG0",
    }
}

#[test]
fn opensc_tool_recognises_the_card_among_all_its_drivers() {
    let desk = Desk::new();
    let said = desk.run("opensc-tool", &["--list-readers"]).expect_ok("the readers");
    assert!(said.out.contains("0    Yes             Virtual PCD 00 00"), "{}", said.out);
    assert!(said.out.contains("1    No              Virtual PCD 00 01"), "{}", said.out);
    let said = desk.run("opensc-tool", &["--name"]).expect_ok("the card's name");
    assert_eq!(said.out.trim(), "jpki");
    let said = desk.run("opensc-tool", &["--atr"]).expect_ok("the ATR");
    assert_eq!(said.out.trim(), "3b:e0:00:ff:81:31:fe:45:14");
}

#[test]
fn opensc_tool_finds_the_application_even_with_an_atr_it_does_not_know() {
    // With its driver forced, OpenSC does not look at the ATR and has to find the application by its name.
    let desk = Desk::new();
    let mut client = desk.readers.client("opensc-tool", LIMIT);
    client.args(["--name"]).env("OPENSC_DRIVER", "jpki");
    assert_eq!(say(&mut client).expect_ok("the card's name").out.trim(), "jpki");
}

#[test]
fn pkcs15_tool_lists_pins_keys_and_certificates() {
    let desk = Desk::new();
    let said = desk.run("pkcs15-tool", &["--dump"]).expect_ok("a dump");
    for object in [
        "PKCS#15 Card [JPKI]",
        "PIN [User Authentication PIN]",
        "PIN [Digital Signature PIN]",
        "Private RSA Key [User Authentication Key]",
        "Private RSA Key [Digital Signature Key]",
        "X.509 Certificate [User Authentication Certificate]",
        "X.509 Certificate [Digital Signature Certificate]",
        "X.509 Certificate [User Authentication Certificate CA]",
        "X.509 Certificate [Digital Signature Certificate CA]",
    ] {
        assert!(said.out.contains(object), "no {object} in\n{}", said.out);
    }
}

#[test]
fn pkcs15_tool_reads_the_user_certificate_freely_and_the_signature_certificate_only_with_its_pin() {
    let desk = Desk::new();
    let user = desk.run("pkcs15-tool", &["--read-certificate", "01"]).expect_ok("the user certificate");
    let der = openssl(&["x509", "-outform", "der"], &user.bytes).expect_ok("PEM");
    assert_eq!(der.bytes, desk.issued.certificate(PinKind::User));

    let refused = desk.run("pkcs15-tool", &["--read-certificate", "02"]);
    assert!(!refused.out.contains("BEGIN CERTIFICATE"), "{}", refused.out);
    let read = ["--read-certificate", "02", "--verify-pin", "--auth-id", "02", "--pin", "ABC123"];
    let signature = desk.run("pkcs15-tool", &read).expect_ok("the signature certificate");
    let der = openssl(&["x509", "-outform", "der"], &signature.bytes).expect_ok("PEM");
    assert_eq!(der.bytes, desk.issued.certificate(PinKind::Signature));
}

#[test]
fn the_user_pin_counts_down_from_three_and_the_right_one_is_refused_when_it_is_blocked() {
    counts_down(PinKind::User);
}

#[test]
fn the_signature_pin_counts_down_from_five_and_the_right_one_is_refused_when_it_is_blocked() {
    counts_down(PinKind::Signature);
}

fn counts_down(kind: PinKind) {
    let desk = Desk::new();
    desk.verify(kind, pin(kind)).expect_ok("the right PIN");
    for left in (0..kind.tries()).rev() {
        assert_eq!(desk.tries_left(kind), (left + 1).to_string());
        let said = desk.verify(kind, wrong(kind)).expect_failure("a wrong PIN");
        assert!(said.all().contains("PIN code or key incorrect"), "{}", said.all());
    }
    assert_eq!(desk.tries_left(kind), "0");
    let said = desk.verify(kind, pin(kind)).expect_failure("the right PIN of a blocked card").all();
    // 6984, as real cards answer, and 6983 read differently in OpenSC (card facts §9.4).
    assert!(
        said.contains("Reference data not usable") || said.contains("Authentication method blocked"),
        "{said}"
    );
    assert_eq!(desk.tries_left(kind), "0");
    assert_eq!(desk.tries_left(kind.other()), kind.other().tries().to_string());
}

#[test]
fn a_right_pin_gives_all_tries_back() {
    let desk = Desk::new();
    desk.verify(PinKind::User, "0000").expect_failure("a wrong PIN");
    desk.verify(PinKind::User, "0000").expect_failure("a wrong PIN");
    assert_eq!(desk.tries_left(PinKind::User), "1");
    desk.verify(PinKind::User, "1234").expect_ok("the right PIN");
    assert_eq!(desk.tries_left(PinKind::User), "3");
}

#[test]
fn pkcs11_tool_signs_with_either_key_and_openssl_verifies() {
    let desk = Desk::new();
    let message = desk.paper("message", b"a message to sign");
    let other = desk.paper("other", b"another message");
    for kind in PinKind::ALL {
        let signature = desk.sign(kind, pin(kind), &message);
        let key = desk.public_key(kind);
        let verify = |signature: &Path, message: &Path| {
            let arguments = ["dgst", "-sha256", "-verify", key.to_str().unwrap(), "-signature"];
            let paths = [signature.to_str().unwrap(), message.to_str().unwrap()];
            openssl(&[&arguments[..], &paths[..]].concat(), b"")
        };
        verify(&signature, &message).expect_ok("a genuine signature");
        verify(&signature, &other).expect_failure("a signature of another message");
        // The control: one flipped bit, and no assertion above would hold.
        let mut flipped = fs::read(&signature).unwrap();
        flipped[128] ^= 1;
        let flipped = desk.paper("flipped", &flipped);
        verify(&flipped, &message).expect_failure("a signature with a flipped bit");
    }
}

#[test]
fn pkcs11_tool_does_not_sign_without_the_right_pin() {
    let desk = Desk::new();
    let message = desk.paper("message", b"a message to sign");
    let output = desk.papers.path().join("signature");
    let arguments = [
        "--slot-index",
        "0",
        "--login",
        "--pin",
        "0000",
        "--sign",
        "--id",
        "01",
        "--mechanism",
        "SHA256-RSA-PKCS",
        "--input-file",
        message.to_str().unwrap(),
        "--output-file",
        output.to_str().unwrap(),
    ];
    let said = desk.run("pkcs11-tool", &arguments).expect_failure("a wrong PIN");
    assert!(said.all().contains("CKR_PIN_INCORRECT"), "{}", said.all());
    assert!(!output.exists());
    assert_eq!(desk.tries_left(PinKind::User), "2");
}

#[test]
fn the_stack_sees_a_card_come_and_go() {
    let issued = IssuedCard::new(NOW);
    let readers = PrivateReaders::start_anywhere().unwrap();
    wait_for_state(&readers, "No");
    let plugged = issued.plug(&readers.address());
    wait_for_state(&readers, "Yes");
    plugged.pull();
    wait_for_state(&readers, "No");
    let again = issued.plug(&readers.address());
    wait_for_state(&readers, "Yes");
    let said = say(readers.client("opensc-tool", LIMIT).arg("--name")).expect_ok("the same card again");
    assert_eq!(said.out.trim(), "jpki");
    again.pull();
}

/// Waits until the stack tells its clients that a card is in the first reader, or none. It looks every 0.4 s.
fn wait_for_state(readers: &PrivateReaders, present: &str) {
    let begun = Instant::now();
    loop {
        let said = say(readers.client("opensc-tool", LIMIT).arg("--list-readers"));
        let first = said.out.lines().find(|line| line.starts_with("0 ")).unwrap_or_default();
        if first.split_whitespace().nth(1) == Some(present) {
            return;
        }
        assert!(begun.elapsed() < LIMIT, "never {present}\n{}", said.all());
    }
}
