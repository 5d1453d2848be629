//! Runbook pages and the alerts that lead to them: found out once for all lint rules that ask about it.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Config;
use super::context::{FileContext, WorkspaceContext};
use super::recording::{Place, RecordedNames};
use super::registry::registry;
use crate::facts::{Facts, Presence};
use crate::rules::{Field, Rule, RuleKind};
use crate::runbook::page::{Copy, Shortcode};
use crate::runbook::{self, Addresses, Draft, Drift, Entry, Hints, Library, Target};
use crate::source::{FileId, Label, Meta, Span};
use crate::workspace::paths::slashed;
use crate::workspace::{Lookup, ReadError, Workspace};

/// The lint rules about runbooks that look at links alone.
const WITHOUT_PAGES: [&str; 3] = ["runbook/invalid-url", "runbook/missing", "runbook/relative-url"];
/// Fewer links that lead to pages may do so by chance.
const MIN_FOUND: usize = 3;

/// Finds the runbook pages that the configuration names and reads them, unless no lint rule asks for them. Gives what
/// cannot be read.
pub fn find_pages(workspace: &mut Workspace, config: &mut Config, lookup: &Lookup) -> Vec<ReadError> {
    let is_asked = registry().iter().map(|rule| rule.meta()).any(|meta| asks_for_pages(meta) && config.may_run(meta));
    if is_asked { read_pages(workspace, config, lookup) } else { Vec::new() }
}

/// Whether a lint rule looks at pages.
pub(super) fn asks_for_pages(meta: &Meta) -> bool {
    meta.id.starts_with("runbook/") && !WITHOUT_PAGES.contains(&meta.id)
}

/// As [`find_pages`], whatever lint rules ask for. Where the configuration names no pages they are guessed.
pub fn read_pages(workspace: &mut Workspace, config: &mut Config, lookup: &Lookup) -> Vec<ReadError> {
    if !config.runbook.has_pages() {
        guess_pages(workspace, config, lookup);
        return Vec::new();
    }
    let folders: Vec<_> = config.runbook.folders().iter().map(|folder| lookup.filter.shown(folder)).collect();
    workspace.find_pages(&folders, lookup)
}

/// Guesses where pages are published and reads them, where enough of the links that begin as a guess says lead to one:
/// [`MIN_FOUND`], and three in four: of the links of kube-prometheus to the runbooks of the operator
/// every fifth leads to no page. Where anything cannot be read there is no guess.
fn guess_pages(workspace: &mut Workspace, config: &mut Config, lookup: &Lookup) {
    let hints = Hints::of(config.files().root(), &lookup.home);
    // To collect the links takes longer than to see that they are of no use.
    if hints.is_empty() {
        return;
    }
    let links = links_to_ask(workspace, config);
    for guess in hints.guesses(&links) {
        let mut tried = config.clone();
        tried.runbook.guessed.push(guess.clone());
        let folders: Vec<_> = guess.folders.iter().map(|folder| lookup.filter.shown(Path::new(folder))).collect();
        let before = workspace.pages().len();
        let is_read = workspace.find_pages(&folders, lookup).is_empty();
        let library = Library::of(workspace, &tried.runbook, config.files());
        let (mut found, mut missing) = (0, 0);
        for link in links.iter().filter(|link| link.starts_with(&guess.url)) {
            match library.target(link) {
                Target::Page(_) | Target::OtherCase(..) | Target::Moved(..) => found += 1,
                Target::Missing(site, path) if site.shows_file(workspace, &path, config.files()) => {}
                Target::Missing(..) | Target::Elsewhere => missing += 1,
            }
        }
        if is_read && found >= MIN_FOUND && found >= 3 * missing {
            *config = tried;
        } else {
            workspace.forget_pages(before);
        }
    }
}

