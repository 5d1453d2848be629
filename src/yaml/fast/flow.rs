//! Brackets and braces within one line.

use std::borrow::Cow;

use super::scalar::is_indicator;
use super::{MAX_DEPTH, MAX_KEY, Read, Reader, Unusual};
use crate::source::Span;
use crate::yaml::ScalarStyle;
use crate::yaml::event::{Event, Properties, ScalarEvent};

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// The sequence or mapping whose bracket stands at `at`, at this depth: where the text behind it begins.
    pub(super) fn flow(&mut self, at: usize, end: usize, depth: usize) -> Read<usize> {
        if depth >= MAX_DEPTH {
            return Err(Unusual);
        }
        let (bracket, properties) = (Some(at), Properties::default());
        let is_mapping = self.byte(at) == b'{';
        let (closing, start) = match is_mapping {
            true => (b'}', Event::MappingStart { bracket, properties }),
            false => (b']', Event::SequenceStart { bracket, properties }),
        };
        self.tell(start)?;
        let mut next = self.skip_spaces(at + 1);
        while self.byte(next) != closing {
            if is_mapping {
                next = self.flow_key(next, end)?;
            }
            let value = self.skip_spaces(next);
            let behind = self.flow_value(value, end, depth)?;
            next = self.skip_spaces(behind);
            match self.byte(next) {
                b',' => next = self.skip_spaces(next + 1),
                byte if byte == closing => {}
                _ => return Err(Unusual),
            }
        }
        self.tell(Event::End(next + 1))?;
        Ok(next + 1)
    }

    /// A key within braces: where the text behind its colon begins.
    fn flow_key(&mut self, at: usize, end: usize) -> Read<usize> {
        let is_quoted = matches!(self.byte(at), b'\'' | b'"');
        let behind = self.flow_scalar(at, end)?;
        let colon = self.skip_spaces(behind);
        // A colon must stand alone, but behind quotes.
        let ends_key = self.byte(colon) == b':' && (is_quoted || self.byte(colon + 1) == b' ');
        if ends_key && colon - at <= MAX_KEY { Ok(colon + 1) } else { Err(Unusual) }
    }

    fn flow_value(&mut self, at: usize, end: usize, depth: usize) -> Read<usize> {
        match self.byte(at) {
            b'[' | b'{' => self.flow(at, end, depth + 1),
            _ => self.flow_scalar(at, end),
        }
    }

    fn flow_scalar(&mut self, at: usize, end: usize) -> Read<usize> {
        if matches!(self.byte(at), b'\'' | b'"') {
            let event = self.quoted(at, end, None)?.event;
            let behind = event.span.end();
            self.scalar_event(event)?;
            return Ok(behind);
        }
        let is_number = self.byte(at) == b'-' && self.byte(at + 1).is_ascii_digit();
        if is_indicator(self.byte(at)) && !is_number {
            return Err(Unusual);
        }
        let stop = self.flow_plain_end(at, end)?;
        let span = Span::new(at, self.trimmed(at, stop));
        let value = Cow::Borrowed(self.slice(span.start(), span.end())?);
        self.scalar_event(ScalarEvent { value, style: ScalarStyle::Plain, span, is_long: false, indent: 0 })?;
        Ok(stop)
    }

    /// Where the plain scalar from `at` on ends that stands within brackets: at a comma, at a closing bracket, or at a
    /// colon that a space follows.
    fn flow_plain_end(&self, at: usize, end: usize) -> Read<usize> {
        let mut stop = at;
        while stop < end {
            match self.byte(stop) {
                b',' | b']' | b'}' => return Ok(stop),
                b':' if self.byte(stop + 1) == b' ' => return Ok(stop),
                b':' if matches!(self.byte(stop + 1), b'\n' | b',' | b'[' | b']' | b'{' | b'}') => return Err(Unusual),
                b'#' if self.byte(stop - 1) == b' ' => return Err(Unusual),
                b'[' | b'{' | b'?' => return Err(Unusual),
                _ => stop += 1,
            }
        }
        Err(Unusual)
    }
}
