//! The detection error trade-off: FNMR over FMR for every threshold, on normal-deviate axes (Martin and others, "The DET
//! curve in assessment of detection task performance", 1997), where normally distributed distances give a straight line.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use statrs::function::erf::erfc_inv;

use super::bounds::Rate;
use super::chart::{self, DrawError, GENUINE, GRID, IMPOSTOR, INK, SETTING, text};
use super::equal_error::equal_error;
use super::rates::{Distances, OperatingPoint, Truth};
use crate::rules::Thresholds;

/// Rates that an axis names.
const NAMED: [f64; 15] =
    [1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95];
/// On an axis that begins lower, names would stand too close between this and 1 %.
const CROWDED: f64 = 1e-3;
/// How far beyond the lowest rate of an axis *no error* stands, in normal deviates.
const GAP: f64 = 0.35;
/// Points nearer to the last one than this, in normal deviates, are not drawn.
const NEAR: f64 = 0.002;

/// Draws the curve; without genuine or impostor pairs, a picture that says so.
pub(super) fn draw(distances: &Distances, thresholds: Thresholds) -> Result<String, DrawError> {
    let title = "False matches against false non-matches (DET)";
    let points = distances.operating_points();
    let Some(equal) = equal_error(&points) else {
        let nothing = "Nothing to draw: it takes genuine and impostor pairs.";
        return chart::svg(|area| chart::heading(area, title, &[(nothing, INK)]).map(drop));
    };
    let (across, up) = (
        Axis::of(distances.of(Truth::Impostor).len(), equal.rate),
        Axis::of(distances.of(Truth::Genuine).len(), equal.rate),
    );
    let equal = format!(
        "Equal error rate {:.2} % at distance {:.3}; dotted: FMR = FNMR.",
        equal.rate * 100.0,
        equal.threshold
    );
    let lines = [
        (
            "Each point is a threshold. Both axes are normal-deviate scales; 0 stands apart at their beginning.",
            INK,
        ),
        (equal.as_str(), INK),
        ("Orange: 95 % bounds of both rates at the thresholds of the settings.", IMPOSTOR),
    ];
    let marks = marks(distances, thresholds, &across, &up);
    chart::svg(|area| {
        let area = chart::heading(area, title, &lines)?;
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(56)
            .y_label_area_size(76)
            .margin_right(20)
            .build_cartesian_2d(across, up)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .x_labels(NAMED.len() + 1)
            .y_labels(NAMED.len() + 1)
            .x_desc("FMR: impostor pairs that pass")
            .y_desc("FNMR: genuine pairs that fail")
            .label_style(text(14, INK, HPos::Left, VPos::Top))
            .axis_desc_style(text(16, INK, HPos::Left, VPos::Top))
            .draw()?;

        for line in marks.iter().flat_map(|mark| mark.bounds.iter().flatten()) {
            chart.draw_series(LineSeries::new(*line, IMPOSTOR.mix(0.4).stroke_width(8)))?;
        }
        let lowest = across.lowest.max(up.lowest);
        let equal_rates =
            NAMED.into_iter().filter(|rate| *rate >= lowest && across.shows(*rate) && up.shows(*rate));
        let diagonal: Vec<_> = equal_rates.map(|rate| (across.place(rate), up.place(rate))).collect();
        chart.draw_series(DashedLineSeries::new(diagonal, 3, 4, INK.mix(0.5).stroke_width(1)))?;
        chart.draw_series(LineSeries::new(curve(&points, &across, &up), GENUINE.stroke_width(2)))?;
        let look = |mark: &Mark| if mark.bounds.is_some() { (5, SETTING) } else { (3, GENUINE) };
        for mark in marks.iter().rev() {
            let (size, colour) = look(mark);
            chart.draw_series([Circle::new(mark.place, size, colour.filled())])?;
        }
        let mut named: Vec<(i32, i32)> = Vec::new();
        for mark in &marks {
            // Points that fall together are named once, by the first: a setting goes before the others.
            let (x, y) = chart.backend_coord(&mark.place);
            if named.iter().any(|other| (other.0 - x).abs() < 60 && (other.1 - y).abs() < 14) {
                continue;
            }
            named.push((x, y));
            let (left, above) = area.get_base_pixel();
            let (_, colour) = look(mark);
            let style = text(14, colour, HPos::Left, VPos::Bottom);
            area.draw_text(&mark.name, &style, (x + 8 - left, y - 5 - above))?;
        }
        Ok(())
    })
}

