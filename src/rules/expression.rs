//! What is wrong with an expression, as a diagnostic.

use std::sync::Arc;

use crate::promql::{ParseError, ParseErrorKind};
use crate::source::{Diagnostic, Label, Severity, SourceFile, Span};

/// The finding on an expression of `file` that does not parse; `place` turns bytes of the expression into bytes of the
/// file.
pub fn expression_problem(file: &Arc<SourceFile>, error: ParseError, place: impl Fn(Span) -> Span) -> Diagnostic {
    let rule = match error.kind {
        ParseErrorKind::Syntax => "promql/syntax",
        ParseErrorKind::Type => "promql/type",
    };
    let label = Label::new(file, place(error.span), "");
    let mut problem = Diagnostic::new(rule, Severity::Error, error.message, label);
    for related in error.related {
        problem = problem.related(Label::new(file, place(related.span), related.value));
    }
    problem.help = error.help;
    problem
}
