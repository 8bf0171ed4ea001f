//! What holds a worker of the face engine down on this machine. Whoever takes a worker over could lie about it, and so
//! could a worker that is merely wrong: the kernel is asked, and what a worker must not do is tried.

use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::Report;

const REMEDY: &str = "do not use this site for signature PINs; is jpki-face of the same build as jpki-reset?";
/// For one try: a process that starts, locks itself down and ends.
const TRY_LIMIT: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The ways out of a worker that are tried: the word for `jpki-face escape`, and what it means.
const WAYS_OUT: [(&str, &str); 4] = [
    ("open", "opens a file"),
    ("socket", "opens a connection"),
    ("fork", "becomes two processes"),
    ("execute", "becomes another program"),
];

/// Asks the kernel about a worker that is ready.
pub fn look(worker: u32, report: &mut Report) {
    let read = |name| fs::read_to_string(format!("/proc/{worker}/{name}"));
    match (read("limits"), read("status")) {
        (Ok(limits), Ok(status)) => {
            self::limits(&limits, report);
            self::status(&status, report);
        }
        (Err(error), _) | (_, Err(error)) => report.warn(
            format!("what holds a worker down cannot be seen: /proc/{worker}: {error}"),
            "run this as the server's own user or as root, on a machine whose /proc shows it",
        ),
    }
}

/// `limits` as in /proc/PID/limits.
fn limits(limits: &str, report: &mut Report) {
    // The soft limit is no higher, and what is locked down cannot raise it.
    let most = |title: &str| -> Option<u64> {
        let line = limits.lines().find_map(|line| line.strip_prefix(title))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let found = (
        most("Max address space"),
        most("Max cpu time"),
        most("Max open files"),
        most("Max file size"),
        most("Max core file size"),
    );
    if let (Some(memory), Some(seconds), Some(files), Some(0), Some(0)) = found {
        let mib = memory / (1024 * 1024);
        report.ok(format!(
            "limits of a worker: {mib} MiB, {seconds} s of the processor, {files} open files, nothing written, no core dump"
        ));
    } else {
        report.fail("limits of a worker: not all of them are set", REMEDY);
    }
}

/// `status` as in /proc/PID/status.
fn status(status: &str, report: &mut Report) {
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.strip_prefix(':')?.trim())
    };
    if value("NoNewPrivs") == Some("1") {
        report.ok("privileges of a worker: it can get no new ones");
    } else {
        report.fail("privileges of a worker: it can get new ones", REMEDY);
    }
    // 2 is SECCOMP_MODE_FILTER (proc_pid_status(5)).
    if value("Seccomp") == Some("2") {
        report.ok("system calls of a worker: filtered by seccomp");
    } else {
        report.fail("system calls of a worker: not filtered", REMEDY);
    }
}

/// Whether files and connections are closed to a worker besides, as it says itself: the kernel does not tell.
pub fn landlock(held: bool, report: &mut Report) {
    if held {
        report.ok("files and connections of a worker: closed by Landlock besides");
    } else {
        report.warn(
            "files and connections of a worker: seccomp alone closes them, this kernel has no Landlock",
            "run it on a kernel with Landlock (Linux 5.13, switched on by `lsm=…,landlock` where it is not)",
        );
    }
}

/// Has processes that are locked down like a worker try to break out.
pub fn try_ways_out(program: &Path, report: &mut Report) {
    for (word, meaning) in WAYS_OUT {
        let mut command = Command::new(program);
        command.args(["escape", word]).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match end_of(&mut command) {
            Ok(End::ForForbiddenCall) => {
                report.ok(format!("a worker that {meaning}: ended by the kernel (tried)"));
            }
            Ok(End::Otherwise) => {
                report.fail(format!("a worker that {meaning}: NOT ended by the kernel"), REMEDY);
            }
            Err(error) => report.fail(format!("a worker that {meaning}: not tried: {error}"), REMEDY),
        }
    }
}

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The kernel ended it at a call that its filter forbids.
    ForForbiddenCall,
    Otherwise,
}

/// A child process that does not outlive this value.
struct Bound(Child);

impl Drop for Bound {
    fn drop(&mut self) {
        // Both fail only where it has ended and been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn end_of(command: &mut Command) -> io::Result<End> {
    let mut child = Bound(command.spawn()?);
    let begun = Instant::now();
    loop {
        if let Some(status) = child.0.try_wait()? {
            let forbidden = status.signal() == Some(Signal::SYS.as_raw());
            return Ok(if forbidden { End::ForForbiddenCall } else { End::Otherwise });
        }
        if begun.elapsed() > TRY_LIMIT {
            return Ok(End::Otherwise);
        }
        thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn levels(look: impl FnOnce(&mut Report)) -> Vec<Level> {
        let mut report = Report::default();
        look(&mut report);
        report.findings().iter().map(|finding| finding.level).collect()
    }

    const LIMITS: &str = "\
Limit                     Soft Limit           Hard Limit           Units
Max cpu time              120                  120                  seconds
Max file size             0                    0                    bytes
Max core file size        0                    0                    bytes
Max open files            8                    8                    files
Max address space         1073741824           1073741824           bytes
";

    #[test]
    fn a_limit_that_is_not_set_is_a_failure() {
        assert_eq!(levels(|report| limits(LIMITS, report)), [Level::Ok]);
        for (set, unset) in [
            ("1073741824           1073741824", "unlimited            unlimited "),
            ("120                  120", "120                  unlimited"),
            ("file size        0                    0", "file size        0                    1"),
            (
                "core file size        0                    0",
                "core file size        0                    unlimited",
            ),
        ] {
            let wrong = LIMITS.replace(set, unset);
            assert_ne!(wrong, LIMITS, "{set}");
            assert_eq!(levels(|report| limits(&wrong, report)), [Level::Fail], "{unset}");
        }
        assert_eq!(levels(|report| limits("", report)), [Level::Fail]);
    }

    #[test]
    fn privileges_and_the_filter_are_as_the_kernel_says() {
        let told = |privileges, filter| {
            let text = format!(
                "Name:\tjpki-face\nNoNewPrivs:\t{privileges}\nSeccomp:\t{filter}\nSeccomp_filters:\t1\n"
            );
            levels(|report| status(&text, report))
        };
        assert_eq!(told(1, 2), [Level::Ok, Level::Ok]);
        assert_eq!(told(0, 2), [Level::Fail, Level::Ok]);
        assert_eq!(told(1, 0), [Level::Ok, Level::Fail]);
        assert_eq!(told(1, 1), [Level::Ok, Level::Fail]);
        assert_eq!(levels(|report| status("", report)), [Level::Fail, Level::Fail]);
    }

    #[test]
    fn without_landlock_it_is_a_warning_with_a_next_step() {
        let mut report = Report::default();
        landlock(false, &mut report);
        landlock(true, &mut report);
        let [missing, there] = report.findings() else { panic!("two lines") };
        assert!(missing.level == Level::Warn && !missing.advice.is_empty());
        assert_eq!(there.level, Level::Ok);
    }

    #[test]
    fn only_the_signal_for_a_forbidden_call_counts_as_ended_by_the_kernel() {
        let shell = |script: &str| end_of(Command::new("sh").args(["-c", script])).unwrap();
        assert_eq!(shell("kill -SYS $$"), End::ForForbiddenCall);
        assert_eq!(shell("kill -KILL $$"), End::Otherwise);
        assert_eq!(shell("exit 0"), End::Otherwise);
        assert_eq!(levels(|report| try_ways_out(Path::new("/nowhere/jpki-face"), report)), [Level::Fail; 4]);
    }
}
