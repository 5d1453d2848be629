//! Quoted text: `strconv.Quote` and `strconv.QuoteToASCII`.

use std::fmt::Write;

/// Go's `strconv.Quote` of a byte string: printable characters as they are, the others escaped.
pub fn quote(bytes: &[u8]) -> String {
    quote_where(bytes, is_print)
}

/// Go's `strconv.QuoteToASCII`: every character outside ASCII is escaped.
pub fn quote_ascii(bytes: &[u8]) -> String {
    quote_where(bytes, |c| c.is_ascii() && is_print(c))
}

/// Go's `strconv.QuoteRune`: the character between single quotes.
pub fn quote_char(c: char) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, c, '\'', &is_print);
    out.push('\'');
    out
}

/// Go's `%#U`: `U+0063 'c'`, without the character where it cannot be printed.
pub fn unicode_name(c: char) -> String {
    let mut out = format!("U+{:04X}", u32::from(c));
    if is_print(c) {
        out.extend([' ', '\'', c, '\'']);
    }
    out
}

fn quote_where(bytes: &[u8], keeps: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_escaped(&mut out, c, '"', &keeps);
        }
        for byte in chunk.invalid() {
            push(&mut out, format_args!("\\x{byte:02x}"));
        }
    }
    out.push('"');
    out
}

/// One character inside a text that is quoted by `delimiter`.
pub(super) fn push_escaped(out: &mut String, c: char, delimiter: char, keeps: &impl Fn(char) -> bool) {
    match c {
        '\\' => out.push_str("\\\\"),
        c if c == delimiter => out.extend(['\\', c]),
        c if keeps(c) => out.push(c),
        '\u{07}' => out.push_str("\\a"),
        '\u{08}' => out.push_str("\\b"),
        '\u{0c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{0b}' => out.push_str("\\v"),
        c if c.is_ascii() => push(out, format_args!("\\x{:02x}", u32::from(c))),
        c if u32::from(c) > 0xffff => push(out, format_args!("\\U{:08x}", u32::from(c))),
        c => push(out, format_args!("\\u{:04x}", u32::from(c))),
    }
}

/// Writing to a `String` cannot fail.
pub(crate) fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // The standard library knows the same set but does not show it. Debug text escapes what is outside of it, and
    // also combining marks, but these only at the beginning of a text: hence the letter in front.
    let mut buffer = [b'a'; 5];
    let length = 1 + c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..length]).is_ok_and(|text| text.escape_debug().nth(1) != Some('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        insta::assert_snapshot!(quote(b"a\"b\\c`d'"), @r#""a\"b\\c`d'""#);
        insta::assert_snapshot!(quote(b"\x00\x07\x08\x0c\n\r\t\x0b\x1f\x7f"), @r#""\x00\a\b\f\n\r\t\v\x1f\x7f""#);
        insta::assert_snapshot!(quote("é😀e\u{301}\u{301}".as_bytes()), @"\"é😀e\u{301}\u{301}\"");
        insta::assert_snapshot!(quote("\u{85}\u{a0}\u{ad}\u{2028}\u{feff}\u{e000}\u{10ffff}".as_bytes()), @r#""\u0085\u00a0\u00ad\u2028\ufeff\ue000\U0010ffff""#);
        insta::assert_snapshot!(quote(b"a\xff\xc3("), @r#""a\xff\xc3(""#);
        insta::assert_snapshot!(quote("\u{fffd}".as_bytes()), @"\"\u{fffd}\"");
        insta::assert_snapshot!(quote_ascii("abé😀".as_bytes()), @r#""ab\u00e9\U0001f600""#);
    }

    #[test]
    fn marks_are_printable_wherever_they_stand() {
        assert!(is_print('\u{301}'));
        assert!(!is_print('\u{200b}'));
    }
}
