//! Rendered streams before the rules: that honest ones are accepted and others are not, and how far the thresholds of
//! [`crate::rules`] are from what is measured. `docs/face.md` has the figures of a long run.
//!
//! `JPKI_RESET_STREAM_SEEDS` says how many seeds of the camera are tried, each with holds of two and three frames and
//! none to two frames between; unless told, one seed and half of the challenges, in as few frames as can be.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, thread};

use face::limits::FRONT_FRAMES_LEAST;
use face::{Finding, Picture, Pose, poses};
use face_dlib_sys::Engine;
use virtual_card::picture::{self, Camera, Person, Stream};

use crate::finder::{Face, find};
use crate::likeness::{self, Descriptor, Seen};
use crate::pixels::Pixels;
use crate::rules::{FRAME, PORTRAIT, Thresholds};
use crate::{decode, models, turn};

const THRESHOLDS: Thresholds = Thresholds { accept: 0.50, refuse: 0.60 };
/// Hopper and Collins.
const PEOPLE: [&str; 2] = ["pictures/grace_hopper.jpg", "pictures/astronaut.png"];

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the tests: settings, and where the set-up puts things"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn cached(file: &str) -> PathBuf {
    let home = || setting("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = setting("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    cache.unwrap().join("jpki-reset").join(file)
}

/// A frame as the engine sees it, and the pose that was rendered.
#[derive(Clone)]
struct Measured {
    rendered: Option<Pose>,
    off: f64,
    descriptor: Descriptor,
}

/// A person before the camera, and the engine that looks.
struct Desk {
    engine: Engine,
    person: Person,
    portrait: Descriptor,
}

impl Desk {
    fn with(file: &str) -> Self {
        let mut engine = models::load(&cached("models")).unwrap();
        let photograph = fs::read(cached(file)).unwrap();
        let person = Person::on(&photograph, None).unwrap();
        let pixels = Pixels::new(image::load_from_memory(&photograph).unwrap().into_rgb8());
        let face = find(&mut engine, pixels, PORTRAIT).unwrap();
        let portrait = describe(&mut engine, &face);
        Self { engine, person, portrait }
    }

    fn frames(&mut self, stream: &Stream<'_>, seed: u64) -> Vec<Measured> {
        let frames = Camera { seed, ..Camera::default() }.stream(stream).unwrap();
        let measured = frames.into_iter().map(|frame| {
            let pixels = decode::frame(&Picture::new(frame.jpeg)).unwrap();
            let face = find(&mut self.engine, pixels, FRAME).unwrap();
            let off = turn::off(&face.landmarks).unwrap();
            Measured { rendered: frame.held.map(own), off, descriptor: describe(&mut self.engine, &face) }
        });
        measured.collect()
    }

    /// An honest stream: at least three frames from the front, then the turns.
    fn showing(&mut self, challenge: &[Pose], hold: u8, between: u8, seed: u64) -> Vec<Measured> {
        let poses: Vec<_> = challenge.iter().copied().map(rendered).collect();
        let person = self.person.clone();
        let more = (FRONT_FRAMES_LEAST as u8).saturating_sub(hold);
        let first = Stream { hold: more, ..Stream::new(&person, &poses[..1]) };
        let mut frames = self.frames(&first, seed + 1_000_000);
        frames.extend(self.frames(&Stream { hold, between, ..Stream::new(&person, &poses) }, seed));
        frames
    }
}

fn describe(engine: &mut Engine, face: &Face) -> Descriptor {
    Descriptor(engine.describe(face.pixels.as_dlib().unwrap(), &face.landmarks).unwrap())
}

fn own(pose: picture::Pose) -> Pose {
    match pose {
        picture::Pose::Front => Pose::Front,
        picture::Pose::Left => Pose::Left,
        picture::Pose::Right => Pose::Right,
    }
}

fn rendered(pose: Pose) -> picture::Pose {
    match pose {
        Pose::Front => picture::Pose::Front,
        Pose::Left => picture::Pose::Left,
        Pose::Right => picture::Pose::Right,
    }
}

/// Every challenge of three turns.
fn challenges() -> Vec<Vec<Pose>> {
    (0..3).fold(vec![vec![Pose::Front]], |all, _| {
        let longer = |poses: Vec<Pose>| {
            let last = poses.last().copied();
            let others = Pose::ALL.into_iter().filter(move |pose| Some(*pose) != last);
            others.map(move |pose| [&poses[..], &[pose]].concat())
        };
        all.into_iter().flat_map(longer).collect()
    })
}

