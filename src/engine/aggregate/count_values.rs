//! `count_values`: one series for each value that occurs.

use rustc_hash::FxHashMap;

use crate::engine::EvalError;
use crate::engine::column::{Cell, Column, SeriesColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::{AggregateNode, NodeKind};
use crate::model::{Labels, gofmt};

use super::grouping::group_labels;

/// Evaluates `count_values("label", v)`.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, node: &AggregateNode) -> Result<Vector, EvalError> {
    let label = label_name(eval, node)?;
    let vector = eval.vector(node.input)?;
    let mut grouping = node.clone();
    if !grouping.without {
        grouping.labels.push(label.clone());
    }
    let span = eval.plan.node(node.input).span;
    let mut places: FxHashMap<Labels, usize> = FxHashMap::default();
    let mut result = Vector::new();
    // The same value of one series leads to the same group.
    let mut known: FxHashMap<(usize, u64), usize> = FxHashMap::default();
    for step in 0..eval.steps.count {
        for (index, series) in vector.iter().enumerate() {
            let (text, key) = match series.column.get(step) {
                Cell::Absent => continue,
                Cell::Float(value) => {
                    (gofmt::format_float(value, gofmt::FloatVerb::Decimal, None), Some((index, value.to_bits())))
                }
                Cell::Histogram(histogram) => (histogram.to_string(), None),
            };
            let place = match key.and_then(|key| known.get(&key)) {
                Some(place) => *place,
                None => {
                    let mut builder = series.labels.builder();
                    builder.set(&label, &text);
                    let labels = group_labels(&grouping, &builder.build());
                    let place = match places.get(&labels) {
                        Some(place) => *place,
                        None => {
                            eval.reserve((result.len() + 1).saturating_mul(eval.steps.count), span)?;
                            let column = Column::absent(eval.steps.count);
                            result.push(SeriesColumn { labels: labels.clone(), drop_name: false, column });
                            places.insert(labels, result.len() - 1);
                            result.len() - 1
                        }
                    };
                    if let Some(key) = key {
                        known.insert(key, place);
                    }
                    place
                }
            };
            if let Some(group) = result.get_mut(place) {
                let count = match group.column.get(step) {
                    Cell::Float(count) => count + 1.0,
                    _ => 1.0,
                };
                group.column.set(step, Slot::Float(count));
            }
        }
    }
    result.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(result)
}

fn label_name(eval: &Evaluator<'_>, node: &AggregateNode) -> Result<String, EvalError> {
    let Some(param) = node.param else {
        return Err(EvalError::new("count_values needs a label name", None));
    };
    let param = eval.plan.unwrapped(param);
    let bytes = match &param.kind {
        NodeKind::String(bytes) => bytes.as_slice(),
        _ => &[],
    };
    match std::str::from_utf8(bytes) {
        Ok(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(EvalError::new(format!("invalid label name {}", gofmt::quote(bytes)), Some(param.span))),
    }
}
