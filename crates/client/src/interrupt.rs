//! Ctrl-C ends the program, but never leaves the terminal without echo; and no signal that ends it leaves behind what
//! [`crate::undo`] holds.
//!
//! While a PIN is typed the terminal hands Ctrl-C over as a character, and rpassword raises the signal itself before
//! it has put the terminal back. So the signal is caught: during an entry it ends the entry, which puts the terminal
//! back; at any other time it ends the program, as it would by itself.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::undo;

/// The next signal is an entry's own.
static ENTRY: AtomicBool = AtomicBool::new(false);

/// What is caught already.
static CAUGHT: Mutex<Vec<SignalKind>> = Mutex::new(Vec::new());

/// Catches Ctrl-C from now on.
pub(crate) fn catch() -> io::Result<()> {
    catch_one(SignalKind::interrupt())
}

/// Catches from now on whatever asks the program to end.
pub(crate) fn catch_endings() -> io::Result<()> {
    [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .into_iter()
        .try_for_each(catch_one)
}

fn catch_one(kind: SignalKind) -> io::Result<()> {
    let mut caught = CAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    if caught.contains(&kind) {
        return Ok(());
    }
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        signal(kind)?
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            while signals.recv().await.is_some() {
                let of_an_entry = kind == SignalKind::interrupt() && ENTRY.swap(false, Ordering::SeqCst);
                if !of_an_entry {
                    undo::all();
                    // As a shell tells of a program that the signal ended.
                    std::process::exit(128 + kind.as_raw_value());
                }
            }
        });
    })?;
    caught.push(kind);
    Ok(())
}

/// Runs an entry; nothing if Ctrl-C or the end of the input ended it.
pub(crate) fn entry(read: impl FnOnce() -> io::Result<String>) -> io::Result<Option<String>> {
    ENTRY.store(true, Ordering::SeqCst);
    let typed = read();
    match typed {
        // The signal was raised and perhaps not yet received: it still is this entry's.
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        other => {
            ENTRY.store(false, Ordering::SeqCst);
            match other {
                Ok(typed) => Ok(Some(typed)),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}
