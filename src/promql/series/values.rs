//! A sequence of values.

use std::sync::Arc;

use crate::model::histogram::FloatHistogram;
use crate::model::{SampleValue, stale_nan};
use crate::source::Span;

use super::cursor::Cursor;
use super::{HISTOGRAM_COST, MAX_VALUES, SeriesError, histogram};

/// Everything from the cursor to the end of the text.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Vec<Option<SampleValue>>, SeriesError> {
    let mut values = Values::default();
    let starts_text = cursor.offset() == 0;
    let mut separated = cursor.skip_spaces() || starts_text;
    while !cursor.at_end() {
        if !separated {
            return Err(cursor.unexpected("white space between values"));
        }
        item(cursor, &mut values)?;
        separated = cursor.skip_spaces();
    }
    Ok(values.values)
}

/// The values so far, and how much of the bound they use.
#[derive(Default)]
struct Values {
    values: Vec<Option<SampleValue>>,
    cost: usize,
}

impl Values {
    /// Makes room for `times` values that cost `each`.
    fn reserve(&mut self, times: usize, each: usize, span: Span) -> Result<(), SeriesError> {
        self.cost = self.cost.saturating_add(times.saturating_mul(each));
        if self.cost > MAX_VALUES {
            let message = format!("the values expand to too many samples; the limit is {MAX_VALUES} for one series");
            return Err(SeriesError::new(span, message));
        }
        Ok(())
    }

    fn repeat(&mut self, value: Option<SampleValue>, times: usize, span: Span) -> Result<(), SeriesError> {
        self.reserve(times, 1, span)?;
        self.values.extend(std::iter::repeat_n(value, times));
        Ok(())
    }
}

fn item(cursor: &mut Cursor<'_>, values: &mut Values) -> Result<(), SeriesError> {
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
            values.repeat(Some(SampleValue::Float(stale_nan())), 1, cursor.span_from(start))
        }
        _ => Err(cursor.unexpected("a number, `_`, `stale` or a histogram `{{…}}`")),
    }
}

fn number_item(cursor: &mut Cursor<'_>, values: &mut Values, first: f64, start: usize) -> Result<(), SeriesError> {
    let step = if matches!(cursor.peek(), Some('+' | '-')) { cursor.signed_number()? } else { None };
    let times = if cursor.eat("x") {
        cursor.times()?
    } else if step.is_some() {
        return Err(cursor.unexpected("`x` and the number of steps, as in `1+1x5`"));
    } else {
        0
    };
    let span = cursor.span_from(start);
    let Some(step) = step else {
        return values.repeat(Some(first.into()), times.saturating_add(1), span);
    };
    values.reserve(times.saturating_add(1), 1, span)?;
    // Added up one by one, not multiplied, so that rounding errors gather as they do in Prometheus.
    let steps = std::iter::successors(Some(first), |value| Some(value + step));
    values.values.extend(steps.take(times + 1).map(|value| Some(value.into())));
    Ok(())
}

fn histogram_item(cursor: &mut Cursor<'_>, values: &mut Values) -> Result<(), SeriesError> {
    let start = cursor.offset();
    let (first, _) = histogram::parse(cursor)?;
    let sign = match cursor.peek() {
        Some('+') => 1.0,
        Some('-') => -1.0,
        _ => {
            let times = if cursor.eat("x") { cursor.times()? } else { 0 };
            let span = cursor.span_from(start);
            values.reserve(1, HISTOGRAM_COST, span)?;
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
    values.reserve(times.saturating_add(1), HISTOGRAM_COST, cursor.span_from(start))?;
    let mut current = first;
    values.values.push(Some(current.clone().into()));
    for _ in 0..times {
        current = combined(&current, &step, sign).map_err(|message| SeriesError::new(step_span, message))?;
        values.values.push(Some(SampleValue::Histogram(Arc::new(current.clone()))));
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
