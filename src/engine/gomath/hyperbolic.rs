//! Hyperbolic functions.

use std::f64::consts::LN_2;

use super::log::log1p;
use super::{exp, log, polynomial};

const SINH_P: [f64; 4] = [
    -0.263_056_321_339_749_706_281_948_9e2,
    -0.289_421_135_598_956_380_728_466_036_6e4,
    -0.899_127_202_203_950_935_539_801_351_1e5,
    -0.630_767_364_049_771_699_118_478_725_1e6,
];
const SINH_Q: [f64; 4] = [
    1.0,
    -0.173_678_953_558_233_699_533_450_911e3,
    0.152_151_737_879_001_907_069_648_517_6e5,
    -0.630_767_364_049_771_699_121_207_727_7e6,
];
const TANH_P: [f64; 3] =
    [-9.643_991_794_250_522_386_28e-1, -9.928_772_310_019_185_865_64e1, -1.614_687_684_417_084_479_52e3];
const TANH_Q: [f64; 4] =
    [1.0, 1.128_116_784_916_329_314_02e2, 2.235_488_390_601_004_485_83e3, 4.844_063_053_251_254_860_48e3];
const LARGE: f64 = (1u64 << 28) as f64;

/// The hyperbolic sine.
pub(in crate::engine) fn sinh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size > 21.0 {
        exp(size) * 0.5
    } else if size > 0.5 {
        let e = exp(size);
        (e - 1.0 / e) * 0.5
    } else {
        let square = size * size;
        polynomial(square, &SINH_P) * size / polynomial(square, &SINH_Q)
    };
    if x < 0.0 { -value } else { value }
}

/// The hyperbolic cosine.
pub(in crate::engine) fn cosh(x: f64) -> f64 {
    let size = x.abs();
    if size > 21.0 {
        return exp(size) * 0.5;
    }
    let e = exp(size);
    (e + 1.0 / e) * 0.5
}

/// The hyperbolic tangent.
pub(in crate::engine) fn tanh(x: f64) -> f64 {
    const MAX_LOG: f64 = 8.802_969_193_111_305_429_598_8e1;
    let size = x.abs();
    if size > 0.5 * MAX_LOG {
        1f64.copysign(x)
    } else if size >= 0.625 {
        (1.0 - 2.0 / (exp(2.0 * size) + 1.0)).copysign(x)
    } else if x == 0.0 {
        x
    } else {
        let s = x * x;
        x + x * s * polynomial(s, &TANH_P) / polynomial(s, &TANH_Q)
    }
}

/// The inverse of the hyperbolic sine.
pub(in crate::engine) fn asinh(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let size = x.abs();
    let value = if size > LARGE {
        log(size) + LN_2
    } else if size > 2.0 {
        log(2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size))
    } else if size < 1.0 / LARGE {
        size
    } else {
        log1p(size + size * size / (1.0 + (1.0 + size * size).sqrt()))
    };
    value.copysign(x)
}

/// The inverse of the hyperbolic cosine.
pub(in crate::engine) fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x == 1.0 {
        0.0
    } else if x >= LARGE {
        log(x) + LN_2
    } else if x > 2.0 {
        log(2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt()))
    } else {
        let t = x - 1.0;
        log1p(t + (2.0 * t + t * t).sqrt())
    }
}

/// The inverse of the hyperbolic tangent.
pub(in crate::engine) fn atanh(x: f64) -> f64 {
    let size = x.abs();
    let value = if size > 1.0 || x.is_nan() {
        return f64::NAN;
    } else if size == 1.0 {
        f64::INFINITY
    } else if size < 1.0 / LARGE {
        size
    } else if size < 0.5 {
        let double = size + size;
        0.5 * log1p(double + double * size / (1.0 - size))
    } else {
        0.5 * log1p((size + size) / (1.0 - size))
    };
    value.copysign(x)
}
