//! `runbook/rule-drift`: a page shows a rule as it is no longer.

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::{Shown, config::Config};
use crate::runbook::{self, Difference};
use crate::source::words::{counted, cropped, one_line};
use crate::source::{Diagnostic, FileId, Fix, words};

static META: Meta =
    meta!("runbook/rule-drift", Warning, likely, "a page shows a rule otherwise than it is").on_by_default().fixable();

/// So many characters of a text are shown beside it.
const SHOWN: usize = 60;

/// For so many rules in a page fixes are made; for the others there is `promproof runbook sync`.
const MAX_FIXES: usize = 100;

pub(super) struct RuleDrift;

impl LintRule for RuleDrift {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut of_pages: FxHashMap<FileId, usize> = FxHashMap::default();
        for shown in cx.pages().shown(cx.config) {
            if !shown.drift.fields.is_empty() {
                let count = of_pages.entry(shown.entry.page.file.id()).or_default();
                *count += 1;
                out.push(report(&shown, cx.config, *count <= MAX_FIXES));
            }
        }
    }
}

fn report(shown: &Shown<'_, '_>, config: &Config, is_fixed: bool) -> Diagnostic {
    let fields = &shown.drift.fields;
    let names = fields.iter().map(|difference| &difference.field);
    let name = shown.copy.name.text();
    let message = match fields.len() {
        0..4 => format!("the rule `{name}` differs from what this page shows in {}", words::list(names)),
        many => format!("the rule `{name}` differs from what this page shows in {}", counted(many, "field")),
    };
    let (first, others) = match fields.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, &[][..]),
    };
    let in_page = first.and_then(|first| first.in_page).unwrap_or(shown.copy.name.span);
    let mut found = META.diagnostic(message, shown.in_page(in_page, first.map(says).unwrap_or_default()));
    for difference in others.iter().take(4) {
        if let Some(span) = difference.in_page {
            found = found.related(shown.in_page(span, says(difference)));
        }
    }
    let rule = shown.alert.place.rule;
    let in_rule = first.and_then(|first| first.in_rule).unwrap_or(rule.name.span);
    found = found.related(shown.in_rule(in_rule, "the rule"));
    if !is_fixed {
        return found.help("`promproof runbook sync` writes the rule as it is into the page");
    }
    found.fix(fix(shown, fields, config, "write the rule as it is into the page"))
}

/// What the rule says there.
fn says(difference: &Difference) -> String {
    match (&difference.rule_text, &difference.page_text) {
        (None, _) => format!("the rule has no `{}`", difference.field),
        (Some(text), None) => format!("the rule has `{}: {}`", difference.field, short(text)),
        (Some(text), Some(_)) => format!("the rule says `{}`", short(text)),
    }
}

fn short(text: &str) -> String {
    let text = words::collapsed(text.trim());
    cropped(&one_line(&text), SHOWN).into_owned()
}

/// The fix that makes the differences vanish.
pub(super) fn fix(shown: &Shown<'_, '_>, differences: &[Difference], config: &Config, title: &str) -> Option<Fix> {
    let options = config.parse_options();
    let (page, rule) = (&shown.entry.page, shown.alert.place.rule);
    let edit = runbook::refreshed(page, shown.copy, rule, differences, &config.runbook.keys, &options)?;
    Some(Fix::safe(title, vec![edit]))
}
