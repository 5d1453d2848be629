//! The inverse trigonometric functions (Cephes, `atan.c`).

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::polynomial;

/// The angle between -pi/2 and pi/2 with the tangent `x`.
pub fn atan(x: f64) -> f64 {
    if x == 0.0 {
        x
    } else if x > 0.0 {
        of_positive(x)
    } else {
        -of_positive(-x)
    }
}

/// The angle between -pi/2 and pi/2 with the sine `x`.
pub fn asin(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    let sine = x.abs();
    if sine > 1.0 {
        return f64::NAN;
    }
    let cosine = (1.0 - sine * sine).sqrt();
    let angle = if sine > 0.7 { FRAC_PI_2 - of_positive(cosine / sine) } else { of_positive(sine / cosine) };
    if x < 0.0 { -angle } else { angle }
}

/// The angle between 0 and pi with the cosine `x`.
pub fn acos(x: f64) -> f64 {
    FRAC_PI_2 - asin(x)
}

/// The angle of the point (`x`, `y`), between -pi and pi.
pub fn atan2(y: f64, x: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 || y == 0.0 || x.is_infinite() || y.is_infinite() {
        // Multiples of pi/4, which every implementation agrees on.
        return y.atan2(x);
    }
    match atan(y / x) {
        angle if x > 0.0 => angle,
        angle if angle <= 0.0 => angle + PI,
        angle => angle - PI,
    }
}

/// Reduces a positive argument to at most 0.66.
fn of_positive(x: f64) -> f64 {
    const TAN_3_PI_8: f64 = 2.414_213_562_373_095_048_80;
    /// What pi/2 as a float lacks.
    const MORE_BITS: f64 = 6.123_233_995_736_765_886_130e-17;
    if x <= 0.66 {
        series(x)
    } else if x > TAN_3_PI_8 {
        FRAC_PI_2 - series(1.0 / x) + MORE_BITS
    } else {
        FRAC_PI_4 + series((x - 1.0) / (x + 1.0)) + 0.5 * MORE_BITS
    }
}

fn series(x: f64) -> f64 {
    const P: [f64; 5] = [
        -8.750_608_600_031_904_122_785e-1,
        -1.615_753_718_733_365_076_637e1,
        -7.500_855_792_314_704_667_340e1,
        -1.228_866_684_490_136_173_410e2,
        -6.485_021_904_942_025_371_773e1,
    ];
    const Q: [f64; 6] = [
        1.0,
        2.485_846_490_142_306_297_962e1,
        1.650_270_098_316_988_542_046e2,
        4.328_810_604_912_902_668_951e2,
        4.853_903_996_359_136_964_868e2,
        1.945_506_571_482_613_964_425e2,
    ];
    let square = x * x;
    let z = square * polynomial(square, P) / polynomial(square, Q);
    x * z + x
}
