//! Adding histograms of different layouts: the one place that reconciles schemas, zero buckets and custom bounds.

use std::fmt;

use super::bounds::exponential_bound;
use super::cell::Cell;
use super::side::{self, Side};
use super::{CUSTOM_BUCKETS_SCHEMA, CounterResetHint, FloatHistogram};

/// What had to be levelled out to combine two histograms. Each is worth an annotation of the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// One said that its counter was reset, the other that it was not.
    pub counter_reset_collision: bool,
    /// Custom bounds differed; only the common ones are left.
    pub bounds_reconciled: bool,
}

/// A histogram with custom buckets and one with standard buckets cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncompatibleSchemas;

impl fmt::Display for IncompatibleSchemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot combine a histogram with custom buckets and one with exponential buckets")
    }
}

impl std::error::Error for IncompatibleSchemas {}

/// A histogram that others are added to, with cells that may keep their rounding errors.
#[derive(Clone, Debug)]
pub(super) struct Accumulator<C> {
    hint: CounterResetHint,
    schema: i32,
    zero_threshold: f64,
    zero_count: C,
    count: C,
    sum: C,
    positive: Side<C>,
    negative: Side<C>,
    custom_values: Vec<f64>,
}

impl<C: Cell> Accumulator<C> {
    pub(super) fn new(first: &FloatHistogram) -> Self {
        Accumulator {
            hint: first.counter_reset_hint,
            schema: first.schema,
            zero_threshold: first.zero_threshold,
            zero_count: C::of(first.zero_count),
            count: C::of(first.count),
            sum: C::of(first.sum),
            positive: side::from_spans(&first.positive_spans, &first.positive_buckets),
            negative: side::from_spans(&first.negative_spans, &first.negative_buckets),
            custom_values: first.custom_values.clone(),
        }
    }

    /// The histogram so far, with corrections applied. Empty buckets are kept.
    pub(super) fn finish(&self) -> FloatHistogram {
        let (positive_spans, positive_buckets) = side::to_spans(&self.positive);
        let (negative_spans, negative_buckets) = side::to_spans(&self.negative);
        FloatHistogram {
            counter_reset_hint: self.hint,
            schema: self.schema,
            zero_threshold: self.zero_threshold,
            zero_count: self.zero_count.total(),
            count: self.count.total(),
            sum: self.sum.total(),
            positive_spans,
            negative_spans,
            positive_buckets,
            negative_buckets,
            custom_values: self.custom_values.clone(),
        }
    }

    /// Adds `other` times `sign` (1 or -1).
    pub(super) fn add(&mut self, other: &FloatHistogram, sign: f64) -> Result<Reconciliation, IncompatibleSchemas> {
        let is_custom = self.schema == CUSTOM_BUCKETS_SCHEMA;
        if is_custom != other.uses_custom_buckets() {
            return Err(IncompatibleSchemas);
        }
        let (hint, counter_reset_collision) = join_hints(self.hint, other.counter_reset_hint);
        self.hint = hint;
        let bounds_reconciled = is_custom && self.custom_values != other.custom_values;
        self.count.add(sign * other.count);
        self.sum.add(sign * other.sum);
        if is_custom {
            let buckets = side::indexed(&other.positive_spans, &other.positive_buckets);
            let buckets = buckets.map(|(index, count)| (index, sign * count));
            if bounds_reconciled {
                self.add_with_common_bounds(buckets, &other.custom_values);
            } else {
                side::merge(&mut self.positive, buckets);
            }
        } else {
            self.add_standard(other, sign);
        }
        Ok(Reconciliation { counter_reset_collision, bounds_reconciled })
    }

    /// Half the width of the zero bucket.
    pub(super) fn zero_threshold(&self) -> f64 {
        self.zero_threshold
    }

    /// Multiplies or divides every cell.
    pub(super) fn scale(&mut self, change: impl Fn(f64) -> f64) {
        for cell in self.cells_mut() {
            *cell = cell.scaled(&change);
        }
    }

    /// Whether any count or the sum has become infinite.
    pub(super) fn has_overflow(&self) -> bool {
        let buckets = self.positive.iter().chain(&self.negative).map(|(_, cell)| cell);
        [&self.zero_count, &self.count, &self.sum].into_iter().chain(buckets).any(|cell| cell.raw().is_infinite())
    }

    fn cells_mut(&mut self) -> impl Iterator<Item = &mut C> {
        let buckets = self.positive.iter_mut().chain(&mut self.negative).map(|(_, cell)| cell);
        [&mut self.zero_count, &mut self.count, &mut self.sum].into_iter().chain(buckets)
    }

