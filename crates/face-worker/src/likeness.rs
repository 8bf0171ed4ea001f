//! Descriptors and their distances: who is whom.

use face::{Finding, FrontFinding};
use face_dlib_sys::DESCRIPTOR_LEN;

use crate::rules::{ONE_PERSON_FRONTAL, ONE_PERSON_TURNED, Thresholds};

/// A face as 128 numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Descriptor(pub(crate) [f32; DESCRIPTOR_LEN]);

impl Descriptor {
    /// The Euclidean distance; never a number where a descriptor is none.
    pub(crate) fn distance(&self, other: &Self) -> f32 {
        let squares = self.0.iter().zip(&other.0).map(|(one, two)| (one - two).powi(2));
        squares.sum::<f32>().sqrt()
    }

    /// The mean: it tells more than any one frame (face facts §4). `None` of nothing.
    pub(crate) fn mean<'a>(of: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        let count = of.clone().count();
        let mut mean = [0.0; DESCRIPTOR_LEN];
        for one in of {
            for (sum, value) in mean.iter_mut().zip(&one.0) {
                *sum += value / count as f32;
            }
        }
        (count > 0).then_some(Self(mean))
    }
}

/// A frame's face.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) descriptor: Descriptor,
    /// Seen from the front.
    pub(crate) frontal: bool,
}

/// Whether the frames show one person, and whether it is the portrait's: by the mean of the frontal ones.
pub(crate) fn finding(portrait: &Descriptor, frames: &[Seen], thresholds: Thresholds) -> Finding {
    let frontal = frames.iter().filter(|frame| frame.frontal).map(|frame| &frame.descriptor);
    let Some(mean) = Descriptor::mean(frontal) else { return Finding::NoMatch };
    if !is_one_person(&mean, frames) {
        return Finding::SeveralPeople;
    }
    let distance = mean.distance(portrait);
    if distance < thresholds.accept {
        Finding::Match
    } else if distance <= thresholds.refuse {
        Finding::Unsure
    } else {
        Finding::NoMatch
    }
}

/// Every frontal frame is near every other, so that their mean is nobody's in between; every frame is near that mean, and
/// near the one before it. Written so that a distance which is no number is not near.
fn is_one_person(mean: &Descriptor, frames: &[Seen]) -> bool {
    let near = |one: &Seen, other: &Descriptor, most: f32| one.descriptor.distance(other) < most;
    frames.iter().enumerate().all(|(number, frame)| {
        let earlier = &frames[..number];
        near(frame, mean, ONE_PERSON_TURNED)
            && earlier.last().is_none_or(|last| near(frame, &last.descriptor, ONE_PERSON_TURNED))
            && (!frame.frontal
                || earlier
                    .iter()
                    .filter(|other| other.frontal)
                    .all(|other| near(frame, &other.descriptor, ONE_PERSON_FRONTAL)))
    })
}

/// Whether the photograph of a card's front shows the portrait's face. It is a photograph of a print of that very
/// portrait; who shows it is judged by the frames, so doubt is enough here.
pub(crate) fn front(portrait: &Descriptor, front: &Descriptor, thresholds: Thresholds) -> FrontFinding {
    if portrait.distance(front) <= thresholds.refuse {
        FrontFinding::Resembles
    } else {
        FrontFinding::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { accept: 0.50, refuse: 0.60 };

    /// A descriptor at that place on the first axis.
    fn at(place: f32) -> Descriptor {
        let mut numbers = [0.0; DESCRIPTOR_LEN];
        numbers[0] = place;
        Descriptor(numbers)
    }

    fn front_at(place: f32) -> Seen {
        Seen { descriptor: at(place), frontal: true }
    }

    fn turned_at(place: f32) -> Seen {
        Seen { descriptor: at(place), frontal: false }
    }

    #[test]
    fn the_mean_of_the_frontal_frames_decides() {
        let found = |places: [f32; 3]| finding(&at(0.0), &places.map(front_at), THRESHOLDS);
        assert_eq!(found([0.30, 0.40, 0.50]), Finding::Match, "one frame alone would be doubtful");
        assert_eq!(found([0.45, 0.50, 0.55]), Finding::Unsure, "at the bound nobody can tell");
        assert_eq!(found([0.60, 0.60, 0.60]), Finding::Unsure);
        assert_eq!(found([0.60, 0.61, 0.62]), Finding::NoMatch);
        let with_turned = [front_at(0.4), front_at(0.4), turned_at(0.9), turned_at(0.9)];
        assert_eq!(finding(&at(0.0), &with_turned, THRESHOLDS), Finding::Match);
        assert_eq!(
            finding(&at(1.1), &with_turned, THRESHOLDS),
            Finding::NoMatch,
            "turned frames match nobody"
        );
    }

    #[test]
    fn one_stranger_among_the_frames_is_noticed() {
        for (stranger, place) in [(0, 0.9), (1, 0.9), (2, 0.9), (3, 0.71), (4, 0.71)] {
            let mut frames = [0.1, 0.1, 0.1].map(front_at).to_vec();
            frames.extend([0.1, 0.1].map(turned_at));
            frames[stranger].descriptor = at(place);
            assert_eq!(finding(&at(0.0), &frames, THRESHOLDS), Finding::SeveralPeople, "frame {stranger}");
        }
    }

    #[test]
    fn the_frontal_frames_of_two_people_have_no_mean_in_between() {
        // Each is 0.3 from their mean.
        let frames = [0.0, 0.0, 0.0, 0.6, 0.6, 0.6].map(front_at);
        assert_eq!(finding(&at(0.1), &frames, THRESHOLDS), Finding::SeveralPeople);
    }

    #[test]
    fn two_frames_that_are_near_the_mean_and_far_from_each_other_show_two_people() {
        let frames = [front_at(0.0), front_at(0.0), turned_at(0.35), turned_at(-0.35)];
        assert_eq!(finding(&at(0.0), &frames, THRESHOLDS), Finding::SeveralPeople);
        let frames = [front_at(0.0), front_at(0.0), turned_at(0.35), front_at(0.0), turned_at(-0.35)];
        assert_eq!(finding(&at(0.0), &frames, THRESHOLDS), Finding::Match);
    }

    #[test]
    fn what_is_no_number_never_matches() {
        let (nan, nan_seen) = (at(f32::NAN), front_at(f32::NAN));
        assert_eq!(finding(&nan, &[front_at(0.0)], THRESHOLDS), Finding::NoMatch);
        assert_eq!(finding(&at(0.0), &[front_at(0.0), nan_seen.clone()], THRESHOLDS), Finding::SeveralPeople);
        assert_eq!(finding(&at(0.0), &[nan_seen], THRESHOLDS), Finding::SeveralPeople);
        assert_eq!(
            finding(&at(0.0), &[front_at(0.0), turned_at(f32::NAN)], THRESHOLDS),
            Finding::SeveralPeople
        );
        assert_eq!(finding(&at(0.0), &[], THRESHOLDS), Finding::NoMatch);
        assert_eq!(finding(&at(0.0), &[turned_at(0.0)], THRESHOLDS), Finding::NoMatch, "none is frontal");
        assert_eq!(front(&at(0.0), &nan, THRESHOLDS), FrontFinding::Differs);
    }
}
