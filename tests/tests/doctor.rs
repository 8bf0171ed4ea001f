//! `jpki-reset doctor` beside the real face engine: each protection of a worker has its line, and an engine that does not
//! guard its workers is found out.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use end_to_end::child::Child;
use end_to_end::faces::Person;
use end_to_end::programs;
use end_to_end::said::Said;
use end_to_end::site::Site;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
const WAYS_OUT: [&str; 4] =
    ["opens a file", "opens a connection", "becomes two processes", "becomes another program"];

fn site(folder: &TempDir) -> Site {
    let site = Site::make_with_faces(folder.path(), folder.path());
    site.issue_with_face("card", Person::Holder, &[]);
    site
}

fn doctor(site: &Site, folder: &TempDir) -> Said {
    let mut command = programs::command(programs::SERVER);
    command.arg("doctor").arg("--config").arg(site.settings());
    Child::start("doctor", &mut command, &[], folder.path()).finish(LIMIT)
}

#[test]
fn every_protection_of_a_worker_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder);
    site.set("face.challenge_seconds", 30);
    let mut said = doctor(&site, &folder).done();
    for line in [
        "the server's memory: in no core dump, and closed to other processes of its user",
        "memory that the server gives back: wiped (tried)",
        "face engine: a worker is ready after",
        "limits of a worker: 1024 MiB, ",
        "privileges of a worker: it can get no new ones",
        "system calls of a worker: filtered by seccomp",
        "workers: 1 on ",
        "challenge: front and 3 turns in 30 s; ",
    ] {
        said = said.saying(&format!("\n  ok    {line}"));
    }
    // A kernel without Landlock is warned of; swap and core dumps are as they are on this machine.
    for line in ["files and connections of a worker: ", "swap: ", "core dumps of other programs: "] {
        said = said.saying(&format!("  {line}"));
    }
    for way in WAYS_OUT {
        said = said.saying(&format!("\n  ok    a worker that {way}: ended by the kernel (tried)"));
    }
    said.saying(", 0 failures");
}

#[test]
fn an_engine_whose_workers_can_break_out_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let site = site(&folder);
    let engine = folder.path().join("engine");
    let real = programs::path(programs::FACE);
    let script = format!("#!/bin/sh\n[ \"$1\" = worker ] && exec '{}' \"$@\"\nexit 0\n", real.display());
    fs::write(&engine, script).unwrap();
    fs::set_permissions(&engine, fs::Permissions::from_mode(0o755)).unwrap();
    site.set("face.program", engine.to_str().unwrap());
    let mut said = doctor(&site, &folder);
    assert_eq!(said.code, Some(1), "{said}");
    for way in WAYS_OUT {
        said = said.saying(&format!("\n  FAIL  a worker that {way}: NOT ended by the kernel\n        -> "));
    }
    said.saying(", 4 failures");
}
