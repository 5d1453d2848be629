//! A reader for the YAML that rule files are made of: one pass over the lines, without tokens, some ten times as fast as
//! `granit-parser`.
//!
//! It gives the events that `granit-parser` gives for the same text ([`super::granit`]), or gives the text up at anything
//! that is not usual in such files: then that parser reads it from its first byte. So there is one YAML, and one author of
//! its errors. `tests/same_events.rs` holds the two against each other.
//!
//! Read are mappings and sequences in lines, one document, with or without a `---`; plain and quoted scalars, also over
//! several lines; `|` and `>`; brackets and braces within a line; comments. Given up are anchors, aliases, tags, `?`, tabs,
//! carriage returns, control characters, unusual escapes, brackets over several lines, and all that might be an error.

mod block;
mod characters;
mod flow;
mod lines;
mod literal;
mod pieces;
mod quoted;
mod scalar;

pub(super) use pieces::{Cut, cuts, meet};

use std::ops::Range;

use super::event::{Event, Properties, ScalarEvent};
use crate::source::Span;

/// The text is not for this reader, or whoever hears the events has had enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unusual;

type Read<T> = Result<T, Unusual>;

/// How deep collections may be nested: far less than `granit-parser` allows, far more than rules need.
pub(super) const MAX_DEPTH: usize = 64;
/// The longest key, in bytes. YAML allows 1,024 characters, and there are several ways to count them.
const MAX_KEY: usize = 1000;

/// Reads `text` and tells `hear` what it consists of.
///
/// # Errors
/// Fails where something is not usual, perhaps after some events, or where `hear` fails.
pub(super) fn read<'a>(text: &'a str, mut hear: impl FnMut(Event<'a>) -> Result<(), Unusual>) -> Result<(), Unusual> {
    if !is_for_it(text) {
        return Err(Unusual);
    }
    let mut standing = Standing::default();
    read_lines(text, &mut standing, 0..text.len(), &mut hear)?;
    finish(text, standing, hear)
}

/// Whether the characters of a text are those that it reads.
pub(super) fn is_for_it(text: &str) -> bool {
    characters::are_usual(text)
}

/// What the reader knows between two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// The collections in lines that are open, the innermost one last. Never empty behind the first content.
    open: Vec<block::Block>,
    /// Whether the document has begun.
    has_begun: bool,
}

/// Reads the lines that begin in `lines`, the first one at its start, from `standing` on: where the next one begins, which is
/// further on where a scalar goes on.
///
/// # Errors
/// As [`read`].
pub(super) fn read_lines<'a>(
    text: &'a str,
    standing: &mut Standing,
    lines: Range<usize>,
    hear: impl FnMut(Event<'a>) -> Result<(), Unusual>,
) -> Result<usize, Unusual> {
    let mut reader = Reader::new(text, standing, hear);
    let mut next = lines.start;
    while next < lines.end {
        next = reader.line(next)?;
    }
    Ok(next)
}

/// Ends what is open at the end of the text.
///
/// # Errors
/// As [`read`].
pub(super) fn finish<'a>(
    text: &'a str,
    mut standing: Standing,
    hear: impl FnMut(Event<'a>) -> Result<(), Unusual>,
) -> Result<(), Unusual> {
    Reader::new(text, &mut standing, hear).finish()
}

/// Where the reader is, besides its place in the text.
struct Reader<'a, 's, F> {
    text: &'a str,
    bytes: &'a [u8],
    standing: &'s mut Standing,
    hear: F,
}

impl<'a, 's, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, 's, F> {
    fn new(text: &'a str, standing: &'s mut Standing, hear: F) -> Self {
        Reader { text, bytes: text.as_bytes(), standing, hear }
    }

    fn tell(&mut self, event: Event<'a>) -> Read<()> {
        (self.hear)(event)
    }

    fn scalar_event(&mut self, scalar: ScalarEvent<'a>) -> Read<()> {
        self.tell(Event::Scalar(scalar, Properties::default()))
    }

    /// A value that is not there.
    fn missing(&mut self, at: usize) -> Read<()> {
        self.scalar_event(ScalarEvent::missing(at))
    }

    fn comment(&mut self, start: usize, end: usize) -> Read<()> {
        self.tell(Event::Comment(Span::new(start, end)))
    }
}
