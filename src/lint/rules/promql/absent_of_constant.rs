//! `promql/absent-of-constant`: `absent` of something that is always there.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryOp, ExprKind, ValueType};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/absent-of-constant", Error, certain, "`absent` of something that is always there");

pub(super) struct AbsentOfConstant;

impl LintRule for AbsentOfConstant {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        // Most rules need no second look.
        let Some(expr) = cx.rule.parsed.as_ref().filter(|_| cx.rule.expr.text().contains("absent")) else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Call(call) = &part.kind
                && call.function.is_absent()
                && let Some(constant) = call.args.first().and_then(always_there)
            {
                let (file, field, name) = (cx.file(), &cx.rule.expr, call.function.name);
                let message = format!("`{name}` never yields anything: what it looks at is always there");
                let found = META.diagnostic(message, file.inside(field, call.name_span, "never true"));
                out.push(
                    found
                        .related(file.inside(field, constant, "yields something at any time"))
                        .help("look at the series that may be missing, without a default value"),
                );
            }
        });
    }
}

/// The part that makes an expression yield something at any time, if it does.
fn always_there(expr: &Expr) -> Option<Span> {
    let expr = expr.without_parens();
    match &expr.kind {
        // Goes down the left spine by itself: `or` in a long chain is a left operand.
        ExprKind::Binary(operation) => {
            let mut operation = operation;
            loop {
                if operation.op != BinaryOp::Or {
                    return None;
                }
                if let Some(span) = always_there(&operation.rhs) {
                    return Some(span);
                }
                match &operation.lhs.kind {
                    ExprKind::Binary(left) => operation = left,
                    _ => return always_there(&operation.lhs),
                }
            }
        }
        ExprKind::Subquery(subquery) => always_there(&subquery.expr),
        ExprKind::Unary(unary) => always_there(&unary.operand),
        ExprKind::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max => always_there(&aggregate.expr),
            AggregateOp::Count | AggregateOp::Group => always_there(&aggregate.expr),
            _ => None,
        },
        ExprKind::Call(call) => {
            let is_made =
                call.function.returns == ValueType::Vector && (call.function.name == "vector" || call.args.is_empty());
            is_made.then_some(expr.span)
        }
        _ => None,
    }
}
