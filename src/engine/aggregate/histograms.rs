//! `sum` and `avg` where histograms are among the input.

use crate::engine::column::{ABSENT, Cell, Column, HISTOGRAM, SeriesColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::histogram_rows::RowsSum;
use crate::engine::numeric::{Mean, kahan_inc};
use crate::engine::select::name_of;
use crate::model::FloatHistogram;
use crate::model::histogram::{CounterResetHint, HistogramAverage, HistogramSum, IncompatibleSchemas, Reconciliation};
use crate::promql::ast::AggregateOp;
use crate::source::Span;

use super::Aggregation;

/// Aggregates group by group and step by step.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, context: &Aggregation) -> Vector {
    let mut result = Vector::new();
    let mut members: Vec<Vec<&SeriesColumn>> = vec![Vec::new(); context.groups.len()];
    for (series, group) in context.input.iter().zip(&context.groups.of_series) {
        if let Some(members) = members.get_mut(*group) {
            members.push(series);
        }
    }
    for (labels, members) in context.groups.labels.iter().zip(members) {
        let column = sum_of_rows(context, &members).unwrap_or_else(|| {
            let mut column = Column::absent(context.steps);
            for step in 0..context.steps {
                column.set(step, one(eval, context, &members, step));
            }
            column
        });
        if !column.is_empty() {
            let drop_name = members.iter().any(|series| series.drop_name);
            result.push(SeriesColumn { labels: labels.clone(), drop_name, column });
        }
    }
    result
}

/// The short way for `sum` where all members are histograms of one layout. They are gauges, so that there is nothing to
/// say about counter resets.
fn sum_of_rows(context: &Aggregation, members: &[&SeriesColumn]) -> Option<Column> {
    if context.op != AggregateOp::Sum {
        return None;
    }
    let mut sum: Option<RowsSum> = None;
    for series in members {
        let rows = series.column.rows()?;
        let sum = sum.get_or_insert_with(|| RowsSum::new(rows, context.steps));
        if !sum.takes(rows) {
            return None;
        }
        sum.add(rows, series.column.presence());
    }
    let (rows, present) = sum?.finish();
    let values = present.into_iter().map(|present| if present { HISTOGRAM } else { ABSENT }).collect();
    Some(Column::from_rows(values, rows))
}

fn one(eval: &mut Evaluator<'_>, context: &Aggregation, members: &[&SeriesColumn], step: usize) -> Slot {
    let mut floats: Option<Floats> = None;
    let mut histograms: Option<Histograms> = None;
    for series in members {
        match series.column.get(step) {
            Cell::Absent => {}
            Cell::Float(value) => match &mut floats {
                Some(floats) => floats.add(value),
                None => floats = Some(Floats::first(context.op, value)),
            },
            Cell::Histogram(histogram) => {
                let Some(gathered) = &mut histograms else {
                    histograms = Some(Histograms::first(context.op, histogram));
                    continue;
                };
                // A group with floats is dropped anyway.
                if floats.is_none() && !gathered.incompatible {
                    gathered.add(eval, histogram, name_of(&series.labels), context.input_span);
                }
            }
        }
    }
    match (floats, histograms) {
        (None, None) => Slot::Absent,
        (Some(floats), None) => Slot::Float(floats.finish()),
        (None, Some(histograms)) => histograms.finish(eval, context.input_span),
        (Some(_), Some(_)) => {
            eval.warn("encountered a mix of histograms and floats for aggregation", context.input_span);
            Slot::Absent
        }
    }
}

enum Floats {
    Sum(f64, f64),
    Mean(Mean),
}

impl Floats {
    fn first(op: AggregateOp, value: f64) -> Self {
        if op == AggregateOp::Avg { Floats::Mean(Mean::of(value)) } else { Floats::Sum(value, 0.0) }
    }

    fn add(&mut self, value: f64) {
        match self {
            Floats::Sum(sum, c) => (*sum, *c) = kahan_inc(value, *sum, *c),
            Floats::Mean(mean) => mean.add(value),
        }
    }

    fn finish(self) -> f64 {
        match self {
            Floats::Sum(sum, c) => sum + c,
            Floats::Mean(mean) => mean.value(),
        }
    }
}

enum Gathered {
    Sum(Box<HistogramSum>),
    Mean(Box<HistogramAverage>),
}

struct Histograms {
    gathered: Gathered,
    incompatible: bool,
    reset: bool,
    not_reset: bool,
}

impl Histograms {
    fn first(op: AggregateOp, histogram: &FloatHistogram) -> Self {
        let gathered = if op == AggregateOp::Avg {
            Gathered::Mean(Box::new(HistogramAverage::new(histogram)))
        } else {
            Gathered::Sum(Box::new(HistogramSum::new(histogram)))
        };
        let mut first = Histograms { gathered, incompatible: false, reset: false, not_reset: false };
        first.note_hint(histogram);
        first
    }

    fn note_hint(&mut self, histogram: &FloatHistogram) {
        self.reset |= histogram.counter_reset_hint == CounterResetHint::Reset;
        self.not_reset |= histogram.counter_reset_hint == CounterResetHint::NotReset;
    }

    fn add(&mut self, eval: &mut Evaluator<'_>, histogram: &FloatHistogram, name: &str, span: Span) {
        self.note_hint(histogram);
        let combined: Result<Reconciliation, IncompatibleSchemas> = match &mut self.gathered {
            Gathered::Sum(sum) => sum.add(histogram),
            Gathered::Mean(mean) => mean.add(histogram),
        };
        match combined {
            Ok(combined) if combined.bounds_reconciled => {
                eval.info("mismatched custom buckets were reconciled during aggregation", span);
            }
            Ok(_) => {}
            Err(_) => {
                self.incompatible = true;
                let for_name = if name.is_empty() { String::new() } else { format!(" for metric name {name:?}") };
                let message = "vector contains a mix of histograms with exponential and custom buckets schemas";
                eval.warn(format!("{message}{for_name}"), span);
            }
        }
    }

    fn finish(self, eval: &mut Evaluator<'_>, span: Span) -> Slot {
        if self.incompatible {
            return Slot::Absent;
        }
        if self.reset && self.not_reset {
            eval.warn("conflicting counter resets during histogram aggregation", span);
        }
        match self.gathered {
            Gathered::Sum(sum) => sum.finish().into(),
            Gathered::Mean(mean) => mean.finish().into(),
        }
    }
}
