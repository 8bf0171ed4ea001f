//! What `jpki-reset` does for its own memory, as the program that is installed finds it.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::process::Command;

#[test]
fn the_program_leaves_no_core_dump_is_closed_to_others_and_wipes_what_it_gives_back() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-reset"));
        String::from_utf8(command.current_dir(&folder).args(arguments).output().unwrap().stdout).unwrap()
    };
    run(&["init", "--dir", "site"]);
    let report = run(&["doctor", "--config", "site/jpki-reset.toml"]);
    for line in [
        "  ok    the server's memory: in no core dump, and closed to other processes of its user\n",
        "  ok    memory that the server gives back: wiped (tried)\n",
    ] {
        assert!(report.contains(line), "{report}");
    }
}
