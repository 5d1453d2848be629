//! Histograms as text: as PromQL prints them, and as tests write them.

use std::fmt::{self, Write as _};

use super::{Bucket, BucketSpan, CounterResetHint, FloatHistogram, side};
use crate::model::gofmt;

/// The form of query results and of `count_values`: `{count:4, sum:5, (1,2]:3}`, populated buckets only, ascending.
impl fmt::Display for FloatHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{count:{}, sum:{}", gofmt::format_v(self.count), gofmt::format_v(self.sum))?;
        let mut buckets: Vec<Bucket> = self.negative_buckets_from_zero().collect();
        buckets.reverse();
        if !self.uses_custom_buckets() {
            buckets.push(self.zero_bucket());
        }
        buckets.extend(self.positive_buckets_from_zero());
        for bucket in buckets.iter().filter(|bucket| bucket.count != 0.0) {
            write!(f, ", {bucket}")?;
        }
        f.write_str("}")
    }
}

/// `(1,2]:3`: brackets that say whether a boundary belongs to the bucket, and the count.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{},{}{}:{}",
            if self.lower_inclusive { '[' } else { '(' },
            gofmt::format_v(self.lower),
            gofmt::format_v(self.upper),
            if self.upper_inclusive { ']' } else { ')' },
            gofmt::format_v(self.count)
        )
    }
}

impl CounterResetHint {
    /// The word for the hint in the series notation of tests.
    pub fn name(self) -> &'static str {
        match self {
            CounterResetHint::Unknown => "unknown",
            CounterResetHint::Reset => "reset",
            CounterResetHint::NotReset => "not_reset",
            CounterResetHint::Gauge => "gauge",
        }
    }

    /// The hint with this name in the series notation of tests.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Unknown, Self::Reset, Self::NotReset, Self::Gauge];
        all.into_iter().find(|hint| hint.name() == name)
    }
}

impl FloatHistogram {
    /// The canonical form in the series notation of tests, `{{schema:1 count:4 sum:5 buckets:[1 3]}}`: fields that are
    /// zero are left out, and each side is one run of buckets, gaps filled with zeros. Unit tests compare histograms by
    /// it.
    pub fn test_expression(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.schema != 0 {
            parts.push(format!("schema:{}", self.schema));
        }
        let numbers = [
            ("count", self.count),
            ("sum", self.sum),
            ("z_bucket", self.zero_count),
            ("z_bucket_w", self.zero_threshold),
        ];
        for (key, value) in numbers {
            if value != 0.0 {
                parts.push(format!("{key}:{}", gofmt::format_v(value)));
            }
        }
        if self.uses_custom_buckets() {
            parts.push(format!("custom_values:{}", list(self.custom_values.iter().copied())));
        }
        if self.counter_reset_hint != CounterResetHint::Unknown {
            parts.push(format!("counter_reset_hint:{}", self.counter_reset_hint.name()));
        }
        push_side(&mut parts, ["offset", "buckets"], &self.positive_spans, &self.positive_buckets);
        push_side(&mut parts, ["n_offset", "n_buckets"], &self.negative_spans, &self.negative_buckets);
        format!("{{{{{}}}}}", parts.join(" "))
    }
}

/// A gap that is written as zeros is at most this long; buckets beyond a longer one get a list of their own, which the
/// notation cannot read back, but which does not fill the memory either.
const MAX_GAP: i64 = 10_000;

fn push_side(parts: &mut Vec<String>, [offset, buckets]: [&str; 2], spans: &[BucketSpan], counts: &[f64]) {
    let mut runs: Vec<(i32, Vec<f64>)> = Vec::new();
    let mut end = 0_i64;
    for (index, count) in side::indexed(spans, counts).filter(|(_, count)| *count != 0.0) {
        let gap = i64::from(index) - end;
        match runs.last_mut() {
            Some((_, run)) if gap <= MAX_GAP => {
                run.extend((0..gap).map(|_| 0.0));
                run.push(count);
            }
            _ => runs.push((index, vec![count])),
        }
        end = i64::from(index) + 1;
    }
    for (first, run) in runs {
        if first != 0 {
            parts.push(format!("{offset}:{first}"));
        }
        parts.push(format!("{buckets}:{}", list(run.into_iter())));
    }
}

/// Numbers as Go prints a slice: `[1 2.5]`.
fn list(values: impl Iterator<Item = f64>) -> String {
    let mut out = String::from("[");
    for (i, value) in values.enumerate() {
        // Writing to a string does not fail.
        let _ = write!(out, "{}{}", if i > 0 { " " } else { "" }, gofmt::format_v(value));
    }
    out.push(']');
    out
}
