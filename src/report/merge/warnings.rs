//! Warnings in JUnit reports: each part of a suite warns of what concerns the whole file, and of its own tests.
//!
//! They are cases of their own where they failed the run, else lines of `system-out`; see
//! [`crate::report::run::junit`].

use crate::report::junit::WARNING_CASE;

const OPEN: &str = "<system-out>";
const CLOSE: &str = "</system-out>";
/// A line break, as it is written there.
const LINE_BREAK: &str = "&#10;";

/// Line and column, both from 1.
pub(super) type Place = (usize, usize);

/// What the case of this name warns of; `None` if it stands for no warning.
pub(super) fn place_of_case(name: &str) -> Option<Place> {
    place(name.strip_prefix(WARNING_CASE)?)
}

/// The line and the column that `text` begins with: `4:18: …`.
fn place(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, ':');
    let line = parts.next()?.parse().ok()?;
    let column = parts.next()?.parse().ok()?;
    parts.next().is_some_and(|rest| rest.starts_with(' ')).then_some((line, column))
}

/// The lines of an element, as written, if it is a `system-out` that holds warnings about the file `name` and nothing
/// else.
pub(super) fn lines<'a>(element: &'a str, name: &str) -> Option<Vec<(Place, &'a str)>> {
    let inner = element.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    let warning = |line: &'a str| Some((place(line.strip_prefix(name)?.strip_prefix(':')?)?, line));
    inner.split(LINE_BREAK).map(warning).collect()
}

/// An element with the lines of both, each once, in the order of the file.
pub(super) fn joined<'a>(mut lines: Vec<(Place, &'a str)>, other: Vec<(Place, &'a str)>) -> String {
    lines.extend(other);
    lines.sort();
    lines.dedup();
    let lines: Vec<&str> = lines.into_iter().map(|(_, line)| line).collect();
    format!("{OPEN}{}{CLOSE}", lines.join(LINE_BREAK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_names() {
        assert_eq!(place_of_case("warning at 4:18: test/duplicate"), Some((4, 18)));
        for name in ["warning at noon", "warning at 4:18", "warning at 4:18:1", "4:18: test/duplicate"] {
            assert_eq!(place_of_case(name), None, "{name}");
        }
    }

    #[test]
    fn each_line_is_there_once() {
        let read = |text| lines(text, "a.yml");
        let first = read("<system-out>a.yml:2:1: x: y&#10;a.yml:10:1: x: y</system-out>").unwrap();
        let second = read("<system-out>a.yml:9:1: x: y&#10;a.yml:10:1: x: y</system-out>").unwrap();
        insta::assert_snapshot!(joined(first, second), @"<system-out>a.yml:2:1: x: y&#10;a.yml:9:1: x: y&#10;a.yml:10:1: x: y</system-out>");
        // What another program has printed stays as it is.
        assert_eq!(read("<system-out>a.yml:2:1: x: y&#10;done</system-out>"), None);
        assert_eq!(lines("<system-out>a.yml:2:1: x: y</system-out>", "b.yml"), None);
    }
}
