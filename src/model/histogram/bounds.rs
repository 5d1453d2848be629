//! Where the boundaries of buckets lie.

use super::{CUSTOM_BUCKETS_SCHEMA, FloatHistogram};

/// The upper bound (inclusive) of the positive bucket `index` with a standard schema: `2^(index * 2^-schema)`.
/// The lower bound is that of the bucket before. The last bucket below infinity ends at the largest finite number, so
/// that `+Inf` has a bucket of its own (`getBoundExponential` in Prometheus' `model/histogram/generic.go`).
pub(super) fn exponential_bound(index: i32, schema: i32) -> f64 {
    let index = i64::from(index);
    if schema <= 0 {
        let exponent = index.saturating_mul(1_i64.checked_shl(schema.unsigned_abs()).unwrap_or(i64::MAX));
        if exponent == 1024 { f64::MAX } else { scaled(1.0, exponent) }
    } else {
        let schema = schema.min(30);
        let steps = 1_i64 << schema;
        let within = index & (steps - 1);
        let exponent = index >> schema;
        if within == 0 && exponent == 1024 {
            return f64::MAX;
        }
        let fraction = if within == 0 { 1.0 } else { (within as f64 / steps as f64).exp2() };
        scaled(fraction, exponent)
    }
}

/// `value * 2^exponent` for a value between 1 and 2, rounded once, also where the result is subnormal.
fn scaled(value: f64, exponent: i64) -> f64 {
    match exponent {
        1024.. => f64::INFINITY,
        -1022..=1023 => value * power_of_two(exponent),
        -1100..=-1023 => value * power_of_two(-1000) * power_of_two(exponent + 1000),
        _ => 0.0,
    }
}

/// `2^exponent` for the exponents of normal numbers, -1022 to 1023.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}

impl FloatHistogram {
    /// The upper bound of the positive bucket `index`, for either kind of schema.
    pub(super) fn upper_bound(&self, index: i32) -> f64 {
        if self.schema == CUSTOM_BUCKETS_SCHEMA {
            custom_bound(index, &self.custom_values)
        } else {
            exponential_bound(index, self.schema)
        }
    }
}

/// The upper bound of a custom bucket; before the first it is `-Inf`, after the last listed it is `+Inf`.
fn custom_bound(index: i32, bounds: &[f64]) -> f64 {
    match usize::try_from(index) {
        Err(_) => f64::NEG_INFINITY,
        Ok(index) => bounds.get(index).copied().unwrap_or(f64::INFINITY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_boundaries_of_every_schema() {
        for schema in -4..=8 {
            let per_doubling = if schema > 0 { 1 << schema } else { 1 };
            let doublings = if schema < 0 { 1 << -schema } else { 1 };
            assert_eq!(exponential_bound(0, schema), 1.0);
            assert_eq!(exponential_bound(per_doubling, schema), 2_f64.powi(doublings));
            assert_eq!(exponential_bound(-per_doubling, schema), 2_f64.powi(-doublings));
        }
    }

    #[test]
    fn the_ends_of_the_range_are_reached_without_overflow() {
        assert_eq!(exponential_bound(1024, 0), f64::MAX);
        assert_eq!(exponential_bound(1025, 0), f64::INFINITY);
        assert_eq!(exponential_bound(64, -4), f64::MAX);
        assert_eq!(exponential_bound(1024 << 8, 8), f64::MAX);
        assert_eq!(exponential_bound(i32::MAX, -4), f64::INFINITY);
        assert_eq!(exponential_bound(i32::MIN, -4), 0.0);
        assert_eq!(exponential_bound(-1074, 0), f64::from_bits(1));
    }

    #[test]
    fn fractions_are_rounded_correctly() {
        assert_eq!(exponential_bound(1, 1), std::f64::consts::SQRT_2);
        assert_eq!(exponential_bound(1, 2).to_bits(), 1.189_207_115_002_721_f64.to_bits());
        assert_eq!(exponential_bound(3, 3).to_bits(), 1.296_839_554_651_009_6_f64.to_bits());
    }

    #[test]
    fn custom_bounds_end_in_infinities() {
        assert_eq!(custom_bound(-1, &[2.0]), f64::NEG_INFINITY);
        assert_eq!(custom_bound(0, &[2.0]), 2.0);
        assert_eq!(custom_bound(1, &[2.0]), f64::INFINITY);
    }
}
