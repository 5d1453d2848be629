//! A sequence of values.

use std::sync::Arc;

use crate::model::histogram::FloatHistogram;
use crate::model::{SampleValue, stale_nan};
use crate::source::Span;

use super::cursor::Cursor;
use super::{HISTOGRAM_COST, MAX_VALUES, SeriesError, Values, histogram};

/// Everything from the cursor to the end of the text; the first `wanted` values are expanded.
pub(super) fn parse(cursor: &mut Cursor<'_>, wanted: usize) -> Result<Values, SeriesError> {
    let mut expansion = Expansion { values: Values::default(), wanted, cost: 0 };
    let starts_text = cursor.offset() == 0;
    let mut separated = cursor.skip_spaces() || starts_text;
    while !cursor.at_end() {
        if !separated {
            return Err(cursor.unexpected("white space between values"));
        }
        item(cursor, &mut expansion)?;
        separated = cursor.skip_spaces();
    }
    Ok(expansion.values)
}

/// The values so far, and how much of the bound they use.
struct Expansion {
    values: Values,
    wanted: usize,
    cost: usize,
}

impl Expansion {
    /// Counts `times` values, of which the last one is a sample or not, and makes room for those that are wanted and cost
    /// `each`; returns how many these are.
    fn reserve(&mut self, times: usize, each: usize, ends_empty: bool, span: Span) -> Result<usize, SeriesError> {
        let room = self.wanted.saturating_sub(self.values.first.len()).min(times);
        self.values.length = self.values.length.saturating_add(times);
        if times > 0 {
            self.values.ends_empty = ends_empty;
        }
        self.cost = self.cost.saturating_add(room.saturating_mul(each));
        if self.cost > MAX_VALUES {
            let message = format!("the values expand to too many samples; the limit is {MAX_VALUES} for one series");
            return Err(SeriesError::new(span, message));
        }
        Ok(room)
    }

    fn repeat(&mut self, value: Option<SampleValue>, times: usize, span: Span) -> Result<(), SeriesError> {
        let ends_empty = value.as_ref().is_none_or(SampleValue::is_stale);
        let room = self.reserve(times, 1, ends_empty, span)?;
        self.values.first.extend(std::iter::repeat_n(value, room));
        Ok(())
    }
}

fn item(cursor: &mut Cursor<'_>, values: &mut Expansion) -> Result<(), SeriesError> {
    let start = cursor.offset();
    if cursor.eat("_") {
        let times = if cursor.eat("x") { cursor.times()? } else { 1 };
        return values.repeat(None, times, cursor.span_from(start));
    }
    if cursor.rest().starts_with('{') {
        return histogram_item(cursor, values);
    }
    if let Some(first) = cursor.signed_number()? {
        return number_item(cursor, values, first, start);
    }
    let mut after = cursor.clone();
    match after.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
        "stale" => {
            *cursor = after;
            stale_item(cursor, values, start)
        }
        _ => Err(cursor.unexpected("a number, `_`, `stale` or a histogram `{{…}}`")),
    }
}

/// The marker, alone or with a step. Adding to the marker makes an ordinary NaN of it, which is a sample: `stale+0x3` ends
/// the series, and begins it again with three of them. Prometheus has no `stalex3`.
fn stale_item(cursor: &mut Cursor<'_>, values: &mut Expansion, start: usize) -> Result<(), SeriesError> {
    let times = step(cursor)?.map_or(0, |(_, times)| times);
    values.repeat(Some(SampleValue::Float(stale_nan())), 1, cursor.span_from(start))?;
    match times {
        0 => Ok(()),
        _ => values.repeat(Some(f64::NAN.into()), times, cursor.span_from(start)),
    }
}

/// `+DxN` or `-DxN`, if it is next.
fn step(cursor: &mut Cursor<'_>) -> Result<Option<(f64, usize)>, SeriesError> {
    let step = if matches!(cursor.peek(), Some('+' | '-')) { cursor.signed_number()? } else { None };
    match step {
        Some(step) if cursor.eat("x") => Ok(Some((step, cursor.times()?))),
        Some(_) => Err(cursor.unexpected("`x` and the number of steps, as in `1+1x5`")),
        None => Ok(None),
    }
}

fn number_item(cursor: &mut Cursor<'_>, values: &mut Expansion, first: f64, start: usize) -> Result<(), SeriesError> {
    let Some((step, times)) = step(cursor)? else {
        let times = if cursor.eat("x") { cursor.times()? } else { 0 };
        return values.repeat(Some(first.into()), times.saturating_add(1), cursor.span_from(start));
    };
    let span = cursor.span_from(start);
    let room = values.reserve(times.saturating_add(1), 1, false, span)?;
    // Added up one by one, not multiplied, so that rounding errors gather as they do in Prometheus.
    let steps = std::iter::successors(Some(first), |value| Some(value + step));
    values.values.first.extend(steps.take(room).map(|value| Some(value.into())));
    Ok(())
}

fn histogram_item(cursor: &mut Cursor<'_>, values: &mut Expansion) -> Result<(), SeriesError> {
    let start = cursor.offset();
    let (first, _) = histogram::parse(cursor)?;
    let sign = match cursor.peek() {
        Some('+') => 1.0,
        Some('-') => -1.0,
        _ => {
            let times = if cursor.eat("x") { cursor.times()? } else { 0 };
            let span = cursor.span_from(start);
            values.cost = values.cost.saturating_add(HISTOGRAM_COST);
            return values.repeat(Some(first.into()), times.saturating_add(1), span);
        }
    };
    let _ = cursor.eat("+") || cursor.eat("-");
    let step_start = cursor.offset();
    let (step, _) = histogram::parse(cursor)?;
    let step_span = cursor.span_from(step_start);
    if !cursor.eat("x") {
        return Err(cursor.unexpected("`x` and the number of steps, as in `{{…}}+{{…}}x5`"));
    }
    let times = cursor.times()?;
    let room = values.reserve(times.saturating_add(1), HISTOGRAM_COST, false, cursor.span_from(start))?;
    let mut current = first;
    // What cannot be combined is found at the first step.
    for index in 0..room.max(times.min(1)) {
        if index < room {
            values.values.first.push(Some(SampleValue::Histogram(Arc::new(current.clone()))));
        }
        if index < times {
            current = combined(&current, &step, sign).map_err(|message| SeriesError::new(step_span, message))?;
        }
    }
    Ok(())
}

fn combined(current: &FloatHistogram, step: &FloatHistogram, sign: f64) -> Result<FloatHistogram, String> {
    if current.schema > step.schema {
        let (from, to) = (step.schema, current.schema);
        return Err(format!("error combining histograms: cannot merge from schema {from} to {to}"));
    }
    let mut next = current.clone();
    let result = if sign < 0.0 { next.sub(step) } else { next.add(step) };
    result.map(|_| next).map_err(|error| format!("error combining histograms: {error}"))
}
