//! `runbook/broken-page`: a page that is empty, or cannot be read as its author meant it.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Label, Span};

pub(super) static META: Meta = meta!(
    "runbook/broken-page",
    Warning,
    certain,
    "a runbook page is empty, or has front matter, a shortcode or bytes that cannot be read"
);

pub(super) struct BrokenPage;

impl LintRule for BrokenPage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for entry in cx.pages().checked() {
            let page = &entry.page;
            if entry.is_about_alert && page.problems.is_empty() && page.is_empty() {
                let label = Label::new(&page.file, Span::at(0), "");
                out.push(META.diagnostic("the page is empty", label).help("write it, or remove it"));
            }
            for problem in &page.problems {
                let label = Label::new(&entry.page.file, problem.span, "");
                out.push(META.diagnostic(problem.message.clone(), label).help(problem.help.clone()));
            }
        }
    }
}
