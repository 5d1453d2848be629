//! Logarithms.

use std::f64::consts::{LOG2_E, LOG10_E, SQRT_2};

use super::exponential::frexp;
use super::polynomial;

const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
/// Coefficients of log(1+f) - 2s in powers of s^2, where s = f / (2 + f), from the first (FreeBSD's msun, `e_log.c`).
const L: [f64; 7] = [
    6.666_666_666_666_735_130e-1,
    3.999_999_999_940_941_908e-1,
    2.857_142_874_366_239_149e-1,
    2.222_219_843_214_978_396e-1,
    1.818_357_216_161_805_012e-1,
    1.531_383_769_920_937_332e-1,
    1.479_819_860_511_658_591e-1,
];

/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
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
    if fraction < SQRT_2 / 2.0 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    let (f, k) = (fraction - 1.0, f64::from(exponent));
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * polynomial(s4, [l7, l5, l3, l1]);
    let even = s4 * polynomial(s4, [l6, l4, l2]);
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN2_LOW)) - f)
}

/// The binary logarithm, exact for powers of two.
pub fn log2(x: f64) -> f64 {
    let (fraction, exponent) = frexp(x);
    if fraction == 0.5 {
        return f64::from(exponent - 1);
    }
    ln(fraction) * LOG2_E + f64::from(exponent)
}

/// The decimal logarithm.
pub fn log10(x: f64) -> f64 {
    ln(x) * LOG10_E
}

/// The natural logarithm of 1 + x (FreeBSD's msun, `s_log1p.c`).
pub(super) fn log1p(x: f64) -> f64 {
    const SMALL: f64 = 1.0 / (1_u64 << 29) as f64;
    const TINY: f64 = 1.0 / (1_u64 << 54) as f64;
    if x < -1.0 || x.is_nan() {
        return f64::NAN;
    }
    if x == -1.0 {
        return f64::NEG_INFINITY;
    }
    if x == f64::INFINITY {
        return x;
    }
    let magnitude = x.abs();
    if magnitude < TINY {
        return x;
    }
    if magnitude < SMALL {
        return x - x * x * 0.5;
    }
    let Reduced { f, k, correction, is_one } = reduce(x);
    let half_square = 0.5 * f * f;
    if is_one {
        if f == 0.0 {
            return if k == 0.0 { 0.0 } else { k * LN2_HIGH + (correction + k * LN2_LOW) };
        }
        let r = half_square * (1.0 - 0.666_666_666_666_666_66 * f);
        return if k == 0.0 { f - r } else { k * LN2_HIGH - ((r - (k * LN2_LOW + correction)) - f) };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let [l1, l2, l3, l4, l5, l6, l7] = L;
    let r = z * polynomial(z, [l7, l6, l5, l4, l3, l2, l1]);
    if k == 0.0 {
        return f - (half_square - s * (half_square + r));
    }
    k * LN2_HIGH - ((half_square - (s * (half_square + r) + (k * LN2_LOW + correction))) - f)
}

/// 1 + x as 2^k * (1 + f).
struct Reduced {
    f: f64,
    k: f64,
    /// What rounding 1 + x lost, relative to it.
    correction: f64,
    /// Whether f is so small that its series ends early.
    is_one: bool,
}

fn reduce(x: f64) -> Reduced {
    const SQRT_2_MINUS_1: f64 = 4.142_135_623_730_950_488_017e-1;
    const SQRT_HALF_MINUS_1: f64 = -2.928_932_188_134_524_755_992e-1;
    const TWO_53: f64 = (1_u64 << 53) as f64;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    const MANTISSA_OF_SQRT_2: u64 = 0x0006_a09e_667f_3bcd;
    if x.abs() < SQRT_2_MINUS_1 && x > SQRT_HALF_MINUS_1 {
        return Reduced { f: x, k: 0.0, correction: 0.0, is_one: false };
    }
    let is_small = x.abs() < TWO_53;
    let u = if is_small { 1.0 + x } else { x };
    let mut k = (u.to_bits() >> 52) as i64 - 1023;
    let lost = if !is_small {
        0.0
    } else if k > 0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    };
    let mut mantissa = u.to_bits() & MANTISSA;
    let normalised = if mantissa < MANTISSA_OF_SQRT_2 {
        f64::from_bits(mantissa | 0x3ff0_0000_0000_0000)
    } else {
        k += 1;
        let halved = f64::from_bits(mantissa | 0x3fe0_0000_0000_0000);
        mantissa = (0x0010_0000_0000_0000 - mantissa) >> 2;
        halved
    };
    Reduced { f: normalised - 1.0, k: k as f64, correction: lost / u, is_one: mantissa == 0 }
}
