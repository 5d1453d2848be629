//! What stands above the text of a page: YAML between lines of `---`, or TOML between lines of `+++`.

use toml::de::{DeTable, DeValue};

use super::Page;
use crate::source::Span;
use crate::yaml::{self, NodeKind};

const UNREAD: &str = "a page whose front matter cannot be read has no title and no address of its own";

/// What stands above the text of a page.
#[derive(Clone, Debug)]
pub struct FrontMatter {
    /// Its bytes, between the lines that enclose it.
    pub span: Span,
    /// How it is written.
    pub syntax: Syntax,
    /// Its keys with the bytes of each and the texts below it: one of a text, several of a list.
    keys: Vec<(String, Span, Vec<String>)>,
}

/// How front matter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Between `---`.
    Yaml,
    /// Between `+++`.
    Toml,
}

impl FrontMatter {
    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts(key).first().map(String::as_str)
    }

    /// The texts of a key: one, or those of a list.
    pub fn texts(&self, key: &str) -> &[String] {
        self.keys.iter().find(|(name, ..)| name == key).map_or(&[], |(.., texts)| texts)
    }

    /// The bytes of a key.
    pub fn place(&self, key: &str) -> Option<Span> {
        self.keys.iter().find(|(name, ..)| name == key).map(|(_, span, _)| *span)
    }
}

/// Reads the front matter of a page, if it has any.
pub(super) fn read(page: &mut Page) {
    let text = page.file.text();
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let Some(first) = line(text, start) else { return };
    let (fence, syntax) = match first.slice(text).trim_end() {
        "---" => ("---", Syntax::Yaml),
        "+++" => ("+++", Syntax::Toml),
        _ => return,
    };
    let opening = Span::new(first.start(), first.start() + fence.len());
    let mut at = first.end();
    while let Some(next) = line(text, at) {
        if next.slice(text).trim_end() == fence {
            page.body = next.end();
            decode(page, Span::new(first.end(), next.start()), syntax);
            return;
        }
        at = next.end();
    }
    // In plain Markdown `---` may be a line across the page.
    let is_meant = syntax == Syntax::Toml
        || line(text, first.end()).is_some_and(|second| {
            let key = second.slice(text).split_once(':').map(|(key, _)| key.trim());
            key.is_some_and(|key| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-#".contains(c)))
        });
    if is_meant {
        page.problem(
            opening,
            "the front matter is not closed",
            format!("write `{fence}` on a line below its last key"),
        );
    }
}

/// The line that begins at the byte `start`, with its line break; `None` behind the last one.
fn line(text: &str, start: usize) -> Option<Span> {
    let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    Some(Span::new(start, start + length))
}

fn decode(page: &mut Page, span: Span, syntax: Syntax) {
    let keys = match syntax {
        Syntax::Yaml => of_yaml(page, span),
        Syntax::Toml => of_toml(page, span),
    };
    page.front_matter = Some(FrontMatter { span, syntax, keys });
}

fn of_yaml(page: &mut Page, span: Span) -> Vec<(String, Span, Vec<String>)> {
    let parsed = yaml::parse_within(&page.file, span, 0);
    for problem in &parsed.problems {
        page.problem(problem.primary.span, format!("the front matter is not YAML: {}", problem.message), UNREAD);
    }
    let root = parsed.documents.iter().find_map(|document| document.root.as_ref());
    let entries = root.and_then(|root| root.as_mapping()).map_or(&[][..], |mapping| &mapping.entries);
    let keys = entries.iter().filter_map(|entry| {
        let texts = match &entry.value.kind {
            NodeKind::Scalar(scalar) if scalar.is_null => Vec::new(),
            NodeKind::Scalar(scalar) => vec![scalar.value().to_string()],
            NodeKind::Sequence(list) => {
                list.items.iter().filter_map(|item| Some(item.as_scalar()?.value().to_string())).collect()
            }
            NodeKind::Mapping(_) => Vec::new(),
        };
        Some((entry.name()?.to_owned(), entry.key.span, texts))
    });
    keys.collect()
}

fn of_toml(page: &mut Page, span: Span) -> Vec<(String, Span, Vec<String>)> {
    let file = page.file.clone();
    let (table, errors) = DeTable::parse_recoverable(span.slice(file.text()));
    if let Some(error) = errors.first() {
        let at = error.span().map_or(Span::at(0), Span::from).shifted(span.start());
        page.problem(at, format!("the front matter is not TOML: {}", error.message()), UNREAD);
    }
    let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
    let keys = table.get_ref().iter().map(|(key, value)| {
        let texts = match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| text(item.get_ref())).collect(),
            DeValue::Table(_) => Vec::new(),
            DeValue::Boolean(value) => vec![value.to_string()],
            value => text(value).into_iter().collect(),
        };
        (key.get_ref().to_string(), Span::from(key.span()).shifted(span.start()), texts)
    });
    keys.collect()
}
