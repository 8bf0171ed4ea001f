//! `jpki-face report` and `compare` as an operator runs them. Pictures are made of the two portraits, so that they prove
//! the program and say nothing about the engine.
#![allow(clippy::unwrap_used, reason = "what fails in a test's set-up fails the test")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use support::{changed, collins, hopper, jpeg, models, moment, no_face, png, two_faces};

const HEADER: &str = "file_a,file_b,same,source\n";

/// A folder with pictures and a pairs file.
struct Work {
    folder: TempDir,
}

impl Work {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["photos", "tmp"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn photo(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path("photos").join(name), bytes).unwrap();
    }

    fn pairs(&self, rows: &str) {
        std::fs::write(self.path("pairs.csv"), format!("{HEADER}{rows}")).unwrap();
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-face"));
        command
            .args(["report", "--pairs", "pairs.csv", "--images", "photos", "--out", "out", "--models"])
            .arg(models())
            .args(more)
            .current_dir(self.folder.path())
            .env("TMPDIR", self.path("tmp"));
        command
    }

    fn report(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    /// The complaint of a run that fails and writes nothing.
    fn complaint(&self, more: &[&str]) -> String {
        let output = self.report(more);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        assert_eq!(self.written(), [] as [&str; 0]);
        String::from_utf8(output.stderr).unwrap()
    }

    /// What is in the folder for results, and what is left in the one for temporary files.
    fn written(&self) -> Vec<String> {
        let names = |part: &str| {
            let entries = std::fs::read_dir(self.path(part)).into_iter().flatten();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
        };
        let mut names = [names("out"), names("tmp")].concat();
        names.sort();
        names
    }
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// One of the pictures that may be taken of a person: other framing, light, size, colours, file.
fn photo(person: &RgbImage, number: u32) -> Vec<u8> {
    let taken = moment(person, number);
    let contrast = 0.7 + 0.06 * (number % 11) as f32;
    let taken = changed(&taken, |byte| (f32::from(byte) - 128.0) * contrast + 128.0);
    let (width, height) = (taken.width(), taken.height());
    let part = 40 + (number * 13) % 60;
    let taken = match number % 6 {
        0 => imageops::resize(&taken, width * part / 100, height * part / 100, FilterType::Triangle),
        1 => imageops::crop_imm(&taken, part / 3, part / 4, width - part, height - part).to_image(),
        2 => DynamicImage::ImageRgb8(taken).grayscale().into_rgb8(),
        3 => imageops::blur(&taken, 0.5 + part as f32 / 60.0),
        4 => imageops::flip_horizontal(&taken),
        _ => taken,
    };
    if number % 8 == 7 { png(&taken) } else { jpeg(&taken) }
}

fn name(person: &str, number: u32) -> String {
    format!("{person}-{number:02}.{}", if number % 8 == 7 { "png" } else { "jpg" })
}

#[test]
fn a_folder_of_96_photos_and_405_pairs_runs_to_its_end_and_prints_its_table() {
    let work = Work::new();
    let people = [("hopper", hopper()), ("collins", collins())];
    for (person, portrait) in &people {
        for number in 0..48 {
            work.photo(&name(person, number), photo(portrait, number));
        }
    }
    let mut rows = String::new();
    for (person, _) in &people {
        for number in 0..26 {
            let (one, other) = (name(person, number), name(person, 47 - number % 22));
            writeln!(rows, "{one},{other},1,{person}").unwrap();
        }
    }
    for pair in 0..353_u32 {
        // Coprime steps: no pair twice, every picture at least once.
        let (one, other) = (name("hopper", pair % 48), name("collins", (pair + pair / 48) % 48));
        writeln!(rows, "{one},{other},0,across").unwrap();
    }
    assert_eq!(rows.lines().count(), 405);
    work.pairs(&rows);

    let output = work.report(&["--grey-j2k", "6000"]);
    let table = text(&output);
    println!("{table}");

    let line = |start: &str| {
        let line = table.lines().find(|line| line.trim_start().starts_with(start));
        line.unwrap_or_else(|| panic!("no line {start}: {table}")).split_whitespace().collect::<Vec<_>>()
    };
    let counts = |start| line(start)[1..].iter().map(|word| word.parse().unwrap()).collect::<Vec<u32>>();
    let [genuine, _, impostor, _, left_out] = counts("all")[..] else { panic!("{table}") };
    assert_eq!((genuine, impostor, left_out), (52, 353, 0), "{table}");
    assert_eq!(counts("across")[2], 353);
    assert_eq!((counts("hopper")[0], counts("collins")[0]), (26, 26));
    assert!(
        table.contains("about 6000 bytes")
            && table
                .contains("Pictures: 96; described as they are: 70, as a chip's portrait: 74; left out: 0\n"),
        "{table}"
    );
    // All of one person's, and none of the other's: at either end everything fails, or passes.
    let row = |start| line(start).join(" ");
    assert!(row("0.50 accept").ends_with(" of 52") && row("0.60 refuse").contains(" of 353 "));
    assert!(row("0.30").contains(") 0 of 353 ") && row("0.80").ends_with(") 0 of 52"), "{table}");
    assert!(line("Equal error rate:").contains(&"%"));

    assert_eq!(work.written(), ["det.svg", "histogram.svg"]);
    for picture in ["det.svg", "histogram.svg"] {
        let svg = std::fs::read_to_string(work.path("out").join(picture)).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    }
    assert!(String::from_utf8(output.stderr).unwrap().lines().all(|line| line.starts_with("pictures: ")));
}

#[test]
fn pictures_that_cannot_be_used_are_named_with_the_reason_and_left_out() {
    let work = Work::new();
    work.photo("hopper.jpg", jpeg(&hopper()));
    work.photo("again.png", png(&moment(&hopper(), 3)));
    work.photo("text.jpg", "no picture");
    work.photo("empty.jpg", "");
    work.photo("cut.jpg", &jpeg(&hopper())[..9000]);
    work.photo("wall.jpg", jpeg(&no_face()));
    work.photo("both.jpg", jpeg(&two_faces()));
    work.photo("huge.jpg", vec![0xFF; 16 * 1024 * 1024 + 1]);
    std::fs::create_dir(work.path("photos/folder.jpg")).unwrap();
    let lost = ["text", "empty", "cut", "wall", "both", "huge", "folder", "missing"];
    let rows: String = lost.iter().map(|name| format!("hopper.jpg,{name}.jpg,0,lost\n")).collect();
    work.pairs(&format!("hopper.jpg,again.png,1,found\n{rows}wall.jpg,text.jpg,0,lost\n"));

    let table = text(&work.report(&[]));

    for expected in [
        "  found           1          0          0          0          0\n",
        "  lost            0          0          0          0          9\n",
        "Pictures: 10; described: 2; left out: 8\n",
        "  text.jpg: no picture (2 pairs)\n",
        "  empty.jpg: no bytes (1 pair)\n",
        "  cut.jpg: damaged (1 pair)\n",
        "  wall.jpg: no face found (2 pairs)\n",
        "  both.jpg: several faces (1 pair)\n",
        "  huge.jpg: more than 16 MiB (1 pair)\n",
        "  folder.jpg: it is no file (1 pair)\n",
        "  missing.jpg: there is no such file (1 pair)\n",
        "Equal error rate: none",
    ] {
        assert!(table.contains(expected), "no {expected:?} in\n{table}");
    }
    assert_eq!(work.written(), ["det.svg", "histogram.svg"]);
}

#[test]
fn a_run_that_leaves_nothing_to_compare_says_why_and_fails() {
    let work = Work::new();
    work.photo("hopper.jpg", jpeg(&hopper()));
    work.pairs("hopper.jpg,nobody.jpg,0,x\n");
    let output = work.report(&[]);
    assert_eq!(output.status.code(), Some(1));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("  nobody.jpg: there is no such file (1 pair)\n"), "{table}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "jpki-face: nothing is left to compare\n");
    assert_eq!(work.written(), [] as [&str; 0]);
}

#[test]
fn what_cannot_work_is_said_before_any_picture_is_looked_at() {
    let work = Work::new();
    let missing = work.complaint(&[]);
    assert!(missing.starts_with("jpki-face: pairs.csv: No such file"), "{missing}");

    work.pairs("a.jpg,b.jpg,maybe,x\n");
    let expected = "jpki-face: pairs.csv: line 2: `same` is \"maybe\": it has to be 0, 1, true or false\n";
    assert_eq!(work.complaint(&[]), expected);

    work.pairs("a.jpg,b.jpg,1,x\n");
    assert!(work.complaint(&["--accept", "0.7"]).contains("--accept is above --refuse"));

    let encoder = work.command(&["--grey-j2k", "6000"]).env("PATH", "/nowhere").output().unwrap();
    let complaint = String::from_utf8(encoder.stderr).unwrap();
    assert!(complaint.contains("opj_compress") && complaint.contains("libopenjp2-tools"), "{complaint}");
    assert_eq!(encoder.status.code(), Some(1));

    std::fs::remove_dir_all(work.path("out")).unwrap();
    std::fs::write(work.path("out"), "a file where the folder should be").unwrap();
    assert!(work.complaint(&[]).starts_with("jpki-face: out: "));
    std::fs::remove_file(work.path("out")).unwrap();

    std::fs::remove_dir(work.path("photos")).unwrap();
    assert!(work.complaint(&[]).starts_with("jpki-face: photos: No such file"));
}

#[test]
fn without_the_models_it_says_how_to_get_them() {
    let work = Work::new();
    work.pairs("a.jpg,b.jpg,1,x\n");
    work.photo("a.jpg", jpeg(&hopper()));
    let output = Command::new(env!("CARGO_BIN_EXE_jpki-face"))
        .args(["report", "--pairs", "pairs.csv", "--images", "photos", "--out", "out"])
        .current_dir(work.folder.path())
        .env("XDG_CACHE_HOME", work.path("tmp"))
        .output()
        .unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains("does not start") && complaint.contains("make models"), "{complaint}");
}

#[test]
fn ctrl_c_ends_a_run_soon_and_leaves_nothing_behind() {
    let work = Work::new();
    let mut rows = String::new();
    let bytes = jpeg(&hopper());
    for number in 0..2000 {
        work.photo(&format!("{number}.jpg"), &bytes);
        writeln!(rows, "{number}.jpg,{}.jpg,1,x", (number + 1) % 2000).unwrap();
    }
    work.pairs(&rows);
    let mut command = work.command(&["--grey-j2k", "6000"]);
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let processes = children(&run);

    kill_process(Pid::from_child(&run), Signal::INT).unwrap();
    let output = run.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(output.stdout.is_empty());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "jpki-face: stopped; nothing was written\n");
    assert_eq!(work.written(), [] as [&str; 0]);
    for process in processes {
        assert!(!Path::new("/proc").join(&process).exists(), "process {process} lives");
    }
}

