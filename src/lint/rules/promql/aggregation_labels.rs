//! `promql/aggregation-labels`: an aggregation that drops a label which a policy wants to keep, or keeps one that is to go.

use crate::lint::context::RuleContext;
use crate::lint::policy::Policy;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryOp, Cardinality, ExprKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/aggregation-labels", Error, certain, "an aggregation drops a label to keep, or keeps one to drop")
        .waits_for("policy.keep-labels")
        .or_for(&["policy.strip-labels"]);

pub(super) struct AggregationLabels;

impl LintRule for AggregationLabels {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        for policy in cx.policies() {
            let of = &policy.promql;
            if of.keep_labels.is_empty() && of.strip_labels.is_empty() {
                continue;
            }
            let own = cx.static_labels();
            let is_set = |label: &&String| own.iter().any(|(name, _)| name.text() == *label);
            for Reached { aggregate, brought } in aggregations(expr) {
                let is_back = |label: &String| brought.iter().any(|back| back == label);
                let lost = of.keep_labels.iter().filter(|label| !is_set(label) && !is_back(label));
                for label in lost.filter(|label| !keeps(aggregate, label)) {
                    out.push(report(cx, policy, aggregate, label, true));
                }
                for label in of.strip_labels.iter().filter(|label| keeps(aggregate, label)) {
                    out.push(report(cx, policy, aggregate, label, false));
                }
            }
        }
    }
}

/// An aggregation whose labels come out.
struct Reached<'e> {
    aggregate: &'e AggregateExpr,
    /// Labels that `group_left (…)` or `group_right (…)` around it gives its results anew.
    brought: Vec<&'e str>,
}

/// The aggregations whose labels come out: not those of the side that only decides which elements of the other stay, or
/// from which the other takes a value. What only chooses among its elements is none.
fn aggregations(expr: &Expr) -> Vec<Reached<'_>> {
    let (mut found, mut pending) = (Vec::new(), vec![(expr, Vec::new())]);
    while let Some((part, mut brought)) = pending.pop() {
        match &part.kind {
            ExprKind::Binary(binary) => {
                let matching = binary.matching.as_ref();
                let include = matching.and_then(|matching| matching.include.as_ref());
                brought.extend(include.iter().flat_map(|include| &include.value).map(|label| label.value.as_str()));
                let (left, right) = match (binary.op, matching.map(|matching| matching.cardinality)) {
                    (BinaryOp::And | BinaryOp::Unless, _) | (_, Some(Cardinality::ManyToOne)) => (true, false),
                    (_, Some(Cardinality::OneToMany)) => (false, true),
                    _ => (true, true),
                };
                pending.extend(right.then(|| (&binary.rhs, brought.clone())));
                pending.extend(left.then_some((&binary.lhs, brought)));
            }
            ExprKind::Aggregate(aggregate) => {
                pending.push((&aggregate.expr, brought.clone()));
                if !aggregate.op.chooses() {
                    found.push(Reached { aggregate, brought });
                }
            }
            _ => pending.extend(part.children().rev().map(|child| (child, brought.clone()))),
        }
    }
    found
}

/// Whether what comes out may still have the label.
fn keeps(aggregate: &AggregateExpr, label: &str) -> bool {
    aggregate.grouping.as_ref().is_some_and(|grouping| {
        let is_listed = grouping.labels.iter().any(|listed| listed.value == label);
        is_listed != grouping.without
    })
}

fn report(cx: &RuleContext<'_>, policy: &Policy, aggregate: &AggregateExpr, label: &str, keep: bool) -> Diagnostic {
    let op = aggregate.op.name();
    let span = aggregate.grouping.as_ref().map_or(aggregate.op_span, |grouping| grouping.span);
    let without = aggregate.grouping.as_ref().map(|grouping| grouping.without);
    let help = match (keep, without) {
        (true, Some(true)) => format!("take `{label}` out of `without (…)`"),
        (true, Some(false)) => format!("write `{label}` into `by (…)`"),
        (true, None) => format!("write `{op} by ({label}) (…)`"),
        (false, Some(true)) => format!("write `{label}` into `without (…)`"),
        (false, _) => format!("take `{label}` out of `by (…)`"),
    };
    let message = format!("`{op}` {} the label `{label}`", if keep { "drops" } else { "keeps" });
    policy.finding(&META, message, cx.file().inside(&cx.rule.expr, span, ""), help)
}
