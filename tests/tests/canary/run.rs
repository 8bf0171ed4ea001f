//! A whole run with every log switched on, and where it left something.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use card::CardTransport as _;
use client::exit::Exit;
use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::programs;
use end_to_end::stack::{self, Order, Place, SIGNATURE_PIN, Stack, Store, USER_PIN};
use reservation::PinKind;
use virtual_card::CardInHand;

use crate::canaries::{Canary, Pins, names};
use crate::search::Find;

const CARD: &str = "witness";
/// The holder's, as it is given to the issuer; in the certificate it has an era in front and no hyphens.
const BIRTH_DATE: &str = "1968-11-23";
const LIMIT: Duration = Duration::from_secs(30);

/// A run that is over; server, store and readers still run.
pub(crate) struct Run {
    stack: Stack,
    pins: Pins,
    names: Vec<String>,
}

impl Run {
    pub(crate) fn on(store: Store, pins: Pins) -> Self {
        let mut stack = Order::on(store).logging("trace").start();
        stack.site().issue(CARD, &["--birth-date", BIRTH_DATE]);
        let card = stack.site().card(CARD);
        change(&card, PinKind::User, USER_PIN, pins.user);
        change(&card, PinKind::Signature, SIGNATURE_PIN, pins.signature);

        stack.put(CARD, Place::Phone);
        stack.book(&[pins.wrong_signature]).ended(Exit::Pin);
        stack.book(&[pins.signature]).done();
        stack.phone(&["cancel", "--yes"], &[]).done();
        stack.stop_server();
        stack.start_server();
        stack.book(&[pins.signature]).done();
        stack.phone(&["status"], &[]).done();

        stack.put(CARD, Place::Kiosk);
        // The known PIN is typed and proved before the server can say that the reservation is not for this one.
        let other = &["redeem", "--target", "signature", "--no-wait-removal"];
        stack.kiosk(other, &[pins.user]).ended(Exit::Refused);
        stack.redeem(&[pins.wrong_signature]).ended(Exit::Pin);
        let [first, again] = pins.mistyped;
        stack.redeem(&[pins.signature, first, again, pins.new_user, pins.new_user]).done();
        stack.pull();
        assert!(cards::accepts(&card, PinKind::User, pins.new_user));

        let run = Self { names: names(&card), stack, pins };
        run.keep_what_the_server_shows();
        if store == Store::Redis {
            run.keep_a_dump_of_redis();
        }
        run
    }

    fn keep_what_the_server_shows(&self) {
        let folder = self.stack.path("shown");
        fs::create_dir(&folder).unwrap();
        for page in ["metrics", "healthz", "readyz"] {
            let answer = self.stack.get_admin(&format!("/{page}"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{page}: {answer}");
            fs::write(folder.join(page), answer).unwrap();
        }
        for interface in ["app", "kiosk", "admin"] {
            let mut command = programs::command(programs::SERVER);
            command.args(["openapi", interface]);
            let document = Child::start("openapi", &mut command, &[], &folder).finish(LIMIT).done();
            assert!(document.out.contains("\"openapi\""), "{document}");
        }
    }

    /// Beside the log of all commands, which it always keeps, and not compressed, which would hide text.
    fn keep_a_dump_of_redis(&self) {
        for words in [&["CONFIG", "SET", "rdbcompression", "no"][..], &["SAVE"]] {
            let socket = self.stack.path("redis").join("redis.sock");
            let answer = Command::new("redis-cli").arg("-s").arg(socket).args(words).output().unwrap();
            assert!(answer.stdout.starts_with(b"OK"), "{answer:?}");
        }
        assert!(self.stack.path("redis").join("dump.rdb").is_file());
    }

    /// Where any program may have written something: in the stack's folder and the readers'.
    pub(crate) fn folders(&self) -> [&Path; 2] {
        [self.stack.folder(), self.stack.readers_folder()]
    }

    /// The holder's strings in the certificate.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn canaries(&self) -> Vec<Canary> {
        let names = self.names.iter().map(String::as_str).chain([BIRTH_DATE]);
        self.pins.canaries().into_iter().chain(names.map(Canary::name)).collect()
    }

    /// Whether the find is in the memory of a card: this one, or the other that every stack has, of the same person.
    pub(crate) fn is_a_card(&self, find: &Find) -> bool {
        [CARD, stack::CARD].iter().any(|card| find.file == self.stack.site().card(card))
    }

    /// Every program did log all it could: in a log that is switched off nothing is found either.
    pub(crate) fn logged_all_it_could(&self) {
        let settings = fs::read_to_string(self.stack.site().settings()).unwrap();
        assert!(settings.contains("level = \"trace\""), "{settings}");
        for (program, word) in [
            // What lines of a lower level its crates have, a good run does not meet.
            ("server", "\"http.route\":\"/kiosk/v1/claims\""),
            ("phone", "TRACE"),
            ("kiosk", "TRACE"),
            ("card", "9000"),
        ] {
            let logs = self.logs_of(program);
            assert!(!logs.is_empty(), "{program} has no log");
            let traced = |log: &PathBuf| String::from_utf8_lossy(&fs::read(log).unwrap()).contains(word);
            assert!(logs.iter().any(traced), "no {word} in {logs:?}");
        }
    }

    fn logs_of(&self, program: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.stack.path("said")).unwrap().map(|entry| entry.unwrap().path());
        let ours = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(&format!("{program}.")) && name.ends_with(".err")
        };
        files.filter(ours).collect()
    }
}

const SELECT_JPKI: &[u8] = &[0, 0xA4, 4, 0x0C, 10, 0xD3, 0x92, 0xF0, 0, 0x26, 1, 0, 0, 0, 1];

/// Gives a PIN another value with the card's own command for it, in the test's hand: no program of ours does that.
fn change(card: &Path, kind: PinKind, old: &str, new: &str) {
    let file = match kind {
        PinKind::User => 0x18,
        PinKind::Signature => 0x1B,
    };
    let with_pin = |ins: u8, p1: u8, pin: &str| {
        let length = u8::try_from(pin.len()).unwrap();
        [&[0, ins, p1, 0x80, length], pin.as_bytes()].concat()
    };
    let mut reader = CardInHand::open(card).unwrap().on_reader().unwrap();
    for command in [
        SELECT_JPKI.to_vec(),
        vec![0, 0xA4, 2, 0x0C, 2, 0, file],
        with_pin(0x20, 0, old),
        with_pin(0x24, 1, new),
    ] {
        assert_eq!(reader.transmit(&command).unwrap(), [0x90, 0], "instruction {:02X}", command[1]);
    }
}