fn seen(frames: &[Measured]) -> Vec<Option<Pose>> {
    turn::poses(&frames.iter().map(|frame| frame.off).collect::<Vec<_>>())
}

/// As the examiner does it.
fn judge(portrait: &Descriptor, challenge: &[Pose], frames: &[Measured]) -> Finding {
    let seen = seen(frames);
    if let Err(reason) = poses::judge(challenge, &seen) {
        return reason.into();
    }
    let frames: Vec<_> = frames
        .iter()
        .zip(seen)
        .map(|(frame, pose)| Seen {
            descriptor: frame.descriptor.clone(),
            frontal: pose == Some(Pose::Front),
        })
        .collect();
    likeness::finding(portrait, &frames, THRESHOLDS)
}

/// The least and the most of what was measured.
struct Range(f64, f64);

impl Range {
    fn over(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self(f64::INFINITY, f64::NEG_INFINITY), |Self(least, most), value| {
            Self(least.min(value), most.max(value))
        })
    }
}

impl core::fmt::Display for Range {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:+.3} to {:+.3}", self.0, self.1)
    }
}

/// An honest stream, with what it answers.
type Shown = (Vec<Pose>, Vec<Measured>);

/// Where one person's heads and descriptors lie.
fn print_figures(name: &str, shown: &[Shown]) {
    let own = |frames: &[Measured]| frames[..3].iter().map(|frame| frame.off).sum::<f64>() / 3.0;
    for pose in [None, Some(Pose::Front), Some(Pose::Left), Some(Pose::Right)] {
        let offs = shown.iter().flat_map(|(_, frames)| {
            let own = own(frames);
            frames.iter().filter(move |frame| frame.rendered == pose).map(move |frame| frame.off - own)
        });
        println!("{name}: off {pose:?}: {}", Range::over(offs));
    }
    let first = shown.iter().flat_map(|(_, frames)| &frames[..3]).map(|frame| frame.off);
    println!("{name}: off of the first three, absolute: {}", Range::over(first));
    let (mut frontal, mut turned, mut next) = (Vec::new(), Vec::new(), Vec::new());
    for (_, frames) in shown {
        let seen = seen(frames);
        let faces: Vec<_> = frames.iter().zip(&seen).collect();
        let fronts: Vec<_> = faces
            .iter()
            .filter(|(_, pose)| **pose == Some(Pose::Front))
            .map(|(frame, _)| &frame.descriptor)
            .collect();
        let mean = Descriptor::mean(fronts.iter().copied()).unwrap();
        for (number, one) in fronts.iter().enumerate() {
            frontal.extend(fronts[..number].iter().map(|other| f64::from(one.distance(other))));
        }
        let others = faces.iter().filter(|(_, pose)| **pose != Some(Pose::Front));
        turned.extend(others.map(|(frame, _)| f64::from(frame.descriptor.distance(&mean))));
        next.extend(
            frames.windows(2).map(|pair| f64::from(pair[0].descriptor.distance(&pair[1].descriptor))),
        );
    }
    println!("{name}: distance of two frontal frames: {}", Range::over(frontal.into_iter()));
    println!("{name}: of other frames from the frontal mean: {}", Range::over(turned.into_iter()));
    println!("{name}: of neighbours: {}", Range::over(next.into_iter()));
}

