//! From columns to the results that callers see.

use crate::model::{Labels, SampleValue};
use crate::promql::ast::RangeExtension;
use crate::source::Span;

use super::column::{Column, ScalarColumn, SeriesColumn, Value, Vector};
use super::distinct::{SAME_LABELSET, ensure_distinct, merge_equal};
use super::evaluate::{Evaluator, without_name};
use super::plan::NodeKind;
use super::range_input::RangeInput;
use super::{EvalError, Point, Points, QueryValue, Series, VectorSample};

/// Evaluates the plan at its only step.
pub(super) fn instant(eval: &mut Evaluator<'_>) -> Result<QueryValue, EvalError> {
    let root = eval.plan.root;
    let node = eval.plan.unwrapped(root);
    if let NodeKind::Matrix(_) | NodeKind::Subquery(_) = node.kind {
        return range_vector(eval);
    }
    let t_ms = eval.steps.start;
    Ok(match eval.eval(root)? {
        Value::Scalar(scalar) => QueryValue::Scalar(scalar.at(0)),
        Value::String(text) => QueryValue::String(text),
        Value::Vector(mut vector) => {
            cleanup(eval, &mut vector);
            ensure_distinct(&vector, node.span)?;
            let sample = |series: SeriesColumn| {
                let value = series.column.sample(0)?;
                Some(VectorSample { labels: series.labels, t_ms, value })
            };
            QueryValue::Vector(vector.into_iter().filter_map(sample).collect())
        }
    })
}

/// Evaluates the plan over all steps.
pub(super) fn range(eval: &mut Evaluator<'_>) -> Result<QueryValue, EvalError> {
    let root = eval.plan.root;
    let span = eval.plan.node(root).span;
    let vector = match eval.eval(root)? {
        Value::Scalar(scalar) => return Ok(QueryValue::Matrix(scalar_series(eval, &scalar))),
        Value::String(text) => return Ok(QueryValue::String(text)),
        Value::Vector(mut vector) => {
            cleanup(eval, &mut vector);
            merge_equal(vector, span)?
        }
    };
    let steps = eval.steps;
    let mut matrix: Vec<Series> = vector
        .into_iter()
        .filter(|series| !series.column.is_empty())
        .map(|series| Series { labels: series.labels, points: Points::at_steps(steps, series.column) })
        .collect();
    matrix.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(QueryValue::Matrix(matrix))
}

fn scalar_series(eval: &Evaluator<'_>, scalar: &ScalarColumn) -> Vec<Series> {
    let steps = eval.steps;
    let column = Column::from_floats((0..steps.count).map(|step| scalar.at(step)).collect());
    vec![Series { labels: Labels::empty(), points: Points::at_steps(steps, column) }]
}

/// Removes the names whose removal was delayed.
fn cleanup(eval: &Evaluator<'_>, vector: &mut Vector) {
    if eval.options.delayed_name_removal {
        for series in vector.iter_mut().filter(|series| series.drop_name) {
            series.labels = without_name(&series.labels);
        }
    }
}

/// An instant query for a range vector: the samples of the window themselves.
fn range_vector(eval: &mut Evaluator<'_>) -> Result<QueryValue, EvalError> {
    let root = eval.plan.root;
    let span = eval.plan.unwrapped(root).span;
    let input = RangeInput::of(eval, root)?;
    if let Some(extension) = input.extension {
        let word = if extension == RangeExtension::Anchored { "anchored" } else { "smoothed" };
        return Err(EvalError::new(format!("{word} range vectors can only be read by functions"), Some(span)));
    }
    let end = input.end(0);
    let start = end.saturating_sub(input.range);
    let mut matrix = Vec::new();
    for series in input.series() {
        let inside = |t_ms: &i64| *t_ms > start && *t_ms <= end;
        let floats = series.floats.times.iter().zip(&series.floats.values).filter(|(t, _)| inside(t));
        let floats = floats.map(|(t, value)| Point { t_ms: *t, value: SampleValue::Float(*value) });
        let histograms = series.histograms.times.iter().zip(&series.histograms.values).filter(|(t, _)| inside(t));
        let histograms = histograms.map(|(t, value)| Point { t_ms: *t, value: SampleValue::Histogram(value.clone()) });
        let points: Vec<Point> = floats.chain(histograms).collect();
        if !points.is_empty() {
            let labels = if series.drop_name { without_name(series.labels) } else { series.labels.clone() };
            matrix.push((labels, points));
        }
    }
    matrix.sort_by(|(a, _), (b, _)| a.cmp(b));
    merge_equal_points(matrix, span).map(QueryValue::Matrix)
}

/// Joins neighbours that have the same labels since their names were removed, as [`merge_equal`] does with columns.
fn merge_equal_points(matrix: Vec<(Labels, Vec<Point>)>, span: Span) -> Result<Vec<Series>, EvalError> {
    let mut merged: Vec<(Labels, Vec<Point>)> = Vec::with_capacity(matrix.len());
    for (labels, points) in matrix {
        match merged.last_mut().filter(|(last, _)| *last == labels) {
            Some((_, last)) => last.extend(points),
            None => merged.push((labels, points)),
        }
    }
    for (_, points) in &mut merged {
        points.sort_by_key(|point| point.t_ms);
        if !points.is_sorted_by(|a, b| a.t_ms < b.t_ms) {
            return Err(EvalError::new(SAME_LABELSET, Some(span)));
        }
    }
    Ok(merged.into_iter().map(|(labels, points)| Series { labels, points: points.into_iter().collect() }).collect())
}
