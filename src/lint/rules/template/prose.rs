//! What people write in annotations around the actions of templates: the texts, and numbers with a unit in them.

use crate::lint::context::{RuleContext, TemplatePlace};
use crate::rules::Field;
use crate::source::Span;
use crate::template::Template;
use crate::template::ast::NodeKind;

/// The text of an annotation.
pub(super) struct Prose<'c> {
    /// The annotation's name.
    pub(super) name: &'c Field,
    /// Its value.
    pub(super) value: &'c Field,
    /// The value in lower case, with blanks for all bytes of actions: offsets are those of the value.
    pub(super) text: String,
}

/// The annotations of an alerting rule in which a digit stands outside of actions; without those of which the template does
/// not parse, and without addresses.
pub(super) fn prose<'c>(cx: &'c RuleContext<'_>) -> Vec<Prose<'c>> {
    prose_where(cx, |text| text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// The same where `may_matter` says so of the text, in lower case.
pub(super) fn prose_where<'c>(cx: &'c RuleContext<'_>, may_matter: fn(&str) -> bool) -> Vec<Prose<'c>> {
    let plain = cx.rule.annotations.iter().filter(|(_, value)| !value.text().contains("{{"));
    let plain = plain.map(|(name, value)| (name, value, value.text().to_ascii_lowercase()));
    let templates = cx.templates().filter(|template| template.place == TemplatePlace::Annotation);
    let expanded = templates.filter_map(|template| {
        let parsed = template.parsed.as_ref().ok()?;
        Some((template.name, template.value, outside_of_actions(parsed)))
    });
    let all = plain.chain(expanded).map(|(name, value, text)| Prose { name, value, text });
    all.filter(|prose| may_matter(&prose.text) && !prose.text.contains("://")).collect()
}

fn outside_of_actions(template: &Template) -> String {
    let text = template.text();
    let mut kept = vec![b' '; text.len()];
    for list in template.root().lists() {
        for node in list.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Text(_))) {
            if let Some(kept) = kept.get_mut(node.span.start()..node.span.end()) {
                kept.copy_from_slice(node.span.slice(text).to_ascii_lowercase().as_bytes());
            }
        }
    }
    String::from_utf8(kept).unwrap_or_default()
}

impl Prose<'_> {
    /// What messages call it.
    pub(super) fn describe(&self) -> String {
        format!("the annotation `{}`", self.name.text())
    }

    /// The numbers in the text that stand for themselves, with their bytes: none that is a part of a name.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (f64, Span)> + '_ {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        std::iter::from_fn(move || {
            loop {
                let start = from + bytes.get(from..)?.iter().position(u8::is_ascii_digit)?;
                let length =
                    bytes.iter().skip(start).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                from = start + length;
                let end = start + self.text.get(start..from)?.trim_end_matches('.').len();
                let before = start.checked_sub(1).and_then(|before| bytes.get(before));
                let is_part = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.:/$".contains(byte));
                match Span::new(start, end).slice(&self.text).parse() {
                    Ok(number) if !is_part => return Some((number, Span::new(start, end))),
                    _ => {}
                }
            }
        })
    }
}
