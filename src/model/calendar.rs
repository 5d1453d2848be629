//! The calendar: moments as dates in UTC, and back. Proleptic Gregorian, without leap seconds, as Go's `time`.
//!
//! The arithmetic is Howard Hinnant's (<https://howardhinnant.github.io/date_algorithms.html>).

/// A moment in UTC, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year; may be zero or negative.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59.
    pub second: u8,
    /// The day of the week, 0 (Sunday) to 6.
    pub weekday: u8,
    /// The day of the year, 1 to 366.
    pub year_day: u16,
}

const SECONDS_PER_DAY: i64 = 86_400;
/// Days from the first of March of the year 0 to the Unix epoch.
const DAYS_TO_EPOCH: i64 = 719_468;
/// Days in 400 years.
const DAYS_PER_ERA: i64 = 146_097;

impl Civil {
    /// The moment `seconds` after the Unix epoch (before it where negative).
    pub fn from_unix(seconds: i64) -> Self {
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let rest = seconds.rem_euclid(SECONDS_PER_DAY);
        let (year, month, day) = date_of_day(days);
        Civil {
            year,
            month,
            day,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
            // The epoch was a Thursday.
            weekday: (days + 4).rem_euclid(7) as u8,
            year_day: (days - day_of_date(year, 1, 1) + 1) as u16,
        }
    }

    /// Seconds since the Unix epoch; `weekday` and `year_day` are not looked at. Saturates far outside of what an
    /// `i64` of nanoseconds can hold.
    pub fn to_unix(&self) -> i64 {
        let time = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        day_of_date(self.year, self.month, self.day).saturating_mul(SECONDS_PER_DAY).saturating_add(time)
    }
}

/// How many days the month has.
pub fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date of the day `days` after the Unix epoch, as (year, month, day).
fn date_of_day(days: i64) -> (i64, u8, u8) {
    // Years begin in March here, so that the leap day is the last one of its year.
    let shifted = days.saturating_add(DAYS_TO_EPOCH);
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u8, day as u8)
}

/// The day of a date, counted from the Unix epoch. Months and days outside their range carry over as far as the
/// formula goes, which is enough for dates that were checked before.
fn day_of_date(year: i64, month: u8, day: u8) -> i64 {
    let year = year.clamp(-300_000_000_000, 300_000_000_000) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH
}

/// A moment as RFC 3339 in UTC: `2023-11-14T22:13:20Z`, with milliseconds only where there are any.
pub fn format_rfc3339(t_ms: i64) -> String {
    let c = Civil::from_unix(t_ms.div_euclid(1000));
    let ms = t_ms.rem_euclid(1000);
    let fraction = if ms == 0 { String::new() } else { format!(".{ms:03}") };
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// Reads RFC 3339 (`2023-11-14T22:13:20.5+01:00`) as milliseconds since the Unix epoch; digits beyond milliseconds
/// are cut off. `None` where the text is not one.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, len: usize| -> Option<i64> {
        let digits = text.get(from..from + len)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let separators = [(4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":")];
    if separators.iter().any(|(at, wanted)| bytes.get(*at).map(u8::to_ascii_uppercase) != Some(wanted[0])) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)? as u8, number(8, 2)? as u8);
    let (hour, minute, second) = (number(11, 2)? as u8, number(14, 2)? as u8, number(17, 2)? as u8);
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in_month(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction_ms, zone) = split_fraction(rest)?;
    let civil = Civil { year, month, day, hour, minute, second, weekday: 0, year_day: 0 };
    Some((civil.to_unix() - zone_seconds(zone)?) * 1000 + fraction_ms)
}

/// Reads a date (`2023-11-14`) as milliseconds from the Unix epoch to its first moment in UTC. `None` where the text is
/// not one.
pub fn parse_date(text: &str) -> Option<i64> {
    let midnight = (text.len() == "2023-11-14".len()).then(|| format!("{text}T00:00:00Z"))?;
    parse_rfc3339(&midnight)
}

/// `.25+01:00` as (250, `+01:00`).
fn split_fraction(rest: &str) -> Option<(i64, &str)> {
    let Some(digits) = rest.strip_prefix('.') else { return Some((0, rest)) };
    let len = digits.bytes().take_while(u8::is_ascii_digit).count();
    let ms = digits.get(..len)?.bytes().chain(std::iter::repeat(b'0')).take(3);
    let ms = ms.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (len > 0).then_some((ms, digits.get(len..)?))
}

/// The offset of a zone from UTC in seconds.
fn zone_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let two = |text: &str, most: i64| text.parse::<u8>().ok().map(i64::from).filter(|n| text.len() == 2 && *n <= most);
    Some(sign * (two(hours, 23)? * 3600 + two(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        assert_eq!(format_rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_rfc3339(1_700_000_000_122), "2023-11-14T22:13:20.122Z");
        assert_eq!(format_rfc3339(-1), "1969-12-31T23:59:59.999Z");
        let leap = Civil::from_unix(951_782_400);
        assert_eq!((leap.year, leap.month, leap.day, leap.weekday, leap.year_day), (2000, 2, 29, 2, 60));
        assert_eq!((days_in_month(1900, 2), days_in_month(2000, 2), days_in_month(2023, 11)), (28, 29, 30));
    }

    #[test]
    fn zones_and_fractions() {
        assert_eq!(parse_rfc3339("2023-11-14T23:13:20.1229+01:00"), Some(1_700_000_000_122));
        assert_eq!(parse_rfc3339("2023-11-14t22:13:20z"), Some(1_700_000_000_000));
        for wrong in
            ["", "2023-02-29T00:00:00Z", "2023-11-14 22:13:20Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z"]
        {
            assert_eq!(parse_rfc3339(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(parse_date("1970-01-02"), Some(86_400_000));
        for wrong in ["", "2023-02-29", "2023-2-09", "23-11-14", "2023-11-14T", "２023-11-1"] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_moment_taken_apart_is_the_same_moment(seconds in -200_000_000_000_i64..200_000_000_000) {
            proptest::prop_assert_eq!(Civil::from_unix(seconds).to_unix(), seconds);
        }

        #[test]
        fn written_and_read_again(ms in -62_135_596_800_000_i64..253_402_300_799_999) {
            proptest::prop_assert_eq!(parse_rfc3339(&format_rfc3339(ms)), Some(ms));
        }

        #[test]
        fn no_moment_is_too_far(seconds: i64) {
            let civil = Civil::from_unix(seconds);
            proptest::prop_assert!((1..=12).contains(&civil.month) && (1..=366).contains(&civil.year_day));
        }
    }
}