/// A threshold on the curve.
struct Mark {
    place: (f64, f64),
    name: String,
    /// Of the settings' thresholds: the bounds of both rates, as lines through the point.
    bounds: Option<[[(f64, f64); 2]; 2]>,
}

/// The settings' thresholds, then the others, as far as both axes show them.
fn marks(distances: &Distances, thresholds: Thresholds, across: &Axis, up: &Axis) -> Vec<Mark> {
    let Thresholds { accept, refuse } = thresholds;
    let is_setting =
        |threshold: f32| [accept, refuse].iter().any(|setting| (threshold - setting).abs() < 1e-6);
    let fixed = (6_u8..=16).map(|step| f32::from(step) / 20.0).filter(|threshold| !is_setting(*threshold));
    let all =
        [(accept, "accept "), (refuse, "refuse ")].into_iter().chain(fixed.map(|threshold| (threshold, "")));
    let mark = |(threshold, name): (f32, &str)| {
        let (fmr, fnmr) = (distances.fmr(threshold), distances.fnmr(threshold));
        let shown = |rate: Rate, axis: &Axis| {
            rate.share().filter(|share| axis.shows(*share)).map(|share| axis.place(share))
        };
        let (x, y) = (shown(fmr, across)?, shown(fnmr, up)?);
        let bounds = (!name.is_empty())
            .then(|| [bounds(fmr, across).map(|place| (place, y)), bounds(fnmr, up).map(|place| (x, place))]);
        Some(Mark { place: (x, y), name: format!("{name}{threshold:.2}"), bounds })
    };
    all.filter_map(mark).collect()
}

/// The 95 % bounds of a rate as places on an axis.
fn bounds(rate: Rate, axis: &Axis) -> [f64; 2] {
    let bounds = rate.bounds();
    [axis.clamped(bounds.lower), axis.clamped(bounds.upper)]
}

/// The points that both axes show, with the ends of the steps that lead out of them.
fn curve(points: &[OperatingPoint], across: &Axis, up: &Axis) -> Vec<(f64, f64)> {
    let mut curve: Vec<(f64, f64)> = Vec::new();
    let shown = |point: &OperatingPoint| across.shows(point.fmr) && up.shows(point.fnmr);
    for (number, point) in points.iter().enumerate() {
        let beside = [number.checked_sub(1), Some(number + 1)].into_iter().flatten();
        if !shown(point) && !beside.filter_map(|other| points.get(other)).any(shown) {
            continue;
        }
        let place = (across.clamped(point.fmr), up.clamped(point.fnmr));
        let near = |last: &(f64, f64)| (last.0 - place.0).abs() < NEAR && (last.1 - place.1).abs() < NEAR;
        if !curve.last().is_some_and(near) {
            curve.push(place);
        }
    }
    curve
}

/// A normal-deviate axis for the rate of so many trials. Its values are places, in normal deviates.
#[derive(Clone, Copy)]
struct Axis {
    lowest: f64,
    highest: f64,
}

impl Axis {
    /// From the named rate that less than one error makes, up to what is of interest.
    fn of(trials: usize, equal: f64) -> Self {
        let one = 1.0 / trials.max(1) as f64;
        let lowest = NAMED.into_iter().rfind(|named| *named < one.min(0.05)).unwrap_or(NAMED[0]);
        Self { lowest, highest: if equal < 0.2 { 0.6 } else { 0.95 } }
    }

    /// Where *no error* stands.
    fn zero(&self) -> f64 {
        deviate(self.lowest) - GAP
    }

