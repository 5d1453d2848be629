//! The states of alerts over the time of a test as coloured squares, which GitHub and GitLab show wherever they show text: in
//! summaries, comments, e-mails and on phones.
//!
//! A Mermaid diagram would be the other way. It is a frame of its own that is loaded from elsewhere, its colours are not ours to
//! choose, and a label that its grammar stumbles over leaves an error in place of the picture; labels here come from strangers.

use std::io::{self, Write};

use super::timeline::{Cell, Grid, Picture};
use crate::report::diagnostics::markdown::{code, inline};

/// So many squares are in a row, which a window shows beside labels without breaking it.
const MAX_COLUMNS: usize = 30;

/// Writes a table with a row per alert; nothing where no alert was ever active.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let Some((rows, left)) = picture.rows() else { return Ok(()) };
    let grid = Grid::within(picture, MAX_COLUMNS);
    let (first, last) = (grid.time(0), grid.time(grid.columns.saturating_sub(1)));
    writeln!(out, "| alert | {first} to {last}, {} a square |\n| --- | --- |", grid.column_length())?;
    let marked = grid.mark();
    for (timeline, name) in &rows {
        let square = |column| {
            let is_marked = marked.as_ref().is_some_and(|(at, _)| *at == column);
            sign(grid.cell(timeline, column), is_marked)
        };
        let squares: String = (0..grid.columns).map(square).collect();
        let name = if name.is_empty() { "(no labels)".to_owned() } else { code(name) };
        writeln!(out, "| {name} | {squares} |")?;
    }
    let mut legend: Vec<String> =
        picture.legend().iter().map(|(cell, word)| format!("{} {word}", sign(*cell, false))).collect();
    if let Some((_, words)) = marked {
        legend.push(format!("circle: {}", inline(&words)));
    }
    writeln!(out, "\n{}", legend.join(" · "))?;
    if left > 0 { writeln!(out, "\nand {left} more\n") } else { writeln!(out) }
}

/// The colours that Prometheus' own pages have; a circle at the marked time.
const fn sign(cell: Cell, is_marked: bool) -> char {
    match (cell, is_marked) {
        (Cell::Inactive, false) => '🟩',
        (Cell::Inactive, true) => '🟢',
        (Cell::Pending, false) => '🟨',
        (Cell::Pending, true) => '🟡',
        (Cell::Kept, false) => '🟧',
        (Cell::Kept, true) => '🟠',
        (Cell::Firing, false) => '🟥',
        (Cell::Firing, true) => '🔴',
    }
}
