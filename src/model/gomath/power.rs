//! Powers.

use super::exponential::{exp, frexp, ldexp};
use super::logarithm::ln;

/// x^y. The whole part of the exponent is multiplied out, the fraction goes through `exp` and `ln`.
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() || y.is_infinite() {
        // Nothing to round: these are powers of zero, one and infinity.
        return x.powf(y);
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    if y.fract() != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if y.abs() >= 9_223_372_036_854_775_808.0 {
        // Even, and far too large for anything but -1.
        return match (x == -1.0, (x.abs() < 1.0) == (y > 0.0)) {
            (true, _) => 1.0,
            (false, true) => 0.0,
            (false, false) => f64::INFINITY,
        };
    }
    general_power(x, y)
}

fn general_power(x: f64, y: f64) -> f64 {
    let (mut whole, mut part) = (y.abs().trunc(), y.abs().fract());
    let mut fraction = 1.0;
    let mut exponent = 0_i32;
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        fraction = exp(part * ln(x));
    }
    // By the bits of the whole exponent; powers of two are counted apart, so that nothing overflows on the way.
    let (mut square, mut square_exponent) = frexp(x);
    let mut bits = whole as i64;
    while bits != 0 {
        if square_exponent.abs() > 1 << 12 {
            exponent = exponent.saturating_add(square_exponent);
            break;
        }
        if bits & 1 == 1 {
            fraction *= square;
            exponent = exponent.saturating_add(square_exponent);
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        bits >>= 1;
    }
    if y < 0.0 { ldexp(1.0 / fraction, -exponent) } else { ldexp(fraction, exponent) }
}
