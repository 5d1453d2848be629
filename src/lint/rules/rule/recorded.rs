//! Where recording rules stand: what the rules about their order ask.

use rustc_hash::FxHashMap;

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::promql::Expr;
use crate::rules::{Rule, RuleKind};
use crate::source::Span;

/// Where a rule stands.
#[derive(Clone, Copy)]
pub(in crate::lint::rules) struct Place<'a> {
    pub(in crate::lint::rules) file: FileContext<'a>,
    /// Index of the file among the rule files.
    pub(in crate::lint::rules) file_at: usize,
    /// Index of the group in the file.
    pub(in crate::lint::rules) group_at: usize,
    /// Index of the rule in the group.
    pub(in crate::lint::rules) rule_at: usize,
    pub(in crate::lint::rules) rule: &'a Rule,
}

impl Place<'_> {
    /// The file and the group, which tell whether two rules are evaluated one after the other.
    pub(in crate::lint::rules) fn group(&self) -> (usize, usize) {
        (self.file_at, self.group_at)
    }
}

/// All rules, in the order of the files.
pub(in crate::lint::rules) fn places<'a>(cx: &WorkspaceContext<'a>) -> impl Iterator<Item = Place<'a>> {
    cx.rule_files().enumerate().flat_map(|(file_at, file)| {
        file.rules.groups.iter().enumerate().flat_map(move |(group_at, group)| {
            group.rules.iter().enumerate().map(move |(rule_at, rule)| Place { file, file_at, group_at, rule_at, rule })
        })
    })
}

/// The recording rules by name.
pub(in crate::lint::rules) fn recording<'a>(cx: &WorkspaceContext<'a>) -> FxHashMap<&'a str, Vec<Place<'a>>> {
    let mut by_name: FxHashMap<&str, Vec<Place<'_>>> = FxHashMap::default();
    for place in places(cx).filter(|place| place.rule.kind == RuleKind::Recording) {
        by_name.entry(place.rule.name.text()).or_default().push(place);
    }
    by_name
}

/// The metrics that an expression names, each at the first place where it does. Those that it reads at another time only
/// are left out: what was recorded before is what it wants.
pub(in crate::lint::rules) fn metrics(expr: &Expr) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    let mut known = rustc_hash::FxHashSet::default();
    expr.walk(&mut |part| {
        let Some(selector) = part.selector() else { return };
        let is_moved = selector.modifiers.offset.is_some() || selector.modifiers.at.is_some();
        if let Some(name) = selector.name.as_ref().filter(|_| !is_moved)
            && known.insert(name.value.as_str())
        {
            found.push((&name.value, name.span));
        }
    });
    found
}
