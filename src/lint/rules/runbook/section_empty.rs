//! `runbook/section-empty`: a heading of a page about an alert with nothing below it.

use super::sections;
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Label};

static META: Meta =
    meta!("runbook/section-empty", Warning, likely, "a section of a page about an alert is empty").on_by_default();

pub(super) struct SectionEmpty;

impl LintRule for SectionEmpty {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for entry in sections::alert_pages(cx) {
            let page = &entry.page;
            // The title of a page needs no text of its own.
            let empty = page.headings.iter().filter(|heading| heading.level > 1 && page.content(heading).is_empty());
            for heading in empty {
                let message = format!("the section `{}` is empty", heading.text);
                let help = "say what to know or do, or remove the heading: whoever is woken hopes for an answer here";
                out.push(META.diagnostic(message, Label::new(&page.file, heading.span, "")).help(help));
            }
        }
    }
}
