//! `runbook/section-missing`: a page about an alert lacks a section or a key of its front matter.

use super::sections::{self, Wanted, plain};
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::Entry;
use crate::source::{Diagnostic, Label, Span, words};

static META: Meta =
    meta!("runbook/section-missing", Warning, likely, "a page about an alert lacks a section that such pages have")
        .on_by_default();

pub(super) struct SectionMissing;

impl LintRule for SectionMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let wanted = sections::wanted(cx);
        let keys = &cx.config.runbook.front_matter;
        if wanted.is_empty() && keys.is_empty() {
            return;
        }
        for entry in sections::alert_pages(cx) {
            let missing: Vec<&Wanted> =
                wanted.iter().filter(|wanted| sections::heading(entry, &wanted.heading).is_none()).collect();
            if !missing.is_empty() {
                out.push(report(entry, &missing));
            }
            let front_matter = entry.page.front_matter.as_ref();
            let has = |key: &String| front_matter.is_some_and(|front_matter| front_matter.place(key).is_some());
            let missing: Vec<&String> = keys.iter().filter(|key| !has(key)).collect();
            if !missing.is_empty() {
                let place = front_matter.map_or(Span::at(0), |front_matter| Span::at(front_matter.span.start()));
                let message = format!("the front matter of the page has no {}", words::choice(missing));
                out.push(META.diagnostic(message, Label::new(&entry.page.file, place, "")));
            }
        }
    }
}

fn report(entry: &Entry, missing: &[&Wanted]) -> Diagnostic {
    let names = missing.iter().map(|wanted| &wanted.heading);
    let message = format!("the page has no section {}", words::choice(names));
    let first = entry.page.headings.first();
    let place = first.map_or(Span::at(entry.page.body), |heading| heading.span);
    let found = META.diagnostic(message, Label::new(&entry.page.file, place, ""));
    // A heading that is nearly the same.
    let headings = entry.page.headings.iter().map(|heading| heading.text.as_str());
    let near =
        missing.iter().find_map(|wanted| Some((wanted, words::nearest(&plain(&wanted.heading), headings.clone())?)));
    match (near, missing.first().and_then(|wanted| wanted.counted)) {
        (Some((wanted, near)), _) => found.help(format!("is `{near}` meant to be `{}`?", wanted.heading)),
        (None, Some((count, all))) => found.help(format!(
            "{count} of {all} pages about alerts have it; `[runbook] sections` says which ones are wanted"
        )),
        (None, None) => found,
    }
}
