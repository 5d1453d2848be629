//! Functions over windows: sweeps the window of each series over the steps.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::column::{Column, ScalarColumn, SeriesColumn, Slot, Vector};
use crate::engine::distinct::ensure_distinct;
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::{CallNode, NodeKind};
use crate::engine::range_input::{RangeInput, RangeSeries};
use crate::engine::select::name_of;
use crate::engine::store::Samples;
use crate::engine::{AnnotationKind, Annotations, EvalError, Options};
use crate::model::{FloatHistogram, Labels};
use crate::promql::series::HISTOGRAM_COST;
use crate::source::Span;

use super::extended;
use super::float_windows::{self, FloatWindows};
use super::histogram_rate::{self, HistogramWindows};

/// A stretch of one kind of samples of one series.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'a, T> {
    /// Milliseconds, ascending.
    pub(crate) times: &'a [i64],
    pub(crate) values: &'a [T],
    /// Start timestamps, 0 where unknown; empty where there are none or they are not in use.
    pub(crate) starts: &'a [i64],
    /// Of floats: where a value is less than the one before; counted from the series' first sample, as `base` is.
    drops: &'a [usize],
    base: usize,
}

impl<'a, T> Slice<'a, T> {
    /// The samples `from..to`.
    fn of(samples: &'a Samples<T>, bounds: &Bounds, with_starts: bool) -> Self {
        let (from, to) = (bounds.from, bounds.to);
        Slice {
            times: samples.times.get(from..to).unwrap_or_default(),
            values: samples.values.get(from..to).unwrap_or_default(),
            starts: if with_starts { samples.starts.get(from..to).unwrap_or_default() } else { &[] },
            drops: samples.drops.get(bounds.drops_from..).unwrap_or_default(),
            base: from,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The oldest sample.
    pub(crate) fn first(&self) -> Option<(i64, &'a T)> {
        Some((*self.times.first()?, self.values.first()?))
    }

    /// The newest sample.
    pub(crate) fn last(&self) -> Option<(i64, &'a T)> {
        Some((*self.times.last()?, self.values.last()?))
    }

    /// The start timestamp of sample `index`; 0 where unknown.
    pub(crate) fn start(&self, index: usize) -> i64 {
        self.starts.get(index).copied().unwrap_or(0)
    }

    /// The samples from `index` on.
    pub(crate) fn tail(&self, index: usize) -> Self {
        Slice {
            times: self.times.get(index..).unwrap_or_default(),
            values: self.values.get(index..).unwrap_or_default(),
            starts: self.starts.get(index..).unwrap_or_default(),
            drops: self.drops,
            base: self.base.saturating_add(index),
        }
    }

    /// Of floats: the values directly before a lower one, in order.
    pub(crate) fn before_drops(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let (values, base) = (self.values, self.base);
        let inside = self.drops.iter().skip_while(move |at| **at <= base);
        inside.map_while(move |at| values.get(..=at - base)?.get(at - base - 1))
    }

    /// Times and values.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &'a T)> + ExactSizeIterator + use<'a, T> {
        self.times.iter().copied().zip(self.values)
    }
}

/// What a window function sees at one step: at least one sample.
pub(crate) struct Window<'a> {
    pub(crate) floats: Slice<'a, f64>,
    pub(crate) histograms: Slice<'a, Arc<FloatHistogram>>,
    /// Where the range begins, exclusive, in milliseconds.
    pub(crate) start: i64,
    /// Where the range ends, inclusive, in milliseconds.
    pub(crate) end: i64,
    /// The evaluation time in milliseconds.
    pub(crate) time: i64,
    /// The scalar arguments, in order.
    pub(crate) args: [f64; 2],
}

impl Window<'_> {
    /// The length of the range in seconds.
    pub(crate) fn range_seconds(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1000.0
    }
}

/// What a window function may say beside its result.
pub(crate) struct Notes<'a> {
    annotations: &'a mut Annotations,
    /// The series' name; empty where it has none.
    pub(crate) metric_name: &'a str,
    /// The bytes of the range vector argument.
    pub(crate) arg: Span,
    /// The bytes of all arguments.
    pub(crate) args: Span,
    /// The bytes of the first argument.
    pub(crate) first_arg: Span,
    error: Option<EvalError>,
    overlaps: bool,
}

