//! `promql/missing-le`: a quantile of classic histogram buckets whose `le` was aggregated away.

use crate::facts::{self, Cause, Dropped};
use crate::lint::context::RuleContext;
use crate::lint::fixes::keep_label;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind};
use crate::promql::functions::Wants;
use crate::source::{Applicability, Diagnostic, Edit, Fix};

static META: Meta =
    meta!("promql/missing-le", Error, certain, "a quantile of histogram buckets that have lost their `le`").fixable();

pub(super) struct MissingLe;

impl LintRule for MissingLe {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        for (_, call) in &cx.parts().calls {
            if let Some(buckets) = buckets(call)
                && let Some(facts) = cx.facts()
                && let Some(dropped) = facts.node(buckets.id).and_then(|branches| facts::dropped(branches, "le"))
            {
                out.push(report(cx, call, dropped));
            }
        }
    }
}

/// The argument of a function that needs `le`, if all that it selects are classic buckets. Native histograms have no
/// `le`, and what a recorded metric has is not known.
fn buckets(call: &Call) -> Option<&Expr> {
    if call.function.wants != Some(Wants::Buckets) {
        return None;
    }
    let argument = call.args.get(call.function.vector_arg()?)?;
    let (mut selectors, mut classic, mut vmrange) = (0, 0, false);
    argument.walk(&mut |part| {
        if let Some(selector) = part.selector() {
            // VictoriaMetrics has buckets with `vmrange`, and its functions take them.
            vmrange |= selector.matchers.iter().any(|matcher| matcher.name.value == "vmrange");
            let name = selector.name.as_ref().map_or("", |name| &name.value);
            selectors += 1;
            classic += usize::from(name.ends_with("_bucket"));
        }
        if let ExprKind::Aggregate(aggregate) = &part.kind
            && let Some(by) = &aggregate.grouping
        {
            vmrange |= !by.without && by.labels.iter().any(|label| label.value == "vmrange");
        }
    });
    (selectors > 0 && selectors == classic && !vmrange).then_some(argument)
}

fn report(cx: &RuleContext<'_>, call: &Call, dropped: Dropped) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let function = call.function.name;
    let message = format!("`{function}` needs the label `le`, which is dropped before");
    META.diagnostic(message, file.inside(expr, dropped.span, "`le` is dropped here"))
        .related(file.inside(expr, call.name_span, "yields nothing without `le`"))
        .help("keep `le` beside the other labels, as in `sum by (job, le) (…)`")
        .fix(fix(cx, dropped))
}

/// Adds `le` to the `by` that lacks it, or a `by` where there is none.
fn fix(cx: &RuleContext<'_>, dropped: Dropped) -> Option<Fix> {
    let edit = match dropped.cause {
        Cause::NotInBy(_) => keep_label(cx.rule.expr.text(), dropped.span, "le")?,
        Cause::NoGrouping(_) => Edit::insert(dropped.span.end(), " by (le)"),
        _ => return None,
    };
    cx.file().fix_inside(&cx.rule.expr, "keep `le`", &[edit], Applicability::Unsafe)
}
