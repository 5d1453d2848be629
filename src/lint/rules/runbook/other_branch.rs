//! `runbook/other-branch`: the link of an alert leads to its page on another branch than the one that is published.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::Target;
use crate::source::Diagnostic;

static META: Meta = meta!(
    "runbook/other-branch",
    Warning,
    likely,
    "the link of an alert leads to its page on another branch than the one that pages are published from"
)
.on_by_default();

pub(super) struct OtherBranch;

impl LintRule for OtherBranch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let pages = cx.pages();
        for (alert, link, address, target) in pages.targets() {
            if !matches!(target, Target::Elsewhere) {
                continue;
            }
            let Some(other) = pages.library.on_other_branch(address) else { continue };
            let message = format!(
                "the runbook of `{}` is on the branch `{}`, and pages are published from `{}`",
                alert.name(),
                other.branch,
                other.published
            );
            let help = format!("write `{}`: a branch goes away or grows old once it is merged", other.url);
            out.push(META.diagnostic(message, alert.place.file.field(link.value, "")).help(help));
        }
    }
}
