//! Versions of Prometheus.

use std::fmt;

/// A version of Prometheus, as far as the language depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl Version {
    /// Prometheus 3.0: the first one with left-open ranges, `le="5.0"` and names in quotes.
    pub const V3: Version = Version::new(3, 0);

    /// The version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Version {
        Version { major, minor }
    }

    /// A version as people write it: `3.5`, `v2.53.1`, `3.5.0-rc.1`; `3` is 3.0.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split_once(['-', '+']).map_or(text, |(numbers, _)| numbers);
        let mut numbers = numbers.split('.').map(|number| {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| number.parse().ok()).flatten()
        });
        let version = Version { major: numbers.next()??, minor: numbers.next().unwrap_or(Some(0))? };
        let patch = numbers.next().unwrap_or(Some(0));
        (patch.is_some() && numbers.next().is_none()).then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_read_and_compared() {
        for (text, version) in [
            ("3", Some("3.0")),
            ("v2.53.1", Some("2.53")),
            ("3.5.0-rc.1", Some("3.5")),
            ("3.10+build", Some("3.10")),
            ("", None),
            ("3.", None),
            ("+3.1", None),
            ("3.x", None),
            ("3.1.2.4", None),
            ("99999.1", None),
        ] {
            assert_eq!(Version::parse(text).map(|version| version.to_string()).as_deref(), version, "{text}");
        }
        assert!(Version::parse("2.54") < Version::parse("3.5") && Version::parse("3.5") < Version::parse("3.10"));
    }
}
