//! The distances as a histogram: where both kinds of pairs lie, and where the thresholds stand between them.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::chart::{self, DrawError, GENUINE, GRID, IMPOSTOR, INK, SETTING, text};
use super::rates::{Distances, Truth};
use crate::rules::Thresholds;

/// From so many pairs of either kind on, bins are finer.
const MANY: usize = 1000;

/// Draws the histogram.
pub(super) fn draw(distances: &Distances, thresholds: Thresholds) -> Result<String, DrawError> {
    let kinds = [("genuine pairs", Truth::Genuine, GENUINE), ("impostor pairs", Truth::Impostor, IMPOSTOR)];
    let fewest = kinds.iter().map(|(_, truth, _)| distances.of(*truth).len()).min().unwrap_or(0);
    let bins = Bins { per_unit: if fewest < MANY { 20 } else { 50 } };
    let shares = kinds.map(|(_, truth, _)| bins.shares(distances.of(truth)));
    let right = (bins.end(shares.iter().map(Vec::len).max().unwrap_or(0))).max(1.2);
    let top = shares.iter().flatten().fold(1.0_f64, |most, &share| most.max(share)) * 1.15;

    chart::svg(|area| {
        let explanation = format!(
            "Per kind of pairs, the share in each step of {} in distance. Genuine: two pictures of one person.",
            1.0 / f64::from(bins.per_unit)
        );
        let area = chart::heading(area, "Distances of the compared pairs", &[(&explanation, INK)])?;
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(52)
            .y_label_area_size(64)
            .margin_top(34)
            .build_cartesian_2d(0.0..right, 0.0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(INK)
            .x_labels(13)
            .x_label_formatter(&|distance| format!("{distance:.1}"))
            .y_label_formatter(&|share| format!("{share:.0} %"))
            .x_desc("distance between the two faces")
            .y_desc("share of the pairs of its kind")
            .label_style(text(14, INK, HPos::Left, VPos::Top))
            .axis_desc_style(text(16, INK, HPos::Left, VPos::Top))
            .draw()?;
        for ((_, _, colour), shares) in kinds.iter().zip(&shares) {
            let bars = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
            for (number, &share) in bars {
                let corners = [(bins.start(number), 0.0), (bins.end(number), share)];
                chart.draw_series([Rectangle::new(corners, colour.mix(0.5).filled())])?;
                chart.draw_series([Rectangle::new(corners, colour.stroke_width(1))])?;
            }
        }
        let Thresholds { accept, refuse } = thresholds;
        for (name, threshold, side) in
            [("accept below", accept, HPos::Right), ("refuse above", refuse, HPos::Left)]
        {
            let threshold = f64::from(threshold);
            chart.draw_series(DashedLineSeries::new(
                [(threshold, 0.0), (threshold, top)],
                6,
                4,
                SETTING.stroke_width(1),
            ))?;
            let (x, y) = chart.backend_coord(&(threshold, top));
            let away = if matches!(side, HPos::Left) { -2 } else { 2 };
            let (left, above) = area.get_base_pixel();
            let label = format!("{name} {threshold:.2}");
            area.draw_text(&label, &text(14, SETTING, side, VPos::Bottom), (x + away - left, y - 6 - above))?;
        }
        legend(
            &area,
            kinds.map(|(name, truth, colour)| (format!("{} {name}", distances.of(truth).len()), colour)),
        )
    })
}

/// Top right, inside the chart.
fn legend(area: &chart::Area<'_>, entries: [(String, RGBColor); 2]) -> Result<(), DrawError> {
    let (width, _) = area.dim_in_pixel();
    let left = i32::try_from(width).unwrap_or(i32::MAX) - 210;
    area.draw(&Rectangle::new([(left - 10, 44), (left + 200, 100)], WHITE.filled()))?;
    for (row, (name, colour)) in (0..).zip(entries) {
        let top = 52 + row * 26;
        let corners = [(left, top), (left + 18, top + 16)];
        area.draw(&Rectangle::new(corners, colour.mix(0.5).filled()))?;
        area.draw(&Rectangle::new(corners, colour.stroke_width(1)))?;
        area.draw_text(&name, &text(15, INK, HPos::Left, VPos::Center), (left + 26, top + 9))?;
    }
    Ok(())
}

/// Steps of distance.
struct Bins {
    per_unit: u32,
}

impl Bins {
    fn start(&self, number: usize) -> f64 {
        number as f64 / f64::from(self.per_unit)
    }

    fn end(&self, number: usize) -> f64 {
        self.start(number + 1)
    }

    /// Per cent of the distances in each step, up to the last that has one.
    fn shares(&self, ascending: &[f32]) -> Vec<f64> {
        let mut shares = Vec::new();
        for &distance in ascending {
            // Descriptors are finite, and their distances small; a threshold belongs to the step that it begins.
            let step = (f64::from(distance) * f64::from(self.per_unit) + 1e-6).clamp(0.0, 1000.0) as usize;
            if shares.len() <= step {
                shares.resize(step + 1, 0.0);
            }
            shares[step] += 100.0 / ascending.len() as f64;
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_what_is_at_its_start_and_shares_add_up() {
        let bins = Bins { per_unit: 20 };
        let shares = bins.shares(&[0.30, 0.34, 0.35, 0.5]);
        assert_eq!(shares.len(), 11);
        assert!(
            (shares[6] - 50.0).abs() < 1e-9
                && (shares[7] - 25.0).abs() < 1e-9
                && (shares[10] - 25.0).abs() < 1e-9
        );
        assert!((shares.iter().sum::<f64>() - 100.0).abs() < 1e-9);
    }

    #[test]
    fn it_can_be_drawn_of_one_kind_alone() {
        let thresholds = Thresholds { accept: 0.5, refuse: 0.6 };
        let svg = draw(&Distances::new([(Truth::Genuine, 0.3)]), thresholds).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
        assert!(svg.contains("1 genuine pairs") && svg.contains("accept below 0.50"));
    }
}
