//! `alert/no-condition`: an alert whose expression computes a value and compares it with nothing.

use crate::facts::{Quantities, Unit};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryOp, ExprKind, ValueType};
use crate::promql::functions::Wants;
use crate::rules::RuleKind;
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("alert/no-condition", Warning, certain, "an alert that fires whatever value it computes");

pub(super) struct NoCondition;

impl LintRule for NoCondition {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(find(cx));
    }
}

/// Whether this says what is wrong with a rule, so that `alert/always-fires` need not.
pub(super) fn speaks_of(cx: &RuleContext<'_>) -> bool {
    find(cx).is_some() && cx.config().may_run(&META)
}

fn find(cx: &RuleContext<'_>) -> Option<Diagnostic> {
    let expr = cx.rule.parsed.as_ref().filter(|_| cx.rule.kind == RuleKind::Alerting)?;
    if is_made_up(expr) {
        return None;
    }
    let (file, field) = (cx.file(), &cx.rule.expr);
    if let ExprKind::Binary(operation) = &expr.without_parens().kind
        && let Some(modifier) = operation.bool_modifier
        && !has_condition(&operation.lhs)
        && !has_condition(&operation.rhs)
    {
        let message = "the alert fires also where the comparison is false: with `bool` that is the value 0";
        let found = META.diagnostic(message, file.inside(field, modifier.span(), "keeps what is false, as 0"));
        return Some(found.help("remove `bool`"));
    }
    if let Some((vector, is_within)) = always_there(expr) {
        let message = "the alert always fires: one side of `or` is there whatever the other one is";
        let found = META.diagnostic(message, file.inside(field, vector, "always yields a value"));
        return Some(found.help(match is_within {
            true => "compare the value with a limit: `… > 0`",
            false => "leave it out, or put it within the comparison: `(… or vector(0)) > 0`",
        }));
    }
    let computed = computed(expr).or_else(|| measured(cx, expr)).filter(|_| !has_condition(expr))?;
    let message = "the alert fires whatever the value is: the expression compares it with nothing";
    let found = META.diagnostic(message, file.inside(field, computed, "any value fires, 0 too"));
    Some(found.help("compare the value with a limit: `… > 0`"))
}

/// Whether it reads no series, as `vector(1)` does not: that is meant to fire.
fn is_made_up(expr: &Expr) -> bool {
    let (mut reads, mut makes) = (false, false);
    expr.walk(&mut |part| {
        reads |= part.selector().is_some();
        makes |= matches!(&part.kind, ExprKind::Call(call) if call.function.from_nothing);
    });
    makes && !reads
}

/// The `vector(…)` that a chain of `or` falls back to, which nothing is compared with, and whether the chain stands within
/// something that changes its values and leaves none out: `1 - (… or vector(0))`.
fn always_there(expr: &Expr) -> Option<(Span, bool)> {
    let mut rest = expr.without_parens();
    let mut is_within = false;
    loop {
        rest = match &rest.kind {
            ExprKind::Binary(operation) if operation.op == BinaryOp::Or => {
                let last = operation.rhs.without_parens();
                if matches!(&last.kind, ExprKind::Call(call) if call.function.name == "vector") {
                    return Some((last.span, is_within));
                }
                operation.lhs.without_parens()
            }
            _ => {
                is_within = true;
                recomputed(rest)?.without_parens()
            }
        }
    }
}

/// What an operation computes one value from for each that there is, so that it is there where that is.
fn recomputed(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Unary(unary) => Some(&unary.operand),
        ExprKind::Binary(operation) => {
            let is_trim = matches!(operation.op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
            let chooses = operation.op.is_comparison() || operation.op.is_set() || is_trim;
            let keeps_all = !chooses || operation.bool_modifier.is_some();
            let (lhs, rhs) = (&operation.lhs, &operation.rhs);
            match (lhs.value_type(), rhs.value_type()) {
                (ValueType::Scalar, ValueType::Vector) if keeps_all => Some(rhs),
                (ValueType::Vector, ValueType::Scalar) if keeps_all => Some(lhs),
                _ => None,
            }
        }
        ExprKind::Aggregate(aggregate) if aggregate.param.is_none() => Some(&aggregate.expr),
        ExprKind::Call(call) if VALUE_BY_VALUE.contains(&call.function.name) => call.args.first(),
        _ => None,
    }
}

/// Functions that yield a value for each one that they get.
const VALUE_BY_VALUE: [&str; 11] =
    ["abs", "ceil", "clamp_max", "clamp_min", "exp", "floor", "ln", "log10", "log2", "round", "sqrt"];

/// What computes the value, where that is clearly a quantity: a rate, a sum, an average.
fn computed(expr: &Expr) -> Option<Span> {
    match &expr.without_parens().kind {
        ExprKind::Aggregate(aggregate) => {
            let quantity = matches!(
                aggregate.op,
                AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Quantile | AggregateOp::Stddev | AggregateOp::Stdvar
            );
            if quantity { Some(aggregate.op_span) } else { computed(&aggregate.expr) }
        }
        ExprKind::Call(call) if matches!(call.function.wants, Some(Wants::Counter | Wants::Buckets)) => {
            Some(call.name_span)
        }
        ExprKind::Binary(operation) => match operation.op {
            BinaryOp::Div | BinaryOp::Sub | BinaryOp::Mod => Some(operation.op_span),
            BinaryOp::Add | BinaryOp::Mul => computed(&operation.lhs).or_else(|| computed(&operation.rhs)),
            _ => None,
        },
        _ => None,
    }
}

/// The operator that picks one of several times or amounts of data, none of which is a state by itself.
fn measured(cx: &RuleContext<'_>, expr: &Expr) -> Option<Span> {
    let expr = expr.without_parens();
    let ExprKind::Aggregate(aggregate) = &expr.kind else { return None };
    if !matches!(aggregate.op, AggregateOp::Max | AggregateOp::Min) {
        return None;
    }
    let unit = Quantities::of(expr, cx.config().inventory()).node(expr.id).unit?;
    matches!(unit, Unit::Seconds | Unit::Milliseconds | Unit::Bytes).then_some(aggregate.op_span)
}

/// Whether something in it decides what is there: a comparison, a set operator, `absent`; or a recorded series or
/// `ALERTS`, which may have been decided before.
fn has_condition(expr: &Expr) -> bool {
    expr.any(|part| match &part.kind {
        ExprKind::Binary(operation) => {
            operation.op.is_comparison() || matches!(operation.op, BinaryOp::And | BinaryOp::Unless)
        }
        ExprKind::Call(call) => call.function.is_absent(),
        ExprKind::Vector(_) | ExprKind::Matrix(_) => {
            part.metric_name().is_none_or(|name| name.contains(':') || name.starts_with("ALERTS"))
        }
        _ => false,
    })
}
