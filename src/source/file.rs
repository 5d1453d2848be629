//! A file's text with an index of its lines.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Span;
use super::span::packed;

/// Bytes between two known counts of characters.
const STRIDE: usize = 1024;
/// Bytes between two known counts of lines: a few lines, which are soon looked through.
const LINE_STRIDE: usize = 256;

/// Which file it is, whatever it is called: two texts of one file have the same, and no two files have.
///
/// Means nothing outside of the process, and has no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId(u64);

impl FileId {
    /// One that no other file has.
    fn fresh() -> FileId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        FileId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A file as it was read: its name and its text. Where its lines begin is found out when somebody asks.
///
/// Held behind an `Arc` and shared by all that points into it.
#[derive(Debug)]
pub struct SourceFile {
    id: FileId,
    name: String,
    text: String,
    /// How many lines end before each multiple of [`LINE_STRIDE`] bytes, and before the end; counted when a line is asked for.
    line_counts: OnceLock<Vec<u32>>,
    /// How many characters begin before each multiple of [`STRIDE`] bytes; counted when the first position is asked
    /// for, and empty where each byte is one. A line may be as long as its file, and have as many positions.
    counted: OnceLock<Vec<usize>>,
    /// Where lines begin with `---`; found when they are asked for.
    separators: OnceLock<Vec<usize>>,
    /// Whether its bytes on the disk are in another encoding.
    reencoded: bool,
    /// Whether its text may not be shown.
    foreign: bool,
}

/// A place as people count it: both numbers start at 1, the column counts characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A place as editors count it (the Language Server Protocol): both numbers start at 0, the character counts the units
/// of UTF-16 before it in its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Utf16Position {
    /// Line, from 0.
    pub line: usize,
    /// Units of UTF-16 in the line, from 0.
    pub character: usize,
}

impl SourceFile {
    /// A file with this text; `name` is what messages call the file (a path as the user would write it, or `<stdin>`).
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        SourceFile::with_id(FileId::fresh(), name.into(), text.into())
    }

    fn with_id(id: FileId, name: String, text: String) -> Self {
        SourceFile {
            id,
            name,
            text,
            line_counts: OnceLock::new(),
            counted: OnceLock::new(),
            separators: OnceLock::new(),
            reencoded: false,
            foreign: false,
        }
    }

    /// The same file with another text.
    #[must_use]
    pub fn with_text(&self, text: impl Into<String>) -> Self {
        let SourceFile { id, name, reencoded, foreign, .. } = self;
        SourceFile { reencoded: *reencoded, foreign: *foreign, ..SourceFile::with_id(*id, name.clone(), text.into()) }
    }

    /// Which file it is.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The same file, read from bytes that are not its text in UTF-8: what is written in their place must not be UTF-8
    /// without a word.
    #[must_use]
    pub fn reencoded(mut self) -> Self {
        self.reencoded = true;
        self
    }

    /// Whether its bytes on the disk are not its text in UTF-8.
    pub fn is_reencoded(&self) -> bool {
        self.reencoded
    }

    /// The same file as one that is none of the user's: it was reached through what another file says. Places in it are
    /// told, and its text is not shown (it may be anything that can be read on this machine).
    #[must_use]
    pub fn foreign(mut self) -> Self {
        self.foreign = true;
        self
    }

    /// Whether its text may not be shown.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// What messages call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines end before each multiple of [`LINE_STRIDE`] bytes, and before the end.
    fn lines(&self) -> &[u32] {
        self.line_counts.get_or_init(|| {
            let mut lines = vec![0; self.text.len() / LINE_STRIDE + 2];
            let mut sum = 0;
            for (chunk, before) in self.text.as_bytes().chunks(LINE_STRIDE).zip(lines.iter_mut().skip(1)) {
                sum += memchr::memchr_iter(b'\n', chunk).count();
                *before = packed(sum);
            }
            if let Some(all) = lines.last_mut() {
                *all = packed(sum);
            }
            lines
        })
    }

    /// How many lines begin in it, an empty last one among them.
    fn started_lines(&self) -> usize {
        self.lines().last().map_or(0, |all| *all as usize) + 1
    }

    /// Where line `index` (from 0) begins.
    fn line_start(&self, index: usize) -> Option<usize> {
        let Some(before) = index.checked_sub(1) else { return Some(0) };
        if index >= self.started_lines() {
            return None;
        }
        // The line break before it is the one with this number.
        let chunk = self.lines().partition_point(|lines| *lines as usize <= before) - 1;
        let known = self.lines().get(chunk).map_or(0, |lines| *lines as usize);
        let from = chunk * LINE_STRIDE;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr::memchr_iter(b'\n', rest).nth(before - known).map(|at| from + at + 1)
    }

    /// The first byte of the last line up to `offset` that begins with `---`, which parts the documents of YAML.
    pub fn separator_before(&self, offset: usize) -> Option<usize> {
        let separators = self.separators.get_or_init(|| {
            let is_separator = |at: &usize| self.text.get(*at..).is_some_and(|line| line.starts_with("---"));
            let starts = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
            std::iter::once(0).chain(starts).filter(is_separator).collect()
        });
        let before = separators.partition_point(|at| *at <= offset);
        separators.get(before.checked_sub(1)?).copied()
    }

    /// How many lines there are; a final line break does not begin another one unless text follows.
    pub fn line_count(&self) -> usize {
        self.started_lines() - usize::from(self.text.ends_with('\n'))
    }

    /// The line (from 0) that holds the byte `offset`; offsets past the end belong to the last line.
    pub fn line_index(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let chunk = offset / LINE_STRIDE;
        let known = self.lines().get(chunk).map_or(0, |lines| *lines as usize);
        let before = self.text.as_bytes().get(chunk * LINE_STRIDE..offset).unwrap_or_default();
        known + memchr::memchr_iter(b'\n', before).count()
    }

    /// The bytes of line `index` (from 0) without its line break; `None` past the last line.
    pub fn line_span(&self, index: usize) -> Option<Span> {
        let start = self.line_start(index)?;
        let near = self.text.as_bytes().get(start..self.text.len().min(start + LINE_STRIDE))?;
        let end = match memchr::memchr(b'\n', near) {
            Some(length) => start + length + 1,
            None => self.line_start(index + 1).unwrap_or(self.text.len()),
        };
        let line = self.text.get(start..end)?;
        let trimmed = line.strip_suffix('\n').unwrap_or(line);
        let trimmed = trimmed.strip_suffix('\r').unwrap_or(trimmed);
        Some(Span::new(start, start + trimmed.len()))
    }

    /// Line and column of a byte offset; an offset inside a character counts as that character.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_index(offset);
        let start = self.line_start(line).unwrap_or(0);
        let characters = self.characters_before(offset) - self.characters_before(start);
        Position { line: line + 1, column: characters + 1 }
    }

    /// Line and UTF-16 character of a byte offset; an offset inside a character counts as that character. Takes time
    /// that grows with the length of the line.
    pub fn utf16_position(&self, offset: usize) -> Utf16Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_index(offset);
        let start = self.line_start(line).unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Utf16Position { line, character: before.encode_utf16().count() }
    }

    /// The byte offset of a place as editors count it. A character past the end of its line is the end of the line,
    /// without its line break, and a line past the end of the file is the end of the file.
    pub fn utf16_offset(&self, position: Utf16Position) -> usize {
        let Some(line) = self.line_span(position.line) else { return self.text.len() };
        let mut units = 0;
        for (at, c) in line.slice(&self.text).char_indices() {
            if units >= position.character {
                return line.start() + at;
            }
            units += c.len_utf16();
        }
        line.end()
    }

    /// How many characters begin before the byte `offset`.
    fn characters_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let counted = self.counted.get_or_init(|| {
            if bytes.is_ascii() {
                return Vec::new();
            }
            let sums = bytes.chunks(STRIDE).scan(0, |sum, chunk| {
                let before = *sum;
                *sum += character_starts(chunk);
                Some(before)
            });
            sums.collect()
        });
        if counted.is_empty() {
            return offset.min(bytes.len());
        }
        let chunk = (offset / STRIDE).min(counted.len().saturating_sub(1));
        let known = counted.get(chunk).copied().unwrap_or(0);
        known + character_starts(bytes.get(chunk * STRIDE..offset).unwrap_or_default())
    }
}

