//! `selector smoothed`: interpolated between samples.

use crate::model::histogram::CounterResetHint;
use crate::source::Span;

use super::column::{Column, Slot};
use super::evaluate::Evaluator;
use super::functions::{interpolate, interpolate_histograms, mixed_layouts_text};
use super::select::{Times, name_of};
use super::store::{Samples, StoredSeries};

/// The values of a series at each step: a sample at exactly that time, or interpolated between its neighbours, or the
/// last one carried on. Nothing where floats and histograms meet.
pub(super) fn instant(eval: &mut Evaluator<'_>, series: &StoredSeries, times: &Times, span: Span) -> Column {
    let mut column = Column::absent(times.count());
    for step in 0..times.count() {
        let at = times.at(step);
        let (oldest, newest) = (at.saturating_sub(times.lookback), at.saturating_add(times.lookback));
        let floats = neighbours(&series.floats, at, oldest, newest);
        let histograms = neighbours(&series.histograms, at, oldest, newest);
        let slot = match (floats, histograms) {
            (None, None) => continue,
            (Some(_), Some(_)) => {
                let name = name_of(series.labels());
                eval.warn(format!("encountered a mix of histograms and floats for metric name {name:?}"), span);
                continue;
            }
            (Some(Neighbours::Exact(value)), None) => Slot::Float(*value),
            (Some(Neighbours::Between((t1, a), (t2, b))), None) => Slot::Float(interpolate((t1, *a), (t2, *b), at)),
            (None, Some(Neighbours::Exact(histogram))) => Slot::Histogram(histogram.clone()),
            (None, Some(Neighbours::Between(before, after))) => {
                let is_counter = before.1.counter_reset_hint != CounterResetHint::Gauge
                    && after.1.counter_reset_hint != CounterResetHint::Gauge;
                match interpolate_histograms(before, after, at, is_counter) {
                    Ok(histogram) => histogram.into(),
                    Err(_) => {
                        eval.warn(mixed_layouts_text(name_of(series.labels())), span);
                        continue;
                    }
                }
            }
            (Some(Neighbours::Later), None) | (None, Some(Neighbours::Later)) => continue,
        };
        column.set(step, slot);
    }
    column
}

/// What lies around a time.
enum Neighbours<'a, T> {
    /// A sample at that time, or one to carry on.
    Exact(&'a T),
    /// One before and one behind.
    Between((i64, &'a T), (i64, &'a T)),
    /// Only one behind.
    Later,
}

fn neighbours<T>(samples: &Samples<T>, at: i64, oldest: i64, newest: i64) -> Option<Neighbours<'_, T>> {
    let sample = |index: usize| Some((*samples.times.get(index)?, samples.values.get(index)?));
    let after = samples.times.partition_point(|t| *t < at);
    let next = sample(after).filter(|(t, _)| *t <= newest);
    let before = after.checked_sub(1).and_then(sample).filter(|(t, _)| *t > oldest);
    match (before, next) {
        (_, Some((t, value))) if t == at => Some(Neighbours::Exact(value)),
        (Some(before), Some(next)) => Some(Neighbours::Between(before, next)),
        (Some((_, value)), None) => Some(Neighbours::Exact(value)),
        (None, Some(_)) => Some(Neighbours::Later),
        (None, None) => None,
    }
}
