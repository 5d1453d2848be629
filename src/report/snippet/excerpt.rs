//! A few lines of a file, cropped and made printable.

use std::ops::Range;

use super::crop::visible_parts;
use super::frame::Line;
use super::{CONTEXT_LINES, FRAME_WIDTH, MIN_TEXT_WIDTH, Place, Style};
use crate::report::text::{is_unprintable, one_line};
use crate::source::{Position, Span};

/// Consecutive lines of a file, with the places in them.
pub(super) struct Excerpt {
    name: String,
    /// The lines as they are shown, each with a line feed behind it.
    text: String,
    /// Index in the file of the first line.
    first_line: usize,
    line_count: usize,
    marks: Vec<Mark>,
}

/// A place in the excerpt's text.
pub(super) struct Mark {
    /// Bytes of the excerpt's text.
    pub span: Span,
    /// What to say there.
    pub text: String,
    /// Whether it is the finding's own place.
    pub primary: bool,
    /// Where it begins in the file.
    position: Position,
}

impl Excerpt {
    /// The lines of `places`, which are of one file and in order, and [`CONTEXT_LINES`] around them.
    pub(super) fn new(style: &Style, places: &[Place<'_>]) -> Self {
        let mut excerpt =
            Excerpt { name: String::new(), text: String::new(), first_line: 0, line_count: 0, marks: Vec::new() };
        let (Some(first), Some(last)) = (places.first(), places.iter().map(|place| place.lines.end).max()) else {
            return excerpt;
        };
        let file = first.file;
        excerpt.name = one_line(file.name()).into_owned();
        excerpt.first_line = first.lines.start.saturating_sub(CONTEXT_LINES);
        let end_line = (last + CONTEXT_LINES).min(file.line_count().max(last));
        let width = style.width.saturating_sub(FRAME_WIDTH).max(MIN_TEXT_WIDTH);

        let mut map = OffsetMap::default();
        for index in excerpt.first_line..end_line {
            let Some(line) = file.line_span(index) else { break };
            let inside: Vec<Range<usize>> = places
                .iter()
                .filter(|place| place.lines.contains(&index))
                .map(|place| {
                    let start = place.span.start().clamp(line.start(), line.end());
                    start - line.start()..place.span.end().clamp(start, line.end()) - line.start()
                })
                .collect();
            let text = line.slice(file.text());
            let parts = visible_parts(text, &inside, width);
            map.push_line(&mut excerpt.text, text, line.start(), &parts, if style.unicode { "…" } else { "..." });
            excerpt.line_count += 1;
        }
        excerpt.marks = places
            .iter()
            .map(|place| Mark {
                span: map.span(place.span, &excerpt.text),
                text: place.text.clone(),
                primary: place.primary,
                position: file.position(place.span.start()),
            })
            .collect();
        excerpt.separate_marks();
        excerpt
    }

    /// What the file is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Index in the file of the first line.
    pub(super) fn first_line(&self) -> usize {
        self.first_line
    }

    /// Index in the file of the line behind the last one, which is the last one's number.
    pub(super) fn end_line(&self) -> usize {
        self.first_line + self.line_count
    }

    /// The lines as they are shown.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut end = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let start = end;
            end += line.len();
            Line { text: line.strip_suffix('\n').unwrap_or(line), span: Span::new(start, end) }
        })
    }

    /// The position in the file to name: of the finding's own place if it is here, or else of the first one.
    pub(super) fn position(&self) -> Option<Position> {
        let named = self.marks.iter().find(|mark| mark.primary).or(self.marks.first())?;
        // What lies in one gap is shown at the same byte; the first of those is named.
        let first = self.marks.iter().find(|mark| mark.span.start() == named.span.start());
        first.map(|mark| mark.position)
    }

    /// The places, in the order of the text.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Underlines that overlap cannot be told apart. So of two that overlap one gives way: the primary place stays as
    /// it is, another keeps the longest piece that is left of it, and one of which nothing is left hands its text to
    /// the one that covers it.
    fn separate_marks(&mut self) {
        let text = &self.text;
        let (multi_line, mut waiting): (Vec<Mark>, Vec<Mark>) = std::mem::take(&mut self.marks)
            .into_iter()
            .partition(|mark| mark.span.slice(text).trim_end_matches('\n').contains('\n'));
        // Short ones first: they are the precise ones.
        waiting.sort_by_key(|mark| (!mark.primary, mark.span.len()));
        let mut placed: Vec<Mark> = Vec::with_capacity(waiting.len());
        for mut mark in waiting {
            match longest_free_piece(mark.span, &placed) {
                Some(piece) => {
                    mark.span = piece;
                    placed.push(mark);
                }
                None => {
                    let covering = placed.iter_mut().find(|other| other.span.touches(mark.span.start()));
                    if let Some(other) = covering.filter(|_| !mark.text.is_empty()) {
                        let separator = if other.text.is_empty() { "" } else { "; " };
                        other.text = format!("{}{separator}{}", other.text, mark.text);
                    }
                }
            }
        }
        self.marks = multi_line;
        self.marks.append(&mut placed);
        self.marks.sort_by_key(|mark| (mark.span.start(), mark.span.end()));
    }
}

