//! Moments and durations with the methods of Go's `time.Time` and `time.Duration`, always in UTC.

use crate::model::calendar::Civil;
use crate::model::duration::format_go_duration_nanos;

use super::layout;
use super::value::{IntType, Value};

const NANOS: i128 = 1_000_000_000;
/// From the year 1, in which Go's zero time lies, to the Unix epoch, in seconds.
const ZERO_TIME_UNIX: i64 = -62_135_596_800;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time {
    /// Nanoseconds since the Unix epoch.
    nanos: i128,
}

impl Time {
    pub(super) fn from_millis(millis: i64) -> Time {
        Time { nanos: i128::from(millis) * 1_000_000 }
    }

    fn unix(self) -> i64 {
        i64::try_from(self.nanos.div_euclid(NANOS)).unwrap_or(i64::MAX)
    }

    /// Nanoseconds within the second.
    pub(super) fn subsecond(self) -> u32 {
        self.nanos.rem_euclid(NANOS) as u32
    }

    pub(super) fn civil(self) -> Civil {
        Civil::from_unix(self.unix())
    }

    fn plus(self, nanos: i64) -> Time {
        Time { nanos: self.nanos.saturating_add(i128::from(nanos)) }
    }

    fn since(self, other: Time) -> i64 {
        let difference = self.nanos.saturating_sub(other.nanos);
        i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
    }

    fn plus_date(self, years: i64, months: i64, days: i64) -> Time {
        let civil = self.civil();
        let months = i64::from(civil.month - 1).saturating_add(months);
        let year = civil.year.saturating_add(years).saturating_add(months.div_euclid(12));
        let first =
            Civil { year: year.clamp(-200_000, 200_000), month: months.rem_euclid(12) as u8 + 1, day: 1, ..civil };
        let days = (i64::from(civil.day) - 1).saturating_add(days).clamp(-100_000_000, 100_000_000);
        let seconds = i128::from(first.to_unix()) + i128::from(days) * 86_400;
        Time { nanos: seconds * NANOS + i128::from(self.subsecond()) }
    }

    /// Rounds down (`half` false) or to the nearest multiple of `unit` since Go's zero time.
    fn to_multiple(self, unit: i64, half: bool) -> Time {
        if unit <= 0 {
            return self;
        }
        let unit = i128::from(unit);
        let since_zero = self.nanos - i128::from(ZERO_TIME_UNIX) * NANOS;
        let rest = since_zero.rem_euclid(unit);
        let up = half && rest * 2 >= unit;
        Time { nanos: self.nanos - rest + if up { unit } else { 0 } }
    }
}

/// Go's `Time.String()`: `2023-11-14 22:13:20.122 +0000 UTC`.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&layout::format(*self, "2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}

/// A duration as Go prints it: `1h0m0s`.
pub(super) fn duration_text(nanos: i64) -> String {
    format_go_duration_nanos(i128::from(nanos))
}

/// What a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MethodParameter {
    Text,
    Int,
    Duration,
    Time,
}

/// The parameters of a method of a time or duration; `None` where there is no such method.
pub(super) fn parameters(receiver: &Value, method: &str) -> Option<&'static [MethodParameter]> {
    use MethodParameter as P;
    match receiver {
        Value::Time { .. } => Some(match method {
            "Format" => &[P::Text],
            "Add" | "Round" | "Truncate" => &[P::Duration],
            "AddDate" => &[P::Int, P::Int, P::Int],
            "Sub" | "After" | "Before" | "Equal" | "Compare" => &[P::Time],
            "UTC" | "Local" | "String" | "GoString" | "Unix" | "UnixMilli" | "UnixMicro" | "UnixNano" | "Year"
            | "Month" | "Day" | "Weekday" | "YearDay" | "Hour" | "Minute" | "Second" | "Nanosecond" | "IsZero" => &[],
            _ => return None,
        }),
        Value::Duration { .. } => Some(match method {
            "Round" | "Truncate" => &[P::Duration],
            "String" | "Seconds" | "Minutes" | "Hours" | "Milliseconds" | "Microseconds" | "Nanoseconds" | "Abs" => &[],
            _ => return None,
        }),
        Value::Int(_, IntType::Month | IntType::Weekday) if method == "String" => Some(&[]),
        _ => None,
    }
}

