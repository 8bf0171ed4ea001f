//! `virtual-card`: issues simulated My Number Cards, revokes their certificates, and plugs them into a reader.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
