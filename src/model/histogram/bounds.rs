//! Where the boundaries of buckets lie.

use super::{CUSTOM_BUCKETS_SCHEMA, FloatHistogram, MAX_SCHEMA};
use crate::model::gomath;

/// The upper bound (inclusive) of the positive bucket `index` with a standard schema: `2^(index * 2^-schema)`.
/// The lower bound is that of the bucket before. The last bucket below infinity ends at the largest finite number, so
/// that `+Inf` has a bucket of its own (`getBoundExponential` in Prometheus' `model/histogram/generic.go`).
pub(super) fn exponential_bound(index: i32, schema: i32) -> f64 {
    let schema = schema.min(MAX_SCHEMA);
    let (product, exponent) = if schema <= 0 {
        let exponent = i64::from(index).saturating_mul(1_i64.checked_shl(schema.unsigned_abs()).unwrap_or(i64::MAX));
        (1.0, i32::try_from(exponent.clamp(-2000, 2000)).unwrap_or_default())
    } else {
        let within = index & ((1 << schema) - 1);
        (root_product(within << (MAX_SCHEMA - schema)), index >> schema)
    };
    if product == 1.0 && exponent == 1024 { f64::MAX } else { gomath::ldexp(product, exponent) }
}

/// `2^(1/2)`, `2^(1/4)` … `2^(1/256)`. The first is one bit too low: upstream's table of bounds (`exponentialBounds` in
/// `generic.go`) is, and with these factors in this order its entries come out to the last bit.
#[expect(clippy::approx_constant, reason = "it is meant to be one bit off")]
const ROOTS_OF_TWO: [f64; 8] = [
    1.414213562373095,
    1.189207115002721,
    1.0905077326652577,
    1.0442737824274138,
    1.0218971486541166,
    1.0108892860517005,
    1.0054299011128027,
    1.0027112750502025,
];

/// `2^(index / 256)`, for an index from 0 to 255.
fn root_product(index: i32) -> f64 {
    let chosen = ROOTS_OF_TWO.iter().enumerate().filter(|(bit, _)| index >> (7 - bit) & 1 == 1);
    chosen.fold(1.0, |product, (_, root)| product * root)
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
    fn bounds_are_those_of_upstreams_table() {
        let upstream = [
            (1, 3, 0.5452538663326288),
            (1, 1, 0.7071067811865475),
            (3, 2, 0.8408964152537144),
            (1, 8, 0.5013556375251013),
            (137, 8, 0.7245495448210174),
            (255, 8, 0.9972960560854698),
        ];
        for (index, schema, half) in upstream {
            assert_eq!(exponential_bound(index, schema), half * 2.0, "{index} of schema {schema}");
        }
    }

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
    fn custom_bounds_end_in_infinities() {
        assert_eq!(custom_bound(-1, &[2.0]), f64::NEG_INFINITY);
        assert_eq!(custom_bound(0, &[2.0]), 2.0);
        assert_eq!(custom_bound(1, &[2.0]), f64::INFINITY);
    }
}
