//! What holds a worker down from before its first untrusted byte: whoever takes it over through a picture finds a
//! process that can compute, read its requests and write its answers, and nothing else (face facts §7).

use std::collections::BTreeMap;

use face::protocol::Protections;
use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior, set_parent_process_death_signal,
    setrlimit,
};
use rustix::thread::set_no_new_privs;
use seccompiler::{SeccompAction, SeccompFilter, TargetArch};

/// Processor time over a worker's whole life, where its pool says nothing else.
pub(crate) const CPU_SECONDS: u64 = 120;
/// Address space. A worker uses 75 MB, the decoders' largest pictures included less than 300.
const MEMORY_BYTES: u64 = 1024 * 1024 * 1024;
/// Standard input, output and error, and what the libraries keep open.
const OPEN_FILES: u64 = 8;

/// All that computing needs: memory, its own input and output, the clock.
const SYSTEM_CALLS: [libc::c_long; 17] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_sigaltstack,
    libc::SYS_clock_gettime,
    libc::SYS_sched_yield,
    libc::SYS_getrandom,
];

/// Without these a worker does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockdownError {
    /// A limit cannot be set.
    #[error("the worker's limits cannot be set: {0}")]
    Limits(#[from] rustix::io::Errno),
    /// System calls cannot be filtered.
    #[error("the worker's system calls cannot be filtered: {0}")]
    Seccomp(String),
}

/// Locks this process down, for good.
///
/// # Errors
/// Limits or the filter cannot be had. A kernel without Landlock is no error; the answer tells.
pub(crate) fn lock_down() -> Result<Protections, LockdownError> {
    lock_down_for(CPU_SECONDS)
}

/// Locks this process down, for good; the kernel ends it after so many seconds of its processor.
///
/// # Errors
/// As [`lock_down`].
pub(crate) fn lock_down_for(processor_seconds: u64) -> Result<Protections, LockdownError> {
    limit(processor_seconds)?;
    let landlock = close_files();
    filter_calls()?;
    Ok(Protections { limits: true, seccomp: true, landlock })
}

fn limit(processor_seconds: u64) -> Result<(), LockdownError> {
    set_no_new_privs(true)?;
    // No core dump, and no other process of this user looks into its memory.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // It ends with the thread that keeps it, even if that is killed.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limits = [
        (Resource::As, MEMORY_BYTES),
        (Resource::Cpu, processor_seconds),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Forbids every file and every connection; `true` if the kernel enforces at least the files.
fn close_files() -> bool {
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    restricted.is_ok_and(|status| !matches!(status.ruleset, RulesetStatus::NotEnforced))
}

fn filter_calls() -> Result<(), LockdownError> {
    let failed = |error: &dyn std::fmt::Display| LockdownError::Seccomp(error.to_string());
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| failed(&error))?;
    #[expect(clippy::useless_conversion, reason = "c_long is i64 on 64-bit machines only")]
    let rules: BTreeMap<i64, Vec<_>> =
        SYSTEM_CALLS.into_iter().map(|call| (i64::from(call), Vec::new())).collect();
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch)
        .map_err(|error| failed(&error))?;
    let program: seccompiler::BpfProgram = filter.try_into().map_err(|error| failed(&error))?;
    seccompiler::apply_filter(&program).map_err(|error| failed(&error))
}
