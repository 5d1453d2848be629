//! What a change has to do with the findings: which it has brought, and which lie in what it has touched or affected.

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Config;
use super::identity::{Identity, Key, path_name, take};
use super::rules::rule::REMOVED_BUT_USED;
use crate::promql::ast::MatchOp;
use crate::rules::{Rule, RuleFile, RuleGroup, RuleKind};
use crate::source::words::collapsed;
use crate::source::{Diagnostic, FileId, Label, Span, region_at};
use crate::workspace::{Document, Workspace};

/// The files of a run, before or after a change.
pub struct Side<'a> {
    /// The files.
    pub workspace: &'a Workspace,
    /// The configuration, as it holds for their names.
    pub config: &'a Config,
    /// Which findings there are, but for those in files of `unchanged`.
    pub identities: &'a [Identity],
}

/// What has become of the files: by their names now, what they were called before.
pub type Renamed = FxHashMap<String, String>;

/// Which of the findings of `after` the change has to do with: those that were not there before, those in rules and
/// tests that it has touched, in rules of groups whose settings it has changed, in rules that read a recorded series which
/// it has changed or taken away, and in test files that load such rules. In files of `unchanged` the same was found
/// before.
pub fn concerned(
    before: &Side<'_>,
    after: &Side<'_>,
    diagnostics: &[Diagnostic],
    renamed: &Renamed,
    unchanged: &FxHashSet<FileId>,
) -> Vec<bool> {
    let mut counts: FxHashMap<&Key, usize> = FxHashMap::default();
    for identity in before.identities {
        *counts.entry(&identity.key).or_default() += 1;
    }
    let mut was_there = |key: &Key| {
        let old = renamed.get(&key.file).map(|file| Key { file: file.clone(), ..key.clone() });
        take(&mut counts, old.as_ref().unwrap_or(key))
    };
    let touched = Touched::of(before, after, renamed);
    let of_each = after.identities.iter().zip(diagnostics);
    let mut is_new = |identity: &Identity, found: &Diagnostic| match unchanged.contains(&found.primary.file.id()) {
        // Before the change there could be none.
        true => needs_a_change(found.rule),
        false => !was_there(&identity.key),
    };
    of_each.map(|(identity, found)| is_new(identity, found) || touched.holds(found)).collect()
}

/// The recorded series and the alerts that a change has taken away.
#[derive(Debug, Default)]
pub struct Gone {
    /// Names of recorded series.
    series: FxHashSet<String>,
    /// Names of alerts.
    alerts: FxHashSet<String>,
}

impl Gone {
    /// What is recorded or an alert in `before`, and not in `after`, and what rules of `after` read.
    pub fn between<'a>(before: impl IntoIterator<Item = &'a Workspace>, after: &Workspace) -> Gone {
        let mut gone = Gone::default();
        let there: FxHashSet<(RuleKind, &str)> = names(after).collect();
        for (kind, name) in before.into_iter().flat_map(names).filter(|name| !there.contains(name)) {
            gone.of(kind).insert(name.to_owned());
        }
        if !gone.is_empty() {
            let read: Vec<_> = rules(after).map(|(_, _, rule)| (reads(rule), alerts_read(rule))).collect();
            let series: FxHashSet<&str> = read.iter().flat_map(|(series, _)| series).map(|(name, _)| *name).collect();
            let alerts: FxHashSet<&str> = read.iter().flat_map(|(_, alerts)| alerts).map(|(name, _)| *name).collect();
            gone.series.retain(|name| series.contains(name.as_str()));
            gone.alerts.retain(|name| alerts.contains(name.as_str()));
        }
        gone
    }

    /// What the workspace has is not gone.
    pub fn leave_out(&mut self, workspace: &Workspace) {
        if !self.is_empty() {
            for (kind, name) in names(workspace) {
                self.of(kind).remove(name);
            }
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.alerts.is_empty()
    }

    fn of(&mut self, kind: RuleKind) -> &mut FxHashSet<String> {
        match kind {
            RuleKind::Recording => &mut self.series,
            RuleKind::Alerting => &mut self.alerts,
        }
    }

    /// The rules of a document that read what is gone (`rule/removed-but-used`).
    pub(super) fn used_in(&self, document: &Document) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let groups = document.rules().into_iter().filter(|_| !self.is_empty()).flat_map(|file| &file.groups);
        for rule in groups.flat_map(|group| &group.rules) {
            let label = |span| Label::new(&document.source, rule.expr.file_span(span), "still read here");
            for (name, span) in reads(rule).into_iter().filter(|(name, _)| self.series.contains(*name)) {
                let diagnostic = REMOVED_BUT_USED.diagnostic(format!("`{name}` is not recorded any more"), label(span));
                found.push(diagnostic.help("record it again, or read what it was recorded from"));
            }
            for (name, span) in alerts_read(rule).into_iter().filter(|(name, _)| self.alerts.contains(*name)) {
                let diagnostic =
                    REMOVED_BUT_USED.diagnostic(format!("there is no alert `{name}` any more"), label(span));
                found.push(diagnostic.help("bring the alert back, or name the one that has taken its place"));
            }
        }
        found
    }
}

