//! Scalars in single and double quotes.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::scalar::fold;
use super::{Read, Reader, Unusual};
use crate::source::Span;
use crate::yaml::ScalarStyle;
use crate::yaml::event::{Event, ScalarEvent};

pub(super) struct Quoted<'a> {
    pub(super) event: ScalarEvent<'a>,
    /// The end of the line in which it ends.
    pub(super) line_end: usize,
}

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// The scalar whose quote stands at `at`. It goes on in lines that are indented deeper than `indent`, or in none.
    pub(super) fn quoted(&self, at: usize, end: usize, indent: Option<usize>) -> Read<Quoted<'a>> {
        let quote = self.byte(at);
        let (style, mut value) = match quote {
            b'"' => (ScalarStyle::DoubleQuoted, None::<String>),
            _ => (ScalarStyle::SingleQuoted, None),
        };
        // What lies between `from` and `stop` stands there as it is.
        let (mut from, mut search, mut line_end) = (at + 1, at + 1, end);
        loop {
            let line = self.piece(search, line_end);
            let stop = if quote == b'"' { memchr2(b'"', b'\\', line) } else { memchr(b'\'', line) };
            let stop = stop.map_or(line_end, |length| search + length);
            let is_last =
                stop < line_end && self.byte(stop) == quote && (quote == b'"' || self.byte(stop + 1) != b'\'');
            if is_last {
                let last = self.slice(from, stop)?;
                let value = match value {
                    None => Cow::Borrowed(last),
                    Some(value) => Cow::Owned(value + last),
                };
                let (span, is_long) = (Span::new(at, stop + 1), line_end > end);
                return Ok(Quoted { event: ScalarEvent { value, style, span, is_long, indent: 0 }, line_end });
            }
            let value = value.get_or_insert_default();
            if stop < line_end && stop + 1 < line_end {
                value.push_str(self.slice(from, stop)?);
                let (character, length) = if quote == b'"' { self.escape(stop + 1)? } else { ('\'', 1) };
                value.push(character);
                from = stop + 1 + length;
            } else {
                let is_escaped = stop < line_end;
                let text_end = if is_escaped { stop } else { self.trimmed(from, line_end) };
                value.push_str(self.slice(from, text_end)?);
                let next = self.next_text(line_end).ok_or(Unusual)?;
                if indent.is_none_or(|indent| next.column <= indent) {
                    return Err(Unusual);
                }
                if is_escaped {
                    value.extend(std::iter::repeat_n('\n', next.breaks - 1));
                } else {
                    fold(value, next.breaks);
                }
                from = next.at;
                line_end = self.line_end(from);
            }
            search = from;
        }
    }

    /// What the escape stands for whose letter is at `at`, and its length without the backslash. The rare ones are left
    /// to the other parser, and halves of characters, and `\\/`, which Prometheus' reader does not know.
    fn escape(&self, at: usize) -> Read<(char, usize)> {
        let simple = |character| Ok((character, 1));
        match self.byte(at) {
            b'n' => simple('\n'),
            b't' => simple('\t'),
            b'r' => simple('\r'),
            b'0' => simple('\0'),
            letter @ (b'"' | b'\\' | b' ') => simple(char::from(letter)),
            b'x' => self.hexadecimal(at + 1, 2),
            b'u' => self.hexadecimal(at + 1, 4),
            b'U' => self.hexadecimal(at + 1, 8),
            _ => Err(Unusual),
        }
    }

    fn hexadecimal(&self, at: usize, digits: usize) -> Read<(char, usize)> {
        let digits = self.piece(at, at + digits);
        let value = digits.iter().try_fold(0, |value: u32, digit| {
            char::from(*digit).to_digit(16).and_then(|digit| value.checked_mul(16)?.checked_add(digit))
        });
        let character = value.filter(|_| !digits.is_empty()).and_then(char::from_u32).ok_or(Unusual)?;
        Ok((character, 1 + digits.len()))
    }
}
