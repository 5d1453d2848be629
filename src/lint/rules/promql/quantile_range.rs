//! `promql/quantile-range`: a quantile outside of 0 to 1.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, ExprKind};
use crate::source::{Applicability, Diagnostic, Edit};

static META: Meta = meta!("promql/quantile-range", Error, certain, "a quantile that is not between 0 and 1").fixable();

pub(super) struct QuantileRange;

impl LintRule for QuantileRange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let of_calls = cx.parts().calls.iter().filter_map(|(_, call)| match call.function.name {
            name @ ("histogram_quantile" | "quantile_over_time") => Some((name, call.args.get(..1)?)),
            name @ "histogram_quantiles" => Some((name, call.args.get(2..)?)),
            _ => None,
        });
        let of_aggregations = cx.parts().aggregations.iter().filter_map(|aggregate| {
            let quantile = aggregate.param.as_deref().filter(|_| aggregate.op == AggregateOp::Quantile)?;
            Some(("quantile", std::slice::from_ref(quantile)))
        });
        for (name, quantiles) in of_calls.chain(of_aggregations) {
            for quantile in quantiles {
                if let ExprKind::Number(number) = &quantile.without_parens().kind
                    && !(0.0..=1.0).contains(&number.value)
                {
                    out.push(report(cx, name, quantile, number.value));
                }
            }
        }
    }
}

fn report(cx: &RuleContext<'_>, name: &str, quantile: &Expr, value: f64) -> Diagnostic {
    let always = if value < 0.0 {
        "-Inf"
    } else if value > 1.0 {
        "+Inf"
    } else {
        "NaN"
    };
    let place = cx.file().inside(&cx.rule.expr, quantile.span, "not between 0 and 1");
    let found =
        META.diagnostic(format!("`{name}` yields {always} for everything: a quantile is between 0 and 1"), place);
    match value {
        1.0..=100.0 => {
            let title = format!("write `{}`", value / 100.0);
            let edits = [Edit::replace(quantile.without_parens().span, (value / 100.0).to_string())];
            let fix = cx.file().fix_inside(&cx.rule.expr, title.as_str(), &edits, Applicability::Unsafe);
            found.help(title).fix(fix)
        }
        _ => found.help("write a number between 0 and 1: 0.99 is the value that 99 % do not exceed"),
    }
}