/// The longest part of `span` that none of `taken` covers; the first of several.
fn longest_free_piece(span: Span, taken: &[Mark]) -> Option<Span> {
    let mut pieces = vec![span];
    for other in taken {
        pieces = pieces
            .into_iter()
            .flat_map(|piece| {
                if other.span.end() <= piece.start() || piece.end() <= other.span.start() {
                    [Some(piece), None]
                } else {
                    let before = Span::new(piece.start(), other.span.start().max(piece.start()));
                    let behind = Span::new(other.span.end().min(piece.end()), piece.end());
                    [Some(before).filter(|rest| !rest.is_empty()), Some(behind).filter(|rest| !rest.is_empty())]
                }
            })
            .flatten()
            .collect();
    }
    pieces.into_iter().rev().max_by_key(|piece| piece.len())
}

/// Where the bytes of the file are in the text of the excerpt.
#[derive(Default)]
struct OffsetMap {
    /// Of each run of ASCII, each other character, each gap and each line's end, in order.
    points: Vec<Point>,
}

struct Point {
    /// Byte of the file.
    file: usize,
    /// Byte of the excerpt.
    shown: usize,
    /// How many bytes from there on are the same in both.
    same: usize,
}

impl OffsetMap {
    /// Appends the shown `parts` of `line`, which begins at `line_start` in the file, to `text`.
    fn push_line(&mut self, text: &mut String, line: &str, line_start: usize, parts: &[Range<usize>], gap: &str) {
        let mut shown_to = 0;
        for part in parts {
            if part.start > shown_to {
                self.push(line_start + shown_to, text, gap, 0);
            }
            self.push_part(text, line.get(part.clone()).unwrap_or_default(), line_start + part.start);
            shown_to = part.end;
        }
        if shown_to < line.len() {
            self.push(line_start + shown_to, text, gap, 0);
        }
        self.push(line_start + line.len(), text, "\n", 0);
    }

    /// Appends `part`, which begins at `start` in the file.
    fn push_part(&mut self, text: &mut String, part: &str, start: usize) {
        let mut at = 0;
        while let Some(rest) = part.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.bytes().take_while(|byte| matches!(byte, b' '..=b'~' | b'\t')).count();
            if plain > 0 {
                self.push(start + at, text, rest.get(..plain).unwrap_or_default(), plain);
                at += plain;
                continue;
            }
            let character = rest.chars().next().unwrap_or_default();
            let shown = if is_unprintable(character) { char::REPLACEMENT_CHARACTER } else { character };
            self.push(start + at, text, shown.encode_utf8(&mut [0; 4]), 0);
            at += character.len_utf8();
        }
    }

    fn push(&mut self, file: usize, text: &mut String, piece: &str, same: usize) {
        self.points.push(Point { file, shown: text.len(), same });
        text.push_str(piece);
    }

    /// The byte of the excerpt at which the byte `offset` of the file is shown, or the gap that it is in.
    fn offset(&self, offset: usize) -> usize {
        let behind = self.points.partition_point(|point| point.file <= offset);
        let before = self.points.get(behind.saturating_sub(1));
        before.map_or(0, |point| point.shown + offset.saturating_sub(point.file).min(point.same))
    }

    /// The bytes of `text`, the excerpt, that show `span`. What is empty and lies at the end of a line covers its line
    /// feed, which is drawn as one column behind the line.
    fn span(&self, span: Span, text: &str) -> Span {
        let start = self.offset(span.start());
        if !span.is_empty() {
            return Span::new(start, self.offset(span.end()).max(start + 1));
        }
        let at_line_end = text.as_bytes().get(start) == Some(&b'\n');
        Span::new(start, start + usize::from(at_line_end))
    }
}
