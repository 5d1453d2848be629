//! A histogram in series notation: `{{schema:1 sum:3 count:4 z_bucket:1 z_bucket_w:0.001 buckets:[1 2] offset:-1}}`.

use crate::model::histogram::{BucketSpan, CounterResetHint, FloatHistogram};

use super::SeriesError;
use super::cursor::Cursor;

const KEYS: [&str; 11] = [
    "schema",
    "sum",
    "count",
    "z_bucket",
    "z_bucket_w",
    "custom_values",
    "buckets",
    "offset",
    "n_buckets",
    "n_offset",
    "counter_reset_hint",
];

/// A histogram, from `{{` to `}}`, and whether it names a counter reset hint.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<(FloatHistogram, bool), SeriesError> {
    if !cursor.eat("{{") {
        return Err(cursor.unexpected("`{{`, the beginning of a histogram"));
    }
    let mut histogram = FloatHistogram::default();
    let mut offsets = [0, 0];
    let mut seen: Vec<&str> = Vec::new();
    // White space stands between the parts, and behind the last.
    let mut after = cursor.clone();
    after.skip_spaces();
    if after.rest().starts_with("}}") {
        *cursor = after;
    }
    while !cursor.eat("}}") {
        let start = cursor.offset();
        let mut after = cursor.clone();
        let word = after.take_while(|c| c.is_ascii_lowercase() || c == '_');
        let Some(key) = KEYS.into_iter().find(|key| *key == word) else {
            return Err(cursor.unexpected("a key of a histogram such as `buckets:[5 10 7]`, or `}}`"));
        };
        *cursor = after;
        if seen.contains(&key) {
            return Err(SeriesError::new(cursor.span_from(start), format!("the histogram has the key `{key}` twice")));
        }
        seen.push(key);
        if !cursor.eat(":") {
            return Err(cursor.unexpected(&format!("`:` after `{key}`")));
        }
        value(cursor, key, &mut histogram, &mut offsets)?;
        if !cursor.skip_spaces() && !cursor.rest().starts_with("}}") {
            return Err(cursor.unexpected("white space, or `}}`"));
        }
    }
    let [offset, n_offset] = offsets;
    histogram.positive_spans = span(offset, &histogram.positive_buckets);
    histogram.negative_spans = span(n_offset, &histogram.negative_buckets);
    Ok((histogram, seen.contains(&"counter_reset_hint")))
}

fn span(offset: i32, buckets: &[f64]) -> Vec<BucketSpan> {
    if buckets.is_empty() {
        return Vec::new();
    }
    vec![BucketSpan { offset, length: u32::try_from(buckets.len()).unwrap_or(u32::MAX) }]
}

fn value(
    cursor: &mut Cursor<'_>,
    key: &str,
    histogram: &mut FloatHistogram,
    offsets: &mut [i32; 2],
) -> Result<(), SeriesError> {
    let [offset, n_offset] = offsets;
    match key {
        "schema" => histogram.schema = integer(cursor)?,
        "offset" => *offset = integer(cursor)?,
        "n_offset" => *n_offset = integer(cursor)?,
        "sum" => histogram.sum = number(cursor)?,
        "count" => histogram.count = number(cursor)?,
        "z_bucket" => histogram.zero_count = number(cursor)?,
        "z_bucket_w" => histogram.zero_threshold = unsigned(cursor)?,
        "custom_values" => histogram.custom_values = list(cursor)?,
        "buckets" => histogram.positive_buckets = list(cursor)?,
        "n_buckets" => histogram.negative_buckets = list(cursor)?,
        _ => histogram.counter_reset_hint = hint(cursor)?,
    }
    Ok(())
}

/// A number, with a `-` if it is below zero. Prometheus takes no `+` here, although it writes `+Inf`.
fn number(cursor: &mut Cursor<'_>) -> Result<f64, SeriesError> {
    let sign = if cursor.eat("-") { -1.0 } else { 1.0 };
    Ok(sign * unsigned(cursor)?)
}

/// A number without a sign, which does not begin with its point, either.
fn unsigned(cursor: &mut Cursor<'_>) -> Result<f64, SeriesError> {
    if cursor.rest().starts_with('.') {
        return Err(cursor.unexpected("a digit before the point"));
    }
    cursor.number()?.ok_or_else(|| cursor.unexpected("a number"))
}

fn integer(cursor: &mut Cursor<'_>) -> Result<i32, SeriesError> {
    let start = cursor.offset();
    let sign = if cursor.eat("-") { "-" } else { "" };
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    format!("{sign}{digits}").parse().map_err(|_| match cursor.span_from(start) {
        span if digits.is_empty() => SeriesError::new(span, "expected a whole number"),
        span => SeriesError::new(span, "the number does not fit 32 bits"),
    })
}

/// `[1 2 3]`, at least one number.
fn list(cursor: &mut Cursor<'_>) -> Result<Vec<f64>, SeriesError> {
    if !cursor.eat("[") {
        return Err(cursor.unexpected("`[`, the beginning of a list of numbers"));
    }
    let mut numbers = vec![number(cursor)?];
    loop {
        let spaced = cursor.skip_spaces();
        if cursor.eat("]") {
            return Ok(numbers);
        }
        if !spaced {
            return Err(cursor.unexpected("white space, or `]`"));
        }
        numbers.push(number(cursor)?);
    }
}

fn hint(cursor: &mut Cursor<'_>) -> Result<CounterResetHint, SeriesError> {
    let mut after = cursor.clone();
    match CounterResetHint::from_name(after.take_while(|c| c.is_ascii_lowercase() || c == '_')) {
        Some(hint) => {
            *cursor = after;
            Ok(hint)
        }
        None => Err(cursor.unexpected("`unknown`, `reset`, `not_reset` or `gauge`")),
    }
}
