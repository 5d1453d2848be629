//! `promql/rate-of-gauge`: `rate` and its like take each fall of a gauge for a restart.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::{how_known, window_of};
use crate::facts::{self, Kind, Quantities, Unit};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, Call, ExprKind, NodeId};
use crate::promql::functions::{Values, Wants};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/rate-of-gauge", Warning, likely, "`rate` or `increase` of a gauge").on_by_default();

pub(super) struct RateOfGauge;

impl LintRule for RateOfGauge {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        // Few expressions ask for it.
        let quantities = OnceCell::new();
        let measured = || quantities.get_or_init(|| Quantities::of(expr, cx.config().inventory()));
        let parts = cx.parts();
        let asked_to_move: FxHashSet<NodeId> =
            parts.operations.iter().filter_map(|(_, operation)| compared_with_nothing(operation)).collect();
        let found = parts.calls.iter().filter_map(|(node, call)| {
            let is_asked_to_move = asked_to_move.contains(&node.id);
            check(cx, call, is_asked_to_move, measured)
        });
        out.extend(found);
    }
}

/// What a comparison asks to have changed at all: `increase(x[1h]) > 0`, `sum(increase(x[1h])) > 0`.
fn compared_with_nothing(operation: &BinaryExpr) -> Option<NodeId> {
    let is_zero = matches!(&operation.rhs.without_parens().kind, ExprKind::Number(number) if number.value == 0.0);
    if !is_zero || !matches!(operation.op, BinaryOp::Greater | BinaryOp::NotEqual) {
        return None;
    }
    let mut asked = operation.lhs.without_parens();
    while let ExprKind::Aggregate(aggregate) = &asked.kind {
        asked = aggregate.expr.without_parens();
    }
    Some(asked.id)
}

fn check<'q>(
    cx: &RuleContext<'_>,
    call: &Call,
    is_asked_to_move: bool,
    measured: impl FnOnce() -> &'q Quantities,
) -> Option<Diagnostic> {
    // `resets` of a gauge counts its falls, which may be what is wanted.
    let is_rate = matches!(call.function.values, Values::OfCounter(..));
    if call.function.wants != Some(Wants::Counter) || !is_rate {
        return None;
    }
    let argument = call.args.first()?.without_parens();
    match window_of(argument) {
        Some(selector) => of_metric(cx, call, argument, selector.metric_name()?, is_asked_to_move),
        None => of_computed(cx, call, argument, measured),
    }
}

fn of_metric(
    cx: &RuleContext<'_>,
    call: &Call,
    argument: &Expr,
    name: &str,
    is_asked_to_move: bool,
) -> Option<Diagnostic> {
    let quantity = facts::quantity_of(name, cx.config().inventory());
    // When something began does not fall: `increase(start_time_seconds[1h]) > 0` is true if it began again.
    if quantity.kind != Some(Kind::Gauge) || is_asked_to_move && quantity.unit == Some(Unit::Timestamp) {
        return None;
    }
    let how = how_known(name, cx.config().inventory());
    Some(report(cx, call, &format!("`{name}`"), &format!("a gauge{how}"), (argument.span, "a gauge")))
}

/// A window of what is computed at each step.
fn of_computed<'q>(
    cx: &RuleContext<'_>,
    call: &Call,
    argument: &Expr,
    measured: impl FnOnce() -> &'q Quantities,
) -> Option<Diagnostic> {
    let ExprKind::Subquery(subquery) = &argument.kind else { return None };
    let operation = Course { quantities: measured() }.wavering(&subquery.expr)?;
    let what = if operation.op == BinaryOp::Div { "a quotient" } else { "a difference" };
    Some(report(cx, call, what, "no counter", (operation.op_span, "goes up and down")))
}