/// Waits until the run has a process that describes, and gives the ids of all it has.
fn children(run: &Child) -> Vec<String> {
    loop {
        let threads = std::fs::read_dir(format!("/proc/{}/task", run.id())).expect("it runs");
        let lists =
            threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok());
        let children: Vec<String> =
            lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
        let describes = |child: &String| {
            let line = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == b"describe")
        };
        if children.iter().any(describes) {
            return children;
        }
        std::thread::yield_now();
    }
}

#[test]
fn two_pictures_are_compared_behind_the_same_lock_down() {
    let work = Work::new();
    work.photo("one.jpg", jpeg(&hopper()));
    work.photo("two.png", png(&moment(&hopper(), 3)));
    work.photo("other.jpg", jpeg(&collins()));
    work.photo("text.jpg", "no picture");
    let compare = |one: &str, other: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-face"));
        command.arg("compare").arg("--models").arg(models()).args([one, other]);
        command.current_dir(work.path("photos")).output().unwrap()
    };
    let distance = |other| text(&compare("one.jpg", other)).trim().parse::<f32>().unwrap();
    assert!(distance("one.jpg") < 0.001);
    assert!(distance("two.png") < 0.4);
    assert!(distance("other.jpg") > 0.6);
    let output = compare("one.jpg", "text.jpg");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(complaint, "jpki-face: text.jpg: no picture\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_help_of_compare_says_what_a_distance_is_and_who_must_not_hear_it() {
    let help = Command::new(env!("CARGO_BIN_EXE_jpki-face")).args(["compare", "--help"]).output().unwrap();
    let help = text(&help);
    assert!(help.contains("The distance is a number from 0") && help.contains("to a holder"), "{help}");
}
