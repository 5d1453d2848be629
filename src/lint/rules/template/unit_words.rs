//! Units as texts name them behind numbers.

/// A unit that a text names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Named {
    /// A length of time, in seconds.
    Time(f64),
    /// An amount of data, in bytes.
    Data(f64),
    /// Hundredths.
    Percent,
}

/// A unit and where it stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct UnitWord {
    pub(super) named: Named,
    /// Its first byte, and the one behind it.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The unit at the beginning of a text, behind a blank and an opening bracket at most: `ms`, ` seconds`, ` (%)`.
pub(super) fn unit_at_start(text: &str) -> Option<UnitWord> {
    let rest = text.strip_prefix(' ').unwrap_or(text);
    let rest = rest.strip_prefix(['(', '[']).unwrap_or(rest);
    let start = text.len() - rest.len();
    if let Some(behind) = rest.strip_prefix('%') {
        // `%20` is a blank in a URL.
        let is_escape = behind.len() >= 2 && behind.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        return (!is_escape).then_some(UnitWord { named: Named::Percent, start, end: start + 1 });
    }
    let length = rest.find(|c: char| !(c.is_ascii_alphabetic() || is_micro(c))).unwrap_or(rest.len());
    let (word, behind) = rest.split_at_checked(length)?;
    // A part of a name.
    if behind.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    let named = named(word, start == 0)?;
    Some(UnitWord { named, start, end: start + length })
}

impl UnitWord {
    /// Whether the word is no unit of what stands before it, but of what comes: ` Min: 5`, ` (min 5, max 9)`,
    /// ` minute average`.
    pub(super) fn is_caption(self, text: &str) -> bool {
        let (Some(word), Some(behind)) = (text.get(self.start..self.end), text.get(self.end..)) else { return false };
        let Some(before) = text.get(..self.start) else { return false };
        let is_time = matches!(self.named, Named::Time(_));
        let is_capitalised = word.starts_with(|c: char| c.is_ascii_uppercase())
            && (is_time || word.len() > 3 && word.bytes().skip(1).any(|byte| byte.is_ascii_lowercase()));
        let is_in_brackets = before.ends_with(['(', '['])
            && behind.split_once([')', ']']).is_none_or(|(inside, _)| inside.contains(char::is_whitespace));
        let is_singular = SINGULAR.iter().any(|singular| singular.eq_ignore_ascii_case(word));
        is_capitalised
            || is_in_brackets
            || behind.trim_start().starts_with([':', '='])
            || is_singular && is_of_next(behind)
    }
}

/// Words for one of a unit; behind a number they are the unit as well, but not before another word.
const SINGULAR: [&str; 19] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "msec",
    "second",
    "sec",
    "minute",
    "min",
    "hour",
    "hr",
    "day",
    "byte",
    "kilobyte",
    "megabyte",
    "gigabyte",
    "terabyte",
    "kibibyte",
    "mebibyte",
    "gibibyte",
];

/// Whether a word or a number follows that the word before it may belong to: ` average`, ` 5`; not ` of lag`.
fn is_of_next(behind: &str) -> bool {
    const BETWEEN: [&str; 30] = [
        "after", "ago", "and", "at", "because", "before", "behind", "between", "but", "by", "during", "for", "from",
        "has", "have", "in", "is", "of", "on", "or", "over", "per", "since", "that", "to", "until", "was", "when",
        "which", "with",
    ];
    let Some(rest) = behind.strip_prefix(' ') else { return false };
    let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    rest.get(..length).is_some_and(|word| !word.is_empty() && !BETWEEN.contains(&word))
}

fn is_micro(c: char) -> bool {
    matches!(c, 'µ' | 'μ')
}

/// What a word names; short ones only where they touch the number.
fn named(word: &str, touches: bool) -> Option<Named> {
    // Most words are none, and longer.
    if word.is_empty() || word.len() > "milliseconds".len() {
        return None;
    }
    let known = WORDS.iter().find(|(words, _)| words.iter().any(|known| known.eq_ignore_ascii_case(word)));
    let known = known.or_else(|| SHORT.iter().find(|(words, _)| touches && words.contains(&word)));
    known.map(|(_, named)| *named)
}

