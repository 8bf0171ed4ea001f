//! Ctrl-C, and the signal by which a service is ended: the run ends soon, and leaves nothing half done behind. Where it
//! does not, since a file on a network does not answer, a second signal ends it at once.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

/// How a program ends that was ended by Ctrl-C, as shells tell it.
pub const STOPPED: i32 = 130;

/// Set by the first signal.
static STOP: AtomicBool = AtomicBool::new(false);

/// From now on, a signal to end sets what is returned.
pub(super) fn on_signals() -> io::Result<&'static AtomicBool> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            for _ in 0..2 {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if STOP.swap(true, Ordering::Relaxed) {
                    std::process::exit(STOPPED);
                }
            }
        });
    });
    Ok(&STOP)
}
