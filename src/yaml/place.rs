//! Where the bytes of a decoded scalar stand in the file.
//!
//! Most scalars stand there in one piece ([`Place::Direct`]). The others (escapes, folded lines, indented blocks) are
//! laid beside their source again when somebody asks: that costs nothing for the many that nobody asks about.

use std::sync::{Arc, OnceLock};

use super::{Scalar, ScalarStyle};
use crate::source::{SourceFile, Span};

/// The text that YAML was read from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A file.
    File(Arc<SourceFile>),
    /// A scalar of other YAML, as in a Kubernetes ConfigMap that holds rule files.
    Scalar(Arc<Scalar>),
}

impl Origin {
    /// The text.
    pub(super) fn text(&self) -> &str {
        match self {
            Origin::File(file) => file.text(),
            Origin::Scalar(scalar) => scalar.value(),
        }
    }

    /// The bytes of the file under a range of bytes of the text.
    pub(super) fn file_span(&self, span: Span) -> Span {
        match self {
            Origin::File(_) => span,
            Origin::Scalar(scalar) => scalar.file_span(span),
        }
    }
}

/// The way from decoded bytes to source bytes.
#[derive(Debug)]
pub(super) enum Place {
    /// The decoded text stands in the file in one piece, from this byte on.
    Direct(usize),
    /// It does not: lines are indented or folded, or there are escapes.
    Mapped(Mapped),
    /// Each byte of it came from all of these bytes of the file: it is written in base64.
    Whole(Span),
}

/// What is needed to lay a decoded scalar beside its source.
#[derive(Debug)]
pub(super) struct Mapped {
    origin: Origin,
    style: ScalarStyle,
    /// The content in the origin's text: without quotes; of a block scalar from the first content byte on.
    content: Span,
    /// The columns that are stripped from each line of a block scalar.
    indent: u32,
    /// Every so often a point from which to go on, so that a lookup in a long scalar need not begin at its start.
    checkpoints: OnceLock<Box<Checkpoints>>,
}

/// Behind one pointer: there are many scalars like this, and few are asked.
#[derive(Debug, Default)]
struct Checkpoints(Box<[Point]>);

/// A pair of offsets that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    decoded: usize,
    source: usize,
}

/// Decoded bytes that belong to one stretch of source bytes.
#[derive(Clone, Copy, Debug)]
struct Run {
    decoded: Span,
    source: Span,
    /// Whether both sides are the same bytes. Otherwise (an escape, a folded line break) all of the decoded bytes
    /// belong to all of the source bytes.
    verbatim: bool,
}

/// How many decoded bytes lie between two checkpoints, at least.
const CHECKPOINT_DISTANCE: usize = 256;

impl Place {
    /// The place of a scalar with the text `value`, decoded from the bytes `content` of `origin`: without its quotes;
    /// of a block scalar from the first content byte on, `indent` being the columns stripped from each line.
    pub(super) fn new(origin: &Origin, value: &str, style: ScalarStyle, content: Span, indent: usize) -> Place {
        // What was not decoded is this very piece: then there is nothing to compare.
        let is_as_written = |rest: &str| std::ptr::eq(rest.as_ptr(), value.as_ptr()) || rest.starts_with(value);
        let in_one_piece = origin.text().get(content.start()..).is_some_and(is_as_written);
        // A text that ends with an escape looks like one in one piece that ends with the first half of it.
        let is_all = if style.is_block() { value.len() <= content.len() } else { value.len() == content.len() };
        match origin {
            Origin::File(_) if in_one_piece && is_all => Place::Direct(content.start()),
            _ => {
                let origin = origin.clone();
                let indent = u32::try_from(indent).unwrap_or(u32::MAX);
                Place::Mapped(Mapped { origin, style, content, indent, checkpoints: OnceLock::new() })
            }
        }
    }

    /// The source bytes of the decoded byte `offset`; empty behind the last one.
    pub(super) fn of_byte(&self, value: &str, offset: usize) -> Span {
        match self {
            Place::Direct(start) if offset < value.len() => Span::new(start + offset, start + offset + 1),
            Place::Direct(start) => Span::at(start + value.len()),
            Place::Mapped(mapped) => mapped.of_byte(value, offset),
            Place::Whole(source) if offset < value.len() => *source,
            Place::Whole(source) => Span::at(source.end()),
        }
    }
}

impl Place {
    /// The bytes of the origin's text that are to be replaced in order to replace these decoded bytes: with the blanks
    /// around a folded line break and the indentation behind one. `None` where an end lies within an escape or within
    /// folded line breaks.
    pub(super) fn between(&self, value: &str, decoded: Span) -> Option<Span> {
        match self {
            Place::Direct(start) => (decoded.end() <= value.len()).then(|| decoded.shifted(*start)),
            Place::Mapped(mapped) => mapped.between(value, decoded),
            Place::Whole(_) => None,
        }
    }

    /// How it is laid beside its source, where it is not in one piece.
    pub(super) fn mapped(&self) -> Option<&Mapped> {
        match self {
            Place::Mapped(mapped) => Some(mapped),
            Place::Direct(_) | Place::Whole(_) => None,
        }
    }

