//! Plain scalars, and what plain and quoted ones have in common.

use std::borrow::Cow;

use memchr::memchr2;

use super::{Read, Reader, Unusual};
use crate::source::Span;
use crate::yaml::ScalarStyle;
use crate::yaml::event::{Event, ScalarEvent};

/// A plain or quoted scalar in lines.
pub(super) struct Flowing<'a> {
    pub(super) event: ScalarEvent<'a>,
    /// The colon that makes a key of it.
    pub(super) colon: Option<usize>,
    /// The end of the line in which it ends; unless it is a key, nothing but a comment follows there.
    pub(super) line_end: usize,
}

/// The part of a plain scalar in one line.
struct PlainLine {
    end: usize,
    behind: Behind,
}

enum Behind {
    Nothing,
    Comment(usize),
    Colon(usize),
}

/// Joins a text to the next of its lines, `breaks` line breaks below.
pub(super) fn fold(value: &mut String, breaks: usize) {
    if breaks == 1 {
        value.push(' ');
    } else {
        value.extend(std::iter::repeat_n('\n', breaks - 1));
    }
}

/// Whether a plain scalar cannot begin with `byte`, at least not always.
pub(super) fn is_indicator(byte: u8) -> bool {
    matches!(
        byte,
        b'-' | b'?'
            | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
            | b' '
            | b'\n'
    )
}

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// A plain or quoted scalar from `at` on, in a line that ends at `end`. It goes on in lines that are indented deeper
    /// than `indent`; in the first content of a document, `None`, it cannot.
    pub(super) fn flowing(&mut self, at: usize, end: usize, indent: Option<usize>) -> Read<Flowing<'a>> {
        if !matches!(self.byte(at), b'\'' | b'"') {
            return self.plain(at, end, indent);
        }
        let quoted = self.quoted(at, end, indent)?;
        let event = quoted.event;
        let behind = event.span.end();
        let colon = self.skip_spaces(behind);
        if self.byte(colon) == b':' && self.is_blank(colon + 1) && !event.is_long {
            return Ok(Flowing { event, colon: Some(colon), line_end: end });
        }
        self.finish_line(behind, quoted.line_end)?;
        Ok(Flowing { event, colon: None, line_end: quoted.line_end })
    }

    fn plain(&mut self, at: usize, end: usize, indent: Option<usize>) -> Read<Flowing<'a>> {
        if !self.begins_plain(at) {
            return Err(Unusual);
        }
        let mut line = self.plain_line(at, end);
        let mut value = Cow::Borrowed(self.slice(at, line.end)?);
        let mut line_end = end;
        while let Behind::Nothing = line.behind {
            let Some(next) = self.next_text(line_end) else { break };
            let indent = indent.ok_or(Unusual)?;
            if next.column <= indent || self.byte(next.at) == b'#' {
                break;
            }
            line_end = self.line_end(next.at);
            line = self.plain_line(next.at, line_end);
            if let Behind::Colon(_) = line.behind {
                return Err(Unusual);
            }
            let value = value.to_mut();
            fold(value, next.breaks);
            value.push_str(self.slice(next.at, line.end)?);
        }
        let colon = match line.behind {
            Behind::Nothing => None,
            Behind::Colon(colon) => Some(colon),
            Behind::Comment(comment) => {
                self.comment(comment, line_end)?;
                None
            }
        };
        let (style, span) = (ScalarStyle::Plain, Span::new(at, line.end));
        let event = ScalarEvent { value, style, span, is_long: false, indent: 0 };
        Ok(Flowing { event, colon, line_end })
    }

    /// Whether a plain scalar outside of brackets begins here.
    fn begins_plain(&self, at: usize) -> bool {
        match self.byte(at) {
            b'-' | b':' | b'?' => !self.is_blank(at + 1),
            byte => !is_indicator(byte),
        }
    }

    fn plain_line(&self, start: usize, end: usize) -> PlainLine {
        let mut from = start;
        while let Some(length) = memchr2(b':', b'#', self.piece(from, end)) {
            let at = from + length;
            let is_colon = self.byte(at) == b':';
            if is_colon && self.is_blank(at + 1) {
                return PlainLine { end: self.trimmed(start, at), behind: Behind::Colon(at) };
            }
            if !is_colon && at > start && self.byte(at - 1) == b' ' {
                return PlainLine { end: self.trimmed(start, at), behind: Behind::Comment(at) };
            }
            from = at + 1;
        }
        PlainLine { end: self.trimmed(start, end), behind: Behind::Nothing }
    }
}
