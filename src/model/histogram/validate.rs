//! What makes a histogram valid.

use std::fmt;

use super::{BucketSpan, CUSTOM_BUCKETS_SCHEMA, FloatHistogram, MAX_SCHEMA, MIN_SCHEMA};

/// A histogram contradicts itself; the message says how, in Prometheus' words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHistogram(pub(super) String);

impl fmt::Display for InvalidHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidHistogram {}

impl FloatHistogram {
    /// Checks what storage checks before it takes a histogram: the schema, that spans and buckets agree, that no count
    /// is negative, and that only the fields of its kind are used. Whether the count is at least the sum of the buckets
    /// is not checked; rounding makes that fail too easily.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn validate(&self) -> Result<(), InvalidHistogram> {
        if self.uses_custom_buckets() {
            self.validate_custom()?;
        } else if (MIN_SCHEMA..=MAX_SCHEMA).contains(&self.schema) {
            self.validate_standard()?;
        } else {
            return invalid(format!(
                "histogram has an invalid schema, which must be between {MIN_SCHEMA} and {MAX_SCHEMA} for exponential \
                 buckets, or {CUSTOM_BUCKETS_SCHEMA} for custom buckets: {}",
                self.schema
            ));
        }
        if self.count < 0.0 {
            return invalid(format!("observation count is {}: histogram's observation count is negative", self.count));
        }
        check_counts("positive", &self.positive_buckets)
    }

    fn validate_custom(&self) -> Result<(), InvalidHistogram> {
        check_bounds(&self.custom_values)?;
        check_spans("custom", &self.positive_spans, &self.positive_buckets, 0)?;
        let length: i64 = self.positive_spans.iter().map(|s| i64::from(s.offset) + i64::from(s.length)).sum();
        let bounds = self.custom_values.len();
        if i64::try_from(bounds).unwrap_or(i64::MAX) + 1 < length {
            return invalid(format!(
                "custom buckets: only {bounds} custom bounds defined which is insufficient to cover total span length \
                 of {length}: histogram custom bounds are too few"
            ));
        }
        if self.zero_count != 0.0 {
            return invalid("custom buckets: must have zero count of 0");
        }
        if self.zero_threshold != 0.0 {
            return invalid("custom buckets: must have zero threshold of 0");
        }
        if !self.negative_spans.is_empty() || !self.negative_buckets.is_empty() {
            return invalid("custom buckets: must not have negative buckets");
        }
        Ok(())
    }

    fn validate_standard(&self) -> Result<(), InvalidHistogram> {
        check_spans("positive", &self.positive_spans, &self.positive_buckets, 1)?;
        check_spans("negative", &self.negative_spans, &self.negative_buckets, 1)?;
        check_counts("negative", &self.negative_buckets)?;
        if self.zero_count < 0.0 {
            return invalid(format!(
                "zero bucket has observation count of {}: histogram has a bucket whose observation count is negative",
                self.zero_count
            ));
        }
        if !self.custom_values.is_empty() {
            return invalid("histogram with exponential schema must not have custom bounds");
        }
        Ok(())
    }
}

fn invalid<T>(message: impl Into<String>) -> Result<T, InvalidHistogram> {
    Err(InvalidHistogram(message.into()))
}

fn check_bounds(bounds: &[f64]) -> Result<(), InvalidHistogram> {
    let mut previous = f64::NEG_INFINITY;
    for bound in bounds {
        if *bound <= previous {
            return invalid(format!(
                "custom buckets: previous bound is {previous:.6} and current is {bound:.6}: histogram custom bounds \
                 must be in strictly increasing order"
            ));
        }
        previous = *bound;
    }
    if previous == f64::INFINITY {
        return invalid(
            "custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be finite",
        );
    }
    Ok(())
}

/// Checks that spans and buckets agree. The first span of standard buckets may begin below zero: `signed_offsets` spans
/// are not checked for that.
fn check_spans(
    side: &str,
    spans: &[BucketSpan],
    buckets: &[f64],
    signed_offsets: usize,
) -> Result<(), InvalidHistogram> {
    let side = if side == "custom" { "custom buckets".to_owned() } else { format!("{side} side") };
    if let Some((n, span)) = spans.iter().enumerate().skip(signed_offsets).find(|(_, span)| span.offset < 0) {
        return invalid(format!(
            "{side}: span number {} with offset {}: histogram has a span whose offset is negative",
            n + 1,
            span.offset
        ));
    }
    let needed: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    if needed != buckets.len() as u64 {
        return invalid(format!(
            "{side}: spans need {needed} buckets, have {} buckets: histogram spans specify different number of buckets \
             than provided",
            buckets.len()
        ));
    }
    Ok(())
}

fn check_counts(side: &str, buckets: &[f64]) -> Result<(), InvalidHistogram> {
    match buckets.iter().enumerate().find(|(_, count)| **count < 0.0) {
        Some((n, count)) => invalid(format!(
            "{side} side: bucket number {} has observation count of {count}: histogram has a bucket whose observation \
             count is negative",
            n + 1
        )),
        None => Ok(()),
    }
}
