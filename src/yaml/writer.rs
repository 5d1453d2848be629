//! YAML as go-yaml reads it back to the same texts.

/// Lines of block YAML in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    text: String,
    indent: usize,
    /// Whether the next line is the first of a list item.
    dash: bool,
}

impl Writer {
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// `# text`, on lines of their own.
    pub(crate) fn comment(&mut self, text: &str) {
        for line in text.lines() {
            let line: String = line.chars().map(|c| if is_special(c) { ' ' } else { c }).collect();
            let pad = self.indent.saturating_sub(if self.dash { 2 } else { 0 });
            self.text.push_str(&format!("{:pad$}# {}\n", "", line.trim_end()));
        }
    }

    /// `key: text`
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.begin();
        let scalar = scalar(text, self.indent);
        self.text.push_str(&format!("{}: {scalar}\n", quoted_if_needed(key)));
    }

    /// `key: value`, where the value is no text, or one that needs no quotes.
    pub(crate) fn plain(&mut self, key: &str, value: &str) {
        self.begin();
        self.text.push_str(&format!("{key}: {value}\n"));
    }

    /// `- text`
    pub(crate) fn item(&mut self, text: &str) {
        self.begin();
        let scalar = scalar(text, self.indent);
        self.text.push_str(&format!("- {scalar}\n"));
    }

    /// `key:`, and what is written by `inside` below it.
    pub(crate) fn nested(&mut self, key: &str, inside: impl FnOnce(&mut Self)) {
        self.begin();
        self.text.push_str(&format!("{key}:\n"));
        self.indent += 2;
        inside(self);
        self.indent -= 2;
    }

    /// `- ` in front of the first line that `inside` writes.
    pub(crate) fn list_item(&mut self, inside: impl FnOnce(&mut Self)) {
        self.indent += 2;
        self.dash = true;
        inside(self);
        if std::mem::take(&mut self.dash) {
            let pad = self.indent - 2;
            self.text.push_str(&format!("{:pad$}- {{}}\n", ""));
        }
        self.indent -= 2;
    }

    /// A mapping of texts under `key`; nothing where it is empty.
    pub(crate) fn map<'p>(&mut self, key: &str, pairs: impl Iterator<Item = (&'p str, &'p str)>) {
        let mut pairs = pairs.peekable();
        if pairs.peek().is_some() {
            self.nested(key, |writer| pairs.for_each(|(name, value)| writer.text(name, value)));
        }
    }

    fn begin(&mut self) {
        if std::mem::take(&mut self.dash) {
            let pad = self.indent - 2;
            self.text.push_str(&format!("{:pad$}- ", ""));
        } else {
            let pad = self.indent;
            self.text.push_str(&format!("{:pad$}", ""));
        }
    }
}

/// A text that is read back as it is; `indent` is that of its key.
fn scalar(text: &str, indent: usize) -> String {
    if text.contains('\n') && fits_literal(text) {
        let (mark, content) = match text.strip_suffix('\n') {
            Some(content) => ("|", content),
            None => ("|-", text),
        };
        let pad = indent + 2;
        let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:pad$}{line}", "") };
        return format!("{mark}\n{}", content.split('\n').map(line).collect::<Vec<_>>().join("\n"));
    }
    quoted_if_needed(text)
}

/// One line that is read back as the text.
pub(crate) fn quoted_if_needed(text: &str) -> String {
    if is_word(text) {
        return text.to_owned();
    }
    if text.chars().any(is_special) { double_quoted(text) } else { format!("'{}'", text.replace('\'', "''")) }
}

/// Whether nothing in the text can mean something to YAML, nor the whole be taken for null, a boolean or a number.
fn is_word(text: &str) -> bool {
    let named = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !named.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether the lines can stand below a `|`.
fn fits_literal(text: &str) -> bool {
    let content = text.strip_suffix('\n').unwrap_or(text);
    !content.is_empty()
        && !content.starts_with([' ', '\t', '\n'])
        && !content.ends_with('\n')
        && !content.chars().any(|c| c != '\n' && is_special(c))
}

/// What YAML does not take as it is, or takes for a line break.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_special(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;
    use crate::yaml;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_is_read_back(text in "[ -~\n\t\u{7f}\u{85}\u{2028}é#:'\"\\\\|>-]{0,24}") {
            let mut writer = Writer::default();
            writer.nested("outer", |writer| {
                writer.list_item(|writer| writer.text("key", &text));
                writer.item(&text);
            });
            let written = writer.finish();
            let file = Arc::new(SourceFile::new("x.yml", written.clone()));
            let parsed = yaml::parse(&file);
            prop_assert!(parsed.problems.is_empty(), "{written}");
            let root = parsed.documents[0].root.as_ref().and_then(yaml::Node::as_mapping).unwrap();
            let items = &root.get("outer").unwrap().value.as_sequence().unwrap().items;
            let first = items[0].as_mapping().unwrap().get("key").unwrap().value.as_scalar().unwrap();
            prop_assert_eq!(&first.value(), &text, "{}", written);
            prop_assert_eq!(&items[1].as_scalar().unwrap().value(), &text, "{}", written);
        }
    }
}
