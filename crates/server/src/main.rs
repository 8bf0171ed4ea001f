//! `jpki-reset`: the server and the operator's commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
