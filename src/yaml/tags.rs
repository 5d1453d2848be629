//! Tags of YAML's own types (`!!int`), which Prometheus' reader holds values to.

/// What a tag makes of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing that matters here: the text stays what it is.
    Text,
    /// Another text, which is written in base64.
    Decoded(String),
    /// It is null.
    Null,
    /// The value is none of the type that the tag names, which the reader refuses.
    Contradiction,
}

/// What `tag`, as it is written, makes of a scalar; `is_plain` where it is written without quotes.
pub(super) fn meaning(tag: &str, value: &str, is_plain: bool) -> Meaning {
    let is_null = matches!(value, "" | "~" | "null" | "Null" | "NULL");
    let fits = match short(tag) {
        Some("null") if is_null => return Meaning::Null,
        // It says that there is nothing to resolve, and where nothing is written that is null.
        None if tag == "!" && is_plain && is_null => return Meaning::Null,
        Some("null") => false,
        Some("int") => is_int(value),
        Some("float") => is_int(value) || is_float(value),
        // Test files are read by an older reader, which takes `yes` and `on`, too.
        Some("bool") => is_bool(value),
        Some("timestamp") => is_date(value),
        Some("binary") => return text_of_base64(value).map_or(Meaning::Contradiction, Meaning::Decoded),
        _ => true,
    };
    if fits { Meaning::Text } else { Meaning::Contradiction }
}

/// The name of a type of YAML's own.
fn short(tag: &str) -> Option<&str> {
    tag.strip_prefix("!!").or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:")?.strip_suffix('>'))
}

fn is_int(value: &str) -> bool {
    let digits = value.replace('_', "");
    let digits = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (lower.get(2..), 16),
        Some("0b") => (lower.get(2..), 2),
        Some("0o") => (lower.get(2..), 8),
        _ => (Some(lower.as_str()), 10),
    };
    digits.is_some_and(|digits| u64::from_str_radix(digits, radix).is_ok())
}

fn is_float(value: &str) -> bool {
    let words = [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN"];
    let has_digits = value.bytes().any(|byte| byte.is_ascii_digit());
    words.contains(&value) || has_digits && value.replace('_', "").parse::<f64>().is_ok()
}

fn is_bool(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_one_case = value == lower || value == value.to_ascii_uppercase() || {
        let mut letters = value.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
    };
    is_one_case && matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n")
}

/// Whether it begins as a date does, `2020-01-31`; the time behind it is not looked at.
fn is_date(value: &str) -> bool {
    let date = value.split(|c: char| !c.is_ascii_digit() && c != '-').next().unwrap_or_default();
    let parts: Vec<usize> = date.split('-').map(str::len).collect();
    matches!(parts.as_slice(), [4, 1 | 2, 1 | 2])
}

/// The text that is written in base64 as Go reads it: line breaks do not count. `None` also where it is no UTF-8, which
/// Prometheus refuses wherever it wants a text.
fn text_of_base64(value: &str) -> Option<String> {
    let letters: Vec<u8> = value.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = letters.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = letters.get(..letters.len() - padding)?;
    if !letters.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let sixes: Vec<u32> = body.iter().map(|letter| six_bits(*letter)).collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(sixes.len() * 3 / 4);
    for four in sixes.chunks(4) {
        let bits = four.iter().fold(0, |bits, six| bits << 6 | six) << (6 * (4 - four.len()));
        bytes.extend(bits.to_be_bytes().get(1..four.len())?);
    }
    String::from_utf8(bytes).ok()
}

/// What a letter of base64 stands for.
fn six_bits(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning};

    #[test]
    fn values_are_held_to_their_tags() {
        let wrong = [
            ("!!int", "x"),
            ("!!int", "1.5"),
            ("!!int", ""),
            ("!!float", "x"),
            ("!!float", "inf"),
            ("!!bool", "x"),
            ("!!timestamp", "x"),
            ("!!null", "x"),
            ("!!binary", "@@"),
            ("!!binary", "aGk"),
            ("!!binary", "a==="),
            ("!!binary", "//8="),
            ("!<tag:yaml.org,2002:int>", "x"),
        ];
        for (tag, value) in wrong {
            assert_eq!(meaning(tag, value, true), Meaning::Contradiction, "{tag} {value}");
        }
        let right = [
            ("!!int", "0x1F"),
            ("!!int", "1_000"),
            ("!!int", "-7"),
            ("!!float", "1"),
            ("!!float", ".inf"),
            ("!!float", "1e3"),
            ("!!bool", "True"),
            ("!!str", "x"),
            ("!!timestamp", "2020-1-31T00:00:00Z"),
            ("!vault", "x"),
            ("!!foo", "x"),
        ];
        for (tag, value) in right {
            assert_eq!(meaning(tag, value, true), Meaning::Text, "{tag} {value}");
        }
        for (base64, text) in [("dXA=", "up"), ("aGkg\nw6Q=", "hi ä"), ("YWJj", "abc"), ("YQ==", "a"), ("", "")] {
            assert_eq!(meaning("!!binary", base64, true), Meaning::Decoded(text.to_owned()), "{base64}");
        }
        assert_eq!(meaning("!!null", "", false), Meaning::Null);
        assert_eq!(meaning("!", "", true), Meaning::Null);
        assert_eq!(meaning("!", "null", false), Meaning::Text);
    }
}