/// Calls a method for which [`parameters`] gave something, with arguments of these types.
pub(super) fn call(receiver: &Value, method: &str, arguments: &[Value]) -> Option<Value> {
    match receiver {
        Value::Time { time, .. } => time_method(*time, method, arguments),
        Value::Duration { nanos, .. } => duration_method(*nanos, method, arguments),
        Value::Int(value, IntType::Month) => Some(Value::text(month_name(*value))),
        Value::Int(value, _) => Some(Value::text(weekday_name(*value))),
        _ => None,
    }
}

fn time_method(time: Time, method: &str, arguments: &[Value]) -> Option<Value> {
    let same = |time| Value::Time { time, pointer: false };
    let int = |value: i64| Value::int(value);
    let int64 = |nanos: i128| Value::Int(i64::try_from(nanos).unwrap_or(i64::MAX), IntType::Int64);
    let civil = time.civil();
    let argument = |index: usize| arguments.get(index).and_then(Value::as_int);
    let other = || match arguments.first() {
        Some(Value::Time { time, .. }) => Some(*time),
        _ => None,
    };
    Some(match method {
        "Format" => match arguments.first()? {
            Value::Text(text) => Value::text(layout::format(time, text)),
            _ => return None,
        },
        "Add" => same(time.plus(argument(0)?)),
        "Round" => same(time.to_multiple(argument(0)?, true)),
        "Truncate" => same(time.to_multiple(argument(0)?, false)),
        "AddDate" => same(time.plus_date(argument(0)?, argument(1)?, argument(2)?)),
        "Sub" => Value::Duration { nanos: time.since(other()?), pointer: false },
        "After" => Value::Bool(time > other()?),
        "Before" => Value::Bool(time < other()?),
        "Equal" => Value::Bool(time == other()?),
        "Compare" => int(time.cmp(&other()?) as i64),
        "UTC" | "Local" => same(time),
        "String" | "GoString" => Value::text(time.to_string()),
        "Unix" => int64(time.nanos.div_euclid(NANOS)),
        "UnixMilli" => int64(time.nanos.div_euclid(1_000_000)),
        "UnixMicro" => int64(time.nanos.div_euclid(1_000)),
        "UnixNano" => int64(time.nanos),
        "Year" => int(civil.year),
        "Month" => Value::Int(i64::from(civil.month), IntType::Month),
        "Day" => int(i64::from(civil.day)),
        "Weekday" => Value::Int(i64::from(civil.weekday), IntType::Weekday),
        "YearDay" => int(i64::from(civil.year_day)),
        "Hour" => int(i64::from(civil.hour)),
        "Minute" => int(i64::from(civil.minute)),
        "Second" => int(i64::from(civil.second)),
        "Nanosecond" => int(i64::from(time.subsecond())),
        "IsZero" => Value::Bool(time.unix() == ZERO_TIME_UNIX && time.subsecond() == 0),
        _ => return None,
    })
}

fn duration_method(nanos: i64, method: &str, arguments: &[Value]) -> Option<Value> {
    let duration = |nanos: i64| Value::Duration { nanos, pointer: false };
    let per = |unit: i64| Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64);
    let whole = |unit: i64| Value::Int(nanos / unit, IntType::Int64);
    let unit = || arguments.first().and_then(Value::as_int);
    Some(match method {
        "String" => Value::text(duration_text(nanos)),
        "Seconds" => per(1_000_000_000),
        "Minutes" => per(60_000_000_000),
        "Hours" => per(3_600_000_000_000),
        "Milliseconds" => whole(1_000_000),
        "Microseconds" => whole(1_000),
        "Nanoseconds" => whole(1),
        "Abs" => duration(nanos.saturating_abs()),
        "Truncate" => duration(match unit()? {
            unit if unit > 0 => nanos - nanos % unit,
            _ => nanos,
        }),
        "Round" => duration(round_half_away(nanos, unit()?)),
        _ => return None,
    })
}

fn round_half_away(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return nanos;
    }
    let rest = nanos % unit;
    let down = nanos - rest;
    if i128::from(rest).abs() * 2 < i128::from(unit) { down } else { down.saturating_add(unit * nanos.signum()) }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The English name of a month, from 1.
pub(super) fn month_name(month: i64) -> String {
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    name.map_or_else(|| format!("%!Month({month})"), |name| (*name).to_owned())
}

/// The English name of a day of the week, from 0 for Sunday.
pub(super) fn weekday_name(weekday: i64) -> String {
    let name = usize::try_from(weekday).ok().and_then(|weekday| WEEKDAYS.get(weekday));
    name.map_or_else(|| format!("%!Weekday({weekday})"), |name| (*name).to_owned())
}
