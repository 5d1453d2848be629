//! Hugo's shortcodes: `{{% name "argument" %}}`, `{{< name key="argument" >}}`.
//!
//! Hugo reads them before Markdown does, inside of blocks of code, too.

use memchr::memmem;

use super::Page;
use crate::source::{Span, Spanned};

/// A longer shortcode is one that was not closed, in bytes.
const MAX_BYTES: usize = 4096;
/// So many shortcodes that are not closed are told of.
const MAX_TOLD: usize = 5;

/// A shortcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortcode {
    /// Its bytes, from the braces to the braces.
    pub span: Span,
    /// Its name.
    pub name: Spanned<String>,
    /// Its arguments, those with names among them, without the names.
    pub arguments: Vec<Spanned<String>>,
    /// Whether it ends one: `{{% /name %}}`.
    pub is_end: bool,
}

/// Reads the shortcodes of a page.
pub(super) fn read(page: &mut Page) {
    let file = page.file.clone();
    let text = file.text();
    let mut at = page.body;
    let mut told = 0;
    let opening = memmem::Finder::new("{{");
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| opening.find(rest)) {
        let start = at + found;
        at = start + 2;
        let end = match text.as_bytes().get(at) {
            Some(b'%') => "%}}",
            Some(b'<') => ">}}",
            _ => continue,
        };
        let begin = at + 1;
        let length = match closed(text.as_bytes().get(begin..).unwrap_or_default(), end) {
            Ok(length) => length,
            Err(passed) => {
                told += 1;
                if told <= MAX_TOLD {
                    let help = format!("write `{end}` at its end; Hugo refuses the page as it is");
                    page.problem(Span::new(start, start + 3), "the shortcode is not closed", help);
                }
                // What follows is looked at for itself.
                at = begin + passed;
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                continue;
            }
        };
        let inside = Span::new(begin, begin + length);
        at = inside.end() + end.len();
        // `{{</* … */>}}` shows a shortcode and is none.
        if !inside.slice(text).starts_with("/*") {
            page.shortcodes.extend(decode(text, Span::new(start, at), inside));
        }
    }
}

/// How many bytes there are before `end`; an error with how many there are before another shortcode begins, or before it
/// becomes too long.
fn closed(text: &[u8], end: &str) -> Result<usize, usize> {
    for at in memchr::memchr3_iter(b'%', b'>', b'{', text).take_while(|at| *at < MAX_BYTES) {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(end.as_bytes()) {
            return Ok(at);
        }
        if rest.starts_with(b"{{%") || rest.starts_with(b"{{<") {
            return Err(at);
        }
    }
    Err(text.len().min(MAX_BYTES))
}

fn decode(text: &str, span: Span, inside: Span) -> Option<Shortcode> {
    let mut words = Words { text, at: inside.start(), end: inside.end() }.collect::<Vec<_>>().into_iter();
    let first = words.next()?;
    let (is_end, name) = match first.value.strip_prefix('/') {
        // `{{% / name %}}` ends one, too.
        Some("") => (true, words.next()?),
        Some(name) => {
            (true, Spanned { value: name.to_owned(), span: Span::new(first.span.start() + 1, first.span.end()) })
        }
        None => (false, first),
    };
    // `{{< name />}}` closes itself.
    let arguments = words.filter(|word| word.value != "/").collect();
    Some(Shortcode { span, name, arguments, is_end })
}

/// The words of a shortcode: plain, in quotes, or in backticks; of `key="value"` the value.
struct Words<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl Iterator for Words<'_> {
    type Item = Spanned<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..self.end)?;
        self.at += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let first = rest.chars().next()?;
        if first == '"' || first == '`' {
            return Some(self.quoted(first));
        }
        let length = rest.find(|c: char| c.is_whitespace() || c == '"' || c == '`').unwrap_or(rest.len());
        let word = rest.get(..length)?;
        if let Some((_, value)) = word.split_once('=') {
            let start = self.at + word.len() - value.len();
            self.at = start;
            let quote = self.text.get(start..self.end)?.chars().next().filter(|c| matches!(c, '"' | '`'));
            match quote {
                Some(quote) if value.is_empty() => return Some(self.quoted(quote)),
                _ => {}
            }
            self.at = start + value.len();
            return Some(Spanned { value: value.to_owned(), span: Span::new(start, self.at) });
        }
        let span = Span::new(self.at, self.at + length);
        self.at = span.end();
        Some(Spanned { value: word.to_owned(), span })
    }
}

impl Words<'_> {
    /// What stands in quotes; the place is that of the text between them.
    fn quoted(&mut self, quote: char) -> Spanned<String> {
        let start = self.at + 1;
        let mut value = String::new();
        let mut characters = self.text.get(start..self.end).unwrap_or_default().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' if quote == '"' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                _ if character == quote => {
                    self.at = start + at + 1;
                    return Spanned { value, span: Span::new(start, start + at) };
                }
                _ => value.push(character),
            }
        }
        self.at = self.end;
        Spanned { value, span: Span::new(start.min(self.end), self.end) }
    }
}
