//! How a suppression that suppresses nothing is taken out.

use rustc_hash::FxHashSet;

use super::CommentText;
use crate::source::{Edit, Fix, SourceFile, Span};

/// Takes out the pattern at `pattern`, or the whole comment where all its patterns are among the `idle` ones. `None`
/// where the rest of the comment is not clear, or it is more than the end of a line.
pub(super) fn fix(file: &SourceFile, comment: &CommentText, pattern: Span, idle: &FxHashSet<Span>) -> Option<Fix> {
    if !comment.is_clear || comment.span.slice(file.text()).contains(['\n', '\r']) {
        return None;
    }
    if comment.patterns.iter().all(|pattern| idle.contains(pattern)) {
        return without(file, comment);
    }
    let at = comment.patterns.iter().position(|other| *other == pattern)?;
    let before = at.checked_sub(1).and_then(|before| comment.patterns.get(before));
    let span = match (before, comment.patterns.get(at + 1)) {
        (Some(before), _) => Span::new(before.end(), pattern.end()),
        (None, next) => Span::new(pattern.start(), next?.start()),
    };
    Some(Fix::safe(format!("remove `{}` from the comment", pattern.slice(file.text())), vec![Edit::remove(span)]))
}

/// Takes out the comment, and the one that ends what it begins.
fn without(file: &SourceFile, comment: &CommentText) -> Option<Fix> {
    let begin = whole(file, comment.span)?;
    let Some(end) = comment.end else { return Some(Fix::safe("remove the comment", vec![Edit::remove(begin)])) };
    let is_one_line = !end.slice(file.text()).contains(['\n', '\r']);
    let end = whole(file, end).filter(|end| is_one_line && begin.end() <= end.start())?;
    Some(Fix::safe("remove both comments", vec![Edit::remove(begin), Edit::remove(end)]))
}

/// The comment with its line where it has one of its own, else with the blanks before it.
fn whole(file: &SourceFile, comment: Span) -> Option<Span> {
    let text = file.text();
    let index = file.line_index(comment.start());
    let line = file.line_span(index)?;
    let before = Span::new(line.start(), comment.start()).slice(text);
    if !before.trim().is_empty() {
        return Some(Span::new(line.start() + before.trim_end().len(), comment.end()));
    }
    Some(match file.line_span(index + 1) {
        Some(next) => Span::new(line.start(), next.start()),
        // The last line of a file that ends without a line break: the one before it goes instead.
        None => Span::new(
            index.checked_sub(1).and_then(|above| file.line_span(above)).map_or(0, |above| above.end()),
            line.end(),
        ),
    })
}
