//! Error rates at every threshold, from the distances of the pairs.

use super::bounds::Rate;

/// What a pair truly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Truth {
    /// Two pictures of one person.
    Genuine,
    /// Pictures of two people.
    Impostor,
}

/// The distances of all compared pairs, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Distances {
    genuine: Vec<f32>,
    impostor: Vec<f32>,
}

/// What becomes of pairs under the two thresholds of the settings, as the engine decides: `distance < accept`, at most
/// `refuse`, above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) accepted: usize,
    pub(super) unsure: usize,
    pub(super) refused: usize,
}

/// The rates of one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OperatingPoint {
    /// The largest distance that is accepted.
    pub(super) distance: f32,
    /// Share of impostor pairs that are accepted.
    pub(super) fmr: f64,
    /// Share of genuine pairs that are not.
    pub(super) fnmr: f64,
}

impl Distances {
    /// Sorts what was measured. No distance is NaN: whoever measures leaves such pairs out.
    pub(super) fn new(measured: impl IntoIterator<Item = (Truth, f32)>) -> Self {
        let mut distances = Self::default();
        for (truth, distance) in measured {
            match truth {
                Truth::Genuine => distances.genuine.push(distance),
                Truth::Impostor => distances.impostor.push(distance),
            }
        }
        distances.genuine.sort_by(f32::total_cmp);
        distances.impostor.sort_by(f32::total_cmp);
        distances
    }

    /// Of the pairs of one kind, in ascending order.
    pub(super) fn of(&self, truth: Truth) -> &[f32] {
        match truth {
            Truth::Genuine => &self.genuine,
            Truth::Impostor => &self.impostor,
        }
    }

    /// False match rate: impostor pairs closer than the threshold.
    pub(super) fn fmr(&self, threshold: f32) -> Rate {
        Rate { errors: closer(&self.impostor, threshold), trials: self.impostor.len() }
    }

    /// False non-match rate: genuine pairs that are not closer than the threshold.
    pub(super) fn fnmr(&self, threshold: f32) -> Rate {
        let trials = self.genuine.len();
        Rate { errors: trials - closer(&self.genuine, threshold), trials }
    }

    /// What the engine would decide about the pairs of one kind.
    pub(super) fn decided(&self, truth: Truth, accept: f32, refuse: f32) -> Decided {
        let of = self.of(truth);
        let accepted = closer(of, accept);
        let refused = of.len() - of.partition_point(|&distance| distance <= refuse);
        Decided { accepted, unsure: of.len() - accepted - refused, refused }
    }

    /// Every threshold at which a rate changes, from *nothing is accepted* to *everything is*; empty where one kind of
    /// pairs is missing.
    pub(super) fn operating_points(&self) -> Vec<OperatingPoint> {
        let (genuine, impostor) = (&self.genuine, &self.impostor);
        if genuine.is_empty() || impostor.is_empty() {
            return Vec::new();
        }
        let mut points = vec![OperatingPoint { distance: f32::NEG_INFINITY, fmr: 0.0, fnmr: 1.0 }];
        let (mut accepted, mut passed) = (0, 0);
        while accepted < genuine.len() || passed < impostor.len() {
            let next = [genuine.get(accepted), impostor.get(passed)].into_iter().flatten();
            let distance = next.copied().fold(f32::INFINITY, f32::min);
            accepted += genuine[accepted..].partition_point(|&other| other <= distance);
            passed += impostor[passed..].partition_point(|&other| other <= distance);
            points.push(OperatingPoint {
                distance,
                fmr: passed as f64 / impostor.len() as f64,
                fnmr: (genuine.len() - accepted) as f64 / genuine.len() as f64,
            });
        }
        points
    }
}

