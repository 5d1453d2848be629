//! The list of alerts and their runbook pages.

use std::io::{self, Write};

use serde_json::json;

use super::Style;
use super::text::{columns, one_line, padded};
use crate::lint::{PageRow, PageState};
use crate::source::words::counted;

/// How the list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// A table for people.
    Table,
    /// A table in Markdown.
    Markdown,
    /// Comma-separated values, as RFC 4180 has them.
    Csv,
    /// A JSON array.
    Json,
}

const HEADS: [&str; 7] = ["alert", "page", "path", "link", "missing sections", "drift", "online"];

/// Writes the list.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, format: ListFormat, style: &Style, rows: &[PageRow]) -> io::Result<()> {
    match format {
        ListFormat::Table => write_table(out, style, rows),
        ListFormat::Markdown => write_markdown(out, rows),
        ListFormat::Csv => write_csv(out, rows),
        ListFormat::Json => write_json(out, rows),
    }
}

fn cells(row: &PageRow) -> [String; 7] {
    [
        row.alert.clone(),
        row.state.word().to_owned(),
        row.page.clone().unwrap_or_default(),
        row.link.clone().unwrap_or_default(),
        row.missing.join(", "),
        row.drift.join(", "),
        row.online.clone().unwrap_or_default(),
    ]
}

fn write_table(out: &mut dyn Write, style: &Style, rows: &[PageRow]) -> io::Result<()> {
    // Where there is a page, its link says nothing more.
    let shown = |row: &PageRow| {
        let [alert, state, page, link, missing, drift, online] = cells(row).map(|cell| one_line(&cell).into_owned());
        let notes = [("lacks ", missing), ("differs in ", drift), ("", online)];
        let notes = notes.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{what}{text}"));
        [alert, state, if page.is_empty() { link } else { page }, notes.collect::<Vec<_>>().join("; ")]
    };
    let lines: Vec<[String; 4]> = rows.iter().map(shown).collect();
    let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| columns(cell)).max().unwrap_or(0);
    let (names, states, places) = (width(0), width(1), width(2));
    for ([alert, state, place, notes], row) in lines.iter().zip(rows) {
        let emphasis = match row.state {
            PageState::Found => Style::GOOD,
            PageState::Elsewhere | PageState::Unknown => Style::FAINT,
            _ => Style::BAD,
        };
        let place = if notes.is_empty() { place.clone() } else { padded(place, places) };
        let line =
            format!("{}  {}  {place}  {notes}", padded(alert, names), style.paint(emphasis, padded(state, states)));
        writeln!(out, "{}", line.trim_end())?;
    }
    let found = rows.iter().filter(|row| row.state == PageState::Found).count();
    writeln!(out, "{} of {} with a page", found, counted(rows.len(), "link"))
}

fn write_markdown(out: &mut dyn Write, rows: &[PageRow]) -> io::Result<()> {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(&HEADS.map(str::to_owned)))?;
    writeln!(out, "{}", line(&HEADS.map(|_| "---".to_owned())))?;
    for row in rows {
        let cell = |cell: String| {
            let cell = one_line(&cell).replace('\\', "\\\\").replace('|', "\\|");
            cell.replace('[', "\\[").replace('<', "&lt;")
        };
        writeln!(out, "{}", line(&cells(row).map(cell)))?;
    }
    Ok(())
}

fn write_csv(out: &mut dyn Write, rows: &[PageRow]) -> io::Result<()> {
    // Spreadsheets run what begins like a formula.
    let plain = |cell: &str| match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    let quoted = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let line = |cells: &[String]| cells.iter().map(|cell| quoted(&plain(cell))).collect::<Vec<_>>().join(",");
    writeln!(out, "{},file,line", line(&HEADS.map(str::to_owned)))?;
    for row in rows {
        writeln!(out, "{},{},{}", line(&cells(row)), quoted(&plain(&row.file)), row.line)?;
    }
    Ok(())
}

fn write_json(out: &mut dyn Write, rows: &[PageRow]) -> io::Result<()> {
    let row = |row: &PageRow| {
        json!({
            "alert": row.alert,
            "file": row.file,
            "line": row.line,
            "link": row.link,
            "state": row.state.word(),
            "page": row.page,
            "missing_sections": row.missing,
            "drift": row.drift,
            "online": row.online,
        })
    };
    serde_json::to_writer_pretty(&mut *out, &rows.iter().map(row).collect::<Vec<_>>())?;
    writeln!(out)
}
