//! Changes of a file's text.

use std::fmt;

use super::Span;

/// A replacement of bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace, of the file as it is; empty to insert.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// Whether a fix may be applied, and who has to ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// It shows what is meant, but would not be right as it is: never applied.
    Display,
    /// It is probably what the author wants, and changes what the file means: applied with `--unsafe-fixes`.
    Unsafe,
    /// The meaning of the file stays, or becomes what its author undoubtedly meant: applied with `--fix`.
    Safe,
}

/// A change that would resolve a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as an imperative ("remove the label").
    pub title: String,
    /// Edits of the file in which the diagnostic's primary label lies. They do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it may be applied.
    pub applicability: Applicability,
}

impl Edit {
    /// Replaces the bytes at `span`.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Edit { span, replacement: replacement.into() }
    }

    /// Inserts a text before the byte `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Edit::replace(Span::at(at), text)
    }

    /// Takes out the bytes at `span`.
    pub fn remove(span: Span) -> Self {
        Edit::replace(span, "")
    }
}

impl Applicability {
    /// As output calls it: `safe`, `unsafe`, `display`.
    pub const fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::Display => "display",
        }
    }
}

impl Fix {
    /// A fix that `--fix` applies.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Fix { title: title.into(), edits, applicability: Applicability::Safe }
    }

    /// A fix that waits for `--unsafe-fixes`.
    pub fn unsafe_(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Fix { title: title.into(), edits, applicability: Applicability::Unsafe }
    }

    /// The smallest span that covers all of its edits; `None` if it has none.
    pub fn span(&self) -> Option<Span> {
        self.edits.iter().map(|edit| edit.span).reduce(Span::to)
    }
}

/// Why edits cannot be applied to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Two edits are of the same bytes, or one inserts into what the other replaces.
    Overlap(Span, Span),
    /// The bytes do not exist in the text, or begin or end within a character.
    NoSuchBytes(Span),
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Overlap(first, second) => {
                let ([a, b], [c, d]) = ([first.start(), first.end()], [second.start(), second.end()]);
                write!(f, "the edits of the bytes {a}..{b} and {c}..{d} overlap")
            }
            Misfit::NoSuchBytes(span) => {
                write!(f, "the text has no characters at the bytes {}..{}", span.start(), span.end())
            }
        }
    }
}

impl std::error::Error for Misfit {}

/// The text with all edits, in whatever order they are given. Texts inserted at one place come in the order of `edits`,
/// and before what replaces the bytes that follow.
///
/// # Errors
/// Where two edits overlap, or bytes are not there.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Misfit> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start(), edit.span.end()));
    let mut out = String::with_capacity(text.len());
    let mut before = Span::at(0);
    for edit in sorted {
        if edit.span.start() < before.end() {
            return Err(Misfit::Overlap(before, edit.span));
        }
        let missing = Misfit::NoSuchBytes(edit.span);
        let kept = text.get(before.end()..edit.span.start()).ok_or(missing)?;
        text.get(edit.span.start()..edit.span.end()).ok_or(missing)?;
        out.push_str(kept);
        out.push_str(&edit.replacement);
        before = edit.span;
    }
    out.push_str(text.get(before.end()..).unwrap_or_default());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Edit, Misfit, apply};
    use crate::source::Span;

    #[test]
    fn edits_are_applied_in_any_order() {
        let edits = [
            Edit::insert(3, "x"),
            Edit::replace(Span::new(0, 1), "A"),
            Edit::insert(3, "y"),
            Edit::remove(Span::new(3, 5)),
        ];
        assert_eq!(apply("abcdef", &edits).unwrap(), "Abcxyf");
        assert_eq!(apply("", &[Edit::insert(0, "a")]).unwrap(), "a");
    }

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        let (a, b) = (Span::new(0, 2), Span::new(1, 3));
        assert_eq!(apply("abc", &[Edit::remove(b), Edit::remove(a)]), Err(Misfit::Overlap(a, b)));
        // Into the middle of what is replaced.
        assert_eq!(apply("abc", &[Edit::remove(a), Edit::insert(1, "x")]), Err(Misfit::Overlap(a, Span::at(1))));
        for span in [Span::new(2, 4), Span::new(9, 9), Span::new(1, 2), Span::new(1, 0)] {
            assert_eq!(apply("ä", &[Edit::remove(span)]), Err(Misfit::NoSuchBytes(span)));
        }
    }

    proptest! {
        /// Edits that change nothing leave the text as it is; those of neighbours do not get in each other's way.
        #[test]
        fn what_is_not_edited_stays(words in prop::collection::vec("[a-zäö中]{0,4}", 0..10), chosen in prop::collection::vec(any::<bool>(), 10)) {
            let (text, mut at, mut edits, mut expected) = (words.concat(), 0, Vec::new(), String::new());
            for (word, chosen) in words.iter().zip(chosen) {
                let span = Span::new(at, at + word.len());
                at = span.end();
                if chosen {
                    edits.push(Edit::replace(span, "new"));
                }
                expected.push_str(if chosen { "new" } else { word });
            }
            edits.reverse();
            // Insertions at one place keep their order, which was turned around.
            if words.iter().all(|word| !word.is_empty()) {
                prop_assert_eq!(apply(&text, &edits).unwrap(), expected);
            }
        }
    }
}
