//! Milliseconds per frame and per booking, and bookings per second, through the pool of workers; beside the bare engine
//! (dlib alone, on pictures that are already decoded) in the same run.
//!
//! A booking's match is one portrait and three frames. The bare engine runs in a process of its own, started by this
//! program with the word `bare`, since OpenBLAS must be told at the start to use one thread per engine, as workers do.
//! Rounds of both follow one another; the figures are medians.
#![allow(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use face::{FaceEngine, Finding, Inspection, Pool, Pose, Settings, Sitting};
use face_dlib_sys::{Engine, Image};
use face_worker::models;
use image::imageops::{self, FilterType};
use image::{RgbImage, load_from_memory};

use support::{hopper, jp2, jpeg, moment, picture};

const FRAMES: usize = 3;
const MORE_FRAMES: usize = 12;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "bare") {
        bare();
        return;
    }
    let number = |name: &str, usual: usize| {
        let value = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or(usual).max(1)
    };
    run(number("--rounds", 15), number("--bookings", 8));
}

fn run(rounds: usize, bookings: usize) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "Face engine, {rounds} rounds of {bookings} bookings, {cores} cores; milliseconds are medians\n"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let settings = Settings {
        spares: 0,
        queue: bookings * cores,
        ..Settings::new(env!("CARGO_BIN_EXE_jpki-face"), support::models())
    };
    let pool = Arc::new(runtime.block_on(Pool::start(settings)).unwrap());
    while pool.worker_ids().len() < cores {
        std::thread::yield_now();
    }
    let mut bare = Bare::start();

    let mut kinds = [
        Kind::new("a booking", 1, FRAMES),
        Kind::new("its match with 12 frames", 1, MORE_FRAMES),
        Kind::new("bookings on all cores", cores, FRAMES),
    ];
    for _ in 0..rounds {
        for kind in &mut kinds {
            kind.pool.push(runtime.block_on(through_pool(&pool, kind.at_once, kind.frames, bookings)));
            kind.bare.push(bare.ask(kind.at_once, kind.frames, bookings));
        }
    }
    table(&mut kinds, bookings);
}

/// What is measured, and how long each round took.
struct Kind {
    name: &'static str,
    at_once: usize,
    frames: usize,
    pool: Vec<Duration>,
    bare: Vec<Duration>,
}

impl Kind {
    fn new(name: &'static str, at_once: usize, frames: usize) -> Self {
        Self { name, at_once, frames, pool: Vec::new(), bare: Vec::new() }
    }

