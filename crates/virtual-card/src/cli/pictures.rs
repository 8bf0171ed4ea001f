//! `virtual-card face` and `virtual-card frames`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use virtual_card::issuer::layout::Layout;
use virtual_card::picture::{self, Camera, FRAMES_MOST, PhotographFormat};

use super::{Card, Failure, output};

#[derive(Args)]
pub(super) struct Face {
    #[command(flatten)]
    card: Card,
    /// Where the photograph goes: a name that ends in .png, .jpg or .jpeg.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Face {
    pub(super) fn run(self) -> Result<(), Failure> {
        let card = Layout::new(&self.card.dir).card(&self.card.name);
        let format = match self.out.extension().and_then(OsStr::to_str) {
            Some("png") => PhotographFormat::Png,
            Some("jpg" | "jpeg") => PhotographFormat::Jpeg,
            _ => return Err("the photograph's name ends in .png, .jpg or .jpeg".into()),
        };
        let photograph = picture::photograph_of_front(&card, format)?;
        fs::write(&self.out, photograph).map_err(|error| format!("{}: {error}", self.out.display()))?;
        output::line(&format!("photographed the front of {}: {}", card.display(), self.out.display()));
        Ok(())
    }
}

#[derive(Args)]
pub(super) struct Frames {
    /// A photograph of the person: JPEG or PNG.
    #[arg(long, value_name = "FILE")]
    picture: PathBuf,
    /// The folder for the frames, which become frame-01.jpg and so on.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=i64::from(FRAMES_MOST)))]
    count: u8,
    /// The same number gives the same frames.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 1 is the photograph's own light, 0 is darkness.
    #[arg(long, default_value_t = 1.0, value_parser = factor)]
    light: f32,
    /// How far away the person is: 1 fills the frame with the photograph.
    #[arg(long, default_value_t = 1.0, value_parser = factor)]
    distance: f32,
}

fn factor(text: &str) -> Result<f32, String> {
    let number: Option<f32> = text.parse().ok().filter(|number| (0.0..=10.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 10".to_owned())
}

impl Frames {
    pub(super) fn run(self) -> Result<(), Failure> {
        let path = &self.picture;
        let person = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let camera = Camera { seed: self.seed, light: self.light, distance: self.distance };
        let frames =
            camera.frames(&person, self.count).map_err(|error| format!("{}: {error}", path.display()))?;
        fs::create_dir_all(&self.out).map_err(|error| format!("{}: {error}", self.out.display()))?;
        for (number, frame) in (1..).zip(&frames) {
            let file = self.out.join(format!("frame-{number:02}.jpg"));
            fs::write(&file, frame).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        output::line(&format!("took {} frames: {}", frames.len(), self.out.display()));
        Ok(())
    }
}
