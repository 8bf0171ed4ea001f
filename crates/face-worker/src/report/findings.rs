//! What came out: which pairs could be compared, and how far apart they are.

use std::path::PathBuf;

use super::crew::{Described, LeftOut, Task};
use super::pairs::{Pair, Pairs, PictureId};
use super::rates::{Distances, Truth};
use crate::rules::Thresholds;

/// Every picture in the parts it plays: the first of a pair may be turned into what a chip holds.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) tasks: Vec<Task>,
    /// By picture, the task that describes it as the first and as the second of a pair.
    first: Vec<Option<usize>>,
    second: Vec<Option<usize>>,
}

/// The result of a run.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) distances: Distances,
    pub(super) sources: Vec<Source>,
    pub(super) left_out: Vec<LeftOutPicture>,
    /// Pictures that the pairs name.
    pub(super) pictures: usize,
    /// Pictures that were described as they are.
    pub(super) described: usize,
    /// Pictures that were described as a chip's portrait.
    pub(super) described_as_chip: usize,
    pub(super) with_themselves: usize,
    pub(super) repeated: usize,
}

/// Pairs of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) genuine: usize,
    /// Genuine pairs that are not accepted.
    pub(super) not_accepted: usize,
    pub(super) impostor: usize,
    /// Impostor pairs that are accepted.
    pub(super) accepted: usize,
    /// Pairs that could not be compared.
    pub(super) left_out: usize,
}

/// A picture that could not be used, and the pairs that are lost with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOutPicture {
    pub(super) name: PathBuf,
    pub(super) as_chip: bool,
    pub(super) reason: LeftOut,
    pub(super) pairs: usize,
}

impl Plan {
    /// Each picture once in each part; with `chip`, the first of a pair is another part than the second.
    pub(super) fn of(pairs: &Pairs, images: &std::path::Path, chip: bool) -> Self {
        let none = || vec![None; pairs.pictures.len()];
        let mut plan = Self { tasks: Vec::new(), first: none(), second: none() };
        for Pair { reference, probe, .. } in &pairs.pairs {
            for (picture, as_chip) in [(reference, chip), (probe, false)] {
                let number = picture.0 as usize;
                let part = if as_chip { &mut plan.first } else { &mut plan.second };
                part[number].get_or_insert_with(|| {
                    plan.tasks.push(Task { path: images.join(&pairs.pictures[number]), as_chip });
                    plan.tasks.len() - 1
                });
            }
        }
        if !chip {
            plan.first.clone_from(&plan.second);
        }
        plan
    }

    fn task(part: &[Option<usize>], picture: PictureId) -> usize {
        part[picture.0 as usize].expect("every picture of a pair has its task")
    }

    /// Compares what was described.
    pub(super) fn compare(
        &self,
        pairs: &Pairs,
        described: Vec<Described>,
        thresholds: Thresholds,
    ) -> Findings {
        let mut lost = vec![0_usize; self.tasks.len()];
        let named = |name: &String| Source { name: name.clone(), ..Source::default() };
        let mut sources: Vec<Source> = pairs.sources.iter().map(named).collect();
        let mut measured = Vec::with_capacity(pairs.pairs.len());
        for pair in &pairs.pairs {
            let source = &mut sources[pair.source];
            let (first, second) =
                (Self::task(&self.first, pair.reference), Self::task(&self.second, pair.probe));
            let (Ok(one), Ok(other)) = (&described[first], &described[second]) else {
                source.left_out += 1;
                for task in [first, second] {
                    lost[task] += usize::from(described[task].is_err());
                }
                continue;
            };
            let distance = one.distance(other);
            match pair.truth {
                Truth::Genuine => {
                    source.genuine += 1;
                    source.not_accepted += usize::from(distance >= thresholds.accept);
                }
                Truth::Impostor => {
                    source.impostor += 1;
                    source.accepted += usize::from(distance < thresholds.accept);
                }
            }
            measured.push((pair.truth, distance));
        }
        let names = self.names(pairs);
        let usable = |as_chip| {
            let tasks = described.iter().zip(&self.tasks);
            tasks.filter(|(one, task)| one.is_ok() && task.as_chip == as_chip).count()
        };
        let (described_as_chip, as_they_are) = (usable(true), usable(false));
        let left_out = described.into_iter().enumerate().filter_map(|(task, one)| {
            let reason = one.err()?;
            let (name, as_chip) = (names[task].clone(), self.tasks[task].as_chip);
            Some(LeftOutPicture { name, as_chip, reason, pairs: lost[task] })
        });
        Findings {
            distances: Distances::new(measured),
            sources,
            left_out: left_out.collect(),
            pictures: pairs.pictures.len(),
            described: as_they_are,
            described_as_chip,
            with_themselves: pairs.with_themselves,
            repeated: pairs.repeated,
        }
    }

