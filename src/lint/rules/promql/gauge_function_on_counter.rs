//! `promql/gauge-function-on-counter`: a function for gauges is given a counter, which starts again at 0.

use super::{how_known, window_of};
use crate::facts::{self, Kind};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, Call, ExprKind, NodeId};
use crate::promql::functions::Wants;
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/gauge-function-on-counter", Warning, likely, "a function for gauges is given a counter")
        .on_by_default();

pub(super) struct GaugeFunctionOnCounter;

impl LintRule for GaugeFunctionOnCounter {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        let mut asked_to_fall: Option<NodeId> = None;
        expr.walk(&mut |part| {
            asked_to_fall = compared_with_a_fall(part).or(asked_to_fall);
            if let ExprKind::Call(call) = &part.kind
                && asked_to_fall != Some(part.id)
            {
                out.extend(check(cx, call));
            }
        });
    }
}

/// What a comparison asks to be below 0, or to stand still: `delta(x_total[1h]) < -5`; and what is as good if it falls,
/// `abs(delta(x_total[1h]))`. Who looks for a fall knows of a gauge, whatever its name; of a counter that stands still each of
/// the functions says so.
fn compared_with_a_fall(part: &Expr) -> Option<NodeId> {
    if let ExprKind::Call(call) = &part.kind
        && call.function.name == "abs"
    {
        return call.args.first().map(|inner| inner.without_parens().id);
    }
    let ExprKind::Binary(operation) = &part.kind else { return None };
    let limit = match &operation.rhs.without_parens().kind {
        ExprKind::Number(number) => number.value,
        ExprKind::Unary(_) => -1.0,
        _ => return None,
    };
    let is_fall = matches!(operation.op, BinaryOp::Less | BinaryOp::LessEqual) && limit <= 0.0;
    let is_still = operation.op == BinaryOp::Equal && limit == 0.0;
    (is_fall || is_still).then(|| operation.lhs.without_parens().id)
}

fn check(cx: &RuleContext<'_>, call: &Call) -> Option<Diagnostic> {
    let function = call.function.name;
    let adds_up = matches!(function, "avg_over_time" | "sum_over_time");
    if call.function.wants != Some(Wants::Gauge) && !adds_up {
        return None;
    }
    let argument = call.args.get(call.function.vector_arg()?)?.without_parens();
    let name = window_of(argument)?.metric_name()?;
    if facts::quantity_of(name, cx.config().inventory()).kind != Some(Kind::Counter) {
        return None;
    }
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let what = match adds_up {
        true => format!("`{function}` says nothing about a counter, which only grows"),
        false => format!("`{function}` takes each restart of a counter for a fall"),
    };
    let found = META
        .diagnostic(
            format!("{what}: `{name}` is one{}", how_known(name, cx.config().inventory())),
            file.inside(expr, call.name_span, "for gauges"),
        )
        .related(file.inside(expr, argument.span, "a counter"));
    Some(found.help("write `increase(…)` or `rate(…)`"))
}
