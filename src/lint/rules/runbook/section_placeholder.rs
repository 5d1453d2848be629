//! `runbook/section-placeholder`: a section that says that it is still to be written.

use super::sections;
use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::words::{cropped, one_line};
use crate::source::{Diagnostic, Label};

static META: Meta = meta!(
    "runbook/section-placeholder",
    Warning,
    likely,
    "a section of a page about an alert says nothing but that it is to be written"
)
.on_by_default();

pub(super) struct SectionPlaceholder;

impl LintRule for SectionPlaceholder {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for entry in sections::alert_pages(cx) {
            let page = &entry.page;
            for heading in page.headings.iter().filter(|heading| heading.level > 1) {
                let content = page.content(heading);
                let Some(text) = sections::placeholder(&content) else { continue };
                let text = one_line(text);
                let message = format!("the section `{}` says only `{}`", heading.text, cropped(&text, 40));
                let help = "write it, or remove the heading until there is something to say";
                out.push(META.diagnostic(message, Label::new(&page.file, heading.span, "")).help(help));
            }
        }
    }
}
