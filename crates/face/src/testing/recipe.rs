//! What a text is a picture of.

use crate::{Picture, Pose, UnfitReason};

/// A text, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    /// A face that can be judged.
    Face(Person),
    /// A picture that cannot.
    Unfit(UnfitReason),
    /// A picture that ends the engine.
    Crash,
}

/// Who is on a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    /// `None`: on the way from one pose to another.
    pub(super) pose: Option<Pose>,
    pub(super) certain: bool,
    pub(super) crashes_compare: bool,
}

impl Recipe {
    pub(super) fn read(picture: &Picture) -> Self {
        let Ok(text) = core::str::from_utf8(picture.as_bytes()) else {
            return Self::Unfit(UnfitReason::NotAPicture);
        };
        let text = text.split_once('#').map_or(text, |(recipe, _)| recipe);
        let face = |name: &str, certain, crashes_compare| {
            let (name, pose) = name.split_once('@').unwrap_or((name, "front"));
            let pose = match pose {
                "front" => Some(Pose::Front),
                "left" => Some(Pose::Left),
                "right" => Some(Pose::Right),
                "way" => None,
                _ => return Self::Unfit(UnfitReason::NotAPicture),
            };
            Self::Face(Person { name: name.to_owned(), pose, certain, crashes_compare })
        };
        match text.split_once(':') {
            Some(("face", name)) => face(name, true, false),
            Some(("doubt", name)) => face(name, false, false),
            Some(("late-crash", name)) => face(name, true, true),
            Some(_) => Self::Unfit(UnfitReason::NotAPicture),
            None => match text {
                "" => Self::Unfit(UnfitReason::Empty),
                "crash" => Self::Crash,
                "noface" => Self::Unfit(UnfitReason::NoFace),
                "two" => Self::Unfit(UnfitReason::SeveralFaces),
                "tiny" => Self::Unfit(UnfitReason::TooSmall),
                "dark" => Self::Unfit(UnfitReason::TooDark),
                "bright" => Self::Unfit(UnfitReason::TooBright),
                "turned" => Self::Unfit(UnfitReason::NotFrontal),
                "huge" => Self::Unfit(UnfitReason::TooLarge),
                "othertype" => Self::Unfit(UnfitReason::OtherType),
                "damaged" => Self::Unfit(UnfitReason::Damaged),
                "animated" => Self::Unfit(UnfitReason::Animated),
                _ => Self::Unfit(UnfitReason::NotAPicture),
            },
        }
    }
}
