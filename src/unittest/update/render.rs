//! YAML text of expectations: as block lines, in flow style, and single values in the style of what they replace.

use std::sync::Arc;

use crate::source::SourceFile;
use crate::yaml::{Node, ScalarStyle};

/// Something to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Names and what they stand for; never with an empty mapping inside.
    Map(Vec<(String, Value)>),
    /// A text.
    Text(String),
    /// Something that is no text, as it is written.
    Plain(String),
}

impl Value {
    /// Lines, of which all but the first are indented by `indent`.
    pub(super) fn block(&self, indent: usize) -> String {
        match self {
            Value::Text(text) => plain_or_quoted(text),
            Value::Plain(text) => text.clone(),
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Map(entries) => {
                let line = |(name, value): &(String, Value)| {
                    let name = plain_or_quoted(name);
                    match value {
                        Value::Map(inner) if !inner.is_empty() => {
                            format!("{name}:\n{:pad$}{}", "", value.block(indent + 2), pad = indent + 2)
                        }
                        _ => format!("{name}: {}", value.block(indent)),
                    }
                };
                let lines: Vec<String> = entries.iter().map(line).collect();
                lines.join(&format!("\n{:indent$}", ""))
            }
        }
    }

    /// One line in braces. Texts are quoted: a comma would end a plain one.
    pub(super) fn flow(&self) -> String {
        match self {
            Value::Text(text) => quoted(text),
            Value::Plain(text) => text.clone(),
            Value::Map(entries) => {
                let entry = |(name, value): &(String, Value)| {
                    let bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty();
                    let name = if bare { name.clone() } else { quoted(name) };
                    format!("{name}: {}", value.flow())
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A list in brackets.
pub(super) fn flow_list(items: &[Value]) -> String {
    format!("[{}]", items.iter().map(Value::flow).collect::<Vec<_>>().join(", "))
}

/// A list with its dashes at `indent`, without a line break at the end.
pub(super) fn block_list(items: &[Value], indent: usize) -> String {
    let item = |value: &Value| format!("{:indent$}- {}", "", value.block(indent + 2));
    items.iter().map(item).collect::<Vec<_>>().join("\n")
}

/// `text` in the style of the scalar `old`.
pub(super) fn like(file: &Arc<SourceFile>, old: &Node, text: &str) -> Option<String> {
    let scalar = old.as_scalar()?;
    let source = old.span.slice(file.text());
    let in_flow = || {
        // A plain text inside braces may not hold what would end it.
        text.contains([',', '[', ']', '{', '}'])
    };
    Some(match scalar.style {
        ScalarStyle::DoubleQuoted => quoted(text),
        ScalarStyle::SingleQuoted if !text.contains(['\n', '\r']) && text.chars().all(|c| !c.is_control()) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        ScalarStyle::Plain if in_flow() => quoted(text),
        ScalarStyle::Plain => plain_or_quoted(text),
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let content = scalar.file_offset(0);
            let indent = content.checked_sub(file.line_span(file.line_index(content))?.start)?;
            let end = if source.ends_with('\n') { "\n" } else { "" };
            block_content(text, &scalar.value, scalar.style, indent)? + end
        }
        ScalarStyle::SingleQuoted => quoted(text),
    })
}

/// The lines below a `|` or `>` that stays as it is, without the last line break and the first indentation; `None`
/// where the text does not fit that style.
fn block_content(text: &str, old: &str, style: ScalarStyle, indent: usize) -> Option<String> {
    let content = text.strip_suffix('\n').unwrap_or(text);
    let fits = text.ends_with('\n') == old.ends_with('\n')
        && !content.is_empty()
        && !content.starts_with([' ', '\t', '\n'])
        && !content.ends_with('\n')
        && content.chars().all(|c| c == '\n' || !c.is_control())
        // Folding would join the lines.
        && (style == ScalarStyle::Literal || !content.contains('\n'));
    let lines =
        content.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") });
    fits.then(|| lines.collect::<Vec<_>>().join("\n").trim_start().to_owned())
}

/// JSON's strings are YAML's double-quoted ones.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Without quotes where YAML reads back the same text, else in quotes.
fn plain_or_quoted(text: &str) -> String {
    if text.contains(['\n', '\r']) {
        return quoted(text);
    }
    match serde_yaml::to_string(text) {
        Ok(line) if line.lines().count() == 1 => line.trim_end_matches('\n').to_owned(),
        _ => quoted(text),
    }
}
