//! Durations as Prometheus reads and prints them (`prometheus/common`, `model/time.go`), as VictoriaMetrics reads them
//! (`metricsql`, `lexer.go`), and as Go prints `time.Duration`.

use std::fmt;

/// Units from the longest to the shortest with their lengths in milliseconds.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

const NANOS_PER_MILLI: u128 = 1_000_000;

/// Why a text is not a duration, in Prometheus' words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationError {
    message: String,
}

impl DurationError {
    fn new(message: impl Into<String>) -> Self {
        DurationError { message: message.into() }
    }
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DurationError {}

/// Milliseconds of a duration such as `1h30m` or `0`: integers with the units y, w, d, h, m, s, ms in this order,
/// each at most once. Limited to what fits 2^63-1 nanoseconds, as upstream.
///
/// # Errors
/// Upstream's texts: `empty duration string`, `not a valid duration string: "…"`, `unknown unit "…" in duration "…"`,
/// `duration out of range`.
pub fn parse_duration(text: &str) -> Result<i64, DurationError> {
    match text {
        "" => return Err(DurationError::new("empty duration string")),
        "0" => return Ok(0),
        _ => {}
    }
    let invalid =
        || DurationError::new(format!("not a valid duration string: {}", super::gofmt::quote(text.as_bytes())));
    let out_of_range = || DurationError::new("duration out of range");
    let mut rest = text;
    let mut total: u128 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| invalid())?;
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        if unit.is_empty() {
            return Err(invalid());
        }
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            let quote = super::gofmt::quote;
            let message = format!("unknown unit {} in duration {}", quote(unit.as_bytes()), quote(text.as_bytes()));
            return Err(DurationError::new(message));
        }
        // The iterator remembers where the last unit was found, so a repeated or longer one is not found again.
        let (_, millis) = units.find(|(name, _)| *name == unit).ok_or_else(invalid)?;
        total = u128::from(number)
            .checked_mul(u128::from(millis.unsigned_abs()))
            .and_then(|part| total.checked_add(part))
            .filter(|total| total.saturating_mul(NANOS_PER_MILLI) <= i64::MAX as u128)
            .ok_or_else(out_of_range)?;
        rest = tail;
    }
    i64::try_from(total).map_err(|_| out_of_range())
}

/// Milliseconds of a duration as VictoriaMetrics reads it: what [`parse_duration`] takes means the same, and besides it takes
/// seconds without a unit (`30`, `1.5`), fractions (`1.5h`), units in any order, several times and in capitals (but no `M`,
/// which is a million there), and `i`, the step of a query, which a rule file does not have: 0. Parts of a millisecond are
/// cut off. It may be negative: `-5m`, and `2h-5m` for `1h55m`.
///
/// # Errors
/// Upstream's texts: `duration cannot be empty`, `cannot parse duration "…"`; `duration out of range` for what does not fit
/// 2^63-1 nanoseconds.
pub fn parse_victoria_duration(text: &str) -> Result<i64, DurationError> {
    if text.is_empty() {
        return Err(DurationError::new("duration cannot be empty"));
    }
    if text.ends_with(|c: char| c.is_ascii_digit() || c == '.')
        && let Some(seconds) = text.parse().ok().filter(|seconds: &f64| seconds.is_finite())
    {
        return whole_millis(seconds * 1000.0);
    }
    let mut rest = text;
    let mut total = 0.0;
    let mut is_minus = false;
    while !rest.is_empty() {
        let invalid = || DurationError::new(format!("cannot parse duration {}", super::gofmt::quote(rest.as_bytes())));
        let (millis, tail) = victoria_part(rest).ok_or_else(invalid)?;
        // Behind a part with a sign, the sign goes on.
        let millis = if is_minus { -f64::abs(millis) } else { millis };
        is_minus |= millis < 0.0;
        total += millis;
        rest = tail;
    }
    whole_millis(total)
}

