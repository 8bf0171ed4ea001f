//! What this process does for its own memory, through which pictures, portraits and keys pass.
//!
//! | measure | against |
//! |---|---|
//! | no core dump: a limit of 0, and not dumpable, which also binds a program that takes dumps (core(5)) | a crash that writes memory to a disk |
//! | not dumpable (PR_SET_DUMPABLE(2const)) | another process of the same user that looks into it |
//! | memory is wiped when it is given back: the program's allocator, in `main` | what lies about of a picture after its request |
//!
//! No setting undoes this, so none can be left on by mistake. Who has to look inside does so as root, whom none of it
//! binds: `sudo gdb -p PID`, or `sudo gcore PID` for a core, which is to be treated like the faces and keys in it.

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt as _;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, set_dumpable_behavior, setrlimit,
};

/// Forbids core dumps and looks from outside, for good. Before anything else is done.
///
/// # Errors
/// The kernel refuses, which a usual one never does.
pub fn keep_memory_private() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Whether the kernel has it so that this process leaves no core dump and no other process of this user looks into it.
pub fn memory_is_private() -> bool {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    getrlimit(Resource::Core) == none && matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable))
}

/// Whether memory that is given back is wiped: writes some, gives it back and looks. For a program that has nothing
/// else in its memory yet: for a moment, others of this user may look too.
///
/// # Errors
/// This process cannot look into itself.
pub fn freed_memory_is_wiped() -> io::Result<bool> {
    const MARK: u8 = 0xA7;
    const LENGTH: usize = 16 * 1024;
    let mut seen = vec![0; LENGTH];
    let memory = own_memory()?;
    let marked = black_box(vec![MARK; LENGTH]);
    let address = marked.as_ptr().addr();
    drop(marked);
    // What is not mapped any more holds nothing.
    let read = memory.read_at(&mut seen, address as u64).unwrap_or(0);
    // Whoever got a part of it meanwhile may have written there.
    Ok(seen[..read].iter().filter(|byte| **byte == MARK).count() < LENGTH / 8)
}

/// A process that is not dumpable is closed to itself too, unless it is root's (proc_pid_mem(5)).
fn own_memory() -> io::Result<File> {
    let before = dumpable_behavior()?;
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    let memory = File::open("/proc/self/mem");
    set_dumpable_behavior(before)?;
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_given_back_is_wiped_only_by_a_program_that_has_it_so() {
        assert!(!freed_memory_is_wiped().unwrap(), "a test program has the usual allocator");
    }
}