    /// The pictures' names in the pairs file, by task.
    fn names(&self, pairs: &Pairs) -> Vec<PathBuf> {
        let mut names = vec![PathBuf::new(); self.tasks.len()];
        for part in [&self.first, &self.second] {
            for (picture, task) in part.iter().enumerate() {
                if let Some(task) = *task {
                    names[task].clone_from(&pairs.pictures[picture]);
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use face::UnfitReason;
    use face_dlib_sys::DESCRIPTOR_LEN;

    use super::*;
    use crate::likeness::Descriptor;

    const THRESHOLDS: Thresholds = Thresholds { accept: 0.5, refuse: 0.6 };

    fn pairs() -> Pairs {
        let pair = |reference, probe, truth, source| Pair {
            reference: PictureId(reference),
            probe: PictureId(probe),
            truth,
            source,
        };
        Pairs {
            pictures: ["a", "b", "c"].map(PathBuf::from).to_vec(),
            sources: vec!["town".into(), "village".into()],
            pairs: vec![
                pair(0, 1, Truth::Genuine, 0),
                pair(0, 2, Truth::Impostor, 1),
                pair(1, 2, Truth::Impostor, 1),
            ],
            with_themselves: 4,
            repeated: 5,
        }
    }

    fn at(place: f32) -> Described {
        let mut numbers = [0.0; DESCRIPTOR_LEN];
        numbers[0] = place;
        Ok(Box::new(Descriptor(numbers)))
    }

    fn tasks(plan: &Plan) -> Vec<(&Path, bool)> {
        plan.tasks.iter().map(|task| (task.path.as_path(), task.as_chip)).collect()
    }

    #[test]
    fn every_picture_is_described_once() {
        let plan = Plan::of(&pairs(), Path::new("/p"), false);
        assert_eq!(
            tasks(&plan),
            [("/p/a", false), ("/p/b", false), ("/p/c", false)].map(|(p, c)| (Path::new(p), c))
        );
    }

    #[test]
    fn with_chips_the_first_of_a_pair_is_another_part_than_the_second() {
        let plan = Plan::of(&pairs(), Path::new("/p"), true);
        let expected = [("/p/a", true), ("/p/b", false), ("/p/c", false), ("/p/b", true)];
        assert_eq!(tasks(&plan), expected.map(|(path, chip)| (Path::new(path), chip)));
    }

    #[test]
    fn pairs_are_compared_and_counted_by_source() {
        let plan = Plan::of(&pairs(), Path::new("/p"), false);
        let found = plan.compare(&pairs(), vec![at(0.0), at(0.5), at(0.75)], THRESHOLDS);
        assert_eq!(found.distances.of(Truth::Genuine), [0.5]);
        assert_eq!(found.distances.of(Truth::Impostor), [0.25, 0.75]);
        let town = Source { name: "town".into(), genuine: 1, not_accepted: 1, ..Source::default() };
        let village = Source { name: "village".into(), impostor: 2, accepted: 1, ..Source::default() };
        assert_eq!(found.sources, [town, village]);
        assert_eq!(
            (found.described, found.described_as_chip, found.with_themselves, found.repeated),
            (3, 0, 4, 5)
        );
        assert!(found.left_out.is_empty());
    }

    #[test]
    fn a_picture_without_a_face_takes_its_pairs_with_it() {
        let plan = Plan::of(&pairs(), Path::new("/p"), false);
        let found = plan.compare(
            &pairs(),
            vec![at(0.0), at(0.5), Err(LeftOut::Unfit(UnfitReason::NoFace))],
            THRESHOLDS,
        );
        let reason = LeftOut::Unfit(UnfitReason::NoFace);
        assert_eq!(found.left_out, [LeftOutPicture { name: "c".into(), as_chip: false, reason, pairs: 2 }]);
        assert_eq!(found.sources[1].left_out, 2);
        assert!(found.distances.of(Truth::Impostor).is_empty());
    }
}
