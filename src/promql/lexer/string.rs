//! Quoted texts.

use super::{LexResult, Lexer};
use crate::model::gofmt;
use crate::promql::error::ParseError;
use crate::promql::token::TokenKind;
use crate::source::Span;

impl Lexer<'_> {
    /// A text in `"…"` or `'…'`, where escapes count, or in backticks, where they do not.
    pub(super) fn string(&mut self, quote: u8) -> LexResult {
        self.pos += 1;
        let raw = quote == b'`';
        loop {
            let Some(byte) = self.peek() else { return Err(self.unterminated(raw)) };
            match byte {
                b'\n' if !raw => return Err(self.unterminated(raw)),
                b'\\' if !raw => self.escape(quote)?,
                byte if byte == quote => break,
                byte if byte.is_ascii() => self.pos += 1,
                _ => self.character()?,
            }
        }
        self.pos += 1;
        Ok(self.token(TokenKind::String))
    }

    fn unterminated(&self, raw: bool) -> ParseError {
        let message = if raw { "unterminated raw string" } else { "unterminated quoted string" };
        self.error(message).with_help("add the missing quote")
    }

    /// A character outside ASCII. U+FFFD is refused as well: upstream cannot tell it from a broken one.
    fn character(&mut self) -> Result<(), ParseError> {
        let (c, end) = self.char_and_end(self.pos);
        self.pos = end;
        if c == char::REPLACEMENT_CHARACTER { Err(self.error("invalid UTF-8 rune")) } else { Ok(()) }
    }

    /// An escape sequence; it is only checked here and decoded by [`unquote`].
    fn escape(&mut self, quote: u8) -> Result<(), ParseError> {
        let backslash = self.pos;
        self.pos += 1;
        let (digits, base, largest) = match self.peek() {
            Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\') => {
                self.pos += 1;
                return Ok(());
            }
            Some(byte) if byte == quote => {
                self.pos += 1;
                return Ok(());
            }
            Some(b'0'..=b'7') => (3, 8, 255),
            Some(b'x') => (2, 16, 255),
            Some(b'u') => (4, 16, 0x10_ffff),
            Some(b'U') => (8, 16, 0x10_ffff),
            None => return Err(self.error("escape sequence not terminated")),
            Some(_) => {
                let (c, end) = self.char_and_end(self.pos);
                self.pos = end;
                let error = self.error(format!("unknown escape sequence {}", gofmt::unicode_name(c)));
                return Err(escape_help(error, backslash, self.pos));
            }
        };
        self.pos += usize::from(base == 16);
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(byte) = self.peek() else { return Err(self.error("escape sequence not terminated")) };
            let Some(digit) = char::from(byte).to_digit(base) else {
                let name = gofmt::unicode_name(self.char_at(self.pos));
                return Err(self.error(format!("illegal character {name} in escape sequence")));
            };
            value = value.saturating_mul(base).saturating_add(digit);
            self.pos += 1;
        }
        if value > largest || (0xd800..0xe000).contains(&value) {
            return Err(self.error("escape sequence is an invalid Unicode code point"));
        }
        Ok(())
    }
}

/// Most unknown escapes are regular expressions in ordinary quotes.
fn escape_help(error: ParseError, start: usize, end: usize) -> ParseError {
    error
        .with_related(Span::new(start, end), "this escape")
        .with_help("in a regular expression write the backslash twice, or quote the text with backticks")
}

/// The bytes that a string token stands for. `text` has its quotes and was accepted by the lexer.
pub(in crate::promql) fn unquote(text: &[u8]) -> Vec<u8> {
    let Some((quote, rest)) = text.split_first() else { return Vec::new() };
    let inner = rest.split_last().map_or(rest, |(_, inner)| inner);
    if *quote == b'`' || !inner.contains(&b'\\') {
        return inner.to_vec();
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'a') => out.push(0x07),
            Some(b'b') => out.push(0x08),
            Some(b'f') => out.push(0x0c),
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'v') => out.push(0x0b),
            Some(b'x') => out.push(code(&mut bytes, 2, 16, 0) as u8),
            Some(b'u') => push_char(&mut out, code(&mut bytes, 4, 16, 0)),
            Some(b'U') => push_char(&mut out, code(&mut bytes, 8, 16, 0)),
            Some(digit @ b'0'..=b'7') => out.push(code(&mut bytes, 2, 8, u32::from(digit - b'0')) as u8),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// The value of `digits` more digits behind the ones already in `value`.
fn code(bytes: &mut impl Iterator<Item = u8>, digits: usize, base: u32, value: u32) -> u32 {
    let digits = bytes.take(digits).filter_map(|byte| char::from(byte).to_digit(base));
    digits.fold(value, |value, digit| value.wrapping_mul(base).wrapping_add(digit))
}

fn push_char(out: &mut Vec<u8>, code: u32) {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
