//! `promql/aggregation-labels`: an aggregation that drops a label which a policy wants to keep, or keeps one that is to go.

use crate::lint::context::RuleContext;
use crate::lint::policy::Policy;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, AggregateOp, BinaryOp, Cardinality, ExprKind};
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
            for aggregate in aggregations(expr) {
                for label in of.keep_labels.iter().filter(|label| !is_set(label) && !keeps(aggregate, label)) {
                    out.push(report(cx, policy, aggregate, label, true));
                }
                for label in of.strip_labels.iter().filter(|label| keeps(aggregate, label)) {
                    out.push(report(cx, policy, aggregate, label, false));
                }
            }
        }
    }
}

/// The aggregations whose labels come out: not those of the side that only decides which elements of the other stay, or
/// from which the other takes a value.
fn aggregations(expr: &Expr) -> Vec<&AggregateExpr> {
    let (mut found, mut pending) = (Vec::new(), vec![expr]);
    while let Some(part) = pending.pop() {
        match &part.kind {
            ExprKind::Binary(binary) => {
                let cardinality = binary.matching.as_ref().map(|matching| matching.cardinality);
                let (left, right) = match (binary.op, cardinality) {
                    (BinaryOp::And | BinaryOp::Unless, _) | (_, Some(Cardinality::ManyToOne)) => (true, false),
                    (_, Some(Cardinality::OneToMany)) => (false, true),
                    _ => (true, true),
                };
                pending.extend(right.then_some(&binary.rhs));
                pending.extend(left.then_some(&binary.lhs));
            }
            ExprKind::Aggregate(aggregate) => {
                found.push(&**aggregate);
                pending.push(&aggregate.expr);
            }
            _ => pending.extend(part.children().rev()),
        }
    }
    found
}

/// Whether what comes out may still have the label.
fn keeps(aggregate: &AggregateExpr, label: &str) -> bool {
    // These choose among their elements, which stay as they are.
    if matches!(aggregate.op, AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK | AggregateOp::LimitRatio)
    {
        return true;
    }
    aggregate.grouping.as_ref().is_some_and(|grouping| {
        let is_listed = grouping.labels.iter().any(|listed| listed.value == label);
        is_listed != grouping.without
    })
}

fn report(cx: &RuleContext<'_>, policy: &Policy, aggregate: &AggregateExpr, label: &str, keep: bool) -> Diagnostic {
    let op = aggregate.op.name();
    let span = aggregate.grouping.as_ref().map_or(aggregate.op_span, |grouping| grouping.span);
    let without = aggregate.grouping.as_ref().is_some_and(|grouping| grouping.without);
    let (message, help) = match (keep, without) {
        (true, true) => (format!("`{op}` drops the label `{label}`"), format!("take `{label}` out of `without (…)`")),
        (true, false) => (format!("`{op}` drops the label `{label}`"), format!("write `{label}` into `by (…)`")),
        (false, true) => (format!("`{op}` keeps the label `{label}`"), format!("write `{label}` into `without (…)`")),
        (false, false) => (format!("`{op}` keeps the label `{label}`"), format!("take `{label}` out of `by (…)`")),
    };
    policy.finding(&META, message, cx.file().inside(&cx.rule.expr, span, ""), help)
}