/// The links of alerts of which only servers know where they lead: to no page of this repository, and without a part that
/// nobody knows.
pub fn links_to_ask(workspace: &Workspace, config: &Config) -> BTreeSet<String> {
    let recorded_names = RecordedNames::of(workspace);
    let cx = WorkspaceContext::new(config, workspace, &recorded_names);
    let library = Library::of(workspace, &config.runbook, config.files());
    let files: Vec<(usize, FileContext<'_>)> = cx.rule_files().enumerate().collect();
    let of_some = files.into_par_iter().fold(BTreeSet::new, |mut links, (file_at, file)| {
        for alert in Alert::among(Place::all_in(file, file_at), config) {
            for (address, target) in alert.links.iter().flat_map(|link| link.targets(&library)) {
                if target.is_asked() {
                    links.insert(address.to_owned());
                }
            }
        }
        links
    });
    of_some.reduce(BTreeSet::new, |mut all, mut links| {
        all.append(&mut links);
        all
    })
}

/// The pages, the alerts, and which leads to which.
pub struct Pages<'a> {
    /// The pages.
    pub library: Library,
    alerts: Vec<Alert<'a>>,
    by_name: FxHashMap<&'a str, Vec<usize>>,
    /// For each page, the alerts whose link leads there.
    by_page: FxHashMap<FileId, Vec<usize>>,
    /// Whether the pages are guessed.
    are_guessed: bool,
    /// The rule files by the last part of their paths.
    files: FxHashMap<String, Vec<(String, FileContext<'a>)>>,
}

/// An alerting rule.
pub struct Alert<'a> {
    /// Where it stands.
    pub place: Place<'a>,
    /// Its links to runbooks.
    pub links: Vec<Link<'a>>,
}

/// The link of an alert to a runbook.
pub struct Link<'a> {
    /// The annotation's name.
    pub name: &'a Field,
    /// The annotation's text.
    pub value: &'a Field,
    /// What it can be.
    pub addresses: Addresses,
}

/// A rule that a page shows, the alert that it shows, and how the two differ.
pub struct Shown<'p, 'a> {
    /// The page.
    pub entry: &'p Entry,
    /// The rule in the page.
    pub copy: &'p Copy,
    /// The alert.
    pub alert: &'p Alert<'a>,
    /// What is different.
    pub drift: Drift,
}

/// What a shortcode that shows a rule leads to.
pub enum Shows<'p, 'a> {
    /// To an alert.
    Alert,
    /// To a rule file that has no such alert.
    NoAlert(Vec<&'p FileContext<'a>>),
    /// To a file that is not among the rule files of the run.
    NoFile,
}

