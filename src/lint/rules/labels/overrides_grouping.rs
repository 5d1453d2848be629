//! `labels/overrides-grouping`: a label of the rule that covers one by which its expression tells results apart.

use rustc_hash::FxHashMap;

use crate::facts::Presence;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, ExprKind, Grouping};
use crate::rules::{Dialect, Field};
use crate::source::{Diagnostic, Span};

static META: Meta =
    meta!("labels/overrides-grouping", Error, certain, "a label of the rule covers one that the expression groups by");

pub(super) struct OverridesGrouping;

impl LintRule for OverridesGrouping {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        // vmalert keeps a label that is covered, as `exported_…`.
        if cx.file().rules.dialect == Dialect::Vmalert {
            return;
        }
        let listed = listed(expr);
        if listed.is_empty() || yields_one(expr) {
            return;
        }
        for (name, value) in cx.static_labels() {
            // A template may tell them apart again.
            if value.text().contains("{{") {
                continue;
            }
            let Some(listed) = listed.get(name.text()) else { continue };
            let Some(facts) = cx.facts() else { return };
            let covered = facts.branches().iter().any(|branch| {
                let told_apart = matches!(branch.presence(name.text()), Presence::Possible | Presence::Scraped);
                branch.is_closed() && told_apart && !branch.has_one_value(name.text())
            });
            if covered {
                out.push(report(cx, name, *listed));
            }
        }
    }
}

/// Whether there is one result at most: `topk(1, …)`, compared or not.
fn yields_one(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Binary(comparison) if comparison.op.is_comparison() => yields_one(&comparison.lhs),
        ExprKind::Aggregate(aggregate) => {
            let one = aggregate.param.as_ref().map(|param| &param.without_parens().kind);
            matches!(aggregate.op, AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK)
                && aggregate.grouping.is_none()
                && matches!(one, Some(ExprKind::Number(number)) if number.value == 1.0)
        }
        _ => false,
    }
}

/// Where the outermost `by (…)` that lists a label does so, for each label.
fn listed(expr: &Expr) -> FxHashMap<&str, Span> {
    let mut listed = FxHashMap::default();
    expr.walk(&mut |part| {
        if let ExprKind::Aggregate(aggregate) = &part.kind
            && let Some(Grouping { without: false, labels, .. }) = &aggregate.grouping
        {
            for label in labels {
                listed.entry(label.value.as_str()).or_insert(label.span);
            }
        }
    });
    listed
}

fn report(cx: &RuleContext<'_>, name: &Field, listed: Span) -> Diagnostic {
    let (file, label) = (cx.file(), name.text());
    let message =
        format!("the rule fails where two results differ in `{label}`: its own label `{label}` makes them the same");
    META.diagnostic(message, file.field(name, "set for all results"))
        .related(file.inside(&cx.rule.expr, listed, "tells results apart"))
        .help(format!("remove `{label}` from the grouping, or give the rule's label another name"))
}
