//! Edits of bytes within a decoded text: of an expression or a template, whatever its quotes, escapes and folded lines.
//!
//! An edit is mapped to the bytes that its ends came from, and its new text is written in the style of the scalar. What
//! comes of it is read again, alone, by the same reader: where the result is not exactly the text that was asked for
//! (because blanks at the end of a folded line vanish, say, or a `#` begins a comment) the edit is refused.

use std::sync::Arc;

use super::super::place::{Mapped, Origin};
use super::super::{Scalar, ScalarStyle, parse};
use super::Refusal;
use super::value::{needs_escape, quoted};
use crate::source::{self, Edit, SourceFile, Span};

/// Each edit reads the whole text again: with as many mistakes as a longer one may have, that would take too long.
const MAX_LENGTH: usize = 32 * 1024;

impl Scalar {
    /// The edits of `file`, from which this scalar was read, that make `edits` of its decoded text. The line breaks are
    /// those of the file.
    ///
    /// # Errors
    /// Where the bytes do not stand in the file on their own, as half of an escape; where the new text cannot be written
    /// in the style of the scalar; where the text is longer than 32 KiB.
    pub fn edits(&self, file: &SourceFile, edits: &[Edit]) -> Result<Vec<Edit>, Refusal> {
        if self.is_null {
            return Err(Refusal::Layout);
        }
        if self.value().len() > MAX_LENGTH {
            return Err(Refusal::TooLong);
        }
        let expected = source::apply(self.value(), edits).map_err(|_| Refusal::Layout)?;
        let outer = match self.text.mapped().map(Mapped::origin) {
            Some(Origin::Scalar(outer)) => Some(outer),
            Some(Origin::File(_)) | None => None,
        };
        // A line break in the text of another scalar is just that.
        let text = outer.map_or(file.text(), |outer| outer.value());
        let content = Content { scalar: self, text, line_break: if outer.is_some() { "\n" } else { line_break(text) } };
        let new: Vec<Edit> = edits.iter().map(|edit| content.edit(edit)).collect::<Result<_, _>>()?;
        if content.read_with(&new).as_deref() != Some(expected.as_str()) {
            return Err(Refusal::Style);
        }
        outer.map_or(Ok(new.clone()), |outer| outer.edits(file, &new))
    }
}

/// The line break of the first line.
fn line_break(text: &str) -> &'static str {
    let first = text.find('\n').and_then(|at| text.get(..at));
    if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// A scalar in the text from which it was read.
struct Content<'a> {
    scalar: &'a Scalar,
    /// The text of the file, or of the scalar in which the YAML stands.
    text: &'a str,
    line_break: &'static str,
}