impl<'a> Pages<'a> {
    /// The pages and alerts of a workspace.
    pub fn new(workspace: &'a Workspace, config: &'a Config, recorded_names: &'a RecordedNames<'a>) -> Pages<'a> {
        let cx = WorkspaceContext::new(config, workspace, recorded_names);
        Pages::with(&cx, Library::of(workspace, &config.runbook, config.files()))
    }

    /// The same for lint rules, which have nothing to say of alerts where there is no page.
    pub(super) fn of(cx: &WorkspaceContext<'a>) -> Pages<'a> {
        let library = Library::of(cx.workspace, &cx.config.runbook, cx.config.files());
        if library.is_empty() {
            return Pages {
                library,
                alerts: Vec::new(),
                by_name: FxHashMap::default(),
                by_page: FxHashMap::default(),
                are_guessed: false,
                files: FxHashMap::default(),
            };
        }
        Pages::with(cx, library)
    }

    fn with(cx: &WorkspaceContext<'a>, library: Library) -> Pages<'a> {
        let filter = cx.config.files();
        let alerts: Vec<Alert<'a>> = Alert::all(cx).collect();
        let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut by_page: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
        for (at, alert) in alerts.iter().enumerate() {
            by_name.entry(alert.name()).or_default().push(at);
            for (_, target) in alert.links.iter().flat_map(|link| link.targets(&library)) {
                if let Target::Page(entry) | Target::OtherCase(entry, _) | Target::Moved(entry, _) = target {
                    by_page.entry(entry.page.file.id()).or_default().push(at);
                }
            }
        }
        let mut files: FxHashMap<String, Vec<_>> = FxHashMap::default();
        for file in cx.rule_files() {
            let path = filter.relative(Path::new(file.source().name()));
            let path = slashed(&path);
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            files.entry(name).or_default().push((path, file));
        }
        let are_guessed = !cx.config.runbook.guessed.is_empty();
        Pages { library, alerts, by_name, by_page, are_guessed, files }
    }

    /// The alerts, in the order of the files.
    pub fn alerts(&self) -> &[Alert<'a>] {
        &self.alerts
    }

    /// The pages that are checked: all, or where they are guessed those to which an alert leads.
    pub fn checked(&self) -> impl Iterator<Item = &Entry> {
        let counts = |entry: &&Entry| !self.are_guessed || self.by_page.contains_key(&entry.page.file.id());
        self.library.entries().iter().filter(counts)
    }

    /// What the links of all alerts lead to, for each address that a link can have.
    pub fn targets<'p>(&'p self) -> impl Iterator<Item = (&'p Alert<'a>, &'p Link<'a>, &'p str, Target<'p>)> {
        let links = self.alerts.iter().flat_map(|alert| alert.links.iter().map(move |link| (alert, link)));
        links.flat_map(|(alert, link)| {
            let targets = link.targets(&self.library).into_iter();
            targets.map(move |(address, target)| (alert, link, address, target))
        })
    }

    /// The alerts with this name.
    pub fn named<'p>(&'p self, name: &str) -> impl Iterator<Item = &'p Alert<'a>> {
        self.by_name.get(name).into_iter().flatten().filter_map(|at| self.alerts.get(*at))
    }

    /// The names of all alerts.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.by_name.keys().copied()
    }

    /// The alerts whose link leads to a page.
    pub fn leading_to<'p>(&'p self, entry: &Entry) -> impl Iterator<Item = &'p Alert<'a>> {
        let found = self.by_page.get(&entry.page.file.id());
        found.into_iter().flatten().filter_map(|at| self.alerts.get(*at))
    }

    /// The shortcodes of a page that show a rule, with the file and the alert that they name.
    pub fn shortcodes<'e>(&self, entry: &'e Entry, config: &Config) -> Vec<(&'e Shortcode, &'e str, &'e str)> {
        let names = &config.runbook.shortcodes;
        let found =
            entry.page.shortcodes.iter().filter(|shortcode| !shortcode.is_end && names.contains(&shortcode.name.value));
        let arguments = |shortcode: &'e Shortcode| match shortcode.arguments.as_slice() {
            [file, alert, ..] => Some((shortcode, file.value.as_str(), alert.value.as_str())),
            _ => None,
        };
        found.filter_map(arguments).collect()
    }

    /// The rule files that a shortcode names: those whose path ends with `file`.
    pub fn files(&self, file: &str) -> Vec<&FileContext<'a>> {
        let file = file.trim_start_matches("./").trim_start_matches('/');
        let name = file.rsplit('/').next().unwrap_or_default();
        let is_it =
            |path: &str| path.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        let found = self.files.get(name).into_iter().flatten().filter(|(path, _)| is_it(path));
        found.map(|(_, file)| file).collect()
    }

    /// What a shortcode that names `file` and `alert` leads to.
    pub fn shows(&self, file: &str, alert: &str) -> Shows<'_, 'a> {
        let files = self.files(file);
        if files.is_empty() {
            return Shows::NoFile;
        }
        let is_in = |found: &Alert<'_>| files.iter().any(|file| file.source().id() == found.place.file.source().id());
        if self.named(alert).any(is_in) { Shows::Alert } else { Shows::NoAlert(files) }
    }

    /// The rules that pages show, each with the alert that it shows and what is different. A rule that is none of an alert
    /// that there is is left out.
    pub fn shown<'p>(&'p self, config: &Config) -> Vec<Shown<'p, 'a>> {
        let mut shown = Vec::new();
        for entry in self.checked() {
            let copies = entry.page.copies.iter();
            shown.extend(copies.filter_map(|copy| self.shown_by(entry, copy, config)));
        }
        shown
    }

    fn shown_by<'p>(&'p self, entry: &'p Entry, copy: &'p Copy, config: &Config) -> Option<Shown<'p, 'a>> {
        let options = config.parse_options();
        let drift = |alert: &Alert<'_>| Drift::of(copy, alert.place.rule, &config.runbook.keys, &options);
        let compared = self.candidates(entry, copy, config).into_iter().map(|alert| (drift(alert), alert));
        let (drift, alert) = compared.min_by_key(|(drift, _)| (drift.fields.len(), drift.links.len()))?;
        Some(Shown { entry, copy, alert, drift })
    }

    /// The alerts that a rule in a page may be: those of the shortcode beside it, or else those that lead to the page, or
    /// else all of its name.
    fn candidates<'p>(&'p self, entry: &Entry, copy: &Copy, config: &Config) -> Vec<&'p Alert<'a>> {
        let name = copy.name.text();
        let mut named: Vec<&Alert<'a>> = self.named(name).collect();
        if named.len() < 2 {
            return named;
        }
        let files: FxHashSet<FileId> = self
            .shortcodes(entry, config)
            .into_iter()
            .filter(|(_, _, alert)| *alert == name)
            .flat_map(|(_, file, _)| self.files(file))
            .map(|file| file.source().id())
            .collect();
        if named.iter().any(|alert| files.contains(&alert.place.file.source().id())) {
            named.retain(|alert| files.contains(&alert.place.file.source().id()));
            return named;
        }
        let leading: Vec<_> = self.leading_to(entry).filter(|alert| alert.name() == name).collect();
        if leading.is_empty() { named } else { leading }
    }
}

