//! What to write instead: the help texts of syntax and type errors.

use super::ast::*;
use super::functions::{FUNCTIONS, Function};
use super::token::{Keyword, Token, TokenKind};
use crate::source::words;

pub(super) const FUNCTION_GATE: &str =
    "the function is experimental; Prometheus needs --enable-feature=promql-experimental-functions";
pub(super) const DURATION_GATE: &str = "write one duration, such as `5m`";
pub(super) const SELECTOR_GATE: &str = "Prometheus needs --enable-feature=promql-extended-range-selectors";
pub(super) const FILL_GATE: &str = "Prometheus needs --enable-feature=promql-binop-fill-modifiers";
pub(super) const AT: Option<&str> = Some("write seconds since 1970, `start()` or `end()`");
pub(super) const RANGE: Option<&str> = Some("write a range or a subquery: `[5m]`, `[1h:5m]`");
pub(super) const VARIABLE: &str =
    "variables of dashboards and templates are not part of an expression; write the value";
pub(super) const RANGE_OPERAND: &str =
    "use a function over the range first: `rate(metric[5m])`, `avg_over_time(metric[5m])`";

/// A function whose name is like `name`.
pub(super) fn unknown_function(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if FUNCTIONS.iter().any(|function| function.name == lower) {
        return Some(format!("names of functions are lower case: `{lower}`"));
    }
    let known = match lower.as_str() {
        "holt_winters" => Some("double_exponential_smoothing"),
        "log" => Some("ln"),
        "average_over_time" | "mean_over_time" => Some("avg_over_time"),
        "percentile" | "percentile_over_time" => Some("quantile_over_time"),
        _ => None,
    };
    let names = FUNCTIONS.iter().map(|function| function.name);
    known.or_else(|| words::nearest_or_longer(&lower, names)).map(words::did_you_mean)
}

/// A token that cannot begin an expression.
pub(super) fn expression_start(token: Token, _text: &[u8]) -> Option<String> {
    match token.kind {
        TokenKind::Assign => Some("compare with `==`; a single `=` is for labels inside braces".to_owned()),
        TokenKind::End => Some("an operand is missing at the end".to_owned()),
        TokenKind::Keyword(Keyword::GroupLeft | Keyword::GroupRight) => {
            Some("write `on (…)` or `ignoring (…)` before it".to_owned())
        }
        TokenKind::Keyword(Keyword::Bool) => Some("`bool` comes directly after the comparison operator".to_owned()),
        _ => None,
    }
}

/// A token that cannot follow an expression.
pub(super) fn after_expression(token: Token, text: &[u8]) -> Option<String> {
    let written = String::from_utf8_lossy(text);
    match token.kind {
        TokenKind::Assign => Some("compare with `==`; a single `=` is for labels inside braces".to_owned()),
        TokenKind::Keyword(Keyword::By | Keyword::Without) => {
            Some(format!("`{written} (…)` belongs to an aggregation, once: `sum {written} (label) (…)`"))
        }
        TokenKind::Keyword(Keyword::On | Keyword::Ignoring) => {
            Some(format!("`{written} (…)` comes after a binary operator, once: `a / {written} (label) b`"))
        }
        TokenKind::Identifier if text.eq_ignore_ascii_case(b"for") => {
            Some("`for` is a field of the alerting rule, not part of the expression".to_owned())
        }
        TokenKind::Identifier | TokenKind::MetricIdentifier | TokenKind::Number | TokenKind::LeftBrace => {
            Some("an operator is missing before it".to_owned())
        }
        _ => None,
    }
}

/// `by job` instead of `by (job)`.
pub(super) fn missing_grouping_paren(kind: TokenKind, text: &[u8]) -> Option<String> {
    kind.is_grouping_label().then(|| format!("put the labels in parentheses: `({})`", String::from_utf8_lossy(text)))
}

/// `job=api` and `job=="api"` inside braces.
pub(super) fn matcher_value(kind: TokenKind, text: &[u8]) -> Option<String> {
    match kind {
        TokenKind::Identifier => Some(format!("quote the value: `\"{}\"`", String::from_utf8_lossy(text))),
        TokenKind::Assign => Some("inside braces labels are compared with a single `=`".to_owned()),
        _ => None,
    }
}

/// How an aggregation with a parameter is written.
pub(super) fn aggregate_form(op: AggregateOp) -> String {
    match op {
        AggregateOp::CountValues => "write `count_values(\"label\", metric)`".to_owned(),
        AggregateOp::Quantile => "write `quantile(0.9, metric)`".to_owned(),
        AggregateOp::LimitRatio => "write `limit_ratio(0.5, metric)`".to_owned(),
        op if op.has_param() => format!("write `{}(5, metric)`", op.name()),
        op => format!("write `{}(metric)`", op.name()),
    }
}

/// How a function is called: `rate(range vector)`.
pub(super) fn signature(function: &Function) -> String {
    let last = function.args.len().saturating_sub(1);
    let arguments: Vec<String> = function
        .args
        .iter()
        .enumerate()
        .map(|(index, value_type)| match function.variadic {
            1 if index == last => format!("[{}]", value_type.documented()),
            variadic if variadic != 0 && index == last => format!("{}...", value_type.documented()),
            _ => value_type.documented().to_owned(),
        })
        .collect();
    format!("the function is `{}({})`", function.name, arguments.join(", "))
}

/// How to get from the type that is there to the type that is wanted.
pub(super) fn conversion(wanted: ValueType, got: ValueType) -> Option<String> {
    let text = match (wanted, got) {
        (ValueType::Matrix, ValueType::Vector) => {
            "add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`"
        }
        (ValueType::Vector, ValueType::Matrix) => {
            "remove the range, or use a function over it: `rate(metric[5m])`, `avg_over_time(metric[5m])`"
        }
        (ValueType::Vector, ValueType::Scalar) => "turn the number into a vector with `vector(…)`",
        (ValueType::Scalar, ValueType::Vector) => "turn a vector of one series into a number with `scalar(…)`",
        (ValueType::Scalar, ValueType::String) => "write the number without quotes",
        _ => return None,
    };
    Some(text.to_owned())
}

/// A range behind something that is no metric.
pub(super) fn range_of(expr: &Expr, brackets: &[u8]) -> String {
    let range = String::from_utf8_lossy(brackets);
    let inside = range.trim_end_matches(']');
    match expr.kind {
        ExprKind::Matrix(_) | ExprKind::Subquery(_) => "there is a range already".to_owned(),
        ExprKind::Number(_) | ExprKind::String(_) => "only a metric can have a range".to_owned(),
        _ => format!("for a range of an expression write a subquery: `{inside}:]`"),
    }
}
