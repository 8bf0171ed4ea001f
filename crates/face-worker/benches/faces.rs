//! What a live challenge costs: milliseconds per frame and per booking at the median and the 99th percentile, and
//! bookings per second, through the pool of workers and beside the bare engine in the same run.
//!
//! A booking here is the chip's portrait and the frames of a whole challenge: the front and three turns, as the simulated
//! camera takes them unless told otherwise. The bare engine is dlib alone: it finds, cuts out and describes the faces on
//! pictures that are already decoded. It runs in a process of its own, started by this program with the word `bare`,
//! since OpenBLAS must be told at the start to use one thread per engine, as workers do. Rounds of both follow one
//! another.
//!
//! The run fails where the pool makes fewer than [`BAR`] times the bare engine's bookings per second.
#![allow(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use face::{FaceEngine, Finding, FrontFinding, Inspection, Pool, Pose, Settings, Sitting};
use face_dlib_sys::{Engine, Image};
use face_worker::models;
use image::imageops::{self, FilterType};
use image::{RgbImage, load_from_memory};
use virtual_card::picture::Stream;

use support::{card_front, hopper, hopper_in_person, jp2, jpeg, picture};

/// The pool's share of the bare engine's throughput that must be reached, with as many at once as there are cores.
const BAR: f64 = 0.85;
const POSES: [Pose; 4] = [Pose::Front, Pose::Left, Pose::Front, Pose::Right];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "bare") {
        bare();
        return ExitCode::SUCCESS;
    }
    let number = |name: &str, usual: usize| {
        let value = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or(usual).max(1)
    };
    run(number("--rounds", 16), number("--bookings", 1))
}

/// The frames of a challenge, as a phone sends them.
fn frames() -> Vec<Vec<u8>> {
    let (person, poses) = (hopper_in_person(), support::rendered(&POSES));
    support::frames(&Stream::new(&person, &poses), 1)
}

fn run(rounds: usize, bookings: usize) -> ExitCode {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let frames = frames();
    let count = frames.len();
    println!("Face engine: a booking is a portrait and {count} frames of 480x640, the front and three turns");
    println!("{rounds} rounds of {bookings} bookings per core, {cores} cores\n");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
    let settings = Settings {
        spares: 0,
        // Workers that are replaced in the middle of a round would be measured with their start.
        processor_time: Duration::from_secs(3600),
        ..Settings::new(env!("CARGO_BIN_EXE_jpki-face"), support::models())
    };
    let pool = Arc::new(runtime.block_on(Pool::start(settings)).unwrap());
    while pool.worker_ids().len() < cores {
        std::thread::yield_now();
    }
    let sitting = support::sitting(jp2(&hopper()), &POSES, frames);
    let mut bare = Bare::start();

    let mut alone = Compared::default();
    let mut together = Compared::default();
    let engines = [pool.worker_ids(), vec![bare.child.id()]];
    let processes = || engines.clone().map(|ids| ids.into_iter().map(ticks).sum());
    let before: [u64; 2] = processes();
    for _ in 0..rounds {
        alone.pool.push(runtime.block_on(through_pool(&pool, &sitting, 1, bookings)));
        alone.bare.push(bare.ask(1, bookings));
        together.pool.push(runtime.block_on(through_pool(&pool, &sitting, cores, bookings)));
        together.bare.push(bare.ask(cores, bookings));
    }
    let after: [u64; 2] = processes();
    let front = runtime.block_on(fronts(&pool, rounds * bookings));
    let parts = bare.parts();

    println!("{:<34} {:>9} {:>9} {:>9} {:>9}", "milliseconds", "pool p50", "p99", "bare p50", "p99");
    for (name, compared, share) in [
        ("a booking", &alone, 1),
        ("a booking's share per frame", &alone, count),
        ("a booking, all cores at work", &together, 1),
        ("its share per frame", &together, count),
    ] {
        let each = |rounds: &[Round]| {
            let times: Vec<f64> =
                rounds.iter().flat_map(|round| &round.each).map(|time| millis(*time)).collect();
            [50, 99].map(|percent| percentile(&times, percent) / share as f64)
        };
        let ([pool, pool_99], [bare, bare_99]) = (each(&compared.pool), each(&compared.bare));
        println!("{name:<34} {pool:>9.1} {pool_99:>9.1} {bare:>9.1} {bare_99:>9.1}");
    }
    let worked: Vec<f64> = after
        .iter()
        .zip(before)
        .map(|(after, before)| {
            (after - before) as f64 * MILLIS_PER_TICK / (rounds * bookings * (1 + cores)) as f64
        })
        .collect();
    println!("{:<34} {:>9.1} {:>9} {:>9.1}", "its processor time, mean", worked[0], "", worked[1]);
    let [front, front_99] = [50, 99].map(|percent| percentile(&front, percent));
    println!("{:<34} {front:>9.1} {front_99:>9.1}", "a card's front");
    println!("\n{:<34} {:>9}", "a frame's parts, bare", "p50");
    for (name, time) in
        ["decode the JPEG", "find the face", "its points, cut it out", "describe it"].iter().zip(parts)
    {
        println!("{name:<34} {time:>9.1}");
    }
    verdict(&together, cores)
}

