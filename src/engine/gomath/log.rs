//! Logarithms.

use std::f64::consts::{FRAC_1_SQRT_2, LOG2_E, LOG10_E};

use super::frexp;

const LN_2_HIGH: f64 = 6.931_471_803_691_238_164_9e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// The series of `log(1 + f)` in `s = f / (2 + f)`.
const SERIES: [f64; 7] = [
    6.666_666_666_666_735_130e-1,
    3.999_999_999_940_941_908e-1,
    2.857_142_874_366_239_149e-1,
    2.222_219_843_214_978_396e-1,
    1.818_357_216_161_805_012e-1,
    1.531_383_769_920_937_332e-1,
    1.479_819_860_511_658_591e-1,
];

/// The natural logarithm.
pub(in crate::engine) fn log(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = frexp(x);
    if fraction < FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let [l1, l2, l3, l4, l5, l6, l7] = SERIES;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let even = s4 * (l2 + s4 * (l4 + s4 * l6));
    let half_square = 0.5 * f * f;
    k * LN_2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN_2_LOW)) - f)
}

/// The logarithm to base 2; exact for powers of two.
pub(in crate::engine) fn log2(x: f64) -> f64 {
    let (fraction, exponent) = frexp(x);
    if fraction == 0.5 {
        return f64::from(exponent - 1);
    }
    log(fraction) * LOG2_E + f64::from(exponent)
}

/// The logarithm to base 10.
pub(in crate::engine) fn log10(x: f64) -> f64 {
    log(x) * LOG10_E
}

/// `log(1 + x)`, precise near zero.
pub(super) fn log1p(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    if x.is_nan() || x < -1.0 {
        return f64::NAN;
    }
    if x == -1.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let size = x.abs();
    if size < 1.0 / (1u64 << 54) as f64 {
        return x;
    }
    if size < 1.0 / (1u64 << 29) as f64 {
        return x - x * x * 0.5;
    }
    let (mut k, mut c, mut f, mut mantissa) = (0.0, 0.0, x, 1);
    if size >= std::f64::consts::SQRT_2 - 1.0 || x <= FRAC_1_SQRT_2 - 1.0 {
        let u = if size < (1u64 << 53) as f64 { 1.0 + x } else { x };
        let mut exponent = ((u.to_bits() >> 52) as i64) - 1023;
        // What was rounded off in `1 + x`.
        if size < (1u64 << 53) as f64 {
            c = if exponent > 0 { 1.0 - (u - x) } else { x - (u - 1.0) } / u;
        }
        mantissa = u.to_bits() & MANTISSA;
        let reduced = if mantissa < 0x0006_a09e_667f_3bcd {
            f64::from_bits(mantissa | 0x3ff0_0000_0000_0000)
        } else {
            exponent += 1;
            let reduced = f64::from_bits(mantissa | 0x3fe0_0000_0000_0000);
            mantissa = ((1 << 52) - mantissa) >> 2;
            reduced
        };
        k = exponent as f64;
        f = reduced - 1.0;
    }
    let half_square = 0.5 * f * f;
    if mantissa == 0 {
        if f == 0.0 {
            return if k == 0.0 { 0.0 } else { k * LN_2_HIGH + (c + k * LN_2_LOW) };
        }
        let r = half_square * (1.0 - 0.666_666_666_666_666_66 * f);
        return if k == 0.0 { f - r } else { k * LN_2_HIGH - ((r - (k * LN_2_LOW + c)) - f) };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * SERIES.iter().rev().copied().reduce(|sum, l| l + z * sum).unwrap_or_default();
    if k == 0.0 {
        return f - (half_square - s * (half_square + r));
    }
    k * LN_2_HIGH - ((half_square - (s * (half_square + r) + (k * LN_2_LOW + c))) - f)
}
