//! `virtual-card frames`: a few frames of a person, or with `--poses` a stream in which the head turns.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use virtual_card::picture::{
    Camera, Eyes, FRAMES_MOST, Frame, POSE_FRAMES_MOST, POSES_MOST, Person, Pose, Stream, TURN_MOST,
};

use super::{Failure, output};

#[derive(Args)]
pub(super) struct Frames {
    /// A photograph of the person: JPEG or PNG. For --poses: seen from the front.
    #[arg(long, value_name = "FILE")]
    picture: PathBuf,
    /// The folder for the frames, which become frame-01.jpg and so on; with --poses frame-001.jpg and so on.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=i64::from(FRAMES_MOST)))]
    count: u8,
    /// The same number gives the same frames. Without it they are new ones each time, as a camera's are.
    #[arg(long)]
    seed: Option<u64>,
    /// 1 is the photograph's own light, 0 is darkness.
    #[arg(long, default_value_t = 1.0, value_parser = factor)]
    light: f32,
    /// How far away the person is: 1 fills the frame with the photograph.
    #[arg(long, default_value_t = 1.0, value_parser = factor)]
    distance: f32,
    /// A stream in which the head turns: front, left or right, in this order. Left is the person's own left, which is the
    /// picture's right.
    #[arg(long, value_name = "POSE,POSE...", value_delimiter = ',', conflicts_with = "count")]
    poses: Vec<Pose>,
    #[command(flatten)]
    turning: Turning,
}

/// What can be said of a stream.
#[derive(Args)]
struct Turning {
    /// Where the eyes are on the photograph, in its pixels, first the one on its left. Known for the two photographs that
    /// `make models` brings.
    #[arg(long, value_name = "X1,Y1,X2,Y2", requires = "poses")]
    eyes: Option<Eyes>,
    /// How many frames show each pose held.
    #[arg(long, value_name = "N", default_value_t = 3, requires = "poses", value_parser = pose_frames(1))]
    hold: u8,
    /// How many frames show the head on its way from one pose to the next.
    #[arg(long, value_name = "N", default_value_t = 2, requires = "poses", value_parser = pose_frames(0))]
    between: u8,
    /// How far the head turns, in degrees.
    #[arg(long, value_name = "DEGREES", default_value_t = 35.0, requires = "poses", value_parser = turn)]
    turn: f32,
    /// Holds the photograph before the camera: no head turns.
    #[arg(long, requires = "poses")]
    still: bool,
    /// Mirrors the camera's picture, as a preview is.
    #[arg(long, requires = "poses")]
    mirror: bool,
    /// A photograph of somebody else, who takes the person's place.
    #[arg(long, value_name = "FILE", requires_all = ["poses", "at"])]
    splice: Option<PathBuf>,
    /// The first frame that shows somebody else, counted from 1.
    #[arg(long, value_name = "N", requires = "splice", value_parser = clap::value_parser!(u16).range(1..))]
    at: Option<u16>,
    /// Where the eyes are on the photograph of somebody else.
    #[arg(long, value_name = "X1,Y1,X2,Y2", requires = "splice")]
    splice_eyes: Option<Eyes>,
}

fn factor(text: &str) -> Result<f32, String> {
    let number: Option<f32> = text.parse().ok().filter(|number| (0.0..=10.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 10".to_owned())
}

fn turn(text: &str) -> Result<f32, String> {
    let degrees: Option<f32> = text.parse().ok().filter(|degrees| (0.0..=TURN_MOST).contains(degrees));
    degrees.ok_or_else(|| format!("a number from 0 to {TURN_MOST}"))
}

fn pose_frames(least: i64) -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(least..=i64::from(POSE_FRAMES_MOST))
}

impl Frames {
    pub(super) fn run(self) -> Result<(), Failure> {
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        let camera = Camera { seed, light: self.light, distance: self.distance };
        if self.poses.is_empty() { self.photographs(camera) } else { self.stream(camera) }
    }

    fn photographs(self, camera: Camera) -> Result<(), Failure> {
        let frames = camera.frames(&read(&self.picture)?, self.count).map_err(about(&self.picture))?;
        let named =
            (1..).zip(&frames).map(|(number, frame)| (format!("frame-{number:02}.jpg"), frame.as_slice()));
        write(&self.out, named)?;
        output::line(&format!("took {} frames: {}", frames.len(), self.out.display()));
        Ok(())
    }

    fn stream(self, camera: Camera) -> Result<(), Failure> {
        if self.poses.len() > POSES_MOST {
            return Err(format!("at most {POSES_MOST} poses").into());
        }
        let Turning { eyes, hold, between, turn, still, mirror, splice, at, splice_eyes } = self.turning;
        let person = person(&self.picture, eyes)?;
        let other = splice.map(|picture| self::person(&picture, splice_eyes)).transpose()?;
        let spliced = other.as_ref().zip(at).map(|(other, at)| (other, usize::from(at) - 1));
        let stream = Stream {
            person: &person,
            poses: &self.poses,
            hold,
            between,
            turn,
            still,
            mirrored: mirror,
            spliced,
        };
        let frames = camera.stream(&stream)?;
        if let Some((_, at)) = spliced.filter(|(_, at)| *at >= frames.len()) {
            let (at, last) = (name(at + 1), name(frames.len()));
            return Err(format!("nobody takes the person's place at {at}: the last is {last}").into());
        }
        let named = (1..).zip(&frames).map(|(number, frame)| (name(number), frame.jpeg.as_slice()));
        write(&self.out, named)?;
        for (numbers, pose) in held(&frames) {
            output::line(&format!("{} to {}: {pose}", name(*numbers.start()), name(*numbers.end())));
        }
        output::line(&format!("took {} frames: {}", frames.len(), self.out.display()));
        Ok(())
    }
}

/// Which frames, counted from 1, hold which pose, in order. A pose asked for twice in a row is one.
fn held(frames: &[Frame]) -> Vec<(std::ops::RangeInclusive<usize>, Pose)> {
    let mut all = Vec::new();
    let mut first = 1;
    for run in frames.chunk_by(|frame, next| frame.held == next.held) {
        let numbers = first..=first + run.len() - 1;
        first += run.len();
        all.extend(run.first().and_then(|frame| frame.held).map(|pose| (numbers, pose)));
    }
    all
}

fn name(number: usize) -> String {
    format!("frame-{number:03}.jpg")
}

fn person(picture: &Path, eyes: Option<Eyes>) -> Result<Person, Failure> {
    Ok(Person::on(&read(picture)?, eyes).map_err(about(picture))?)
}

fn read(picture: &Path) -> Result<Vec<u8>, String> {
    fs::read(picture).map_err(about(picture))
}

fn write<'a>(folder: &Path, frames: impl Iterator<Item = (String, &'a [u8])>) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(about(folder))?;
    for (name, frame) in frames {
        let file = folder.join(name);
        fs::write(&file, frame).map_err(about(&file))?;
    }
    Ok(())
}

/// Says which file or folder an error is about.
fn about<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> String {
    move |error| format!("{}: {error}", path.display())
}
