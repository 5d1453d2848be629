//! What is remarkable about a part of an expression: the comparison that is false, the selector that matches nothing,
//! the operands that do not find each other.

use super::value::{evaluate, value_text};
use crate::engine::store::StoredSeries;
use crate::engine::{LabelMatcher, QueryValue, VectorSample, compile_matcher};
use crate::model::Labels;
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind, MatchOp, Matcher, VectorSelector};
use crate::source::words;
use crate::unittest::reads::metric_name;
use crate::unittest::run::Running;

/// How many values of a label are listed.
const SHOWN_VALUES: usize = 5;

/// The note on `expr`, whose value is `value`.
pub(super) fn note(running: &Running<'_>, expr: &Expr, value: Option<&QueryValue>, t_ms: i64) -> Option<String> {
    let nothing = match value? {
        QueryValue::Vector(samples) => samples.is_empty(),
        QueryValue::Matrix(series) => series.is_empty(),
        QueryValue::Scalar(_) | QueryValue::String(_) => false,
    };
    match &expr.kind {
        ExprKind::Binary(binary) => binary_note(running, binary, nothing, t_ms),
        _ if !nothing => None,
        _ => selector_note(running, expr.selector()?, t_ms),
    }
}

fn binary_note(running: &Running<'_>, binary: &BinaryExpr, nothing: bool, t_ms: i64) -> Option<String> {
    if !nothing {
        return None;
    }
    let lhs = elements(&evaluate(running, &binary.lhs, t_ms).ok()?);
    let rhs = elements(&evaluate(running, &binary.rhs, t_ms).ok()?);
    match (lhs.as_slice(), rhs.as_slice()) {
        // An empty side explains itself one line below.
        ([], _) | (_, []) => None,
        _ if binary.op == BinaryOp::Unless => Some("everything on the left has a match on the right".to_owned()),
        ([left], [right]) => match symbol(binary.op) {
            Some(symbol) => Some(format!("{left} {symbol} {right} is false", left = left.1, right = right.1)),
            None => Some(no_match(&left.0, &right.0)),
        },
        (left, [right]) if symbol(binary.op).is_some() && binary.matching.is_none() => {
            let symbol = symbol(binary.op).unwrap_or_default();
            Some(format!("false for all {} of them: nothing is {symbol} {}", left.len(), right.1))
        }
        ([(left, _), ..], [(right, _), ..]) if symbol(binary.op).is_none() => Some(no_match(left, right)),
        _ => None,
    }
}

fn no_match(left: &Labels, right: &Labels) -> String {
    format!("no element of the left side has a match on the right: {left} against {right}")
}

/// The sign of a comparison.
fn symbol(op: BinaryOp) -> Option<&'static str> {
    op.is_comparison().then(|| op.symbol())
}

fn elements(value: &QueryValue) -> Vec<(Labels, String)> {
    match value {
        QueryValue::Scalar(value) => vec![(Labels::empty(), value_text(&(*value).into()))],
        QueryValue::Vector(samples) => {
            let element = |sample: &VectorSample| (sample.labels.clone(), value_text(&sample.value));
            samples.iter().map(element).collect()
        }
        QueryValue::String(_) | QueryValue::Matrix(_) => Vec::new(),
    }
}

fn selector_note(running: &Running<'_>, selector: &VectorSelector, t_ms: i64) -> Option<String> {
    let all = running.store.series();
    let Some(name) = metric_name(selector) else {
        return Some("no series matches, or none has a sample at this time".to_owned());
    };
    let named: Vec<&StoredSeries> =
        all.iter().filter(|series| series.labels().metric_name() == Some(name.as_str())).collect();
    if named.is_empty() {
        let names = all.iter().filter_map(|series| series.labels().metric_name());
        let near = words::nearest(&name, names).map_or_else(String::new, |near| format!("; there is `{near}`"));
        return Some(format!("there is no series `{name}`{near}"));
    }
    for matcher in &selector.matchers {
        let passes = |ready: LabelMatcher| named.iter().any(|series| ready.passes(series.labels()));
        if compile_matcher(matcher).is_ok_and(|ready| !passes(ready)) {
            return Some(matcher_note(matcher, &named));
        }
    }
    let last = named.iter().filter_map(|series| series.last()).map(|(t, _)| t).filter(|t| *t <= t_ms).max();
    last.map(|last| {
        let start = running.run.schedule.start_ms;
        let lookback = running.shared.set.options().engine.options().lookback_ms;
        let age = t_ms.saturating_sub(last);
        let at = format_duration(last.saturating_sub(start));
        if age >= lookback {
            format!("the newest sample is from {at}, {} before and too old", format_duration(age))
        } else {
            format!("no series matches all of it, or it has no sample here; the newest of `{name}` is from {at}")
        }
    })
}

fn matcher_note(matcher: &Matcher, named: &[&StoredSeries]) -> String {
    let label = &matcher.name.value;
    let mut values: Vec<&str> = named.iter().filter_map(|series| series.labels().get(label)).collect();
    values.sort_unstable();
    values.dedup();
    let symbol = match matcher.op {
        MatchOp::Equal => "=",
        MatchOp::NotEqual => "!=",
        MatchOp::Regex => "=~",
        MatchOp::NotRegex => "!~",
    };
    let wanted = crate::model::gofmt::quote(&matcher.value.value);
    let exist = match values.len() {
        0 => format!("none has a label `{label}`"),
        count => {
            let shown: Vec<String> = values.iter().take(SHOWN_VALUES).map(|v| format!("\"{v}\"")).collect();
            let more = if count > SHOWN_VALUES { format!(" and {} more", count - SHOWN_VALUES) } else { String::new() };
            format!("`{label}` is {}{more}", shown.join(", "))
        }
    };
    format!("no series matches `{label}{symbol}{wanted}`; {exist}")
}
