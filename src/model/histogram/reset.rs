//! Telling whether a counter was reset between two histograms.

use super::accumulator::{Accumulator, common_bounds};
use super::side::{self, Side};
use super::{CounterResetHint, FloatHistogram};

impl FloatHistogram {
    /// Whether the counter was reset between `previous` and this histogram: the hint says so, or, where it says nothing,
    /// the count or any bucket went down, a populated bucket is gone, or the resolution went up (which a counter cannot
    /// do otherwise). The sum does not matter: negative observations lower it.
    ///
    /// Gauges are compared as if they were counters; the caller warns.
    pub fn detect_reset(&self, previous: &FloatHistogram) -> bool {
        match self.counter_reset_hint {
            CounterResetHint::Reset => true,
            CounterResetHint::NotReset => false,
            CounterResetHint::Unknown | CounterResetHint::Gauge => self.has_decreased(previous),
        }
    }

    /// Whether `previous` cannot be an earlier state of the same counter; hints are not looked at.
    pub(crate) fn has_decreased(&self, previous: &FloatHistogram) -> bool {
        if self.count < previous.count {
            return true;
        }
        if self.uses_custom_buckets() {
            return !previous.uses_custom_buckets() || self.custom_bucket_decreased(previous);
        }
        if self.schema > previous.schema || self.zero_threshold < previous.zero_threshold {
            return true;
        }
        let mut previous = Accumulator::<f64>::new(previous);
        if previous.zero_threshold() < self.zero_threshold {
            previous.widen_zero_bucket(self.zero_threshold);
            if previous.zero_threshold() != self.zero_threshold {
                // The new threshold lies inside a populated bucket of the previous histogram.
                return true;
            }
        }
        previous.coarsen_to(self.schema);
        let previous = previous.finish();
        self.zero_count < previous.zero_count
            || decreased(
                side::indexed(&self.positive_spans, &self.positive_buckets),
                side::indexed(&previous.positive_spans, &previous.positive_buckets),
            )
            || decreased(
                side::indexed(&self.negative_spans, &self.negative_buckets),
                side::indexed(&previous.negative_spans, &previous.negative_buckets),
            )
    }

    fn custom_bucket_decreased(&self, previous: &FloatHistogram) -> bool {
        if self.custom_values == previous.custom_values {
            return decreased(
                side::indexed(&self.positive_spans, &self.positive_buckets),
                side::indexed(&previous.positive_spans, &previous.positive_buckets),
            );
        }
        let common = common_bounds(&self.custom_values, &previous.custom_values);
        decreased(self.with_bounds(&common).into_iter(), previous.with_bounds(&common).into_iter())
    }

    /// The custom buckets, joined so that only the bounds `common` (a subset of its own) remain.
    fn with_bounds(&self, common: &[f64]) -> Side<f64> {
        let mut joined: Side<f64> = Vec::new();
        let mut target = 0;
        for bucket in self.positive_buckets_from_zero() {
            while common.get(target).is_some_and(|bound| *bound < bucket.upper) {
                target += 1;
            }
            let index = i32::try_from(target).unwrap_or(i32::MAX);
            match joined.last_mut() {
                Some((last, count)) if *last == index => *count += bucket.count,
                _ => joined.push((index, bucket.count)),
            }
        }
        joined
    }
}

/// Whether any populated bucket of `previous` is missing or smaller in `current`.
fn decreased(current: impl Iterator<Item = (i32, f64)>, previous: impl Iterator<Item = (i32, f64)>) -> bool {
    let mut current = current.peekable();
    for (index, before) in previous {
        while current.next_if(|(i, _)| *i < index).is_some() {}
        let is_reset = match current.next_if(|(i, _)| *i == index) {
            Some((_, now)) => now < before,
            None => before != 0.0,
        };
        if is_reset {
            return true;
        }
    }
    false
}
