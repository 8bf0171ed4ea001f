//! What both pictures share: colours that people with any colour vision tell apart, and text.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Width and height of a picture.
pub(super) const SIZE: (u32, u32) = (900, 640);
/// Pairs of one person (Okabe and Ito's blue).
pub(super) const GENUINE: RGBColor = RGBColor(0, 114, 178);
/// Pairs of two people (their vermilion).
pub(super) const IMPOSTOR: RGBColor = RGBColor(213, 94, 0);
/// Lines to read by.
pub(super) const GRID: RGBColor = RGBColor(222, 222, 222);
/// Text that is not data.
pub(super) const INK: RGBColor = RGBColor(51, 51, 51);
/// The settings' thresholds.
pub(super) const SETTING: RGBColor = RGBColor(0, 0, 0);

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a picture cannot be drawn: {0}")]
pub struct DrawError(String);

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for DrawError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// Draws on white and gives the SVG.
pub(super) fn svg(draw: impl FnOnce(&Area<'_>) -> Result<(), DrawError>) -> Result<String, DrawError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

/// A heading and lines of explanation; the rest of the area is for the chart.
pub(super) fn heading<'a>(
    area: &Area<'a>,
    title: &str,
    lines: &[(&str, RGBColor)],
) -> Result<Area<'a>, DrawError> {
    area.draw_text(title, &text(24, INK, HPos::Left, VPos::Top), (24, 16))?;
    let mut top = 48;
    for (line, colour) in lines {
        area.draw_text(line, &text(15, *colour, HPos::Left, VPos::Top), (24, top))?;
        top += 22;
    }
    Ok(area.margin(top + 6, 12, 12, 24))
}

/// Text of that size and colour, placed by that corner or middle.
pub(super) fn text(size: u32, colour: RGBColor, across: HPos, down: VPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour).pos(Pos::new(across, down))
}
