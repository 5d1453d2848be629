//! Which rules an assertion looks at, by what it names: in a run, and of files that nobody runs.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::promql::ast::{MatchOp, VectorSelector};
use crate::promql::regex::AnchoredRegex;
use crate::promql::{self, Expr, ParseOptions};
use crate::rules::{RuleFile, RuleKind};
use crate::source::{FileId, Span};
use crate::testfile::TestFile;
use crate::unittest::reads::metric_name;

/// Rules under test, by their names; `Id` is what they are known by.
pub(super) struct ByName<'n, Id> {
    alerting: FxHashMap<&'n str, Vec<Id>>,
    recording: FxHashMap<&'n str, Vec<Id>>,
}

impl<Id> Default for ByName<'_, Id> {
    fn default() -> Self {
        ByName { alerting: FxHashMap::default(), recording: FxHashMap::default() }
    }
}

impl<'n, Id: Copy + Eq + Hash> ByName<'n, Id> {
    pub(super) fn add(&mut self, kind: RuleKind, name: &'n str, id: Id) {
        let of_kind = match kind {
            RuleKind::Alerting => &mut self.alerting,
            RuleKind::Recording => &mut self.recording,
        };
        of_kind.entry(name).or_default().push(id);
    }

    /// The alerting rules of that name.
    pub(super) fn alerts(&self, name: &str) -> &[Id] {
        self.alerting.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The recording rules whose series `expr` reads by name.
    pub(super) fn recorded(&self, expr: &Expr) -> Vec<Id> {
        let mut read = Vec::new();
        expr.walk(&mut |part| {
            let Some(name) = part.selector().and_then(metric_name) else { return };
            read.extend(self.recording.get(name.as_str()).into_iter().flatten());
        });
        read
    }

    /// The alerting rules whose `ALERTS` or `ALERTS_FOR_STATE` `expr` reads, once for each selector.
    pub(super) fn alerts_read(&self, expr: &Expr) -> Vec<Id> {
        let mut read = Vec::new();
        expr.walk(&mut |part| {
            let Some(selector) = part.selector() else { return };
            if !metric_name(selector).is_some_and(|name| name == "ALERTS" || name == "ALERTS_FOR_STATE") {
                return;
            }
            let alerts = self.alerting.iter().filter(|(name, _)| selects(selector, name));
            read.extend(alerts.flat_map(|(_, ids)| ids));
        });
        read
    }

    /// Adds the recording rules that the rules in `looked` read, however many rules lie in between.
    pub(super) fn follow<'e>(&self, looked: &mut FxHashSet<Id>, expr_of: impl Fn(Id) -> Option<&'e Expr>) {
        let mut pending: Vec<Id> = looked.iter().copied().collect();
        while let Some(id) = pending.pop() {
            let Some(expr) = expr_of(id) else { continue };
            for read in self.recorded(expr) {
                if looked.insert(read) {
                    pending.push(read);
                }
            }
        }
    }
}

/// Whether all matchers for `alertname` match the name.
fn selects(selector: &VectorSelector, name: &str) -> bool {
    selector.matchers.iter().filter(|matcher| matcher.name.value == "alertname").all(|matcher| {
        let value = String::from_utf8_lossy(&matcher.value.value);
        match matcher.op {
            MatchOp::Equal => value == name,
            MatchOp::NotEqual => value != name,
            MatchOp::Regex => AnchoredRegex::new(&value).is_ok_and(|regex| regex.is_match(name)),
            MatchOp::NotRegex => AnchoredRegex::new(&value).is_ok_and(|regex| !regex.is_match(name)),
        }
    })
}

/// A rule, by its file and its bytes there.
pub type RuleAt = (FileId, Span);

/// The rules of `files` at which an assertion of `test`, which loads them, looks, whether it would hold or not. Nothing is
/// run: an assertion that would never be decided counts, too.
pub fn looked_at(test: &TestFile, files: &[Arc<RuleFile>], parse: &ParseOptions) -> FxHashSet<RuleAt> {
    let mut names = ByName::default();
    let mut exprs: FxHashMap<RuleAt, &Expr> = FxHashMap::default();
    for file in files {
        for rule in file.groups.iter().flat_map(|group| &group.rules) {
            let at = (file.file.id(), rule.span);
            names.add(rule.kind, rule.name.text(), at);
            exprs.extend(rule.parsed.as_ref().map(|expr| (at, expr)));
        }
    }
    let mut looked = FxHashSet::default();
    for group in &test.groups {
        let by_alert = group.alert_tests.iter().map(|test| test.alertname.text());
        let by_timeline = group.timelines.iter().map(|test| test.alertname.text());
        by_alert.chain(by_timeline).for_each(|name| looked.extend(names.alerts(name)));
        for expr in group.expr_tests.iter().filter_map(|test| promql::parse(test.expr.text(), parse).ok()) {
            looked.extend(names.recorded(&expr));
            looked.extend(names.alerts_read(&expr));
        }
    }
    names.follow(&mut looked, |at| exprs.get(&at).copied());
    looked
}
