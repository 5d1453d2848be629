//! What libyaml takes, and with it Prometheus, and `granit-parser` refuses.
//!
//! The reader puts spaces where they are wanted and mean nothing, parses again, and translates the offsets back.
//!
//! Quoted text over several lines that is not indented:
//! `'x{` … `}'` with the second line at the left margin is against the YAML specification, yet people write it. Line
//! folding drops spaces at the start of such a line. The same for a tab at the start of such a line.
//!
//! Comments without a space before them: `"x"# a comment`.
//!
//! `\'` in double quotes. It is read as `\"`, and the quote is put right in the value (`escapes`).

use std::ops::Range;

use granit_parser::{ErrorKind, Parser};

use super::build::{Attempt, Source, build};
use super::escapes::escaped_single_quotes;
use super::granit::parser_options;
use crate::source::Span;

/// How often a file may be parsed, however large it is, before such a place is reported like any other mistake. The
/// first repair finds all such lines of an ordinary file at once; what remains is found one place at a time.
const ROUNDS: usize = 24;
/// How many bytes may be parsed in more rounds than that: what a small file needs for a `\'` in each of its texts.
const MAX_WORK: usize = 4 << 20;
/// Spaces for a line about which nothing but the complaint is known: more than any block is indented.
const DEEP: usize = 256;

/// Spaces that are put into a text, and quotes that are turned in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Insertions {
    /// Where in the original text and how many, by place.
    places: Vec<(usize, usize)>,
    /// The same places in the text with the insertions: where each of them begins, and how many spaces lie before.
    starts: Vec<(usize, usize)>,
    /// The single quotes that become double ones, in the original text, by place.
    quotes: Vec<usize>,
}

impl Insertions {
    fn new(mut places: Vec<(usize, usize)>) -> Self {
        places.sort_unstable();
        places.dedup_by_key(|(at, _)| *at);
        let mut before = 0;
        let mut starts = Vec::with_capacity(places.len());
        for (at, count) in &places {
            starts.push((at + before, before));
            before += count;
        }
        Insertions { places, starts, quotes: Vec::new() }
    }

    /// Whether nothing is changed.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.quotes.is_empty()
    }

    fn with(&self, more: &[(usize, usize)]) -> Self {
        Insertions { quotes: self.quotes.clone(), ..Insertions::new([&self.places, more].concat()) }
    }

    fn without(&self, places: &[usize]) -> Self {
        let rest = self.places.iter().filter(|(at, _)| places.binary_search(at).is_err());
        Insertions { quotes: self.quotes.clone(), ..Insertions::new(rest.copied().collect()) }
    }

    fn apply(&self, text: &str) -> String {
        let added: usize = self.places.iter().map(|(_, count)| count).sum();
        let mut result = String::with_capacity(text.len() + added);
        let mut from = 0;
        for (at, count) in &self.places {
            self.push_turned(text, from..*at, &mut result);
            result.extend(std::iter::repeat_n(' ', *count));
            from = *at;
        }
        self.push_turned(text, from..text.len(), &mut result);
        result
    }

    /// A part of the text with its quotes turned.
    fn push_turned(&self, text: &str, part: Range<usize>, result: &mut String) {
        let mut from = part.start;
        let first = self.quotes.partition_point(|quote| *quote < part.start);
        for quote in self.quotes.iter().skip(first).take_while(|quote| **quote < part.end) {
            result.push_str(text.get(from..*quote).unwrap_or_default());
            result.push('"');
            from = quote + 1;
        }
        result.push_str(text.get(from..part.end).unwrap_or_default());
    }

    /// The offset in the original text that belongs to an offset in the text with the insertions.
    pub(super) fn original(&self, offset: usize) -> usize {
        if self.starts.is_empty() {
            return offset;
        }
        let index = self.starts.partition_point(|(start, _)| *start <= offset);
        let Some(index) = index.checked_sub(1) else { return offset };
        match (self.starts.get(index), self.places.get(index)) {
            (Some((start, before)), Some((at, count))) => {
                let into = offset - start;
                if into <= *count { *at } else { offset - before - count }
            }
            _ => offset,
        }
    }

    /// The insertions that do not lie inside a quoted scalar of several lines and belong to no comment: `folded`, in the
    /// text with the insertions, by place.
    fn outside(&self, folded: &[Span], comments: &[usize]) -> Vec<usize> {
        let lies_outside = |start: usize| {
            let before = folded.partition_point(|span| span.start() < start);
            before.checked_sub(1).and_then(|index| folded.get(index)).is_none_or(|span| span.end() <= start)
        };
        let pairs = self.places.iter().zip(&self.starts);
        let outside = pairs.filter(|(_, (start, _))| lies_outside(*start)).map(|((at, _), _)| *at);
        outside.filter(|at| !comments.contains(at)).collect()
    }
}

