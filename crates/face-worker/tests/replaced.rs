//! A worker is replaced before its processor time is over, and a warm one takes over when another dies.

mod support;

use std::path::Path;
use std::time::Duration;

use face::{
    EngineError, FaceEngine, Finding, FrontFinding, Inspection, Picture, Pool, Pose, Settings, Sitting,
};
use rustix::process::{Pid, Signal, kill_process};

use support::{card_front, hopper, jp2, jpeg, moment, picture, settings};

fn sitting() -> Sitting {
    let frames = (0..3).map(|number| picture(jpeg(&moment(&hopper(), number)))).collect();
    Sitting { portrait: picture(jp2(&hopper())), poses: vec![Pose::Front], frames }
}

fn card() -> (Picture, Picture) {
    (picture(jp2(&hopper())), picture(jpeg(&card_front(&hopper()))))
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

/// Processor time of a process, in the kernel's ticks: utime and stime (proc(5)).
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("the name stands in brackets");
    fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().expect("a number")).sum()
}

#[tokio::test]
async fn a_worker_that_has_used_half_of_its_processor_time_is_replaced_between_two_requests() {
    let processor_time = Duration::from_secs(6);
    let pool = Pool::start(Settings { processor_time, ..settings() }).await.expect("it starts");
    let first = pool.worker_ids()[0];
    let limits = std::fs::read_to_string(format!("/proc/{first}/limits")).expect("it runs");
    let limit = limits.lines().find(|line| line.starts_with("Max cpu time")).expect("the kernel lists it");
    assert_eq!(limit.split_whitespace().nth(3), Some("6"), "{limit}");

    let (portrait, front) = card();
    let mut used = 0;
    while pool.worker_ids() == [first] {
        used = ticks(first);
        let found = pool.check_front(portrait.clone(), front.clone()).await;
        assert_eq!(found, Ok(FrontFinding::Resembles), "no request is lost");
        assert!(used < 500, "it should have been replaced: {used} ticks");
    }
    until(|| pool.started() == 2).await;
    assert!((200..400).contains(&used), "half of six seconds, less the last request: {used} ticks");
    assert_eq!(pool.check_front(portrait, front).await, Ok(FrontFinding::Resembles));
    assert_ne!(pool.worker_ids(), [first]);
}

#[tokio::test]
async fn the_one_that_stands_by_takes_over_when_a_worker_dies() {
    // A link to the program: without it no worker can be started anew, so only one that was warm can answer.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("jpki-face");
    let link = || {
        let target = Path::new(env!("CARGO_BIN_EXE_jpki-face"));
        std::os::unix::fs::symlink(target, &program).expect("a link can be made");
    };
    link();
    let pool = Pool::start(Settings { program: program.clone(), spares: 1, ..settings() });
    let pool = pool.await.expect("it starts");
    until(|| pool.worker_ids().len() == 2).await;
    std::fs::remove_file(&program).expect("it is there");

    let workers = pool.worker_ids();
    let before: Vec<u64> = workers.iter().map(|worker| ticks(*worker)).collect();
    let inspection = pool.inspect(sitting()).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    let worked = |at: &usize| ticks(workers[*at]) - before[*at];
    let at_work = (0..2).max_by_key(worked).expect("there are two");
    assert!(worked(&at_work) > worked(&(1 - at_work)), "one of them has worked");
    let (dies, stays) = (workers[at_work], workers[1 - at_work]);
    let id = Pid::from_raw(dies.try_into().expect("a process id")).expect("not 0");
    kill_process(id, Signal::KILL).expect("it is there");

    assert_eq!(faces.compare().await, Err(EngineError::Failed), "this request is lost");
    let (portrait, front) = card();
    for _ in 0..3 {
        let found = pool.check_front(portrait.clone(), front.clone()).await;
        assert_eq!(found, Ok(FrontFinding::Resembles), "and no other");
    }
    assert_eq!((pool.worker_ids(), pool.started()), (vec![stays], 2));

    // With the program back, there is soon one more that stands by.
    link();
    until(|| pool.worker_ids().len() == 2).await;
    assert_eq!(pool.started(), 3);
    let inspection = pool.inspect(sitting()).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    assert_eq!(faces.compare().await, Ok(Finding::Match));
}
