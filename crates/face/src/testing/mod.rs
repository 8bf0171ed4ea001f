//! A face engine for tests of whatever uses one: its pictures are short texts, and it needs no models.
//!
//! | text | what it is a picture of |
//! |---|---|
//! | `face:NAME` | that person, from the front |
//! | `doubt:NAME` | somebody of whom nobody could tell whether it is NAME |
//! | `noface`, `two`, `tiny`, `dark`, `bright`, `turned`, `huge` | what cannot be judged |
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
