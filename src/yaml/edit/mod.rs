//! Edits of YAML that keep how it is written: only the bytes that have to change do. A value is replaced in its own style
//! of quotes, an item comes and goes with its lines, comments and order and everything else stay. Where something is
//! written in a way that cannot be edited like that, or is read at other places, too, the edit is refused with a reason.
//!
//! An [`Editor`] knows the lines of the file and what an alias repeats. A [`Place`] is a value where it is written:
//! lists and mappings (`block`, `flow`) get and lose elements, single values are replaced (`scalar`), and `value` writes
//! what is new. [`Scalar::edits`] changes bytes within a text, whatever its quotes, escapes and folded lines (`content`).
//!
//! [`Scalar::edits`]: super::Scalar::edits

mod block;
mod content;
mod flow;
mod lines;
mod place;
mod scalar;
mod shared;
mod value;

use std::fmt;

pub use place::{Place, without_entry};
pub use shared::Shared;
pub use value::Value;

use lines::Lines;

use super::Parsed;
use crate::source::{Edit, SourceFile, Span};

/// A file of YAML to be edited.
#[derive(Debug)]
pub struct Editor<'a> {
    lines: Lines<'a>,
    shared: Shared,
}

/// Why something cannot be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What would change is read at other places, too: through an alias or a merge.
    Shared,
    /// What would change comes from another place: through an alias or a merge.
    Alias,
    /// It is written in a way that is not edited.
    Layout,
    /// The new text cannot be written in the style of the old one.
    Style,
    /// The text is too long to be edited.
    TooLong,
}

impl<'a> Editor<'a> {
    /// An editor of `file`, of which `parsed` is what it says. Takes time that grows with the file.
    pub fn new(file: &'a SourceFile, parsed: &Parsed) -> Self {
        Editor { lines: Lines::of(file), shared: Shared::of(parsed) }
    }

    /// What is read at several places.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether the byte at `offset` is `byte`.
    pub fn is_at(&self, offset: usize, byte: u8) -> bool {
        self.lines.is_at(offset, byte)
    }

    /// The bytes of a key's text, without its quotes: within braces a quoted key may have its value right behind the
    /// colon, a plain one may not, so they have to stay.
    pub fn inside_quotes(&self, key: Span) -> Span {
        let is_quoted = self.is_at(key.start(), b'"') || self.is_at(key.start(), b'\'');
        if is_quoted { Span::new(key.start() + 1, key.end().saturating_sub(1).max(key.start() + 1)) } else { key }
    }

    /// The edits with the line breaks that the file has. To be called once, when all of them are made.
    pub fn with_line_breaks(&self, mut edits: Vec<Edit>) -> Vec<Edit> {
        if self.lines.text().contains("\r\n") {
            for edit in &mut edits {
                edit.replacement = edit.replacement.replace('\n', "\r\n");
            }
        }
        edits
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Shared => "it is read at another place, too, through an alias",
            Refusal::Alias => "it comes from another place through an alias",
            Refusal::Layout => "its YAML is written in a way that is not edited",
            Refusal::Style => "the new text cannot be written in the style of the old one",
            Refusal::TooLong => "the text is too long to be edited",
        })
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