    /// Milliseconds per booking through the pool and bare, and the ratio of the two, round by round; medians.
    fn medians(&mut self, bookings: usize) -> (f64, f64, f64) {
        let millis = |time: &Duration| time.as_secs_f64() * 1000.0 / bookings as f64;
        let mut ratios: Vec<f64> = self
            .pool
            .iter()
            .zip(&self.bare)
            .map(|(pool, bare)| pool.as_secs_f64() / bare.as_secs_f64())
            .collect();
        let mut pool: Vec<f64> = self.pool.iter().map(millis).collect();
        let mut bare: Vec<f64> = self.bare.iter().map(millis).collect();
        (median(&mut pool), median(&mut bare), median(&mut ratios))
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn table(kinds: &mut [Kind; 3], bookings: usize) {
    println!("{:<32} {:>14} {:>12} {:>12}", "milliseconds", "pool / bare", "pool", "bare");
    let [few, many, throughput] = kinds;
    let line = |name: &str, ratio: f64, pool: f64, bare: f64| {
        println!("{name:<32} {ratio:>14.2} {pool:>12.1} {bare:>12.1}");
    };
    let (pool, bare, ratio) = few.medians(bookings);
    line(few.name, ratio, pool, bare);
    let (pool_many, bare_many, ratio) = many.medians(bookings);
    line(many.name, ratio, pool_many, bare_many);
    let more = (MORE_FRAMES - FRAMES) as f64;
    let (pool_frame, bare_frame) = ((pool_many - pool) / more, (bare_many - bare) / more);
    line("one more frame", pool_frame / bare_frame, pool_frame, bare_frame);
    let (pool, bare, ratio) = throughput.medians(bookings);
    println!();
    println!("{:<32} {:>14} {:>12} {:>12}", "bookings per second", "pool / bare", "pool", "bare");
    line(throughput.name, 1.0 / ratio, 1000.0 / pool, 1000.0 / bare);
}

/// So many bookings' matches through the pool.
async fn through_pool(pool: &Arc<Pool>, at_once: usize, frames: usize, bookings: usize) -> Duration {
    let sitting = Sitting {
        portrait: picture(jp2(&hopper())),
        poses: vec![Pose::Front],
        frames: (0..frames as u32).map(|number| picture(jpeg(&moment(&hopper(), number)))).collect(),
    };
    let begin = Instant::now();
    let tasks: Vec<_> = (0..at_once)
        .map(|one| {
            let (pool, sitting) = (pool.clone(), sitting.clone());
            let share = share(bookings, at_once, one);
            tokio::spawn(async move {
                for _ in 0..share {
                    let Ok(Inspection::Fit(faces)) = pool.inspect(sitting.clone()).await else {
                        panic!("it is fit")
                    };
                    assert_eq!(faces.compare().await, Ok(Finding::Match));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    begin.elapsed()
}

/// The share of one of so many in the bookings of a round.
fn share(bookings: usize, at_once: usize, one: usize) -> usize {
    (bookings + at_once - 1 - one) / at_once
}

/// The process with the bare engine.
struct Bare {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Bare {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("bare")
            .env("OPENBLAS_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from }
    }

    fn ask(&mut self, at_once: usize, frames: usize, bookings: usize) -> Duration {
        writeln!(self.to, "{at_once} {frames} {bookings}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        Duration::from_nanos(line.trim().parse().unwrap())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other process: engines ready, pictures decoded; a round per line.
fn bare() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // What a worker sees after decoding: the portrait as the chip has it, and the frames as they are.
    let portrait = imageops::resize(&hopper(), 240, 300, FilterType::Triangle);
    let frames: Vec<RgbImage> = (0..MORE_FRAMES as u32)
        .map(|number| load_from_memory(&jpeg(&moment(&hopper(), number))).unwrap().into_rgb8())
        .collect();
    let desks: Vec<_> = (0..cores)
        .map(|_| {
            let (portrait, frames) = (portrait.clone(), frames.clone());
            let (order, orders) = std::sync::mpsc::channel::<(usize, usize)>();
            let (done, ends) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let mut engine = models::load(&support::models()).unwrap();
                describe(&mut engine, &portrait);
                done.send(()).unwrap();
                for (count, bookings) in orders {
                    for _ in 0..bookings {
                        describe(&mut engine, &portrait);
                        frames[..count].iter().for_each(|frame| describe(&mut engine, frame));
                    }
                    done.send(()).unwrap();
                }
            });
            ends.recv().unwrap();
            (order, ends)
        })
        .collect();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let numbers: Vec<usize> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        let [at_once, count, bookings] = numbers[..] else { panic!("three numbers") };
        let begin = Instant::now();
        let chosen = &desks[..at_once];
        for (one, (order, _)) in chosen.iter().enumerate() {
            order.send((count, share(bookings, at_once, one))).unwrap();
        }
        chosen.iter().for_each(|(_, ends)| ends.recv().unwrap());
        println!("{}", begin.elapsed().as_nanos());
    }
}

fn describe(engine: &mut Engine, picture: &RgbImage) {
    let image = Image::new(picture.as_raw(), picture.width(), picture.height()).unwrap();
    let [face] = engine.detect(image, false).unwrap()[..] else { panic!("one face") };
    let landmarks = engine.landmarks(image, face.rect).unwrap();
    engine.describe(image, &landmarks).unwrap();
}
