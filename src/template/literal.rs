//! Go's literals: quoted texts, characters, numbers.

use super::ast::Number;
use crate::model::gofmt::quote;

/// What a quoted or raw text means; `None` where Go's `strconv.Unquote` refuses it. Bytes that are not UTF-8
/// (`"\xff"`) become U+FFFD.
pub(super) fn unquote(raw: &str) -> Option<String> {
    if let Some(inner) = raw.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        return Some(inner.replace('\r', ""));
    }
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (unit, after) = unquote_unit(rest, '"')?;
        match unit {
            Unit::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Unit::Byte(byte) => bytes.push(byte),
        }
        rest = after;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

enum Unit {
    Char(char),
    Byte(u8),
}

/// The first character or escape of a quoted text, and the rest.
fn unquote_unit(text: &str, quote: char) -> Option<(Unit, &str)> {
    let mut chars = text.chars();
    let first = chars.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Char(first), chars.as_str()));
    }
    let escape = chars.next()?;
    let rest = chars.as_str();
    let simple = |c| Some((Unit::Char(c), rest));
    match escape {
        'a' => simple('\u{07}'),
        'b' => simple('\u{08}'),
        'f' => simple('\u{0c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\u{0b}'),
        '\\' => simple('\\'),
        '\'' | '"' if escape == quote => simple(escape),
        'x' => digits(rest, 2, 16).map(|(value, rest)| (Unit::Byte(value as u8), rest)),
        'u' | 'U' => {
            let (value, rest) = digits(rest, if escape == 'u' { 4 } else { 8 }, 16)?;
            Some((Unit::Char(char::from_u32(value)?), rest))
        }
        '0'..='7' => {
            let (value, rest) = digits(text.get(1..)?, 3, 8)?;
            Some((Unit::Byte(u8::try_from(value).ok()?), rest))
        }
        _ => None,
    }
}

fn digits(text: &str, count: usize, radix: u32) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some((u32::from_str_radix(digits, radix).ok()?, rest))
}

/// A character constant, which is an integer: `'a'` is 97.
///
/// # Errors
/// Go's text.
pub(super) fn parse_char(raw: &str) -> Result<Number, String> {
    let malformed = || format!("malformed character constant: {raw}");
    let inner = raw.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).ok_or_else(malformed)?;
    let (unit, rest) = unquote_unit(inner, '\'').ok_or("invalid syntax")?;
    if !rest.is_empty() {
        return Err(malformed());
    }
    let value = match unit {
        Unit::Char(c) => i64::from(u32::from(c)),
        Unit::Byte(byte) => i64::from(byte),
    };
    Ok(Number { raw: raw.to_owned(), integer: Some(value), float: Some(value as f64) })
}

/// A number as written in a template.
///
/// # Errors
/// Go's text.
pub(super) fn parse_number(raw: &str) -> Result<Number, String> {
    let illegal = || format!("illegal number syntax: {}", quote(raw.as_bytes()));
    if raw.ends_with('i') {
        return Err(format!("complex numbers are of no use in an alert: {}", quote(raw.as_bytes())));
    }
    if let Some(value) = parse_integer(raw) {
        return Ok(Number { raw: raw.to_owned(), integer: Some(value), float: Some(value as f64) });
    }
    let value = parse_float(raw).ok_or_else(illegal)?;
    if !raw.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", quote(raw.as_bytes())));
    }
    let whole = value.trunc() == value && value.abs() < 9.2e18;
    Ok(Number { raw: raw.to_owned(), integer: whole.then_some(value as i64), float: Some(value) })
}

/// Go's `strconv.ParseInt(raw, 0, 64)`.
fn parse_integer(raw: &str) -> Option<i64> {
    let (negative, body) = match raw.strip_prefix(['+', '-']) {
        Some(body) => (raw.starts_with('-'), body),
        None => (false, raw),
    };
    let lower = body.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some(two) if two.starts_with('0') => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    let digits = without_underscores(digits, radix != 10)?;
    let magnitude = u64::from_str_radix(&digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(value).ok()
}

/// Removes underscores where each stands between two digits (or behind the prefix of the base).
fn without_underscores(digits: &str, after_prefix: bool) -> Option<String> {
    if digits.ends_with('_') || digits.contains("__") || (digits.starts_with('_') && !after_prefix) {
        return None;
    }
    Some(digits.replace('_', ""))
}

/// Go's `strconv.ParseFloat(text, 64)` with underscores refused: also `inf`, `nan` and hexadecimal floats. A number
/// too large for a float is refused.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = body.to_ascii_lowercase();
    if lower.starts_with("0x") {
        let value = hex_float(lower.get(2..)?)?;
        return Some(if text.starts_with('-') { -value } else { value });
    }
    match lower.as_str() {
        "inf" | "infinity" | "nan" => {}
        _ if lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {}
        _ => return None,
    }
    let value: f64 = text.parse().ok()?;
    let named = lower.starts_with(['i', 'n']);
    (named || value.is_finite()).then_some(value)
}

/// `1.8p3` without its `0x`. Go requires the exponent.
fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for c in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = value * 2f64.powi(shift);
    value.is_finite().then_some(value)
}