/// Whether only a run that knows a change can find what the rule `id` is about: in others nothing follows from there being
/// nothing.
pub(super) fn needs_a_change(id: &str) -> bool {
    id == REMOVED_BUT_USED.id
}

/// The names of recorded series and of alerts.
fn names(workspace: &Workspace) -> impl Iterator<Item = (RuleKind, &str)> {
    rules(workspace).map(|(_, _, rule)| (rule.kind, rule.name.text()))
}

/// All rules, with their documents and groups.
fn rules(workspace: &Workspace) -> impl Iterator<Item = (&Arc<Document>, &RuleGroup, &Rule)> {
    let files = workspace.documents().iter().filter_map(|document| Some((document, document.rules()?)));
    files.flat_map(|(document, file)| {
        file.groups.iter().flat_map(move |group| group.rules.iter().map(move |rule| (document, group, rule)))
    })
}

/// The metrics that a rule names, each at the first place.
fn reads(rule: &Rule) -> Vec<(&str, Span)> {
    let (mut found, mut known) = (Vec::new(), FxHashSet::default());
    if let Some(expr) = &rule.parsed {
        expr.walk(&mut |part| {
            let name = part.selector().and_then(|selector| selector.name.as_ref());
            if let Some(name) = name.filter(|name| known.insert(&*name.value)) {
                found.push((&*name.value, name.span));
            }
        });
    }
    found
}

/// The alerts whose state a rule reads by their names, each at its matcher: `ALERTS{alertname="Down"}`.
fn alerts_read(rule: &Rule) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    if let Some(expr) = &rule.parsed {
        expr.walk(&mut |part| {
            let selector = part.selector().filter(|it| matches!(it.metric_name(), Some("ALERTS" | "ALERTS_FOR_STATE")));
            for matcher in selector.into_iter().flat_map(|selector| &selector.matchers) {
                let is_name = matcher.name.value == "alertname" && matcher.op == MatchOp::Equal;
                let name = std::str::from_utf8(&matcher.value.value).ok().filter(|_| is_name);
                found.extend(name.map(|name| (name, matcher.span)));
            }
        });
    }
    found
}

/// What a change has touched or affected: bytes of the files as they are now, by their beginnings.
struct Touched {
    places: FxHashMap<FileId, Vec<Span>>,
}

/// The texts of the rules of a group, or of the groups of a test file, and how often each is there.
type Texts = FxHashMap<String, usize>;

/// The rules of a group, as they were.
#[derive(Default)]
struct OldGroup {
    rules: Texts,
    /// What the recording rules record, by their texts.
    names: FxHashMap<String, String>,
}

/// What there was, of which is taken what is still there.
#[derive(Default)]
struct Old {
    /// By file, name and settings: a file may hold several groups of one name.
    groups: FxHashMap<(String, String, String), OldGroup>,
    /// The groups of test files.
    tests: FxHashMap<String, Texts>,
}

impl Old {
    /// What there was in `documents`.
    fn of<'a>(before: &Side<'_>, documents: impl Iterator<Item = &'a Arc<Document>>) -> Old {
        let mut old = Old::default();
        for document in documents {
            let name = path_name(before.config, document.source.name());
            for group in document.rules().into_iter().flat_map(|file| &file.groups) {
                let key = (name.clone(), group.name.text().to_owned(), settings(group));
                let known = old.groups.entry(key).or_default();
                for rule in &group.rules {
                    let text = text_of(document, rule.span);
                    if rule.kind == RuleKind::Recording {
                        known.names.insert(text.clone(), rule.name.text().to_owned());
                    }
                    *known.rules.entry(text).or_default() += 1;
                }
            }
            for group in document.tests().into_iter().flat_map(|input| &input.test.groups) {
                *old.tests.entry(name.clone()).or_default().entry(text_of(document, group.span)).or_default() += 1;
            }
        }
        old
    }

    /// What is recorded by the rules that are left: it is gone, or another one now.
    fn recorded(&self) -> impl Iterator<Item = String> {
        self.groups.values().flat_map(|old| {
            let left = old.rules.iter().filter(|(_, count)| **count > 0);
            left.filter_map(|(text, _)| old.names.get(text).cloned())
        })
    }
}

