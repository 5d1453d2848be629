//! Floating-point numbers: `strconv.FormatFloat` (Go, `strconv/ftoa.go`).

/// The verbs of `FormatFloat` that are needed. The capital ones print a capital `E`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatVerb {
    /// `'f'`: `1234.5`
    Decimal,
    /// `'e'`: `1.2345e+03`
    Exponent,
    /// `'E'`: `1.2345E+03`
    UpperExponent,
    /// `'g'`: whichever of the two suits the size
    General,
    /// `'G'`: the same with `E`
    UpperGeneral,
}

/// The longest precision that is worth asking for: no `f64` has more digits than that, the rest are zeros.
const MAX_DIGITS: usize = 1100;

/// Go's `strconv.FormatFloat(value, verb, precision, 64)`. Without a precision: the fewest digits that read back as
/// the same number (Go's precision -1).
pub fn format_float(value: f64, verb: FloatVerb, precision: Option<usize>) -> String {
    let mut out = String::new();
    append_float(&mut out, value, verb, precision);
    out
}

/// Go's `%v` of a `float64`: as few digits as possible, with an exponent below 1e-4 and from 1e6 on.
pub fn format_v(value: f64) -> String {
    format_float(value, FloatVerb::General, None)
}

/// As [`format_float`], at the end of `out`.
pub fn append_float(out: &mut String, value: f64, verb: FloatVerb, precision: Option<usize>) {
    if value.is_nan() {
        out.push_str("NaN");
        return;
    }
    if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
        return;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    match verb {
        FloatVerb::Decimal => match precision {
            Some(precision) => append_fixed(out, value, precision),
            None => out.push_str(&value.to_string()),
        },
        FloatVerb::Exponent => {
            append_exponent(out, &Digits::new(value, precision.map(|p| p.saturating_add(1))), precision, 'e')
        }
        FloatVerb::UpperExponent => {
            append_exponent(out, &Digits::new(value, precision.map(|p| p.saturating_add(1))), precision, 'E');
        }
        FloatVerb::General => append_general(out, value, precision, 'e'),
        FloatVerb::UpperGeneral => append_general(out, value, precision, 'E'),
    }
}

/// The decimal digits of a number without sign: `0.d1d2d3… × 10^point`, no trailing zeros. Zero has no digits.
struct Digits {
    digits: String,
    point: i32,
}