/// How many are closer than the threshold.
fn closer(ascending: &[f32], threshold: f32) -> usize {
    ascending.partition_point(|&distance| distance < threshold)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn distances(genuine: &[f32], impostor: &[f32]) -> Distances {
        let genuine = genuine.iter().map(|&distance| (Truth::Genuine, distance));
        Distances::new(genuine.chain(impostor.iter().map(|&distance| (Truth::Impostor, distance))))
    }

    #[test]
    fn a_pair_at_the_threshold_is_not_accepted() {
        let measured = distances(&[0.5, 0.2, 0.7], &[0.5, 0.9, 0.4, 0.6]);
        assert_eq!(measured.fmr(0.5), Rate { errors: 1, trials: 4 });
        assert_eq!(measured.fnmr(0.5), Rate { errors: 2, trials: 3 });
    }

    #[test]
    fn between_the_settings_nobody_can_tell_and_both_bounds_belong_to_that() {
        let measured = distances(&[0.49, 0.5, 0.55, 0.6, 0.61], &[]);
        let expected = Decided { accepted: 1, unsure: 3, refused: 1 };
        assert_eq!(measured.decided(Truth::Genuine, 0.5, 0.6), expected);
        let nothing = Decided { accepted: 0, unsure: 0, refused: 0 };
        assert_eq!(measured.decided(Truth::Impostor, 0.5, 0.6), nothing);
    }

    #[test]
    fn operating_points_go_through_every_distance_once() {
        let points = distances(&[0.1, 0.3, 0.3], &[0.3, 0.8]).operating_points();
        let found: Vec<_> = points.iter().map(|point| (point.distance, point.fmr, point.fnmr)).collect();
        let third = 1.0 / 3.0;
        let expected =
            [(f32::NEG_INFINITY, 0.0, 1.0), (0.1, 0.0, 2.0 * third), (0.3, 0.5, 0.0), (0.8, 1.0, 0.0)];
        assert_eq!(found, expected);
        assert!(distances(&[0.1], &[]).operating_points().is_empty());
    }

    proptest! {
        #[test]
        fn a_looser_threshold_lets_more_of_both_kinds_pass(
            genuine in prop::collection::vec(0.0_f32..1.5, 1..60),
            impostor in prop::collection::vec(0.0_f32..1.5, 1..60),
            one in 0.0_f32..1.5,
            other in 0.0_f32..1.5,
        ) {
            let measured = distances(&genuine, &impostor);
            let (strict, loose) = (one.min(other), one.max(other));
            prop_assert!(measured.fmr(strict).errors <= measured.fmr(loose).errors);
            prop_assert!(measured.fnmr(strict).errors >= measured.fnmr(loose).errors);
            // Counted one by one.
            prop_assert_eq!(measured.fmr(one).errors, impostor.iter().filter(|&&distance| distance < one).count());
            prop_assert_eq!(measured.fnmr(one).errors, genuine.iter().filter(|&&distance| distance >= one).count());
            let decided = measured.decided(Truth::Genuine, strict, loose);
            prop_assert_eq!(decided.accepted + decided.unsure + decided.refused, genuine.len());
        }

        #[test]
        fn operating_points_agree_with_the_rates_between_them(
            genuine in prop::collection::vec(0.0_f32..1.5, 1..40),
            impostor in prop::collection::vec(0.0_f32..1.5, 1..40),
        ) {
            let measured = distances(&genuine, &impostor);
            let points = measured.operating_points();
            for pair in points.windows(2) {
                prop_assert!(pair[0].distance < pair[1].distance);
                prop_assert!(pair[0].fmr <= pair[1].fmr && pair[0].fnmr >= pair[1].fnmr);
                // Everything up to the first of the two is accepted, the second is not yet.
                let threshold = pair[1].distance;
                prop_assert_eq!(measured.fmr(threshold).share(), Some(pair[0].fmr));
                prop_assert_eq!(measured.fnmr(threshold).share(), Some(pair[0].fnmr));
            }
            let last = points.last().unwrap();
            prop_assert!((last.fmr - 1.0).abs() < 1e-12 && last.fnmr.abs() < 1e-12);
        }
    }
}
