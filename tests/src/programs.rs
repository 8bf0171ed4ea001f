//! The programs under test. Cargo puts them beside the test program's folder.

use std::path::PathBuf;
use std::process::Command;

/// The server and the operator's commands.
pub const SERVER: &str = "jpki-reset";
/// The phone.
pub const PHONE: &str = "jpki-phone";
/// The terminal in the store.
pub const KIOSK: &str = "jpki-kiosk";
/// The face engine, which the server starts.
pub const FACE: &str = "jpki-face";
/// The software card.
pub const CARD: &str = "virtual-card";

/// Says what the smart card service sees; a part of these tests.
pub const READER_WATCH: &str = "reader-watch";

/// Where a program of ours is.
///
/// # Panics
/// If it has not been built.
pub fn path(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("this test program");
    let folder = here.ancestors().nth(2).expect("a test program lies in target/PROFILE/deps");
    let program = folder.join(name);
    assert!(
        program.is_file(),
        "{} is missing: build the programs first with `cargo build --workspace --bins`",
        program.display()
    );
    program
}

/// A command that runs a program of ours. It is killed when the thread that starts it ends, however that ends.
pub fn command(name: &str) -> Command {
    bound(path(name))
}

/// A command that runs any program, bound to this thread's life in the same way.
pub fn bound(program: impl AsRef<std::ffi::OsStr>) -> Command {
    // setpriv becomes the program, so the process id is the program's own.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}
