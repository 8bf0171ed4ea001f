//! How much is taken, in one table. What reads pictures from outside uses the same figures.

/// A chip's portrait in bytes: EF 0002 has room for less.
pub const PORTRAIT_MAX_BYTES: usize = 64 * 1024;
/// One frame in bytes: a JPEG of a phone's front camera, reduced to at most 1280 pixels.
pub const FRAME_MAX_BYTES: usize = 1024 * 1024;
/// The photograph of a card's front in bytes.
pub const FRONT_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Fewest frames that are compared: their mean decides (face facts §4).
pub const FRAMES_LEAST: usize = 3;
/// Most frames of one attempt.
pub const FRAMES_MOST: usize = 12;
/// Most poses of one challenge.
pub const POSES_MOST: usize = 16;
