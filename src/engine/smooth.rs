//! `selector smoothed`: interpolated between samples.

use crate::source::Span;

use super::EvalError;
use super::column::{Column, Slot};
use super::functions::interpolate;
use super::select::Times;
use super::store::StoredSeries;

/// The values of a series at each step: a sample at exactly that time, or interpolated between its neighbours, or the
/// last one carried on.
pub(super) fn instant(series: &StoredSeries, times: &Times, span: Span) -> Result<Column, EvalError> {
    let mut column = Column::absent(times.count());
    let (ts, values) = (&series.floats.times, &series.floats.values);
    for step in 0..times.count() {
        let at = times.at(step);
        let (oldest, newest) = (at.saturating_sub(times.lookback), at.saturating_add(times.lookback));
        if series.histograms.times.iter().any(|t| *t > oldest && *t <= newest) {
            let message = "smoothed and anchored modifiers do not work with native histograms";
            return Err(EvalError::new(message, Some(span)));
        }
        let after = ts.partition_point(|t| *t < at);
        let next = ts.get(after).filter(|t| **t <= newest).and_then(|t| Some((*t, *values.get(after)?)));
        let before = after.checked_sub(1).and_then(|index| Some((*ts.get(index)?, *values.get(index)?)));
        let before = before.filter(|(t, _)| *t > oldest);
        let value = match (before, next) {
            (_, Some((t, value))) if t == at => value,
            (Some(before), Some(next)) => interpolate(before, next, at),
            (Some((_, value)), None) => value,
            (None, _) => continue,
        };
        column.set(step, Slot::Float(value));
    }
    Ok(column)
}
