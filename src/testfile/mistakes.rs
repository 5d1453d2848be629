//! Mistakes of a test file that show only when its parts are used.

use super::{AlertTest, ExprTest, TestFile};
use crate::promql::ParseError;
use crate::rules::expression_problem;
use crate::rules::findings::MISSING_FIELD;
use crate::source::Diagnostic;

/// An expression of a test that does not parse.
pub(crate) fn syntax(test: &TestFile, expr: &ExprTest, error: ParseError) -> Diagnostic {
    let written = expr.expr.span;
    if written.is_empty() {
        let message = "`expr` is missing: the test does not say what it evaluates";
        return MISSING_FIELD.diagnostic(message, test.head(expr.span)).help("add `expr:` with a PromQL expression");
    }
    let is_empty = expr.expr.text().is_empty();
    expression_problem(&test.file, error, |span| if is_empty { written } else { expr.expr.file_span(span) })
}

/// An assertion on alerts that does not say which one it means.
pub(crate) fn no_alertname(test: &TestFile, alert: &AlertTest) -> Diagnostic {
    let message = "`alertname` is missing: the test does not say which alert it is about";
    MISSING_FIELD.diagnostic(message, test.head(alert.span)).help("add `alertname:` with the name of the alerting rule")
}