impl Content<'_> {
    /// The edit of the text that makes an edit of the decoded value.
    fn edit(&self, edit: &Edit) -> Result<Edit, Refusal> {
        let (value, style) = (self.scalar.value(), self.scalar.style);
        // The line breaks at the end of a block scalar are a matter of its header, and of what follows it; so is where
        // one begins that has nothing but blanks, or ends so: which of these blanks are content, the line above decides.
        let last_line = value.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
        let is_blank = last_line.trim().is_empty();
        if style.is_block() && (is_blank || edit.span.end() > value.trim_end_matches('\n').len()) {
            return Err(Refusal::Style);
        }
        let span = self.scalar.text.between(edit.span).ok_or(Refusal::Layout)?;
        Ok(Edit { span, replacement: self.written(&edit.replacement)? })
    }

    /// A new piece of the text in the style of the scalar.
    fn written(&self, new: &str) -> Result<String, Refusal> {
        let style = self.scalar.style;
        if style == ScalarStyle::DoubleQuoted {
            let quoted = quoted(new);
            let inside = quoted.get(1..quoted.len().saturating_sub(1));
            return inside.map(str::to_owned).ok_or(Refusal::Style);
        }
        if new.chars().any(|c| c == '\r' || needs_escape(c)) {
            return Err(Refusal::Style);
        }
        match style {
            ScalarStyle::Literal => Ok(self.indented(new)),
            // In the others a line break is a space, or none.
            _ if new.contains('\n') => Err(Refusal::Style),
            ScalarStyle::SingleQuoted => Ok(new.replace('\'', "''")),
            ScalarStyle::Plain | ScalarStyle::Folded | ScalarStyle::DoubleQuoted => Ok(new.to_owned()),
        }
    }

    /// Lines as deep as the others. An empty one needs no blanks, but what follows the new text continues its last line.
    fn indented(&self, new: &str) -> String {
        let indent = " ".repeat(self.indent());
        let mut text = String::with_capacity(new.len());
        let mut lines = new.split('\n').peekable();
        text.push_str(lines.next().unwrap_or_default());
        while let Some(line) = lines.next() {
            text.push_str(self.line_break);
            if !line.is_empty() || lines.peek().is_none() {
                text.push_str(&indent);
            }
            text.push_str(line);
        }
        text
    }

    /// How many columns a block scalar is indented.
    fn indent(&self) -> usize {
        if let Some(mapped) = self.scalar.text.mapped() {
            return mapped.indent();
        }
        let before = self.text.get(..self.scalar.text.content().start()).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |at| at + 1)
    }

    /// What the scalar says with these edits; `None` where it is no scalar of its style any more.
    fn read_with(&self, edits: &[Edit]) -> Option<String> {
        let content = self.scalar.text.content();
        let moved: Vec<Edit> = edits
            .iter()
            .map(|edit| {
                let start = edit.span.start().checked_sub(content.start())?;
                let span = Span::new(start, start + edit.span.len());
                (edit.span.end() <= content.end()).then(|| Edit { span, replacement: edit.replacement.clone() })
            })
            .collect::<Option<_>>()?;
        let new = source::apply(content.slice(self.text), &moved).ok()?;
        let (open, close) = if self.scalar.in_flow { ("{k: ", "}") } else { ("k: ", "") };
        let alone = match self.scalar.style {
            ScalarStyle::Plain => format!("{open}{new}{close}\n"),
            ScalarStyle::SingleQuoted => format!("{open}'{new}'{close}\n"),
            ScalarStyle::DoubleQuoted => format!("{open}\"{new}\"{close}\n"),
            style => return self.read_block(style, &new),
        };
        let scalar = only_value(&alone)?;
        (scalar.style == self.scalar.style && !scalar.is_null).then(|| scalar.value().to_owned())
    }

    /// The lines of a block scalar. How many line breaks there are at its ends is no part of its content: they stay.
    fn read_block(&self, style: ScalarStyle, new: &str) -> Option<String> {
        let old = self.scalar.value();
        let text = old.trim_matches('\n');
        let (before, behind) =
            (old.len() - old.trim_start_matches('\n').len(), old.len() - old.trim_end_matches('\n').len());
        // Where the first line begins with a blank, the header says how far the text is indented; else the first line
        // itself does, and must not begin with one.
        let is_told = text.starts_with([' ', '\t']);
        if new.trim_end_matches(['\n', '\r', ' ']).is_empty() || (!is_told && new.starts_with([' ', '\t', '\n', '\r']))
        {
            return None;
        }
        let (mark, indent) = (if style == ScalarStyle::Literal { '|' } else { '>' }, self.indent());
        let number = match indent {
            _ if !is_told => String::new(),
            1..=9 => indent.to_string(),
            _ => return None,
        };
        let scalar = only_value(&format!("k: {mark}{number}+\n{:indent$}{new}\n", ""))?;
        let value = scalar.value().trim_end_matches('\n');
        let [before, behind] = [before, behind].map(|count| "\n".repeat(count));
        Some(format!("{before}{value}{behind}"))
    }
}

/// The value of the only entry of a text.
fn only_value(text: &str) -> Option<Scalar> {
    let parsed = parse(&Arc::new(SourceFile::new("", text)));
    let [document] = parsed.documents.as_slice() else { return None };
    let mapping =
        document.root.as_ref()?.as_mapping().filter(|_| parsed.problems.is_empty() && parsed.comments.is_empty())?;
    let [entry] = mapping.entries.as_slice() else { return None };
    entry.value.as_scalar().cloned()
}
