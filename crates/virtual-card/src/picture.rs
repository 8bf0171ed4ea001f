//! Pictures of a simulated card: what the chip holds of the front.

mod bilevel;
mod font;

pub(crate) use bilevel::line_of_text;
pub(crate) use font::Font;

/// A head without a face, drawn for this project: the portrait of a card that was issued without one. JPEG 2000, grey,
/// 240 by 300.
pub const SILHOUETTE: &[u8] = include_bytes!("picture/silhouette.jp2");

/// A picture could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// No font on this machine has Japanese letters.
    #[error("no Japanese font is installed; install the Debian package fonts-ipafont-gothic")]
    NoFont,
    /// The font has no such letter, or it is no letter.
    #[error("the font has no letter {0:?}")]
    NoLetter(char),
    /// The picture could not be encoded; a fault of this program.
    #[error("a picture could not be encoded")]
    Encoding,
}
