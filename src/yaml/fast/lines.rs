//! Bytes and lines.

use memchr::memchr;

use super::{Read, Reader, Unusual};
use crate::yaml::event::Event;

/// The next line that holds more than blanks.
pub(super) struct NextText {
    /// Where its text begins.
    pub(super) at: usize,
    /// The column of its text.
    pub(super) column: usize,
    /// The line breaks before it.
    pub(super) breaks: usize,
}

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// The byte at `at`. The end of the text ends a line.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// Whether an indicator before `at` stands alone.
    pub(super) fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n')
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> Read<&'a str> {
        self.text.get(start..end).ok_or(Unusual)
    }

    /// The bytes from `start` to `end`; none where there are none.
    pub(super) fn piece(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    pub(super) fn skip_spaces(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| **byte == b' ').count()
    }

    /// The end of the text from `start` to `end` without the spaces before it.
    pub(super) fn trimmed(&self, start: usize, end: usize) -> usize {
        let spaces = self.piece(start, end).iter().rev().take_while(|byte| **byte == b' ').count();
        end - spaces
    }

    /// The end of the line in which `from` lies, without its line break.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        memchr(b'\n', rest).map_or(self.bytes.len(), |length| from + length)
    }

    /// Whether a line that goes to `end` says nothing from `from` on, apart from a comment. Whatever else stands there
    /// is for the caller to judge.
    pub(super) fn says_no_more(&mut self, from: usize, end: usize) -> Read<bool> {
        let at = self.skip_spaces(from);
        if self.byte(at) == b'#' {
            if at == from {
                return Err(Unusual);
            }
            self.comment(at, end)?;
            return Ok(true);
        }
        Ok(at >= end)
    }

    /// Behind a value nothing may follow in its line.
    pub(super) fn finish_line(&mut self, from: usize, end: usize) -> Read<()> {
        if self.says_no_more(from, end)? { Ok(()) } else { Err(Unusual) }
    }

    /// The first text behind the line that ends at `end`; `None` at the end of the text.
    pub(super) fn next_text(&self, end: usize) -> Option<NextText> {
        let (mut end, mut breaks) = (end, 0);
        while end < self.bytes.len() {
            let start = end + 1;
            let at = self.skip_spaces(start);
            breaks += 1;
            if self.byte(at) != b'\n' {
                return Some(NextText { at, column: at - start, breaks });
            }
            end = at;
        }
        None
    }
}