    fn add_standard(&mut self, other: &FloatHistogram, sign: f64) {
        if self.schema == other.schema && self.zero_threshold == other.zero_threshold {
            self.zero_count.add(sign * other.zero_count);
            let signed = |(index, count)| (index, sign * count);
            side::merge(&mut self.positive, side::indexed(&other.positive_spans, &other.positive_buckets).map(signed));
            side::merge(&mut self.negative, side::indexed(&other.negative_spans, &other.negative_buckets).map(signed));
            return;
        }
        let mut other = Accumulator::<f64>::new(other);
        self.level_zero_buckets(&mut other);
        self.zero_count.add(sign * other.zero_count);
        self.coarsen_to(other.schema);
        other.coarsen_to(self.schema);
        side::merge(&mut self.positive, other.positive.into_iter().map(|(index, count)| (index, sign * count)));
        side::merge(&mut self.negative, other.negative.into_iter().map(|(index, count)| (index, sign * count)));
    }

    /// Reduces the resolution to that of `schema`, if that is coarser.
    pub(super) fn coarsen_to(&mut self, schema: i32) {
        if schema < self.schema {
            let steps = self.schema.abs_diff(schema);
            side::coarsen(&mut self.positive, steps);
            side::coarsen(&mut self.negative, steps);
            self.schema = schema;
        }
    }

    /// Widens the two zero buckets until they are equal and end at a bucket boundary of both.
    fn level_zero_buckets(&mut self, other: &mut Accumulator<f64>) {
        // Widening one can push it beyond the other, but never past the highest boundary: it ends.
        loop {
            if self.zero_threshold > other.zero_threshold {
                other.widen_zero_bucket(self.zero_threshold);
            } else if other.zero_threshold > self.zero_threshold {
                self.widen_zero_bucket(other.zero_threshold);
            } else {
                return;
            }
        }
    }

    /// Widens the zero bucket to `threshold`, or to the end of the populated bucket that `threshold` falls into, and
    /// moves the buckets within into it.
    pub(super) fn widen_zero_bucket(&mut self, threshold: f64) {
        self.zero_threshold = self.threshold_outside_of_buckets(threshold);
        for side in [&mut self.positive, &mut self.negative] {
            let inside = |index: i32| exponential_bound(index.saturating_sub(1), self.schema) < self.zero_threshold;
            let count = side.iter().take_while(|(index, _)| inside(*index)).count();
            for (_, cell) in side.drain(..count) {
                self.zero_count.merge(cell);
            }
        }
    }

    /// The smallest threshold of at least `threshold` that is not inside a populated bucket of either side.
    fn threshold_outside_of_buckets(&self, threshold: f64) -> f64 {
        let mut threshold = threshold;
        // Both sides have the same boundaries: one that the first side moved the threshold to is not inside a bucket of
        // the second, and the other way round.
        for side in [&self.positive, &self.negative] {
            let around = side.iter().find(|(index, cell)| {
                cell.raw() != 0.0
                    && exponential_bound(index.saturating_sub(1), self.schema) < threshold
                    && exponential_bound(*index, self.schema) > threshold
            });
            if let Some((index, _)) = around {
                threshold = exponential_bound(*index, self.schema);
            }
        }
        threshold
    }

    /// Adds custom buckets whose `bounds` differ from ours: both are mapped to the bounds that they have in common.
    fn add_with_common_bounds(&mut self, other: impl Iterator<Item = (i32, f64)>, bounds: &[f64]) {
        let common = common_bounds(&self.custom_values, bounds);
        let mut targets: Vec<Option<C>> = vec![None; common.len() + 1];
        let last = common.len();
        // Bounds ascend, so for each side one pass over the common bounds finds all targets.
        let mut at = 0;
        for (index, cell) in self.positive.drain(..) {
            let target = target_of(index, &self.custom_values, &common, &mut at).unwrap_or(last);
            match targets.get_mut(target) {
                Some(Some(sum)) => sum.merge(cell),
                Some(empty) => *empty = Some(cell),
                None => {}
            }
        }
        at = 0;
        for (index, count) in other {
            let target = target_of(index, bounds, &common, &mut at).unwrap_or(last);
            match targets.get_mut(target) {
                Some(Some(sum)) => sum.add(count),
                Some(empty) => *empty = Some(C::of(count)),
                None => {}
            }
        }
        let populated = (0_i32..).zip(targets).filter_map(|(index, cell)| Some((index, cell?)));
        self.positive = populated.filter(|(_, cell)| cell.raw() != 0.0).collect();
        self.custom_values = common;
    }
}

