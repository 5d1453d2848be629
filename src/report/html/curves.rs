//! Values over time: steps, because a value stands until the next evaluation, as the states of alerts do.

use std::fmt::{self, Write as _};

use super::escape::Text;
use super::frame::{Frame, UNITS_PER_PIXEL};
use super::numbers::{Coordinate, range, short};
use crate::promql::ast::BinaryOp;
use crate::report::run::words;
use crate::unittest::story::{Chart, Curve, Threshold};

/// The height of a chart in pixels, as in the style sheet.
const HEIGHT: u32 = 132;
/// Labels of the scale are at least so far apart, in pixels.
const LABELS_APART: f64 = 15.0;
/// Names of series and alerts are cut to so many characters.
pub(super) const MAX_NAME: usize = 400;

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

/// Draws a chart with its heading and its legend. `whole` is the expression that stands above it, if there is one.
pub(super) fn chart(page: &mut String, frame: &mut Frame<'_>, chart: &Chart, whole: Option<&str>) -> fmt::Result {
    heading(page, chart, whole)?;
    if let Some(failure) = &chart.failure {
        return write!(page, "<p class=\"none\">It cannot be drawn: {}</p>", Text(failure));
    }
    let others = chart.other.iter().flat_map(|other| &other.curves);
    let threshold = chart.threshold.as_ref().map(|threshold| threshold.value).filter(|value| value.is_finite());
    let all = || chart.curves.iter().chain(others.clone());
    let Some(scale) = Scale::of(all(), threshold, 0.08) else {
        return page.write_str("<p class=\"none\">It has no value at any evaluation of this test.</p>");
    };
    page.push_str("<svg class=\"plot\" aria-hidden=\"true\">");
    frame.behind(page)?;
    let mut lines = String::new();
    if let Some(threshold) = &chart.threshold {
        passing_side(&mut lines, scale, threshold, frame)?;
    }
    for (index, curve) in chart.curves.iter().enumerate() {
        write!(lines, "<path class=\"curve c{index}\" d=\"{}\"/>", path(frame, scale, curve, HEIGHT))?;
    }
    for curve in others.clone() {
        write!(lines, "<path class=\"curve other\" d=\"{}\"/>", path(frame, scale, curve, HEIGHT))?;
    }
    frame.fill(page, HEIGHT, &lines)?;
    frame.before(page)?;
    labels(page, scale, chart.threshold.as_ref())?;
    page.push_str("</svg>");
    legend(page, chart)
}