/// One person's streams: honest ones match for what they show and nothing else, and attacks do not.
fn one_person(file: &'static str, seeds: Option<u64>) -> (Descriptor, Vec<Shown>) {
    let mut desk = Desk::with(file);
    let shapes: Vec<(u8, u8)> = match seeds {
        Some(_) => [2, 3].into_iter().flat_map(|hold| (0..=2).map(move |between| (hold, between))).collect(),
        None => vec![(2, 0)],
    };
    let mut shown = Vec::new();
    for seed in 0..seeds.unwrap_or(1) {
        for (hold, between) in &shapes {
            for challenge in challenges().into_iter().step_by(if seeds.is_some() { 1 } else { 2 }) {
                let frames = desk.showing(&challenge, *hold, *between, seed);
                shown.push((challenge, frames));
            }
        }
    }
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = |what: &str, finding| *tally.entry(format!("{what} {finding:?}")).or_default() += 1;
    for (challenge, frames) in &shown {
        let finding = judge(&desk.portrait, challenge, frames);
        let offs: Vec<_> = frames.iter().map(|frame| frame.off).collect();
        if finding != Finding::Match {
            println!("{file}: {challenge:?} on {} frames: {finding:?}, {offs:.3?}", frames.len());
        }
        count("honest", finding);
        for other in challenges().iter().filter(|other| *other != challenge) {
            let finding = judge(&desk.portrait, other, frames);
            assert!(matches!(finding, Finding::OtherPoses | Finding::NotTurned), "{other:?}: {finding:?}");
            count("other challenge", finding);
        }
    }
    let person = desk.person.clone();
    for seed in 0..seeds.unwrap_or(1) {
        for challenge in challenges().iter().step_by(if seeds.is_some() { 1 } else { 8 }) {
            let poses: Vec<_> = challenge.iter().copied().map(rendered).collect();
            let honest = Stream { between: 0, ..Stream::new(&person, &poses) };
            for (what, stream, expected) in [
                ("mirrored", Stream { mirrored: true, ..honest.clone() }, Finding::OtherPoses),
                ("held still", Stream { still: true, ..honest.clone() }, Finding::NotTurned),
            ] {
                let frames = desk.frames(&stream, seed);
                let finding = judge(&desk.portrait, challenge, &frames);
                assert_eq!(finding, expected, "{file}: {challenge:?}, {what}");
                count(what, finding);
            }
        }
    }
    // One photograph that is a little turned, for the front, and its mirror image for every turn.
    for (seed, degrees) in (0..seeds.unwrap_or(1)).flat_map(|seed| {
        (5_u8..=14).step_by(if seeds.is_some() { 1 } else { 4 }).map(move |turn| (seed, turn))
    }) {
        let tilted = Stream { hold: 6, turn: degrees.into(), ..Stream::new(&person, &[picture::Pose::Left]) };
        let fronts = desk.frames(&tilted, seed);
        let turns = desk.frames(&Stream { mirrored: true, ..tilted }, seed + 1);
        for turned in [Pose::Left, Pose::Right] {
            let challenge = [Pose::Front, turned, Pose::Front, turned];
            let frames = [&fronts[..3], &turns[..3], &fronts[3..6], &turns[3..6]].concat();
            let offs: Vec<_> = frames.iter().map(|frame| frame.off).collect();
            let frontal = turn::first_not_frontal(&offs).is_none();
            let finding = judge(&desk.portrait, &challenge, &frames);
            assert!(
                !(frontal && finding == Finding::Match),
                "{file}: {degrees} degrees and mirrored: {offs:.3?}"
            );
            count("a little turned and mirrored", finding);
        }
    }
    // The landmarks' noise takes one of many streams that hold a pose on two frames only.
    let matched = tally["honest Match"];
    assert!(matched * 50 >= shown.len() as u64 * 49, "{file}: {matched} of {}", shown.len());
    print_figures(file, &shown);
    println!("{file}: {} streams, {tally:?}", shown.len());
    (desk.portrait, shown)
}

#[test]
fn honest_streams_match_and_mirrored_still_spliced_and_foreign_ones_do_not() {
    let seeds = setting("JPKI_RESET_STREAM_SEEDS").map(|text| text.parse().unwrap());
    let desks = PEOPLE.map(|file| thread::spawn(move || one_person(file, seeds)));
    let [one, two] = desks.map(|desk| desk.join().unwrap());
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    let mut nearest = f32::INFINITY;
    for ((portrait, own), (_, others)) in [(&one, &two), (&two, &one)] {
        for ((challenge, frames), (_, foreign)) in own.iter().zip(others) {
            for from in 0..frames.len() {
                for to in from + 1..=frames.len() {
                    let whole = to - from == frames.len();
                    let spliced = [&frames[..from], &foreign[from..to], &frames[to..]].concat();
                    let finding = judge(portrait, challenge, &spliced);
                    let what = if whole { "somebody else" } else { "spliced" };
                    assert_ne!(finding, Finding::Match, "{what}: {challenge:?}, frames {from} to {to}");
                    *tally.entry(format!("{what} {finding:?}")).or_default() += 1;
                }
            }
            let mean = Descriptor::mean(frames[..3].iter().map(|frame| &frame.descriptor)).unwrap();
            let distances = foreign.iter().map(|frame| frame.descriptor.distance(&mean));
            nearest = distances.fold(nearest, f32::min);
        }
    }
    println!("{tally:?}; nearest frame of somebody else to the frontal mean: {nearest:.3}");
}
