//! What is wrong with an expression, as a diagnostic.

use std::sync::Arc;

use super::findings::{PROMQL_SYNTAX, PROMQL_TYPE};
use crate::promql::{ParseError, ParseErrorKind};
use crate::source::{Diagnostic, Label, SourceFile, Span};

/// The finding on an expression of `file` that does not parse; `place` turns bytes of the expression into bytes of the
/// file.
pub fn expression_problem(file: &Arc<SourceFile>, error: ParseError, place: impl Fn(Span) -> Span) -> Diagnostic {
    let finding = match error.kind {
        ParseErrorKind::Syntax => &PROMQL_SYNTAX,
        ParseErrorKind::Type => &PROMQL_TYPE,
    };
    let label = Label::new(file, place(error.span), "");
    let mut problem = finding.diagnostic(error.message, label);
    for related in error.related {
        problem = problem.related(Label::new(file, place(related.span), related.value));
    }
    if let Some(help) = error.help {
        problem.set_help(help);
    }
    problem
}
