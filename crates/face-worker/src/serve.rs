//! A worker's life: load, warm up, lock down, and only then read what strangers have sent.

use std::io::{self, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::time::Duration;

use face::protocol::{ProtocolError, Reply, Request, Said};
use rustix::time::{ClockId, clock_gettime};

use crate::examiner::Examiner;
use crate::lockdown::{self, LockdownError};
use crate::models::{self, ModelError};
use crate::rules::Thresholds;

/// After so much processor time a process that describes pictures for a report asks to be replaced.
pub(crate) const SPENT: Duration = Duration::from_secs(lockdown::CPU_SECONDS / 2);

/// Why a worker does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotStart {
    #[error(transparent)]
    Models(#[from] ModelError),
    #[error("the warm-up failed: {0}")]
    WarmUp(#[from] face_dlib_sys::DlibError),
    #[error(transparent)]
    Lockdown(#[from] LockdownError),
}

/// Serves requests until the other side closes. After half of the processor time it asks to be replaced.
///
/// # Errors
/// The other side is gone, or sent what is no request.
pub fn serve(
    models: &Path,
    thresholds: Thresholds,
    processor_seconds: u64,
    from: &mut impl Read,
    to: &mut impl Write,
) -> Result<(), ProtocolError> {
    // A panic's text may hold parts of a picture.
    panic::set_hook(Box::new(|_| {}));
    let ready = models::load(models).map_err(CannotStart::from).and_then(|engine| {
        let mut examiner = Examiner::new(engine, thresholds);
        examiner.warm_up()?;
        // Finding out how this kernel tells the time takes a system call that is not allowed later.
        cpu_time();
        let protections = lockdown::lock_down_for(processor_seconds)?;
        Ok((examiner, protections))
    });
    let (mut examiner, protections) = match ready {
        Ok(ready) => ready,
        Err(reason) => {
            Said { reply: Reply::CannotStart(reason.to_string()), spent: true }.write(to)?;
            return Ok(());
        }
    };
    Said { reply: Reply::Ready(protections), spent: false }.write(to)?;
    let enough = Duration::from_secs(processor_seconds) / 2;
    while let Some(request) = Request::read(from)? {
        let answered = panic::catch_unwind(AssertUnwindSafe(|| examiner.answer(request)));
        wipe_stack();
        let said = match answered {
            Ok(Reply::Fault) | Err(_) => Said { reply: Reply::Fault, spent: true },
            Ok(reply) => Said { reply, spent: cpu_time() > enough },
        };
        said.write(to)?;
    }
    Ok(())
}

/// Overwrites the part of the stack that calls have used and left: descriptors and pieces of pictures lie there.
#[inline(never)]
pub(crate) fn wipe_stack() {
    // A generous measure: the whole stack has 8 MiB, unless the system says otherwise.
    let mut left = [0_u8; 1024 * 1024];
    std::hint::black_box(&mut left);
}

pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// A writer over standard output without a buffer of its own, which would keep what it wrote.
pub fn unbuffered_stdout() -> io::Result<impl Write> {
    use std::os::fd::AsFd;
    Ok(std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// A reader over standard input without a buffer of its own, which would keep pieces of pictures.
pub fn unbuffered_stdin() -> io::Result<impl Read> {
    use std::os::fd::AsFd;
    Ok(std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?))
}
