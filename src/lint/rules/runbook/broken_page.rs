//! `runbook/broken-page`: a page that cannot be read as its author meant it.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::{Diagnostic, Label};

static META: Meta = meta!(
    "runbook/broken-page",
    Warning,
    certain,
    "a runbook page has front matter, a shortcode or bytes that cannot be read"
);

pub(super) struct BrokenPage;

impl LintRule for BrokenPage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for entry in cx.pages().library.entries() {
            for problem in &entry.page.problems {
                let label = Label::new(&entry.page.file, problem.span, "");
                out.push(META.diagnostic(problem.message.clone(), label).help(problem.help.clone()));
            }
        }
    }
}
