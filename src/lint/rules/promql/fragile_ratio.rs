//! `promql/fragile-ratio`: an alert without `for` that compares a sum with the same sum at another time.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryExpr, BinaryOp, ExprKind};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/fragile-ratio", Warning, likely, "an alert without `for` on a sum and the same sum at another time");

pub(super) struct FragileRatio;

impl LintRule for FragileRatio {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind != RuleKind::Alerting || cx.rule.for_ms > 0 {
            return;
        }
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Binary(binary) = &part.kind
                && compares_times(binary)
            {
                let (file, text) = (cx.file(), &cx.rule.expr);
                let message =
                    "the alert has no `for`, and a series that is missing at one of the two times changes the ratio";
                out.push(
                    META.diagnostic(message, file.inside(text, binary.rhs.span, "summed up at another time"))
                        .related(file.inside(text, binary.lhs.span, "summed up now"))
                        .help("add `for: 5m`: after a restart or a failed scrape the ratio is right again by then"),
                );
            }
        });
    }
}

/// `sum(x) / sum(x offset 1h)`: arithmetic on two aggregations over selectors, one of them moved in time.
fn compares_times(binary: &BinaryExpr) -> bool {
    let is_arithmetic = matches!(binary.op, BinaryOp::Div | BinaryOp::Sub);
    let (Some(left), Some(right)) = (aggregation(&binary.lhs), aggregation(&binary.rhs)) else { return false };
    is_arithmetic && is_moved(&left.expr) != is_moved(&right.expr)
}

fn aggregation(expr: &Expr) -> Option<&AggregateExpr> {
    match &expr.without_parens().kind {
        ExprKind::Aggregate(aggregate) => Some(aggregate),
        _ => None,
    }
}

fn is_moved(expr: &Expr) -> bool {
    let mut moved = false;
    expr.walk(&mut |part| moved |= part.selector().is_some_and(|selector| selector.modifiers.offset.is_some()));
    moved
}
