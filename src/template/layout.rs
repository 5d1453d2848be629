//! Go's layouts for moments: the reference time `Mon Jan 2 15:04:05 MST 2006`, written as one wants it.

use super::time::{Time, month_name, weekday_name};

/// A part of a layout that stands for a part of the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperMeridiem,
    LowerMeridiem,
    ZoneName,
    /// The offset of the zone: `Z` where it is 0, if the flag is set; else these characters, all of them zero.
    Offset {
        z: bool,
        zero: &'static str,
    },
    /// Digits of the second's fraction behind `.` or `,`; those at the end that are 0 are left out with 9.
    Fraction {
        comma: bool,
        digits: usize,
        trimmed: bool,
    },
}

/// The units by how they are written; the first one that fits counts, so longer ones come first.
const UNITS: &[(&str, Unit)] = &[
    ("January", Unit::LongMonth),
    ("Jan", Unit::Month),
    ("Monday", Unit::LongWeekday),
    ("Mon", Unit::Weekday),
    ("MST", Unit::ZoneName),
    ("002", Unit::ZeroYearDay),
    ("01", Unit::ZeroMonth),
    ("02", Unit::ZeroDay),
    ("03", Unit::ZeroHour12),
    ("04", Unit::ZeroMinute),
    ("05", Unit::ZeroSecond),
    ("06", Unit::Year),
    ("15", Unit::Hour),
    ("1", Unit::NumMonth),
    ("2006", Unit::LongYear),
    ("2", Unit::Day),
    ("__2", Unit::SpaceYearDay),
    ("_2", Unit::SpaceDay),
    ("3", Unit::Hour12),
    ("4", Unit::Minute),
    ("5", Unit::Second),
    ("PM", Unit::UpperMeridiem),
    ("pm", Unit::LowerMeridiem),
    ("-070000", Unit::Offset { z: false, zero: "+000000" }),
    ("-07:00:00", Unit::Offset { z: false, zero: "+00:00:00" }),
    ("-0700", Unit::Offset { z: false, zero: "+0000" }),
    ("-07:00", Unit::Offset { z: false, zero: "+00:00" }),
    ("-07", Unit::Offset { z: false, zero: "+00" }),
    ("Z070000", Unit::Offset { z: true, zero: "" }),
    ("Z07:00:00", Unit::Offset { z: true, zero: "" }),
    ("Z0700", Unit::Offset { z: true, zero: "" }),
    ("Z07:00", Unit::Offset { z: true, zero: "" }),
    ("Z07", Unit::Offset { z: true, zero: "" }),
];

/// The moment as the layout says.
pub(super) fn format(time: Time, layout: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 16);
    let mut rest = layout;
    while let Some(c) = rest.chars().next() {
        match unit_at(rest) {
            Some((unit, length)) => {
                write_unit(&mut out, time, unit);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

/// The unit with which `rest` begins, and its length in bytes.
fn unit_at(rest: &str) -> Option<(Unit, usize)> {
    if let Some(found) = fraction_at(rest) {
        return Some(found);
    }
    // `_2006` is an underscore and the year.
    if rest.starts_with("_2006") {
        return None;
    }
    let (text, unit) = UNITS.iter().find(|(text, _)| rest.starts_with(text))?;
    // A word that only begins like a month's short name (`Janet`) is no month.
    let followed_by_lower = rest.as_bytes().get(text.len()).is_some_and(u8::is_ascii_lowercase);
    if *unit == Unit::Month && followed_by_lower {
        return None;
    }
    if *unit == Unit::Weekday && followed_by_lower {
        return None;
    }
    Some((*unit, text.len()))
}

/// `.000` or `,999`, not followed by another digit.
fn fraction_at(rest: &str) -> Option<(Unit, usize)> {
    let bytes = rest.as_bytes();
    let comma = match bytes.first()? {
        b'.' => false,
        b',' => true,
        _ => return None,
    };
    let digit = *bytes.get(1).filter(|b| matches!(b, b'0' | b'9'))?;
    let digits = bytes.iter().skip(1).take_while(|b| **b == digit).count();
    if bytes.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Unit::Fraction { comma, digits, trimmed: digit == b'9' }, 1 + digits))
}

fn write_unit(out: &mut String, time: Time, unit: Unit) {
    let civil = time.civil();
    let month = || month_name(i64::from(civil.month));
    let weekday = || weekday_name(i64::from(civil.weekday));
    let hour12 = match civil.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let text = match unit {
        Unit::LongMonth => month(),
        Unit::Month => month().chars().take(3).collect(),
        Unit::NumMonth => civil.month.to_string(),
        Unit::ZeroMonth => format!("{:02}", civil.month),
        Unit::LongWeekday => weekday(),
        Unit::Weekday => weekday().chars().take(3).collect(),
        Unit::Day => civil.day.to_string(),
        Unit::SpaceDay => format!("{:2}", civil.day),
        Unit::ZeroDay => format!("{:02}", civil.day),
        Unit::SpaceYearDay => format!("{:3}", civil.year_day),
        Unit::ZeroYearDay => format!("{:03}", civil.year_day),
        Unit::Hour => format!("{:02}", civil.hour),
        Unit::Hour12 => hour12.to_string(),
        Unit::ZeroHour12 => format!("{hour12:02}"),
        Unit::Minute => civil.minute.to_string(),
        Unit::ZeroMinute => format!("{:02}", civil.minute),
        Unit::Second => civil.second.to_string(),
        Unit::ZeroSecond => format!("{:02}", civil.second),
        Unit::LongYear if civil.year < 0 => format!("-{:04}", civil.year.unsigned_abs()),
        Unit::LongYear => format!("{:04}", civil.year),
        Unit::Year => format!("{:02}", civil.year.unsigned_abs() % 100),
        Unit::UpperMeridiem => if civil.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Unit::LowerMeridiem => if civil.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Unit::ZoneName => "UTC".to_owned(),
        Unit::Offset { z: true, .. } => "Z".to_owned(),
        Unit::Offset { zero, .. } => zero.to_owned(),
        Unit::Fraction { comma, digits, trimmed } => fraction(time, comma, digits, trimmed),
    };
    out.push_str(&text);
}

fn fraction(time: Time, comma: bool, digits: usize, trimmed: bool) -> String {
    let nanos = format!("{:09}", time.subsecond());
    let kept = nanos.get(..digits.min(9)).unwrap_or_default();
    let kept = if trimmed { kept.trim_end_matches('0') } else { kept };
    if kept.is_empty() {
        return String::new();
    }
    format!("{}{kept}", if comma { ',' } else { '.' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_as_go_reads_them() {
        let time = Time::from_millis(1_435_065_584_128);
        let shown = |layout| format(time, layout);
        insta::assert_snapshot!(shown("Mon Jan _2 15:04:05 2006"), @"Tue Jun 23 13:19:44 2015");
        insta::assert_snapshot!(shown("2006-01-02T15:04:05.999999999Z07:00"), @"2015-06-23T13:19:44.128Z");
        insta::assert_snapshot!(shown("Monday, 02-Jan-06 03:04PM MST"), @"Tuesday, 23-Jun-15 01:19PM UTC");
        insta::assert_snapshot!(shown("05.000000 -0700 002"), @"44.128000 +0000 174");
        insta::assert_snapshot!(shown("Janet _2006 é"), @"Janet _2015 é");
    }
}