fn verdict(together: &Compared, cores: usize) -> ExitCode {
    let per_second = |round: &Round| round.each.len() as f64 / round.all.as_secs_f64();
    let rates = |rounds: &[Round]| rounds.iter().map(per_second).collect::<Vec<_>>();
    let (pool, bare) = (rates(&together.pool), rates(&together.bare));
    let ratios: Vec<f64> = pool.iter().zip(&bare).map(|(pool, bare)| pool / bare).collect();
    let ratio = percentile(&ratios, 50);
    let met = ratio >= BAR;
    println!("\n{:<34} {:>9} {:>9} {:>11}", "bookings per second", "pool", "bare", "pool / bare");
    println!(
        "{:<34} {:>9.2} {:>9.2} {ratio:>11.2}",
        format!("{cores} at once"),
        percentile(&pool, 50),
        percentile(&bare, 50)
    );
    println!("\nAt least {BAR} of the bare engine's throughput: {}", if met { "met" } else { "NOT MET" });
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Rounds through both, in turn.
#[derive(Default)]
struct Compared {
    pool: Vec<Round>,
    bare: Vec<Round>,
}

/// How long each booking of a round took, and all of them.
struct Round {
    each: Vec<Duration>,
    all: Duration,
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// In which the kernel tells processor time (USER_HZ).
const MILLIS_PER_TICK: f64 = 10.0;

/// Processor time of a process: utime and stime (proc(5)).
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
}

/// By nearest rank.
fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values[rank - 1]
}

/// So many bookings' challenges through the pool, for each of those at once.
async fn through_pool(pool: &Arc<Pool>, sitting: &Sitting, at_once: usize, bookings: usize) -> Round {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..at_once)
        .map(|_| {
            let (pool, sitting) = (pool.clone(), sitting.clone());
            tokio::spawn(async move {
                let mut each = Vec::with_capacity(bookings);
                for _ in 0..bookings {
                    let begin = Instant::now();
                    let Ok(Inspection::Fit(faces)) = pool.inspect(sitting.clone()).await else {
                        panic!("it is fit")
                    };
                    assert_eq!(faces.compare().await, Ok(Finding::Match));
                    each.push(begin.elapsed());
                }
                each
            })
        })
        .collect();
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await.unwrap());
    }
    Round { each, all: begin.elapsed() }
}

