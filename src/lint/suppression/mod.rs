//! Suppressions: comments that say which findings are not wanted at a place.

mod comment;
mod scope;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::source::{Diagnostic, Label, Span};

use super::Document;
use super::config::Levels;
use super::rules::suppression::{INVALID, UNUSED};
use comment::Pattern;
use scope::Scopes;

/// The suppressions of one document.
pub(super) struct Suppressions<'d> {
    document: &'d Document,
    /// By the start of their scope, no two with the same scope and pattern: few hold at any one place, however many
    /// comments say the same.
    entries: Vec<Entry>,
    /// For each entry the nearest one before it whose scope ends later.
    outer: Vec<Option<usize>>,
    mistakes: Vec<Diagnostic>,
}

/// A pattern for a part of the file.
struct Entry {
    scope: Span,
    pattern: Pattern,
    /// The bytes of the pattern in each comment that says so.
    places: Vec<Span>,
}

impl<'d> Suppressions<'d> {
    /// Reads the comments of a document.
    pub(super) fn read(document: &'d Document) -> Self {
        let mut this = Suppressions { document, entries: Vec::new(), outer: Vec::new(), mistakes: Vec::new() };
        let file = &document.source;
        if !file.text().contains("promproof") {
            return this;
        }
        let mut scopes = Scopes::of(document);
        let mut entry_of: FxHashMap<(Span, Pattern), usize> = FxHashMap::default();
        for found in scope::comments(document) {
            let Some((directive, mistakes)) = comment::parse(found.span.slice(file.text())) else { continue };
            for mistake in mistakes {
                let label = Label::new(file, mistake.span.shifted(found.span.start), "");
                this.mistakes.push(INVALID.diagnostic(mistake.message, label).help(mistake.help));
            }
            let scope = match directive.whole_file {
                true => Span::new(0, file.text().len()),
                false => scopes.scope(found),
            };
            for pattern in directive.patterns {
                let at = *entry_of.entry((scope, pattern.value)).or_insert(this.entries.len());
                if at == this.entries.len() {
                    this.entries.push(Entry { scope, pattern: pattern.value, places: Vec::new() });
                }
                let place = pattern.span.shifted(found.span.start);
                this.entries.get_mut(at).into_iter().for_each(|entry| entry.places.push(place));
            }
        }
        this.entries.sort_by_key(|entry| (entry.scope.start, std::cmp::Reverse(entry.scope.end)));
        this.outer = outer(&this.entries);
        this
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
        for label in labels.filter(|label| std::sync::Arc::ptr_eq(&label.file, &self.document.source)) {
            self.around(label.span.start, |at, entry| {
                if entry.pattern.matches(diagnostic.rule) {
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

    /// The unused and the malformed ones.
    fn about_themselves(self, used: &[bool], levels: &Levels) -> Vec<Diagnostic> {
        let mut found = self.mistakes;
        let file = &self.document.source;
        // Where parts of the file could not be read, the rules did not see them.
        let whole = self.document.problems.is_empty()
            && self.document.rules.as_ref().is_none_or(|rules| rules.problems.is_empty());
        let idle =
            self.entries.iter().zip(used).filter(|(entry, used)| whole && !**used && runs(entry.pattern, levels));
        for place in idle.flat_map(|(entry, _)| &entry.places) {
            let message = format!("`{}` suppresses nothing here", place.slice(file.text()));
            found.push(UNUSED.diagnostic(message, Label::new(file, *place, "")).help(
                "remove it; or move it to the end of the line that it is for, to the line above, or above the rule",
            ));
        }
        found.retain_mut(|diagnostic| levels.apply(diagnostic));
        found
    }
}

/// Whether a rule that the pattern names runs at all; if not, it is no wonder that nothing is suppressed.
fn runs(pattern: Pattern, levels: &Levels) -> bool {
    super::registry().iter().map(|rule| rule.meta()).any(|meta| pattern.matches(meta.id) && levels.is_on(meta))
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