impl Notes<'_> {
    pub(crate) fn warn(&mut self, message: impl Into<String>, span: Span) {
        self.annotations.add(AnnotationKind::Warning, message.into(), span);
    }

    pub(crate) fn info(&mut self, message: impl Into<String>, span: Span) {
        self.annotations.add(AnnotationKind::Info, message.into(), span);
    }

    /// Makes the whole evaluation fail.
    pub(crate) fn fail(&mut self, message: impl Into<String>) {
        self.error.get_or_insert(EvalError::new(message, Some(self.arg)));
    }

    /// Floats and histograms in one window where they cannot be combined.
    pub(crate) fn mixed(&mut self, span: Span) {
        let name = self.metric_name;
        self.warn(format!("encountered a mix of histograms and floats for metric name {name:?}"), span);
    }

    /// Histograms that are ignored beside floats.
    pub(crate) fn ignored_histograms(&mut self) {
        let message = format!(
            "ignored histograms in a range containing both floats and histograms for metric name {:?}",
            self.metric_name
        );
        self.info(message, self.arg);
    }

    /// A start timestamp inside of the previous sample's life.
    pub(crate) fn overlap(&mut self) {
        self.overlaps = true;
    }
}

/// A function of a window.
pub(crate) type WindowFn = fn(&Window<'_>, &mut Notes<'_>) -> Slot;

/// Evaluates a window function for each series and step.
pub(crate) fn evaluate<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    function: WindowFn,
) -> Result<Vector, EvalError> {
    let plan = eval.plan;
    let position = call
        .args
        .iter()
        .position(|arg| matches!(plan.unwrapped(*arg).kind, NodeKind::Matrix(_) | NodeKind::Subquery(_)))
        .ok_or_else(|| EvalError::new("expected a range vector", Some(call.args_span)))?;
    let mut scalars = Vec::new();
    for (index, arg) in call.args.iter().enumerate() {
        if index != position {
            scalars.push(eval.scalar(*arg)?);
        }
    }
    let arg = call.args.get(position).copied().unwrap_or(plan.root);
    let input = RangeInput::of(eval, arg)?;
    let function = match input.extension {
        Some(extension) => extended::lookup(call.name, extension).unwrap_or(function),
        None => function,
    };
    let first_arg = call.args.first().map_or(call.args_span, |arg| plan.node(*arg).span);
    let mut sweep = Sweep {
        call,
        function,
        input: &input,
        scalars: &scalars,
        arg: plan.unwrapped(arg).span,
        first_arg,
        use_starts: eval.options.start_timestamps,
        of_floats: if input.extension.is_none() { float_windows::lookup(call.name) } else { None },
        of_histograms: if input.extension.is_none() { histogram_rate::lookup(call.name) } else { None },
        room: 0,
        overlaps: FxHashMap::default(),
    };
    let mut result = Vector::new();
    let mut cells = 0usize;
    for series in input.series() {
        sweep.room = eval.room().saturating_sub(cells);
        let column = sweep.column(&mut eval.annotations, &series)?;
        if input.clock.was_up() {
            // The column is not complete.
            eval.check_time(sweep.arg)?;
        }
        if column.is_empty() {
            continue;
        }
        if matches!(call.name, "rate" | "increase") {
            note_non_counter(&mut eval.annotations, eval.options, series.labels, &column, sweep.arg);
        }
        cells = cells.saturating_add(column.weight());
        eval.reserve(cells, sweep.arg)?;
        let mut output = SeriesColumn { labels: series.labels.clone(), drop_name: series.drop_name, column };
        if !call.keeps_name {
            eval.drop_name(&mut output);
        }
        result.push(output);
    }
    for (name, count) in &sweep.overlaps {
        let times = if *count > 1 { format!(" ({count} occurrences)") } else { String::new() };
        let message =
            format!("sample has start time that overlaps with previous sample timestamp for metric {name:?}{times}");
        eval.annotations.add(AnnotationKind::Warning, message, sweep.arg);
    }
    if !eval.options.delayed_name_removal {
        ensure_distinct(&result, sweep.arg)?;
    }
    Ok(result)
}

/// The sweep of one function over the windows of all series.
struct Sweep<'a> {
    call: &'a CallNode,
    function: WindowFn,
    input: &'a RangeInput<'a>,
    scalars: &'a [ScalarColumn],
    arg: Span,
    first_arg: Span,
    use_starts: bool,
    /// The short way for series without histograms.
    of_floats: Option<FloatWindows>,
    /// The short way for series without floats.
    of_histograms: Option<HistogramWindows>,
    /// How many values the next column may hold.
    room: usize,
    /// By metric name: windows with overlapping start timestamps.
    overlaps: FxHashMap<String, usize>,
}

