//! What a worker's memory and the disk hold of a person after the verdict: nothing. The worker is looked into as root
//! would; an ordinary user is refused.

mod support;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use face::{FaceEngine, Finding, FrontFinding, Inspection, Picture, Pool, Pose, Settings, Sitting};
use face_dlib_sys::{Engine, Image};
use hayro_jpeg2000::{DecodeSettings, DecoderContext};
use image::{DynamicImage, RgbImage};

use support::{card_front, hopper, hopper_in_person, jp2, jpeg, models, moment, picture, settings};

/// A run of so many bytes of a picture is the picture's.
const RUN: usize = 32;
/// Of every run, at least one piece of this length begins at a multiple of the step.
const PIECE: usize = 8;
const STEP: usize = RUN - PIECE + 1;
/// So many numbers of an embedding in a row are the embedding's.
const NUMBERS: usize = 8;
/// Two ways of adding up the same products differ by less.
const NEAR: f32 = 1e-3;

/// What must not be found, each thing with its name.
struct Traces {
    bytes: Vec<(&'static str, Vec<u8>)>,
    pieces: HashMap<[u8; PIECE], Vec<(usize, usize)>>,
    numbers: Vec<(&'static str, Vec<f32>)>,
}

impl Traces {
    fn of(bytes: Vec<(&'static str, Vec<u8>)>, numbers: Vec<(&'static str, Vec<f32>)>) -> Self {
        let mut pieces: HashMap<_, Vec<_>> = HashMap::new();
        for (which, (_, trace)) in bytes.iter().enumerate() {
            for at in (0..trace.len().saturating_sub(PIECE)).step_by(STEP) {
                let piece: [u8; PIECE] = trace[at..at + PIECE].try_into().expect("so many bytes");
                pieces.entry(piece).or_default().push((which, at));
            }
        }
        Self { bytes, pieces, numbers }
    }

    /// How often each is found in that memory.
    fn found_in(&self, memory: &[u8]) -> Found {
        let mut found = Found::default();
        // Most places are told apart by a few bits of a hash.
        const BITS: u32 = 23;
        let cell = |piece: &[u8]| {
            let number = u64::from_le_bytes(piece.try_into().expect("so many bytes"));
            (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as usize
        };
        let mut maybe = vec![false; 1 << BITS];
        for piece in self.pieces.keys() {
            maybe[cell(piece)] = true;
        }
        for (at, window) in memory.windows(PIECE).enumerate() {
            if !maybe[cell(window)] {
                continue;
            }
            let Some(places) = self.pieces.get(window) else { continue };
            for (which, place) in places {
                let (name, trace) = &self.bytes[*which];
                let alike = |(one, other): &(&u8, &u8)| one == other;
                let after = trace[*place..].iter().zip(&memory[at..]).take(RUN).take_while(alike).count();
                let before =
                    trace[..*place].iter().rev().zip(memory[..at].iter().rev()).take(RUN).take_while(alike);
                let run = &memory[at - before.clone().count()..at + after];
                if run.len() >= RUN && telling(run) {
                    *found.0.entry(*name).or_default() += 1;
                }
            }
        }
        self.numbers_in(memory, &mut found);
        found.0.retain(|_, times| *times > 0);
        found
    }

    fn numbers_in(&self, memory: &[u8], found: &mut Found) {
        let values: Vec<f32> =
            memory.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().expect("four"))).collect();
        // Most places are told apart by two numbers, which are coordinates of a vector within -1 to 1.
        const SIDE: usize = 512;
        let cell = |number: f32| ((number + 1.0) / 2.0 * SIDE as f32) as usize;
        let mut maybe = vec![false; SIDE * SIDE];
        let parts: Vec<(&str, &[f32])> = self
            .numbers
            .iter()
            .flat_map(|(name, numbers)| numbers.chunks_exact(NUMBERS).map(|part| (*name, part)))
            .collect();
        for (_, part) in &parts {
            for (one, two) in [(-NEAR, -NEAR), (-NEAR, NEAR), (NEAR, -NEAR), (NEAR, NEAR)] {
                maybe[cell(part[0] + one) * SIDE + cell(part[1] + two)] = true;
            }
        }
        for window in values.windows(NUMBERS) {
            let (one, two) = (window[0], window[1]);
            if !(one.abs() < 0.99 && two.abs() < 0.99 && maybe[cell(one) * SIDE + cell(two)]) {
                continue;
            }
            for (name, part) in &parts {
                if window.iter().zip(*part).all(|(one, two)| (one - two).abs() < NEAR) {
                    *found.0.entry(name).or_default() += 1;
                }
            }
        }
    }
}

/// Whether a run of bytes says where it comes from: neither an even area nor a repeated pattern.
fn telling(run: &[u8]) -> bool {
    let mut different = [false; 256];
    run.iter().for_each(|byte| different[usize::from(*byte)] = true);
    different.into_iter().filter(|seen| *seen).count() > 6
}

/// How often what was found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found(HashMap<&'static str, usize>);

/// All memory that a process can write, one piece per mapping. What a worker cannot write it cannot make writable
/// either: its filter lets no such call through.
fn memory_of(process: u32) -> io::Result<Vec<Vec<u8>>> {
    let memory = File::open(format!("/proc/{process}/mem"))?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut all = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let Some((from, to)) = range.split_once('-').filter(|_| rights.starts_with("rw")) else { continue };
        let address = |text| u64::from_str_radix(text, 16).expect("an address");
        let (from, to) = (address(from), address(to));
        let mut piece = vec![0; usize::try_from(to - from).expect("it is mapped")];
        memory.read_exact_at(&mut piece, from)?;
        all.push(piece);
    }
    Ok(all)
}

