//! The hyperbolic functions and their inverses.

use std::f64::consts::LN_2;

use super::exponential::exp;
use super::logarithm::{ln, log1p};
use super::polynomial;

/// Where squares are so large that adding one to them changes nothing.
const LARGE: f64 = (1 << 28) as f64;
const NEAR_ZERO: f64 = 1.0 / LARGE;

/// The hyperbolic sine (series: Hart and Cheney, 2029).
pub fn sinh(x: f64) -> f64 {
    const P: [f64; 4] = [
        -0.263_056_321_339_749_706_281_948_9e2,
        -0.289_421_135_598_956_380_728_466_036_6e4,
        -0.899_127_202_203_950_935_539_801_351_1e5,
        -0.630_767_364_049_771_699_118_478_725_1e6,
    ];
    const Q: [f64; 4] = [
        1.0,
        -0.173_678_953_558_233_699_533_450_911e3,
        0.152_151_737_879_001_907_069_648_517_6e5,
        -0.630_767_364_049_771_699_121_207_727_7e6,
    ];
    let magnitude = x.abs();
    let value = if magnitude > 21.0 {
        exp(magnitude) * 0.5
    } else if magnitude > 0.5 {
        halved(magnitude, |growing, shrinking| growing - shrinking)
    } else {
        let square = magnitude * magnitude;
        polynomial(square, P) * magnitude / polynomial(square, Q)
    };
    if x < 0.0 { -value } else { value }
}

/// The hyperbolic cosine.
pub fn cosh(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude > 21.0 { exp(magnitude) * 0.5 } else { halved(magnitude, |growing, shrinking| growing + shrinking) }
}

fn halved(x: f64, join: impl Fn(f64, f64) -> f64) -> f64 {
    let growing = exp(x);
    join(growing, 1.0 / growing) * 0.5
}

/// The hyperbolic tangent (Cephes, `tanh.c`).
pub fn tanh(x: f64) -> f64 {
    const P: [f64; 3] =
        [-9.643_991_794_250_522_386_28e-1, -9.928_772_310_019_185_865_64e1, -1.614_687_684_417_084_479_52e3];
    const Q: [f64; 4] =
        [1.0, 1.128_116_784_916_329_314_02e2, 2.235_488_390_601_004_485_83e3, 4.844_063_053_251_254_860_48e3];
    const MAX_LOG: f64 = 8.802_969_193_111_305_429_598_8e1;
    let magnitude = x.abs();
    if magnitude > 0.5 * MAX_LOG {
        1.0_f64.copysign(x)
    } else if magnitude >= 0.625 {
        (1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0)).copysign(x)
    } else if x == 0.0 {
        x
    } else {
        let square = x * x;
        x + x * square * polynomial(square, P) / polynomial(square, Q)
    }
}

/// The inverse of [`sinh`].
pub fn asinh(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let magnitude = x.abs();
    let value = if magnitude > LARGE {
        ln(magnitude) + LN_2
    } else if magnitude > 2.0 {
        ln(2.0 * magnitude + 1.0 / ((magnitude * magnitude + 1.0).sqrt() + magnitude))
    } else if magnitude < NEAR_ZERO {
        magnitude
    } else {
        let square = magnitude * magnitude;
        log1p(magnitude + square / (1.0 + (1.0 + square).sqrt()))
    };
    if x < 0.0 { -value } else { value }
}

/// The inverse of [`cosh`].
pub fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x == 1.0 {
        0.0
    } else if x >= LARGE {
        ln(x) + LN_2
    } else if x > 2.0 {
        ln(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else {
        let t = x - 1.0;
        log1p(t + (2.0 * t + t * t).sqrt())
    }
}

/// The inverse of [`tanh`].
pub fn atanh(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude > 1.0 || x.is_nan() {
        return f64::NAN;
    }
    if magnitude == 1.0 {
        return f64::INFINITY.copysign(x);
    }
    let value = if magnitude < NEAR_ZERO {
        magnitude
    } else if magnitude < 0.5 {
        let double = magnitude + magnitude;
        0.5 * log1p(double + double * magnitude / (1.0 - magnitude))
    } else {
        0.5 * log1p((magnitude + magnitude) / (1.0 - magnitude))
    };
    if x < 0.0 { -value } else { value }
}