impl Touched {
    fn of(before: &Side<'_>, after: &Side<'_>, renamed: &Renamed) -> Touched {
        // What both sides have is untouched.
        let ids = |side: &Side<'_>| side.workspace.documents().iter().map(|document| document.source.id()).collect();
        let (before_ids, after_ids): (FxHashSet<FileId>, FxHashSet<FileId>) = (ids(before), ids(after));
        let differing = |document: &&Arc<Document>, others: &FxHashSet<FileId>| !others.contains(&document.source.id());
        let documents = before.workspace.documents().iter();
        let mut old = Old::of(before, documents.filter(|document| differing(document, &after_ids)));
        let mut touched = Touched { places: FxHashMap::default() };
        let mut changed: Vec<String> = Vec::new();
        let mut changed_files: FxHashSet<FileId> = FxHashSet::default();
        let documents = after.workspace.documents().iter();
        for document in documents.filter(|document| differing(document, &before_ids)) {
            let name = path_name(after.config, document.source.name());
            let old_name = renamed.get(&name).unwrap_or(&name);
            for group in document.rules().into_iter().flat_map(|file| &file.groups) {
                let key = (old_name.clone(), group.name.text().to_owned(), settings(group));
                let mut known = old.groups.get_mut(&key);
                if known.is_none() {
                    // What holds for all rules is touched, too.
                    touched.add(document, group.span);
                }
                for rule in &group.rules {
                    let text = text_of(document, rule.span);
                    if known.as_mut().is_some_and(|known| take(&mut known.rules, &text)) {
                        continue;
                    }
                    touched.add(document, rule.span);
                    changed_files.insert(document.source.id());
                    if rule.kind == RuleKind::Recording {
                        changed.push(rule.name.text().to_owned());
                    }
                }
            }
            for group in document.tests().into_iter().flat_map(|input| &input.test.groups) {
                let text = text_of(document, group.span);
                if !old.tests.get_mut(old_name).is_some_and(|known| take(known, &text)) {
                    touched.add(document, group.span);
                }
            }
        }
        changed.extend(old.recorded());
        touched.add_readers(after.workspace, changed, &mut changed_files);
        touched.add_tests(after.workspace, &changed_files);
        for places in touched.places.values_mut() {
            places.sort_unstable_by_key(|span| (span.start(), Reverse(span.end())));
            // Rules do not lie within each other, but in their groups.
            places.dedup_by(|span, before| span.end() <= before.end());
        }
        touched
    }

    fn add(&mut self, document: &Document, span: Span) {
        self.places.entry(document.source.id()).or_default().push(span);
    }

    /// Adds the rules that read one of the series, and those that read what these record.
    fn add_readers(&mut self, workspace: &Workspace, mut changed: Vec<String>, files: &mut FxHashSet<FileId>) {
        if changed.is_empty() {
            return;
        }
        let mut readers: FxHashMap<&str, Vec<(&Arc<Document>, &Rule)>> = FxHashMap::default();
        for (document, _, rule) in rules(workspace) {
            for (name, _) in reads(rule) {
                readers.entry(name).or_default().push((document, rule));
            }
        }
        let mut known: FxHashSet<String> = changed.iter().cloned().collect();
        while let Some(name) = changed.pop() {
            for (document, rule) in readers.remove(name.as_str()).unwrap_or_default() {
                self.add(document, rule.span);
                files.insert(document.source.id());
                let name = rule.name.text();
                if rule.kind == RuleKind::Recording && known.insert(name.to_owned()) {
                    changed.push(name.to_owned());
                }
            }
        }
    }

    /// Adds the test files that load one of the files.
    fn add_tests(&mut self, workspace: &Workspace, files: &FxHashSet<FileId>) {
        if files.is_empty() {
            return;
        }
        let loads = |rules: &RuleFile| files.contains(&rules.file.id());
        for document in workspace.documents() {
            let Some(input) = document.tests() else { continue };
            if workspace.rules_of(input).files.iter().any(|rules| loads(rules)) {
                self.places.insert(document.source.id(), vec![Span::new(0, document.source.text().len())]);
            }
        }
    }

    fn holds(&self, found: &Diagnostic) -> bool {
        let places = self.places.get(&found.primary.file.id()).map(Vec::as_slice).unwrap_or_default();
        region_at(places, found.primary.span.start(), |span| *span).is_some()
    }
}

fn text_of(document: &Document, span: Span) -> String {
    collapsed(span.slice(document.source.text()))
}

/// What of a group holds for all of its rules.
fn settings(group: &RuleGroup) -> String {
    let labels: Vec<_> = group.labels.iter().map(|(name, value)| (name.text(), value.text())).collect();
    format!("{:?} {:?} {:?} {labels:?}", group.interval_ms, group.query_offset_ms, group.limit)
}
