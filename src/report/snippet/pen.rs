//! What lines are drawn with: characters, colours, and the text that they are appended to.

use crate::source::Severity;

/// The characters that lines, corners and arrows are made of.
pub(super) struct Characters {
    pub bar: char,
    pub upright: char,
    /// Stands in the margin of lines that are not in the file.
    pub margin: char,
    pub arrow_up: char,
    pub arrow_right: char,
    pub corner_top: char,
    pub corner_bottom: char,
    /// Where a label's line goes on from the arrow at the end of its place.
    pub branch: char,
    pub underline: char,
    /// Where the line to the text of a label leaves its underline.
    pub stem: char,
}

const UNICODE: Characters = Characters {
    bar: '─',
    upright: '│',
    margin: '·',
    arrow_up: '▲',
    arrow_right: '▶',
    corner_top: '╭',
    corner_bottom: '╰',
    branch: '├',
    underline: '─',
    stem: '┬',
};

const ASCII: Characters = Characters {
    bar: '-',
    upright: '|',
    margin: ':',
    arrow_up: '^',
    arrow_right: '>',
    corner_top: ',',
    corner_bottom: '`',
    branch: '|',
    underline: '^',
    stem: '|',
};

const BLANKS: &str = "                                ";

const RESET: &str = "\x1b[0m";

/// A colour, as the escape that begins it.
#[derive(Clone, Copy)]
pub(super) struct Ink(&'static str);

impl Ink {
    /// Of the numbers of lines: dim.
    pub(super) const LINE_NUMBER: Ink = Ink("\x1b[2m");
    /// Of the file's name and the position in it.
    pub(super) const POSITION: Ink = Ink("\x1b[36;1;4m");
    /// Of places other than the finding's own.
    pub(super) const RELATED: Ink = Ink("\x1b[36m");

    /// The colour of a finding's own place.
    pub(super) const fn primary(severity: Severity) -> Ink {
        match severity {
            Severity::Error => Ink("\x1b[31m"),
            Severity::Warning => Ink("\x1b[33m"),
            Severity::Info => Ink("\x1b[36m"),
        }
    }

    /// How many characters its escapes add to a text.
    pub(super) const fn escape_len(self) -> usize {
        self.0.len() + RESET.len()
    }
}

/// Appends to a text, in colours if there are any.
pub(super) struct Pen<'a> {
    /// What is drawn so far.
    pub out: &'a mut String,
    /// Whether to write the escapes of colours.
    pub colour: bool,
    /// What to draw with.
    pub characters: &'static Characters,
}

impl<'a> Pen<'a> {
    pub(super) fn new(out: &'a mut String, colour: bool, unicode: bool) -> Self {
        Pen { out, colour, characters: if unicode { &UNICODE } else { &ASCII } }
    }

    /// What follows is in the colour of `ink`.
    pub(super) fn begin(&mut self, ink: Ink) {
        if self.colour {
            self.out.push_str(ink.0);
        }
    }

    /// What follows has no colour.
    pub(super) fn end(&mut self) {
        if self.colour {
            self.out.push_str(RESET);
        }
    }

    pub(super) fn repeat(&mut self, character: char, count: usize) {
        self.out.extend(std::iter::repeat_n(character, count));
    }

    pub(super) fn blanks(&mut self, mut count: usize) {
        // A piece at a time: most of what is drawn are blanks.
        while let Some(piece) = BLANKS.get(..count.min(BLANKS.len())).filter(|piece| !piece.is_empty()) {
            self.out.push_str(piece);
            count -= piece.len();
        }
    }

    /// `count` times `character`, in colour.
    pub(super) fn stroke(&mut self, ink: Ink, character: char, count: usize) {
        self.begin(ink);
        self.repeat(character, count);
        self.end();
    }

    /// `text` in colour.
    pub(super) fn text(&mut self, ink: Ink, text: &str) {
        self.begin(ink);
        self.out.push_str(text);
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_blanks_as_there_should_be() {
        for count in [0, 1, BLANKS.len() - 1, BLANKS.len(), BLANKS.len() + 1, 3 * BLANKS.len()] {
            let mut out = String::new();
            Pen::new(&mut out, false, false).blanks(count);
            assert_eq!(out, " ".repeat(count));
        }
    }
}
