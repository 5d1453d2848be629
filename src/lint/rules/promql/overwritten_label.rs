//! `promql/overwritten-label`: `group_left (…)` replaces a label that a matcher has chosen.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{BinaryExpr, Cardinality, ExprKind};
use crate::source::{Diagnostic, Spanned};

static META: Meta =
    meta!("promql/overwritten-label", Warning, likely, "`group_left` replaces a label that a matcher has chosen");

pub(super) struct OverwrittenLabel;

impl LintRule for OverwrittenLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Binary(operation) = &part.kind
                && let Some(include) = operation.matching.as_ref().and_then(|matching| matching.include.as_ref())
            {
                let overwritten = include.value.iter().filter(|label| is_chosen(cx, operation, label));
                out.extend(overwritten.map(|label| report(cx, operation, label)));
            }
        });
    }
}

fn is_left_many(operation: &BinaryExpr) -> bool {
    operation.matching.as_ref().is_some_and(|matching| matching.cardinality == Cardinality::ManyToOne)
}

/// Whether a matcher of the side that keeps its labels asks for one value of the label.
fn is_chosen(cx: &RuleContext<'_>, operation: &BinaryExpr, label: &Spanned<String>) -> bool {
    let many = if is_left_many(operation) { &operation.lhs } else { &operation.rhs };
    let branches = cx.facts().and_then(|facts| facts.node(many.id)).unwrap_or_default();
    !branches.is_empty() && branches.iter().all(|branch| branch.has_one_value(&label.value))
}

fn report(cx: &RuleContext<'_>, operation: &BinaryExpr, label: &Spanned<String>) -> Diagnostic {
    let (file, expr, name) = (cx.file(), &cx.rule.expr, &label.value);
    let (modifier, side) = if is_left_many(operation) { ("group_left", "left") } else { ("group_right", "right") };
    META.diagnostic(
        format!("`{modifier}` replaces `{name}`, of which the {side} side selects one value"),
        file.inside(expr, label.span, "replaced by the other side's"),
    )
    .help(format!("remove `{name}` from `{modifier} (…)`, or match on it: `on (…, {name})`"))
}
