//! The same finding in several places: one generated template, rendered for each service, each cluster, each team.

use std::collections::hash_map::Entry;
use std::hash::{Hash as _, Hasher as _};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use crate::source::{Diagnostic, Label, Severity, Span};

/// A finding, and where else the same is to be said of the same text.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) first: &'a Diagnostic,
    pub(super) also: Vec<&'a Label>,
}

/// So many findings are worth the way to another thread.
const NUMBERED_AT_ONCE: usize = 64;

/// The findings, in their order; those that would be shown with the same words and the same source lines as an earlier
/// one are listed with it.
pub(super) fn groups(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    // By a number for all that a reader sees, since there may be many. Should two looks have one number, the second one is
    // shown as often as it occurs.
    let mut by_look: FxHashMap<u64, usize> = FxHashMap::default();
    let numbers: Vec<u64> = diagnostics.par_iter().with_min_len(NUMBERED_AT_ONCE).map(number).collect();
    for (diagnostic, number) in diagnostics.iter().zip(numbers) {
        match by_look.entry(number) {
            Entry::Occupied(at) => match groups.get_mut(*at.get()) {
                Some(group) if look_the_same(group.first, diagnostic) => group.also.push(&diagnostic.primary),
                _ => groups.push(Group { first: diagnostic, also: Vec::new() }),
            },
            Entry::Vacant(entry) => {
                entry.insert(groups.len());
                groups.push(Group { first: diagnostic, also: Vec::new() });
            }
        }
    }
    groups
}

/// The same number for findings that look the same, and nearly always only for them.
fn number(diagnostic: &Diagnostic) -> u64 {
    let mut hasher = FxHasher::default();
    words(diagnostic).hash(&mut hasher);
    labels(diagnostic).for_each(|label| label.hash(&mut hasher));
    hasher.finish()
}

/// Whether a reader sees no difference between two findings but the places.
fn look_the_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    words(a) == words(b) && labels(a).eq(labels(b))
}

fn words(diagnostic: &Diagnostic) -> (&'static str, Severity, &str, Option<&str>) {
    (diagnostic.rule, diagnostic.severity, &diagnostic.message, diagnostic.help.as_deref())
}

/// The source and what is said of it.
fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = (&str, &str)> {
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
    labels.map(|label| (source_around(label), label.text.as_str()))
}

/// So many bytes before and behind a place are compared, within its lines: a file may be one line.
const AROUND: usize = 200;

fn source_around(label: &Label) -> &str {
    let (text, at) = (label.file.text(), label.span.start());
    let from = text.ceil_char_boundary(at.saturating_sub(AROUND));
    let to = text.floor_char_boundary(at.saturating_add(AROUND));
    let bytes = |from: usize, to: usize| text.as_bytes().get(from..to).unwrap_or_default();
    let start = memchr::memrchr(b'\n', bytes(from, at)).map_or(from, |before| from + before + 1);
    let last = label.span.end();
    let end = memchr::memchr(b'\n', bytes(last, to)).map_or(to, |behind| last + behind);
    Span::new(start, end.max(start)).slice(text).trim()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;

    fn finding(text: &str, what: &str) -> Diagnostic {
        let file = Arc::new(SourceFile::new("a.yml", text));
        let start = text.find(what).unwrap();
        let label = Label::new(&file, Span::new(start, start + what.len()), "here");
        Diagnostic::new("promql/syntax", Severity::Error, "wrong", label)
    }

    #[test]
    fn the_same_text_is_one_group() {
        let findings = [
            finding("a:\n  expr: up ==\n", "=="),
            finding("b:\n  x: y\n  expr: up ==\n", "=="),
            // Another metric is another finding.
            finding("a:\n  expr: down ==\n", "=="),
        ];
        let groups = groups(&findings);
        assert_eq!(groups.iter().map(|group| group.also.len()).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn one_long_line_is_not_compared_as_a_whole() {
        let line = format!("{}MARK{}", "ä".repeat(10_000), "ö".repeat(10_000));
        assert!(source_around(&finding(&line, "MARK").primary).len() <= 2 * AROUND);
    }
}
