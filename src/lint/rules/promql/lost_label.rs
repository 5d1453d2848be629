//! `promql/lost-label`: `on (…)` lists a label that neither side has.

use crate::facts::{self, Dropped};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, ExprKind};
use crate::source::{Diagnostic, Spanned};

static META: Meta = meta!("promql/lost-label", Warning, certain, "`on (…)` lists a label that neither side has");

pub(super) struct LostLabel;

impl LintRule for LostLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        expr.walk(&mut |part| {
            if let ExprKind::Binary(operation) = &part.kind {
                out.extend(lost(cx, operation));
            }
        });
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