fn report(cx: &RuleContext<'_>, call: &Call, what: &str, is: &str, (cause, text): (Span, &str)) -> Diagnostic {
    let (file, expr, function) = (cx.file(), &cx.rule.expr, call.function.name);
    let message = format!("`{function}` takes each fall of {what} for a restart: it is {is}");
    META.diagnostic(message, file.inside(expr, call.name_span, "for counters"))
        .related(file.inside(expr, cause, text))
        .help("write `delta(…)` or `deriv(…)`; how often it changed is `changes(…)`")
}

/// What operations make of the course of values over time.
struct Course<'q> {
    quantities: &'q Quantities,
}

impl Course<'_> {
    /// The operation that makes an expression go up and down, whatever its operands do.
    fn wavering<'e>(&self, expr: &'e Expr) -> Option<&'e BinaryExpr> {
        let mut rest = expr;
        loop {
            rest = match &rest.kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::Aggregate(aggregate) if keeps_course(aggregate.op) => &aggregate.expr,
                ExprKind::Binary(operation) if self.is_made_by(operation) => return Some(operation),
                ExprKind::Binary(operation) => self.scaled(operation)?,
                _ => return None,
            }
        }
    }

    /// What is added to a number or multiplied by one, and goes up and down as before.
    fn scaled<'e>(&self, operation: &'e BinaryExpr) -> Option<&'e Expr> {
        match (self.is_number(&operation.lhs), self.is_number(&operation.rhs), operation.op) {
            (true, _, BinaryOp::Add | BinaryOp::Mul) => Some(&operation.rhs),
            (_, true, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div) => Some(&operation.lhs),
            _ => None,
        }
    }

    /// A quotient or a difference of what changes. A counter may be divided by what is nearly constant, the number of
    /// processors, or reduced by another one that counts a part of it.
    fn is_made_by(&self, operation: &BinaryExpr) -> bool {
        let (lhs, rhs) = (&operation.lhs, &operation.rhs);
        let is_counter = |side: &Expr| self.is_counter(side);
        if self.is_number(rhs) {
            return false;
        }
        match operation.op {
            BinaryOp::Sub => !is_counter(lhs) || !is_counter(rhs),
            BinaryOp::Div => !is_counter(lhs) || self.is_counting_divisor(rhs, lhs),
            _ => false,
        }
    }

    /// Whether it only grows, by its name: of a histogram that may be what is observed, or how often.
    fn is_counter(&self, expr: &Expr) -> bool {
        let name = summed_name(expr).unwrap_or_default();
        self.quantities.node(expr.id).kind == Some(Kind::Counter)
            || ["_sum", "_count", "_bucket"].iter().any(|ending| name.ends_with(ending))
    }

    /// Whether a divisor is a counter. `cpu_count` is none, unless a histogram's other series are divided by it.
    fn is_counting_divisor(&self, divisor: &Expr, dividend: &Expr) -> bool {
        let all = summed_name(divisor).and_then(|name| name.strip_suffix("_count"));
        self.is_counter(divisor) && all.is_none_or(|all| reads_histogram(dividend, all))
    }

    fn is_number(&self, expr: &Expr) -> bool {
        self.quantities.number(expr).is_some()
    }
}

/// The metric of a selector, or of the sum of one.
fn summed_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Paren(inner) => summed_name(inner),
        ExprKind::Aggregate(aggregate) if aggregate.op == AggregateOp::Sum => summed_name(&aggregate.expr),
        _ => expr.selector()?.metric_name(),
    }
}

/// Whether an expression reads the sum or the buckets of a histogram.
fn reads_histogram(expr: &Expr, histogram: &str) -> bool {
    let mut reads = false;
    expr.walk(&mut |part| {
        let name = part.metric_name();
        let rest = name.and_then(|name| name.strip_prefix(histogram));
        reads |= matches!(rest, Some("_sum" | "_bucket"));
    });
    reads
}

/// Whether an aggregation of what goes up and down does so, too.
fn keeps_course(op: AggregateOp) -> bool {
    matches!(op, AggregateOp::Sum | AggregateOp::Avg | AggregateOp::Min | AggregateOp::Max)
}