impl<'a> Alert<'a> {
    /// The alerts of a workspace, in the order of the files.
    pub(super) fn all(cx: &WorkspaceContext<'a>) -> impl Iterator<Item = Alert<'a>> {
        Alert::among(cx.places(), cx.config)
    }

    fn among(places: impl Iterator<Item = Place<'a>>, config: &'a Config) -> impl Iterator<Item = Alert<'a>> {
        let alerting = places.filter(|place| place.rule.kind == RuleKind::Alerting);
        alerting.map(move |place| Alert::of(place, config))
    }

    fn of(place: Place<'a>, config: &'a Config) -> Alert<'a> {
        // Most links have no template, and ask for nothing.
        let facts = LazyCell::new(|| Some(Facts::under(place.rule.parsed.as_ref()?, place.file.premises())));
        let links = runbook::links(place.rule, &config.runbook.keys).map(|(name, value)| {
            let addresses = runbook::addresses(value.text(), |label| named_values(facts.as_ref()?, label));
            Link { name, value, addresses }
        });
        Alert { links: links.collect(), place }
    }

    /// What a page about it is written from.
    pub fn draft(&self, config: &Config) -> Draft<'a> {
        let (file, rule) = (self.place.file, self.place.rule);
        let group = file.rules.groups.get(self.place.group_at);
        let interval_ms = group.and_then(|group| group.interval_ms).or(config.facts.evaluation_interval_ms);
        let added = group.into_iter().flat_map(|group| group.labels_of(rule));
        let added = added.map(|(name, value)| (name.text().to_owned(), value.text().to_owned()));
        let (labels, is_closed) = labels(rule, config);
        Draft { rule, file: file.document.source.name(), interval_ms, labels, is_closed, added: added.collect() }
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.place.rule.name.text()
    }
}

/// The labels that the series of an alert have for all that is known, and whether there can be no others.
fn labels(rule: &Rule, config: &Config) -> (Vec<String>, bool) {
    let Some(expr) = &rule.parsed else { return (Vec::new(), false) };
    let facts = Facts::under(expr, config.premises());
    let branches = || facts.branches().iter().filter(|branch| !branch.made_up);
    let is_closed = facts.branches().iter().all(|branch| branch.is_closed());
    let mut names: Vec<String> = branches()
        .flat_map(|branch| branch.known_labels())
        .filter(|(_, presence)| !presence.is_impossible() && (is_closed || *presence != Presence::Possible))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "__name__" && branches().all(|branch| !branch.presence(name).is_impossible()))
        .collect();
    names.sort_unstable();
    names.dedup();
    (names, is_closed)
}

/// The values that a label of the series of an alert can have, where matchers name all of them.
fn named_values(facts: &Facts<'_>, label: &str) -> Option<Vec<String>> {
    let mut values = Vec::new();
    for branch in facts.branches() {
        values.extend(branch.named_values(label)?.into_iter().map(str::to_owned));
    }
    values.sort_unstable();
    values.dedup();
    Some(values)
}

impl Link<'_> {
    /// What the link leads to, for each address that it can have; nothing where that is not known.
    pub fn targets<'l>(&self, library: &'l Library) -> Vec<(&str, Target<'l>)> {
        let known = match &self.addresses {
            Addresses::Known(known) => known.as_slice(),
            Addresses::Unknown { .. } => &[],
        };
        known.iter().map(|address| (address.as_str(), library.target(address))).collect()
    }
}

impl Shown<'_, '_> {
    /// A label at bytes of the page.
    pub fn in_page(&self, span: Span, text: impl Into<String>) -> Label {
        Label::new(&self.entry.page.file, span, text)
    }

    /// A label at bytes of the rule file.
    pub fn in_rule(&self, span: Span, text: impl Into<String>) -> Label {
        self.alert.place.file.label(span, text)
    }
}
