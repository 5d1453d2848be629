//! YAML text of new values: as lines, and in brackets.

/// Something to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Names and what they stand for.
    Map(Vec<(String, Value)>),
    /// Items.
    List(Vec<Value>),
    /// A text.
    Text(String),
    /// Something that is no text, as it is written.
    Plain(String),
}

impl Value {
    /// Whether it is a mapping or a list without anything in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Map(entries) => entries.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Text(_) | Value::Plain(_) => false,
        }
    }

    /// Lines without a break behind the last. The first one continues a line in which it begins at the column
    /// `indent`; the others are indented by so much.
    fn block(&self, indent: usize) -> String {
        match self {
            Value::Text(text) => plain_or_quoted(text),
            Value::Plain(text) => text.clone(),
            _ if self.is_empty() => self.flow(),
            Value::Map(_) | Value::List(_) => self.block_elements(indent).split_off(indent),
        }
    }

    /// The lines of all items or entries, each indented by `indent`, without a break behind the last.
    pub(super) fn block_elements(&self, indent: usize) -> String {
        let elements: Vec<String> = match self {
            Value::Map(entries) => entries.iter().map(|(name, value)| block_entry(name, value, indent)).collect(),
            Value::List(items) => items.iter().map(|item| format!("- {}", item.block(indent + 2))).collect(),
            Value::Text(_) | Value::Plain(_) => vec![self.block(indent)],
        };
        let line = |element: &String| format!("{:indent$}{element}", "");
        elements.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// One line, in brackets or braces. Texts are quoted: a comma would end a plain one.
    pub fn flow(&self) -> String {
        self.flow_with(false)
    }

    /// As [`Value::flow`], where JSON is to remain JSON with the keys in quotes, too.
    pub(super) fn flow_with(&self, quoted_keys: bool) -> String {
        match self {
            Value::Text(text) => quoted(text),
            Value::Plain(text) => text.clone(),
            Value::Map(_) => format!("{{{}}}", self.flow_elements(quoted_keys).join(", ")),
            Value::List(_) => format!("[{}]", self.flow_elements(quoted_keys).join(", ")),
        }
    }

    /// Each item or entry in a line.
    pub(super) fn flow_elements(&self, quoted_keys: bool) -> Vec<String> {
        match self {
            Value::Map(entries) => {
                let entry = |(name, value): &(String, Value)| {
                    let bare =
                        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && plain_or_quoted(name) == *name;
                    let name = if bare && !quoted_keys { name.clone() } else { quoted(name) };
                    format!("{name}: {}", value.flow_with(quoted_keys))
                };
                entries.iter().map(entry).collect()
            }
            Value::List(items) => items.iter().map(|item| item.flow_with(quoted_keys)).collect(),
            Value::Text(_) | Value::Plain(_) => vec![self.flow()],
        }
    }
}

/// `name: value`, or the name and the lines of the value below it.
fn block_entry(name: &str, value: &Value, indent: usize) -> String {
    let name = plain_or_quoted(name);
    match value {
        Value::Map(_) | Value::List(_) if !value.is_empty() => format!("{name}:\n{}", value.block_elements(indent + 2)),
        _ => format!("{name}: {}", value.block(indent)),
    }
}

/// In double quotes. JSON's strings are YAML's, but for the characters that YAML does not allow or takes for line
/// breaks.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.chars().fold(String::with_capacity(json.len()), |mut quoted, c| {
        if needs_escape(c) {
            quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            quoted.push(c);
        }
        quoted
    })
}

/// Whether YAML reads the character back only where it is escaped. Line breaks and tabs are not among them.
pub(super) fn needs_escape(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Without quotes where YAML reads back the same text, else in quotes.
pub(super) fn plain_or_quoted(text: &str) -> String {
    if text.contains(['\n', '\r']) || text.chars().any(needs_escape) {
        return quoted(text);
    }
    match serde_yaml::to_string(text) {
        Ok(line) if line.lines().count() == 1 => line.trim_end_matches('\n').to_owned(),
        _ => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::SourceFile;
    use crate::yaml;

    #[test]
    fn every_character_is_read_back() {
        let odd = ['\u{0}', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{ffff}', '\r', '\n', '\t'];
        for c in odd.into_iter().chain(' '..'~') {
            for text in [format!("{c}"), format!("a{c}b"), format!(" {c} "), format!("{c}{c}:{c}")] {
                for written in [plain_or_quoted(&text), quoted(&text), Value::Text(text.clone()).flow()] {
                    let file = Arc::new(SourceFile::new("t.yml", format!("- {written}\n")));
                    let parsed = yaml::parse(&file);
                    let list = parsed.documents[0].root.as_ref().and_then(|root| root.as_sequence());
                    let read = list.and_then(|list| list.items[0].as_scalar()).filter(|scalar| !scalar.is_null);
                    assert_eq!(read.map(|scalar| scalar.value()), Some(text.as_str()), "{written}");
                }
            }
        }
    }
}
