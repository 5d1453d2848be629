//! `runbook/page-orphan`: a page to which no alert leads.

use rustc_hash::FxHashSet;

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::{Pages, Shows};
use crate::runbook::Entry;
use crate::source::{Diagnostic, Label, Span, words};

static META: Meta =
    meta!("runbook/page-orphan", Warning, likely, "no alert leads to a page that is about an alert").on_by_default();

pub(super) struct PageOrphan;

impl LintRule for PageOrphan {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let pages = cx.pages();
        // The alert may be in a file that nobody has looked at.
        if pages.alerts().is_empty() || !cx.workspace.has_walked(cx.config.files().root()) {
            return;
        }
        let entries = pages.library.entries();
        let is_led_to = |entry: &Entry| pages.leading_to(entry).next().is_some();
        // In a folder with none of these the pages are about something else.
        let folders: FxHashSet<&str> = entries.iter().filter(|entry| is_led_to(entry)).map(Entry::folder).collect();
        // Of what was not read nothing is known.
        let is_read = |entry: &&Entry| !entry.page.file.text().is_empty();
        for entry in entries.iter().filter(|entry| entry.is_about_alert).filter(is_read) {
            let shows_a_rule = entry.page.copies.len() + pages.shortcodes(entry, cx.config).len() > 0;
            let is_named = pages.named(entry.name()).next().is_some();
            let counts = folders.contains(entry.folder()) || shows_a_rule;
            if counts && !is_led_to(entry) && !is_named && !is_told_elsewhere(pages, entry, cx) {
                out.push(report(pages, entry));
            }
        }
    }
}

/// Whether the page shows the rule of an alert that there is, or `dead-shortcode` says that there is none.
fn is_told_elsewhere(pages: &Pages<'_>, entry: &Entry, cx: &WorkspaceContext<'_>) -> bool {
    let shown = entry.page.copies.iter().any(|copy| pages.named(copy.name.text()).next().is_some());
    let shortcodes = pages.shortcodes(entry, cx.config);
    shown
        || shortcodes.iter().any(|(_, file, alert)| match pages.shows(file, alert) {
            Shows::Alert | Shows::NoAlert(_) => true,
            Shows::NoFile => false,
        })
}

fn report(pages: &Pages<'_>, entry: &Entry) -> Diagnostic {
    let heading = entry.page.headings.first();
    let place = heading.map_or(Span::at(entry.page.body), |heading| heading.span);
    let message = format!("no alert leads to the page `{}`", entry.name());
    let nearest = words::nearest(entry.name(), pages.names());
    let help = match nearest {
        Some(nearest) => format!("is it about `{nearest}`? Then link it there, and give it that name"),
        None => "link it from the alert that it is about, remove it, or list it under `other-pages`".to_owned(),
    };
    META.diagnostic(message, Label::new(&entry.page.file, place, "")).help(help)
}