    fn keys(&self) -> Vec<f64> {
        let named = NAMED.into_iter().filter(|rate| *rate >= self.lowest && *rate <= self.highest);
        let crowded = |rate: f64| self.lowest < CROWDED && rate > CROWDED && rate < 0.01;
        let named = named.filter(|rate| !crowded(*rate));
        core::iter::once(self.zero()).chain(named.map(deviate)).collect()
    }

    fn shows(&self, rate: f64) -> bool {
        rate <= self.highest
    }

    fn place(&self, rate: f64) -> f64 {
        if rate < self.lowest { self.zero() } else { deviate(rate) }
    }

    fn clamped(&self, rate: f64) -> f64 {
        self.place(rate.min(self.highest))
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, limit: (i32, i32)) -> i32 {
        let range = self.range();
        let way = (place - range.start) / (range.end - range.start);
        limit.0 + (way * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.keys()
    }

    fn range(&self) -> core::ops::Range<f64> {
        self.zero() - GAP / 2.0..deviate(self.highest)
    }
}

impl ValueFormatter<f64> for Axis {
    fn format(place: &f64) -> String {
        // Formatting knows no axis: a place that is no named rate's is that of *no error*.
        let named = NAMED.into_iter().find(|rate| (deviate(*rate) - place).abs() < 1e-9);
        named.map_or_else(|| "0".to_owned(), |rate| format!("{} %", (rate * 1e8).round() / 1e6))
    }
}

/// The normal deviate of a probability inside (0, 1).
fn deviate(probability: f64) -> f64 {
    -core::f64::consts::SQRT_2 * erfc_inv(2.0 * probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_are_the_published_ones() {
        // Quantiles of the normal distribution, from any table of it.
        for (probability, published) in
            [(0.5, 0.0), (0.025, -1.959_964), (0.01, -2.326_348), (1e-4, -3.719_016), (0.95, 1.644_854)]
        {
            assert!((deviate(probability) - published).abs() < 1e-5, "{probability}");
        }
    }

    #[test]
    fn an_axis_begins_below_one_error_and_names_round_rates() {
        let axis = Axis::of(353, 0.01);
        assert!((axis.lowest - 0.002).abs() < 1e-12);
        let names: Vec<_> = axis.keys().iter().map(Axis::format).collect();
        assert_eq!(names, ["0", "0.2 %", "0.5 %", "1 %", "2 %", "5 %", "10 %", "20 %", "40 %", "60 %"]);
        let names: Vec<_> = Axis::of(5000, 0.01).keys().iter().map(Axis::format).collect();
        assert_eq!(names, ["0", "0.01 %", "0.1 %", "1 %", "2 %", "5 %", "10 %", "20 %", "40 %", "60 %"]);
        assert_eq!(Axis::format(&Axis::of(50_000, 0.01).keys()[1]), "0.001 %");
        assert_eq!(Axis::format(&Axis::of(900_000, 0.01).keys()[1]), "0.0001 %");
    }

    #[test]
    fn the_curve_stays_inside_the_axes_and_goes_one_way() {
        let genuine = (0..200_u16).map(|number| (Truth::Genuine, 0.2 + f32::from(number) * 0.003));
        let impostor = (0..300_u16).map(|number| (Truth::Impostor, 0.5 + f32::from(number) * 0.002));
        let distances = Distances::new(genuine.chain(impostor));
        let (across, up) = (Axis::of(300, 0.1), Axis::of(200, 0.1));
        let curve = curve(&distances.operating_points(), &across, &up);
        assert!(curve.len() > 50);
        assert!(curve.iter().all(|(x, y)| across.range().contains(x)
            || (x - across.range().end).abs() < 1e-9 && up.range().end >= *y));
        assert!(curve.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 >= pair[1].1));
    }

    #[test]
    fn without_both_kinds_it_says_so() {
        let svg =
            draw(&Distances::new([(Truth::Genuine, 0.3)]), Thresholds { accept: 0.5, refuse: 0.6 }).unwrap();
        assert!(svg.contains("Nothing to draw"), "{svg}");
    }
}
