//! Source lines with labelled places drawn into them.
//!
//! What is drawn is not the file but an `excerpt`: the few lines around the labels, each cropped to the width of the
//! output. `frame` draws it, with `underline` for the places within a line.

mod columns;
mod crop;
mod excerpt;
mod frame;
mod pen;
mod underline;

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use self::excerpt::Excerpt;
use self::pen::Pen;
use super::Style;
use super::text::one_line;
use crate::source::{FileId, Label, Severity, SourceFile, Span};

/// More places than this are left out of the drawing, which nobody could read with them.
const MAX_PLACES: usize = 12;
/// A place that covers more lines than this is drawn on its first line only.
const MAX_LINES_OF_PLACE: usize = 6;
/// Lines shown before and behind a line with a place.
const CONTEXT_LINES: usize = 1;
/// So many lines between two shown ones are shown too, instead of beginning another excerpt.
const MAX_GAP_LINES: usize = 3;
/// The least number of columns of source text, however narrow the output is.
const MIN_TEXT_WIDTH: usize = 40;
/// Columns that the drawing needs for the line number and the frame, more or less.
const FRAME_WIDTH: usize = 10;

/// A place to draw: bytes of the file, what to say there, and whether it is the finding's own place.
struct Place<'a> {
    file: &'a Arc<SourceFile>,
    span: Span,
    lines: Range<usize>,
    text: String,
    primary: bool,
}

/// Draws the lines around `primary` together with those of `related` that are near, then the other places in the
/// order of their files and lines.
///
/// # Errors
/// What `out` reports.
pub fn write(
    out: &mut dyn Write,
    style: &Style,
    severity: Severity,
    primary: &Label,
    related: &[Label],
) -> io::Result<()> {
    let labels = std::iter::once((primary, true)).chain(related.iter().map(|label| (label, false)));
    let places = labels.take(MAX_PLACES).map(|(label, is_primary)| Place::new(label, is_primary)).collect();
    let mut drawn = String::new();
    for group in into_groups(places) {
        if group.first().is_some_and(|place| place.file.is_foreign()) {
            write_places(out, &group)?;
            continue;
        }
        let excerpt = Excerpt::new(style, &group);
        drawn.clear();
        frame::draw(Pen::new(&mut drawn, style.colour, style.unicode), severity, &excerpt);
        out.write_all(drawn.as_bytes())?;
    }
    if related.len() >= MAX_PLACES {
        writeln!(out, "  and {} more places", related.len() + 1 - MAX_PLACES)?;
    }
    Ok(())
}

/// Places in a file whose text is not shown.
fn write_places(out: &mut dyn Write, places: &[Place<'_>]) -> io::Result<()> {
    for place in places {
        let position = place.file.position(place.span.start());
        let said = if place.text.is_empty() { String::new() } else { format!(": {}", place.text) };
        writeln!(out, "   {}:{}:{}{said}", one_line(place.file.name()), position.line, position.column)?;
    }
    writeln!(out, "   (outside of the repository: the text is not shown)")
}

impl<'a> Place<'a> {
    fn new(label: &'a Label, primary: bool) -> Self {
        let file = &label.file;
        let text = file.text();
        let start = label.span.start().min(text.len());
        let end = label.span.end().clamp(start, text.len());
        // The blank end of a block scalar is nothing to draw a frame around.
        let covered = text.get(start..end).unwrap_or_default().trim_end();
        let mut end = start + covered.len();
        let first = file.line_index(start);
        let mut last = file.line_index(end.saturating_sub(1).max(start));
        if last - first >= MAX_LINES_OF_PLACE {
            last = first;
            end = file.line_span(first).map_or(end, |line| line.end().max(start));
        }
        let span = Span::new(start, end);
        Place { file, span, lines: first..last + 1, text: one_line(&label.text).into_owned(), primary }
    }
}

/// Splits the places by file, and within a file wherever many lines lie between two; the one with the primary place
/// comes first.
fn into_groups(mut places: Vec<Place<'_>>) -> Vec<Vec<Place<'_>>> {
    let mut files: Vec<FileId> = Vec::new();
    for place in &places {
        if !files.contains(&place.file.id()) {
            files.push(place.file.id());
        }
    }
    let rank = |place: &Place| files.iter().position(|file| *file == place.file.id());
    places.sort_by_key(|place| (rank(place), place.span.start(), place.span.end()));

    let mut groups: Vec<Vec<Place>> = Vec::new();
    let mut end_line = 0;
    for place in places {
        let reach = end_line + 2 * CONTEXT_LINES + MAX_GAP_LINES;
        match groups.last_mut() {
            Some(group)
                if group.first().is_some_and(|first| first.file.id() == place.file.id())
                    && place.lines.start <= reach =>
            {
                end_line = end_line.max(place.lines.end);
                group.push(place);
            }
            _ => {
                end_line = place.lines.end;
                groups.push(vec![place]);
            }
        }
    }
    // Stable: the others keep their order.
    groups.sort_by_key(|group| !group.iter().any(|place| place.primary));
    groups
}

#[cfg(test)]
mod tests;
