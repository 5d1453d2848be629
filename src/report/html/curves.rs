//! Values over time: steps, because a value stands until the next evaluation, as the states of alerts do.

use std::fmt::{self, Write as _};

use super::axis::Axis;
use super::escape::Text;
use super::marks::{self, Mark};
use super::numbers::{Coordinate, range, short};
use crate::promql::ast::BinaryOp;
use crate::report::test::words;
use crate::unittest::story::{Chart, Curve, Threshold};

/// The height of a chart in pixels.
const HEIGHT: u32 = 132;
/// Labels of the scale are at least so far apart, in pixels.
const LABELS_APART: f64 = 15.0;
/// Names of series and alerts are cut to so many characters.
pub(super) const MAX_NAME: usize = 400;
/// Paths are drawn into a square of this size, which is stretched to the place that there is.
const SIZE: f64 = 1000.0;

/// The values between which a chart is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// The least and the greatest value of the curves.
    extent: (f64, f64),
}

impl Scale {
    /// A scale with room for these values; `None` where there are none.
    pub(super) fn of<'a>(curves: impl Iterator<Item = &'a Curve>, threshold: Option<f64>, margin: f64) -> Option<Self> {
        let extent = curves.filter_map(extent).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))?;
        let values = threshold.filter(|value| value.is_finite()).map_or(extent, |t| (extent.0.min(t), extent.1.max(t)));
        let (low, high) = values;
        // Halved first: the difference of two huge values may not fit.
        let pad = if low == high { (low.abs() / 2.0).max(0.5) } else { (high / 2.0 - low / 2.0) * 2.0 * margin };
        // What is never negative does not look as if it could be.
        let padded_low = if low >= 0.0 { (low - pad).max(0.0) } else { low - pad };
        Some(Scale { low: padded_low.max(f64::MIN), high: (high + pad).min(f64::MAX), extent })
    }

    /// How far down a value lies: 0 at the top, 1 at the bottom.
    fn down(self, value: f64) -> f64 {
        let (low, high, value) = (self.low / 2.0, self.high / 2.0, value / 2.0);
        (1.0 - (value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// Draws a chart with its heading and its legend.
pub(super) fn chart(page: &mut String, axis: &Axis, chart: &Chart, marks: &[Mark]) -> fmt::Result {
    heading(page, chart)?;
    if let Some(failure) = &chart.failure {
        return write!(page, "<p class=\"none\">It cannot be drawn: {}</p>", Text(failure));
    }
    let others = chart.other.iter().flat_map(|other| &other.curves);
    let threshold = chart.threshold.as_ref().map(|threshold| threshold.value).filter(|value| value.is_finite());
    let all = || chart.curves.iter().chain(others.clone());
    let Some(scale) = Scale::of(all(), threshold, 0.08) else {
        return page.write_str("<p class=\"none\">It has no value at any evaluation of this test.</p>");
    };
    write!(page, "<svg class=\"plot\" role=\"img\" height=\"{HEIGHT}\"><title>")?;
    description(page, chart)?;
    page.push_str("</title>");
    axis.grid(page, HEIGHT)?;
    write!(
        page,
        "<svg viewBox=\"0 0 {SIZE} {SIZE}\" preserveAspectRatio=\"none\" width=\"100%\" height=\"{HEIGHT}\">"
    )?;
    if let Some(threshold) = &chart.threshold {
        passing_side(page, scale, threshold)?;
    }
    for (index, curve) in chart.curves.iter().enumerate() {
        write!(page, "<path class=\"curve c{index}\" d=\"{}\"/>", path(axis, scale, curve))?;
    }
    for curve in others.clone() {
        write!(page, "<path class=\"curve other\" d=\"{}\"/>", path(axis, scale, curve))?;
    }
    page.push_str("</svg>");
    marks::lines(page, axis, marks, HEIGHT)?;
    labels(page, scale, chart.threshold.as_ref())?;
    page.push_str("</svg>");
    legend(page, chart)
}

/// What is drawn, above it.
fn heading(page: &mut String, chart: &Chart) -> fmt::Result {
    write!(page, "<p class=\"subject\"><code>{}</code>", Text(&chart.subject))?;
    if let Some(threshold) = &chart.threshold {
        let (symbol, value) = (threshold.op.symbol(), short(threshold.value));
        write!(page, " <span class=\"limit\">compared: <code>{} {value}</code></span>", Text(symbol))?;
    }
    if let Some(other) = &chart.other {
        let symbol = Text(other.op.symbol());
        write!(
            page,
            " <span class=\"limit\">compared: <code>{symbol} {}</code> (dashed)</span>",
            Text(&other.subject)
        )?;
    }
    page.push_str("</p>");
    Ok(())
}

/// The same in words, for those who do not see it.
fn description(page: &mut String, chart: &Chart) -> fmt::Result {
    write!(page, "{} over time", Text(&chart.subject))?;
    if let Some(threshold) = &chart.threshold {
        write!(page, ", compared with {} {}", Text(threshold.op.symbol()), short(threshold.value))?;
    }
    for curve in &chart.curves {
        write!(page, "; {}", Text(&name(curve)))?;
        if let Some((least, greatest)) = extent(curve) {
            write!(page, " from {} to {}", short(least), short(greatest))?;
        }
    }
    Ok(())
}

/// The line of the threshold, and the side of it on which the comparison is true.
fn passing_side(page: &mut String, scale: Scale, threshold: &Threshold) -> fmt::Result {
    let down = scale.down(threshold.value) * SIZE;
    let side = match threshold.op {
        BinaryOp::Greater | BinaryOp::GreaterEqual => Some((0.0, down)),
        BinaryOp::Less | BinaryOp::LessEqual => Some((down, SIZE - down)),
        _ => None,
    };
    if let Some((y, height)) = side {
        let (y, height) = (Coordinate(y), Coordinate(height));
        write!(page, "<rect class=\"true\" x=\"0\" y=\"{y}\" width=\"{SIZE}\" height=\"{height}\"/>")?;
    }
    write!(page, "<path class=\"threshold\" d=\"M0 {0}H{SIZE}\"/>", Coordinate(down))
}

/// The scale at the left: the threshold, the greatest and the least value, where they do not stand too near.
fn labels(page: &mut String, scale: Scale, threshold: Option<&Threshold>) -> fmt::Result {
    let height = f64::from(HEIGHT);
    let (least, greatest) = scale.extent;
    let mut taken: Vec<f64> = Vec::new();
    let limit = threshold.map(|threshold| (threshold.value, threshold.op.symbol()));
    for (value, symbol) in limit.into_iter().chain([(greatest, ""), (least, "")]) {
        let y = (scale.down(value) * height + 4.0).clamp(10.0, height);
        if taken.iter().any(|other| (other - y).abs() < LABELS_APART) {
            continue;
        }
        taken.push(y);
        let class = if symbol.is_empty() { "scale" } else { "scale limit" };
        let text = format!("{symbol} {}", short(value));
        write!(page, "<text class=\"{class}\" x=\"-6\" y=\"{}\">{}</text>", Coordinate(y), Text(text.trim_start()))?;
    }
    Ok(())
}

/// Which curve is which, and between which values it lies.
fn legend(page: &mut String, chart: &Chart) -> fmt::Result {
    page.push_str("<ul class=\"legend\">");
    for (index, curve) in chart.curves.iter().enumerate() {
        entry(page, &format!("c{index}"), curve)?;
    }
    for curve in chart.other.iter().flat_map(|other| &other.curves) {
        entry(page, "other", curve)?;
    }
    let more = chart.more_curves + chart.other.as_ref().map_or(0, |other| other.more_curves);
    if more > 0 {
        write!(page, "<li class=\"more\">and {more} more that are not drawn</li>")?;
    }
    page.push_str("</ul>");
    Ok(())
}

fn entry(page: &mut String, class: &str, curve: &Curve) -> fmt::Result {
    write!(
        page,
        "<li><svg class=\"key\" aria-hidden=\"true\"><path class=\"curve {class}\" d=\"M0 5H26\"/></svg><code>{}</code>",
        Text(&name(curve))
    )?;
    if let Some((least, greatest)) = extent(curve) {
        write!(page, " <span class=\"extent\">{}</span>", range(least, greatest))?;
    }
    if curve.histograms {
        page.push_str(" <span class=\"extent\">histogram: number of observations</span>");
    }
    if curve.not_finite > 0 {
        write!(page, " <span class=\"extent\">{} NaN or infinite, not drawn</span>", curve.not_finite)?;
    }
    page.push_str("</li>");
    Ok(())
}

/// The labels of a curve, as people write series.
pub(super) fn name(curve: &Curve) -> String {
    if curve.labels.is_empty() {
        return "(no labels)".to_owned();
    }
    let labels: Vec<(String, String)> = curve.labels.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    words::shortened(&words::series_text(&labels), MAX_NAME)
}

/// The least and the greatest value.
pub(super) fn extent(curve: &Curve) -> Option<(f64, f64)> {
    let values = curve.cells.iter().map(|cell| (cell.min, cell.max));
    values.reduce(|(low, high), (min, max)| (low.min(min), high.max(max)))
}

/// A curve as a path in a square of [`SIZE`]. A value stands until the next one, or for as long as it reaches.
pub(super) fn path(axis: &Axis, scale: Scale, curve: &Curve) -> String {
    let mut pen = Pen::default();
    let across = |index: usize| axis.cell(index) * SIZE;
    let mut until = 0;
    for cell in &curve.cells {
        if cell.index > until || pen.is_up() {
            pen.lift(across(until));
        }
        let [first, second, last] = [cell.min, cell.max, cell.last].map(|value| scale.down(value) * SIZE);
        let (first, second) = if last == second { (first, second) } else { (second, first) };
        for y in [first, second, last] {
            pen.to(across(cell.index), y);
        }
        until = cell.index + curve.reach;
    }
    pen.lift(across(until));
    pen.path
}

/// Draws horizontal and vertical lines, each as late as possible, so that what stays the same takes no room.
#[derive(Default)]
struct Pen {
    path: String,
    /// Where it is, in tenths, if it is down.
    at: Option<(i64, i64)>,
}

impl Pen {
    fn is_up(&self) -> bool {
        self.at.is_none()
    }

    /// Draws on to `x` and ends the line.
    fn lift(&mut self, x: f64) {
        if let Some((from, _)) = self.at.take()
            && tenths(x) != from
        {
            self.write('H', tenths(x));
        }
    }

    /// Draws across to `x`, then up or down to `y`; begins there if the pen is up.
    fn to(&mut self, x: f64, y: f64) {
        let (x, y) = (tenths(x), tenths(y));
        match self.at {
            None => {
                self.write('M', x);
                self.write(' ', y);
                self.at = Some((x, y));
            }
            Some((_, at)) if at == y => {}
            Some((from, _)) => {
                if from != x {
                    self.write('H', x);
                }
                self.write('V', y);
                self.at = Some((x, y));
            }
        }
    }

    fn write(&mut self, command: char, tenths: i64) {
        // `write!` to a string cannot fail.
        let _ = match tenths % 10 {
            0 => write!(self.path, "{command}{}", tenths / 10),
            part => write!(self.path, "{command}{}.{part}", tenths / 10),
        };
    }
}

/// Coordinates are never negative.
fn tenths(value: f64) -> i64 {
    (value * 10.0).round().max(0.0) as i64
}