    /// Where the content stands in the origin's text.
    pub(super) fn content(&self, value: &str) -> Span {
        match self {
            Place::Direct(start) => Span::new(*start, start + value.len()),
            Place::Mapped(mapped) => mapped.content,
            Place::Whole(source) => *source,
        }
    }
}

impl Mapped {
    /// The text that the scalar was read from.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The columns that are stripped from each line of a block scalar.
    pub(super) fn indent(&self) -> usize {
        self.indent as usize
    }

    fn between(&self, value: &str, decoded: Span) -> Option<Span> {
        let mut runs = self.runs(value, self.checkpoint(value, decoded.start().saturating_sub(1)));
        let (mut start, mut before) = (None, runs.at.source);
        if decoded.is_empty() && (decoded.start() == 0 || value.is_empty()) {
            return (decoded.start() == 0).then_some(Span::at(before));
        }
        while let Some(run) = runs.next() {
            // An insertion comes behind the byte before it, so that it does not move to the next line.
            let first = if decoded.is_empty() { decoded.start() - 1 } else { decoded.start() };
            if start.is_none() && first < run.decoded.end() {
                start = Some(match (run.verbatim, decoded.is_empty()) {
                    (true, _) => run.source.start() + (decoded.start() - run.decoded.start()),
                    (false, false) if first == run.decoded.start() => before,
                    (false, true) if decoded.start() == run.decoded.end() => runs.at.source,
                    (false, _) => return None,
                });
            }
            if let Some(start) = start.filter(|_| decoded.end() <= run.decoded.end()) {
                return match run.verbatim {
                    _ if decoded.is_empty() => Some(Span::at(start)),
                    true => Some(Span::new(start, run.source.start() + (decoded.end() - run.decoded.start()))),
                    false => (decoded.end() == run.decoded.end()).then_some(Span::new(start, runs.at.source)),
                };
            }
            before = runs.at.source;
        }
        None
    }

    /// The last point from which to go on to find the decoded byte `offset`.
    fn checkpoint(&self, value: &str, offset: usize) -> Point {
        let Checkpoints(checkpoints) = &**self.checkpoints.get_or_init(|| self.place_checkpoints(value));
        let before = checkpoints.partition_point(|point| point.decoded <= offset);
        before.checked_sub(1).and_then(|index| checkpoints.get(index).copied()).unwrap_or(self.start())
    }

    fn of_byte(&self, value: &str, offset: usize) -> Span {
        let mut behind = self.content.start();
        for run in self.runs(value, self.checkpoint(value, offset)) {
            if offset < run.decoded.end() {
                let byte = run.source.start() + offset.saturating_sub(run.decoded.start());
                let source = if run.verbatim { Span::new(byte, byte + 1) } else { run.source };
                return self.origin.file_span(source);
            }
            behind = run.source.end();
        }
        self.origin.file_span(Span::at(behind))
    }

    fn start(&self) -> Point {
        Point { decoded: 0, source: self.content.start() }
    }

    fn place_checkpoints(&self, value: &str) -> Box<Checkpoints> {
        if value.len() < CHECKPOINT_DISTANCE {
            return Box::default();
        }
        let mut points = vec![self.start()];
        let mut next = CHECKPOINT_DISTANCE;
        for run in self.runs(value, self.start()) {
            if run.decoded.start() >= next {
                points.push(Point { decoded: run.decoded.start(), source: run.source.start() });
                next = run.decoded.start() + CHECKPOINT_DISTANCE;
            }
        }
        Box::new(Checkpoints(points.into()))
    }

    fn runs<'a>(&'a self, value: &'a str, from: Point) -> Runs<'a> {
        let source = self.origin.text().as_bytes();
        Runs { mapped: self, value: value.as_bytes(), source, at: from }
    }
}

/// Lays decoded bytes beside source bytes, one run after the other.
///
/// The decoded text leads: what is not as expected (it cannot be, unless the parser and this module disagree) ends in
/// one run that maps the rest to the place where they parted.
struct Runs<'a> {
    mapped: &'a Mapped,
    value: &'a [u8],
    source: &'a [u8],
    at: Point,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.at.decoded >= self.value.len() {
            return None;
        }
        let run = match self.mapped.style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.next_in_block(),
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.next_in_flow(),
        };
        Some(run.unwrap_or_else(|| self.rest()))
    }
}