/// What came of reading a text, repaired where that was needed.
pub(super) struct Repaired {
    /// The documents, and the syntax errors in bytes of the original text.
    pub(super) attempt: Attempt,
    /// Lines that lie inside a quoted text which is never closed, by place.
    pub(super) unclosed: Vec<usize>,
}

/// Reads the text of `source`, repairing what has to be repaired.
pub(super) fn read(source: &Source) -> Repaired {
    let text = source.origin.text();
    let mut insertions = Insertions::default();
    let mut attempt = build(source, text, &insertions);
    // The places that the parser complained about are certain; others are guessed.
    let (mut lines, mut comments) = (Vec::new(), Vec::new());
    let (mut rounds, mut work) = (0, 0);
    while rounds < ROUNDS || work < MAX_WORK {
        let outside = insertions.outside(&attempt.folded_quotes, &comments);
        let unclosed: Vec<usize> = lines.iter().filter(|line| outside.contains(line)).copied().collect();
        let quotes = unknown_quotes(&attempt, text);
        if !quotes.is_empty() && !insertions.quotes.contains(quotes.first().unwrap_or(&0)) {
            insertions.quotes.extend(quotes);
            insertions.quotes.sort_unstable();
        } else if let Some(comment) = unseparated_comment(&attempt, &comments) {
            comments.push(comment);
            insertions = insertions.with(&[(comment, 1)]);
        } else if let Some(line) = complaint(&attempt, text, &lines)
            && is_document_mark(text.as_bytes(), line)
        {
            // The document ends there, and with it the text.
            return Repaired { attempt, unclosed: vec![line] };
        } else if let Some(line) = complaint(&attempt, text, &lines) {
            // A guess spares a round for each further line.
            let guessed = if lines.is_empty() { guess(text) } else { Vec::new() };
            lines.push(line);
            insertions = insertions.with(&[(line, DEEP)]).with(&guessed);
        } else if outside.is_empty() || !unclosed.is_empty() {
            return Repaired { attempt, unclosed };
        } else {
            insertions = insertions.without(&outside);
        }
        let repaired = insertions.apply(text);
        (rounds, work) = (rounds + 1, work + repaired.len());
        attempt = build(source, &repaired, &insertions);
    }
    Repaired { attempt, unclosed: Vec::new() }
}

/// The quotes of the `\'` in the first text that holds one.
fn unknown_quotes(attempt: &Attempt, text: &str) -> Vec<usize> {
    let errors = attempt.errors.iter().filter(|error| matches!(error.kind, ErrorKind::UnknownQuotedScalarEscape));
    errors.map(|error| escaped_single_quotes(text, error.at)).find(|quotes| !quotes.is_empty()).unwrap_or_default()
}

/// The first `#` without a space before it that is not known yet.
fn unseparated_comment(attempt: &Attempt, known: &[usize]) -> Option<usize> {
    let errors = attempt.errors.iter().filter(|error| matches!(error.kind, ErrorKind::CommentNotSeparated));
    errors.map(|error| error.at).find(|at| !known.contains(at))
}

/// The start of the first line that the parser holds for badly indented quoted text and that is not known yet.
fn complaint(attempt: &Attempt, text: &str, known: &[usize]) -> Option<usize> {
    let is_complaint =
        |kind: &ErrorKind| matches!(kind, ErrorKind::InvalidQuotedScalarIndent | ErrorKind::TabInIndentation);
    let complaints = attempt.errors.iter().filter(|error| is_complaint(&error.kind));
    let mut lines = complaints.map(|error| line_start(text, error.at));
    lines.find(|line| !known.contains(line))
}

