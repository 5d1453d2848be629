//! Suppressions: comments, and annotations of rules, that say which findings are not wanted at a place.

mod comment;
mod page;
mod pint;
mod reading;
mod removal;
mod scope;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use memchr::memmem;
use rustc_hash::FxHashSet;

use crate::source::{Diagnostic, Label, SourceFile, Span};

use super::config::FileLevels;
use super::naming::Name;
use super::rules::suppression::{LOCKED, UNUSED};
use crate::workspace::Document;
pub(super) use page::PageSuppressions;
pub(super) use pint::all_counterparts as pint_counterparts;
use reading::Reading;

/// The annotation that excuses findings in its rule, for rules whose file has no place for comments. A name of an annotation
/// is one of a label, so that it has no slash.
const ANNOTATION: &str = "promproof_ignore";

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
    /// Which of the comments it stands in; none for an annotation.
    comment: Option<usize>,
}

/// A pattern for a part of the file.
struct Entry {
    scope: Span,
    pattern: Name,
    /// The pattern in each comment and annotation that says so.
    places: Vec<PatternPlace>,
}

impl<'d> Suppressions<'d> {
    /// Reads the comments and annotations of a document, at the moment `now_ms`; nothing expires where that is not known.
    pub(super) fn read(document: &'d Document, now_ms: Option<i64>) -> Self {
        let this = Suppressions {
            document,
            entries: Vec::new(),
            outer: Vec::new(),
            comments: Vec::new(),
            mistakes: Vec::new(),
        };
        match may_hold_some(document.source.text()) {
            true => Reading::new(this, now_ms).read(),
            false => this,
        }
    }

    /// The diagnostics that are not suppressed, together with what there is to say about the suppressions themselves.
    pub(super) fn apply(self, diagnostics: Vec<Diagnostic>, levels: &FileLevels) -> Vec<Diagnostic> {
        let mut uses = vec![Use::Idle; self.entries.len()];
        let mut kept = diagnostics;
        kept.retain(|diagnostic| !self.suppresses(diagnostic, levels, &mut uses));
        kept.extend(self.about_themselves(&uses, levels));
        kept
    }

    /// Whether a diagnostic is suppressed.
    pub(super) fn silences(&self, diagnostic: &Diagnostic, levels: &FileLevels) -> bool {
        self.suppresses(diagnostic, levels, &mut [])
    }

    /// Whether a diagnostic is suppressed, and by which entries: by its own place, or by a place that it points to
    /// ("dropped here"). None suppresses what is locked.
    fn suppresses(&self, diagnostic: &Diagnostic, levels: &FileLevels, uses: &mut [Use]) -> bool {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
        let locked = levels.is_locked(diagnostic.rule);
        let mut covered = false;
        for label in labels.filter(|label| label.file.id() == self.document.source.id()) {
            self.around(label.span.start(), |at, entry| {
                if entry.pattern.covers(diagnostic.rule) {
                    covered = true;
                    if let Some(of_entry) = uses.get_mut(at) {
                        *of_entry = (*of_entry).max(if locked { Use::Refused } else { Use::Used });
                    }
                }
            });
        }
        covered && !locked
    }

