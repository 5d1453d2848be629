//! A line chart for the terminal.
//!
//! With Unicode, points are braille dots (two by four in each cell); without, each series has a letter. Colour, where
//! the terminal has it, tells series apart; the legend always does.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::Style;
use crate::model::gofmt;

/// A line to draw.
#[derive(Clone, Debug)]
pub struct ChartSeries {
    /// What the legend calls it.
    pub name: String,
    /// (milliseconds, value), by time. Values that are not finite are left out.
    pub points: Vec<(i64, f64)>,
}

/// Series beyond this many are named in the legend as a count only.
const MOST_SERIES: usize = 26;

const COLORS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Green, AnsiColor::Blue, AnsiColor::Red];

/// Draws `series` over the time from `start_ms` to `end_ms` (both inclusive), `height` rows tall without axis and
/// legend; `label` writes a time on the axis.
pub fn draw(
    series: &[ChartSeries],
    start_ms: i64,
    end_ms: i64,
    label: &dyn Fn(i64) -> String,
    height: usize,
    style: &Style,
) -> String {
    let shown = series.get(..MOST_SERIES).unwrap_or(series);
    let Some(range) = ValueRange::of(shown) else {
        return "no finite value to draw\n".to_owned();
    };
    let scale = [range.high, (range.high + range.low) / 2.0, range.low]
        .map(|v| gofmt::format_float(v, gofmt::FloatVerb::General, Some(4)));
    let margin = scale.iter().map(String::len).max().unwrap_or(0);
    let columns = style.width.saturating_sub(margin + 3).max(10);
    let mut canvas = Canvas::new(columns, height.max(3), style.unicode);
    for (index, line) in shown.iter().enumerate() {
        canvas.plot(index, line, (start_ms, end_ms), range);
    }
    let mut out = String::new();
    canvas.write(&mut out, &scale, margin, style);
    write_axis(&mut out, margin, columns, [start_ms, end_ms].map(label), style.unicode);
    write_legend(&mut out, series, shown.len(), style);
    out
}

/// The values between which a chart is drawn.
#[derive(Clone, Copy)]
struct ValueRange {
    low: f64,
    high: f64,
}

impl ValueRange {
    fn of(series: &[ChartSeries]) -> Option<Self> {
        let finite = series.iter().flat_map(|s| &s.points).map(|(_, v)| *v).filter(|v| v.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return None;
        }
        if low == high {
            // A constant is drawn in the middle.
            let pad = if low == 0.0 { 1.0 } else { low.abs() * 0.5 };
            return Some(ValueRange { low: low - pad, high: high + pad });
        }
        Some(ValueRange { low, high })
    }

