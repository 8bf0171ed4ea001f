//! The whole program but for its process: what is asked, in which order, what is told, and how it ends. Cards are in
//! software, faces are text, the server is in memory.

#[allow(dead_code, reason = "shared with the library's tests, which need more of it")]
#[path = "../../../tests/phone/support/mod.rs"]
mod support;

mod asked;
mod shot;
mod told;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use card::{CardTransport, Jpki, ReaderError, Tries, WaitError};
use clap::Parser as _;
use client::entry::Entry;
use client::exit::Exit;
use client::{Language, Screen};
use reservation::PinKind;
use time::OffsetDateTime;
use virtual_card::CardInHand;

use crate::args::{Args, Task};
use crate::card_step::Cards;
use crate::{book, picture_files, show};
use support::card::{right_code, wrong_code};
use support::server::face::{frames_showing, poses_of};
use support::world::World;

/// A card that lies where the program looks for it.
struct Lying(CardInHand);

impl Cards for Lying {
    fn place(&self) -> String {
        "the reader".to_owned()
    }

    fn take(&self, _patience: Duration) -> Result<Box<dyn CardTransport>, WaitError> {
        match self.0.on_reader() {
            Ok(card) => Ok(Box::new(card)),
            Err(_) => Err(WaitError::Reader(ReaderError::Busy)),
        }
    }
}

/// What a person reads.
#[derive(Clone, Default)]
struct Read(Arc<Mutex<Vec<u8>>>);

impl Write for Read {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A run of the program.
#[derive(Debug)]
struct Ran {
    exit: Exit,
    out: String,
}

impl Ran {
    #[track_caller]
    fn ended(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "{}", self.out);
        self
    }

    #[track_caller]
    fn saying(self, text: &str) -> Self {
        assert!(self.out.contains(text), "nothing of {text:?} in:\n{}", self.out);
        self
    }

    #[track_caller]
    fn not_saying(self, text: &str) -> Self {
        assert!(!self.out.contains(text), "{text:?} in:\n{}", self.out);
        self
    }
}

/// A holder with a phone, pictures in files, and a card whose front can be read off.
struct Holder {
    world: World,
    language: Language,
}

/// What the fresh card prints, and what its holder knows.
const RIGHT: [&str; 5] = ["昭和55年2月17日", "2035", "2285", "yes", "1234"];
/// The same with one digit of the security code misread.
const MISREAD: [&str; 4] = ["昭和55年2月17日", "2035", "2286", "yes"];

impl Holder {
    fn of(target: PinKind) -> Self {
        let world = World::new(target);
        let dir = world.dir.path();
        for (front, picture) in [("front.png", "holder's card"), ("cat.png", "a cat")] {
            fs::write(dir.join(front), picture).unwrap();
        }
        Self { world, language: Language::En }
    }

    fn signature() -> Self {
        Self::of(PinKind::Signature)
    }

    fn dir(&self) -> &Path {
        self.world.dir.path()
    }

    fn path(&self, name: &str) -> String {
        self.dir().join(name).to_str().unwrap().to_owned()
    }

    /// A folder with pictures of this person for the challenge of this number, the first being 1.
    fn folder(&self, person: &str, challenge: u8) -> String {
        let name = format!("{person} for {challenge}");
        self.frames(&name, &frames_showing(person, &poses_of(challenge), &name))
    }

    /// A folder of this name with these pictures.
    fn frames(&self, name: &str, frames: &[Vec<u8>]) -> String {
        let folder = self.dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        for (number, frame) in frames.iter().enumerate() {
            fs::write(folder.join(format!("{number:02}.jpg")), frame).unwrap();
        }
        self.path(name)
    }

    /// `book --target signature` with this front and these arguments.
    fn signature_with(&self, front: &str, more: &[&str]) -> Vec<String> {
        let front = self.path(front);
        let args = [&["--target", "signature", "--front", &front], more].concat();
        args.into_iter().map(str::to_owned).collect()
    }

    /// `book --target signature` with this front, and pictures of this person for the first challenge.
    fn pictures(&self, front: &str, person: &str) -> Vec<String> {
        self.signature_with(front, &["--frames", &self.folder(person, 1)])
    }

    /// Books with the lines of a pipe.
    async fn pipes(&self, args: &[String], lines: &[&str]) -> Ran {
        self.books(args, Entry::from_lines(std::io::Cursor::new(lines.join("\n").into_bytes()))).await
    }

    /// Books at a terminal.
    async fn types(&self, args: &[String], lines: &[&str]) -> Ran {
        self.books(args, Entry::typed(std::io::Cursor::new(lines.join("\n").into_bytes()))).await
    }

    fn understands(args: &[String]) -> Result<Args, clap::Error> {
        let fixed = ["jpki-phone", "--config", "none.toml", "book", "--accept-terms", "1"].map(str::to_owned);
        Args::try_parse_from(fixed.iter().chain(args))
    }

    async fn books(&self, args: &[String], mut entry: Entry) -> Ran {
        let args = Self::understands(args).unwrap_or_else(|error| panic!("{error}"));
        let Task::Book(book) = args.task else { panic!("book") };
        let read = Read::default();
        let mut screen = Screen::to(self.language, read.clone());
        let ended = async {
            let pictures = picture_files::of(&book)?;
            let cards = Arc::new(Lying(self.world.card.clone()));
            book::run(&mut self.world.phone(), &mut screen, &mut entry, cards, pictures, &book).await
        };
        let ended = ended.await;
        Self::end(ended, screen, &read)
    }

    async fn asks_for_status(&self, now: OffsetDateTime) -> Ran {
        let read = Read::default();
        let mut screen = Screen::to(self.language, read.clone());
        let ended = show::status(&self.world.phone(), &mut screen, now).await;
        Self::end(ended, screen, &read)
    }

    fn end(ended: Result<(), crate::stopped::Stopped>, mut screen: Screen, read: &Read) -> Ran {
        let exit = ended.map_or_else(
            |stopped| {
                stopped.tell(&mut screen);
                stopped.exit()
            },
            |()| Exit::Done,
        );
        Ran { exit, out: String::from_utf8(read.0.lock().unwrap().clone()).unwrap() }
    }

    /// Tries of 照合番号B and of the user PIN.
    fn tries(&self) -> (Tries, Tries) {
        let mut session = Jpki::select(self.world.card.on_reader().unwrap()).unwrap();
        let user = session.tries_left(PinKind::User).unwrap();
        (session.into_surface().unwrap().tries_left().unwrap(), user)
    }

    /// Misreads the front until so many tries are left.
    fn misreads_until(&self, left: u8) {
        let session = Jpki::select(self.world.card.on_reader().unwrap()).unwrap();
        let mut session = session.into_surface().unwrap();
        for _ in left..10 {
            session = session.verify(wrong_code()).map(drop).unwrap_err().session;
        }
    }

    /// Reads the front right once, which gives all tries back.
    fn reads_right(&self) {
        let session = Jpki::select(self.world.card.on_reader().unwrap()).unwrap();
        session.into_surface().unwrap().verify(right_code()).unwrap().finish();
    }
}
