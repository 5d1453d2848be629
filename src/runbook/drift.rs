//! How a rule that a page shows differs from the rule itself. How the two are written makes no difference.

use super::page::Copy;
use crate::model::duration::parse_duration;
use crate::promql::{self, ParseOptions};
use crate::rules::{Field, Rule};
use crate::source::Span;

/// What is different.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// The fields, in the order of a rule.
    pub fields: Vec<Difference>,
    /// The links to runbooks.
    pub links: Vec<Difference>,
}

/// A field that is different.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its name: `expr`, `labels.severity`.
    pub field: String,
    /// Its bytes in the page, key and value; `None` where it is not there.
    pub in_page: Option<Span>,
    /// Its bytes in the rule file, key and value; `None` where it is not there.
    pub in_rule: Option<Span>,
    /// What the page says.
    pub page_text: Option<String>,
    /// What the rule says.
    pub rule_text: Option<String>,
}

impl Drift {
    /// How `copy` differs from `rule`, whose links to runbooks are the annotations named by `keys`.
    pub fn of(copy: &Copy, rule: &Rule, keys: &[String], options: &ParseOptions) -> Drift {
        let mut drift = Drift::default();
        let expr = rule.places.expr_key.map(|key| (key.to(rule.expr.span), Some(rule.expr.text().to_owned())));
        let durations = rule.durations().into_iter().map(|(name, ms, written)| {
            (name, written.map(|written| (written.key.to(written.value), written.text().map(str::to_owned))), ms)
        });
        for (name, own, ms) in std::iter::once(("expr", expr, 0)).chain(durations) {
            let page = copy.field(name);
            let text = |field: &Field| field.text().to_owned();
            let page_text = page.as_ref().map(text);
            let (in_rule, rule_text) = own.map_or((None, None), |(span, text)| (Some(span), text));
            let same = match name {
                "expr" => same_expression(page_text.as_deref(), rule, options),
                _ => same_duration(page_text.as_deref(), rule_text.as_deref(), ms),
            };
            if !same {
                drift.fields.push(Difference {
                    field: name.to_owned(),
                    in_page: copy.place(name),
                    in_rule,
                    page_text,
                    rule_text,
                });
            }
        }
        compare("labels", &copy.pairs("labels"), &rule.labels, &mut drift.fields);
        let (links, fields): (Vec<_>, Vec<_>) = {
            let mut found = Vec::new();
            // A page may show an excerpt: where it shows no annotations, none of them is out of date.
            if copy.place("annotations").is_some() {
                compare("annotations", &copy.pairs("annotations"), &rule.annotations, &mut found);
            }
            let is_link = |found: &Difference| {
                let name = found.field.strip_prefix("annotations.").unwrap_or_default();
                keys.iter().any(|key| key == name)
            };
            found.into_iter().partition(is_link)
        };
        drift.fields.extend(fields);
        drift.links = links;
        drift
    }

    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.links.is_empty()
    }
}

/// Whether the page has the duration of the rule, which is `ms` milliseconds in the rule's dialect; one that is not there is 0.
fn same_duration(page: Option<&str>, rule: Option<&str>, ms: i64) -> bool {
    let (page, rule) = (page.unwrap_or_default().trim(), rule.unwrap_or_default().trim());
    page == rule || if page.is_empty() { ms == 0 } else { parse_duration(page) == Ok(ms) }
}

fn same_expression(page: Option<&str>, rule: &Rule, options: &ParseOptions) -> bool {
    let page = page.unwrap_or_default();
    let words = |text: &str| text.split_whitespace().collect::<String>();
    // Most are the same to the letter.
    if page.trim() == rule.expr.text().trim() {
        return true;
    }
    match (promql::parse(page, options), &rule.parsed) {
        (Ok(page), Some(rule)) => page.to_string() == rule.to_string(),
        (Err(_), None) => words(page) == words(rule.expr.text()),
        _ => false,
    }
}

fn compare(of: &str, page: &[(Field, Field)], rule: &[(Field, Field)], found: &mut Vec<Difference>) {
    let value = |pairs: &[(Field, Field)], name: &str| {
        let pair = pairs.iter().find(|(key, _)| key.text() == name);
        pair.map(|(key, value)| (key.span.to(value.span), value.text().to_owned()))
    };
    let names = rule.iter().map(|(name, _)| name.text());
    let only_in_page = page.iter().map(|(name, _)| name.text()).filter(|name| value(rule, name).is_none());
    for name in names.chain(only_in_page) {
        let (page, rule) = (value(page, name), value(rule, name));
        let text = |value: &Option<(Span, String)>| value.as_ref().map(|(_, text)| text.trim_end().to_owned());
        if text(&page) != text(&rule) {
            found.push(Difference {
                field: format!("{of}.{name}"),
                in_page: page.as_ref().map(|(span, _)| *span),
                in_rule: rule.as_ref().map(|(span, _)| *span),
                page_text: page.map(|(_, text)| text),
                rule_text: rule.map(|(_, text)| text),
            });
        }
    }
}