impl Runs<'_> {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.source.get(offset).copied().filter(|_| offset < self.mapped.content.end())
    }

    /// The length of the line break at `offset`; 0 where there is none.
    fn break_len(&self, offset: usize) -> usize {
        match (self.byte(offset), self.byte(offset + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => 0,
        }
    }

    /// The first offset from `from` on at which `stop` says true, or the end of the content.
    fn find_byte(&self, from: usize, stop: impl Fn(u8) -> bool) -> usize {
        let end = self.mapped.content.end().min(self.source.len());
        let rest = self.source.get(from..end).unwrap_or_default();
        rest.iter().position(|byte| stop(*byte)).map_or(end.max(from), |index| from + index)
    }

    fn skip_blanks(&self, from: usize) -> usize {
        self.find_byte(from, |byte| !matches!(byte, b' ' | b'\t'))
    }

    /// The bytes up to `end` as they stand in the source.
    fn verbatim(&mut self, end: usize) -> Option<Run> {
        let piece = self.source.get(self.at.source..end)?;
        let rest = self.value.get(self.at.decoded..)?;
        if piece.is_empty() || !rest.starts_with(piece) {
            return None;
        }
        Some(self.advance(piece.len(), Span::new(self.at.source, end), true, end))
    }

    fn advance(&mut self, decoded_len: usize, source: Span, verbatim: bool, next: usize) -> Run {
        let decoded = Span::new(self.at.decoded, (self.at.decoded + decoded_len).min(self.value.len()));
        self.at = Point { decoded: decoded.end(), source: next };
        Run { decoded, source, verbatim }
    }

    fn rest(&mut self) -> Run {
        let at = self.at.source.min(self.mapped.content.end());
        self.advance(self.value.len(), Span::at(at), false, at)
    }

    /// How many of the decoded bytes ahead are line breaks.
    fn decoded_breaks(&self) -> usize {
        self.value.iter().skip(self.at.decoded).take_while(|byte| **byte == b'\n').count()
    }

    fn next_in_block(&mut self) -> Option<Run> {
        let line_end = self.find_byte(self.at.source, |byte| matches!(byte, b'\r' | b'\n'));
        if line_end > self.at.source {
            if self.at.decoded == 0 && self.decoded_breaks() > 0 {
                // Empty lines before the first line with content: the content begins behind them.
                return Some(self.advance(self.decoded_breaks(), Span::at(self.at.source), false, self.at.source));
            }
            return self.verbatim(line_end);
        }
        let length = self.break_len(line_end);
        if length == 0 {
            return None;
        }
        let source = Span::new(line_end, line_end + length);
        let mut next = self.skip_indent(source.end());
        let mut decoded = 1;
        if self.mapped.style == ScalarStyle::Folded {
            decoded = self.decoded_breaks().max(1);
            while self.break_len(next) > 0 {
                next = self.skip_indent(next + self.break_len(next));
            }
        }
        Some(self.advance(decoded, source, false, next))
    }

    fn skip_indent(&self, from: usize) -> usize {
        let spaces = self.find_byte(from, |byte| byte != b' ') - from;
        from + spaces.min(self.mapped.indent())
    }

    fn next_in_flow(&mut self) -> Option<Run> {
        let style = self.mapped.style;
        loop {
            let here = self.at.source;
            match self.byte(here)? {
                b'\'' if style == ScalarStyle::SingleQuoted => {
                    return Some(self.advance(1, Span::new(here, here + 2), false, here + 2));
                }
                b'\\' if style == ScalarStyle::DoubleQuoted => {
                    if self.break_len(here + 1) == 0 {
                        return self.escape();
                    }
                    let (breaks, next) = self.skip_breaks(here + 1);
                    if breaks > 1 {
                        return Some(self.advance(breaks - 1, Span::new(here, here + 1), false, next));
                    }
                    self.at.source = next;
                }
                _ => {
                    let blank_end = self.skip_blanks(here);
                    let length = self.break_len(blank_end);
                    if length > 0 {
                        let (breaks, next) = self.skip_breaks(blank_end);
                        let decoded = (breaks - 1).max(1);
                        return Some(self.advance(decoded, Span::new(blank_end, blank_end + length), false, next));
                    }
                    return self.verbatim(self.stretch_end(here));
                }
            }
        }
    }

    /// Where a stretch of a line ends that stands in the decoded text as it is: before an escape, or before the
    /// blanks at the end of the line.
    fn stretch_end(&self, from: usize) -> usize {
        let style = self.mapped.style;
        let stop = self.find_byte(from, |byte| match byte {
            b'\r' | b'\n' => true,
            b'\'' => style == ScalarStyle::SingleQuoted,
            b'\\' => style == ScalarStyle::DoubleQuoted,
            _ => false,
        });
        if self.break_len(stop) == 0 {
            return stop;
        }
        let line = self.source.get(from..stop).unwrap_or_default();
        from + line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |index| index + 1)
    }

    /// Line breaks from `from` on with the blanks around them: how many, and where the next text begins.
    fn skip_breaks(&self, from: usize) -> (usize, usize) {
        let (mut breaks, mut next) = (0, from);
        while self.break_len(next) > 0 {
            breaks += 1;
            next = self.skip_blanks(next + self.break_len(next));
        }
        (breaks, next)
    }

    fn escape(&mut self) -> Option<Run> {
        let here = self.at.source;
        let length = match self.byte(here + 1)? {
            b'x' => 4,
            b'u' => 6,
            b'U' => 10,
            _ => 2,
        };
        let decoded = utf8_len(*self.value.get(self.at.decoded)?);
        // Four bytes of UTF-8 out of a `\u` are the two halves of a surrogate pair.
        let length = if length == 6 && decoded == 4 { 12 } else { length };
        Some(self.advance(decoded, Span::new(here, here + length), false, here + length))
    }
}

/// The length of the UTF-8 sequence that begins with `first`.
fn utf8_len(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}