impl Digits {
    /// All digits, or the number rounded to `count` of them (at least one).
    fn new(value: f64, count: Option<usize>) -> Digits {
        if value == 0.0 {
            return Digits { digits: String::new(), point: 0 };
        }
        let text = match count {
            None => format!("{value:e}"),
            Some(count) => format!("{value:.*e}", count.clamp(1, MAX_DIGITS) - 1),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let point = exponent.parse::<i32>().unwrap_or_default() + 1;
        Digits { digits: digits.trim_end_matches('0').to_owned(), point }
    }
}

fn append_fixed(out: &mut String, value: f64, precision: usize) {
    let digits = precision.min(MAX_DIGITS);
    out.push_str(&format!("{value:.digits$}"));
    push_zeros(out, precision - digits);
}

/// `d.ddde±dd`, with `precision` digits behind the point or as many as there are.
fn append_exponent(out: &mut String, number: &Digits, precision: Option<usize>, letter: char) {
    let (first, rest) = number.digits.split_at_checked(1).unwrap_or(("0", ""));
    out.push_str(first);
    if precision.unwrap_or(rest.len()) > 0 {
        out.push('.');
        out.push_str(rest);
        push_zeros(out, precision.unwrap_or_default().saturating_sub(rest.len()));
    }
    let exponent = if number.digits.is_empty() { 0 } else { number.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    out.push_str(&format!("{letter}{sign}{:02}", exponent.unsigned_abs()));
}

fn append_general(out: &mut String, value: f64, precision: Option<usize>, letter: char) {
    let precision = precision.map(|precision| precision.max(1));
    let number = Digits::new(value, precision);
    let length = number.digits.len();
    // When the number is written with an exponent: from the precision on, or from the sixth digit on if there is
    // none. A precision that is longer than the number does not count.
    let limit = match precision {
        None => 6,
        Some(precision) if precision > length && i32::try_from(length).is_ok_and(|length| length >= number.point) => {
            length
        }
        Some(precision) => precision,
    };
    let exponent = number.point - 1;
    if exponent < -4 || i32::try_from(limit).is_ok_and(|limit| exponent >= limit) {
        append_exponent(out, &number, None, letter);
        return;
    }
    let Ok(before) = usize::try_from(number.point) else {
        out.push_str("0.");
        push_zeros(out, number.point.unsigned_abs() as usize);
        out.push_str(&number.digits);
        return;
    };
    let (whole, fraction) = number.digits.split_at(before.min(length));
    out.push_str(if whole.is_empty() { "0" } else { whole });
    push_zeros(out, before.saturating_sub(length));
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
}

fn push_zeros(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n('0', count));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(verb: FloatVerb, precision: Option<usize>, values: &[f64]) -> String {
        values.iter().map(|value| format_float(*value, verb, precision)).collect::<Vec<_>>().join(" ")
    }

    /// Each of these was printed by promtool 3.5.3 for the same number.
    #[test]
    fn prints_values_as_promtool_does() {
        let values =
            [999_999.0, 1e6, 1_234_567.0, 1_234_567.5, 1e21, 0.000_012_34, 0.000_123_4, 123_456.789, 1e5, 0.0, -0.0];
        insta::assert_snapshot!(all(FloatVerb::General, None, &values), @"999999 1e+06 1.234567e+06 1.2345675e+06 1e+21 1.234e-05 0.0001234 123456.789 100000 0 -0");
        insta::assert_snapshot!(all(FloatVerb::General, Some(3), &values), @"1e+06 1e+06 1.23e+06 1.23e+06 1e+21 1.23e-05 0.000123 1.23e+05 1e+05 0 -0");
        insta::assert_snapshot!(all(FloatVerb::Exponent, Some(6), &values), @"9.999990e+05 1.000000e+06 1.234567e+06 1.234568e+06 1.000000e+21 1.234000e-05 1.234000e-04 1.234568e+05 1.000000e+05 0.000000e+00 -0.000000e+00");
        insta::assert_snapshot!(all(FloatVerb::Decimal, Some(1), &[1_234_567.891, 0.25, 0.35, -2.5]), @"1234567.9 0.2 0.3 -2.5");
    }

    #[test]
    fn shortest_forms() {
        let values =
            [3.0, 0.1, 1e21, 123_456_789.0, 5e-324, f64::MAX, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        insta::assert_snapshot!(all(FloatVerb::UpperExponent, None, &values), @"3E+00 1E-01 1E+21 1.23456789E+08 5E-324 1.7976931348623157E+308 -1.5E+00 +Inf -Inf NaN");
        insta::assert_snapshot!(all(FloatVerb::Decimal, None, &[1e21, 1e-7, 0.0, -0.0, 1048576.0]), @"1000000000000000000000 0.0000001 0 -0 1048576");
    }

    #[test]
    fn general_with_a_precision() {
        let values = [100.0, 5.0, 12_345.0, 1234.0, 0.0, 999.999_99, 1e-5, 0.000_1];
        insta::assert_snapshot!(all(FloatVerb::General, Some(4), &values), @"100 5 1.234e+04 1234 0 1000 1e-05 0.0001");
        insta::assert_snapshot!(all(FloatVerb::UpperGeneral, Some(0), &[25.0, 35.0, 1e10]), @"2E+01 4E+01 1E+10");
    }

    #[test]
    fn a_huge_precision_is_padded() {
        assert_eq!(format_float(0.5, FloatVerb::Decimal, Some(70_000)).len(), 70_002);
        assert_eq!(format_float(0.5, FloatVerb::Exponent, Some(70_000)).len(), 70_006);
    }
}
