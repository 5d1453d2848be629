//! The functions on histograms: `histogram_quantile` and its relatives.

use rustc_hash::FxHashMap;

use crate::engine::EvalError;
use crate::engine::column::{Cell, Column, ScalarColumn, SeriesColumn, Slot, Value, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::{CallNode, NodeId};
use crate::model::histogram::ClassicBucket;
use crate::model::{FloatHistogram, Labels, calendar, gofmt};
use crate::source::Span;

use super::histogram_classic::{self as classic, Levelled};
use super::histogram_groups::{Group, Histogram, for_metric, groups};
use super::histogram_native::{self as native, NanObservations};
use super::math;

/// `histogram_count(v)`: all observations of native histograms.
pub(super) fn count<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    of_each(eval, call, |histogram| histogram.count)
}

/// `histogram_sum(v)`: the sum of the observations of native histograms.
pub(super) fn sum<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    of_each(eval, call, |histogram| histogram.sum)
}

/// `histogram_avg(v)`: the mean of the observations of native histograms.
pub(super) fn avg<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    of_each(eval, call, |histogram| histogram.sum / histogram.count)
}

/// `histogram_stddev(v)`: the standard deviation of the observations of native histograms, estimated.
pub(super) fn stddev<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    of_each(eval, call, |histogram| native::variance(histogram).sqrt())
}

/// `histogram_stdvar(v)`: the variance of the observations of native histograms, estimated.
pub(super) fn stdvar<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    of_each(eval, call, native::variance)
}

/// One float from each native histogram; floats are dropped, and so are names.
fn of_each<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    f: impl Fn(&FloatHistogram) -> f64,
) -> Result<Value, EvalError> {
    let mut vector = eval.vector(arg(eval, call, 0))?;
    for series in &mut vector {
        let values = (0..series.column.len()).map(|step| match series.column.get(step) {
            Cell::Histogram(histogram) => f(histogram),
            _ => crate::engine::column::ABSENT,
        });
        series.column = Column::from_floats(values.collect());
        eval.drop_name(series);
    }
    math::finish(eval, vector, call).map(Value::Vector)
}

fn arg(eval: &Evaluator<'_>, call: &CallNode, index: usize) -> NodeId {
    call.args.get(index).copied().unwrap_or(eval.plan.root)
}

/// `histogram_quantile(q, v)`
pub(super) fn quantile<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let quantiles = [arg(eval, call, 0)];
    quantiles_of(eval, call, arg(eval, call, 1), &quantiles, None)
}

/// `histogram_quantiles(v, "label", q, q, …)`: one series for each quantile, which the label names.
pub(super) fn quantiles<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let label = eval.plan.text(arg(eval, call, 1));
    quantiles_of(eval, call, arg(eval, call, 0), call.args.get(2..).unwrap_or_default(), Some(&label))
}

fn quantiles_of<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    input: NodeId,
    quantiles: &[NodeId],
    label: Option<&str>,
) -> Result<Value, EvalError> {
    let vector = eval.vector(input)?;
    let span = eval.plan.unwrapped(input).span;
    let mut columns: Vec<ScalarColumn> = Vec::new();
    for quantile in quantiles {
        let column = eval.scalar(*quantile)?;
        for q in column.distinct().iter().filter(|q| !(0.0..=1.0).contains(*q)) {
            let message = format!("quantile value should be between 0 and 1, got {}", gofmt::format_v(*q));
            eval.warn(message, eval.plan.unwrapped(*quantile).span);
        }
        columns.push(column);
    }
    let mut notes = Notes { forced: FxHashMap::default(), span, scratch: Vec::new() };
    let mut output = Output { steps: eval.steps.count, ..Output::default() };
    let mut buckets = Vec::new();
    for group in groups(eval, &vector, span) {
        output.begin_group();
        for step in 0..eval.steps.count {
            let Some(histogram) = group.at(step, &vector, &mut buckets, eval, span) else { continue };
            for (index, column) in columns.iter().enumerate() {
                let q = column.at(step);
                let value = notes.quantile(eval, &group, &histogram, q, step);
                let labels = || match label {
                    Some(label) => with_quantile(&group.labels, label, q),
                    None => group.labels.clone(),
                };
                // Without a label all quantiles (there is one) go into one series.
                let key = if label.is_some() { q.to_bits() } else { 0 };
                output.set((index, key), labels, step, value);
            }
        }
    }
    notes.report(eval);
    output.finish(eval, call)
}

fn with_quantile(labels: &Labels, label: &str, q: f64) -> Labels {
    let mut builder = labels.builder();
    builder.set(label, &open_metrics_float(q));
    builder.build()
}

/// A float as OpenMetrics writes it: always with a point or an exponent.
fn open_metrics_float(value: f64) -> String {
    let text = gofmt::format_v(value);
    if value.is_finite() && !text.contains(['e', '.']) { format!("{text}.0") } else { text }
}

