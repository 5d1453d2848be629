//! `runbook/case-mismatch`: a link that leads to its page only where capital letters make no difference.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::Target;
use crate::source::{Applicability, Diagnostic};

use super::rewritten::{fix, like};

static META: Meta = meta!(
    "runbook/case-mismatch",
    Warning,
    likely,
    "the link of an alert has other capital letters than the address of its page"
)
.on_by_default()
.fixable();

pub(super) struct CaseMismatch;

impl LintRule for CaseMismatch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for (alert, link, address, target) in cx.pages().targets() {
            let Target::OtherCase(entry, url) = target else { continue };
            let (file, page) = (alert.place.file, &entry.path);
            let message = format!("the runbook of `{}` is `{page}`, but for capital letters of the link", alert.name());
            let found = META.diagnostic(message, file.field(link.value, ""));
            let Some(right) = url.map(|url| like(address, &url)) else {
                out.push(found);
                continue;
            };
            let title = "write the address as the site has it";
            let fix = fix(alert, link, address, &right, title, Applicability::Safe);
            let help = format!("write `{right}`: servers know capital letters from small ones");
            out.push(found.help(help).fix(fix));
        }
    }
}
