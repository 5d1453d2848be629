//! Alerts beside their pages: what `promproof runbook list` shows.

use rustc_hash::FxHashMap;

use super::Config;
use super::pages::{Alert, Pages};
use crate::online::{Answer, Found};
use crate::runbook::{Addresses, Entry, Target};
use crate::source::{FileId, Span};

/// An alert and its page.
#[derive(Clone, Debug)]
pub struct PageRow {
    /// The alert's name.
    pub alert: String,
    /// The rule file.
    pub file: String,
    /// The line of the alert in it, from 1.
    pub line: usize,
    /// The link, as it is written.
    pub link: Option<String>,
    /// What the link leads to.
    pub state: PageState,
    /// The page, from the folder of the configuration.
    pub page: Option<String>,
    /// The sections that the page has to have and lacks, or that are empty.
    pub missing: Vec<String>,
    /// The fields in which the rule differs from what the page shows, links among them.
    pub drift: Vec<String>,
    /// What the server of the link says, where it was asked.
    pub online: Option<String>,
}

/// What the link of an alert leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    /// To a page.
    Found,
    /// To a page, but for its capital letters.
    OtherCase,
    /// To where a page was before.
    Moved,
    /// To nothing.
    Missing,
    /// To somewhere of which nothing is known.
    Elsewhere,
    /// That depends on something that nobody knows.
    Unknown,
    /// There is no link.
    NoLink,
}

impl PageState {
    /// As output calls it.
    pub fn word(self) -> &'static str {
        match self {
            PageState::Found => "ok",
            PageState::OtherCase => "other case",
            PageState::Moved => "moved",
            PageState::Missing => "missing",
            PageState::Elsewhere => "elsewhere",
            PageState::Unknown => "unknown",
            PageState::NoLink => "no link",
        }
    }
}

/// All alerts with their pages, in the order of the files; one whose link can be several has a row for each.
pub fn page_rows(pages: &Pages<'_>, config: &Config) -> Vec<PageRow> {
    let mut rows = Vec::new();
    let mut drift: FxHashMap<_, Vec<String>> = FxHashMap::default();
    for shown in pages.shown(config) {
        let fields = shown.drift.fields.iter().chain(&shown.drift.links).map(|difference| difference.field.clone());
        drift.entry(of_page(shown.alert, shown.entry)).or_default().extend(fields);
    }
    for alert in pages.alerts() {
        let row = |state: PageState, link: Option<&str>, entry: Option<&Entry>| {
            let source = alert.place.file.source();
            let drift = entry.and_then(|entry| drift.get(&of_page(alert, entry)));
            PageRow {
                alert: alert.name().to_owned(),
                file: source.name().to_owned(),
                line: source.position(alert.place.rule.name.span.start()).line,
                link: link.map(str::to_owned),
                state,
                page: entry.map(|entry| entry.path.clone()),
                missing: entry.map(|entry| missing(entry, config)).unwrap_or_default(),
                drift: drift.cloned().unwrap_or_default(),
                online: link.and_then(|link| Some(in_words(config.answers()?.get(link)?))),
            }
        };
        if alert.links.is_empty() {
            rows.push(row(PageState::NoLink, None, None));
        }
        rows.extend(of_links(pages, alert, row));
    }
    rows
}

/// What a server has said, in a few words.
fn in_words(answer: &Answer) -> String {
    let found = match &answer.found {
        Found::Page(None) => "there".to_owned(),
        Found::Page(Some(word)) => format!("there, but {word}"),
        Found::Gone(status) => format!("gone ({status})"),
        Found::NoAnchor => "there, without the anchor".to_owned(),
        Found::Unclear(why) => format!("unclear: {why}"),
    };
    match &answer.moved {
        Some(moved) => format!("{found}, at {}", moved.to),
        None => found,
    }
}

/// An alert, by where it stands, and a page.
fn of_page(alert: &Alert<'_>, entry: &Entry) -> (FileId, Span, FileId) {
    (alert.place.file.source().id(), alert.place.rule.span, entry.page.file.id())
}

fn of_links(
    pages: &Pages<'_>,
    alert: &Alert<'_>,
    row: impl Fn(PageState, Option<&str>, Option<&Entry>) -> PageRow,
) -> Vec<PageRow> {
    let mut rows = Vec::new();
    for link in &alert.links {
        if let Addresses::Unknown { .. } = &link.addresses {
            rows.push(row(PageState::Unknown, Some(link.value.text().trim()), None));
        }
        for (address, target) in link.targets(&pages.library) {
            let (state, entry) = match target {
                Target::Elsewhere => (PageState::Elsewhere, None),
                Target::Page(entry) => (PageState::Found, Some(entry)),
                Target::OtherCase(entry, _) => (PageState::OtherCase, Some(entry)),
                Target::Moved(entry, _) => (PageState::Moved, Some(entry)),
                Target::Missing(..) => (PageState::Missing, None),
            };
            rows.push(row(state, Some(address), entry));
        }
    }
    rows
}

/// The sections that are not there or empty.
fn missing(entry: &Entry, config: &Config) -> Vec<String> {
    let page = &entry.page;
    let lacking = config.runbook.sections.iter().filter(|wanted| {
        !page
            .headings
            .iter()
            .any(|heading| heading.text.eq_ignore_ascii_case(wanted) && !page.content(heading).is_empty())
    });
    lacking.cloned().collect()
}
