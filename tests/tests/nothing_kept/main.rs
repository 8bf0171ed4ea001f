//! What is left of a person after the verdict, when the phone has hung up: nothing. Bookings of the signature PIN, one with
//! a stranger's face and one with the holder's, go through the real programs, each logging all that it can. Then the memory of the server, of the face
//! workers and of Redis is read as root, and every file that any of them wrote, for runs of 32 bytes of what the phone
//! sent, of its pixels, of the chip's portrait, and for the numbers that a face becomes.
//!
//! That the search finds is shown on the way: while a worker is held still over a request, the server has the pictures
//! of that request, and only those. In a worker, `crates/face-worker/tests/nothing_kept.rs` shows the same.
//!
//! The relay between phone and server has what the phone sends, to know what to look for; it lives in this process,
//! which is not searched. The canary test searches the same files for the same pictures in other forms.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod sent;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use client::exit::Exit;
use end_to_end::child::children;
use end_to_end::faces::Person;
use end_to_end::memory::{self, Held, Stretch};
use end_to_end::programs;
use end_to_end::relay::Heard;
use end_to_end::said::Said;
use end_to_end::stack::{CARD, Order, Place, Stack, Store, TYPED_FOR_SIGNATURE};
use end_to_end::traces::{Find, Traces};

use sent::Sent;

const LIMIT: Duration = Duration::from_secs(60);
/// A worker that is held still for longer is replaced.
const FOUND_WITHIN: Duration = Duration::from_secs(6);
/// The tables that many pictures share are shorter, and every picture here is longer.
const MOST: usize = 1000;
/// For the server to end a connection.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// A phone that waits for longer asks again.
const HELD_AT_MOST: Duration = Duration::from_secs(15);

/// The programs that have something to do with pictures.
struct Programs(Vec<(&'static str, u32)>);

impl Programs {
    fn of(stack: &mut Stack, store: Store) -> Self {
        let server = stack.server().id();
        let mut all = vec![("server", server)];
        all.extend(children(server, programs::FACE).into_iter().map(|id| ("worker", id)));
        if store == Store::Redis {
            all.push(("Redis", stack.redis().id()));
        }
        Self(all)
    }

    fn of_name(&self, name: &str) -> Vec<u32> {
        self.0.iter().filter(|(of, _)| *of == name).map(|(_, id)| *id).collect()
    }

    /// The server alone.
    fn server(&self) -> Self {
        Self(self.0.iter().copied().filter(|(name, _)| *name == "server").collect())
    }

    /// The first of them.
    fn id(&self) -> u32 {
        self.0.first().expect("a program").1
    }

    fn memory(&self) -> Vec<Stretch> {
        self.0.iter().flat_map(|(_, id)| memory::of(*id)).collect()
    }

    fn found(&self, traces: &Traces) -> BTreeMap<&'static str, Vec<Find>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, id) in &self.0 {
            let found = traces.found_in(&memory::of(*id));
            if !found.is_empty() {
                all.entry(*name).or_default().extend(found);
            }
        }
        all
    }
}

/// What is heard of a booking, and at which request the face workers stand still until they are let go.
struct Watch {
    requests: mpsc::Receiver<(Sent, Held)>,
    /// A verdict was given; the phone gets it when it is let go.
    verdicts: mpsc::Receiver<mpsc::Sender<()>>,
}

impl Watch {
    fn over(stack: &Stack, workers: Vec<u32>) -> Self {
        let (request, requests) = mpsc::channel();
        let (verdict, verdicts) = mpsc::channel();
        let mut awaited = vec!["/face", "/card"];
        stack.app_trap().listen(move |heard| match heard {
            // Once each: a phone that heard nothing asks again.
            Heard::Question(label, body) if awaited.last().is_some_and(|end| label.ends_with(end)) => {
                awaited.pop();
                // Nobody may be left to receive: the test has failed by then.
                let _ = request.send((Sent::parse(body), Held::hold(&workers)));
            }
            Heard::Answer(label) if label.ends_with("/face") => {
                let (let_go, go) = mpsc::channel();
                if verdict.send(let_go).is_ok() {
                    // Let go, or never mind.
                    let _ = go.recv_timeout(HELD_AT_MOST);
                }
            }
            Heard::Question(..) | Heard::Answer(_) => {}
        });
        Self { requests, verdicts }
    }
}

/// Waits until every picture of a request has been found in the server that works on it, and most of it in one place.
fn wait_until_found(server: u32, files: &Traces) {
    let begun = Instant::now();
    let mut missing: Vec<&str> = files.names().collect();
    while !missing.is_empty() {
        let found = files.found_in(&memory::of(server));
        missing.retain(|name| !found.iter().any(|find| find.what == *name && find.length > MOST));
        assert!(begun.elapsed() < FOUND_WITHIN, "not found in the server that has them: {missing:?}");
    }
}

