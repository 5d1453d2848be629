//! What the parser and the checker say.

use std::fmt;

use crate::source::{Span, Spanned};

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseErrorKind {
    /// How the expression is written: words, names, numbers, what stands where.
    Syntax,
    /// The types of its parts: an operator, a range or a function is given what it does not take.
    Type,
}

/// Something wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What it is about.
    pub kind: ParseErrorKind,
    /// The bytes of the expression that it is about.
    pub span: Span,
    /// What is wrong, in Prometheus' words, without the `1:5: parse error: ` in front.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Other places of the expression that belong to the story ("opened here").
    pub related: Vec<Spanned<String>>,
    /// Whether it only follows from an error before it. Prometheus lists it, people need not read it.
    pub is_consequence: bool,
}

impl ParseError {
    /// An error of syntax, without help.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        let (kind, message) = (ParseErrorKind::Syntax, message.into());
        ParseError { kind, span, message, help: None, related: Vec::new(), is_consequence: false }
    }

    /// An error of types, without help.
    pub fn of_types(span: Span, message: impl Into<String>) -> Self {
        ParseError { kind: ParseErrorKind::Type, ..ParseError::new(span, message) }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that the error only follows from one before it.
    #[must_use]
    pub fn as_consequence(mut self, is_consequence: bool) -> Self {
        self.is_consequence = is_consequence;
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn with_related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Spanned::new(text.into(), span));
        self
    }

    /// The error as Prometheus prints it: line and column (in bytes, both from 1), `parse error: ` and the message.
    pub fn upstream_text(&self, expression: &str) -> String {
        let before = expression.as_bytes().get(..self.span.start()).unwrap_or(expression.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("{line}:{column}: parse error: {}", self.message)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}
