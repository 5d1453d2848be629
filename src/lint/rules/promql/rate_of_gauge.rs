//! `promql/rate-of-gauge`: `rate` and its like take each fall of a gauge for a restart.

use super::{how_known, window_of};
use crate::facts::{self, Kind};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{Call, ExprKind};
use crate::promql::functions::{Values, Wants};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/rate-of-gauge", Warning, likely, "`rate` or `increase` of a gauge").on_by_default();

pub(super) struct RateOfGauge;

impl LintRule for RateOfGauge {
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
    // `resets` of a gauge counts its falls, which may be what is wanted.
    let is_rate = matches!(call.function.values, Values::OfCounter(..));
    if call.function.wants != Some(Wants::Counter) || !is_rate {
        return None;
    }
    let argument = call.args.first()?.without_parens();
    let name = window_of(argument)?.metric_name()?;
    if facts::quantity_of(name, cx.config().inventory()).kind != Some(Kind::Gauge) {
        return None;
    }
    let (file, expr, function) = (cx.file(), &cx.rule.expr, call.function.name);
    let message = format!(
        "`{function}` takes each fall of `{name}` for a restart: it is a gauge{}",
        how_known(name, cx.config().inventory())
    );
    let found = META.diagnostic(message, file.inside(expr, call.name_span, "for counters")).related(file.inside(
        expr,
        argument.span,
        "a gauge",
    ));
    Some(found.help("write `delta(…)` or `deriv(…)`; how often it changed is `changes(…)`"))
}
