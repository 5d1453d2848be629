//! Why an evaluation failed.

use std::fmt;

use crate::source::Span;

/// An evaluation failed. The message is upstream's where upstream has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// What is wrong.
    pub message: String,
    /// The part of the expression that it is about, in bytes of the expression's text.
    pub span: Option<Span>,
}

impl EvalError {
    /// Joins a message and the place that it is about.
    pub fn new(message: impl Into<String>, span: Option<Span>) -> Self {
        EvalError { message: message.into(), span }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}
