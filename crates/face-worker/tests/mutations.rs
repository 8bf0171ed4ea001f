//! Thousands of damaged pictures through one worker: each is answered, and none does harm.
//!
//! `JPKI_RESET_MUTATED_PICTURES` says how many (5,000 unless told), `JPKI_RESET_MUTATED_SEED` replays a run; the seed of
//! each run is printed.

mod support;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use face::{EngineError, FaceEngine, FrontFinding, Pool};
use image::RgbImage;
use image::imageops::{self, FilterType};

use support::{hopper, jp2_of_size, jpeg, picture, settings};

/// Of the bytes that are changed, half lie in a file's headers.
const HEADERS: usize = 120;
/// A worker is replaced after a minute of its processor; what it has used is seen before its last reply.
const RETIRES_AFTER: Duration = Duration::from_secs(55);

/// In which the kernel tells processor time (USER_HZ).
const TICKS_PER_SECOND: u64 = 100;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("below a length")
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// The file, damaged.
fn mutated(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let reach = if random.below(2) == 0 { HEADERS.min(file.len()) } else { file.len() };
    let part = |random: &mut Random| {
        let from = random.below(reach);
        from..(from + 1 + random.below(64)).min(file.len())
    };
    match random.below(10) {
        0 => bytes.truncate(random.below(file.len())),
        1 => {
            let at = random.below(reach);
            let inserted: Vec<u8> = (0..=random.below(64)).map(|_| random.byte()).collect();
            bytes.splice(at..at, inserted);
        }
        2 => {
            let again = part(random);
            let copy = bytes[again.clone()].to_vec();
            bytes.splice(again.end..again.end, copy);
        }
        3 => drop(bytes.drain(part(random))),
        _ => {
            for _ in 0..=random.below(4) {
                bytes[random.below(reach)] = random.byte();
            }
        }
    }
    bytes
}

#[expect(clippy::disallowed_methods, reason = "how many, and which run to replay, is told from outside")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.replace('_', "").parse().expect("a whole number"))
}

/// What the kernel says of a worker that runs: the most memory it had, in KiB, and the processor time it has used.
fn used(worker: u32) -> Option<(u64, Duration)> {
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))?;
    let stat = std::fs::read_to_string(format!("/proc/{worker}/stat")).ok()?;
    // After the name in brackets; utime and stime are the fields 14 and 15 (proc(5)).
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<u64>().ok());
    let ticks = ticks(11)? + ticks(12)?;
    Some((peak.trim().parse().ok()?, Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)))
}

/// The files that are damaged, and the whole ones that go with them.
struct Seeds {
    /// A face that is found and compared.
    portrait: Vec<u8>,
    /// As small as a face may be.
    small_portrait: Vec<u8>,
    front: Vec<u8>,
    /// Too small to be compared.
    small_front: Vec<u8>,
}

fn seeds() -> Seeds {
    let sized =
        |width, height| -> RgbImage { imageops::resize(&hopper(), width, height, FilterType::Triangle) };
    Seeds {
        portrait: jp2_of_size(&hopper(), 200, 234),
        small_portrait: jp2_of_size(&hopper(), 80, 94),
        front: jpeg(&sized(256, 300)),
        small_front: jpeg(&sized(64, 75)),
    }
}

/// What came of the pictures.
#[derive(Default)]
struct Tally {
    answers: BTreeMap<String, u64>,
    crashes: u64,
    retired: u64,
    slowest: Duration,
    peak_kib: u64,
}

#[tokio::test]
async fn damaged_pictures_are_answered_one_after_another_and_do_no_harm() {
    let wanted = setting("JPKI_RESET_MUTATED_PICTURES").unwrap_or(5_000);
    let seed = setting("JPKI_RESET_MUTATED_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("{wanted} damaged pictures, JPKI_RESET_MUTATED_SEED={seed}");
    let mut random = Random(seed);
    let seeds = seeds();
    let pool = Pool::start(settings()).await.expect("it starts");
    let time_out = settings().request_time;
    let whole =
        async || pool.check_front(picture(seeds.portrait.clone()), picture(seeds.front.clone())).await;
    assert_eq!(whole().await, Ok(FrontFinding::Resembles));

    let mut tally = Tally::default();
    let mut worker = pool.worker_ids()[0];
    let mut cpu = Duration::ZERO;
    let mut all_cpu = Duration::ZERO;
    for number in 0..wanted {
        // One in fifty is large enough to be compared; the others cost less.
        let large = random.below(50) == 0;
        let (portrait, front) = if number % 2 == 0 {
            let file = if large { &seeds.portrait } else { &seeds.small_portrait };
            (mutated(file, &mut random), Vec::new())
        } else if large {
            (seeds.portrait.clone(), mutated(&seeds.front, &mut random))
        } else {
            (seeds.small_portrait.clone(), mutated(&seeds.small_front, &mut random))
        };
        let asked = Instant::now();
        let answer = pool.check_front(picture(portrait), picture(front)).await;
        tally.slowest = tally.slowest.max(asked.elapsed());
        let kind = if number % 2 == 0 { "JP2" } else { "JPEG" };
        *tally.answers.entry(format!("{kind}: {answer:?}")).or_default() += 1;
        let crashed = match answer {
            Ok(_) => false,
            Err(EngineError::Failed) => true,
            Err(EngineError::Busy { .. }) => panic!("nobody else asks"),
        };
        if crashed {
            tally.crashes += 1;
            println!("picture {number} crashed its worker");
            assert_eq!(whole().await, Ok(FrontFinding::Resembles), "the request after a crash");
        }
        // Between two workers there is none.
        let Some(now) = pool.worker_ids().first().copied() else { continue };
        if now != worker {
            if !crashed {
                assert!(cpu > RETIRES_AFTER, "a worker is gone after {cpu:?}, and no crash was told");
                tally.retired += 1;
            }
            worker = now;
            all_cpu += cpu;
        }
        let Some((peak, spent)) = used(worker) else { continue };
        tally.peak_kib = tally.peak_kib.max(peak);
        cpu = spent;
    }
    assert_eq!(whole().await, Ok(FrontFinding::Resembles), "the last request");

    for (answer, times) in &tally.answers {
        println!("{times:>9} {answer}");
    }
    let Tally { crashes, retired, slowest, peak_kib, .. } = tally;
    println!(
        "{crashes} crashes, {retired} workers replaced in time, slowest {slowest:?}, peak {peak_kib} KiB, \
         processor {:?}",
        all_cpu + cpu
    );
    assert_eq!(u64::from(pool.started()), 1 + crashes + retired, "nothing else ended a worker");
    assert!(crashes * 1000 <= wanted, "{crashes} crashes are no accident");
    assert!(peak_kib < 256 * 1024, "{peak_kib} KiB");
    assert!(slowest < time_out, "{slowest:?}");
    // A front without bytes means that the portrait before it was judged.
    let at_once = ["NotAPicture", "OtherType", "Damaged", "Animated"];
    let judged = |answer: &str| !at_once.iter().any(|reason| answer.contains(reason));
    let judged = tally.answers.iter().filter(|(answer, _)| judged(answer));
    let judged: u64 = judged.map(|(_, times)| times).sum();
    assert!(judged * 4 > wanted, "most damage was seen at once: {judged} of {wanted} reached the engine");
}
