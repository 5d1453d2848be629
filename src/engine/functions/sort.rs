//! `sort`, `sort_desc`, `sort_by_label`, `sort_by_label_desc`. Only instant queries have an order to speak of.

use std::cmp::Ordering;

use crate::engine::EvalError;
use crate::engine::column::{Cell, SeriesColumn, Slot, Value};
use crate::engine::evaluate::Evaluator;
use crate::engine::natural;
use crate::engine::plan::CallNode;
use crate::source::Span;

/// `sort(v)`
pub(super) fn ascending<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    by_value(eval, call, span, |a, b| a.total_cmp(&b))
}

/// `sort_desc(v)`
pub(super) fn descending<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    by_value(eval, call, span, |a, b| b.total_cmp(&a))
}

fn by_value<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    span: Span,
    order: impl Fn(f64, f64) -> Ordering,
) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    note_range_query(eval, span);
    let mut vector = eval.vector(arg)?;
    for series in &mut vector {
        if series.column.has_histograms() {
            for step in 0..series.column.len() {
                if let Slot::Histogram(_) = series.column.slot(step) {
                    series.column.set(step, Slot::Absent);
                }
            }
        }
    }
    vector.retain(|series| !series.column.is_empty());
    if call.ordered && eval.steps.count == 1 {
        let value = |series: &SeriesColumn| match series.column.get(0) {
            Cell::Float(value) => value,
            _ => f64::NAN,
        };
        vector.sort_by(|a, b| match (value(a), value(b)) {
            (a, b) if a.is_nan() || b.is_nan() => a.is_nan().cmp(&b.is_nan()),
            (a, b) if a == b => Ordering::Equal,
            (a, b) => order(a, b),
        });
    }
    Ok(Value::Vector(vector))
}

/// `sort_by_label(v, label…)`
pub(super) fn by_label<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
    by_labels(eval, call, span, |order| order)
}

/// `sort_by_label_desc(v, label…)`
pub(super) fn by_label_descending<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    span: Span,
) -> Result<Value, EvalError> {
    by_labels(eval, call, span, Ordering::reverse)
}

fn by_labels<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    span: Span,
    direction: impl Fn(Ordering) -> Ordering,
) -> Result<Value, EvalError> {
    let [vector, names @ ..] = call.args.as_slice() else {
        return Err(EvalError::new("expected an instant vector", Some(span)));
    };
    note_range_query(eval, span);
    let names: Vec<String> = names.iter().map(|name| eval.plan.text(*name)).collect();
    let mut vector = eval.vector(*vector)?;
    if call.ordered && eval.steps.count == 1 {
        vector.sort_by(|a, b| {
            for name in &names {
                let (left, right) = (a.labels.get(name).unwrap_or_default(), b.labels.get(name).unwrap_or_default());
                if left != right {
                    return direction(natural::compare(left, right));
                }
            }
            direction(a.labels.cmp(&b.labels))
        });
    }
    Ok(Value::Vector(vector))
}

fn note_range_query(eval: &mut Evaluator<'_>, span: Span) {
    if eval.query.step != 0 {
        eval.warn("sort is ineffective for range queries since results are always ordered by labels", span);
    }
}
