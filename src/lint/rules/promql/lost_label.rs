//! `promql/lost-label`: `on (…)` lists a label that neither side has.

use crate::facts::{Dropped, Presence};
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{BinaryExpr, ExprKind, NodeId};
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
        let left = lacks(cx, operation.lhs.id, label)?;
        let right = lacks(cx, operation.rhs.id, label)?;
        Some(report(cx, label, left, right))
    })
}

/// What drops the label from all alternatives of a node; `None` also where there are none.
fn lacks(cx: &RuleContext<'_>, node: NodeId, label: &Spanned<String>) -> Option<Dropped> {
    let mut dropped = None;
    for branch in cx.facts()?.node(node)? {
        match branch.presence(&label.value) {
            Presence::Impossible(by) => dropped = dropped.or(Some(by)),
            _ => return None,
        }
    }
    dropped
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