fn traces_in(process: u32, traces: &Traces) -> Found {
    let mut all = Found::default();
    for piece in memory_of(process).expect("root may look into it") {
        for (name, times) in traces.found_in(&piece).0 {
            *all.0.entry(name).or_default() += times;
        }
    }
    all
}

/// Files in the places for temporary ones that were written since then, and what is in them.
fn written_since(then: SystemTime) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(folder: &Path, then: SystemTime, all: &mut Vec<(PathBuf, Vec<u8>)>) {
        // Others' files come and go meanwhile.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                walk(&entry.path(), then, all);
            } else if data.is_file() && data.modified().is_ok_and(|changed| changed >= then) {
                let Ok(bytes) = fs::read(entry.path()) else { continue };
                all.push((entry.path(), bytes));
            }
        }
    }
    let mut all = Vec::new();
    let own = std::env::temp_dir();
    for folder in [own.as_path(), Path::new("/var/tmp"), Path::new("/dev/shm")] {
        walk(folder, then, &mut all);
    }
    all
}

/// The face cut out, and as numbers.
fn aligned_and_embedding(engine: &mut Engine, image: &RgbImage) -> (Vec<u8>, Vec<f32>) {
    let image = Image::new(image.as_raw(), image.width(), image.height()).expect("it is small");
    let mut found = engine.detect(image, false).expect("it looks");
    found.sort_by(|one, two| two.score.total_cmp(&one.score));
    let landmarks = engine.landmarks(image, found[0].rect).expect("a face has points");
    let aligned = engine.align(image, &landmarks).expect("it cuts it out");
    let embedding = engine.describe_aligned(&aligned).expect("it describes");
    (aligned.as_bytes().to_vec(), embedding.to_vec())
}

/// Every fourth pixel in both directions, by which the worker tells pictures apart.
fn sample(image: &RgbImage) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let places = (0..height).step_by(4).flat_map(|y| (0..width).step_by(4).map(move |x| (x, y)));
    places.flat_map(|(x, y)| image.get_pixel(x, y).0).collect()
}

/// As the worker decodes it: grey, three times each.
fn decoded_portrait(bytes: &[u8]) -> RgbImage {
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = hayro_jpeg2000::Image::new(bytes, &settings).expect("it is JPEG 2000");
    let grey = image.decode(&mut DecoderContext::default()).expect("it is whole").data_u8();
    let grey = image::GrayImage::from_raw(image.width(), image.height(), grey).expect("as many samples");
    DynamicImage::ImageLuma8(grey).into_rgb8()
}

struct Person {
    sitting: Sitting,
    front: Picture,
    traces: Traces,
}

/// Pictures of a person who turns the head, and everything that they would leave.
fn person() -> Person {
    let poses = [Pose::Front, Pose::Left, Pose::Right];
    let frames = support::showing(&hopper_in_person(), &poses, 20);
    let portrait = jp2(&moment(&hopper(), 23));
    let front = jpeg(&card_front(&moment(&hopper(), 23)));

    let decoded = |bytes: &[u8]| image::load_from_memory(bytes).expect("a JPEG").into_rgb8();
    let pixels: Vec<RgbImage> = frames.iter().map(|frame| decoded(frame)).collect();
    let portrait_pixels = decoded_portrait(&portrait);
    let grey = DynamicImage::ImageRgb8(portrait_pixels.clone()).into_luma8().into_raw();

    let mut engine = face_worker::models::load(&models()).expect("the models are there");
    let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
    for (frame, image) in frames.iter().zip(&pixels) {
        let (aligned, embedding) = aligned_and_embedding(&mut engine, image);
        bytes.push(("a frame's file", frame.clone()));
        bytes.push(("a frame's face, cut out", aligned));
        bytes.push(("a frame's sample", sample(image)));
        numbers.push(("a frame's embedding", embedding));
    }
    let mean = |at: usize| numbers[..3].iter().map(|(_, one)| one[at]).sum::<f32>() / 3.0;
    let mean = (0..numbers[0].1.len()).map(mean).collect();
    numbers.push(("the frontal frames' mean embedding", mean));
    bytes.extend(pixels.into_iter().map(|image| ("a frame's pixels", image.into_raw())));
    let (aligned, embedding) = aligned_and_embedding(&mut engine, &portrait_pixels);
    numbers.push(("the portrait's embedding", embedding));
    bytes.push(("the portrait's face, cut out", aligned));
    bytes.push(("the portrait's file", portrait.clone()));
    bytes.push(("the portrait's pixels", portrait_pixels.into_raw()));
    bytes.push(("the portrait's grey pixels", grey));
    bytes.push(("the front's pixels", decoded(&front).into_raw()));
    bytes.push(("the front's file", front.clone()));

    let sitting = support::sitting(portrait, &poses, frames);
    Person { sitting, front: picture(front), traces: Traces::of(bytes, numbers) }
}

