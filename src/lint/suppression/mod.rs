//! Suppressions: comments that say which findings are not wanted at a place.

mod comment;
mod reading;
mod removal;
mod scope;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;

use crate::source::{Diagnostic, Label, Span};

use super::config::Levels;
use super::naming::Name;
use super::rules::suppression::UNUSED;
use crate::workspace::Document;
use reading::Reading;
use scope::Scopes;

/// The suppressions of one document.
pub(super) struct Suppressions<'d> {
    document: &'d Document,
    /// By the start of their scope, no two with the same scope and pattern: few hold at any one place, however many
    /// comments say the same.
    entries: Vec<Entry>,
    /// For each entry the nearest one before it whose scope ends later.
    outer: Vec<Option<usize>>,
    /// The comments that the entries were read from.
    comments: Vec<CommentText>,
    mistakes: Vec<Diagnostic>,
}

/// A comment that speaks to promproof.
struct CommentText {
    span: Span,
    /// The bytes of its patterns, in their order; of none that cannot be understood.
    patterns: Vec<Span>,
    /// Whether all of it was understood.
    is_clear: bool,
    /// The comment that ends what this one begins.
    end: Option<Span>,
}

/// A pattern in a comment.
#[derive(Clone, Copy)]
struct PatternPlace {
    span: Span,
    /// Which of the comments it stands in.
    comment: usize,
}

/// A pattern for a part of the file.
struct Entry {
    scope: Span,
    pattern: Name,
    /// The pattern in each comment that says so.
    places: Vec<PatternPlace>,
}

impl<'d> Suppressions<'d> {
    /// Reads the comments of a document, at the moment `now_ms`; nothing expires where that is not known.
    pub(super) fn read(document: &'d Document, now_ms: Option<i64>) -> Self {
        let this = Suppressions {
            document,
            entries: Vec::new(),
            outer: Vec::new(),
            comments: Vec::new(),
            mistakes: Vec::new(),
        };
        if !document.source.text().contains("promproof") {
            return this;
        }
        let mut reading = Reading::new(this, now_ms);
        let mut scopes = Scopes::of(document);
        for found in scope::comments(document) {
            if let Some((directive, mistakes)) = comment::parse(found.span.slice(document.source.text())) {
                reading.add(found, directive, mistakes, &mut scopes);
            }
        }
        reading.finish()
    }

    /// The diagnostics that are not suppressed, together with what there is to say about the suppressions themselves.
    pub(super) fn apply(self, diagnostics: Vec<Diagnostic>, levels: &Levels) -> Vec<Diagnostic> {
        let mut used = vec![false; self.entries.len()];
        let mut kept: Vec<Diagnostic> =
            diagnostics.into_iter().filter(|diagnostic| !self.suppresses(diagnostic, &mut used)).collect();
        kept.extend(self.about_themselves(&used, levels));
        kept
    }

    /// Whether a diagnostic is suppressed.
    pub(super) fn silences(&self, diagnostic: &Diagnostic) -> bool {
        self.suppresses(diagnostic, &mut [])
    }

    /// Whether a diagnostic is suppressed, and by which entries: by its own place, or by a place that it points to
    /// ("dropped here").
    fn suppresses(&self, diagnostic: &Diagnostic, used: &mut [bool]) -> bool {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
        let mut suppressed = false;
        for label in labels.filter(|label| label.file.id() == self.document.source.id()) {
            self.around(label.span.start, |at, entry| {
                if entry.pattern.covers(diagnostic.rule) {
                    suppressed = true;
                    if let Some(used) = used.get_mut(at) {
                        *used = true;
                    }
                }
            });
        }
        suppressed
    }

    /// Calls `visit` for each entry whose scope holds the byte `offset`.
    fn around(&self, offset: usize, mut visit: impl FnMut(usize, &Entry)) {
        let mut next = self.entries.partition_point(|entry| entry.scope.start <= offset).checked_sub(1);
        while let Some(at) = next {
            let Some(entry) = self.entries.get(at) else { return };
            if entry.scope.touches(offset) {
                visit(at, entry);
                next = at.checked_sub(1);
            } else {
                // What lies between here and the next wider scope ends before this one, and so before `offset`.
                next = self.outer.get(at).copied().flatten();
            }
        }
    }

    /// The unused, the expired and the malformed ones.
    fn about_themselves(self, used: &[bool], levels: &Levels) -> Vec<Diagnostic> {
        let mut found = self.mistakes;
        let file = &self.document.source;
        // Where parts of the file could not be read, the rules did not see them.
        let whole = self.document.problems().next().is_none();
        let idle =
            self.entries.iter().zip(used).filter(|(entry, used)| whole && !**used && runs(entry.pattern, levels));
        let idle: Vec<PatternPlace> = idle.flat_map(|(entry, _)| &entry.places).copied().collect();
        let idle_spans: FxHashSet<Span> = idle.iter().map(|place| place.span).collect();
        for place in idle {
            let message = format!("`{}` suppresses nothing here", place.span.slice(file.text()));
            let diagnostic = UNUSED.diagnostic(message, Label::new(file, place.span, "")).help(
                "remove it; or move it to the end of the line that it is for, to the line above, or above the rule",
            );
            let comment = self.comments.get(place.comment);
            found.push(match comment.and_then(|comment| removal::fix(file, comment, place.span, &idle_spans)) {
                Some(fix) => diagnostic.fix(fix),
                None => diagnostic,
            });
        }
        found.retain_mut(|diagnostic| levels.apply(diagnostic));
        found
    }
}

/// Whether a rule that the pattern names runs at all; if not, it is no wonder that nothing is suppressed.
fn runs(pattern: Name, levels: &Levels) -> bool {
    pattern.rules().any(|meta| levels.is_on(meta))
}

fn outer(entries: &[Entry]) -> Vec<Option<usize>> {
    let mut outer: Vec<Option<usize>> = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let mut candidate = at.checked_sub(1);
        while let Some(before) = candidate {
            if entries.get(before).is_some_and(|before| before.scope.end > entry.scope.end) {
                break;
            }
            candidate = outer.get(before).copied().flatten();
        }
        outer.push(candidate);
    }
    outer
}
