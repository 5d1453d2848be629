//! `promql/different-ranges`: how much something has grown in 5 minutes, divided by how much something else has in 10.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, DurationExpr, ExprKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/different-ranges", Warning, likely, "a ratio of increases over ranges of different length");

pub(super) struct DifferentRanges;

impl LintRule for DifferentRanges {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Binary(operation) = &part.kind
                && operation.op == BinaryOp::Div
            {
                out.extend(check(cx, operation));
            }
        });
    }
}

fn check(cx: &RuleContext<'_>, operation: &BinaryExpr) -> Option<Diagnostic> {
    let (dividend, divisor) = (grown(&operation.lhs)?, grown(&operation.rhs)?);
    let is_same = dividend.metric == divisor.metric;
    // How much of a day's growth fell into the last hour is a good question.
    let is_recent_part = is_same && divisor.range_ms >= RECENT.saturating_mul(dividend.range_ms);
    if dividend.range_ms == divisor.range_ms || is_recent_part {
        return None;
    }
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let [above, below] = [&dividend, &divisor].map(|grown| format_duration(grown.range_ms));
    let message = format!("the increase over {above} is divided by the one over {below}");
    let found = META.diagnostic(message, file.inside(expr, divisor.range.span, format!("over {below}")));
    let found = found.related(file.inside(expr, dividend.range.span, format!("over {above}")));
    Some(found.help(match is_same {
        true => "divide by another metric, over the same range: that of steady growth tells nothing",
        false => "give both the same range, or take `rate`, which is per second",
    }))
}

/// A range that is so many times as long as another one shows whether that is out of the ordinary.
const RECENT: i64 = 4;

/// An increase that is at most aggregated.
struct Grown<'e> {
    metric: &'e str,
    range: &'e DurationExpr,
    range_ms: i64,
}

fn grown(expr: &Expr) -> Option<Grown<'_>> {
    let mut inner = expr;
    loop {
        match &inner.kind {
            ExprKind::Paren(inside) => inner = inside,
            ExprKind::Aggregate(aggregate) => inner = &aggregate.expr,
            ExprKind::Call(call) if call.function.name == "increase" => {
                let ExprKind::Matrix(matrix) = &call.args.first()?.without_parens().kind else { return None };
                let metric = matrix.selector.value.metric_name()?;
                return Some(Grown { metric, range: &matrix.range, range_ms: matrix.range.literal_ms()? });
            }
            // Against gaps, and against a divisor of 0.
            ExprKind::Call(call) if matches!(call.function.name, "clamp_min" | "clamp_max" | "abs") => {
                inner = call.args.first()?;
            }
            _ => return None,
        }
    }
}
