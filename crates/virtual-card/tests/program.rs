//! The program itself: what it prints, how it ends, and that a card's counters survive a crash.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{Said, openssl, say};
use tempfile::TempDir;

/// Built by the test runner beside this test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_virtual-card");

fn run(folder: &Path, arguments: &[&str]) -> Said {
    let (task, rest) = arguments.split_first().unwrap();
    say(Command::new(PROGRAM).arg(task).arg("--dir").arg(folder).args(rest))
}

fn issued() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["issue"]).expect_ok("a card");
    folder
}

/// Plays vpcd: the program connects to it and it speaks first.
struct Reader {
    program: Child,
    stream: TcpStream,
}

impl Reader {
    fn with_card(folder: &Path, name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let program = Command::new(PROGRAM)
            .args(["run", "--card", name, "--vpcd", &address, "--dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stream, _) = listener.accept().unwrap();
        let mut reader = Self { program, stream };
        reader.write(&[1]);
        reader
    }

    fn write(&mut self, body: &[u8]) {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        // Apart, as vpcd does.
        self.stream.write_all(&length).unwrap();
        self.stream.write_all(body).unwrap();
    }

    /// `None` once the program has closed the connection.
    fn read(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).ok()?;
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut body).ok()?;
        Some(body)
    }

    fn ask(&mut self, body: &[u8]) -> Vec<u8> {
        self.write(body);
        self.read().expect("an answer")
    }

    fn select(&mut self) {
        let application = hex::decode("00A4040C0AD392F000260100000001").unwrap();
        assert_eq!(self.ask(&application), [0x90, 0x00]);
    }

    fn verify(&mut self, pin: &[u8]) -> Vec<u8> {
        self.ask(&[&[0x00, 0x20, 0x00, 0x98, 0x04], pin].concat())
    }

    fn signal(&self, signal: &str) {
        say(Command::new("kill").arg(signal).arg(self.program.id().to_string())).expect_ok("a signal");
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = self.program.wait().unwrap();
        let mut said = String::new();
        self.program.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

#[test]
fn a_card_is_issued_with_its_pins_told_once_and_a_second_one_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["issue", "--expires", "2035"]).expect_ok("a card");
    assert_eq!(
        said.out,
        format!(
            "issued a simulated card: {}\nuser PIN 1234\nsignature PIN ABC123\nborn 昭和55年2月17日\n\
             expires 2035-02-17\nsecurity code 2285\n",
            folder.path().join("card.json").display()
        )
    );
    let again = run(folder.path(), &["issue"]).expect_failure("the same name");
    assert_eq!(again.err, "virtual-card: there is a card named card already\n");
    let child = ["issue", "--card", "child", "--no-signature", "--birth-date", "2015-05-05"];
    let said = run(folder.path(), &child).expect_ok("a child's card");
    assert!(!said.out.contains("signature PIN"), "{}", said.out);
    let bad = run(folder.path(), &["issue", "--card", "../card"]).expect_failure("a bad name");
    assert!(bad.err.contains("a card name has 1 to 32 of a-z, 0-9 and hyphen"), "{}", bad.err);
    let bad = run(folder.path(), &["issue", "--birth-date", "1980-13-01"]).expect_failure("a bad date");
    assert!(bad.err.contains("a date is written YYYY-MM-DD"), "{}", bad.err);
}

#[test]
fn an_authority_is_a_p256_public_key_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for (curve, good) in [("P-256", true), ("P-384", false)] {
        let key =
            openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", &format!("ec_paramgen_curve:{curve}")], b"");
        let public = openssl(&["pkey", "-pubout"], &key.expect_ok("a key").bytes).expect_ok("a public key");
        let path = folder.path().join(format!("{curve}.pem"));
        fs::write(&path, public.bytes).unwrap();
        let name = curve.to_ascii_lowercase();
        let said = run(folder.path(), &["issue", "--card", &name, "--authority", path.to_str().unwrap()]);
        assert_eq!(said.ok, good, "{}", said.err);
    }
    let said = run(folder.path(), &["issue", "--card", "none", "--authority", "/nowhere/authority.pem"]);
    assert!(said.expect_failure("no file").err.contains("/nowhere/authority.pem"));
}

