//! Places in the lines of a YAML file: where a line begins, what stands behind a colon, how lines come and go.

use crate::source::{Edit, SourceFile, Span};

/// The lines of a file. All places are byte offsets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines<'a> {
    file: &'a SourceFile,
}

impl<'a> Lines<'a> {
    pub(super) fn of(file: &'a SourceFile) -> Self {
        Lines { file }
    }

    pub(super) fn text(self) -> &'a str {
        self.file.text()
    }

    /// Whether the file looks like JSON: it begins with a brace and a quoted key.
    pub(super) fn is_json(self) -> bool {
        let text = self.text().trim_start_matches('\u{feff}').trim_start();
        text.strip_prefix('{').is_some_and(|inside| inside.trim_start().starts_with('"'))
    }

    /// The first byte of the line of `offset`.
    pub(super) fn start_of(self, offset: usize) -> usize {
        self.file.line_span(self.file.line_index(offset)).map_or(offset, |line| line.start())
    }

    /// The end of the line of `offset`, without its line break.
    pub(super) fn end_of(self, offset: usize) -> usize {
        self.file.line_span(self.file.line_index(offset)).map_or(offset, |line| line.end())
    }

    /// How many bytes stand before `offset` in its line.
    pub(super) fn column(self, offset: usize) -> usize {
        offset - self.start_of(offset)
    }

    /// Whether nothing but blanks stands before `offset` in its line.
    pub(super) fn begins_line(self, offset: usize) -> bool {
        is_blank(Span::new(self.start_of(offset), offset).slice(self.text()))
    }

    /// Whether nothing but blanks or a comment stands behind `offset` in its line.
    pub(super) fn ends_line(self, offset: usize) -> bool {
        let rest = Span::new(offset, self.end_of(offset)).slice(self.text());
        rest.trim_start_matches([' ', '\t']).is_empty() || rest.trim_start_matches([' ', '\t']).starts_with('#')
    }

    /// Whether a block of lines that is indented by `indent` and ends where the line of `offset` does would go on with the
    /// lines that follow: with a comment that is indented as far, or with blanks that reach further.
    pub(super) fn goes_on_below(self, offset: usize, indent: usize) -> bool {
        let below = self.text().get(self.end_of(offset)..).unwrap_or_default();
        let mut below = below.lines().skip(1);
        let is_deep = |line: &str| line.bytes().take_while(|byte| *byte == b' ').count() >= indent;
        below.find_map(|line| match is_blank(line) {
            true => (line.len() > indent || line.contains('\t')).then_some(true),
            false => Some(is_deep(line)),
        }) == Some(true)
    }

    /// Whether the byte at `offset` is `byte`.
    pub(super) fn is_at(self, offset: usize, byte: u8) -> bool {
        self.text().as_bytes().get(offset) == Some(&byte)
    }

    /// Behind the blanks at `offset`.
    pub(super) fn behind_blanks(self, offset: usize) -> usize {
        let rest = self.text().get(offset..).unwrap_or_default();
        offset + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
    }

    /// The first of the blanks in front of `offset`.
    pub(super) fn before_blanks(self, offset: usize) -> usize {
        self.text().get(..offset).unwrap_or_default().trim_end_matches([' ', '\t']).len()
    }

    /// Behind the blanks, line breaks and comments at `offset`: where the next token begins.
    pub(super) fn next_token(self, offset: usize) -> usize {
        let mut at = offset;
        loop {
            let rest = self.text().get(at..).unwrap_or_default();
            at += rest.len() - rest.trim_start().len();
            if !self.is_at(at, b'#') {
                return at;
            }
            at = self.end_of(at);
        }
    }

    /// Behind the anchor and the tag at `offset`, and the blanks before them; `offset` where there are none.
    pub(super) fn behind_properties(self, offset: usize) -> usize {
        let mut end = offset;
        loop {
            let at = self.behind_blanks(end);
            if !self.is_at(at, b'&') && !self.is_at(at, b'!') {
                return end;
            }
            let rest = self.text().get(at..).unwrap_or_default();
            end = at + rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
        }
    }

    /// Behind the `:` that follows a key.
    pub(super) fn behind_colon(self, key_end: usize) -> Option<usize> {
        let colon = self.behind_blanks(key_end);
        self.is_at(colon, b':').then_some(colon + 1)
    }

    /// Puts `lines`, which have no line break at their end, below the line of `offset`.
    pub(super) fn insert_below(self, offset: usize, lines: &str) -> Edit {
        Edit { span: Span::at(self.end_of(offset)), replacement: format!("\n{lines}") }
    }

    /// Takes out the lines from that of `first`, which is not the first of the file, to that of `last`. The line break
    /// before them goes, not the one behind: the last line of a file may have none.
    pub(super) fn remove(self, first: usize, last: usize) -> Edit {
        let before = self.text().get(..self.start_of(first)).unwrap_or_default();
        Edit { span: Span::new(without_break(before).len(), self.end_of(last)), replacement: String::new() }
    }
}

/// Whether there is nothing but blanks in a line.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

fn without_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
