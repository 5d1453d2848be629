//! Lines of a file with the places that a message is about marked in them.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::escape::Text;
use crate::source::{Label, SourceFile, Span};

/// More places than this are left out.
const MAX_PLACES: usize = 12;
/// Lines shown before and behind a line with a place.
const CONTEXT_LINES: usize = 1;
/// A longer line is cut, in bytes.
const MAX_LINE_BYTES: usize = 400;
/// So much of a line that is cut is shown before its first place, in bytes.
const LEAD_BYTES: usize = 80;

/// Writes the lines around `primary` and `related`, file by file.
pub(super) fn write(page: &mut String, primary: &Label, related: &[Label]) -> fmt::Result {
    let labels: Vec<&Label> = std::iter::once(primary).chain(related).take(MAX_PLACES).collect();
    let mut files: Vec<&Arc<SourceFile>> = Vec::new();
    for label in &labels {
        if !files.iter().any(|file| file.id() == label.file.id()) {
            files.push(&label.file);
        }
    }
    for file in files {
        let mut here: Vec<&Label> = labels.iter().copied().filter(|label| file.id() == label.file.id()).collect();
        let Some(first) = here.first() else { continue };
        place(page, file, first.span)?;
        if file.is_foreign() {
            page.push_str("<p>outside of the repository: the text is not shown</p>");
            continue;
        }
        here.sort_by_key(|label| (label.span.start(), label.span.end()));
        lines(page, file, &here)?;
    }
    Ok(())
}

/// `file:line:column`
pub(super) fn place(page: &mut String, file: &SourceFile, span: Span) -> fmt::Result {
    let at = file.position(span.start());
    write!(page, "<p class=\"place\">{}:{}:{}</p>", Text(file.name()), at.line, at.column)
}

fn lines(page: &mut String, file: &SourceFile, labels: &[&Label]) -> fmt::Result {
    let marked = labels.iter().map(|label| file.line_index(label.span.start()));
    let around = |line: usize| line.saturating_sub(CONTEXT_LINES)..=line.saturating_add(CONTEXT_LINES);
    let shown: BTreeSet<usize> = marked.flat_map(around).filter(|line| *line < file.line_count()).collect();
    page.push_str("<pre class=\"source\">");
    let mut before = None;
    for line in shown {
        if before.is_some_and(|before| before + 1 != line) {
            page.push_str("<span class=\"gap\">⋮</span>\n");
        }
        before = Some(line);
        let Some(span) = file.line_span(line) else { continue };
        write!(page, "<i>{}</i>", line + 1)?;
        let here: Vec<&&Label> = labels.iter().filter(|label| file.line_index(label.span.start()) == line).collect();
        marked_line(page, file, span, &here)?;
        for label in here.iter().filter(|label| !label.text.is_empty()) {
            write!(page, " <b>← {}</b>", Text(&label.text))?;
        }
        page.push('\n');
    }
    page.push_str("</pre>");
    Ok(())
}

/// One line, its places marked, cut to what is around the first one if it is long.
fn marked_line(page: &mut String, file: &SourceFile, line: Span, labels: &[&&Label]) -> fmt::Result {
    let text = file.text();
    let mut end = line.end();
    let mut at = line.start();
    if line.len() > MAX_LINE_BYTES {
        let first = labels.first().map_or(line.start(), |label| label.span.start());
        at = text.floor_char_boundary(first.saturating_sub(LEAD_BYTES).max(line.start()));
        end = text.floor_char_boundary((at + MAX_LINE_BYTES).min(line.end()));
    }
    if at > line.start() {
        page.push('…');
    }
    for label in labels {
        let (from, to) = (label.span.start().clamp(at, end), label.span.end().clamp(at, end));
        if to > from {
            let (plain, marked) = (text.get(at..from).unwrap_or_default(), text.get(from..to).unwrap_or_default());
            write!(page, "{}<mark>{}</mark>", Text(plain), Text(marked))?;
            at = to;
        }
    }
    write!(page, "{}", Text(text.get(at..end).unwrap_or_default()))?;
    if end < line.end() {
        page.push('…');
    }
    Ok(())
}