#[test]
fn a_certificate_is_revoked_once() {
    let folder = issued();
    assert_eq!(run(folder.path(), &["revoke", "user"]).expect_ok("a revocation").out, "revoked\n");
    assert_eq!(run(folder.path(), &["revoke", "user"]).expect_ok("again").out, "was revoked before\n");
    let said = run(folder.path(), &["revoke", "user", "--card", "other"]).expect_failure("no such card");
    assert_eq!(said.err, "virtual-card: there is no card named other\n");
    run(folder.path(), &["issue", "--card", "child", "--no-signature"]).expect_ok("a card");
    let said = run(folder.path(), &["revoke", "signature", "--card", "child"]).expect_failure("none there");
    assert_eq!(said.err, "virtual-card: the card has no signature certificate\n");
    run(folder.path(), &["crl-refresh"]).expect_ok("new lists");
    let list = fs::read(folder.path().join("crl/user-2.crl")).unwrap();
    let text = openssl(&["crl", "-inform", "der", "-noout", "-text"], &list).expect_ok("a list").out;
    assert_eq!(text.matches("Serial Number:").count(), 1, "{text}");
}

#[test]
fn a_reader_that_nobody_runs_is_named_in_the_error() {
    let folder = issued();
    // Bound and closed at once, so nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let said = run(folder.path(), &["run", "--vpcd", &address]).expect_failure("no reader");
    assert!(said.err.contains(&format!("no virtual reader (vpcd) listens at {address}")), "{}", said.err);
    let said = run(folder.path(), &["run", "--vpcd", "no address"]).expect_failure("no address");
    assert!(said.err.contains("no virtual reader (vpcd) listens at no address"), "{}", said.err);
}

#[test]
fn a_card_is_in_one_reader_at_a_time() {
    let folder = issued();
    let mut first = Reader::with_card(folder.path(), "card");
    assert_eq!(first.ask(&[4]), hex::decode("3BE000FF8131FE4514").unwrap());
    let said = run(folder.path(), &["run", "--vpcd", "127.0.0.1:1"]).expect_failure("a card in use");
    assert!(said.err.contains("in use by another process"), "{}", said.err);
    first.signal("-TERM");
    first.end();
    let mut second = Reader::with_card(folder.path(), "card");
    second.select();
    second.signal("-TERM");
    second.end();
}

#[test]
fn both_usual_signals_end_the_program_as_a_success_and_pull_the_card() {
    let folder = issued();
    for signal in ["-TERM", "-INT"] {
        let mut reader = Reader::with_card(folder.path(), "card");
        reader.select();
        reader.signal(signal);
        assert_eq!(reader.read(), None);
        assert_eq!(reader.end(), (Some(0), String::new()), "{signal}");
    }
}

#[test]
fn a_reader_that_goes_away_or_talks_nonsense_ends_the_program_with_the_reason() {
    let folder = issued();
    let reader = Reader::with_card(folder.path(), "card");
    reader.stream.shutdown(std::net::Shutdown::Both).unwrap();
    assert_eq!(
        reader.end(),
        (Some(1), "virtual-card: the virtual reader closed the connection\n".to_owned())
    );
    for nonsense in [&[][..], &[3], &[255]] {
        let mut reader = Reader::with_card(folder.path(), "card");
        reader.write(nonsense);
        assert_eq!(reader.read(), None);
        let (code, said) = reader.end();
        assert_eq!(code, Some(1));
        assert!(said.contains("no virtual reader (vpcd)"), "{said}");
    }
}

