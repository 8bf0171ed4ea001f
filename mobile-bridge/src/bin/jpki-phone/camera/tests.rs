//! Cameras that are scripts: good, failing, hanging, noisy; and what they leave behind.

use std::fs;
use std::io::{BufRead as _, Write as _};
use std::process::Stdio;

use mobile_bridge::PicturesRefused;
use tempfile::TempDir;
use time::macros::datetime;
use uuid::Uuid;

use super::*;

/// A camera that is a shell script, and the file into which it writes what a test wants to know. It finds the poses in
/// `$poses`, its folder in `$out`, that file in `$log`.
pub(crate) struct Script {
    dir: TempDir,
}

impl Script {
    pub(crate) fn of(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let head = r#"log=$1; [ "$2 $4" = "--poses --out" ] || exit 99; poses=$3; out=$5"#;
        fs::write(dir.path().join("camera.sh"), format!("{head}\n{script}\n")).unwrap();
        Self { dir }
    }

    /// One that takes what is asked for, of this person, after this.
    pub(crate) fn of_person(who: &str, first: &str) -> Self {
        Self::of(&format!(
            r#"echo "$poses" >> "$log"
            {first}
            number=100
            take() {{ number=$((number + 1)); printf '%s' "{who}$1 $$ $number" > "$out/$number.jpg"; }}
            take ""
            for pose in $(echo "$poses" | tr , ' '); do
                case $pose in front) turned= ;; *) turned=@$pose ;; esac
                take "$turned"; take "$turned"
            done"#
        ))
    }

    /// What `--camera` says of it.
    pub(crate) fn command(&self) -> String {
        let [script, log] = ["camera.sh", "log"].map(|name| self.dir.path().join(name));
        format!("sh '{}' '{}'", script.display(), log.display())
    }

    /// What it wrote into its log, line by line.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    fn camera(&self) -> Camera {
        self.command().parse().unwrap()
    }

    fn take_within(&self, limit: Duration) -> Result<Frames, Stopped> {
        self.camera().take_now(&challenge(), limit)
    }

    fn take(&self) -> Result<Frames, Stopped> {
        self.take_within(Duration::from_secs(30))
    }
}

fn challenge() -> FaceChallenge {
    FaceChallenge {
        attempt: Uuid::nil(),
        nonce: [1; 32].into(),
        poses: vec![Pose::Front, Pose::Left, Pose::Front, Pose::Right],
        expires_at: datetime!(2026-11-21 03:02 UTC),
        frames_least: 9,
        frames_most: 24,
    }
}

#[track_caller]
fn trouble(taken: Result<Frames, Stopped>) -> CameraTrouble {
    match taken {
        Err(Stopped::Camera(trouble)) => trouble,
        other => panic!("{other:?}"),
    }
}

/// Whether a process still runs: one that was killed and that nobody asked about has no command line.
fn runs(process: &str) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|command| !command.is_empty())
}

