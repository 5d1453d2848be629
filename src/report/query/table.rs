//! Columns for people: a row per series for one time, a row per time for a range.

use std::io;

use super::{QueryReport, as_series};
use crate::engine::{QueryValue, Series};
use crate::model::{SampleValue, gofmt};
use crate::report::Style;

/// More series than this do not fit side by side: they are listed one below the other.
const MOST_COLUMNS: usize = 8;

pub(super) fn write(out: &mut dyn io::Write, style: &Style, report: &QueryReport<'_>) -> io::Result<()> {
    if let QueryValue::String(text) = &report.output.value {
        return writeln!(out, "{}", gofmt::quote(text));
    }
    let series = as_series(&report.output.value, report.start_ms);
    match &report.output.value {
        _ if series.is_empty() => writeln!(out, "{}", style.paint(Style::FAINT, "(no series)"))?,
        QueryValue::Matrix(_) if series.len() <= MOST_COLUMNS => write_columns(out, style, report, &series)?,
        QueryValue::Matrix(_) => write_blocks(out, style, report, &series)?,
        _ => write_rows(out, style, &series)?,
    }
    write_notes(out, style, report)
}

/// One value as people read it.
fn shown(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(number) => super::number(*number),
        SampleValue::Histogram(histogram) => histogram.to_string(),
    }
}

fn write_rows(out: &mut dyn io::Write, style: &Style, series: &[Series]) -> io::Result<()> {
    let rows: Vec<(String, String)> =
        series.iter().filter_map(|s| Some((shown(&s.points.first()?.value), s.labels.to_string()))).collect();
    let width = rows.iter().map(|(value, _)| value.chars().count()).max().unwrap_or(0);
    for (value, labels) in &rows {
        writeln!(out, "{}  {labels}", style.paint(Style::STRONG, format_args!("{value:>width$}")))?;
    }
    Ok(())
}

/// The times downwards, the series (as letters, named above) side by side.
fn write_columns(
    out: &mut dyn io::Write,
    style: &Style,
    report: &QueryReport<'_>,
    series: &[Series],
) -> io::Result<()> {
    let letters: Vec<char> = (b'A'..=b'Z').map(char::from).collect();
    for (letter, one) in letters.iter().zip(series) {
        writeln!(out, "{} = {}", style.paint(Style::CODE, letter), one.labels)?;
    }
    let mut times: Vec<i64> = series.iter().flat_map(|s| s.points.iter().map(|p| p.t_ms)).collect();
    times.sort_unstable();
    times.dedup();
    let mut cells: Vec<Vec<String>> = times.iter().map(|t| vec![report.times.show(*t)]).collect();
    for one in series {
        let mut points = one.points.iter().peekable();
        for (row, t) in cells.iter_mut().zip(&times) {
            row.push(points.next_if(|p| p.t_ms == *t).map_or_else(String::new, |p| shown(&p.value)));
        }
    }
    let mut head = vec!["time".to_owned()];
    head.extend(letters.iter().take(series.len()).map(char::to_string));
    let widths: Vec<usize> = (0..head.len())
        .map(|c| cells.iter().chain([&head]).filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    writeln!(out, "{}", style.paint(Style::FAINT, aligned(&head, &widths)))?;
    cells.iter().try_for_each(|row| writeln!(out, "{}", aligned(row, &widths)))
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
    cells.join("  ").trim_end().to_owned()
}

fn write_blocks(out: &mut dyn io::Write, style: &Style, report: &QueryReport<'_>, series: &[Series]) -> io::Result<()> {
    for one in series {
        writeln!(out, "{}", style.paint(Style::CODE, &one.labels))?;
        for point in &one.points {
            writeln!(out, "  {}  {}", report.times.show(point.t_ms), shown(&point.value))?;
        }
    }
    Ok(())
}

fn write_notes(out: &mut dyn io::Write, style: &Style, report: &QueryReport<'_>) -> io::Result<()> {
    for note in report.output.annotations.iter() {
        writeln!(out, "{}", style.paint(Style::FAINT, note.to_text(report.expr)))?;
    }
    if let Some(took) = report.evaluation {
        writeln!(out, "{}", style.paint(Style::FAINT, format_args!("evaluated in {took:.1?}")))?;
    }
    Ok(())
}
