//! An expression taken apart: the value of each part at the time of an assertion, and what decided.

use super::remarks;
use super::value::evaluate;
use crate::engine::{QueryValue, VectorSample};
use crate::model::gofmt::{FloatVerb, format_float};
use crate::model::labels::METRIC_NAME;
use crate::model::{Labels, SampleValue};
use crate::promql::ast::ExprKind;
use crate::promql::{self, Expr};
use crate::rules::Field;
use crate::source::words::collapsed;
use crate::testfile::ExprTest;
use crate::testfile::notation::number_text;
use crate::unittest::report::{Explanation, Part};
use crate::unittest::run::Running;

/// More parts than this are not shown.
const MAX_PARTS: usize = 40;
/// Deeper parts are not shown.
const MAX_DEPTH: usize = 12;
/// A longer operand is left out of its operator's outline; in bytes.
const LONG_OPERAND: usize = 16;
/// How many elements of a vector are written out.
const SHOWN_ELEMENTS: usize = 3;

/// The expression of the first alerting rule called `alertname`, as of `step`.
pub(super) fn alert(running: &Running<'_>, alertname: &str, step: usize) -> Option<Explanation> {
    let timeline = running.run.alerting_rules(alertname).next()?;
    let group = running.shared.set.groups().get(timeline.id.group)?;
    let (file, rule) = running.rule(timeline.id)?;
    let t_ms = running.run.schedule.time(step).saturating_sub(group.query_offset_ms);
    Some(Explanation {
        file: std::sync::Arc::clone(file),
        span: rule.expr.span,
        t_ms: t_ms.saturating_sub(running.run.schedule.start_ms),
        parts: parts(running, &rule.expr, rule.parsed.as_ref()?, t_ms),
    })
}

/// The expression of a test at the time of its assertion; `None` where it does not parse.
pub(super) fn expression(running: &Running<'_>, test: &ExprTest) -> Option<Explanation> {
    let expr = promql::parse(test.expr.text(), running.shared.parse).ok()?;
    Some(Explanation {
        file: std::sync::Arc::clone(&running.shared.test.file),
        span: test.expr.span,
        t_ms: test.eval_time.value,
        parts: parts(running, &test.expr, &expr, running.since_epoch(test.eval_time.value)),
    })
}

fn parts(running: &Running<'_>, field: &Field, root: &Expr, t_ms: i64) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut pending = vec![(0, root)];
    while let Some((depth, expr)) = pending.pop() {
        let expr = expr.without_parens();
        if matches!(expr.kind, ExprKind::Number(_) | ExprKind::String(_)) && depth > 0 {
            continue;
        }
        if parts.len() >= MAX_PARTS || depth > MAX_DEPTH {
            continue;
        }
        let value = evaluate(running, expr, t_ms);
        parts.push(Part {
            depth,
            text: collapsed(expr.span.slice(field.text())),
            outline: outline(expr, field.text()),
            span: field.file_span(expr.span),
            note: remarks::note(running, expr, value.as_ref().ok(), t_ms),
            value: value.as_ref().map_or_else(|error| format!("fails: {error}"), describe),
        });
        pending.extend(expr.children().rev().map(|child| (depth + 1, child)));
    }
    parts
}

/// The text of `expr` with an ellipsis for each operand that is longer than a word.
fn outline(expr: &Expr, text: &str) -> String {
    let mut outline = String::new();
    let mut at = expr.span.start();
    for child in expr.children().filter(|child| child.span.len() > LONG_OPERAND) {
        outline.push_str(text.get(at..child.span.start()).unwrap_or_default());
        outline.push_str(if child.without_parens().span == child.span { "…" } else { "(…)" });
        at = child.span.end();
    }
    outline.push_str(text.get(at..expr.span.end()).unwrap_or_default());
    collapsed(&outline)
}

fn describe(value: &QueryValue) -> String {
    match value {
        QueryValue::Scalar(value) => rounded(*value),
        QueryValue::String(bytes) => crate::model::gofmt::quote(bytes),
        QueryValue::Vector(samples) => vector(samples),
        QueryValue::Matrix(series) => {
            let points: usize = series.iter().map(|series| series.points.len()).sum();
            let samples = if points == 1 { "1 sample".to_owned() } else { format!("{points} samples") };
            match series.as_slice() {
                [] => "nothing".to_owned(),
                [only] => format!("{samples} of {}", without_name(&only.labels)),
                _ => format!("{samples} of {} series", series.len()),
            }
        }
    }
}

/// The values come first, so that they are seen where the labels are cut.
fn vector(samples: &[VectorSample]) -> String {
    let shown = |sample: &VectorSample| {
        let value = match &sample.value {
            SampleValue::Float(value) => rounded(*value),
            SampleValue::Histogram(histogram) => histogram.test_expression(),
        };
        let labels = without_name(&sample.labels);
        if labels.is_empty() { value } else { format!("{value} {labels}") }
    };
    let mut texts: Vec<String> = samples.iter().take(SHOWN_ELEMENTS).map(shown).collect();
    match samples.len() {
        0 => return "nothing".to_owned(),
        count if count > SHOWN_ELEMENTS => texts.push(format!("and {} more", count - SHOWN_ELEMENTS)),
        _ => {}
    }
    texts.join(", ")
}

/// A number to read, not to copy: six digits are enough.
fn rounded(value: f64) -> String {
    let short = format_float(value, FloatVerb::General, Some(6));
    short.parse().map_or(short, number_text)
}

/// The expression beside it says which metric it is.
fn without_name(labels: &Labels) -> Labels {
    labels.without(|name| name == METRIC_NAME)
}
