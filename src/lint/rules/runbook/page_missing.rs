//! `runbook/page-missing`: the link of an alert leads to a page that is not there.

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::{Alert, Link, Pages};
use crate::runbook::{Addresses, Site, Target};
use crate::source::{Diagnostic, Label};

static META: Meta =
    meta!("runbook/page-missing", Warning, likely, "the link of an alert leads to a page that does not exist")
        .on_by_default();

/// For so many addresses the nearest page is looked for, and so many alerts with one address are pointed to.
const MAX_NEAREST: usize = 200;
const MAX_RELATED: usize = 5;

pub(super) struct PageMissing;

impl LintRule for PageMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let pages = cx.pages();
        // Alerts share links; each address is told once.
        let mut told: FxHashMap<&str, usize> = FxHashMap::default();
        for alert in pages.alerts() {
            for link in &alert.links {
                out.extend(no_page_fits(pages, alert, link));
                for (address, target) in link.targets(&pages.library) {
                    let Target::Missing(site, path) = target else { continue };
                    // Sites of files show what is no Markdown, too.
                    if site.shows_file(cx.workspace, &path, cx.config.files()) {
                        continue;
                    }
                    let label = |text: &str| alert.place.file.field(link.value, text);
                    match told.get(address).and_then(|at| out.get_mut(*at)) {
                        Some(first) if first.related.len() < MAX_RELATED => {
                            first.related.push(label("the same page is wanted here"));
                        }
                        Some(_) => {}
                        None => {
                            told.insert(address, out.len());
                            let help = help(pages, alert, site, &path, told.len());
                            out.push(report(alert, link, address, label("")).help(help));
                        }
                    }
                }
            }
        }
    }
}

fn report(alert: &Alert<'_>, link: &Link<'_>, address: &str, label: Label) -> Diagnostic {
    let is_template = address != link.value.text().trim();
    let name = alert.name();
    let message = match is_template {
        true => format!("the runbook of `{name}` can be `{address}`, and there is no such page"),
        false => format!("the runbook of `{name}` leads to a page that does not exist"),
    };
    META.diagnostic(message, label)
}

/// What to do, and where the page would have to be.
fn help(pages: &Pages<'_>, alert: &Alert<'_>, site: &Site, path: &str, count: usize) -> String {
    let file = site.file_for(path, alert.name());
    let nearest = if count <= MAX_NEAREST { pages.library.nearest(path, alert.name()) } else { None };
    let help = match nearest {
        Some(nearest) => match pages.library.url_of(nearest) {
            Some(url) => format!("the nearest page is `{}`: `{url}`", nearest.path),
            None => format!("the nearest page is `{}`", nearest.path),
        },
        None => format!("the page would be `{file}`; `promproof runbook new {}` writes one", alert.name()),
    };
    match &site.guessed_from {
        Some(source) => format!("{help}. Where pages are is guessed from {source}: `[runbook] sites` says otherwise"),
        None => help,
    }
}

/// A link with a template whose values nobody knows, and that fits no page whatever they are.
fn no_page_fits(pages: &Pages<'_>, alert: &Alert<'_>, link: &Link<'_>) -> Option<Diagnostic> {
    let Addresses::Unknown { pieces, what } = &link.addresses else { return None };
    let first = pieces.first()?;
    let without_anchor = link.addresses.without_anchor();
    if pages.library.any_address(first, |address| without_anchor.admits(address))? {
        return None;
    }
    let message = format!("the runbook of `{}` leads to no page, whatever `{what}` is", alert.name());
    let help =
        format!("the addresses of pages that begin with `{first}` are others; `promproof runbook list` shows them");
    Some(META.diagnostic(message, alert.place.file.field(link.value, "")).help(help))
}