fn whole_millis(millis: f64) -> Result<i64, DurationError> {
    const MOST: f64 = (i64::MAX / 1_000_000) as f64;
    match millis.abs() <= MOST {
        true => Ok(millis as i64),
        false => Err(DurationError::new("duration out of range")),
    }
}

/// The milliseconds of the first number with a unit, and what follows it.
fn victoria_part(text: &str) -> Option<(f64, &str)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let fraction = whole.strip_prefix('.').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let unit = fraction.unwrap_or(whole);
    // `.5h` has no number before its point, `-.5h` has a sign at least.
    let number = text.get(..text.len() - unit.len()).filter(|number| !number.starts_with('.'))?;
    let (millis, length) = match unit.as_bytes() {
        [b'm' | b'M', b's' | b'S', ..] => (1.0, 2),
        // Bytes: `5Mi`, `5mb`.
        [b'm', b'i' | b'I' | b'b' | b'B', ..] => return None,
        [b'm', ..] => (60_000.0, 1),
        [b's' | b'S', ..] => (1_000.0, 1),
        [b'h' | b'H', ..] => (3_600_000.0, 1),
        [b'd' | b'D', ..] => (86_400_000.0, 1),
        [b'w' | b'W', ..] => (7.0 * 86_400_000.0, 1),
        [b'y' | b'Y', ..] => (365.0 * 86_400_000.0, 1),
        [b'i' | b'I', ..] => (0.0, 1),
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some((number * millis, unit.get(length..)?))
}

/// A duration as Prometheus prints it: `1h30m`, `1d`, `0s`; years and weeks only where nothing is left over.
pub fn format_duration(millis: i64) -> String {
    if millis == 0 {
        return "0s".to_owned();
    }
    let mut out = String::new();
    if millis < 0 {
        out.push('-');
    }
    let mut rest = millis.unsigned_abs();
    for (unit, length) in UNITS {
        let length = length.unsigned_abs();
        let only_exact = matches!(unit, "y" | "w");
        if rest < length || only_exact && !rest.is_multiple_of(length) {
            continue;
        }
        out.push_str(&format!("{}{unit}", rest / length));
        rest %= length;
    }
    out
}

/// Milliseconds as Go prints a `time.Duration`: `1h0m0s`, `1m30.5s`, `250ms`, `0s`.
pub fn format_go_duration(millis: i64) -> String {
    format_go_duration_nanos(i128::from(millis) * 1_000_000)
}

