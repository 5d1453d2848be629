//! `quantile`.

use crate::engine::column::{Cell, Column, ScalarColumn, SeriesColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::numeric;
use crate::model::gofmt;
use crate::source::Span;

use super::Aggregation;

/// The `q`-quantile of each group's floats.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, context: Aggregation, q: &ScalarColumn, span: Span) -> Vector {
    let values = q.distinct();
    let outside = [
        values.iter().copied().find(|q| q.is_nan()),
        values.iter().copied().filter(|q| *q > 1.0).reduce(f64::max),
        values.iter().copied().filter(|q| *q < 0.0).reduce(f64::min),
    ];
    for q in outside.into_iter().flatten() {
        eval.warn(format!("quantile value should be between 0 and 1, got {}", gofmt::format_v(q)), span);
    }
    let mut columns = vec![Column::absent(context.steps); context.groups.len()];
    let mut gathered: Vec<Vec<f64>> = vec![Vec::new(); context.groups.len()];
    for step in 0..context.steps {
        for (series, group) in context.input.iter().zip(&context.groups.of_series) {
            match (series.column.get(step), gathered.get_mut(*group)) {
                (Cell::Float(value), Some(gathered)) => gathered.push(value),
                (Cell::Histogram(_), _) => {
                    eval.info("ignored histogram in quantile aggregation", context.input_span);
                }
                _ => {}
            }
        }
        for (gathered, column) in gathered.iter_mut().zip(&mut columns) {
            if !gathered.is_empty() {
                column.set(step, Slot::Float(numeric::quantile(q.at(step), gathered)));
                gathered.clear();
            }
        }
    }
    let mut drop_name = vec![false; context.groups.len()];
    for (series, group) in context.input.iter().zip(&context.groups.of_series) {
        if let Some(drop_name) = drop_name.get_mut(*group) {
            *drop_name |= series.drop_name;
        }
    }
    let groups = context.groups.labels.into_iter().zip(columns).zip(drop_name);
    let series = groups.map(|((labels, column), drop_name)| SeriesColumn { labels, drop_name, column });
    series.filter(|series| !series.column.is_empty()).collect()
}
