//! CPU time of another process.

use std::fs;
use std::time::Duration;

/// What all threads of a process have used so far, user and system: `/proc/PID/task/*/schedstat`, whose first number is
/// nanoseconds on a CPU. (`/proc/PID/stat` counts in hundredths of a second.) Threads that ended are not counted; the
/// programs that are measured keep theirs.
pub(crate) fn of(process: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let nanos: u64 = tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    assert!(nanos > 0, "this kernel keeps no /proc/PID/task/*/schedstat (CONFIG_SCHED_INFO)");
    Duration::from_nanos(nanos)
}