#[test]
fn a_command_is_split_as_a_shell_splits_it_and_nothing_else_of_a_shell_is_understood() {
    let of = |command: &str| command.parse::<Camera>();
    let camera = |words: &[&str]| {
        let (program, arguments) = words.split_first().unwrap();
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        Ok(Camera { program: (*program).to_owned(), arguments })
    };
    assert_eq!(of("camera"), camera(&["camera"]));
    assert_eq!(of("  cam  --picture 'my face.jpg' "), camera(&["cam", "--picture", "my face.jpg"]));
    assert_eq!(of(r#"cam "$HOME" a;b|c > d"#), camera(&["cam", "$HOME", "a;b|c", ">", "d"]));
    for nothing in ["", "  ", "''", "\"\" x"] {
        assert_eq!(of(nothing), Err(NoCommand::Empty), "{nothing:?}");
    }
    for open in ["cam 'x", "cam \"x", "cam x\\"] {
        assert_eq!(of(open), Err(NoCommand::Quotation), "{open:?}");
    }
}

#[test]
fn a_good_cameras_pictures_are_read_in_the_order_of_their_names_from_a_private_folder_that_goes() {
    let look = r#"echo "$out" >> "$log"; ls -ld "$out" | cut -c1-10 >> "$log""#;
    let script = Script::of_person("holder", look);
    let frames = script.take().unwrap();
    let shown: Vec<_> = frames.iter().map(|frame| String::from_utf8_lossy(frame).into_owned()).collect();
    let poses: Vec<_> = shown.iter().map(|frame| frame.split(' ').next().unwrap()).collect();
    let front = ["holder"; 3];
    assert_eq!(poses[..3], front);
    assert_eq!(
        poses[3..],
        ["holder@left", "holder@left", "holder", "holder", "holder@right", "holder@right"]
    );
    let [poses, folder, mode] = &script.log()[..] else { panic!("{:?}", script.log()) };
    assert_eq!((poses.as_str(), mode.as_str()), ("front,left,front,right", "drwx------"));
    assert!(Path::new(folder).starts_with(std::env::temp_dir()) && !Path::new(folder).exists());
}

#[test]
fn a_camera_has_nothing_to_read() {
    let script = Script::of_person("holder", "read line && exit 98");
    assert!(script.take().is_ok());
}

#[test]
fn a_failing_camera_is_told_with_its_status_and_what_it_said_last() {
    let script = Script::of(r#"echo "$out" >> "$log"; touch "$out/1.jpg"; echo one; echo two >&2; exit 3"#);
    let CameraTrouble::Failed { status, said } = trouble(script.take()) else { panic!("it failed") };
    assert_eq!((status.code(), said.as_str()), (Some(3), "one\ntwo\n"));
    assert!(!Path::new(&script.log()[0]).exists());
    let killed = Script::of("kill -9 $$");
    let CameraTrouble::Failed { status, .. } = trouble(killed.take()) else { panic!("it was killed") };
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
}

#[test]
fn of_a_noisy_camera_only_the_end_is_kept() {
    let script = Script::of("yes | head -c 1000000; echo the end; exit 1");
    let CameraTrouble::Failed { said, .. } = trouble(script.take()) else { panic!("it failed") };
    assert!(said.len() <= 4096 && said.ends_with("the end\n"));
}

#[test]
fn a_hanging_camera_is_stopped_with_all_that_it_started_and_its_folder_goes() {
    let script = Script::of(
        r#"touch "$out/1.jpg"; sleep 1000 & { echo "$out"; echo $$; echo $!; } > "$log"; echo waiting; wait"#,
    );
    let CameraTrouble::Late { said, .. } = trouble(script.take_within(Duration::from_secs(2))) else {
        panic!("it hangs")
    };
    assert_eq!(said, "waiting\n");
    let [folder, shell, child] = &script.log()[..] else { panic!("{:?}", script.log()) };
    assert!(!Path::new(folder).exists() && !runs(shell) && !runs(child));
}

#[test]
fn what_a_camera_leaves_running_is_stopped_once_it_has_ended() {
    let script = Script::of_person("holder", r#"sleep 1000 & echo $! >> "$log""#);
    assert!(script.take().is_ok());
    assert!(!runs(&script.log()[1]));
}

#[test]
fn pictures_that_are_too_many_too_few_or_too_large_are_refused_and_go_with_the_folder() {
    let count = |found| PicturesRefused::Count { found, least: 9, most: 24 };
    for (taking, refused) in [
        ("true", count(0)),
        (r#"touch "$out/1.png""#, count(0)),
        (r#"mkfifo "$out/1.jpg""#, count(0)),
        (r#"mkdir "$out/1.jpg""#, count(0)),
        (r#"for number in $(seq 25); do touch "$out/$number.jpg"; done"#, count(25)),
        (r#"for number in $(seq 2000); do : > "$out/$number.jpg"; done"#, count(2000)),
        (
            r#"for number in $(seq 9); do head -c $((1048575 + $number)) /dev/zero > "$out/$number.jpg"; done"#,
            PicturesRefused::FrameTooLarge { frame: 2, bytes: (1 << 20) + 1 },
        ),
    ] {
        let script = Script::of(&format!("echo \"$out\" > \"$log\"; {taking}"));
        match script.take() {
            Err(Stopped::Pictures(told)) => assert_eq!(told, refused, "{taking}"),
            other => panic!("{taking}: {other:?}"),
        }
        assert!(!Path::new(&script.log()[0]).exists());
    }
}

#[test]
fn a_command_that_is_not_there_is_told_by_its_name() {
    let camera: Camera = "/nowhere/camera --picture x".parse().unwrap();
    let taken = camera.take_now(&challenge(), Duration::from_secs(30));
    let CameraTrouble::NotStarted { program, error } = trouble(taken) else { panic!("nothing to start") };
    assert_eq!((program.as_str(), error.kind()), ("/nowhere/camera", std::io::ErrorKind::NotFound));
}

/// The program of the test below, which runs it by its name: it takes pictures with the command that it reads.
#[test]
#[ignore = "a part of another test; by itself it finds no command"]
fn takes_pictures_until_it_is_ended() {
    let mut command = String::new();
    std::io::stdin().lock().read_line(&mut command).unwrap();
    if let Ok(camera) = command.parse::<Camera>() {
        let _ = camera.take_now(&challenge(), Duration::from_secs(60));
    }
}

#[test]
fn a_phone_that_is_interrupted_leaves_neither_the_camera_nor_its_folder() {
    let script = Script::of(r#"touch "$out/1.jpg"; echo "$$ $out" > "$log.ready"; sleep 1000"#);
    // Made here, so that it can be waited for.
    let ready = script.dir.path().join("log.ready");
    assert!(Command::new("mkfifo").arg(&ready).status().unwrap().success());
    let mut phone = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "camera::tests::takes_pictures_until_it_is_ended", "--ignored"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(phone.stdin.take().unwrap(), "{}", script.command()).unwrap();
    let ready = fs::read_to_string(ready).unwrap();
    let (process, folder) = ready.trim().split_once(' ').unwrap();
    assert!(runs(process) && Path::new(folder).is_dir());
    rustix::process::kill_process(rustix::process::Pid::from_child(&phone), rustix::process::Signal::TERM)
        .unwrap();
    assert_eq!(phone.wait().unwrap().code(), Some(143));
    assert!(!runs(process) && !Path::new(folder).exists());
}
