//! `virtual-card face`.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use virtual_card::issuer::layout::Layout;
use virtual_card::picture::{self, PhotographFormat};

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