    /// Calls `visit` for each entry whose scope holds the byte `offset`.
    fn around(&self, offset: usize, mut visit: impl FnMut(usize, &Entry)) {
        let mut next = self.entries.partition_point(|entry| entry.scope.start() <= offset).checked_sub(1);
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

    /// The unused, the refused, the expired and the malformed ones.
    fn about_themselves(self, uses: &[Use], levels: &FileLevels) -> Vec<Diagnostic> {
        let mut found = self.mistakes;
        let file = &self.document.source;
        // Where parts of the file could not be read, the rules did not see them.
        let whole = self.document.problems().next().is_none();
        let (mut idle, mut refused, mut used) = (Vec::new(), Vec::new(), FxHashSet::default());
        for (entry, of_entry) in self.entries.iter().zip(uses) {
            match of_entry {
                Use::Refused => refused.extend(&entry.places),
                Use::Idle if is_locked(entry.pattern, levels) => refused.extend(&entry.places),
                Use::Used => used.extend(entry.places.iter().map(|place| place.span)),
                Use::Idle if whole && levels.runs_in(entry.scope, entry.pattern) => idle.extend(&entry.places),
                Use::Idle => {}
            }
        }
        found.extend(refused.into_iter().map(|place: &PatternPlace| about_locked(file, place.span)));
        // Of an annotation that several rules share it is enough if it suppresses something in one.
        idle.retain(|place: &&PatternPlace| !used.contains(&place.span));
        let idle_spans: FxHashSet<Span> = idle.iter().map(|place| place.span).collect();
        for place in idle {
            let comment = place.comment.and_then(|comment| self.comments.get(comment));
            let diagnostic = about_unused(file, place);
            found.push(match comment.and_then(|comment| removal::fix(file, comment, place.span, &idle_spans)) {
                Some(fix) => diagnostic.fix(fix),
                None => diagnostic,
            });
        }
        found.retain_mut(|diagnostic| levels.apply(diagnostic));
        found
    }
}

/// Looks at a reason that comments are to have, at the moment `now_ms`.
///
/// # Errors
/// Why it is none, and what to write: it would suppress nothing, or it says no word.
pub fn check_reason(reason: &str, now_ms: Option<i64>) -> Result<(), (String, String)> {
    let mut mistakes = Vec::new();
    let until = comment::until(reason, 0, &mut mistakes);
    if let Some(mistake) = mistakes.into_iter().next() {
        return Err((mistake.message, mistake.help));
    }
    let is_past = |ends: i64| now_ms.is_some_and(|now| now >= ends);
    if let Some(until) = until.filter(|until| is_past(until.value.0)) {
        let date = until.span.slice(reason);
        return Err((format!("`{date}` has passed"), "name a day that is still to come".to_owned()));
    }
    let mut words = reason.split_whitespace().filter(|word| !word.trim_start_matches('(').starts_with("until="));
    match words.any(|word| word.contains(char::is_alphanumeric)) {
        true => Ok(()),
        false => Err(("there is no reason".to_owned(), "say why the findings are excused".to_owned())),
    }
}

/// What has become of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// There was nothing to suppress.
    Idle,
    /// It suppresses something.
    Used,
    /// It would suppress something that is locked.
    Refused,
}

fn about_unused(file: &Arc<SourceFile>, place: &PatternPlace) -> Diagnostic {
    let message = format!("`{}` suppresses nothing here", place.span.slice(file.text()));
    UNUSED.diagnostic(message, Label::new(file, place.span, "")).help(match place.comment {
        Some(_) => "remove it; or move it to the end of the line that it is for, to the line above, or above the rule",
        None => "remove it: there is nothing in its rule that it could excuse",
    })
}

fn about_locked(file: &Arc<SourceFile>, pattern: Span) -> Diagnostic {
    let message = format!("`{}` is locked: this suppresses nothing", pattern.slice(file.text()));
    let help = "mend what is found; `locked` in promproof.toml says that nobody excuses it in a file";
    LOCKED.diagnostic(message, Label::new(file, pattern, "")).help(help)
}

/// Whether all that the pattern names is locked.
fn is_locked(pattern: Name, levels: &FileLevels) -> bool {
    levels.has_locks() && pattern.rules().all(|meta| levels.is_locked(meta.id))
}

/// Whether a text may hold a suppression.
pub(super) fn may_hold_some(text: &str) -> bool {
    memmem::find(text.as_bytes(), b"promproof").is_some() || memmem::find(text.as_bytes(), b"pint ").is_some()
}

fn outer(entries: &[Entry]) -> Vec<Option<usize>> {
    let mut outer: Vec<Option<usize>> = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let mut candidate = at.checked_sub(1);
        while let Some(before) = candidate {
            if entries.get(before).is_some_and(|before| before.scope.end() > entry.scope.end()) {
                break;
            }
            candidate = outer.get(before).copied().flatten();
        }
        outer.push(candidate);
    }
    outer
}