/// Looks until nothing is found.
fn wait_until_nothing_is_found(programs: &Programs, traces: &Traces, when: &str) {
    let begun = Instant::now();
    loop {
        let late = begun.elapsed() > GONE_WITHIN;
        let found = programs.found(traces);
        if found.is_empty() {
            return;
        }
        assert!(!late, "{when}: {}", told(&found));
    }
}

/// One line for each thing in each program: of many finds the longest.
fn told(found: &BTreeMap<&'static str, Vec<Find>>) -> String {
    let mut longest: BTreeMap<(&str, &str), (usize, &Find)> = BTreeMap::new();
    for (name, find) in found.iter().flat_map(|(name, finds)| finds.iter().map(move |find| (*name, find))) {
        let (count, most) = longest.entry((name, &find.what)).or_insert((0, find));
        *count += 1;
        if find.length > most.length {
            *most = find;
        }
    }
    let line = |((name, _), (count, find)): (&(&str, &str), &(usize, &Find))| {
        format!("\n  {name}, {count} times, among them {find}")
    };
    longest.iter().map(line).collect()
}

/// Every file below, in the folders that all programs of a stack write to.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            all.extend(files(&entry.path()));
        } else if kind.is_file() {
            all.push(entry.path());
        }
    }
    all
}

fn nothing_is_in_files(stack: &Stack, traces: &Traces) {
    let all: Vec<PathBuf> = [stack.folder(), stack.readers_folder()].into_iter().flat_map(files).collect();
    assert!(all.iter().any(|file| file.ends_with("server.0.err")), "the server's log is among {all:?}");
    for file in all {
        // A file that has gone since is not on the disk.
        let Ok(bytes) = fs::read(&file) else { continue };
        let found = traces.found_in_file(&file.display().to_string(), bytes);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Books with this person before the camera; on the way, finds the pictures of each request in the server. What was said,
/// and what the pictures would leave.
fn book(stack: &Stack, programs: &Programs, of: Person) -> (Said, Traces) {
    let server = programs.server();
    let before = memory::of(server.id());
    let watch = Watch::over(stack, programs.of_name("worker"));
    let run = stack.begin_booking_signature(&stack.frames(of), &TYPED_FOR_SIGNATURE);
    let [card, face] = ["card", "face"].map(|end| {
        let next = watch.requests.recv_timeout(LIMIT);
        let (sent, held) = next.unwrap_or_else(|_| panic!("no {end} was sent:\n{}", run.said()));
        wait_until_found(server.id(), &sent::files(&sent));
        drop(held);
        sent
    });
    let let_go = watch.verdicts.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no verdict:\n{}", run.said()));
    for sent in [&card, &face] {
        let mut files = sent::files(sent);
        files.forget_what_is_in(&before);
        wait_until_nothing_is_found(&server, &files, "the phone has not hung up");
    }
    let_go.send(()).expect("the phone waits");
    (run.finish(LIMIT), sent::left_of(&card, &face))
}

#[expect(clippy::print_stdout, reason = "a test that is left out says why")]
fn nothing_is_kept(store: Store) {
    if !memory::can_be_read() {
        println!("left out: only root may look into the memory of other programs");
        return;
    }
    let mut stack = Order::on(store).logging("trace").with_relays().with_faces().start();
    let programs = Programs::of(&mut stack, store);
    let before = programs.memory();
    stack.put(CARD, Place::Phone);
    for (person, end) in [(Person::Impostor, Exit::FaceNotMatched), (Person::Holder, Exit::Done)] {
        // Another phone: one that was told "no match" would go on where it stood, and send no front.
        stack.new_phone();
        let (said, mut traces) = book(&stack, &programs, person);
        said.ended(end);
        let all = traces.pieces();
        traces.forget_what_is_in(&before);
        assert!(traces.pieces() * 10 > all * 9, "{} of {all} pieces are left", traces.pieces());
        wait_until_nothing_is_found(&programs, &traces, "the phone has hung up");
        nothing_is_in_files(&stack, &traces);
    }
    let workers = children(programs.server().id(), programs::FACE);
    assert_eq!(programs.of_name("worker"), workers, "they are the same workers");
}

#[test]
fn after_the_verdict_no_program_and_no_file_holds_a_picture_or_a_face_on_the_embedded_store() {
    nothing_is_kept(Store::Embedded);
}

#[test]
fn after_the_verdict_no_program_and_no_file_holds_a_picture_or_a_face_on_redis() {
    nothing_is_kept(Store::Redis);
}
