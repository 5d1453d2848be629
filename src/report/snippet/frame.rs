//! Draws an excerpt: its frame, line numbers, and at the left the places that cover several lines.

use std::fmt::Write;

use super::columns::push_expanded;
use super::excerpt::{Excerpt, Mark};
use super::pen::{Ink, Pen};
use super::underline;
use crate::source::{Severity, Span};

/// What is the same for all lines of an excerpt.
pub(super) struct Frame<'a> {
    pub pen: Pen<'a>,
    marks: &'a [Mark],
    primary: Ink,
    /// Columns of the line numbers.
    number_width: usize,
    /// How many places over several lines there are at most beside a line.
    depth: usize,
}

/// A line of the excerpt.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Without its line feed.
    pub text: &'a str,
    /// Its bytes of the excerpt, with the line feed.
    pub span: Span,
}

impl Line<'_> {
    /// Whether some of `mark` is on this line. What is empty is where the byte behind it is.
    fn has(self, mark: &Mark) -> bool {
        mark.span.start() < self.span.end() && mark.span.end().max(mark.span.start() + 1) > self.span.start()
    }

    fn has_start(self, mark: &Mark) -> bool {
        mark.span.start() >= self.span.start()
    }

    fn has_end(self, mark: &Mark) -> bool {
        mark.span.end() <= self.span.end()
    }

    /// Whether all of `mark` is on this line, so that it can be underlined.
    pub(super) fn has_all(self, mark: &Mark) -> bool {
        self.has(mark) && self.has_start(mark) && self.has_end(mark)
    }

    /// Whether `mark` is on this line and on others, so that it is drawn at the left.
    fn has_part(self, mark: &Mark) -> bool {
        self.has(mark) && !(self.has_start(mark) && self.has_end(mark))
    }
}

/// Appends the drawing of `excerpt`.
pub(super) fn draw(pen: Pen<'_>, severity: Severity, excerpt: &Excerpt) {
    let marks = excerpt.marks();
    let depth = |line: Line| marks.iter().filter(|mark| line.has_part(mark)).count();
    let mut frame = Frame {
        pen,
        marks,
        primary: Ink::primary(severity),
        number_width: digits(excerpt.end_line()),
        depth: excerpt.lines().map(depth).max().unwrap_or(0),
    };
    frame.top(excerpt);
    for (index, line) in excerpt.lines().enumerate() {
        frame.line(excerpt.first_line() + index + 1, line);
    }
    frame.bottom();
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

impl<'a> Frame<'a> {
    pub(super) fn marks(&self) -> &'a [Mark] {
        self.marks
    }

    pub(super) fn ink(&self, mark: &Mark) -> Ink {
        if mark.primary { self.primary } else { Ink::RELATED }
    }

    fn top(&mut self, excerpt: &Excerpt) {
        self.pen.blanks(self.number_width + 2);
        self.pen.out.extend([self.pen.characters.corner_top, self.pen.characters.bar, '[']);
        self.pen.begin(Ink::POSITION);
        self.pen.out.push_str(excerpt.name());
        if let Some(position) = excerpt.position() {
            // Writing to a string does not fail.
            let _ = write!(self.pen.out, ":{}:{}", position.line, position.column);
        }
        self.pen.end();
        self.pen.out.push_str("]\n");
    }

    fn bottom(&mut self) {
        self.pen.blanks(self.number_width + 2);
        self.pen.out.push(self.pen.characters.corner_bottom);
        self.pen.repeat(self.pen.characters.bar, 4);
        self.pen.out.push('\n');
    }

    fn line(&mut self, number: usize, line: Line<'_>) {
        self.pen.out.push(' ');
        self.pen.begin(Ink::LINE_NUMBER);
        let _ = write!(self.pen.out, "{number:width$}", width = self.number_width);
        self.pen.end();
        self.pen.out.extend([' ', self.pen.characters.upright, ' ']);
        self.arrows(line);
        push_expanded(self.pen.out, line.text);
        self.pen.out.push('\n');

        underline::draw(self, line);
        for mark in self.marks {
            if line.has_part(mark) && line.has_end(mark) && !mark.text.is_empty() {
                let ink = self.ink(mark);
                self.margin(line);
                self.pen.stroke(ink, self.pen.characters.bar, 1);
                self.pen.out.push(' ');
                self.pen.text(ink, &mark.text);
                self.pen.out.push('\n');
            }
        }
    }

    /// Between the line number and the text: the places over several lines that begin here, end here or go on.
    fn arrows(&mut self, line: Line<'_>) {
        if self.depth == 0 {
            return;
        }
        let characters = self.pen.characters;
        let mut written = 0;
        for (index, mark) in self.marks.iter().filter(|mark| line.has_part(mark)).enumerate() {
            let ink = self.ink(mark);
            let corner = match (line.has_start(mark), line.has_end(mark)) {
                (true, _) => characters.corner_top,
                (_, true) if mark.text.is_empty() => characters.corner_bottom,
                (_, true) => characters.branch,
                _ => {
                    self.pen.stroke(ink, characters.upright, 1);
                    // Escapes count as if they could be seen: where fewer places than elsewhere lie beside a line, its
                    // text stands further to the left in colour than without.
                    written += 1 + if self.pen.colour { ink.escape_len() } else { 0 };
                    continue;
                }
            };
            self.pen.stroke(ink, corner, 1);
            self.pen.stroke(ink, characters.bar, self.depth.saturating_sub(index));
            self.pen.stroke(ink, characters.arrow_right, 1);
            self.pen.out.push(' ');
            return;
        }
        self.pen.blanks(3 + self.depth.saturating_sub(written));
    }

    /// The beginning of a line that is not in the file, below `line`.
    pub(super) fn margin(&mut self, line: Line<'_>) {
        let characters = self.pen.characters;
        self.pen.blanks(self.number_width + 2);
        self.pen.out.extend([characters.margin, ' ']);
        if self.depth == 0 {
            return;
        }
        let mut columns = 0;
        for (index, mark) in self.marks.iter().filter(|mark| line.has_part(mark)).enumerate() {
            let ink = self.ink(mark);
            if line.has_end(mark) {
                let length = self.depth.saturating_sub(index) + 2;
                self.pen.stroke(ink, characters.corner_bottom, 1);
                self.pen.stroke(ink, characters.bar, length);
                columns += length + 1;
                break;
            }
            self.pen.stroke(ink, characters.upright, 1);
            columns += 1;
        }
        self.pen.blanks((self.depth + 3).saturating_sub(columns));
    }
}