impl Sweep<'_> {
    /// The column of a series of one kind, where the function has a short way for that.
    fn short_way(&self, series: &RangeSeries<'_>) -> Option<Column> {
        let (floats, histograms) = (series.floats, series.histograms);
        if self.use_starts && !(floats.starts.is_empty() && histograms.starts.is_empty()) {
            return None;
        }
        match (floats.times.is_empty(), histograms.times.is_empty()) {
            (_, true) => self.of_floats.map(|of_floats| of_floats(floats, self.input)),
            (true, false) => {
                self.of_histograms.and_then(|of_histograms| of_histograms(histograms, self.input, self.room))
            }
            (false, false) => None,
        }
    }

    fn column(&mut self, annotations: &mut Annotations, series: &RangeSeries<'_>) -> Result<Column, EvalError> {
        let input = self.input;
        if let Some(column) = self.short_way(series) {
            return Ok(column);
        }
        let mut column = Column::absent(input.steps.count);
        let name = name_of(series.labels);
        let mut notes = Notes {
            annotations,
            metric_name: name,
            arg: self.arg,
            args: self.call.args_span,
            first_arg: self.first_arg,
            error: None,
            overlaps: false,
        };
        let scalar = |index: usize, step: usize| self.scalars.get(index).map_or(f64::NAN, |scalar| scalar.at(step));
        let mut floats = Bounds::default();
        let mut histograms = Bounds::default();
        let mut overlaps = 0usize;
        for step in 0..input.steps.count {
            let end = input.end(step);
            let start = end.saturating_sub(input.range);
            let (from, to) = (start.saturating_sub(input.reach_back), end.saturating_add(input.reach_ahead));
            floats.advance(series.floats, from, to);
            histograms.advance(series.histograms, from, to);
            if input.clock.is_up_after(floats.len() + HISTOGRAM_COST * histograms.len()) {
                break;
            }
            if floats.is_empty() && histograms.is_empty() {
                continue;
            }
            let window = Window {
                floats: Slice::of(series.floats, &floats, self.use_starts),
                histograms: Slice::of(series.histograms, &histograms, self.use_starts),
                start,
                end,
                time: input.steps.time(step),
                args: [scalar(0, step), scalar(1, step)],
            };
            column.set(step, (self.function)(&window, &mut notes));
            if let Some(error) = notes.error {
                return Err(error);
            }
            overlaps += usize::from(std::mem::take(&mut notes.overlaps));
        }
        if overlaps > 0 {
            *self.overlaps.entry(name.to_owned()).or_default() += overlaps;
        }
        Ok(column)
    }
}

/// The samples of a window: indices `from..to`, which only ever grow.
#[derive(Default)]
struct Bounds {
    from: usize,
    to: usize,
    /// The first drop behind `from`.
    drops_from: usize,
}

impl Bounds {
    /// Moves on to the samples after `start` and up to `end`.
    fn advance<T>(&mut self, samples: &Samples<T>, start: i64, end: i64) {
        let times = samples.times.as_slice();
        if self.to == 0 {
            self.to = times.partition_point(|t| *t <= end);
            self.from = times.partition_point(|t| *t <= start);
            self.drops_from = samples.drops.partition_point(|at| *at <= self.from);
            return;
        }
        while times.get(self.to).is_some_and(|t| *t <= end) {
            self.to += 1;
        }
        while times.get(self.from).is_some_and(|t| *t <= start) {
            self.from += 1;
        }
        while samples.drops.get(self.drops_from).is_some_and(|at| *at <= self.from) {
            self.drops_from += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    fn len(&self) -> usize {
        self.to.saturating_sub(self.from)
    }
}

/// `rate` and `increase` of something that is not named like a counter.
fn note_non_counter(annotations: &mut Annotations, options: &Options, labels: &Labels, column: &Column, span: Span) {
    let name = name_of(labels);
    if name.is_empty() || !column.holds_floats() {
        return;
    }
    let message = if options.type_and_unit_labels {
        let kind = labels.get("__type__").unwrap_or_default();
        if matches!(kind, "counter" | "histogram") {
            return;
        }
        format!(
            "metric might not be a counter, __type__ label is not set to {:?} or {:?}, got {kind:?}: {name:?}",
            "counter", "histogram"
        )
    } else {
        if ["_total", "_sum", "_count", "_bucket"].iter().any(|suffix| name.ends_with(suffix)) {
            return;
        }
        format!("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {name:?}")
    };
    annotations.add(AnnotationKind::Info, message, span);
}
