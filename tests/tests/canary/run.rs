//! A whole run with every log switched on, and where it left something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use card::CardTransport as _;
use client::exit::Exit;
use end_to_end::camera::{Pictures as Shown, Shows};
use end_to_end::cards;
use end_to_end::child::Child;
use end_to_end::faces::Person;
use end_to_end::programs;
use end_to_end::relay::Heard;
use end_to_end::site::FRONT;
use end_to_end::stack::{self, Order, Place, SIGNATURE_PIN, Stack, Store, USER_PIN};
use reservation::PinKind;
use virtual_card::CardInHand;

use crate::canaries::{Canary, Pins, names};
use crate::pictures::{self, Pictures};
use crate::search::Find;

const CARD: &str = "witness";
/// The holder's: no part of it is a word that anything else has.
const NAME: &str = "鵜殿　小夜";
/// The holder's, as it is given to the issuer; in the certificate it has an era in front and no hyphens.
const BIRTH_DATE: &str = "1968-11-23";
/// The same as the card prints it, as the phone shows that it understood it, and as 照合番号B has it.
const PRINTED: &str = "昭和43年11月23日";
const UNDERSTOOD: &str = "S43.11.23";
const SIX: &str = "431123";
const LIMIT: Duration = Duration::from_secs(30);

/// A run that is over; server, store and readers still run.
pub(crate) struct Run {
    stack: Stack,
    pins: Pins,
    names: Vec<String>,
    pictures: Pictures,
    /// What made each answer to a challenge good for that one only.
    nonces: Vec<Vec<u8>>,
}

impl Run {
    pub(crate) fn on(store: Store, pins: Pins) -> Self {
        let mut stack = Order::on(store).logging("trace").with_relays().with_faces().start();
        let nonces = nonces_sent(&stack);
        let printed = ["--name", NAME, "--birth-date", BIRTH_DATE, "--security-code", pins.security_code];
        stack.issue(CARD, &printed);
        let card = stack.site().card(CARD);
        change(&card, PinKind::User, USER_PIN, pins.user);
        change(&card, PinKind::Signature, SIGNATURE_PIN, pins.signature);
        reset_signature_pin(&mut stack, &pins);

        stack.put(CARD, Place::Phone);
        stack.book(&[pins.wrong_signature]).ended(Exit::Pin);
        stack.book(&[pins.new_signature]).done();
        stack.phone(&["cancel", "--yes"], &[]).done();
        stack.stop_server();
        stack.start_server();
        stack.book(&[pins.new_signature]).done();
        stack.phone(&["status"], &[]).done();

        stack.put(CARD, Place::Kiosk);
        // The known PIN is typed and proved before the server can say that the reservation is not for this one.
        let other = &["redeem", "--target", "signature", "--no-wait-removal"];
        stack.kiosk(other, &[pins.user]).ended(Exit::Refused);
        stack.redeem(&[pins.wrong_signature]).ended(Exit::Pin);
        let [first, again] = pins.mistyped;
        stack.redeem(&[pins.new_signature, first, again, pins.new_user, pins.new_user]).done();
        stack.pull();
        assert!(cards::accepts(&card, PinKind::User, pins.new_user));

        let pictures = pictures::of(&stack, &card, CARD);
        stack.app_trap().stop_listening();
        let nonces: Vec<_> = nonces.try_iter().collect::<BTreeSet<_>>().into_iter().collect();
        assert!(nonces.len() >= 3, "one for each attempt: {}", nonces.len());
        let run = Self { names: names(&card), pictures, nonces, stack, pins };
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

    /// The names of what is on the card, and certainly found there: the holder's strings in the certificate, and pieces of
    /// the chip's pictures.
    pub(crate) fn on_the_card(&self) -> Vec<&str> {
        let pieces = self.pictures.in_chip.iter().map(Canary::text);
        self.names.iter().map(String::as_str).chain(pieces).collect()
    }

    pub(crate) fn canaries(&self) -> Vec<Canary> {
        let names = self.names.iter().map(String::as_str).chain([BIRTH_DATE, PRINTED, UNDERSTOOD]);
        let text =
            self.pins.canaries().into_iter().chain(names.map(Canary::name)).chain(self.pins.codes(SIX));
        let nonces = (1..).zip(&self.nonces);
        let nonces = nonces.map(|(number, nonce)| Canary::picture(&format!("nonce {number}"), nonce.clone()));
        text.chain(self.pictures.all().cloned()).chain(nonces).collect()
    }

    /// Whether the find is the birth date on the phone's screen, for the holder to confirm.
    pub(crate) fn is_shown(&self, find: &Find) -> bool {
        find.canary == UNDERSTOOD && said_by("phone", find)
    }

    /// Whether the find is what the simulated office says that it printed on a card.
    pub(crate) fn is_printed(&self, find: &Find) -> bool {
        [PRINTED, self.pins.security_code].contains(&find.canary.as_str()) && said_by("virtual-card", find)
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
            ("server", "\"http.route\":\"/app/v1/bookings/{booking}/face\""),
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

/// Whether the find is on the screen of this program.
fn said_by(program: &str, find: &Find) -> bool {
    let file = find.file.file_name().expect("a file has a name").to_string_lossy();
    file.starts_with(&format!("{program}.")) && file.ends_with(".out")
}

/// The nonces of all challenges that phones answer from here on.
fn nonces_sent(stack: &Stack) -> Receiver<Vec<u8>> {
    let (send, nonces) = mpsc::channel();
    stack.app_trap().listen(move |heard| {
        if let Heard::Question(label, body) = heard
            && label.ends_with("/face")
        {
            let text = String::from_utf8_lossy(body);
            let nonce = text.split("\"nonce\":\"").nth(1).and_then(|rest| rest.split('"').next());
            let nonce = URL_SAFE_NO_PAD.decode(nonce.expect("a nonce")).expect("base64url");
            assert_eq!(nonce.len(), 32);
            // Nobody listens any more once the run is over.
            let _ = send.send(nonce);
        }
    });
    nonces
}

/// Books a reset of the signature PIN with everything that can go wrong and costs no lock, and resets it.
fn reset_signature_pin(stack: &mut Stack, pins: &Pins) {
    let [holder, impostor] = [Person::Holder, Person::Impostor].map(|person| stack.frames(person));
    let dark = stack.album().frames_with(Person::Holder, Shows::Asked, &["--light", "0.1"]);
    let still = stack.album().frames_with(Person::Holder, Shows::Asked, &["--still"]);
    let [_, expiry, _, yes] = FRONT;
    let typed = |code| [PRINTED, expiry, code, yes, pins.user];
    stack.put(CARD, Place::Phone);
    stack.book_signature(&holder, &typed(pins.wrong_security_code)).ended(Exit::Pin);
    let right = typed(pins.security_code);
    stack.book_signature(&dark, &right).ended(Exit::Pictures);
    stack.book_signature(&impostor, &right).ended(Exit::FaceNotMatched);
    let seen_before = Shown::Prepared(stack.album().taken().pop().expect("the impostor's"));
    stack.book_signature(&seen_before, &right).ended(Exit::Pictures);
    stack.book_signature(&still, &right).ended(Exit::FaceNotMatched);
    stack.book_signature(&holder, &right).done();
    stack.put(CARD, Place::Kiosk);
    let [first, again] = pins.mistyped_signature;
    let visit = [pins.user, first, again, pins.new_signature, pins.new_signature];
    stack.redeem_signature(&visit).done();
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
