//! Powers of e and 2, and the exponents of floats.

use super::polynomial;

/// Beyond, `exp` is infinite.
const EXP_OVERFLOW: f64 = 709.782_712_893_384;
/// Below, `exp` is zero.
const EXP_UNDERFLOW: f64 = -746.0;
/// ln 2 in two parts; the first has trailing zeros, so that small multiples of it are exact.
const LN2_UPPER: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
const LN2_LOWER: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;

/// e^x. Reduces `x` by multiples of ln 2 and by 16, sums the series, and squares the result four times without losing
/// the 1 (after Shibata, "Efficient evaluation methods of elementary functions suitable for SIMD computation").
pub fn exp(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == f64::NEG_INFINITY {
        return 0.0;
    }
    if x > EXP_OVERFLOW {
        return f64::INFINITY;
    }
    if x < EXP_UNDERFLOW {
        return 0.0;
    }
    // The reciprocal factorials from 8! down to 0!.
    const FACTORIALS: [f64; 8] = [
        2.480_158_730_158_730_158_7e-5,
        1.984_126_984_126_984_127_0e-4,
        1.388_888_888_888_888_888_9e-3,
        8.333_333_333_333_333_333_3e-3,
        4.166_666_666_666_666_666_7e-2,
        1.666_666_666_666_666_666_7e-1,
        0.5,
        1.0,
    ];
    let doublings = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-doublings).mul_add(LN2_LOWER, (-doublings).mul_add(LN2_UPPER, x)) * 0.0625;
    let series = FACTORIALS.into_iter().reduce(|sum, term| sum.mul_add(rest, term)).unwrap_or_default();
    // (1 + y)^2 = 1 + y * (y + 2)
    let mut y = rest * series;
    for _ in 0..3 {
        y *= y + 2.0;
    }
    ldexp(y.mul_add(y + 2.0, 1.0), doublings as i32)
}

/// 2^x (FreeBSD's msun, `e_exp.c`, with the argument reduced by powers of two).
pub fn exp2(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;
    const P: [f64; 5] = [
        4.138_136_797_057_238_460_39e-8,
        -1.653_390_220_546_525_153_90e-6,
        6.613_756_321_437_934_361_17e-5,
        -2.777_777_777_701_559_338_42e-3,
        1.666_666_666_666_666_574_15e-1,
    ];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x > 1.023_999_999_999_999_9e3 {
        return f64::INFINITY;
    }
    if x < -1.074e3 {
        return 0.0;
    }
    // Rounded half away from zero.
    let whole = (x + 0.5_f64.copysign(x)).trunc();
    let part = x - whole;
    let (high, low) = (part * LN2_HIGH, -part * LN2_LOW);
    let r = high - low;
    let t = r * r;
    let c = r - t * polynomial(t, P);
    ldexp(1.0 - ((low - (r * c) / (2.0 - c)) - high), whole as i32)
}

/// `value * 2^exponent`, rounded once.
pub(crate) fn ldexp(value: f64, exponent: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let (fraction, own) = frexp(value);
    // `fraction` is at least one half: the exponent as IEEE 754 counts it is one less.
    match own.saturating_add(exponent).saturating_sub(1) {
        1024.. => f64::INFINITY.copysign(value),
        normal @ -1022..=1023 => fraction * 2.0 * power_of_two(normal),
        // Subnormal: the second factor is the one that rounds.
        subnormal @ -1080..=-1023 => fraction * 2.0 * power_of_two(-1000) * power_of_two(subnormal + 1000),
        _ => 0.0_f64.copysign(value),
    }
}

/// A fraction with a magnitude of at least 0.5 and less than 1, and the exponent of 2 that goes with it. What is zero or
/// not finite stays as it is.
pub(super) fn frexp(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    let (value, shift) = if value.abs() < f64::MIN_POSITIVE { (value * power_of_two(52), -52) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent + shift)
}

/// `2^exponent` for the exponents of normal numbers, -1022 to 1023.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}