#[test]
fn a_wrong_try_that_was_answered_survives_a_kill() {
    let folder = issued();
    for left in [0xC2, 0xC1, 0xC0] {
        let mut reader = Reader::with_card(folder.path(), "card");
        reader.select();
        assert_eq!(reader.verify(b"0000"), [0x63, left]);
        reader.signal("-KILL");
        assert_eq!(reader.end().0, None);
    }
    let mut reader = Reader::with_card(folder.path(), "card");
    reader.select();
    assert_eq!(reader.verify(b"1234"), [0x69, 0x84]);
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_card_with_no_try_given_back() {
    let folder = issued();
    run(folder.path(), &["issue", "--card", "five"]).expect_ok("a card");
    // The signature PIN: wrong, wrong, right, in a row without waiting for answers, and a kill somewhere in between.
    for round in 0..30_u32 {
        let mut reader = Reader::with_card(folder.path(), "five");
        reader.select();
        let verify = |pin: &[u8]| [&[0x00, 0x20, 0x00, 0x9B, 0x06], pin].concat();
        assert_eq!(
            reader.ask(&verify(b"ABC123")),
            [0x90, 0x00],
            "round {round}: the card is whole and not blocked"
        );
        for pin in [b"WRONG0", b"WRONG1", b"ABC123"] {
            reader.write(&verify(pin));
        }
        let answers = (0..round % 4).map(|_| reader.read().unwrap()).collect::<Vec<_>>();
        reader.signal("-KILL");
        reader.end();
        let mut reader = Reader::with_card(folder.path(), "five");
        reader.select();
        let left = reader.ask(&[0x00, 0x20, 0x00, 0x9B])[1] & 0x0F;
        match answers.len() {
            0 => assert!((3..=5).contains(&left)),
            1 => assert!(left == 3 || left == 4 || left == 5),
            2 => assert!(left == 3 || left == 5),
            _ => assert_eq!(left, 5),
        }
        reader.signal("-TERM");
        reader.end();
    }
    let leftovers = fs::read_dir(folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        name.ends_with(".new") && name != "five.json.new"
    });
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn the_trace_shows_headers_and_status_words_and_never_a_pin() {
    let folder = issued();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--trace", "--vpcd", &address, "--dir"]).arg(folder.path());
    let program = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut reader = Reader { program, stream };
    reader.write(&[1]);
    reader.select();
    assert_eq!(reader.verify(b"8305"), [0x63, 0xC2]);
    reader.ask(&[0x00, 0x20, 0x00]);
    reader.signal("-TERM");
    let (_, said) = reader.end();
    assert!(said.contains("header=00 20 00 98 lc=04 sw=63C2"), "{said}");
    assert!(said.contains("malformed command bytes=3 sw=6700"), "{said}");
    for pin in ["8305", "38333035", "38 33 30 35", "ODMwNQ"] {
        assert!(!said.contains(pin), "{said}");
    }
}

#[test]
fn private_readers_are_started_told_and_ended_by_the_program() {
    let folder = issued();
    let socket = folder.path().join("pcscd.comm");
    let pair = virtual_card::reader::PortPair::any().unwrap();
    let port = pair.first();
    drop(pair);
    let mut readers = Command::new(PROGRAM)
        .args(["reader", "--port", &port.to_string(), "--socket"])
        .arg(&socket)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(readers.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(told.next().unwrap(), format!("Virtual PCD 00 00 at 127.0.0.1:{port}"));
    assert_eq!(told.next().unwrap(), format!("Virtual PCD 00 01 at 127.0.0.1:{}", port + 1));
    assert_eq!(told.next().unwrap(), format!("clients: export PCSCLITE_CSOCK_NAME={}", socket.display()));

    let taken =
        say(Command::new(PROGRAM).args(["reader", "--socket", "/nowhere/x", "--port", &port.to_string()]));
    assert!(taken.expect_failure("the same ports").err.contains(&format!("ports {port} and")));

    let mut client = Command::new("timeout");
    client.args(["20", "opensc-tool", "--list-readers"]).env("PCSCLITE_CSOCK_NAME", &socket);
    assert!(say(&mut client).expect_ok("the readers").out.contains("Virtual PCD 00 01"));

    say(Command::new("kill").arg("-TERM").arg(readers.id().to_string())).expect_ok("a signal");
    assert_eq!(readers.wait().unwrap().code(), Some(0));
    assert!(!socket.exists());
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
}

#[test]
fn private_readers_end_with_whoever_started_them_even_by_kill() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("pcscd.comm");
    let pair = virtual_card::reader::PortPair::any().unwrap();
    let port = pair.first();
    drop(pair);
    let mut readers = Command::new(PROGRAM)
        .args(["reader", "--port", &port.to_string(), "--socket"])
        .arg(&socket)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(readers.stdout.take().unwrap()).lines();
    told.next().unwrap().unwrap();
    readers.kill().unwrap();
    readers.wait().unwrap();
    let begun = std::time::Instant::now();
    while TcpListener::bind(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed().as_secs() < 20, "pcscd still holds its port");
        std::thread::yield_now();
    }
}
