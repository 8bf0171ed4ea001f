//! The face engine's own process: everything that touches a hostile picture.
//!
//! | module | idea |
//! |---|---|
//! | `rules` | every threshold, in one table |
//! | [`models`] | the model files, by digest |
//! | `decode` | from a file's bytes to pixels |
//! | `pixels` | a decoded picture |
//! | `finder` | the one face of a picture, and whether it can be compared |
//! | `turn` | which way a head is turned |
//! | `likeness` | who is whom |
//! | [`examiner`] | one request after another |
//! | `lockdown` | what holds the process down |
//! | [`escape`] | what it must not be able to do, tried |
//! | [`mod@serve`] | a worker's life |
//! | [`mod@report`] | how good all this is on pictures of one's own |

mod decode;
pub mod escape;
pub mod examiner;
mod finder;
mod likeness;
mod lockdown;
pub mod models;
mod pixels;
pub mod report;
mod rules;
pub mod serve;
#[cfg(test)]
mod streams;
mod turn;

pub use rules::Thresholds;