/// The hint of a sum: a gauge makes it a gauge, otherwise an unknown makes it unknown. A reset beside no reset is a
/// collision (the second value), which leaves it unknown too.
fn join_hints(a: CounterResetHint, b: CounterResetHint) -> (CounterResetHint, bool) {
    use CounterResetHint::{Gauge, Unknown};
    match (a, b) {
        (a, b) if a == b => (a, false),
        (Gauge, _) | (_, Gauge) => (Gauge, false),
        (Unknown, _) | (_, Unknown) => (Unknown, false),
        _ => (Unknown, true),
    }
}

/// The bounds that two ascending lists share.
pub(super) fn common_bounds(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut rest = b.iter().copied().peekable();
    let mut is_shared = |bound: &f64| {
        while rest.next_if(|other| other < bound).is_some() {}
        rest.next_if(|other| other == bound).is_some()
    };
    a.iter().copied().filter(|bound| is_shared(bound)).collect()
}

/// The index of the first of the `common` bounds that is not below the upper bound of custom bucket `index`; `None` for
/// the `+Inf` bucket. `at` remembers where the previous search ended.
fn target_of(index: i32, bounds: &[f64], common: &[f64], at: &mut usize) -> Option<usize> {
    let upper = bounds.get(usize::try_from(index).ok()?)?;
    while common.get(*at).is_some_and(|bound| bound < upper) {
        *at += 1;
    }
    (*at < common.len()).then_some(*at)
}

impl FloatHistogram {
    /// Adds `other`: counts, sum and buckets. Schemas are reduced to the coarser, zero buckets widened to match, custom
    /// bounds reduced to the common ones. Empty buckets stay; see [`FloatHistogram::compact`].
    ///
    /// # Errors
    /// One has custom buckets and the other has not. The histogram is unchanged then.
    pub fn add(&mut self, other: &FloatHistogram) -> Result<Reconciliation, IncompatibleSchemas> {
        self.combine(other, 1.0)
    }

    /// Subtracts `other`, with the same rules as [`FloatHistogram::add`], also for the counter reset hint: the operator
    /// `-` makes the result a gauge, which is the caller's business.
    ///
    /// # Errors
    /// As [`FloatHistogram::add`].
    pub fn sub(&mut self, other: &FloatHistogram) -> Result<Reconciliation, IncompatibleSchemas> {
        self.combine(other, -1.0)
    }

    fn combine(&mut self, other: &FloatHistogram, sign: f64) -> Result<Reconciliation, IncompatibleSchemas> {
        if self.has_layout_of(other) {
            let (hint, counter_reset_collision) = join_hints(self.counter_reset_hint, other.counter_reset_hint);
            self.counter_reset_hint = hint;
            self.combine_numbers(other, sign);
            return Ok(Reconciliation { counter_reset_collision, bounds_reconciled: false });
        }
        let mut sum = Accumulator::<f64>::new(self);
        let reconciliation = sum.add(other, sign)?;
        *self = sum.finish();
        Ok(reconciliation)
    }

    /// Whether both have the same buckets in the same places, so that they combine number by number.
    pub(crate) fn has_layout_of(&self, other: &FloatHistogram) -> bool {
        // Custom buckets are all positive; whatever else is there does not take part.
        let takes_part = !self.uses_custom_buckets() || (other.zero_count == 0.0 && other.negative_buckets.is_empty());
        takes_part
            && self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && self.custom_values == other.custom_values
            && self.positive_spans == other.positive_spans
            && self.negative_spans == other.negative_spans
            && self.positive_buckets.len() == other.positive_buckets.len()
            && self.negative_buckets.len() == other.negative_buckets.len()
            && side::is_plain(&self.positive_spans, &self.positive_buckets)
            && side::is_plain(&self.negative_spans, &self.negative_buckets)
    }

    fn combine_numbers(&mut self, other: &FloatHistogram, sign: f64) {
        self.zero_count += sign * other.zero_count;
        self.count += sign * other.count;
        self.sum += sign * other.sum;
        let positive = self.positive_buckets.iter_mut().zip(&other.positive_buckets);
        let negative = self.negative_buckets.iter_mut().zip(&other.negative_buckets);
        for (mine, theirs) in positive.chain(negative) {
            *mine += sign * theirs;
        }
    }

    /// The histogram with the coarser `schema`; unchanged where that is not coarser, or where buckets are custom.
    #[must_use]
    pub fn with_schema(&self, schema: i32) -> FloatHistogram {
        if self.uses_custom_buckets() || schema >= self.schema {
            return self.clone();
        }
        let mut reduced = Accumulator::<f64>::new(self);
        reduced.coarsen_to(schema);
        reduced.finish()
    }
}
