//! `promql/fragile-topk`: an alert on the first few of many series, which change places.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{AggregateOp, ExprKind};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/fragile-topk", Warning, likely, "an alert on the first few of many series");

pub(super) struct FragileTopk;

impl LintRule for FragileTopk {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Aggregate(aggregate) = &part.kind
                && matches!(aggregate.op, AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK)
            {
                let op = aggregate.op.name();
                let message = format!("`{op}` in an alert: which series it keeps changes from evaluation to evaluation");
                let label = cx.file().inside(&cx.rule.expr, aggregate.op_span, "series come and go here");
                out.push(META.diagnostic(message, label).help(
                    "compare with a threshold instead: a series that drops out resolves its alert and starts `for` again",
                ));
            }
        });
    }
}