/// Nanoseconds as Go prints a `time.Duration`; below a second in ms, µs or ns.
pub fn format_go_duration_nanos(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{nanos}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(nanos, 1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", decimal(nanos, 1_000_000)),
        _ => {
            let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
            let seconds = decimal(rest, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `value / unit` (a power of ten) as a decimal fraction without trailing zeros.
fn decimal(value: u128, unit: u128) -> String {
    let (whole, fraction) = (value / unit, value % unit);
    if fraction == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_prometheus_reads() {
        for (text, millis) in [
            ("0", 0),
            ("0s", 0),
            ("1ms", 1),
            ("1h30m", 5_400_000),
            ("1y2w3d4h5m6s7ms", 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_400_000 + 306_007),
            ("292y", 292 * 31_536_000_000),
            ("007m", 420_000),
        ] {
            assert_eq!(parse_duration(text), Ok(millis), "{text}");
        }
    }

    #[test]
    fn refuses_with_the_words_of_upstream() {
        let error = |text| parse_duration(text).unwrap_err().to_string();
        insta::assert_snapshot!(error(""), @"empty duration string");
        insta::assert_snapshot!(error("1x"), @r#"unknown unit "x" in duration "1x""#);
        insta::assert_snapshot!(error("5y1hs"), @r#"unknown unit "hs" in duration "5y1hs""#);
        insta::assert_snapshot!(error("1s1h"), @r#"not a valid duration string: "1s1h""#);
        insta::assert_snapshot!(error("5m5m"), @r#"not a valid duration string: "5m5m""#);
        insta::assert_snapshot!(error("-5m"), @r#"not a valid duration string: "-5m""#);
        insta::assert_snapshot!(error("1.5h"), @r#"unknown unit "." in duration "1.5h""#);
        insta::assert_snapshot!(error("10"), @r#"not a valid duration string: "10""#);
        insta::assert_snapshot!(error("99999999999999999999s"), @r#"not a valid duration string: "99999999999999999999s""#);
        insta::assert_snapshot!(error("293y"), @"duration out of range");
        insta::assert_snapshot!(error("18446744073709551615y"), @"duration out of range");
    }

    #[test]
    fn reads_what_victoria_metrics_reads() {
        for (text, millis) in [
            ("30", 30_000),
            ("1.5", 1_500),
            (".5", 500),
            ("5.", 5_000),
            ("1e3", 1_000_000),
            ("-5", -5_000),
            ("0", 0),
            ("1.5h", 5_400_000),
            ("1.h", 3_600_000),
            ("0.5m", 30_000),
            ("1.5ms", 1),
            ("1m1h", 3_660_000),
            ("5m5m", 600_000),
            ("5H", 18_000_000),
            ("5MS", 5),
            ("2h-5m", 6_900_000),
            ("-2h5m", -7_500_000),
            ("5i", 0),
            ("292y", 292 * 31_536_000_000),
        ] {
            assert_eq!(parse_victoria_duration(text), Ok(millis), "{text}");
        }
    }

    #[test]
    fn refuses_what_victoria_metrics_refuses() {
        let error = |text| parse_victoria_duration(text).unwrap_err().to_string();
        insta::assert_snapshot!(error(""), @"duration cannot be empty");
        insta::assert_snapshot!(error("5 m"), @r#"cannot parse duration "5 m""#);
        insta::assert_snapshot!(error("5min"), @r#"cannot parse duration "5min""#);
        insta::assert_snapshot!(error("1h5M"), @r#"cannot parse duration "5M""#);
        insta::assert_snapshot!(error("1h30"), @r#"cannot parse duration "30""#);
        insta::assert_snapshot!(error("5Mi"), @r#"cannot parse duration "5Mi""#);
        insta::assert_snapshot!(error(".5h"), @r#"cannot parse duration ".5h""#);
        insta::assert_snapshot!(error("-s"), @r#"cannot parse duration "-s""#);
        insta::assert_snapshot!(error("h"), @r#"cannot parse duration "h""#);
        insta::assert_snapshot!(error("inf"), @r#"cannot parse duration "inf""#);
        insta::assert_snapshot!(error("1e400"), @r#"cannot parse duration "1e400""#);
        insta::assert_snapshot!(error("300y"), @"duration out of range");
    }

    #[test]
    fn prints_what_prometheus_prints() {
        let texts: Vec<String> = [
            0,
            1,
            1_000,
            90_000,
            5_400_000,
            604_800_000,
            691_200_000,
            31_536_000_000,
            31_622_400_000,
            -60_000,
            93_784_005,
        ]
        .map(format_duration)
        .into();
        insta::assert_snapshot!(texts.join(" "), @"0s 1ms 1s 1m30s 1h30m 1w 8d 1y 366d -1m 1d2h3m4s5ms");
    }

    #[test]
    fn prints_what_go_prints() {
        let texts: Vec<String> =
            [0, 1, 250, 1_000, 1_500, 60_000, 90_500, 3_600_000, 86_400_000, -61_000].map(format_go_duration).into();
        insta::assert_snapshot!(texts.join(" "), @"0s 1ms 250ms 1s 1.5s 1m0s 1m30.5s 1h0m0s 24h0m0s -1m1s");
        insta::assert_snapshot!(format_go_duration_nanos(1_500), @"1.5µs");
        insta::assert_snapshot!(format_go_duration_nanos(15), @"15ns");
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(millis in 0i64..9_000_000_000_000) {
            prop_assert_eq!(parse_duration(&format_duration(millis)), Ok(millis));
            prop_assert_eq!(parse_victoria_duration(&format_duration(millis)), Ok(millis));
        }
    }
}
