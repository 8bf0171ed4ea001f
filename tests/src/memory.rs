//! The memory of a running program, as root reads it, and its processes held still meanwhile.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::process::Command;

/// Whether this is root, who alone may look: our programs are closed to everybody else.
///
/// # Panics
/// If the system does not tell.
pub fn can_be_read() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A stretch of memory that is not all zeroes.
pub struct Stretch {
    /// Where it begins.
    pub address: u64,
    /// What the system calls the mapping: a file, `[heap]`, `[stack]`, or nothing.
    pub mapping: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

const PAGE: usize = 4096;

/// Everything that a process has written, or could have: what is not merely mapped from a file.
///
/// # Panics
/// If it is gone, or the reader is not root.
pub fn of(process: u32) -> Vec<Stretch> {
    let held = Held::hold(&[process]);
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut all = Vec::new();
    for line in maps.lines() {
        // address rights offset device inode name (proc_pid_maps(5))
        let mut words = line.split_ascii_whitespace();
        let [range, rights, _, _, inode] = [(); 5].map(|()| words.next().expect("five words"));
        let mapping = words.next().unwrap_or_default();
        let merely_a_file = inode != "0" && !rights.contains('w');
        if !rights.starts_with('r') || merely_a_file || mapping.starts_with("[v") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("from and to");
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).expect("an address"));
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.read_exact_at(&mut bytes, from).unwrap_or_else(|error| panic!("{line}: {error}"));
        all.extend(stretches(from, mapping, &bytes));
    }
    drop(held);
    all
}

/// Most of what a program has mapped it has never touched.
fn stretches(from: u64, mapping: &str, bytes: &[u8]) -> Vec<Stretch> {
    let zeroes = [0; PAGE];
    let mut found: Vec<Stretch> = Vec::new();
    for (number, page) in bytes.chunks(PAGE).enumerate() {
        if page == &zeroes[..page.len()] {
            continue;
        }
        let address = from + (number * PAGE) as u64;
        match found.last_mut() {
            Some(last) if last.address + last.bytes.len() as u64 == address => last.bytes.extend(page),
            _ => found.push(Stretch { address, mapping: mapping.to_owned(), bytes: page.to_vec() }),
        }
    }
    found
}

/// Processes that stand still until this is dropped.
pub struct Held(Vec<u32>);

impl Held {
    /// Stops them (SIGSTOP).
    pub fn hold(processes: &[u32]) -> Self {
        signal("-STOP", processes);
        let held = Self(processes.to_vec());
        for process in processes {
            while state(*process).is_some_and(|state| state != 'T') {
                std::thread::yield_now();
            }
        }
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(word: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    assert!(Command::new("kill").arg(word).args(ids).status().unwrap().success(), "{processes:?}");
}

/// `id (name) state …`
fn state(process: u32) -> Option<char> {
    let stat: io::Result<String> = fs::read_to_string(format!("/proc/{process}/stat"));
    stat.ok()?.rsplit_once(") ")?.1.chars().next()
}
