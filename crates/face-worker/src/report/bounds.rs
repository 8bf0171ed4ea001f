//! How sure a measured rate is: exact bounds of a binomial proportion (Clopper and Pearson, Biometrika 26, 1934).

use statrs::function::beta::inv_beta_reg;

/// What the bounds leave out, both sides together: they are 95 % bounds.
const LEFT_OUT: f64 = 0.05;

/// So many errors among so many trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) errors: usize,
    pub(super) trials: usize,
}

/// Between these the true rate lies, with 95 % confidence or more, if the trials are independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

impl Rate {
    /// The share of errors; `None` without a trial.
    pub(super) fn share(self) -> Option<f64> {
        (self.trials > 0).then(|| self.errors as f64 / self.trials as f64)
    }

    /// Two-sided 95 % bounds: 2.5 % on either side. Without a trial, anything can be.
    pub(super) fn bounds(self) -> Bounds {
        Bounds { lower: self.lower(LEFT_OUT / 2.0), upper: self.upper(LEFT_OUT / 2.0) }
    }

    /// The rate is below this with 95 % confidence: one-sided. Without an error it is about three over the number of
    /// trials, the *rule of three*.
    pub(super) fn below(self) -> f64 {
        self.upper(LEFT_OUT)
    }

    /// The rate at which so many errors or more happen with that probability.
    fn lower(self, probability: f64) -> f64 {
        if self.errors == 0 {
            return 0.0;
        }
        // At all errors p^n = probability.
        let (errors, trials) = (self.errors as f64, self.trials as f64);
        if self.errors >= self.trials {
            return probability.powf(1.0 / trials);
        }
        inv_beta_reg(errors, trials - errors + 1.0, probability)
    }

    /// The rate at which so many errors or fewer happen with that probability.
    fn upper(self, probability: f64) -> f64 {
        let right = Self { errors: self.trials - self.errors.min(self.trials), trials: self.trials };
        1.0 - right.lower(probability)
    }
}

/// Fewest trials without an error that put a rate below `rate` with 95 % confidence.
pub(super) fn trials_to_show(rate: f64) -> f64 {
    (LEFT_OUT.ln() / (-rate).ln_1p()).ceil()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::function::beta::beta_reg;

    use super::*;

    fn bounds(errors: usize, trials: usize) -> (f64, f64) {
        let Bounds { lower, upper } = Rate { errors, trials }.bounds();
        (lower, upper)
    }

    fn close(one: (f64, f64), other: (f64, f64)) -> bool {
        (one.0 - other.0).abs() < 5e-5 && (one.1 - other.1).abs() < 5e-5
    }

    #[test]
    fn bounds_are_the_published_ones() {
        // Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 5 (Clopper-Pearson).
        for (errors, trials, published) in [
            (81, 263, (0.2527, 0.3676)),
            (15, 148, (0.0578, 0.1617)),
            (0, 20, (0.0, 0.1684)),
            (1, 29, (0.0009, 0.1776)),
        ] {
            let found = bounds(errors, trials);
            assert!(close(found, published), "{errors}/{trials}: {found:?}, published {published:?}");
        }
        // R's binom.test(0, 10) and binom.test(5, 10).
        assert!(close(bounds(0, 10), (0.0, 0.3085)));
        assert!(close(bounds(5, 10), (0.1871, 0.8129)));
    }

    #[test]
    fn without_an_error_the_rule_of_three_falls_out() {
        // ISO/IEC 19795-1: below 3/N with 95 % confidence.
        for trials in [100, 353, 3_000, 30_000, 3_000_000] {
            let below = Rate { errors: 0, trials }.below();
            let three = 3.0 / trials as f64;
            assert!(below < three && below > 0.98 * three, "{trials}: {below}");
        }
        assert!(close((Rate { errors: 0, trials: 353 }.below(), 0.0), (0.00845, 0.0)));
    }

    #[test]
    fn one_in_ten_thousand_takes_about_thirty_thousand_trials() {
        let needed = trials_to_show(1e-4);
        assert!((needed - 29_956.0).abs() < f64::EPSILON, "{needed}");
        let below = |trials| Rate { errors: 0, trials }.below();
        assert!(below(29_956) <= 1e-4 && below(29_955) > 1e-4);
    }

    #[test]
    fn without_a_trial_anything_can_be() {
        assert_eq!(Rate { errors: 0, trials: 0 }.share(), None);
        assert_eq!(bounds(0, 0), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn bounds_enclose_the_share_and_leave_out_a_fortieth_each(trials in 1_usize..2_000_000, part in 0.0..=1.0_f64) {
            let errors = (trials as f64 * part) as usize;
            let rate = Rate { errors, trials };
            let Bounds { lower, upper } = rate.bounds();
            let share = rate.share().unwrap();
            prop_assert!((0.0..=1.0).contains(&lower) && (0.0..=1.0).contains(&upper));
            prop_assert!(lower <= share && share <= upper, "{lower} {share} {upper}");
            // At a bound, the tail of the binomial distribution has the probability that was asked for.
            let (errors, trials) = (errors as f64, trials as f64);
            if errors > 0.0 {
                let tail = beta_reg(errors, trials - errors + 1.0, lower);
                prop_assert!((tail - 0.025).abs() < 1e-6, "{tail}");
            }
            if errors < trials {
                let tail = 1.0 - beta_reg(errors + 1.0, trials - errors, upper);
                prop_assert!((tail - 0.025).abs() < 1e-6, "{tail}");
            }
        }

        #[test]
        fn more_trials_bring_the_bounds_closer(errors in 0_usize..50, trials in 50_usize..5_000) {
            let width = |rate: Rate| { let Bounds { lower, upper } = rate.bounds(); upper - lower };
            let few = Rate { errors, trials };
            let many = Rate { errors: errors * 4, trials: trials * 4 };
            prop_assert!(width(many) < width(few));
        }

        #[test]
        fn errors_and_successes_mirror_each_other(trials in 1_usize..100_000, part in 0.0..=1.0_f64) {
            let errors = (trials as f64 * part) as usize;
            let (lower, upper) = bounds(errors, trials);
            let (other_lower, other_upper) = bounds(trials - errors, trials);
            prop_assert!((lower + other_upper - 1.0).abs() < 1e-9 && (upper + other_lower - 1.0).abs() < 1e-9);
        }
    }
}
