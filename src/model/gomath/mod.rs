//! Elementary functions that agree with Go's `math` package to the last bit.
//!
//! Prometheus is a Go program, and unit tests compare floats exactly: `ln(x)` must be the float that Go computes, not
//! the one that this machine's C library does, and the two differ in the last bit for one value in ten. Here are Go's
//! methods with Go's coefficients, which come from FreeBSD's msun and from Cephes, as Go runs them on amd64 (where only
//! `exp` uses fused multiplications). It also makes results the same on every platform.
//!
//! What IEEE 754 defines exactly (`sqrt`, `floor`, `%` …) needs no counterpart.

#![expect(clippy::excessive_precision, reason = "constants as they were published")]

mod exponential;
mod hyperbolic;
mod inverse;
mod logarithm;
mod power;
mod trigonometric;

pub use exponential::{exp, exp2};
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use inverse::{acos, asin, atan, atan2};
pub use logarithm::{ln, log2, log10};
pub use power::pow;
pub use trigonometric::{cos, sin, tan};

pub(crate) use exponential::ldexp;

/// `coefficients[0] * x^n + … + coefficients[n]`, by Horner's rule.
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().reduce(|sum, coefficient| sum * x + coefficient).unwrap_or_default()
}

#[cfg(test)]
mod tests;
