//! `runbook/page-missing`: the link of an alert leads to a page that is not there.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::{Alert, Link, Pages};
use crate::runbook::{Addresses, Entry, FormerAddresses, Site, Target};
use crate::source::{Applicability, Diagnostic, Fix, Label};

use super::rewritten;

static META: Meta =
    meta!("runbook/page-missing", Warning, likely, "the link of an alert leads to a page that does not exist")
        .on_by_default()
        .fixable();

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
        // The history is only looked at for a page that is missing.
        let former = LazyCell::new(|| {
            cx.config.history().map(|history| FormerAddresses::of(&pages.library, history)).unwrap_or_default()
        });
        for alert in pages.alerts() {
            out.extend(alert.links.iter().filter_map(|link| no_page_fits(pages, alert, link)));
        }
        // Alerts share links; each address is told once.
        let mut told: FxHashMap<&str, usize> = FxHashMap::default();
        for (alert, link, address, target) in pages.targets() {
            let Target::Missing(site, path) = target else { continue };
            // Sites of files show what is no Markdown, too.
            if site.shows_file(cx.workspace, &path, cx.config.files()) {
                continue;
            }
            if let Some(entry) = former.page(site, &path) {
                out.push(renamed(pages, alert, link, address, entry));
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
                    let is_looked_for = told.len() <= MAX_NEAREST;
                    let nearest = is_looked_for.then(|| pages.library.nearest(&path, alert.name())).flatten();
                    let found = report(alert, link, address, label(""));
                    let fix = nearest.and_then(|nearest| fix_to(pages, alert, link, address, nearest));
                    out.push(found.help(help(pages, alert, site, &path, nearest)).fix(fix));
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

/// The page has another name now: each link can be put right for itself.
fn renamed(pages: &Pages<'_>, alert: &Alert<'_>, link: &Link<'_>, address: &str, entry: &Entry) -> Diagnostic {
    let found = report(alert, link, address, alert.place.file.field(link.value, ""));
    let says = format!("the page was renamed to `{}`, as the history of the repository says", entry.path);
    let Some(url) = pages.library.url_of(entry) else { return found.help(says) };
    let right = rewritten::like(address, &url);
    // Git takes one file for another if they are like each other.
    let title = "write the address that the page has now";
    let fix = rewritten::fix(alert, link, address, &right, title, Applicability::Unsafe);
    found.help(format!("{says}: write `{right}`")).fix(fix)
}

/// A fix that links the only page with the name of the alert. One that is called otherwise may be about something else.
fn fix_to(pages: &Pages<'_>, alert: &Alert<'_>, link: &Link<'_>, address: &str, page: &Entry) -> Option<Fix> {
    let mut named = pages.library.named(alert.name());
    let is_it = named.next().is_some_and(|named| named.path == page.path) && named.next().is_none();
    let right = rewritten::like(address, &pages.library.url_of(page).filter(|_| is_it)?);
    let title = "write the address of the page with the name of the alert";
    rewritten::fix(alert, link, address, &right, title, Applicability::Unsafe)
}

/// What to do, and where the page would have to be.
fn help(pages: &Pages<'_>, alert: &Alert<'_>, site: &Site, path: &str, nearest: Option<&Entry>) -> String {
    let file = site.file_for(path, alert.name());
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
