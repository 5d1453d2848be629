//! Source lines with labelled places drawn into them.
//!
//! miette draws. What it is given to draw is not the file but an `excerpt`: the few lines around the labels, each
//! cropped to the width of the output. miette's own sources are searched from their first byte for every label, which
//! at the end of a large file takes milliseconds, and would print a line of 100 MB whole.

mod crop;
mod excerpt;

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use self::excerpt::Excerpt;
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
/// Columns that miette needs for the line number and the frame, more or less.
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
    for group in into_groups(places) {
        if group.first().is_some_and(|place| place.file.is_foreign()) {
            write_places(out, &group)?;
            continue;
        }
        let excerpt = Excerpt::new(style, &group);
        out.write_all(draw(style, severity, &excerpt).as_bytes())?;
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

/// One excerpt as miette draws it.
fn draw(style: &Style, severity: Severity, excerpt: &Excerpt) -> String {
    let colours = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let primary = match severity {
        Severity::Error => colours.error,
        Severity::Warning => colours.warning,
        Severity::Info => colours.advice,
    };
    let other = colours.help;
    // miette goes through the styles in the order of the labels, which is the order of the marks.
    let highlights = excerpt.marks().iter().map(|mark| if mark.primary { primary } else { other }).collect();
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: ThemeStyles { highlights, ..colours },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_context_lines(CONTEXT_LINES)
        .with_width(style.width)
        .with_urls(false);
    let mut drawn = String::new();
    // Writing to a string does not fail, and the excerpt has every span that it is asked for.
    let _ = handler.render_report(&mut drawn, &Picture(excerpt));
    // miette begins with the message, which stands in our own header.
    drawn.split_once('\n').map(|(_, frame)| frame.to_owned()).unwrap_or_default()
}

/// An excerpt in the shape in which miette takes a diagnostic: no message, only labels.
struct Picture<'a>(&'a Excerpt);

impl miette::Diagnostic for Picture<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.marks().iter().map(|mark| {
            let text = (!mark.text.is_empty()).then(|| mark.text.clone());
            let span = (mark.span.start(), mark.span.len());
            if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }
}

impl fmt::Debug for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Picture")
    }
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Picture<'_> {}

#[cfg(test)]
mod tests;
