//! A face engine for tests of whatever uses one: its pictures are short texts, and it needs no models.
//!
//! | text | what it is a picture of |
//! |---|---|
//! | `face:NAME` | that person, from the front |
//! | `face:NAME@left`, `@right`, `@way` | the same with the head turned, or on the way to another pose |
//! | `doubt:NAME` | somebody of whom nobody could tell whether it is NAME |
//! | `noface`, `two`, `tiny`, `dark`, `bright`, `turned`, `huge`, `othertype`, `damaged`, `animated` | what cannot be judged |
//! | nothing | no bytes |
//! | `crash` | a picture that ends the engine as soon as it is read |
//! | `late-crash:NAME` | that person, and the engine ends when it compares |
//! | anything else | no picture |
//!
//! `#` and what follows it tells pictures of the same thing apart (`face:alice#2`), as two frames of one person differ.
//!
//! Compiled always, though only tests make one: it needs no further dependency, and a feature would make the demo and
//! the tests build everything twice.

mod fake;
mod recipe;

pub use fake::{FakeEngine, HeldCompares};

use crate::limits::{FRONT_FRAMES_LEAST, HOLD_FRAMES_LEAST};
use crate::{Picture, Pose, Sitting};

/// The picture of a recipe.
pub fn picture(recipe: &str) -> Picture {
    Picture::new(recipe.as_bytes().to_vec())
}

/// A sitting for one front pose: a portrait and frames, as recipes.
pub fn sitting(portrait: &str, frames: &[&str]) -> Sitting {
    Sitting {
        portrait: picture(portrait),
        poses: vec![Pose::Front],
        frames: frames.iter().map(|frame| picture(frame)).collect(),
    }
}

/// Three different frames of one person, for [`sitting`].
pub fn frames_of(name: &str) -> Vec<Picture> {
    (1..=3).map(|number| picture(&format!("face:{name}#{number}"))).collect()
}

/// The fewest frames in which a person shows these poses: three of the first, two of each other. All are different, and
/// different from those with another salt.
pub fn frames_showing(name: &str, poses: &[Pose], salt: &str) -> Vec<Picture> {
    let word = |pose| match pose {
        Pose::Front => "front",
        Pose::Left => "left",
        Pose::Right => "right",
    };
    let held = poses.iter().enumerate().flat_map(|(number, pose)| {
        let frames = if number == 0 { FRONT_FRAMES_LEAST } else { HOLD_FRAMES_LEAST };
        std::iter::repeat_n(word(*pose), frames)
    });
    held.enumerate().map(|(number, pose)| picture(&format!("face:{name}@{pose}#{salt}-{number}"))).collect()
}
