//! Numbers as coordinates and as labels.

use std::fmt;

use crate::model::gofmt::{FloatVerb, format_float};

/// A coordinate with at most two decimals: `37.5`, `100`. What is not finite is 0, so that no drawing breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coordinate(pub(super) f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.0.is_finite() { (self.0 * 100.0).round() / 100.0 } else { 0.0 };
        // Zero has no sign.
        write!(f, "{}", value + 0.0)
    }
}

/// A value in at most about eight characters: `0.0125`, `99.5`, `12.5k`, `8.389M`, `1.2e-09`.
pub(super) fn short(value: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")];
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format_float(value, FloatVerb::General, Some(3));
    }
    let unit = UNITS.iter().find(|(least, _)| size >= *least);
    let (scaled, letter) = match unit {
        // Thousands begin at ten thousand: 1500 is shorter than 1.5k is clear.
        Some((_, "k")) => (value / 1e3, "k"),
        Some((scale, letter)) => (value / scale, *letter),
        None => (value, ""),
    };
    let digits = format_float(scaled, FloatVerb::General, Some(4));
    format!("{digits}{letter}")
}

/// Two values, or one where they look the same.
pub(super) fn range(least: f64, greatest: f64) -> String {
    let (least, greatest) = (short(least), short(greatest));
    if least == greatest { least } else { format!("{least} … {greatest}") }
}

#[cfg(test)]
mod tests {
    use super::{Coordinate, range, short};

    #[test]
    fn a_value_that_hardly_changes_is_one() {
        assert_eq!(range(1.0, 1.000_000_1), "1");
        assert_eq!(range(1.0, 1.01), "1 … 1.01");
    }

    #[test]
    fn values_are_short() {
        let values =
            [0.0, 0.0125, 99.5, 1500.0, 12_500.0, 123_456.0, 8_388_608.0, -2.5e10, 1.2e-9, 3e20, f64::INFINITY];
        insta::assert_snapshot!(values.map(short).join(" "), @"0 0.0125 99.5 1500 12.5k 123.5k 8.389M -25G 1.2e-09 3e+20 +Inf");
    }

    #[test]
    fn coordinates_are_numbers() {
        let shown = [0.0, -0.001, 37.5, 100.0 / 3.0, f64::NAN].map(|value| Coordinate(value).to_string());
        insta::assert_snapshot!(shown.join(" "), @"0 0 37.5 33.33 0");
    }
}
