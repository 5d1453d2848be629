//! `alert/always-fires`: an alert that fires as long as its series are there.

use super::no_condition;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, ExprKind};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("alert/always-fires", Info, opinion, "an alert that fires as long as its series are there");

pub(super) struct AlwaysFires;

impl LintRule for AlwaysFires {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        if cx.rule.kind != RuleKind::Alerting || decides(expr) || no_condition::speaks_of(cx) {
            return;
        }
        let place = cx.file().inside(&cx.rule.expr, expr.span, "any value fires");
        let message = "the alert fires as long as there is a result, whatever its value";
        out.push(
            META.diagnostic(message, place).help("compare it with a limit, or excuse the alert if it is meant so"),
        );
    }
}

/// Whether something in the expression leaves results out: a comparison, `and`, `unless`, or `absent`.
fn decides(expr: &Expr) -> bool {
    expr.any(|part| match &part.kind {
        ExprKind::Binary(operation) => {
            let keeps = operation.op.is_comparison() && operation.bool_modifier.is_none();
            keeps || matches!(operation.op, BinaryOp::And | BinaryOp::Unless)
        }
        ExprKind::Call(call) => call.function.is_absent(),
        _ => false,
    })
}