/// So many photographs of a card's front, one after another, in milliseconds.
async fn fronts(pool: &Pool, count: usize) -> Vec<f64> {
    let (portrait, front) = (picture(jp2(&hopper())), picture(jpeg(&card_front(&hopper()))));
    let mut each = Vec::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        let found = pool.check_front(portrait.clone(), front.clone()).await;
        assert_eq!(found, Ok(FrontFinding::Resembles));
        each.push(millis(begin.elapsed()));
    }
    each
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

    fn numbers(&mut self, question: &str) -> Vec<f64> {
        writeln!(self.to, "{question}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        line.split_whitespace().map(|word| word.parse().unwrap()).collect()
    }

    /// So many bookings' faces, for each of those at once.
    fn ask(&mut self, at_once: usize, bookings: usize) -> Round {
        let seconds = self.numbers(&format!("{at_once} {bookings}"));
        let mut times = seconds.into_iter().map(Duration::from_secs_f64);
        let all = times.next().unwrap();
        Round { each: times.collect(), all }
    }

    /// Milliseconds that a frame takes to be decoded, found, cut out and described.
    fn parts(&mut self) -> Vec<f64> {
        self.numbers("parts")
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
    let files = frames();
    let mut pictures = vec![imageops::resize(&hopper(), 240, 300, FilterType::Triangle)];
    pictures.extend(files.iter().map(|file| load_from_memory(file).unwrap().into_rgb8()));
    let pictures = Arc::new(pictures);
    let desks: Vec<_> = (0..cores)
        .map(|_| {
            let pictures = pictures.clone();
            let (order, orders) = std::sync::mpsc::channel::<usize>();
            let (done, ends) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let mut engine = models::load(&support::models()).unwrap();
                describe(&mut engine, &pictures[0]);
                done.send(Vec::new()).unwrap();
                for bookings in orders {
                    let booking = |_| {
                        let begin = Instant::now();
                        for picture in pictures.iter() {
                            describe(&mut engine, picture);
                        }
                        begin.elapsed()
                    };
                    done.send((0..bookings).map(booking).collect()).unwrap();
                }
            });
            ends.recv().unwrap();
            (order, ends)
        })
        .collect();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let times: Vec<f64> = if line == "parts" {
            parts(&files)
        } else {
            let numbers: Vec<usize> = line.split(' ').map(|number| number.parse().unwrap()).collect();
            let [at_once, bookings] = numbers[..] else { panic!("two numbers") };
            let begin = Instant::now();
            let chosen = &desks[..at_once];
            chosen.iter().for_each(|(order, _)| order.send(bookings).unwrap());
            let each: Vec<Duration> = chosen.iter().flat_map(|(_, ends)| ends.recv().unwrap()).collect();
            let all = begin.elapsed();
            [&[all], &each[..]].concat().iter().map(Duration::as_secs_f64).collect()
        };
        println!("{}", times.iter().map(f64::to_string).collect::<Vec<_>>().join(" "));
    }
}

fn parts(files: &[Vec<u8>]) -> Vec<f64> {
    let mut engine = models::load(&support::models()).unwrap();
    let mut parts = [const { Vec::new() }; 4];
    for file in files {
        let begin = Instant::now();
        let picture = load_from_memory(file).unwrap().into_rgb8();
        parts[0].push(millis(begin.elapsed()));
        for (part, time) in parts[1..].iter_mut().zip(describe(&mut engine, &picture)) {
            part.push(millis(time));
        }
    }
    parts.iter().map(|part| percentile(part, 50)).collect()
}

/// Finds, cuts out and describes; how long each took.
fn describe(engine: &mut Engine, picture: &RgbImage) -> [Duration; 3] {
    let image = Image::new(picture.as_raw(), picture.width(), picture.height()).unwrap();
    let begin = Instant::now();
    let [face] = engine.detect(image, false).unwrap()[..] else { panic!("one face") };
    let found = begin.elapsed();
    let landmarks = engine.landmarks(image, face.rect).unwrap();
    let aligned = engine.align(image, &landmarks).unwrap();
    let cut_out = begin.elapsed();
    engine.describe_aligned(&aligned).unwrap();
    [found, cut_out - found, begin.elapsed() - cut_out]
}
