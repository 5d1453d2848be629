//! What the rules of all files record, and who reads it: found out once for all lint rules that ask about it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::context::{FileContext, WorkspaceContext};
use crate::promql::Expr;
use crate::rules::{Rule, RuleKind};
use crate::source::Span;
use crate::workspace::Workspace;

/// What the rules of all files record under names that have no colon, as scraped metrics have none.
#[derive(Debug, Default)]
pub struct RecordedNames<'a>(FxHashSet<&'a str>);

impl<'a> RecordedNames<'a> {
    /// The names in the rule files of a workspace.
    pub fn of(workspace: &'a Workspace) -> Self {
        let files = workspace.documents().iter().filter_map(|document| document.rules());
        let rules = files.flat_map(|file| &file.groups).flat_map(|group| &group.rules);
        let recording = rules.filter(|rule| rule.kind == RuleKind::Recording);
        RecordedNames(recording.map(|rule| rule.name.text()).filter(|name| !name.contains(':')).collect())
    }

    /// The names.
    pub fn get(&self) -> &FxHashSet<&'a str> {
        &self.0
    }
}

/// Where a rule stands.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Its file.
    pub file: FileContext<'a>,
    /// Index of the file among the rule files.
    pub file_at: usize,
    /// Index of the group in the file.
    pub group_at: usize,
    /// Index of the rule in the group.
    pub rule_at: usize,
    /// The rule.
    pub rule: &'a Rule,
}

impl Place<'_> {
    /// The file and the group, which tell whether two rules are evaluated one after the other.
    pub fn group(&self) -> (usize, usize) {
        (self.file_at, self.group_at)
    }
}

/// All recording rules with one name, of which there is at least one.
pub struct Definitions<'a> {
    /// The first one in the order of the files.
    pub first: Place<'a>,
    /// The others, in the same order, so that those of one group stand together.
    others: Vec<Place<'a>>,
}

impl<'a> Definitions<'a> {
    /// All of them, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Place<'a>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether all of them stand in the group of `reader` and behind it.
    pub fn are_behind(&self, reader: &Place<'_>) -> bool {
        let last = self.others.last().unwrap_or(&self.first);
        let group = reader.group();
        self.first.group() == group && last.group() == group && self.first.rule_at > reader.rule_at
    }

    /// Whether none of them stands in the group of `reader`.
    pub fn are_elsewhere(&self, reader: &Place<'_>) -> bool {
        let group = reader.group();
        self.first.group() != group && self.others.binary_search_by_key(&group, Place::group).is_err()
    }
}

/// A rule that reads what a recording rule records.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// The rule that reads.
    pub reader: Place<'a>,
    /// What it reads.
    pub metric: &'a str,
    /// The first place in its expression that names it, in bytes of the decoded text.
    pub span: Span,
}

/// What the recording rules of all files record.
pub struct Recording<'a> {
    by_name: FxHashMap<&'a str, Definitions<'a>>,
    /// In the order of the files, the rules and the expressions.
    reads: Vec<Read<'a>>,
}

impl<'a> Recording<'a> {
    pub(super) fn of(cx: &WorkspaceContext<'a>) -> Self {
        let mut by_name: FxHashMap<&str, Definitions<'_>> = FxHashMap::default();
        for place in cx.places().filter(|place| place.rule.kind == RuleKind::Recording) {
            match by_name.get_mut(place.rule.name.text()) {
                Some(definitions) => definitions.others.push(place),
                None => {
                    by_name.insert(place.rule.name.text(), Definitions { first: place, others: Vec::new() });
                }
            }
        }
        let mut reads = Vec::new();
        if !by_name.is_empty() {
            for reader in cx.places() {
                let Some(expr) = &reader.rule.parsed else { continue };
                let recorded = metrics(expr, |metric| by_name.contains_key(metric));
                reads.extend(recorded.into_iter().map(|(metric, span)| Read { reader, metric, span }));
            }
        }
        Recording { by_name, reads }
    }

    /// The recording rules with this name.
    pub fn get(&self, name: &str) -> Option<&Definitions<'a>> {
        self.by_name.get(name)
    }

    /// The names that are recorded.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.by_name.keys().copied()
    }

    /// Each recorded metric that a rule reads, once for each rule. What is read at another time only (`offset`, `@`) is
    /// left out: what was recorded before is what it wants.
    pub fn reads(&self) -> &[Read<'a>] {
        &self.reads
    }

    /// Those of [`Recording::reads`] whose reader is a recording rule itself.
    pub fn reads_by_recording_rules(&self) -> impl Iterator<Item = &Read<'a>> + Clone {
        self.reads.iter().filter(|read| read.reader.rule.kind == RuleKind::Recording)
    }
}

/// The metrics among the `wanted` that an expression names, each at the first place where it does, without those that it
/// reads at another time.
fn metrics(expr: &Expr, wanted: impl Fn(&str) -> bool) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    let mut known = FxHashSet::default();
    expr.walk(&mut |part| {
        let Some(selector) = part.selector() else { return };
        let is_moved = selector.modifiers.offset.is_some() || selector.modifiers.at.is_some();
        if let Some(name) = selector.name.as_ref().filter(|name| !is_moved && wanted(&name.value))
            && known.insert(name.value.as_str())
        {
            found.push((&name.value, name.span));
        }
    });
    found
}
