//! Whether this machine writes memory to a disk: swap and core dumps may hold faces, PINs that pass through, and keys.

use std::fs;

use super::Report;

/// Looks at this machine, and at the limits that were given to this process: a server that is started in the same way
/// has the same.
pub fn look(report: &mut Report) {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    swap(&read("/proc/swaps"), report);
    core_dumps(&read("/proc/self/limits"), &read("/proc/sys/kernel/core_pattern"), report);
}

/// `swaps`: a line of titles, then a line for each place (proc(5)).
fn swap(swaps: &str, report: &mut Report) {
    let places = swaps.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    // Compressed memory is memory.
    let places: Vec<&str> = places.filter(|place| !place.starts_with("/dev/zram")).collect();
    if places.is_empty() {
        return report.ok("swap: memory is not written to a disk");
    }
    report.warn(
        format!("swap: faces and keys in memory may be written to {}", places.join(", ")),
        "`swapoff -a` and its line out of /etc/fstab, or a swap encrypted with a key that is lost at every start; \
         MemorySwapMax=0 in the service's unit spares the server alone",
    );
}

/// `limits` as in /proc/PID/limits; `pattern` says where dumps go. A limit does not bind a program that takes them
/// (core(5)).
fn core_dumps(limits: &str, pattern: &str, report: &mut Report) {
    let most = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
    let most = most.and_then(|rest| rest.split_whitespace().next());
    let pattern = pattern.trim();
    if let Some(program) = pattern.strip_prefix('|') {
        let program = program.split_whitespace().next().unwrap_or_default();
        return report.warn(
            format!("core dumps: a server that crashes gives its memory to {program}, whatever its limit"),
            "systemd-coredump: Storage=none and ProcessSizeMax=0 in /etc/systemd/coredump.conf; others: \
             `sysctl kernel.core_pattern=core`, and a limit of 0 (`ulimit -c 0`)",
        );
    }
    if most == Some("0") {
        return report.ok("core dumps: off for a server that is started as this was");
    }
    report.warn(
        format!(
            "core dumps: a server that crashes writes its memory, faces and keys included, to \"{pattern}\""
        ),
        "LimitCORE=0 in the service's unit, or `ulimit -c 0` before it is started by hand",
    );
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Level};
    use super::*;

    const TITLES: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    fn found(look: impl FnOnce(&mut Report)) -> Finding {
        let mut report = Report::default();
        look(&mut report);
        assert_eq!(report.0.len(), 1, "one line");
        report.0.remove(0)
    }

    #[test]
    fn a_swap_on_a_disk_is_warned_of_by_its_name_and_compressed_memory_is_not() {
        assert_eq!(found(|report| swap(TITLES, report)).level, Level::Ok);
        let zram = format!("{TITLES}/dev/zram0 partition 8388604 0 100\n");
        assert_eq!(found(|report| swap(&zram, report)).level, Level::Ok);
        let disk = format!("{zram}/swap.img file 2097148 0 -2\n");
        let warned = found(|report| swap(&disk, report));
        assert_eq!(warned.level, Level::Warn);
        assert!(warned.what.ends_with("to /swap.img") && warned.advice.contains("swapoff"), "{warned:?}");
    }

    #[test]
    fn core_dumps_are_off_only_with_a_limit_of_0_and_no_program_that_takes_them() {
        let limits = |soft: &str| {
            format!("Limit  Soft Limit  Hard Limit  Units\nMax core file size  {soft}  unlimited  bytes\n")
        };
        let level = |soft: &str, pattern: &str| {
            let limits = limits(soft);
            found(|report| core_dumps(&limits, pattern, report)).level
        };
        assert_eq!(level("0", "core\n"), Level::Ok);
        assert_eq!(level("unlimited", "core\n"), Level::Warn);
        assert_eq!(level("4096", "/var/crash/%p\n"), Level::Warn);
        assert_eq!(level("0", "|/usr/lib/systemd/systemd-coredump %P %u\n"), Level::Warn);
        let unknown = found(|report| core_dumps("", "", report));
        assert_eq!(unknown.level, Level::Warn, "what cannot be read is not off");
    }
}
