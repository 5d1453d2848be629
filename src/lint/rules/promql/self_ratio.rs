//! `promql/self-ratio`: a part that is divided by the whole, series by series, so that each is divided by itself.

use crate::facts::{self, Pairing};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{BinaryExpr, BinaryOp};
use crate::source::{Diagnostic, words};

static META: Meta =
    meta!("promql/self-ratio", Error, certain, "a part and its whole that are compared series by series");

pub(super) struct SelfRatio;

impl LintRule for SelfRatio {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (_, operation) in &cx.parts().operations {
            if let Some(deed) = deed(operation.op)
                && let Some(pairing) = facts::pairing(operation)
                && !is_spoken_of(cx, operation)
            {
                out.push(report(cx, operation, deed, &pairing));
            }
        }
    }
}

/// What the operator does to a series that meets itself. `==` and `!=` are asked on purpose: only `NaN` is not equal to
/// itself.
fn deed(op: BinaryOp) -> Option<&'static str> {
    match op {
        BinaryOp::Div | BinaryOp::Mod => Some("divides each series by itself"),
        BinaryOp::Sub => Some("subtracts each series from itself"),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            Some("compares each series with itself")
        }
        _ => None,
    }
}

/// Whether `promql/impossible-match`, `promql/never-true` or `promql/always-true` says what comes of it.
fn is_spoken_of(cx: &RuleContext<'_>, operation: &BinaryExpr) -> bool {
    cx.facts().is_some_and(|facts| {
        facts.conflicts.iter().any(|conflict| conflict.operator == operation.op_span)
            || facts.comparisons.iter().any(|comparison| comparison.operator == operation.op_span)
    })
}

/// What the operator yields.
fn result(operation: &BinaryExpr, factor: f64) -> String {
    match (operation.op, operation.bool_modifier) {
        (BinaryOp::Div, _) => format!("always {factor}"),
        (BinaryOp::Less | BinaryOp::Greater, None) => "never true".to_owned(),
        (BinaryOp::LessEqual | BinaryOp::GreaterEqual, None) => "always true".to_owned(),
        (BinaryOp::LessEqual | BinaryOp::GreaterEqual, Some(_)) => "always 1".to_owned(),
        _ => "always 0".to_owned(),
    }
}

fn report(cx: &RuleContext<'_>, operation: &BinaryExpr, deed: &str, pairing: &Pairing<'_>) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let mut labels: Vec<&str> =
        pairing.differing.iter().map(|differing| differing.matcher.name.value.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let (kept, have) = (words::list(&labels), if labels.len() == 1 { "has" } else { "have" });
    let op = operation.op.symbol();
    let message = format!("`{op}` {deed}: {kept}, which both sides keep, {have} to be equal");
    let mut found = META.diagnostic(message, file.inside(expr, operation.op_span, result(operation, pairing.factor)));
    for (on_left, text) in [(true, "only on the left"), (false, "only on the right")] {
        if let Some(first) = pairing.differing.iter().find(|differing| differing.on_left == on_left) {
            found = found.related(file.inside(expr, first.matcher.span, text));
        }
    }
    found.help(help(operation.op, &labels, pairing))
}

fn help(op: BinaryOp, labels: &[&str], pairing: &Pairing<'_>) -> String {
    let listed = labels.join(", ");
    // Buckets hold each other, and are not added up.
    if labels == ["le"] {
        let op = op.symbol();
        return format!(
            "compare with the bucket of all: `{op} ignoring (le) group_left` and `{{le=\"+Inf\"}}` on the right"
        );
    }
    let both = match pairing.grouping {
        Some(grouping) if grouping.without => format!("add `{listed}` to `without (…)` on both sides"),
        Some(_) => format!("leave `{listed}` out of `by (…)` on both sides"),
        None => format!("write `sum without ({listed}) (…)` on both sides"),
    };
    // What belongs together with one whole.
    let part_is_left = pairing.differing.iter().all(|differing| differing.on_left);
    match op {
        BinaryOp::Div if part_is_left && !pairing.has_clause => {
            format!("{both}, or on the right alone with `/ ignoring ({listed}) group_left`")
        }
        _ => both,
    }
}
