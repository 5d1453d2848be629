//! What stands before the first content of a file and makes Prometheus' reader refuse it, though `granit-parser` does not.

use crate::source::Span;

/// Something that may not stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A directive other than `%YAML 1.1` and `%TAG`.
    Directive(Span),
    /// A byte-order mark that is not the first thing in the file.
    Mark(Span),
}

/// The first thing before the content of `text` that is refused.
pub(super) fn refused(text: &str) -> Option<Refused> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for line in text.get(start..)?.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let at = start + (line.len() - content.len());
        start += line.len();
        let content = content.trim_end();
        if content.starts_with('\u{feff}') {
            return Some(Refused::Mark(Span::new(at, at + 3)));
        }
        if line.starts_with('%') && !is_known_directive(content) {
            return Some(Refused::Directive(Span::new(at, at + content.len())));
        }
        if !(content.is_empty() || content.starts_with(['#', '%'])) {
            return None;
        }
    }
    None
}

fn is_known_directive(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    match words.next() {
        Some("%YAML") => words.next() == Some("1.1"),
        directive => directive == Some("%TAG"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Refused, refused};

    #[test]
    fn directives_and_marks_are_those_of_yaml_1_1() {
        for text in ["a: b", "\u{feff}a: b", "%YAML 1.1\n---\na: b", "%TAG !e! x:\n---\n", "a: 1\n%FOO", "# %FOO\n", ""]
        {
            assert_eq!(refused(text), None, "{text:?}");
        }
        let slice = |text: &'static str| match refused(text) {
            Some(Refused::Directive(span) | Refused::Mark(span)) => span.slice(text),
            None => "",
        };
        assert_eq!(slice("# x\n%YAML 1.2 # y\n---\na: b"), "%YAML 1.2 # y");
        assert_eq!(slice("%FOO x\n---\na: b"), "%FOO x");
        for text in ["\u{feff}\u{feff}a: b", "\n\u{feff}a: b", "# x\n\u{feff}a: b"] {
            assert_eq!(slice(text), "\u{feff}", "{text:?}");
        }
    }
}
