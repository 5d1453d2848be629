//! The escapes of double-quoted text, where Prometheus' reader and `granit-parser` do not know the same ones.
//!
//! go-yaml takes `\'` for a quote, which is no escape of YAML, and does not know `\/`, which is one. A character that
//! JSON writes as two escapes, `\ud83d\ude00`, it refuses.

/// The escapes of `content`, the inside of a double-quoted text: the offset of the backslash, and what stands behind it.
fn escapes(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + content.get(at..)?.find('\\')?;
        let escape = content.get(start + 1..)?;
        let first = escape.chars().next()?;
        let length = match first {
            'x' => 3,
            'u' => 5,
            'U' => 9,
            _ => first.len_utf8(),
        };
        // Where the digits are missing, the parser complains.
        let escape = escape.get(..length).unwrap_or(escape.get(..first.len_utf8())?);
        at = start + 1 + escape.len();
        Some((start, escape))
    })
}

/// The first `\/`.
pub(super) fn escaped_slash(content: &str) -> Option<usize> {
    escapes(content).find(|(_, escape)| *escape == "/").map(|(at, _)| at)
}

/// The first `\u` escape of half a character: JSON writes those outside the basic plane as two.
pub(super) fn escaped_surrogate(content: &str) -> Option<usize> {
    let is_half = |escape: &str| {
        let digits = escape.strip_prefix(['u', 'U']).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        digits.is_some_and(|code| (0xd800..=0xdfff).contains(&code))
    };
    escapes(content).find(|(_, escape)| is_half(escape)).map(|(at, _)| at)
}

/// The quotes of all `\'` in the double-quoted text that begins with its quote at `opening`.
pub(super) fn escaped_single_quotes(text: &str, opening: usize) -> Vec<usize> {
    let content = opening + 1;
    let rest = text.get(content..).unwrap_or_default();
    let bytes = rest.as_bytes();
    let mut end = 0;
    while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
        end += if *byte == b'\\' { 2 } else { 1 };
    }
    let inside = rest.get(..end.min(rest.len())).unwrap_or_default();
    escapes(inside).filter(|(_, escape)| *escape == "'").map(|(at, _)| content + at + 1).collect()
}

/// The right value of a text of which every `\'` was read as `\"`; `None` where there is none.
pub(super) fn with_single_quotes(content: &str, value: &str) -> Option<String> {
    if !content.contains("\\'") {
        return None;
    }
    let mut quotes = escapes(content).filter_map(|(_, escape)| match escape {
        "'" => Some('\''),
        "\"" | "x22" | "u0022" | "U00000022" => Some('"'),
        _ => None,
    });
    Some(value.chars().map(|c| if c == '"' { quotes.next().unwrap_or(c) } else { c }).collect())
}

/// The first backslash in a double-quoted text that begins no escape of YAML.
pub(super) fn wrong_escape(text: &str) -> Option<usize> {
    let known = |escape: &str| {
        let hexadecimal = |digits: &str, count| digits.len() == count && digits.bytes().all(|b| b.is_ascii_hexdigit());
        match escape.as_bytes().first() {
            Some(b'x') => hexadecimal(escape.get(1..).unwrap_or_default(), 2),
            Some(b'u') => hexadecimal(escape.get(1..).unwrap_or_default(), 4),
            Some(b'U') => hexadecimal(escape.get(1..).unwrap_or_default(), 8),
            _ => "0abt\tnvfre \"/\\N_LP\n\r".contains(escape),
        }
    };
    escapes(text).find(|(_, escape)| !known(escape)).map(|(at, _)| at)
}
