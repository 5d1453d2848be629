//! Events to documents: the tree ([`tree`]), its scalars, its aliases, and what Prometheus' reader refuses though the
//! syntax is right.

mod alias;
mod join;
mod pieces;
mod refused;
mod scalar;
mod tree;

use std::sync::Arc;

use super::Parsed;
use super::fast;
use super::granit::Events;
use super::place::Origin;
use super::repair::Insertions;
use crate::source::{Label, SourceFile, Span};
use pieces::Cutting;
use tree::Builder;

/// What a text is read from and what its places are called.
pub(super) struct Source {
    /// The file, for diagnostics.
    pub(super) file: Arc<SourceFile>,
    /// The text.
    pub(super) origin: Origin,
    /// Whether several threads may read it.
    pub(super) with_threads: bool,
}

impl Source {
    /// A label of bytes of the origin's text.
    pub(super) fn label(&self, span: Span, text: impl Into<String>) -> Label {
        Label::new(&self.file, self.origin.file_span(span), text)
    }
}

/// A syntax error as the parser reports it, in bytes of the origin's text.
#[derive(Debug)]
pub(super) struct SyntaxError {
    /// What is wrong.
    pub(super) kind: granit_parser::ErrorKind,
    /// Where.
    pub(super) at: usize,
    /// The innermost `[` or `{` that is still open there.
    pub(super) open_bracket: Option<usize>,
}

/// What came of reading a text once.
pub(super) struct Attempt {
    /// The documents, comments and problems other than syntax errors.
    pub(super) parsed: Parsed,
    /// One syntax error for each broken document.
    pub(super) errors: Vec<SyntaxError>,
    /// The quoted scalars that reach over several lines, in bytes of the text that was parsed (with the insertions).
    pub(super) folded_quotes: Vec<Span>,
    /// The scalars and the brackets that reach over several lines, in bytes of the origin's text.
    pub(super) long_spans: Vec<Span>,
}

/// Reads `text`, which is the text of `source` with `insertions`.
pub(super) fn build(source: &Source, text: &str, insertions: &Insertions) -> Attempt {
    let usual = if insertions.is_empty() { build_usual(source, text, insertions) } else { None };
    usual.unwrap_or_else(|| build_any(source, text, insertions))
}

/// With the fast reader; `None` where the text is not for it.
fn build_usual(source: &Source, text: &str, insertions: &Insertions) -> Option<Attempt> {
    if source.with_threads
        && let Some(cutting) = Cutting::of(text.len())
        && let Some(attempt) = pieces::build(source, text, insertions, cutting)
    {
        return Some(attempt);
    }
    let mut builder = Builder::new(source, text, insertions);
    let read = fast::read(text, |event| {
        builder.event(event);
        if builder.is_full() { Err(fast::Unusual) } else { Ok(()) }
    });
    read.ok().map(|()| builder.finish())
}

fn build_any(source: &Source, text: &str, insertions: &Insertions) -> Attempt {
    let mut builder = Builder::new(source, text, insertions);
    let mut events = Events::new(text);
    while let Some(next) = events.next() {
        match next {
            Ok(event) => builder.event(event),
            Err(mistake) => {
                builder.syntax_error(mistake);
                if builder.is_full() || !next_document(&mut events, &mut builder) {
                    break;
                }
            }
        }
        if builder.is_full() {
            break;
        }
    }
    builder.finish()
}

fn next_document(events: &mut Events<'_>, builder: &mut Builder<'_>) -> bool {
    events.next_document().unwrap_or_else(|mistake| {
        builder.syntax_error(mistake);
        false
    })
}
