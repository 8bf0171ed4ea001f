//! The equal error rate: where as many genuine pairs are refused as impostor pairs accepted.

use super::rates::OperatingPoint;

/// The equal error rate and the threshold it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct EqualError {
    pub(super) rate: f64,
    pub(super) threshold: f32,
}

/// Both rates are steps, and rarely meet in a measured point. Between the last point where FNMR is the larger and the
/// first where it is not, both are joined by a straight line, and the rate is read where they cross. Where they meet
/// over a range of thresholds, the threshold is the middle of it. `None` without points.
pub(super) fn equal_error(points: &[OperatingPoint]) -> Option<EqualError> {
    let excess = |point: &OperatingPoint| point.fmr - point.fnmr;
    let number = points.iter().position(|point| excess(point) >= 0.0)?;
    let after = &points[number];
    let over = excess(after);
    if over <= 0.0 {
        // They meet from this distance up to the next one.
        let next = points.get(number + 1).map_or(after.distance, |next| next.distance);
        return Some(EqualError { rate: after.fmr, threshold: f32::midpoint(after.distance, next) });
    }
    // The first point accepts nothing, so one lies before.
    let before = points.get(number.checked_sub(1)?)?;
    let under = -excess(before);
    let way = under / (under + over);
    Some(EqualError { rate: before.fmr + way * (after.fmr - before.fmr), threshold: after.distance })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rates::{Distances, Truth};
    use super::*;

    fn of(genuine: &[f32], impostor: &[f32]) -> Option<EqualError> {
        let genuine = genuine.iter().map(|&distance| (Truth::Genuine, distance));
        let all = genuine.chain(impostor.iter().map(|&distance| (Truth::Impostor, distance)));
        equal_error(&Distances::new(all).operating_points())
    }

    fn assert_is(found: Option<EqualError>, rate: f64, threshold: f32) {
        let found = found.unwrap();
        assert!((found.rate - rate).abs() < 1e-9, "{found:?}, not {rate}");
        assert!((found.threshold - threshold).abs() < 1e-6, "{found:?}, not at {threshold}");
    }

    #[test]
    fn kinds_that_do_not_overlap_have_none_in_the_middle_between_them() {
        assert_is(of(&[0.2, 0.4], &[0.8, 0.9]), 0.0, 0.6);
    }

    #[test]
    fn one_of_four_on_either_side_is_a_quarter() {
        assert_is(of(&[0.1, 0.2, 0.3, 0.7], &[0.5, 0.8, 0.9, 1.0]), 0.25, 0.6);
    }

    #[test]
    fn between_two_points_it_is_read_from_the_line_that_joins_them() {
        // Up to 0.4: FMR 0, FNMR 1/2. Up to 0.5: FMR 1, FNMR 1/2. Their line meets FMR = FNMR at 1/2.
        assert_is(of(&[0.4, 0.9], &[0.5]), 0.5, 0.5);
        // Up to 0.4: 0 and 1/3. Up to 0.5: 1/2 and 1/3: the line is level, at 1/3.
        assert_is(of(&[0.1, 0.4, 0.9], &[0.5, 1.0]), 1.0 / 3.0, 0.5);
        // A tie moves both: from (0, 1) to (1, 0).
        assert_is(of(&[0.5], &[0.5]), 0.5, 0.5);
    }

    #[test]
    fn an_engine_that_is_wrong_about_everybody_has_one() {
        assert_is(of(&[0.8, 0.9], &[0.1, 0.2]), 1.0, 0.5);
    }

    #[test]
    fn one_kind_alone_has_none() {
        assert_eq!(of(&[0.5], &[]), None);
        assert_eq!(of(&[], &[0.5]), None);
    }

    proptest! {
        #[test]
        fn it_lies_between_the_rates_on_both_sides(
            genuine in prop::collection::vec(0.0_f32..1.0, 1..50),
            impostor in prop::collection::vec(0.0_f32..1.0, 1..50),
        ) {
            let found = of(&genuine, &impostor).unwrap();
            let all = genuine.iter().map(|&d| (Truth::Genuine, d)).chain(impostor.iter().map(|&d| (Truth::Impostor, d)));
            let measured = Distances::new(all);
            // Just at the threshold and just above it: at the one FNMR is the larger, at the other FMR.
            let (fmr, fnmr) = (measured.fmr(found.threshold), measured.fnmr(found.threshold));
            let above = f32::from_bits(found.threshold.to_bits() + 1);
            let (fmr_above, fnmr_above) = (measured.fmr(above), measured.fnmr(above));
            let low = fmr.share().unwrap().max(fnmr_above.share().unwrap());
            let high = fnmr.share().unwrap().min(fmr_above.share().unwrap()).max(low);
            prop_assert!(found.rate >= low - 1e-9 && found.rate <= high + 1e-9, "{found:?} {low} {high}");
        }

        #[test]
        fn swapping_the_kinds_and_the_order_of_distances_keeps_it(
            genuine in prop::collection::vec(0_u8..64, 1..50),
            impostor in prop::collection::vec(0_u8..64, 1..50),
        ) {
            // Parts of 64, so that turning them loses nothing.
            let parts = |of: Vec<u8>| of.into_iter().map(|part| f32::from(part) / 64.0).collect::<Vec<_>>();
            let (genuine, impostor) = (parts(genuine), parts(impostor));
            let turned = |of: &[f32]| of.iter().map(|distance| 1.0 - distance).collect::<Vec<_>>();
            let (one, other) = (of(&genuine, &impostor).unwrap(), of(&turned(&impostor), &turned(&genuine)).unwrap());
            prop_assert!((one.rate - other.rate).abs() < 1e-9, "{one:?} {other:?}");
        }
    }
}
