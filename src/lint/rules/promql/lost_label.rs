//! `promql/lost-label`: `on (…)` or `by (…)` lists a label that nothing has any more.

use crate::facts::{self, Dropped};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{AggregateExpr, BinaryExpr};
use crate::source::{Diagnostic, Spanned};

static META: Meta =
    meta!("promql/lost-label", Warning, certain, "`on (…)` or `by (…)` lists a label that nothing has any more");

pub(super) struct LostLabel;

impl LintRule for LostLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        out.extend(cx.parts().operations.iter().filter_map(|(_, operation)| lost(cx, operation)));
        out.extend(cx.parts().aggregations.iter().filter_map(|aggregate| lost_inside(cx, aggregate)));
    }
}

fn lost(cx: &RuleContext<'_>, operation: &BinaryExpr) -> Option<Diagnostic> {
    let clause = operation.matching.as_ref()?.clause.as_ref().filter(|clause| clause.on)?;
    clause.labels.iter().find_map(|label| {
        let dropped = |side: &Expr| facts::dropped(cx.facts()?.node(side.id)?, &label.value);
        let (left, right) = (dropped(&operation.lhs)?, dropped(&operation.rhs)?);
        Some(report(cx, label, left, right))
    })
}

/// A label that `by (…)` lists although nothing inside has it.
fn lost_inside(cx: &RuleContext<'_>, aggregate: &AggregateExpr) -> Option<Diagnostic> {
    let by = aggregate.grouping.as_ref().filter(|by| !by.without)?;
    let inside = cx.facts()?.node(aggregate.expr.id)?;
    // Where names are dropped late, or not at all, it is there.
    let mut labels = by.labels.iter().filter(|label| label.value != METRIC_NAME);
    let (label, dropped) = labels.find_map(|label| Some((label, facts::dropped(inside, &label.value)?)))?;
    let name = &label.value;
    // Where a template prints it, `template/missing-label` says so.
    let parsed = cx.templates().filter_map(|template| template.parsed.as_ref().ok());
    if parsed.flat_map(|template| template.label_references()).any(|reference| reference.name == *name) {
        return None;
    }
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let message = format!("`{}` groups by `{name}`, which nothing inside of it has", aggregate.op.name());
    let found = META.diagnostic(message, file.inside(expr, label.span, "on no element")).related(file.inside(
        expr,
        dropped.span,
        format!("no `{name}` behind this"),
    ));
    Some(found.help(format!("remove `{name}` from `by`, or keep it inside")))
}

fn report(cx: &RuleContext<'_>, label: &Spanned<String>, left: Dropped, right: Dropped) -> Diagnostic {
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let name = &label.value;
    let found = META
        .diagnostic(
            format!("`on` compares `{name}`, which neither side has"),
            file.inside(expr, label.span, "on neither side"),
        )
        .related(file.inside(expr, left.span, format!("no `{name}` behind this")));
    let found = match left.span == right.span {
        true => found,
        false => found.related(file.inside(expr, right.span, format!("no `{name}` behind this"))),
    };
    found.help(format!("remove `{name}` from `on`, or keep it on both sides"))
}
