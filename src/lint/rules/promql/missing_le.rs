//! `promql/missing-le`: a quantile of classic histogram buckets whose `le` was aggregated away.

use crate::facts::{Dropped, LabelFlow, Presence};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::source::Diagnostic;

static META: Meta = meta!("promql/missing-le", Error, on, "a quantile of histogram buckets that have lost their `le`");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Call(call) = &part.kind
                && let Some(buckets) = buckets(call)
                && let Some(dropped) = drops_le(buckets)
            {
                out.push(report(cx, call, dropped));
            }
        });
    }
}

/// The argument of a function that needs `le`, if all that it selects are classic buckets. Native histograms have no
/// `le`, and what a recorded metric has is not known.
fn buckets(call: &Call) -> Option<&Expr> {
    let argument = match call.function.name {
        "histogram_quantile" => call.args.get(1)?,
        "histogram_fraction" => call.args.get(2)?,
        "histogram_quantiles" => call.args.first()?,
        _ => return None,
    };
    let (mut selectors, mut classic) = (0, 0);
    argument.walk(&mut |part| {
        if let Some(selector) = part.selector() {
            let name = selector.name.as_ref().map_or("", |name| &name.value);
            selectors += 1;
            classic += usize::from(name.ends_with("_bucket"));
        }
    });
    (selectors > 0 && selectors == classic).then_some(argument)
}

/// What drops `le` from all that the expression yields.
fn drops_le(expr: &Expr) -> Option<Dropped> {
    let flow = LabelFlow::of(expr);
    let dropped = |presence: Presence| match presence {
        Presence::Impossible(dropped) => Some(dropped),
        _ => None,
    };
    let all: Option<Vec<Dropped>> = flow.branches.iter().map(|branch| dropped(branch.presence("le"))).collect();
    all?.first().copied()
}

fn report(cx: &RuleContext<'_>, call: &Call, dropped: Dropped) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let function = call.function.name;
    let message = format!("`{function}` needs the label `le`, which is dropped before");
    META.diagnostic(message, file.inside(expr, dropped.span, "`le` is dropped here"))
        .related(file.inside(expr, call.name_span, "yields nothing without `le`"))
        .help("keep `le` beside the other labels, as in `sum by (job, le) (…)`")
}