/// `histogram_fraction(lower, upper, v)`
pub(super) fn fraction<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let (lower, upper) = (eval.scalar(arg(eval, call, 0))?, eval.scalar(arg(eval, call, 1))?);
    let input = arg(eval, call, 2);
    let vector = eval.vector(input)?;
    let span = eval.plan.unwrapped(input).span;
    let mut output = Output { steps: eval.steps.count, ..Output::default() };
    let mut buckets = Vec::new();
    for group in groups(eval, &vector, span) {
        output.begin_group();
        for step in 0..eval.steps.count {
            let (lower, upper) = (lower.at(step), upper.at(step));
            let value = match group.at(step, &vector, &mut buckets, eval, span) {
                None => continue,
                Some(Histogram::Classic(buckets)) => classic::fraction(lower, upper, buckets),
                Some(Histogram::Native(histogram)) => {
                    let (value, has_nan) = native::fraction(lower, upper, histogram);
                    if has_nan {
                        let message =
                            "input to histogram_fraction has NaN observations, which are excluded from all fractions";
                        eval.info(format!("{message}{}", for_metric(&group.labels)), span);
                    }
                    value
                }
            };
            output.set((0, 0), || group.labels.clone(), step, value);
        }
    }
    output.finish(eval, call)
}

/// Series as they come up.
#[derive(Default)]
struct Output {
    steps: usize,
    series: Vector,
    /// Where the series of the current group are.
    places: FxHashMap<(usize, Labels), usize>,
    /// For each index the key that was asked for last, and where its series is.
    last: Vec<Option<(u64, usize)>>,
}

impl Output {
    /// From here on series are of another histogram; that two of them are called the same is for `finish` to see.
    fn begin_group(&mut self) {
        self.places.clear();
        self.last.clear();
    }

    /// Sets the value of the group's series with these labels. The index keeps apart what may not share a series; the
    /// same key beside it says that the labels are the same, so that they are made once and not at each step.
    fn set(&mut self, (index, key): (usize, u64), labels: impl FnOnce() -> Labels, step: usize, value: f64) {
        if self.last.len() <= index {
            self.last.resize(index + 1, None);
        }
        let known = self.last.get(index).copied().flatten().filter(|(known, _)| *known == key);
        let place = known.map_or_else(|| self.place(index, labels()), |(_, place)| place);
        if let Some(last) = self.last.get_mut(index) {
            *last = Some((key, place));
        }
        if let Some(series) = self.series.get_mut(place) {
            series.column.set(step, Slot::Float(value));
        }
    }

    fn place(&mut self, index: usize, labels: Labels) -> usize {
        *self.places.entry((index, labels)).or_insert_with_key(|(_, labels)| {
            let column = Column::absent(self.steps);
            self.series.push(SeriesColumn { labels: labels.clone(), drop_name: false, column });
            self.series.len() - 1
        })
    }

    fn finish(mut self, eval: &Evaluator<'_>, call: &CallNode) -> Result<Value, EvalError> {
        for series in &mut self.series {
            eval.drop_name(series);
        }
        math::finish(eval, self.series, call).map(Value::Vector)
    }
}

/// What there is to say about the quantiles of a vector.
struct Notes {
    /// Classic histograms whose counts did not ascend, by ` for metric name "x"`.
    forced: FxHashMap<String, Forced>,
    /// The vector's bytes.
    span: Span,
    scratch: Vec<ClassicBucket>,
}

/// All corrections of one metric.
struct Forced {
    levelled: Levelled,
    samples: usize,
    first_ms: i64,
    last_ms: i64,
}

impl Notes {
    fn quantile(
        &mut self,
        eval: &mut Evaluator<'_>,
        group: &Group,
        histogram: &Histogram<'_>,
        q: f64,
        step: usize,
    ) -> f64 {
        match histogram {
            Histogram::Classic(buckets) => {
                let (value, levelled) = classic::quantile(q, buckets, &mut self.scratch);
                if let Some(levelled) = levelled {
                    self.force(for_metric(&group.labels), levelled, eval.steps.time(step));
                }
                value
            }
            Histogram::Native(histogram) => {
                let (value, nan) = native::quantile(q, histogram);
                let consequence = match nan {
                    NanObservations::No => return value,
                    NanObservations::Skew => "result is skewed higher",
                    NanObservations::Result => "result is NaN",
                };
                let message = format!("input to histogram_quantile has NaN observations, {consequence}");
                eval.info(format!("{message}{}", for_metric(&group.labels)), self.span);
                value
            }
        }
    }

    fn force(&mut self, metric: String, levelled: Levelled, t_ms: i64) {
        let forced =
            self.forced.entry(metric).or_insert(Forced { levelled, samples: 0, first_ms: t_ms, last_ms: t_ms });
        forced.levelled.join(levelled);
        forced.samples += 1;
        forced.first_ms = forced.first_ms.min(t_ms);
        forced.last_ms = forced.last_ms.max(t_ms);
    }

    fn report(self, eval: &mut Evaluator<'_>) {
        let mut forced: Vec<(String, Forced)> = self.forced.into_iter().collect();
        forced.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (metric, Forced { levelled, samples, first_ms, last_ms }) in forced {
            let message = format!(
                "input to histogram_quantile needed to be fixed for monotonicity (see \
                 https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile){metric}, from \
                 buckets {} to {}, with a max diff of {}, over {samples} samples from {} to {}",
                gofmt::format_v(levelled.lowest),
                gofmt::format_v(levelled.highest),
                gofmt::format_float(levelled.largest, gofmt::FloatVerb::General, Some(2)),
                calendar::format_rfc3339(first_ms / 1000 * 1000),
                calendar::format_rfc3339(last_ms / 1000 * 1000),
            );
            eval.info(message, self.span);
        }
    }
}
