//! Sine, cosine and tangent (Cephes, `sin.c` and `tan.c`).

use std::f64::consts::{FRAC_PI_4, PI};

use super::polynomial;

/// Pi/4 in three parts.
const PI4: [f64; 3] =
    [7.853_981_256_484_985_351_56e-1, 3.774_894_707_930_798_176_68e-8, 2.695_151_429_079_059_526_45e-15];
/// From here on the three parts are not enough.
const REDUCE_EXACTLY_FROM: f64 = (1 << 29) as f64;

/// The sine of `x` radians.
pub fn sin(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let value = if matches!(octant & 3, 1 | 2) { cosine(z) } else { sine(z) };
    if (x < 0.0) != (octant > 3) { -value } else { value }
}

/// The cosine of `x` radians.
pub fn cos(x: f64) -> f64 {
    if !x.is_finite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let value = if matches!(octant & 3, 1 | 2) { sine(z) } else { cosine(z) };
    if (octant > 3) != (octant & 3 > 1) { -value } else { value }
}

/// The tangent of `x` radians.
pub fn tan(x: f64) -> f64 {
    const P: [f64; 3] =
        [-1.309_369_391_813_837_776_46e4, 1.153_516_648_385_874_161_40e6, -1.795_652_519_764_848_779_88e7];
    const Q: [f64; 5] = [
        1.0,
        1.368_129_634_706_929_546_78e4,
        -1.320_892_344_402_109_674_47e6,
        2.500_838_018_233_579_158_39e7,
        -5.386_957_559_294_546_298_81e7,
    ];
    if x == 0.0 || x.is_nan() {
        return x;
    }
    if x.is_infinite() {
        return f64::NAN;
    }
    let (octant, z) = reduce(x.abs());
    let square = z * z;
    let value = if square > 1e-14 { z + z * (square * polynomial(square, P) / polynomial(square, Q)) } else { z };
    let value = if octant & 2 == 2 { -1.0 / value } else { value };
    if x < 0.0 { -value } else { value }
}

/// The sine between -pi/4 and pi/4.
fn sine(z: f64) -> f64 {
    const S: [f64; 6] = [
        1.589_623_015_765_465_680_60e-10,
        -2.505_074_776_285_780_728_66e-8,
        2.755_731_362_138_572_452_13e-6,
        -1.984_126_982_958_953_859_96e-4,
        8.333_333_333_322_118_588_78e-3,
        -1.666_666_666_666_663_072_95e-1,
    ];
    let square = z * z;
    z + z * square * polynomial(square, S)
}

/// The cosine between -pi/4 and pi/4.
fn cosine(z: f64) -> f64 {
    const C: [f64; 6] = [
        -1.135_853_652_138_768_173_00e-11,
        2.087_570_084_197_473_167_78e-9,
        -2.755_731_417_929_673_881_12e-7,
        2.480_158_728_885_170_453_48e-5,
        -1.388_888_888_887_305_641_16e-3,
        4.166_666_666_666_659_292_18e-2,
    ];
    let square = z * z;
    1.0 - 0.5 * square + square * square * polynomial(square, C)
}

/// The octant of a positive angle, from 0 to 7 and always even, and the angle from there, between -pi/4 and pi/4.
fn reduce(x: f64) -> (u64, f64) {
    if x >= REDUCE_EXACTLY_FROM {
        return reduce_exactly(x);
    }
    let mut octant = (x * (4.0 / PI)) as u64;
    octant += octant & 1;
    let turns = octant as f64;
    let [a, b, c] = PI4;
    (octant & 7, ((x - turns * a) - turns * b) - turns * c)
}

/// The same for large angles, with as many digits of 4/pi as it takes (Payne and Hanek).
fn reduce_exactly(x: f64) -> (u64, f64) {
    /// The binary digits of 4/pi; the first word is the 1 before the point.
    const FOUR_OVER_PI: [u64; 20] = [
        0x0000_0000_0000_0001,
        0x45f3_06dc_9c88_2a53,
        0xf84e_afa3_ea69_bb81,
        0xb6c5_2b32_7887_2083,
        0xfca2_c757_bd77_8ac3,
        0x6e48_dc74_849b_a5c0,
        0x0c92_5dd4_13a3_2439,
        0xfc3b_d639_6253_4e7d,
        0xd104_6bea_5d76_8909,
        0xd338_e04d_68be_fc82,
        0x7323_ac73_06a6_73e9,
        0x3908_bf17_7bf2_5076,
        0x3ff1_2fff_bc0b_301f,
        0xde5e_2316_b414_da3e,
        0xda6c_fd9e_4f96_136e,
        0x9e8c_7ecd_3cbf_d45a,
        0xea4f_758f_d7cb_e2f6,
        0x7a0e_73ef_14a5_25d4,
        0xd7f6_bf62_3f1a_ba10,
        0xac06_608d_f8f6_d757,
    ];
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as usize;
    let mantissa = u128::from(bits & 0x000f_ffff_ffff_ffff | 1 << 52);
    // The word and the bit from which on the product has digits that matter: above are whole turns.
    let first = (exponent + 61).saturating_sub(1023 + 52);
    let word = |offset: usize| FOUR_OVER_PI.get(first / 64 + offset).copied().unwrap_or_default();
    let digits = |offset: usize| match first % 64 {
        0 => word(offset),
        shift => word(offset) << shift | word(offset + 1) >> (64 - shift),
    };
    let low = (u128::from(digits(2)) * mantissa) >> 64;
    let middle = u128::from(digits(1)) * mantissa;
    let high = u128::from(digits(0)).wrapping_mul(mantissa) << 64;
    let product = high.wrapping_add(middle).wrapping_add(low);
    let octant = (product >> 125) as u64;
    // What follows the octant's three bits, as a fraction: 53 bits, cut off.
    let rest = product << 3;
    let zeros = rest.leading_zeros();
    let fraction = if zeros >= 64 {
        0.0
    } else {
        let significant = (rest << zeros >> (128 - 53)) as u64;
        super::ldexp(significant as f64, -53 - zeros as i32)
    };
    if octant & 1 == 1 { ((octant + 1) & 7, (fraction - 1.0) * FRAC_PI_4) } else { (octant, fraction * FRAC_PI_4) }
}
