//! `runbook/shared-page`: alerts lead to one page that are to have pages of their own, as `[runbook] page-per` says.

use std::path::Path;

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::pages::Alert;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::Target;
use crate::source::{Diagnostic, Label};

static META: Meta = meta!(
    "runbook/shared-page",
    Warning,
    certain,
    "alerts lead to one page, and the configuration wants pages of their own for them"
)
.waits_for("runbook.page-per");

/// The label that holds the name of an alert, which no rule sets.
const ALERT_NAME: &str = "alertname";

/// So many alerts that share a page for the same reason are pointed to.
const MAX_RELATED: usize = 5;

pub(super) struct SharedPage;

impl LintRule for SharedPage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let policy = &cx.config.runbook;
        if policy.page_per.is_empty() {
            return;
        }
        let library = &cx.pages().library;
        // All pages may lie elsewhere: then no page is known, and addresses are compared.
        let alerts: Vec<Alert<'_>> = Alert::all(cx).collect();
        let mut pages: FxHashMap<(&str, String), Readers<'_>> = FxHashMap::default();
        for alert in &alerts {
            for link in &alert.links {
                for (address, target) in link.targets(library) {
                    let (page, anchor) = page_of(address, &target);
                    if !policy.shared_pages.matches(Path::new(page)) {
                        let readers = pages.entry((page, anchor)).or_default();
                        let label = alert.place.file.field(link.value, "");
                        readers.add(alert, page, label, &policy.page_per, out);
                    }
                }
            }
        }
    }
}

/// The page of an address: its path where it is in this repository, or else its address; and the anchor, for a section with
/// one is as good as a page.
fn page_of<'p>(address: &'p str, target: &Target<'p>) -> (&'p str, String) {
    let (address, anchor) = address.split_once('#').unwrap_or((address, ""));
    let page = match target {
        Target::Page(entry) | Target::OtherCase(entry, _) | Target::Moved(entry, _) => entry.path.as_str(),
        Target::Missing(..) | Target::Elsewhere => address.trim_end_matches('/'),
    };
    (page, anchor.to_lowercase())
}

/// The alerts that lead to one page.
#[derive(Default)]
struct Readers<'a> {
    /// For each label of the configuration, the first of them that has it.
    first: FxHashMap<&'a str, Reader<'a>>,
    /// For a label and a value of it that is another than the first one's, the place of its finding.
    told: FxHashMap<(&'a str, &'a str), usize>,
}

/// One of them, and its value of a label.
struct Reader<'a> {
    alert: &'a str,
    value: &'a str,
    link: Label,
}

impl<'a> Readers<'a> {
    /// Adds an alert, and tells where it has another value of one of `labels` than one before it.
    fn add(&mut self, alert: &Alert<'a>, page: &str, link: Label, labels: &'a [String], out: &mut Vec<Diagnostic>) {
        for label in labels {
            let Some(value) = value_of(alert, label) else { continue };
            let reader = Reader { alert: alert.name(), value, link: link.clone() };
            match self.first.get(label.as_str()) {
                Some(first) if first.value == value => {}
                // One reason is enough.
                Some(first) => {
                    match self.told.get(&(label.as_str(), value)).and_then(|at| out.get_mut(*at)) {
                        Some(told) if told.related.len() < MAX_RELATED => {
                            told.related.push(Label { text: "it is the page of this one, too".to_owned(), ..link });
                        }
                        Some(_) => {}
                        None => {
                            self.told.insert((label, value), out.len());
                            out.push(report(first, reader, label, page));
                        }
                    }
                    return;
                }
                None => {
                    self.first.insert(label, reader);
                }
            }
        }
    }
}

/// The value that a label of an alert has, whatever the series; `None` where that is not known, and where it has none: an
/// empty label is as one that is not there.
fn value_of<'a>(alert: &Alert<'a>, label: &str) -> Option<&'a str> {
    if label == ALERT_NAME {
        return Some(alert.name());
    }
    let group = alert.place.file.rules.groups.get(alert.place.group_at)?;
    let (_, value) = group.labels_of(alert.place.rule).find(|(name, _)| name.text() == label)?;
    Some(value.text()).filter(|value| !value.is_empty() && !value.contains("{{"))
}

fn report(first: &Reader<'_>, other: Reader<'_>, label: &str, page: &str) -> Diagnostic {
    let called = |reader: &Reader<'_>| match label {
        ALERT_NAME => format!("`{}`", reader.alert),
        label => format!("`{}` with {label} `{}`", reader.alert, reader.value),
    };
    let message = format!("{} leads to the same page as {}", called(&other), called(first));
    let reason = match label {
        ALERT_NAME => "every alert is to have a page of its own".to_owned(),
        label => format!("every value of `{label}` is to have pages of its own"),
    };
    let help = format!(
        "{reason} (`[runbook] page-per`): write another page, or list `{page}` under `shared-pages` if it is for all of them"
    );
    let text = format!("the link of `{}`", first.alert);
    META.diagnostic(message, other.link).related(Label { text, ..first.link.clone() }).help(help)
}
