//! `runbook/anchor-missing`: a link to a place of a page that is not there.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::{Entry, Target};
use crate::source::{Diagnostic, Label, words};

static META: Meta =
    meta!("runbook/anchor-missing", Warning, likely, "a link leads to a heading that its page does not have")
        .on_by_default();

/// For so many links the nearest anchor is looked for.
const MAX_NEAREST: usize = 50;

pub(super) struct AnchorMissing;

impl LintRule for AnchorMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let pages = cx.pages();
        for (alert, link, address, target) in pages.targets() {
            let Target::Page(entry) = target else { continue };
            let label = || alert.place.file.field(link.value, "");
            let what = format!("the runbook of `{}`", alert.name());
            out.extend(check(entry, address, &what, label, out.len()));
        }
        for entry in pages.checked() {
            for link in &entry.page.links {
                let label = || Label::new(&entry.page.file, link.span, "");
                // What leads elsewhere is for `broken-relative-link` and for others.
                if link.target.starts_with('#') {
                    out.extend(check(entry, &link.target, "the link", label, out.len()));
                }
            }
        }
    }
}

fn check(entry: &Entry, address: &str, what: &str, label: impl Fn() -> Label, told: usize) -> Option<Diagnostic> {
    let (_, anchor) = address.split_once('#')?;
    // `#L12` are lines of a file, `#/a` is for a script.
    let is_line = anchor.strip_prefix('L').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_line || anchor.starts_with(['/', '!', ':']) || entry.page.has_anchor(anchor) {
        return None;
    }
    let message = format!("{what} leads to `#{anchor}`, which `{}` does not have", entry.path);
    if told >= MAX_NEAREST {
        return Some(META.diagnostic(message, label()));
    }
    let anchors = entry.page.anchors();
    let nearest = words::nearest(anchor, anchors.iter().map(String::as_str));
    let help = match nearest {
        Some(nearest) => words::did_you_mean(format!("#{nearest}")),
        None if anchors.is_empty() => "the page has no heading".to_owned(),
        None => {
            let first: Vec<String> = anchors.iter().take(8).map(|anchor| format!("#{anchor}")).collect();
            format!("the page has {}", words::list(first))
        }
    };
    Some(META.diagnostic(message, label()).help(help))
}
