//! Underlines places within a line, and writes below what is said of them.

use smallvec::SmallVec;

use super::columns;
use super::excerpt::Mark;
use super::frame::{Frame, Line};

/// A place that is underlined, and the column in which the line to its text begins.
type Stem<'a> = (&'a Mark, usize);

/// Appends what belongs below `line`: nothing where no place lies within it.
pub(super) fn draw(frame: &mut Frame<'_>, line: Line<'_>) {
    if !frame.marks().iter().any(|mark| line.has_all(mark)) {
        return;
    }
    frame.margin(line);
    let stems = underlines(frame, line);
    for (mark, _) in stems.iter().rev().filter(|(mark, _)| !mark.text.is_empty()) {
        frame.margin(line);
        label(frame, &stems, mark);
    }
}

/// The underlines of all places within `line`, from left to right; each takes at least one column, and none overlaps
/// the one before it.
fn underlines<'a>(frame: &mut Frame<'a>, line: Line<'_>) -> SmallVec<[Stem<'a>; 4]> {
    let characters = frame.pen.characters;
    let mut stems = SmallVec::new();
    let mut column = 0;
    for mark in frame.marks().iter().filter(|mark| line.has_all(mark)) {
        let empty = mark.span.is_empty();
        let start = columns::start(line.text, mark.span.start() - line.span.start()).max(column);
        let end = if empty { 0 } else { columns::end(line.text, mark.span.end() - line.span.start()) }.max(start + 1);
        let stem = usize::midpoint(start, end);
        let middle = match (empty, mark.text.is_empty()) {
            (true, _) => characters.arrow_up,
            (_, true) => characters.underline,
            _ => characters.stem,
        };
        frame.pen.begin(frame.ink(mark));
        frame.pen.blanks(start - column);
        frame.pen.repeat(characters.underline, stem - start);
        frame.pen.out.push(middle);
        frame.pen.repeat(characters.underline, end - stem - 1);
        frame.pen.end();
        column = end;
        stems.push((mark, stem));
    }
    frame.pen.out.push('\n');
    stems
}

/// The text of `mark`, and the lines to the texts of those to the left of it, which follow further below.
fn label(frame: &mut Frame<'_>, stems: &[Stem<'_>], mark: &Mark) {
    let characters = frame.pen.characters;
    let mut column = 0;
    for (other, stem) in stems {
        frame.pen.blanks(stem.saturating_sub(column));
        // Not compared by identity: two empty places at one byte may say the same, and then the first speaks for both.
        if other.span == mark.span && other.text == mark.text {
            frame.pen.begin(frame.ink(mark));
            frame.pen.out.extend([characters.corner_bottom, characters.bar, characters.bar, ' ']);
            frame.pen.text(frame.ink(mark), &mark.text);
            frame.pen.end();
            frame.pen.out.push('\n');
            return;
        }
        frame.pen.stroke(frame.ink(other), characters.upright, 1);
        column = stem + 1;
    }
}
