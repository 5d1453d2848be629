//! Texts in the lines below a `|` or `>`.

use std::borrow::Cow;

use super::{Read, Reader, Unusual};
use crate::source::Span;
use crate::yaml::ScalarStyle;
use crate::yaml::event::{Event, ScalarEvent};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

struct Header {
    style: ScalarStyle,
    chomping: Chomping,
    /// How much deeper the text is than what it belongs to, where that is said.
    depth: Option<usize>,
}

/// The first line of the text.
struct First {
    start: usize,
    /// The columns that are stripped from each line.
    indent: usize,
    /// The empty lines before it.
    breaks: usize,
}

/// What lies behind a line of the text.
struct Below {
    /// The empty lines that follow.
    breaks: usize,
    /// The next line of the text, from its indentation on.
    text: Option<usize>,
    /// Where the line begins that holds what follows the empty lines, and where its indentation ends.
    line: usize,
    at: usize,
}

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// The text whose `|` or `>` stands at `at`, in a collection with this indentation: where the line behind it begins.
    pub(super) fn literal(&mut self, at: usize, end: usize, outer: usize) -> Read<usize> {
        let header = self.header(at, end)?;
        let First { start, indent, breaks } = self.first_line(end, outer, header.depth)?;
        let mut line_end = self.line_end(start);
        let mut value = Cow::Borrowed(self.slice(start, line_end)?);
        if breaks > 0 {
            value.to_mut().insert_str(0, &"\n".repeat(breaks));
        }
        let mut is_deeper = self.byte(start) == b' ';
        let below = loop {
            let below = self.below(line_end, indent);
            let Some(text) = below.text else { break below };
            let was_deeper = is_deeper;
            is_deeper = self.byte(text) == b' ';
            line_end = self.line_end(text);
            let value = value.to_mut();
            let folds = header.style == ScalarStyle::Folded && !was_deeper && !is_deeper;
            if folds && below.breaks == 0 {
                value.push(' ');
            } else {
                value.extend(std::iter::repeat_n('\n', below.breaks + usize::from(!folds)));
            }
            value.push_str(self.slice(text, line_end)?);
        };
        let value = match (header.chomping, value) {
            (Chomping::Strip, value) => value,
            (Chomping::Clip, Cow::Borrowed(_)) if line_end < self.text.len() => {
                Cow::Borrowed(self.slice(start, line_end + 1)?)
            }
            (chomping, mut value) => {
                let kept = if chomping == Chomping::Keep { below.breaks } else { 0 };
                value.to_mut().extend(std::iter::repeat_n('\n', 1 + kept));
                value
            }
        };
        let indent = if value.trim().is_empty() { 0 } else { indent };
        let (style, span) = (header.style, Span::new(start, below.at));
        self.scalar_event(ScalarEvent { value, style, span, is_long: false, indent })?;
        Ok(below.line)
    }

    fn header(&mut self, at: usize, end: usize) -> Read<Header> {
        let style = if self.byte(at) == b'|' { ScalarStyle::Literal } else { ScalarStyle::Folded };
        let mut header = Header { style, chomping: Chomping::Clip, depth: None };
        let mut behind = at + 1;
        while !self.is_blank(behind) {
            match self.byte(behind) {
                b'-' if header.chomping == Chomping::Clip => header.chomping = Chomping::Strip,
                b'+' if header.chomping == Chomping::Clip => header.chomping = Chomping::Keep,
                digit @ b'1'..=b'9' if header.depth.is_none() => header.depth = Some(usize::from(digit - b'0')),
                _ => return Err(Unusual),
            }
            behind += 1;
        }
        self.finish_line(behind, end)?;
        Ok(header)
    }

    /// The first line with text below a header whose line ends at `end`.
    fn first_line(&self, end: usize, outer: usize, depth: Option<usize>) -> Read<First> {
        let (mut end, mut breaks, mut widest) = (end, 0, 0);
        loop {
            if end >= self.text.len() {
                return Err(Unusual);
            }
            let line = end + 1;
            let at = self.skip_spaces(line);
            if self.byte(at) == b'\n' {
                widest = widest.max(at - line);
                breaks += 1;
                end = at;
                continue;
            }
            let column = at - line;
            let indent = depth.map_or(column, |depth| outer + depth);
            // A text without content, and empty lines that reach further than it, are doubtful.
            if column < indent || indent <= outer || widest > indent {
                return Err(Unusual);
            }
            return Ok(First { start: line + indent, indent, breaks });
        }
    }

    /// What lies below the line that ends at `end`.
    fn below(&self, end: usize, indent: usize) -> Below {
        let (mut end, mut breaks) = (end, 0);
        while end < self.text.len() {
            let line = end + 1;
            let limit = self.text.len().min(line + indent);
            let spaces = self.piece(line, limit).iter().take_while(|byte| **byte == b' ').count();
            let at = line + spaces;
            if at >= self.text.len() {
                break;
            }
            if self.byte(at) != b'\n' {
                return Below { breaks, text: (spaces == indent).then_some(at), line, at };
            }
            breaks += 1;
            end = at;
        }
        let behind = self.text.len();
        Below { breaks, text: None, line: behind, at: behind }
    }
}
