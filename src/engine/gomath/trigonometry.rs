//! Trigonometric functions.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::polynomial;

const SIN: [f64; 6] = [
    1.589_623_015_765_465_680_60e-10,
    -2.505_074_776_285_780_728_66e-8,
    2.755_731_362_138_572_452_13e-6,
    -1.984_126_982_958_953_859_96e-4,
    8.333_333_333_322_118_588_78e-3,
    -1.666_666_666_666_663_072_95e-1,
];
const COS: [f64; 6] = [
    -1.135_853_652_138_768_173_00e-11,
    2.087_570_084_197_473_167_78e-9,
    -2.755_731_417_929_673_881_12e-7,
    2.480_158_728_885_170_453_48e-5,
    -1.388_888_888_887_305_641_16e-3,
    4.166_666_666_666_659_292_18e-2,
];
const TAN_P: [f64; 3] =
    [-1.309_369_391_813_837_342_05e4, 1.153_516_648_385_874_161_40e6, -1.795_652_519_764_848_779_88e7];
const TAN_Q: [f64; 5] = [
    1.0,
    1.368_129_634_706_929_546_78e4,
    -1.320_892_344_402_109_674_47e6,
    2.500_838_018_233_579_158_39e7,
    -5.386_957_559_294_546_298_81e7,
];
const ATAN_P: [f64; 5] = [
    -8.750_608_600_031_904_122_785e-1,
    -1.615_753_718_733_365_076_637e1,
    -7.500_855_792_314_704_667_340e1,
    -1.228_866_684_490_136_173_410e2,
    -6.485_021_904_942_025_371_773e1,
];
const ATAN_Q: [f64; 6] = [
    1.0,
    2.485_846_490_142_306_297_962e1,
    1.650_270_098_316_988_542_046e2,
    4.328_810_604_912_902_668_951e2,
    4.853_903_996_359_136_964_868e2,
    1.945_506_571_482_613_964_425e2,
];
/// A quarter of pi in three parts, of which the first two are exact when multiplied by a whole number.
const QUARTER_PI: [f64; 3] =
    [7.853_981_256_484_985_351_56e-1, 3.774_894_707_930_798_176_68e-8, 2.695_151_429_079_059_526_45e-15];
/// Beyond this Go reduces with more digits of pi than fit here; the platform's functions do as well.
const LARGE: f64 = (1u64 << 29) as f64;

/// The octant of a positive `x`, made even, and the distance from it.
fn reduce(x: f64) -> (u64, f64) {
    let mut octant = (x * (4.0 / PI)) as u64;
    octant += octant & 1;
    let [a, b, c] = QUARTER_PI;
    let y = octant as f64;
    (octant & 7, ((x - y * a) - y * b) - y * c)
}

fn sine_series(z: f64) -> f64 {
    let zz = z * z;
    z + z * zz * polynomial(zz, &SIN)
}

fn cosine_series(z: f64) -> f64 {
    let zz = z * z;
    1.0 - 0.5 * zz + zz * zz * polynomial(zz, &COS)
}

/// The sine.
pub(in crate::engine) fn sin(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() || x.abs() >= LARGE {
        return x.sin();
    }
    let (octant, z) = reduce(x.abs());
    let value = if octant & 3 == 2 { cosine_series(z) } else { sine_series(z) };
    if (x < 0.0) != (octant > 3) { -value } else { value }
}

/// The cosine.
pub(in crate::engine) fn cos(x: f64) -> f64 {
    if x.is_nan() || x.abs() >= LARGE {
        return x.cos();
    }
    let (octant, z) = reduce(x.abs());
    let value = if octant & 3 == 2 { sine_series(z) } else { cosine_series(z) };
    if octant == 2 || octant == 4 { -value } else { value }
}

/// The tangent.
pub(in crate::engine) fn tan(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() || x.abs() >= LARGE {
        return x.tan();
    }
    let (octant, z) = reduce(x.abs());
    let zz = z * z;
    let mut value = if zz > 1e-14 { z + z * (zz * polynomial(zz, &TAN_P) / polynomial(zz, &TAN_Q)) } else { z };
    if octant & 2 == 2 {
        value = -1.0 / value;
    }
    if x < 0.0 { -value } else { value }
}

/// The arc tangent of a positive number.
fn positive_atan(x: f64) -> f64 {
    /// What is missing in pi / 2.
    const MORE_BITS: f64 = 6.123_233_995_736_765_886_130e-17;
    const TAN_3_PI_8: f64 = 2.414_213_562_373_095_048_80;
    let series = |x: f64| {
        let z = x * x;
        let z = z * polynomial(z, &ATAN_P) / polynomial(z, &ATAN_Q);
        x * z + x
    };
    if x <= 0.66 {
        series(x)
    } else if x > TAN_3_PI_8 {
        FRAC_PI_2 - series(1.0 / x) + MORE_BITS
    } else {
        FRAC_PI_4 + series((x - 1.0) / (x + 1.0)) + 0.5 * MORE_BITS
    }
}

/// The arc tangent.
pub(in crate::engine) fn atan(x: f64) -> f64 {
    if x == 0.0 {
        x
    } else if x > 0.0 {
        positive_atan(x)
    } else {
        -positive_atan(-x)
    }
}

/// The arc sine.
pub(in crate::engine) fn asin(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    let size = x.abs();
    if size.is_nan() || size > 1.0 {
        return f64::NAN;
    }
    let other = (1.0 - size * size).sqrt();
    let value = if size > 0.7 { FRAC_PI_2 - positive_atan(other / size) } else { positive_atan(size / other) };
    if x < 0.0 { -value } else { value }
}

/// The arc cosine.
pub(in crate::engine) fn acos(x: f64) -> f64 {
    FRAC_PI_2 - asin(x)
}

/// The angle of the point `(x, y)`.
pub(in crate::engine) fn atan2(y: f64, x: f64) -> f64 {
    if y == 0.0 || x == 0.0 || !y.is_finite() || !x.is_finite() {
        return y.atan2(x);
    }
    let angle = atan(y / x);
    if x >= 0.0 {
        angle
    } else if angle <= 0.0 {
        angle + PI
    } else {
        angle - PI
    }
}
