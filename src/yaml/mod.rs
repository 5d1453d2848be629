//! YAML text to a tree in which every key and value knows its source bytes.
//!
//! `granit-parser` gives events, or `fast` the same ones for most files; this module turns them into [`Node`]s, resolves
//! aliases and `<<` merges with a cap on expansion, and maps every offset of a decoded scalar back to the byte of the file it came from. [`edit`] changes
//! it, and keeps how it is written.

mod build;
pub mod edit;
mod errors;
mod escapes;
mod event;
mod fast;
pub mod findings;
mod granit;
mod mapping;
mod node;
mod place;
mod prologue;
mod repair;
mod tabs;
mod tags;
mod text;
pub(crate) mod writer;

use std::sync::Arc;

pub use node::{Entry, Mapping, Node, NodeKind, Scalar, ScalarStyle, Sequence};

use build::{Attempt, Source};
use place::Origin;

use crate::source::{Diagnostic, SourceFile, Span};

/// What a file of YAML says.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents in the order of the file, also the broken and the empty ones.
    pub documents: Vec<Document>,
    /// The comments in the order of the file.
    pub comments: Vec<Comment>,
    /// What is wrong with the file as YAML: `yaml/syntax`, `yaml/duplicate-key`.
    pub problems: Vec<Diagnostic>,
}

/// One document of a file; `---` begins the next one.
#[derive(Debug)]
pub struct Document {
    /// From the `---`, or from the first content where there is none, to the end of the content.
    pub span: Span,
    /// The document's value; `None` where it is empty or its syntax is broken.
    pub root: Option<Node>,
    /// Whether its syntax is broken: one of [`Parsed::problems`] says where.
    pub broken: bool,
}

impl Document {
    /// Its `---`; where it begins without, the empty place before its first content.
    pub fn marker(&self, file: &SourceFile) -> Span {
        let start = self.span.start();
        let dashes = file.text().get(start..).is_some_and(|rest| rest.starts_with("---"));
        Span::new(start, start.saturating_add(if dashes { 3 } else { 0 }))
    }
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
}

/// Reads all documents of `file`. Never fails: what is wrong is in [`Parsed::problems`], and what could be read is
/// in [`Parsed::documents`].
pub fn parse(file: &Arc<SourceFile>) -> Parsed {
    parse_by(file, false)
}

/// As [`parse`], a large file with several threads: not to be called while a lock is held that others may want.
pub fn parse_with_threads(file: &Arc<SourceFile>) -> Parsed {
    parse_by(file, true)
}

fn parse_by(file: &Arc<SourceFile>, with_threads: bool) -> Parsed {
    #[cfg(test)]
    crate::source::tally::note(crate::source::tally::Work::Parse, file.name());
    read(Source { file: Arc::clone(file), origin: Origin::File(Arc::clone(file)), with_threads })
}

/// Reads YAML that is itself the text of a scalar of `file`, as in a Kubernetes ConfigMap. All spans are bytes of the
/// file.
pub fn parse_nested(file: &Arc<SourceFile>, scalar: &Scalar) -> Parsed {
    read(Source { file: Arc::clone(file), origin: Origin::Scalar(Arc::new(scalar.clone())), with_threads: false })
}

/// Reads YAML that stands in a file of another kind, as in a code block of a page: the bytes `span` of `file`, of whose
/// lines the first `indent` columns do not count. All spans are bytes of the file.
pub fn parse_within(file: &Arc<SourceFile>, span: Span, indent: usize) -> Parsed {
    parse_nested(file, &Scalar::within(file, span, indent))
}

fn read(source: Source) -> Parsed {
    let repaired = repair::read(&source);
    let mut syntax_errors = errors::diagnostics(&source, &repaired);
    let Attempt { mut parsed, long_spans, .. } = repaired.attempt;
    if syntax_errors.is_empty() {
        let tabs = tabs::refused(source.origin.text(), long_spans);
        syntax_errors.extend(tabs.into_iter().map(|tab| errors::tab(&source, tab)));
        syntax_errors.extend(prologue::refused(source.origin.text()).map(|refused| errors::prologue(&source, refused)));
        syntax_errors.extend(stray_end(source.origin.text()).map(|at| errors::stray_end(&source, at)));
    }
    parsed.problems.extend(syntax_errors);
    parsed.problems.sort_by_key(|problem| problem.primary.span.start());
    parsed
}

/// A `...` before the first document, which libyaml does not take.
fn stray_end(text: &str) -> Option<usize> {
    let mut lines = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let says_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let (start, line) = lines.find(|(_, line)| !says_nothing(line))?;
    (line.trim_end() == "..." || line.starts_with("... ")).then_some(start)
}

#[cfg(test)]
mod tests;
