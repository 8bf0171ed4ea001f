//! Whether memory, through which faces, PINs of kiosks on this machine and keys pass, is written to a disk or seen by
//! others: by this program, which is the server's own, and by this machine.

use std::fs;

use super::Report;
use crate::process;

/// Looks at this program and at this machine.
pub fn look(report: &mut Report) {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let private = process::memory_is_private();
    own(private, process::freed_memory_is_wiped().ok(), report);
    core_dumps(&read("/proc/sys/kernel/core_pattern"), report);
    swap(&read("/proc/swaps"), report);
}

/// `wiped`: nothing if that could not be found out.
fn own(private: bool, wiped: Option<bool>, report: &mut Report) {
    const ANOTHER: &str = "this is not jpki-reset as it was built here; build it anew";
    if private {
        report.ok("the server's memory: in no core dump, and closed to other processes of its user");
    } else {
        report.warn("the server's memory: open to core dumps and to other processes of its user", ANOTHER);
    }
    match wiped {
        Some(true) => report.ok("memory that the server gives back: wiped (tried)"),
        Some(false) => report.warn("memory that the server gives back: NOT wiped", ANOTHER),
        None => report.warn(
            "memory that the server gives back: this kernel does not let it be looked at",
            "none needed",
        ),
    }
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

/// `pattern` says where dumps go (core(5)). The server and its workers leave none either way.
fn core_dumps(pattern: &str, report: &mut Report) {
    let pattern = pattern.trim();
    if let Some(program) = pattern.strip_prefix('|') {
        let program = program.split_whitespace().next().unwrap_or_default();
        return report.warn(
            format!(
                "core dumps of other programs: {program} takes them whatever their limits, and a proxy before the \
                 server holds pictures too"
            ),
            "systemd-coredump: Storage=none and ProcessSizeMax=0 in /etc/systemd/coredump.conf; others: \
             `sysctl kernel.core_pattern=core`",
        );
    }
    if pattern.starts_with('/') {
        return report.warn(
            format!("core dumps of other programs: kept as {pattern}, and a proxy before the server holds pictures too"),
            "`ulimit -c 0` for the proxy, or `sysctl kernel.core_pattern=core`",
        );
    }
    report.ok(format!("core dumps of other programs: nothing collects them (core_pattern \"{pattern}\")"));
}

#[cfg(test)]
mod tests {
    use super::super::{Finding, Level};
    use super::*;

    const TITLES: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    fn found(look: impl FnOnce(&mut Report)) -> Finding {
        let mut report = Report::default();
        look(&mut report);
        let [finding] = report.findings() else { panic!("one line") };
        finding.clone()
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
    fn a_program_that_takes_core_dumps_is_warned_of_by_its_name() {
        assert_eq!(found(|report| core_dumps("core\n", report)).level, Level::Ok);
        let kept = found(|report| core_dumps("/var/crash/core.%p\n", report));
        assert!(kept.level == Level::Warn && kept.what.contains("/var/crash/core.%p"), "{kept:?}");
        let warned = found(|report| core_dumps("|/usr/lib/systemd/systemd-coredump %P %u\n", report));
        assert_eq!(warned.level, Level::Warn);
        assert!(
            warned.what.contains("/systemd-coredump takes") && warned.advice.contains("coredump.conf"),
            "{warned:?}"
        );
    }

    #[test]
    fn a_program_that_does_not_guard_its_memory_is_warned_of() {
        let levels = |private, wiped| {
            let mut report = Report::default();
            own(private, wiped, &mut report);
            report.findings().iter().map(|finding| finding.level).collect::<Vec<_>>()
        };
        assert_eq!(levels(true, Some(true)), [Level::Ok, Level::Ok]);
        assert_eq!(levels(false, Some(false)), [Level::Warn, Level::Warn]);
        assert_eq!(levels(true, None), [Level::Ok, Level::Warn]);
    }
}
