//! What a program holds is undone whichever signal ends it.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use client::undo;
use rustix::process::{Pid, Signal, kill_process};

/// The program of the test below, which runs it by its name: it holds a folder, says where, and waits.
#[test]
#[ignore = "a part of another test; by itself it ends when its input does"]
fn holds_a_folder_and_waits() {
    let (path, held) = undo::hold(|| {
        let folder = tempfile::tempdir()?;
        Ok((folder.path().to_owned(), move || drop(folder)))
    })
    .unwrap();
    println!("\nheld: {}", path.display());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    drop(held);
}

#[test]
fn a_signal_that_ends_the_program_undoes_what_it_held() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut program = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "holds_a_folder_and_waits", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Read to the end of it: whoever closes a pipe early ends the writer otherwise than by the signal.
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map(Result::unwrap);
        let held = lines.find_map(|line| Some(PathBuf::from(line.strip_prefix("held: ")?)));
        let held = held.unwrap();
        assert!(held.is_dir());
        // Waiting would close it, and its end would race with the signal.
        let input = program.stdin.take();
        kill_process(Pid::from_child(&program), signal).unwrap();
        assert_eq!(program.wait().unwrap().code(), Some(code), "{signal:?}");
        assert!(!held.exists(), "{signal:?}");
        drop((input, lines));
    }
}
