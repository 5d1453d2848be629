//! Elementary functions that agree with Go's `math` package on amd64 to the last bit.
//!
//! A rule's result may depend on the last bit (`== 0.1`), and the platform's library rounds some results otherwise. The
//! algorithms are the published ones that Go uses: those of FreeBSD's msun for logarithms, of the Cephes library
//! (<https://www.netlib.org/cephes/>) for trigonometry, and Shibata's for the exponential.

#![expect(clippy::excessive_precision, reason = "constants as they were published")]

mod exp;
mod hyperbolic;
mod log;
mod pow;
mod trigonometry;

pub(super) use exp::exp;
pub(super) use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub(super) use log::{log, log2, log10};
pub(super) use pow::pow;
pub(super) use trigonometry::{acos, asin, atan, atan2, cos, sin, tan};

/// `value` as a fraction in `[0.5, 1)` and a power of two. Zero, NaN and infinities are their own fraction.
fn frexp(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    let (value, shift) = if value.is_subnormal() { (value * (1u64 << 52) as f64, -52) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent + shift)
}

/// `fraction * 2^exponent`, rounded once.
fn ldexp(fraction: f64, exponent: i32) -> f64 {
    if fraction == 0.0 || !fraction.is_finite() {
        return fraction;
    }
    let (fraction, own) = frexp(fraction);
    match own.saturating_add(exponent) {
        total if total > 1024 => f64::INFINITY.copysign(fraction),
        total if total < -1080 => 0f64.copysign(fraction),
        // The fraction is below one: two steps keep the factors in range.
        total if total > 1 => fraction * 2.0 * power_of_two(total - 1),
        total if total >= -1020 => fraction * power_of_two(total),
        total => fraction * power_of_two(total + 100) * power_of_two(-100),
    }
}

/// `2^exponent` for exponents of normal numbers.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}

/// A polynomial, the coefficient of the highest power first.
#[inline]
fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    let Some((first, rest)) = coefficients.split_first() else { return 0.0 };
    rest.iter().fold(*first, |sum, coefficient| sum * x + coefficient)
}

#[cfg(test)]
mod tests;
