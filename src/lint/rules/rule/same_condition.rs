//! `rule/same-condition`: two alerts of one file with different names that fire at the same times.

use super::alike::{FirstAlike, is_address};
use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Rule, RuleKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/same-condition", Warning, likely, "two alerts with different names have the same condition")
        .on_by_default();

/// Longer expressions are not compared.
const MAX_EXPRESSION_BYTES: usize = 10_000;

pub(super) struct SameCondition;

impl LintRule for SameCondition {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        // The part of the file (another Kubernetes object may be for another server), and how long it waits and lasts.
        let mut first_of: FirstAlike<'_, (usize, i64, i64)> = FirstAlike::default();
        for group in &cx.rules.groups {
            for rule in group.rules.iter().filter(|rule| rule.kind == RuleKind::Alerting) {
                if rule.expr.text().len() > MAX_EXPRESSION_BYTES {
                    continue;
                }
                if let Some(first) = first_of.before((group.part, rule.for_ms, rule.keep_firing_for_ms), rule)
                    && first.name.text() != rule.name.text()
                    && !is_for_others(first, rule)
                    && reads_series(rule)
                {
                    out.push(report(cx, first, rule));
                }
            }
        }
    }
}

/// Whether labels send the two to different people: one that only one of them has does, too, and the severity alone does
/// not.
fn is_for_others(first: &Rule, second: &Rule) -> bool {
    has_other_address(first, second) || has_other_address(second, first)
}

/// Whether a label of `rule` that says for whom it is says something else in `other`, or is not there.
fn has_other_address(rule: &Rule, other: &Rule) -> bool {
    rule.labels.iter().filter(|(name, value)| is_address(name.text(), value.text())).any(|(name, value)| {
        let same_name = other.labels.iter().find(|(other, _)| other.text() == name.text());
        same_name.is_none_or(|(_, other)| other.text() != value.text() && is_address(name.text(), other.text()))
    })
}

/// Whether the condition is one: heartbeats to several places are all `vector(1)`.
fn reads_series(rule: &Rule) -> bool {
    let mut reads = false;
    if let Some(expr) = &rule.parsed {
        expr.walk(&mut |part| reads |= part.selector().is_some());
    }
    reads
}

fn report(cx: &FileContext<'_>, first: &Rule, second: &Rule) -> Diagnostic {
    let (one, other) = (first.name.text(), second.name.text());
    META.diagnostic(
        format!("`{other}` fires whenever `{one}` does: expression and `for` are the same"),
        cx.field(&second.expr, "the same condition"),
    )
    .related(cx.field(&first.name, format!("as of `{one}`")))
    .help("one of them was probably meant to have another limit or another `for`; else remove it")
}
