//! The exponential.

use std::f64::consts::LOG2_E;

use super::ldexp;

const LN_2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
const LN_2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
/// `1/8!`, `1/7!` … `1/1!`.
const TAYLOR: [f64; 8] = [
    2.480_158_730_158_730_158_7e-5,
    1.984_126_984_126_984_127_0e-4,
    1.388_888_888_888_888_888_9e-3,
    8.333_333_333_333_333_333_3e-3,
    4.166_666_666_666_666_666_7e-2,
    1.666_666_666_666_666_666_7e-1,
    0.5,
    1.0,
];
const OVERFLOW: f64 = 7.097_827_128_933_84e2;
const UNDERFLOW: f64 = -7.451_332_191_019_41e2;

/// `e^x`: reduced by powers of two and by 16, a Taylor series, and four doublings of `e^r - 1`. With fused
/// multiplications, as Go uses them on any processor of the last ten years.
pub(in crate::engine) fn exp(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x > OVERFLOW {
        return f64::INFINITY;
    }
    if x < UNDERFLOW {
        return 0.0;
    }
    let k = (x * LOG2_E).round_ties_even();
    let mut r = (-k).mul_add(LN_2_HIGH, x);
    r = (-k).mul_add(LN_2_LOW, r);
    r *= 0.0625;
    let series = TAYLOR.iter().copied().reduce(|sum, coefficient| sum.mul_add(r, coefficient)).unwrap_or(1.0);
    r *= series;
    for _ in 0..3 {
        r *= r + 2.0;
    }
    ldexp(r.mul_add(r + 2.0, 1.0), k as i32)
}
