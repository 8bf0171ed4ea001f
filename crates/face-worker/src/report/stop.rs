//! Ctrl-C, and the signal by which a service is ended: the run ends soon, and leaves nothing half done behind.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

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
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        });
        STOP.store(true, Ordering::Relaxed);
    });
    Ok(&STOP)
}