/// What every worker holds before its first picture, such as the tables that are the same in many JPEG files, tells
/// nothing about anybody.
fn without_what_was_there(person: Person, before: &[Vec<u8>]) -> Person {
    let Person { sitting, front, mut traces } = person;
    for piece in before {
        let there: Vec<[u8; PIECE]> = piece
            .windows(PIECE)
            .filter(|window| traces.pieces.contains_key(*window))
            .map(|window| window.try_into().expect("so many bytes"))
            .collect();
        for piece in there {
            traces.pieces.remove(&piece);
        }
    }
    Person { sitting, front, traces }
}

#[tokio::test]
async fn after_the_verdict_neither_memory_nor_disk_holds_a_picture_its_pixels_or_an_embedding() {
    let lease = Duration::from_secs(600);
    let engine = Pool::start(Settings { lease, ..settings() }).await.expect("it starts");
    let worker = engine.worker_ids()[0];
    let before = match memory_of(worker) {
        Ok(before) => before,
        Err(error) => {
            assert!(!rustix::process::geteuid().is_root(), "root may look into a worker: {error}");
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "nobody else of its user may");
            return;
        }
    };
    assert!(rustix::process::geteuid().is_root(), "a user looked into the memory of a worker");

    let person = person();
    let all = person.traces.pieces.len();
    let Person { sitting, front, traces } = without_what_was_there(person, &before);
    assert!(traces.pieces.len() * 10 > all * 9, "{} of {all} pieces are left", traces.pieces.len());

    // Who looks finds: in these bytes, and in a worker that keeps faces for a comparison.
    let mut memory = vec![7; 1000];
    memory.extend(&traces.bytes[0].1[2000..2000 + RUN]);
    memory.resize(1100, 7);
    memory.extend(traces.numbers[0].1[16..16 + NUMBERS].iter().flat_map(|number| number.to_le_bytes()));
    let found = traces.found_in(&memory);
    assert_eq!(found.0, [("a frame's file", 1), ("a frame's embedding", 1)].into());

    #[expect(clippy::disallowed_methods, reason = "files on a disk carry its time")]
    let start = SystemTime::now();
    let inspection = engine.inspect(sitting.clone()).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    let kept = traces_in(worker, &traces);
    println!("while faces wait to be compared: {kept:?}");
    for name in ["a frame's face, cut out", "the portrait's face, cut out"] {
        assert!(kept.0.contains_key(name), "{name} are kept, and not found: {kept:?}");
    }
    for name in [
        "a frame's file",
        "a frame's pixels",
        "a frame's sample",
        "the portrait's file",
        "the portrait's pixels",
    ] {
        assert!(!kept.0.contains_key(name), "{name} is not needed any more: {kept:?}");
    }

    assert_eq!(faces.compare().await, Ok(Finding::Match));
    let after_match = traces_in(worker, &traces);
    let portrait = {
        let (_, bytes) = traces.bytes.iter().find(|(name, _)| *name == "the portrait's file").expect("there");
        picture(bytes.clone())
    };
    assert_eq!(engine.check_front(portrait, front).await, Ok(FrontFinding::Resembles));
    let after_front = traces_in(worker, &traces);
    let other_poses = vec![Pose::Front, Pose::Right, Pose::Left];
    let inspection = engine.inspect(Sitting { poses: other_poses, ..sitting }).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::OtherPoses));
    let after_refusal = traces_in(worker, &traces);
    assert_eq!(engine.worker_ids(), [worker], "it is the same worker");
    println!("after the comparison: {after_match:?}\nafter the front: {after_front:?}");
    assert_eq!(after_match, Found::default(), "after the comparison");
    assert_eq!(after_front, Found::default(), "after the front");
    assert_eq!(after_refusal, Found::default(), "after other poses than those asked for");

    for (file, bytes) in written_since(start) {
        assert_eq!(traces.found_in(&bytes), Found::default(), "{}", file.display());
    }
}
