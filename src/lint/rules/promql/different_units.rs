//! `promql/different-units`: seconds are compared with bytes, a ratio with percent.

use crate::facts::{Quantities, Unit};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/different-units", Warning, likely, "values of different units are compared or added");

pub(super) struct DifferentUnits;

impl LintRule for DifferentUnits {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut quantities = None;
        expr.walk(&mut |part| {
            if let ExprKind::Binary(operation) = &part.kind
                && (operation.op.is_comparison() || matches!(operation.op, BinaryOp::Add | BinaryOp::Sub))
                && operation.matching.is_some()
            {
                let quantities = quantities.get_or_insert_with(|| Quantities::of(expr, cx.config().inventory()));
                out.extend(check(cx, operation, quantities));
            }
        });
    }
}

fn check(cx: &RuleContext<'_>, operation: &BinaryExpr, quantities: &Quantities) -> Option<Diagnostic> {
    let left = quantities.node(operation.lhs.id).unit?;
    let right = quantities.node(operation.rhs.id).unit?;
    let op = operation.op;
    // A length of time moves a point in time.
    let moves = matches!((left, right), (Unit::Timestamp, Unit::Seconds) | (Unit::Seconds, Unit::Timestamp));
    if left == right || moves && !op.is_comparison() {
        return None;
    }
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let what = if op.is_comparison() { "compares" } else { "combines" };
    let message = format!("`{}` {what} {} with {}, by their names", op.symbol(), left.name(), right.name());
    let found = META
        .diagnostic(message, file.inside(expr, operation.op_span, ""))
        .related(file.inside(expr, operation.lhs.span, left.name()))
        .related(file.inside(expr, operation.rhs.span, right.name()));
    Some(found.help(help(left, right)))
}

/// How one becomes the other, where that is known.
fn help(left: Unit, right: Unit) -> &'static str {
    let is = |a: Unit, b: Unit| left == a && right == b || left == b && right == a;
    if is(Unit::Ratio, Unit::Percent) {
        "multiply the ratio by 100, or divide the percentage by 100"
    } else if is(Unit::Seconds, Unit::Milliseconds) {
        "multiply the seconds by 1000, or divide the milliseconds by 1000"
    } else if is(Unit::Seconds, Unit::Timestamp) {
        "`time() - x` says how many seconds ago `x` was"
    } else if is(Unit::Bytes, Unit::BytesPerSecond) {
        "`increase(…)` says how many bytes there were in a range, `rate(…)` how many a second"
    } else {
        "bring both sides to the same unit"
    }
}
