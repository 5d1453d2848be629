//! `promql/unlimited-is-zero`: a division by a limit that is 0 where there is none.

use rustc_hash::FxHashSet;

use crate::facts::catalogue;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, ExprKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/unlimited-is-zero", Warning, likely, "a division by a limit that is 0 where there is none");

pub(super) struct UnlimitedIsZero;

impl LintRule for UnlimitedIsZero {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut limits = Vec::new();
        // Where another part of the expression leaves the zeros out: `… and limit > 0`.
        let mut compared = FxHashSet::default();
        expr.walk(&mut |part| {
            let ExprKind::Binary(operation) = &part.kind else { return };
            if operation.op == BinaryOp::Div {
                limits.extend(unguarded(&operation.rhs));
            } else if operation.op.is_comparison() {
                compared.extend([&operation.lhs, &operation.rhs].into_iter().filter_map(metric));
            }
        });
        limits.retain(|limit| metric(limit).is_some_and(|name| !compared.contains(name)));
        out.extend(limits.into_iter().filter_map(|limit| report(cx, limit)));
    }
}

fn metric(expr: &Expr) -> Option<&str> {
    expr.without_parens().selector()?.metric_name()
}

/// The selector that a divisor is, where 0 means that there is no limit and nothing has taken the zeros out. A sum of
/// several limits is 0 only if all are, and is not looked into.
fn unguarded(divisor: &Expr) -> Option<&Expr> {
    let divisor = divisor.without_parens();
    let name = metric(divisor)?;
    catalogue::metric(name).is_some_and(|known| known.zero_is_unlimited).then_some(divisor)
}

fn report(cx: &RuleContext<'_>, limit: &Expr) -> Option<Diagnostic> {
    let name = metric(limit)?;
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let message =
        format!("`{name}` is 0 where there is no limit: the quotient is `+Inf`, which is greater than any threshold");
    let found = META.diagnostic(message, file.inside(expr, limit.span, "may be 0"));
    Some(found.help(format!("leave out what has no limit: `({name} > 0)`")))
}
