//! `promql/counter-without-rate`: the value of a counter is used as it is.

use crate::inventory::SeriesKind;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryOp, ExprKind};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/counter-without-rate", Warning, likely, "the value of a counter is used as it is")
    .on_by_default()
    .waits_for("facts.metadata");

pub(super) struct CounterWithoutRate;

impl LintRule for CounterWithoutRate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let inventory = cx.config().inventory();
        // Recorded sums of counters are read by others, which `promql/rate-of-sum` looks at.
        let Some(expr) = cx.rule.parsed.as_ref().filter(|_| cx.rule.kind == RuleKind::Alerting) else { return };
        for (part, name) in raw(expr) {
            if inventory.kind_of(name) == Some(SeriesKind::Counter) {
                let message = format!("`{name}` is a counter: how high it is says how long its process has run");
                let place = cx.file().inside(&cx.rule.expr, part.span, "only grows");
                out.push(
                    META.diagnostic(message, place).help("ask how much it grows: `rate(…[5m])`, `increase(…[1h])`"),
                );
            }
        }
    }
}

fn is_zero(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Number(number) if number.value == 0.0)
}

/// The instant selectors with a name whose values reach the result or decide on it.
fn raw(expr: &Expr) -> Vec<(&Expr, &str)> {
    let mut found = Vec::new();
    let mut pending = vec![expr];
    while let Some(part) = pending.pop() {
        match &part.kind {
            ExprKind::Vector(selector) => found.extend(selector.metric_name().map(|name| (part, name))),
            ExprKind::Paren(inner) => pending.push(inner),
            ExprKind::Unary(unary) => pending.push(&unary.operand),
            ExprKind::Aggregate(aggregate) => match aggregate.op {
                AggregateOp::Count | AggregateOp::CountValues | AggregateOp::Group => {}
                _ => pending.push(&aggregate.expr),
            },
            ExprKind::Binary(operation) => match operation.op {
                // Whether something is there.
                BinaryOp::And => pending.push(&operation.lhs),
                // What is new, or has no partner: its value does not matter.
                BinaryOp::Unless => {}
                // Whether anything was counted at all.
                op if op.is_comparison() && [&operation.lhs, &operation.rhs].iter().any(|side| is_zero(side)) => {}
                BinaryOp::Or => pending.extend([&operation.lhs, &operation.rhs]),
                // Two counters beside each other: a share of all, or what is under way.
                _ if operation.matching.is_some() => {}
                _ => pending.extend([&operation.lhs, &operation.rhs]),
            },
            // What functions make of it is their affair, but for those that leave it as it is.
            ExprKind::Call(call) if call.function.keeps_name && !matches!(call.function.name, "info") => {
                let argument = call.function.vector_arg().and_then(|at| call.args.get(at));
                pending.extend(argument.filter(|argument| argument.without_parens().selector().is_some()));
            }
            _ => {}
        }
    }
    found
}
