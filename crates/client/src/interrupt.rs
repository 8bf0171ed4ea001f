//! Ctrl-C ends the program, but never leaves the terminal without echo.
//!
//! While a PIN is typed the terminal hands Ctrl-C over as a character, and rpassword raises the signal itself before
//! it has put the terminal back. So the signal is caught: during an entry it ends the entry, which puts the terminal
//! back; at any other time it ends the program, as it would by itself.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The next signal is an entry's own.
static ENTRY: AtomicBool = AtomicBool::new(false);

/// Catches the signal from now on.
pub(crate) fn catch() -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        runtime.block_on(async {
            while signals.recv().await.is_some() {
                if !ENTRY.swap(false, Ordering::SeqCst) {
                    std::process::exit(INTERRUPTED);
                }
            }
        });
    })?;
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