    /// 0 at the lowest value, 1 at the highest.
    fn share(self, value: f64) -> f64 {
        // Halved first: the difference of two huge values may not fit.
        let (low, high, value) = (self.low / 2.0, self.high / 2.0, value / 2.0);
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// A cell of the plot: the dots in it, and the series that set the last one.
#[derive(Clone, Copy, Default)]
struct Cell {
    dots: u8,
    series: usize,
}

struct Canvas {
    cells: Vec<Cell>,
    columns: usize,
    rows: usize,
    /// Dots in a cell, across and down.
    grain: (usize, usize),
}

impl Canvas {
    fn new(columns: usize, rows: usize, unicode: bool) -> Self {
        let grain = if unicode { (2, 4) } else { (1, 1) };
        Canvas { cells: vec![Cell::default(); columns * rows], columns, rows, grain }
    }

    fn plot(&mut self, index: usize, line: &ChartSeries, time: (i64, i64), range: ValueRange) {
        let wide = self.columns * self.grain.0 - 1;
        let tall = self.rows * self.grain.1 - 1;
        let span = (time.1 as f64 - time.0 as f64).max(1.0);
        for (t, value) in line.points.iter().filter(|(_, v)| v.is_finite()) {
            let across = ((*t as f64 - time.0 as f64) / span).clamp(0.0, 1.0);
            let x = (across * wide as f64).round() as usize;
            let y = tall - (range.share(*value) * tall as f64).round() as usize;
            self.set(x, y, index);
        }
    }

    fn set(&mut self, x: usize, y: usize, series: usize) {
        let (column, row) = (x / self.grain.0, y / self.grain.1);
        if let Some(cell) = self.cells.get_mut(row * self.columns + column) {
            cell.dots |= braille_bit(x % self.grain.0, y % self.grain.1);
            cell.series = series;
        }
    }

    fn write(&self, out: &mut String, scale: &[String; 3], margin: usize, style: &Style) {
        for (row, cells) in self.cells.chunks(self.columns).enumerate() {
            let mark = match row {
                0 => scale[0].as_str(),
                r if r == self.rows - 1 => scale[2].as_str(),
                r if r == self.rows / 2 => scale[1].as_str(),
                _ => "",
            };
            let wall = match (style.unicode, mark.is_empty()) {
                (true, true) => "│",
                (true, false) => "┤",
                (false, _) => "|",
            };
            let _ = write!(out, "{mark:>margin$} {wall}");
            let line: String = cells.iter().map(|cell| shown_cell(*cell, style)).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

/// The bit of Unicode's braille patterns for the dot at (`x`, `y`) of a cell.
fn braille_bit(x: usize, y: usize) -> u8 {
    const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    BITS.get(x).and_then(|column| column.get(y)).copied().unwrap_or(0)
}

fn shown_cell(cell: Cell, style: &Style) -> String {
    if cell.dots == 0 {
        return " ".to_owned();
    }
    let mark = if style.unicode { braille(cell.dots) } else { letter(cell.series) };
    painted(mark, cell.series, style)
}

fn braille(dots: u8) -> char {
    char::from_u32(0x2800 + u32::from(dots)).unwrap_or('*')
}

fn letter(series: usize) -> char {
    u8::try_from(series).ok().filter(|s| *s < 26).map_or('*', |s| char::from(b'a' + s))
}

fn painted(mark: char, series: usize, style: &Style) -> String {
    style.paint(COLORS[series % COLORS.len()].on_default(), mark).to_string()
}

fn write_axis(out: &mut String, margin: usize, columns: usize, ends: [String; 2], unicode: bool) {
    let (corner, line) = if unicode { ('└', "─") } else { ('+', "-") };
    let _ = writeln!(out, "{:margin$} {corner}{}", "", line.repeat(columns));
    let gap = columns.saturating_sub(ends[0].chars().count() + ends[1].chars().count());
    let _ = writeln!(out, "{:margin$}  {}{:gap$}{}", "", ends[0], "", ends[1]);
}

fn write_legend(out: &mut String, series: &[ChartSeries], shown: usize, style: &Style) {
    for (index, line) in series.iter().take(shown).enumerate() {
        let mark = if style.unicode { '⠶' } else { letter(index) };
        let _ = writeln!(out, "  {} {}", painted(mark, index, style), line.name);
    }
    if series.len() > shown {
        let _ = writeln!(out, "  and {} more series that are not drawn", series.len() - shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Vec<ChartSeries> {
        let up = (0..=10).map(|i| (i * 1000, i as f64)).collect();
        let flat = (0..=10).map(|i| (i * 1000, 5.0)).collect();
        vec![ChartSeries { name: "up".into(), points: up }, ChartSeries { name: "flat".into(), points: flat }]
    }

    fn drawn(series: &[ChartSeries], unicode: bool) -> String {
        let style = Style { width: 30, unicode, ..Style::plain() };
        draw(series, 0, 10_000, &|t| format!("{}s", t / 1000), 5, &style)
    }

    #[test]
    fn letters_tell_series_apart_without_unicode_and_colour() {
        insta::assert_snapshot!(drawn(&ramp(), false), @r"
        10 |                      a a
           |                 a a
         5 |b b  b b  b b b  b b  b b
           |     a a
         0 |a a
           +-------------------------
            0s                    10s
          a up
          b flat
        ");
    }

    #[test]
    fn braille_has_eight_dots_in_a_cell() {
        insta::assert_snapshot!(drawn(&ramp()[..1], true), @r"
        10 ┤                      ⠄ ⠈
           │                 ⠄ ⠈
         5 ┤          ⡀ ⠐ ⠈
           │     ⡀ ⠐
         0 ┤⡀ ⠐
           └─────────────────────────
            0s                    10s
          ⠶ up
        ");
    }

    #[test]
    fn nothing_finite_is_said_so() {
        let nan = ChartSeries { name: "x".into(), points: vec![(0, f64::NAN)] };
        insta::assert_snapshot!(drawn(&[nan], true), @"no finite value to draw");
    }
}
