//! `promql/gauge-function-on-counter`: a function for gauges is given a counter, which starts again at 0.

use super::how_known;
use crate::facts::{self, Kind};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{Call, ExprKind};
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
        expr.walk(&mut |part| {
            if let ExprKind::Call(call) = &part.kind {
                out.extend(check(cx, call));
            }
        });
    }
}

fn check(cx: &RuleContext<'_>, call: &Call) -> Option<Diagnostic> {
    let function = call.function.name;
    let adds_up = matches!(function, "avg_over_time" | "sum_over_time");
    if call.function.wants != Some(Wants::Gauge) && !adds_up {
        return None;
    }
    let argument = call.args.get(call.function.vector_arg()?)?.without_parens();
    let ExprKind::Matrix(matrix) = &argument.kind else { return None };
    let name = matrix.selector.value.metric_name()?;
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
