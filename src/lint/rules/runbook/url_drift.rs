//! `runbook/url-drift`: a page shows a rule with another link to a runbook than the rule has.

use std::collections::BTreeMap;

use super::rule_drift::fix;
use crate::lint::Shown;
use crate::lint::config::Config;
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::Difference;
use crate::source::{Diagnostic, Label};

static META: Meta =
    meta!("runbook/url-drift", Warning, likely, "a page shows a rule with another link to a runbook than the rule has")
        .on_by_default()
        .fixable();

/// More pages than these with the same change have one cause: the pages have moved.
const FEW: usize = 3;

pub(super) struct UrlDrift;

impl LintRule for UrlDrift {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let shown = cx.pages().shown(cx.config);
        let mut by_cause: BTreeMap<(&str, &str), Vec<(&Shown<'_, '_>, &Difference)>> = BTreeMap::new();
        for shown in &shown {
            for link in &shown.drift.links {
                let cause = (link.page_text.as_deref().map_or("", site), link.rule_text.as_deref().map_or("", site));
                by_cause.entry(cause).or_default().push((shown, link));
            }
        }
        for ((page, rule), found) in by_cause {
            match found.as_slice() {
                [first, others @ ..] if others.len() >= FEW => out.push(together(page, rule, *first, others)),
                few => out.extend(few.iter().map(|(shown, link)| alone(shown, link, cx.config))),
            }
        }
    }
}

/// The scheme and the host of an address; of what is none, nothing.
fn site(address: &str) -> &str {
    let Some(at) = address.find("://") else { return "" };
    let rest = address.get(at + 3..).unwrap_or_default();
    let host = rest.find('/').unwrap_or(rest.len());
    address.get(..at + 3 + host).unwrap_or(address)
}

fn label_of(shown: &Shown<'_, '_>, link: &Difference) -> Label {
    shown.in_page(link.in_page.unwrap_or(shown.copy.name.span), "")
}

fn alone(shown: &Shown<'_, '_>, link: &Difference, config: &Config) -> Diagnostic {
    let name = shown.copy.name.text();
    let says = match &link.rule_text {
        Some(text) => format!("the rule says `{text}`"),
        None => "the rule has none".to_owned(),
    };
    let mut label = label_of(shown, link);
    label.text = says;
    let message = format!("the rule `{name}` has another link to its runbook than this page shows");
    let title = "write the link of the rule into the page";
    let fix = fix(shown, std::slice::from_ref(link), config, title);
    let mut found = META.diagnostic(message, label).fix(fix);
    if let Some(span) = link.in_rule {
        found = found.related(shown.in_rule(span, "the rule"));
    }
    found
}

/// One finding for a change that many pages have missed.
fn together(
    page: &str,
    rule: &str,
    (shown, link): (&Shown<'_, '_>, &Difference),
    others: &[(&Shown<'_, '_>, &Difference)],
) -> Diagnostic {
    let kind = |site: &str| match site {
        "" => "none".to_owned(),
        site => format!("one to `{site}`"),
    };
    let message = format!(
        "{} pages show their rules with another link to the runbook: {} where the rules have {}",
        others.len() + 1,
        kind(page),
        kind(rule)
    );
    let mut found = META.diagnostic(message, label_of(shown, link));
    for (shown, link) in others.iter().take(2) {
        found = found.related(label_of(shown, link));
    }
    if let Some(span) = link.in_rule {
        found = found.related(shown.in_rule(span, "the rule of the first one"));
    }
    found.help("`promproof runbook sync` writes the links of the rules into all of them")
}
