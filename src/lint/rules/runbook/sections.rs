//! The sections that pages about alerts have: as configured, or as nearly all of them do.

use std::collections::BTreeMap;

use super::broken_page;
use crate::lint::context::WorkspaceContext;
use crate::runbook::Entry;
use crate::runbook::page::Heading;

/// Of fewer pages nothing is concluded.
const MIN_PAGES: usize = 10;
/// Of a hundred pages so many have a section that all are to have.
const NEARLY_ALL: usize = 90;

/// A section that every page about an alert is to have.
pub(super) struct Wanted {
    /// Its heading.
    pub(super) heading: String,
    /// How many pages have it, and of how many, where that is why it is wanted; `None` where it is configured.
    pub(super) counted: Option<(usize, usize)>,
}

/// The pages about alerts: those that the configuration names, and to which an alert leads or which show a rule. Not the
/// empty ones of which `runbook/broken-page` tells: one finding is enough.
pub(super) fn alert_pages<'p>(cx: &'p WorkspaceContext<'_>) -> impl Iterator<Item = &'p Entry> {
    let pages = cx.pages();
    let is_told =
        |entry: &Entry| entry.page.is_empty() && cx.config.levels(entry.page.file.name()).is_on(&broken_page::META);
    let is_one = move |entry: &&Entry| {
        let is_known = pages.leading_to(entry).next().is_some() || !entry.page.copies.is_empty();
        entry.is_about_alert && is_known && !is_told(entry)
    };
    pages.library.entries().iter().filter(is_one)
}

/// The sections that are wanted.
pub(super) fn wanted(cx: &WorkspaceContext<'_>) -> Vec<Wanted> {
    let configured = &cx.config.runbook.sections;
    if !configured.is_empty() {
        return configured.iter().map(|heading| Wanted { heading: heading.clone(), counted: None }).collect();
    }
    let mut counts: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    let mut pages = 0;
    for entry in alert_pages(cx) {
        pages += 1;
        let mut own: Vec<(String, &str)> = entry
            .page
            .headings
            .iter()
            .filter(|heading| heading.level == 2)
            .map(|heading| (plain(&heading.text), heading.text.as_str()))
            .collect();
        own.sort_unstable();
        own.dedup_by(|a, b| a.0 == b.0);
        for (heading, text) in own {
            counts.entry(heading).or_insert((0, text)).0 += 1;
        }
    }
    let is_wanted = |count: usize| pages >= MIN_PAGES && count * 100 >= pages * NEARLY_ALL;
    let wanted = counts.into_values().filter(|(count, _)| is_wanted(*count));
    wanted.map(|(count, text)| Wanted { heading: text.to_owned(), counted: Some((count, pages)) }).collect()
}

/// A heading as headings are compared: without capital letters, numbers in front and marks behind.
pub(super) fn plain(heading: &str) -> String {
    let text = heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ')' | ' '));
    text.trim_end_matches([':', '.', '?', '!', ' ']).to_lowercase()
}

/// The heading of a page with these words.
pub(super) fn heading<'e>(entry: &'e Entry, wanted: &str) -> Option<&'e Heading> {
    let wanted = plain(wanted);
    entry.page.headings.iter().find(|heading| plain(&heading.text) == wanted)
}

/// What a section says, if that is only that it is still to be written.
pub(super) fn placeholder(content: &str) -> Option<&str> {
    const WORDS: [&str; 11] = [
        "todo",
        "tbd",
        "tba",
        "fixme",
        "xxx",
        "wip",
        "coming soon",
        "to be done",
        "to be written",
        "to be defined",
        "lorem ipsum",
    ];
    const LONGEST: usize = 120;
    let line = content.trim().trim_matches(|c: char| !c.is_alphanumeric());
    let lower = line.to_lowercase();
    let begins = |word: &&str| {
        let behind = lower.strip_prefix(*word);
        behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let is_one = content.len() <= LONGEST && !content.trim().contains('\n') && WORDS.iter().any(begins);
    let is_dots = !content.trim().is_empty() && content.trim().chars().all(|c| matches!(c, '.' | '…' | '?'));
    (is_one || is_dots).then(|| content.trim())
}
