//! `rule/overlapping`: two alerts with one name and the same labels whose selectors have series in common.

use rustc_hash::FxHashMap;

use crate::lint::context::{FileContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::VectorSelector;
use crate::promql::regex::language::{Answer, Condition, value_satisfying};
use crate::rules::{Rule as FileRule, RuleGroup, RuleKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/overlapping", Info, likely, "two alerts with one name and the same labels look at the same series");

/// Of alerts with one name so many are compared with each other.
const MAX_COMPARED: usize = 20;

pub(super) struct Overlapping;

/// An alert and what tells it from others.
struct Alert<'a> {
    file: FileContext<'a>,
    rule: &'a FileRule,
    selector: &'a VectorSelector,
    labels: Vec<(&'a str, &'a str)>,
}

impl LintRule for Overlapping {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut by_name: FxHashMap<(&str, &str), Vec<Alert<'_>>> = FxHashMap::default();
        for file in cx.rule_files() {
            for group in &file.rules.groups {
                for rule in group.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting) {
                    let Some(selector) = rule.parsed.as_ref().and_then(only_selector) else { continue };
                    let Some(metric) = &selector.name else { continue };
                    let alert = Alert { file, rule, selector, labels: labels(group, rule) };
                    let alerts = by_name.entry((rule.name.text(), &metric.value)).or_default();
                    // The first one that it overlaps is enough to look at.
                    let overlapped = alerts.iter().take(MAX_COMPARED).find(|other| overlap(other, &alert));
                    out.extend(overlapped.map(|other| report(other, &alert)));
                    alerts.push(alert);
                }
            }
        }
    }
}

/// The selector of an expression that has just one.
fn only_selector(expr: &Expr) -> Option<&VectorSelector> {
    let (mut found, mut count) = (None, 0);
    expr.walk(&mut |part| {
        if let Some(selector) = part.selector() {
            found = Some(selector);
            count += 1;
        }
    });
    found.filter(|_| count == 1)
}

fn labels<'a>(group: &'a RuleGroup, rule: &'a FileRule) -> Vec<(&'a str, &'a str)> {
    // Later ones win, and the rule's come later.
    let mut labels: Vec<(&str, &str)> =
        rule.labels.iter().chain(&group.labels).map(|(name, value)| (name.text(), value.text())).collect();
    labels.sort_by_key(|(name, _)| *name);
    labels.dedup_by_key(|(name, _)| *name);
    labels
}

/// Whether some series satisfies the matchers of both. What is the same altogether is a duplicate (`rule/duplicate`).
fn overlap(first: &Alert<'_>, second: &Alert<'_>) -> bool {
    let same_rule = || {
        let text = |alert: &Alert<'_>| alert.rule.parsed.as_ref().map(|expr| expr.without_parens().to_string());
        text(first) == text(second)
    };
    first.labels == second.labels && share_series(first.selector, second.selector) && !same_rule()
}

fn share_series(first: &VectorSelector, second: &VectorSelector) -> bool {
    let mut by_label: FxHashMap<&str, Vec<Condition<'_>>> = FxHashMap::default();
    for matcher in first.matchers.iter().chain(&second.matchers) {
        by_label.entry(&matcher.name.value).or_default().push(Condition::of(matcher));
    }
    by_label.values().all(|conditions| matches!(value_satisfying(conditions), Answer::Some(_)))
}

fn report(first: &Alert<'_>, second: &Alert<'_>) -> Diagnostic {
    let name = second.rule.name.text();
    let message = format!("two alerts `{name}` with the same labels look at the same series");
    META.diagnostic(message, second.file.field(&second.rule.name, "may fire for a series"))
        .related(first.file.field(&first.rule.name, "for which this one fires"))
        .help("give them another `severity`, another name, or matchers that exclude each other")
}