/// In any case.
const WORDS: [(&[&str], Named); 13] = [
    (&["nanosecond", "nanoseconds"], Named::Time(1e-9)),
    (&["microsecond", "microseconds", "µs", "μs"], Named::Time(1e-6)),
    (&["ms", "msec", "msecs", "millis", "millisec", "millisecond", "milliseconds"], Named::Time(1e-3)),
    (&["s", "sec", "secs", "second", "seconds"], Named::Time(1.0)),
    (&["min", "mins", "minute", "minutes"], Named::Time(60.0)),
    (&["hr", "hrs", "hour", "hours"], Named::Time(3600.0)),
    (&["day", "days"], Named::Time(86_400.0)),
    (&["byte", "bytes"], Named::Data(1.0)),
    (&["kb", "kib", "kilobyte", "kilobytes", "kibibyte", "kibibytes"], Named::Data(1024.0)),
    (&["mb", "mib", "megabyte", "megabytes", "mebibyte", "mebibytes"], Named::Data(1024.0 * 1024.0)),
    (&["gb", "gib", "gigabyte", "gigabytes", "gibibyte", "gibibytes"], Named::Data(1024.0 * 1024.0 * 1024.0)),
    (&["tb", "tib", "terabyte", "terabytes", "tebibyte", "tebibytes"], Named::Data(1024.0 * 1024.0 * 1024.0 * 1024.0)),
    (&["percent"], Named::Percent),
];

/// As they are written.
const SHORT: [(&[&str], Named); 10] = [
    (&["ns"], Named::Time(1e-9)),
    (&["us"], Named::Time(1e-6)),
    (&["m"], Named::Time(60.0)),
    (&["h"], Named::Time(3600.0)),
    (&["d"], Named::Time(86_400.0)),
    (&["B"], Named::Data(1.0)),
    (&["k", "K", "Ki"], Named::Data(1024.0)),
    (&["M", "Mi"], Named::Data(1024.0 * 1024.0)),
    (&["G", "Gi"], Named::Data(1024.0 * 1024.0 * 1024.0)),
    (&["T", "Ti"], Named::Data(1024.0 * 1024.0 * 1024.0 * 1024.0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_no_units() {
        let is_caption = |text| unit_at_start(text).is_some_and(|unit| unit.is_caption(text));
        for caption in [
            " (min 5, max 9)",
            " Min: 5",
            " Min. allowed: 5",
            " minute average is high",
            " min threshold is 5",
            " min 5",
            " Days since last: x",
            " hours: 5",
            " MIN",
            " Percent of x",
            " (seconds since the start)",
            " Bytes",
        ] {
            assert!(is_caption(caption), "{caption}");
        }
        for unit in [
            " min",
            "ms of lag",
            " seconds",
            " (ms)",
            " (MB/s)",
            " [%]",
            "MB",
            " KiB left",
            " minute.",
            " second of lag",
            " hours old",
            "% of all",
        ] {
            assert!(unit_at_start(unit).is_some() && !is_caption(unit), "{unit}");
        }
    }

    #[test]
    fn units_stand_at_the_start() {
        for (text, named, bytes) in [
            ("ms of lag", Named::Time(1e-3), (0, 2)),
            (" seconds", Named::Time(1.0), (1, 8)),
            ("s)", Named::Time(1.0), (0, 1)),
            (" (MS)", Named::Time(1e-3), (2, 4)),
            ("µs.", Named::Time(1e-6), (0, 3)),
            ("d", Named::Time(86_400.0), (0, 1)),
            ("%", Named::Percent, (0, 1)),
            (" [%]", Named::Percent, (2, 3)),
            ("% 50", Named::Percent, (0, 1)),
            (" Percent", Named::Percent, (1, 8)),
            ("MB/s", Named::Data(1024.0 * 1024.0), (0, 2)),
            ("B", Named::Data(1.0), (0, 1)),
        ] {
            let (start, end) = bytes;
            assert_eq!(unit_at_start(text), Some(UnitWord { named, start, end }), "{text}");
        }
        for text in [
            "", " ", "  ms", "%20up", "s3", "s_total", " d", " us", " M", "messages", " min-max", "-s", "'s", "mseé",
            "ß",
        ] {
            assert_eq!(unit_at_start(text), None, "{text}");
        }
    }
}
