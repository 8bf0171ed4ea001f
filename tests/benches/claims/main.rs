//! Server CPU time per claim, beside a baseline that does only the same RSA, ECDSA and store operations, in one run.
//!
//! Started with a command of `jpki-reset`, this program is that program (the library's whole command line), so the
//! server that is measured is a process of its own and built like this one.
//!
//! | module | idea |
//! |---|---|
//! | [`site`] | keys, cards, one kiosk, settings |
//! | [`prepare`] | reservations, written through the rules and the store before anything is measured |
//! | [`work`] | the claims of one round, as both sides get them |
//! | [`terminal`] | the kiosk's side: kept-alive mutual TLS |
//! | [`baseline`] | the other program |
//! | [`cpu`], [`child`] | CPU time of a process; a process that is told what to do by lines |
//! | [`run`], [`table`] | the rounds, and what is printed |
#![allow(clippy::unwrap_used, reason = "a bench stops where it cannot go on")]

mod baseline;
mod child;
mod cpu;
mod prepare;
mod run;
mod site;
mod table;
mod terminal;
mod work;

use std::alloc::System;
use std::path::Path;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

use crate::run::Order;

/// As in `jpki-reset`: memory is wiped when it is given back, in the baseline too.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

/// The usual amount: about two thousand claims on each store.
const USUAL: Order = Order { cards: 64, rounds: 32, connections: 16 };

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["init" | "serve", ..] => server::cli::run(),
        [baseline::COMMAND, settings] => {
            baseline::serve(Path::new(settings));
            ExitCode::SUCCESS
        }
        others => {
            // Cargo adds `--bench`, and hands the same words to every bench.
            let number = |name: &str, usual: usize| {
                let value = others.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
                value.and_then(|value| value.parse().ok()).unwrap_or(usual).max(1)
            };
            run::all(&Order {
                cards: number("--cards", USUAL.cards),
                rounds: number("--rounds", USUAL.rounds),
                connections: number("--connections", USUAL.connections),
            });
            ExitCode::SUCCESS
        }
    }
}