/// How many of the bytes begin a character of UTF-8.
fn character_starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Position, SourceFile, Utf16Position};

    #[test]
    fn a_file_is_the_same_with_another_text_and_another_one_with_the_same_name() {
        let file = SourceFile::new("a", "x: 1\n");
        let changed = file.with_text("x: 1\ny: 2\n");
        assert_eq!((changed.id(), changed.name(), changed.line_count()), (file.id(), "a", 2));
        assert_ne!(SourceFile::new("a", "x: 1\n").id(), file.id());
    }

    #[test]
    fn editors_count_units_of_utf_16() {
        let file = SourceFile::new("a", "a😀é\r\nb");
        let offsets = [(0, 0, 0), (1, 0, 1), (5, 0, 3), (7, 0, 4), (9, 1, 0), (10, 1, 1)];
        for (offset, line, character) in offsets {
            let position = Utf16Position { line, character };
            assert_eq!(file.utf16_position(offset), position);
            assert_eq!(file.utf16_offset(position), offset);
        }
        // Within the 😀, behind the line, behind the file.
        assert_eq!(file.utf16_position(3), Utf16Position { line: 0, character: 1 });
        assert_eq!(file.utf16_offset(Utf16Position { line: 0, character: 9 }), 7);
        assert_eq!(file.utf16_offset(Utf16Position { line: 9, character: 0 }), 10);
    }

    proptest! {
        /// Lines are counted from place to place; here, one after the other.
        #[test]
        fn lines_are_those_of_the_text(pieces in prop::collection::vec("[a-c]{0,3}|\n|\r\n|[d]{300,1100}|\n{20}", 0..40)) {
            let text = pieces.concat();
            let file = SourceFile::new("a", text.as_str());
            let mut starts = vec![0];
            starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
            for (index, start) in starts.iter().enumerate() {
                prop_assert_eq!(file.line_start(index), Some(*start));
            }
            prop_assert_eq!(file.line_start(starts.len()), None);
            for offset in 0..text.len() + 3 {
                prop_assert_eq!(file.line_index(offset), starts.partition_point(|start| *start <= offset) - 1);
            }
            prop_assert_eq!(file.line_count(), text.lines().count().max(1));
        }

        /// The column is the number of characters before the offset in its line, however long the line is.
        #[test]
        fn columns_count_characters(words in prop::collection::vec("[a-z]{1,900}|[äöü中😀]{1,400}|\n", 0..12), at: prop::sample::Index) {
            let text = words.concat();
            let offset = text.floor_char_boundary(at.index(text.len() + 1));
            let before = &text[..offset];
            let line = before.rsplit('\n').next().unwrap_or_default();
            let expected = Position { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 };
            prop_assert_eq!(SourceFile::new("a", text.as_str()).position(offset), expected);
        }
    }
}
