//! Random command sequences over both records, with crashes between their commits: several phones and kiosks
//! interleaved, time jumps, repeats of anything at any time. After every commit the invariants I1-I8 are
//! checked against a second telling of the rules.
//!
//! `JPKI_RESET_RANDOM_COMMANDS` says how many commands (50,000 unless told), `JPKI_RESET_RANDOM_SEED` replays
//! a run; the seed of each run is printed.
#![expect(unreachable_pub, clippy::unwrap_used, reason = "a test exports nothing, and fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod checked;
mod choose;
mod flow;
mod log;
mod model;
mod rng;
mod sabotage;
mod world;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use checked::Violation;
use flow::Flow;
use sabotage::Sabotage;
use world::World;

/// Commands to one world; then a new one begins, so that logs and models stay small.
const COMMANDS_PER_WORLD: u64 = 10_000;
/// Requests the clients remember and may send again.
const REMEMBERED: usize = 48;
/// Requests that servers work on at the same time.
const AT_ONCE: usize = 6;

/// Runs one world; the first broken invariant ends it.
fn run(world: &mut World, commands: u64) -> Result<(), Violation> {
    let mut in_flight: Vec<Flow> = Vec::new();
    let mut sent: Vec<Flow> = Vec::new();
    while world.commands < commands {
        world.pass_time();
        if in_flight.len() < AT_ONCE && world.rng.chance(40) || in_flight.is_empty() {
            let again = !sent.is_empty() && world.rng.chance(15);
            let flow = if again { world.rng.pick(&sent) } else { world.choose() };
            if !again {
                if sent.len() >= REMEMBERED {
                    let index = world.rng.below(sent.len() as u64) as usize;
                    sent.swap_remove(index);
                }
                sent.push(flow.clone());
            }
            in_flight.push(flow);
        }
        let index = world.rng.below(in_flight.len() as u64) as usize;
        let flow = in_flight.swap_remove(index);
        let next = world.step(flow)?;
        // The server crashes between two commits: the rest of this request never happens.
        match next {
            Some(_) if world.rng.chance(8) => world.saw("crash between two commits"),
            Some(next) => in_flight.push(next),
            None => {}
        }
        if world.rng.below(500) == 0 {
            world.saw("crash of a whole server");
            in_flight.clear();
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to run, and which run to replay, is told from outside"
)]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.replace('_', "").parse().expect("a whole number"))
}

#[test]
fn no_random_sequence_of_commands_and_crashes_breaks_an_invariant() {
    let commands = setting("JPKI_RESET_RANDOM_COMMANDS").unwrap_or(50_000);
    let seed = setting("JPKI_RESET_RANDOM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("{commands} commands, JPKI_RESET_RANDOM_SEED={seed}");
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut done = 0;
    let mut world_seed = seed;
    while done < commands {
        let mut world = World::new(world_seed, Sabotage::Nothing);
        let wanted = COMMANDS_PER_WORLD.min(commands - done);
        if let Err(Violation { invariant, detail }) = run(&mut world, wanted) {
            panic!(
                "{invariant} broken at command {}: {detail}\nreplay: JPKI_RESET_RANDOM_SEED={world_seed}",
                world.commands
            );
        }
        done += world.commands;
        for (what, times) in world.seen {
            *seen.entry(what).or_default() += times;
        }
        world_seed = world_seed.wrapping_add(1);
    }
    for (what, times) in &seen {
        println!("{times:>9} {what}");
    }
    let wanted = if commands >= 50_000 { WANTED } else { &[] };
    let wanted_in_a_soak = if commands >= 1_000_000 { WANTED_IN_A_SOAK } else { &[] };
    for what in wanted.iter().chain(wanted_in_a_soak) {
        assert!(seen.contains_key(*what), "in {commands} commands this never happened: {what}");
    }
}

/// What a run must have met to be worth its name.
const WANTED: &[&str] = &[
    "app: AttemptDebited",
    "app: AttemptSettled",
    "app: BookingFinished",
    "app: BookingStarted",
    "app: CardAccepted",
    "app: ChallengeIssued",
    "app: LockBegan",
    "app: Registered",
    "app: Repeated",
    "app refuses: AnotherCard",
    "app refuses: AttemptOpen",
    "app refuses: AttemptUsed",
    "app refuses: BookingOver",
    "app refuses: ChallengeOver",
    "app refuses: Locked",
    "card: AttemptSettled",
    "card: CancelApproved",
    "card: CancelledByDesk",
    "card: CancelledByHolder",
    "card: ClaimFailed",
    "card: ClaimUnknown",
    "card: Claimed",
    "card: Completed",
    "card: Exhausted",
    "card: LeaseLapsed",
    "card: LockBegan",
    "card: ProofNoted",
    "card: Proved",
    "card: Repeated",
    "card: Replaced",
    "card: Reserved",
    "card refuses: AttemptOpen",
    "card refuses: ClaimLives",
    "card refuses: FrameSeen",
    "card refuses: Locked",
    "card refuses: NotProved",
    "card refuses: NumberNotCurrent",
    "card refuses: SamePerson",
    "claim refused: AnotherKey",
    "claim refused: AnotherTarget",
    "claim refused: ChallengeUsed",
    "claim refused: ClaimLives",
    "claim refused: KindNotOffered",
    "claim refused: Locked",
    "claim refused: OutsideHours",
    "claim refused: SessionUsed",
    "crash between two commits",
    "proof: Completed",
    "proof: Noted",
];

/// What is too rare for a short run.
const WANTED_IN_A_SOAK: &[&str] = &[
    "app: LockEnded",
    "app: LockLifted",
    "app refuses: ChallengesExhausted",
    "card: ClaimOvertaken",
    "card: Expired",
    "card: LockEnded",
    "card: LockLifted",
    "card: LockedForGood",
    "card refuses: AnotherInstallation",
    "card refuses: AttemptOver",
    "card refuses: LockedForGood",
    "card refuses: NotLocked",
    "card refuses: TooManyReservations",
    "claim refused: LockedForGood",
];

#[test]
fn the_checker_catches_every_broken_rule() {
    for (sabotage, invariant) in Sabotage::ALL {
        let caught = (0..50).find_map(|seed| {
            let mut world = World::new(seed, sabotage);
            run(&mut world, COMMANDS_PER_WORLD).err()
        });
        let Some(violation) = caught else { panic!("{sabotage:?} was not caught") };
        assert_eq!(violation.invariant, invariant, "{sabotage:?} was caught as {}", violation.detail);
    }
}