/// Whether a line begins with `---` or `...`, which ends a document, also in quoted text.
fn is_document_mark(bytes: &[u8], line: usize) -> bool {
    let rest = bytes.get(line..).unwrap_or_default();
    let behind = rest.strip_prefix(b"---").or_else(|| rest.strip_prefix(b"..."));
    behind.is_some_and(|behind| matches!(behind.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')))
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |at| at + 1)
}

/// Lines that look as if they lay inside a quoted text and are indented too little, with the spaces that they lack.
/// Goes by the look of single lines: a quote that begins a value, up to the next one that closes it.
fn guess(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut found, mut added, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let (column, value) = value_of_line(bytes, at, end);
        at = end + 1;
        match bytes.get(value) {
            Some(quote @ (b'"' | b'\'')) if value < end => {
                let close = closing_quote(bytes, value + 1, *quote);
                while at < close {
                    let content = skip(bytes, at, |byte| byte == b' ');
                    let is_text = !matches!(bytes.get(content), Some(b'\n' | b'\r')) && !is_document_mark(bytes, at);
                    if content - at <= column && is_text {
                        found.push((at, column + 1));
                        added += column + 1;
                    }
                    at = line_end(bytes, at) + 1;
                }
            }
            Some(b'|' | b'>') if value < end => {
                // Nothing in a block of text is a value.
                while at < bytes.len() {
                    let content = skip(bytes, at, |byte| byte == b' ');
                    if content - at <= column && !matches!(bytes.get(content), Some(b'\n' | b'\r')) {
                        break;
                    }
                    at = line_end(bytes, at) + 1;
                }
            }
            _ => {}
        }
        if added > text.len() + DEEP {
            return Vec::new();
        }
    }
    found
}

/// Where the key of a line stands, counted from the start of the line, and the offset of its value.
fn value_of_line(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let mut key = skip(bytes, start, |byte| byte == b' ');
    while bytes.get(key) == Some(&b'-') && bytes.get(key + 1) == Some(&b' ') {
        key = skip(bytes, key + 1, |byte| byte == b' ');
    }
    let name_end = skip(bytes, key, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'));
    let has_name = name_end > key && bytes.get(name_end) == Some(&b':') && bytes.get(name_end + 1) == Some(&b' ');
    let value = if has_name { skip(bytes, name_end + 1, |byte| byte == b' ') } else { key };
    (key.min(end) - start, value)
}

/// The offset of the quote that closes a text which begins at `from`, or the end of the document.
fn closing_quote(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && next == Some(&b'\'') => at += 1,
            b'\n' if bytes.get(at + 1..).is_some_and(|rest| rest.starts_with(b"---") || rest.starts_with(b"...")) => {
                break;
            }
            _ if *byte == quote => break,
            _ => {}
        }
        at += 1;
    }
    at
}

fn skip(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| wanted(**byte)).count()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    skip(bytes, from, |byte| byte != b'\n')
}

/// The offset of the quote that opens the quoted text in which `inside` lies.
pub(super) fn opening_quote(text: &str, inside: usize) -> Option<usize> {
    // Quotes do not reach from one document into the next, and each has one error at most: what is parsed again is
    // never more than the text.
    let document = text.get(..inside)?.rfind("\n---").map_or(0, |before| before + 1);
    // A text that stops there ends in an unclosed quote; if a badly indented line comes first, in the one before it.
    let error_before = |end: usize| last_error(text.get(document..end)?.trim_end());
    let opening = match error_before(inside)? {
        (ErrorKind::UnclosedQuotedScalar, opening) => opening,
        (ErrorKind::InvalidQuotedScalarIndent, line) => match error_before(document + line)? {
            (ErrorKind::UnclosedQuotedScalar, opening) => opening,
            _ => return None,
        },
        _ => return None,
    };
    Some(document + opening)
}

fn last_error(text: &str) -> Option<(ErrorKind, usize)> {
    let mut parser = Parser::new_from_str_with_options(text, parser_options());
    let mut last = None;
    while let Some(next) = parser.next_event() {
        let Err(error) = next else { continue };
        last = error.marker().byte_offset().map(|at| (error.kind().clone(), at));
        if !parser.proceed_next_document().unwrap_or(false) {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_translated_back() {
        let insertions = Insertions::new(vec![(4, 2), (9, 3)]);
        let text = "abc\ndefg\nhi";
        assert_eq!(insertions.apply(text), "abc\n  defg\n   hi");
        let originals: Vec<usize> = (0..=16).map(|offset| insertions.original(offset)).collect();
        assert_eq!(originals, [0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 9, 9, 9, 10, 11]);
    }

    #[test]
    fn the_guess_finds_quoted_lines_at_the_margin_only() {
        let text = "a:\n  b: 'x\ny\n  z'\n  c: |\n    d: 'e\n  f: \"g\\\"\n   h\n i\"\nj: k\n";
        let lines: Vec<&str> = guess(text).iter().map(|(at, _)| text[*at..].lines().next().unwrap()).collect();
        assert_eq!(lines, ["y", "  z'", " i\""]);
    }
}
