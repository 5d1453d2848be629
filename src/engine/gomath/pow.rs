//! Powers.

use super::{exp, frexp, ldexp, log};

/// `x^y` by squaring for the whole part of `y`, and by `exp` and `log` for the rest.
pub(in crate::engine) fn pow(x: f64, y: f64) -> f64 {
    if let Some(known) = special(x, y) {
        return known;
    }
    let size = y.abs();
    let (mut whole, mut rest) = (size.trunc(), size.fract());
    if rest != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= (1u64 << 63) as f64 {
        return beyond(x, y);
    }
    let (mut result, mut exponent) = (1.0, 0i64);
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = exp(rest * log(x));
    }
    let (mut power, power_exponent) = frexp(x);
    let mut power_exponent = i64::from(power_exponent);
    let mut bits = whole as u64;
    while bits != 0 {
        // Far out of range already: the exponent decides.
        if !(-(1 << 12)..=1 << 12).contains(&power_exponent) {
            exponent += power_exponent;
            break;
        }
        if bits & 1 == 1 {
            result *= power;
            exponent += power_exponent;
        }
        power *= power;
        power_exponent <<= 1;
        if power < 0.5 {
            power += power;
            power_exponent -= 1;
        }
        bits >>= 1;
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    ldexp(result, exponent.clamp(-100_000, 100_000) as i32)
}

fn special(x: f64, y: f64) -> Option<f64> {
    if y == 0.0 || x == 1.0 {
        return Some(1.0);
    }
    if y == 1.0 {
        return Some(x);
    }
    if x.is_nan() || y.is_nan() {
        return Some(f64::NAN);
    }
    if x == 0.0 || x.is_infinite() {
        // Zero to a negative power is as infinity to a positive one.
        let size = if (x == 0.0) == (y < 0.0) { f64::INFINITY } else { 0.0 };
        return Some(if is_odd(y) { size.copysign(x) } else { size });
    }
    if y.is_infinite() {
        return Some(beyond(x, y));
    }
    if y == 0.5 {
        return Some(x.sqrt());
    }
    (y == -0.5).then(|| 1.0 / x.sqrt())
}

/// The limit for exponents without end.
fn beyond(x: f64, y: f64) -> f64 {
    if x == -1.0 {
        1.0
    } else if (x.abs() < 1.0) == (y > 0.0) {
        0.0
    } else {
        f64::INFINITY
    }
}

fn is_odd(y: f64) -> bool {
    y.abs() < (1u64 << 53) as f64 && y.fract() == 0.0 && (y as i64) & 1 == 1
}
