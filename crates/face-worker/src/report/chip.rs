//! What a card's chip holds: a head in grey, JPEG 2000, about so many bytes. Encoded by OpenJPEG's program.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::head::{HEAD_HEIGHT, HEAD_WIDTH, Head};

/// The program, and the Debian package that has it.
const PROGRAM: &str = "opj_compress";

/// Why no portrait can be made.
#[derive(Debug, thiserror::Error)]
pub enum ChipError {
    /// The program is not there.
    #[error("--grey-j2k needs the program {PROGRAM}: install the package libopenjp2-tools")]
    NoProgram,
    /// It did not do its work.
    #[error("{PROGRAM} failed: {0}")]
    Failed(String),
    /// The folder for its files.
    #[error("a temporary folder: {0}")]
    Folder(#[from] io::Error),
}

/// Makes portraits as a chip holds them.
#[derive(Debug)]
pub(super) struct Encoder {
    /// For the program's input and output; only this user can look into it, and it goes with this value.
    folder: TempDir,
    bytes: u32,
}

impl Encoder {
    /// An encoder for portraits of about so many bytes.
    pub(super) fn new(bytes: u32) -> Result<Self, ChipError> {
        // Asked for nothing, it ends at once; what it says to that does not matter.
        match silent(Command::new(PROGRAM).arg("-h")).status() {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ChipError::NoProgram),
            Err(error) => return Err(ChipError::Failed(error.to_string())),
        }
        Ok(Self { folder: TempDir::with_prefix("jpki-face-")?, bytes })
    }

    /// The JPEG 2000 file.
    pub(super) fn encode(&self, head: &Head) -> Result<Vec<u8>, ChipError> {
        let (from, to) = (self.folder.path().join("head.pgm"), self.folder.path().join("head.jp2"));
        let header = format!("P5\n{HEAD_WIDTH} {HEAD_HEIGHT}\n255\n");
        std::fs::write(&from, [header.as_bytes(), head.grey()].concat())?;
        // The program knows a ratio only; 1 would be without loss.
        let ratio = head.grey().len() as f64 / f64::from(self.bytes.max(1));
        let mut command = Command::new(PROGRAM);
        command.arg("-i").arg(&from).arg("-o").arg(&to).args(["-r", &format!("{ratio:.3}")]);
        let status = silent(&mut command).status().map_err(|error| ChipError::Failed(error.to_string()))?;
        let file =
            if status.success() { std::fs::read(&to) } else { Err(io::Error::other(status.to_string())) };
        let removed = [from, to].map(std::fs::remove_file);
        let file = file.map_err(|error| ChipError::Failed(error.to_string()))?;
        removed.into_iter().collect::<io::Result<()>>()?;
        Ok(file)
    }
}

/// Says nothing, and is not ended by Ctrl-C on the terminal: the report ends after it.
fn silent(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_becomes_a_jpeg_2000_file_of_about_the_size_asked_for_and_leaves_nothing_behind() {
        let noise =
            (0..HEAD_WIDTH * HEAD_HEIGHT).map(|pixel| (pixel.wrapping_mul(2_654_435_761) >> 24) as u8);
        let head = Head::new(noise.collect()).unwrap();
        for bytes in [3000, 6000, 12_000] {
            let encoder = Encoder::new(bytes).unwrap();
            let file = encoder.encode(&head).unwrap();
            assert!(file.starts_with(b"\x00\x00\x00\x0CjP  "));
            let length = file.len() as f64 / f64::from(bytes);
            assert!((0.8..1.05).contains(&length), "{} bytes, not {bytes}", file.len());
            assert_eq!(std::fs::read_dir(encoder.folder.path()).unwrap().count(), 0);
        }
    }
}