/// What is drawn, above it. What stands above already is not written again.
fn heading(page: &mut String, chart: &Chart, whole: Option<&str>) -> fmt::Result {
    let is_left = |threshold| whole.is_some_and(|whole| is_left_side(&chart.subject, whole, threshold));
    page.push_str("<p class=\"subject\">");
    if chart.threshold.as_ref().is_some_and(is_left) {
        page.push_str("the left side");
    } else {
        write!(page, "<code>{}</code>", Text(&chart.subject))?;
    }
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

/// Whether `whole` is nothing but `subject`, perhaps in parentheses, and the comparison: `a / b > 5`, `(a / b) > 5`.
fn is_left_side(subject: &str, whole: &str, threshold: &Threshold) -> bool {
    let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = || whole.strip_prefix(subject);
    let in_parentheses = || whole.strip_prefix('(')?.trim_start().strip_prefix(subject)?.trim_start().strip_prefix(')');
    let compares = |rest: &str| {
        let value = rest.trim_start().strip_prefix(threshold.op.symbol());
        value.and_then(|value| value.trim_start().parse::<f64>().ok()) == Some(threshold.value)
    };
    bare().is_some_and(compares) || in_parentheses().is_some_and(compares)
}

/// The line of the threshold, and the side of it on which the comparison is true.
fn passing_side(lines: &mut String, scale: Scale, threshold: &Threshold, frame: &Frame<'_>) -> fmt::Result {
    let (width, height) = (frame.axis.width(), i64::from(HEIGHT * UNITS_PER_PIXEL));
    let down = units(scale.down(threshold.value), HEIGHT);
    let side = match threshold.op {
        BinaryOp::Greater | BinaryOp::GreaterEqual => Some((0, down)),
        BinaryOp::Less | BinaryOp::LessEqual => Some((down, height - down)),
        _ => None,
    };
    if let Some((y, height)) = side {
        write!(lines, "<rect class=\"true\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>")?;
    }
    write!(lines, "<path class=\"threshold\" d=\"M0 {down}h{width}\"/>")
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

/// A curve as a path in a box as wide as there are cells of time, `height` pixels high. A value stands until the next
/// one, or for as long as it reaches.
pub(super) fn path(frame: &Frame<'_>, scale: Scale, curve: &Curve, height: u32) -> String {
    let mut pen = Pen { path: String::new(), at: None, end: frame.axis.width() };
    let mut until = 0;
    for cell in &curve.cells {
        if cell.index > until || pen.at.is_none() {
            pen.lift(until);
        }
        let [first, second, last] = [cell.min, cell.max, cell.last].map(|value| units(scale.down(value), height));
        let (first, second) = if last == second { (first, second) } else { (second, first) };
        for y in [first, second, last] {
            pen.to(cell.index, y);
        }
        until = cell.index + curve.reach;
    }
    pen.lift(until);
    pen.path
}

/// A part of `height` pixels in units of a drawing. What is smaller than a unit cannot be seen.
fn units(part: f64, height: u32) -> i64 {
    (part * f64::from(height * UNITS_PER_PIXEL)).round() as i64
}

/// Draws horizontal and vertical lines, each as late as possible, so that what stays the same takes no room.
struct Pen {
    path: String,
    /// Where it is if it is down: the cell, and how far down.
    at: Option<(usize, i64)>,
    /// Where time ends, in cells.
    end: Coordinate,
}

impl Pen {
    /// Draws on to the cell `x`, at most to the end of time, and ends the line.
    fn lift(&mut self, x: usize) {
        let Some((from, _)) = self.at.take() else { return };
        // `write!` to a string cannot fail.
        let _ = match x {
            x if x as f64 >= self.end.0 => write!(self.path, "H{}", self.end),
            x if x == from => Ok(()),
            x => write!(self.path, "H{x}"),
        };
    }

    /// Draws across to the cell `x`, then up or down to `y`; begins there if the pen is up.
    fn to(&mut self, x: usize, y: i64) {
        // As above.
        let _ = match self.at {
            None => write!(self.path, "M{x} {y}"),
            Some((_, at)) if at == y => return,
            Some((from, at)) if from == x => write!(self.path, "v{}", y - at),
            Some((from, at)) => write!(self.path, "h{}v{}", x - from, y - at),
        };
        self.at = Some((x, y));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Pen, is_left_side};
    use crate::promql::ast::BinaryOp;
    use crate::report::html::numbers::Coordinate;
    use crate::unittest::story::Threshold;

    /// The corners of a path, its relative steps added up.
    fn corners(path: &str) -> Vec<(f64, f64)> {
        let (mut at, mut corners) = ((0.0, 0.0), Vec::new());
        for (start, _) in path.match_indices(char::is_alphabetic) {
            let (command, rest) = path[start..].split_at(1);
            let end = rest.find(char::is_alphabetic).unwrap_or(rest.len());
            let numbers: Vec<f64> = rest[..end].split(' ').map(|n| n.parse().expect("a number")).collect();
            at = match command {
                "M" => (numbers[0], numbers[1]),
                "H" => (numbers[0], at.1),
                "h" => (at.0 + numbers[0], at.1),
                "v" => (at.0, at.1 + numbers[0]),
                other => panic!("{other}"),
            };
            corners.push(at);
        }
        corners
    }

    #[test]
    fn the_left_side_of_a_comparison() {
        let is = |whole| is_left_side("a / b", whole, &Threshold { op: BinaryOp::Greater, value: 5.0 });
        assert!(["a / b > 5", "(a / b) > 5.0", "( a\n/ b\n)\n> 5"].into_iter().all(is));
        assert!(
            !["a / b", "5 < a / b", "a / b > 5 and c", "(a / b > 5)", "a / b >= 5", "a / b2 > 5"].into_iter().any(is)
        );
    }

    proptest! {
        /// However the steps are written, the pen comes to where it is told to go, and stops at the end of time.
        #[test]
        fn relative_steps_add_up(values in prop::collection::vec(0_i64..528, 1..60), rest in 1_u32..=4) {
            let end = Coordinate(values.len() as f64 - 1.0 + f64::from(rest) / 4.0);
            let mut pen = Pen { path: String::new(), at: None, end };
            for (index, value) in values.iter().enumerate() {
                pen.to(index, *value);
            }
            pen.lift(values.len());
            let corners = corners(&pen.path);
            let mut before = None;
            for (index, value) in values.iter().enumerate().filter(|(_, value)| before.replace(**value) != Some(**value)) {
                prop_assert!(corners.contains(&(index as f64, *value as f64)), "{} {value} in {}", index, pen.path);
            }
            prop_assert_eq!(corners.last().map(|(x, _)| *x), Some(end.0));
        }
    }
}
