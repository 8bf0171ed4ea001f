//! Workers that crash, hang, or do not start: each costs one request and no more.

mod support;

use std::sync::Arc;
use std::time::Duration;

use face::{EngineError, FaceEngine, FrontFinding, Inspection, Pool, Pose, Settings, Sitting, StartError};
use face_worker::escape::Escape;
use rustix::process::{Pid, Signal, kill_process};

use support::{card_front, hopper, jp2, jpeg, moment, picture, settings};

fn send(pool: &Pool, signal: Signal) {
    for id in pool.worker_ids() {
        let id = Pid::from_raw(id.try_into().expect("a process id")).expect("not 0");
        kill_process(id, signal).expect("the worker is there");
    }
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

type Answer = Result<FrontFinding, EngineError>;

fn front(pool: &Arc<Pool>) -> impl Future<Output = Answer> + use<> {
    let pool = pool.clone();
    let (portrait, front) = (picture(jp2(&hopper())), picture(jpeg(&card_front(&hopper()))));
    async move { pool.check_front(portrait, front).await }
}

#[tokio::test]
async fn a_killed_worker_costs_the_request_it_worked_on_and_a_full_queue_says_when_to_come_back() {
    let pool = Arc::new(Pool::start(Settings { queue: 1, ..settings() }).await.expect("it starts"));
    send(&pool, Signal::STOP);
    let first = tokio::spawn(front(&pool));
    until(|| pool.at_work() == 1).await;
    let second = tokio::spawn(front(&pool));
    until(|| pool.admitted() == 2).await;
    let third = front(&pool).await;
    assert!(matches!(third, Err(EngineError::Busy { retry_after_secs: 1.. })), "{third:?}");

    send(&pool, Signal::KILL);
    assert_eq!(first.await.expect("it ends"), Err(EngineError::Failed));
    assert_eq!(second.await.expect("it ends"), Ok(FrontFinding::Resembles));
    assert_eq!(pool.started(), 2);

    // With nothing to do, its end costs no request at all.
    send(&pool, Signal::KILL);
    assert_eq!(front(&pool).await, Ok(FrontFinding::Resembles));
    assert_eq!(pool.started(), 3);
}

#[tokio::test]
async fn a_worker_that_hangs_is_replaced_when_its_time_is_over() {
    let request_time = Duration::from_secs(6);
    let pool = Arc::new(Pool::start(Settings { request_time, ..settings() }).await.expect("it starts"));
    send(&pool, Signal::STOP);
    assert_eq!(front(&pool).await, Err(EngineError::Failed));
    assert_eq!(front(&pool).await, Ok(FrontFinding::Resembles));
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_more_and_faces_whose_lease_is_over_free_their_worker() {
    let pool =
        Arc::new(Pool::start(Settings { lease: Duration::ZERO, ..settings() }).await.expect("it starts"));
    let frames = (0..3).map(|number| picture(jpeg(&moment(&hopper(), number)))).collect();
    let sitting = Sitting { portrait: picture(jp2(&hopper())), poses: vec![Pose::Front], frames };
    let inspection = pool.inspect(sitting.clone()).await;
    let Ok(Inspection::Fit(faces)) = inspection else { panic!("it is fit: {inspection:?}") };
    until(|| pool.at_work() == 0).await;
    assert_eq!(faces.compare().await.err(), Some(EngineError::Failed));

    let asking = tokio::spawn({
        let pool = pool.clone();
        async move { pool.inspect(sitting).await.map(|_| ()) }
    });
    until(|| pool.at_work() == 1).await;
    asking.abort();
    assert_eq!(front(&pool).await, Ok(FrontFinding::Resembles));
    assert_eq!(pool.started(), 1, "it is the same worker");
}

#[tokio::test]
async fn a_worker_is_held_down_as_the_kernel_sees_it() {
    let pool = Pool::start(settings()).await.expect("it starts");
    assert!(pool.protections().limits && pool.protections().seccomp, "{:?}", pool.protections());
    let id = pool.worker_ids()[0];
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}")).expect("it runs");
    let (status, limits) = (read("status"), read("limits"));
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "Threads:\t1"] {
        assert!(status.contains(line), "{line} is not in:\n{status}");
    }
    for (name, value) in [
        ("Max address space", "1073741824"),
        ("Max cpu time", "120"),
        ("Max open files", "8"),
        ("Max core file size", "0"),
        ("Max file size", "0"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).expect("the kernel lists it");
        let values = line[name.len()..].split_whitespace();
        assert!(values.take(2).all(|found| found == value), "{line}");
    }
}

#[tokio::test]
async fn a_pool_that_cannot_start_says_why() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = Settings { program: folder.path().join("missing"), ..settings() };
    let error = Pool::start(program).await.err();
    assert!(matches!(error, Some(StartError::Program { .. })), "{error:?}");

    let no_worker = Settings { program: "/bin/false".into(), ..settings() };
    let error = Pool::start(no_worker).await.err();
    assert!(matches!(error, Some(StartError::Silent(_))), "{error:?}");

    let without_models = || Settings { models: folder.path().to_owned(), ..settings() };
    let error = Pool::start(without_models()).await.err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|text| text.contains("make models")), "{error:?}");

    for file in ["shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"] {
        std::fs::write(folder.path().join(file), b"another").expect("it is written");
    }
    let error = Pool::start(without_models()).await.err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|text| text.contains("SHA-256")), "{error:?}");
}

#[tokio::test]
async fn a_worker_that_opens_a_file_or_socket_forks_or_becomes_another_program_is_ended_and_the_service_lives()
 {
    let pool = Arc::new(Pool::start(settings()).await.expect("it starts"));
    for way in Escape::ALL {
        // It is locked down by the same call as a worker, under the same kernel.
        assert!(way.is_stopped(env!("CARGO_BIN_EXE_jpki-face").as_ref()), "{way:?}");
        // The signal by which the filter ends a worker.
        send(&pool, Signal::SYS);
        assert_eq!(front(&pool).await, Ok(FrontFinding::Resembles), "after {way:?}");
    }
    assert_eq!(pool.started() as usize, 1 + Escape::ALL.len());
}

#[test]
fn the_operators_check_says_what_is_in_force_and_names_what_is_missing() {
    let check = |models: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_jpki-face"));
        command.args(["check", "--models"]).arg(models).output().expect("it runs")
    };
    let good = check(&support::models());
    let said = String::from_utf8_lossy(&good.stdout);
    assert!(good.status.success(), "{said}");
    for line in ["models: loaded, digests right", "limits: in force", "seccomp: in force", "to open: ended"] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bad = check(folder.path());
    assert!(!bad.status.success());
    assert!(String::from_utf8_lossy(&bad.stderr).contains("make models"));
}
