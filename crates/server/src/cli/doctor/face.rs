//! The face engine: whether it starts, what holds its workers down, how much it takes; and the roots under which
//! portraits are signed.

use std::time::Instant;

use face::{Pool, Settings, StartError};
use reservation::ChallengePolicy;

use super::{Report, worker};
use crate::assemble;
use crate::config::Config;

/// Starts the engine, has its workers tried, and ends it again, if bookings of the signature PIN need it.
pub async fn look(config: &Config, report: &mut Report) {
    let material = match assemble::face(config) {
        Ok(None) => return report.ok("face engine: not needed; the signature PIN cannot be booked here"),
        Ok(Some(material)) => material,
        Err(error) => return report.fail(format!("face engine: {error}"), "put this right first"),
    };
    for root in material.anchors.summaries() {
        let fingerprint = hex::encode(&root.fingerprint[..8]);
        report.ok(format!("root of portraits {}, SHA-256 {fingerprint}…", root.key_id));
    }
    let settings = material.settings;
    let begun = Instant::now();
    let one = Settings { workers: 1, spares: 0, ..settings.clone() };
    match Pool::start(one).await {
        Ok(engine) => {
            let took = begun.elapsed().as_secs_f32();
            report.ok(format!("face engine: a worker is ready after {took:.1} s, with the right models"));
            if let Some(id) = engine.worker_ids().first() {
                worker::look(*id, report);
            }
            worker::landlock(engine.protections().landlock, report);
            drop(engine);
            try_ways_out(&settings, report).await;
        }
        Err(error) => report.fail(format!("face engine: {error}"), remedy(&error)),
    }
    capacity(&settings, std::thread::available_parallelism().map_or(1, usize::from), report);
    match config.face.challenge() {
        Ok(policy) => challenge(policy, report),
        Err(error) => report.fail(format!("challenge: {error}"), "correct the setting, or leave it out"),
    }
}

const fn remedy(error: &StartError) -> &'static str {
    match error {
        StartError::Program { .. } => "it stands beside jpki-reset, or where face.program says",
        StartError::Refused(_) => {
            "a worker needs its models (`make models`), its limits and a kernel with seccomp, which a container may deny"
        }
        StartError::Silent(_) => {
            "try `jpki-face check --models DIR` by hand; too little memory, or a machine that is too busy?"
        }
    }
}

async fn try_ways_out(settings: &Settings, report: &mut Report) {
    let program = settings.program.clone();
    let mut tried = std::mem::take(report);
    let done = tokio::task::spawn_blocking(move || {
        worker::try_ways_out(&program, &mut tried);
        tried
    });
    match done.await {
        Ok(tried) => *report = tried,
        Err(error) => report.fail(format!("ways out of a worker: not tried: {error}"), "run this again"),
    }
}

/// How many are worked on at once, how many may wait, and how long each.
fn capacity(settings: &Settings, cores: usize, report: &mut Report) {
    let Settings { workers, spares, queue, queue_wait, request_time, .. } = settings;
    let plural = |count: &usize| if *count == 1 { "" } else { "s" };
    let told = format!(
        "workers: {workers} on {cores} core{}, and {spares} that stands by; {queue} request{} may wait, {} s at most",
        plural(&cores),
        plural(queue),
        queue_wait.as_secs(),
    );
    if *workers > cores {
        report.warn(told, "more workers than cores make every request slower; leave face.workers out");
    } else if *queue == 0 {
        report.warn(told, "two phones at once, and one is turned away: raise face.queue, or leave it out");
    } else {
        report.ok(told);
    }
    report.ok(format!(
        "a worker that takes more than {} s for a request is ended and replaced",
        request_time.as_secs()
    ));
}

/// What a challenge asks for, and how well it tells pictures that were made before.
fn challenge(policy: ChallengePolicy, report: &mut Report) {
    let (turns, seconds) = (policy.turns.get(), policy.life.as_secs());
    // Two other poses may follow each.
    let chance = 1_u32 << turns;
    let plural = if turns == 1 { "" } else { "s" };
    let told = format!(
        "challenge: front and {turns} turn{plural} in {seconds} s; frames made before it meet one in {chance} of them"
    );
    let usual = ChallengePolicy::default();
    if policy.turns.get() < usual.turns.get() {
        report.warn(
            told,
            "a recording that is played again and again fits soon: leave face.turns out, or raise it",
        );
    } else if policy.life > 2 * usual.life {
        report.warn(
            told,
            "time enough to put pictures together: leave face.challenge_seconds out, or lower it",
        );
    } else {
        report.ok(told);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reservation::Turns;

    use super::super::Level;
    use super::*;

    #[test]
    fn more_workers_than_cores_and_no_queue_are_warned_of() {
        let level = |workers, queue| {
            let mut report = Report::default();
            let settings = Settings { workers, queue, ..Settings::new("jpki-face", "models") };
            capacity(&settings, 2, &mut report);
            report.findings()[0].level
        };
        assert_eq!(level(2, 16), Level::Ok);
        assert_eq!(level(3, 24), Level::Warn);
        assert_eq!(level(1, 0), Level::Warn);
    }

    #[test]
    fn a_short_challenge_and_one_with_much_time_are_warned_of() {
        let told = |turns, seconds| {
            let mut report = Report::default();
            let turns = Turns::new(turns).unwrap();
            challenge(ChallengePolicy { turns, life: Duration::from_secs(seconds) }, &mut report);
            report.findings()[0].clone()
        };
        assert_eq!(told(3, 30).level, Level::Ok);
        assert!(
            told(3, 30)
                .what
                .ends_with("front and 3 turns in 30 s; frames made before it meet one in 8 of them")
        );
        assert_eq!(told(8, 60).level, Level::Ok);
        let short = told(1, 30);
        assert!(short.level == Level::Warn && short.what.contains("1 turn in"), "{short:?}");
        assert_eq!(told(3, 61).level, Level::Warn);
    }
}
