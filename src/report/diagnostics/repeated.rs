//! The same finding in several places: one generated template, rendered for each service, each cluster, each team.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::source::{Diagnostic, Label, Severity, Span};

/// A finding, and where else the same is to be said of the same text.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) first: &'a Diagnostic,
    pub(super) also: Vec<&'a Label>,
}

/// The findings, in their order; those that would be shown with the same words and the same source lines as an earlier
/// one are listed with it.
pub(super) fn groups(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut by_look: FxHashMap<Shown<'_>, usize> = FxHashMap::default();
    for diagnostic in diagnostics {
        match by_look.entry(Shown::of(diagnostic)) {
            Entry::Occupied(at) => {
                if let Some(group) = groups.get_mut(*at.get()) {
                    group.also.push(&diagnostic.primary);
                }
            }
            Entry::Vacant(entry) => {
                entry.insert(groups.len());
                groups.push(Group { first: diagnostic, also: Vec::new() });
            }
        }
    }
    groups
}

/// All that a reader sees of a finding but the places.
#[derive(PartialEq, Eq, Hash)]
struct Shown<'a> {
    rule: &'static str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    /// The source and what is said of it.
    labels: Vec<(&'a str, &'a str)>,
}

impl<'a> Shown<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
        Shown {
            rule: diagnostic.rule,
            severity: diagnostic.severity,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            labels: labels.map(|label| (source_around(label), label.text.as_str())).collect(),
        }
    }
}

/// So many bytes before and behind a place are compared, within its lines: a file may be one line.
const AROUND: usize = 200;

fn source_around(label: &Label) -> &str {
    let text = label.file.text();
    let first = label.file.line_span(label.file.line_index(label.span.start())).unwrap_or(label.span);
    let last = label.file.line_span(label.file.line_index(label.span.end())).unwrap_or(label.span);
    let start = text.ceil_char_boundary(first.start().max(label.span.start().saturating_sub(AROUND)));
    let end = text.floor_char_boundary(last.end().min(label.span.start().saturating_add(AROUND)));
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
