//! `selector/gone-metric`: a selector asks for a metric that its exporter has given up.

use crate::facts::catalogue;
use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{BinaryOp, ExprKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("selector/gone-metric", Warning, likely, "a selector asks for a metric that its exporter has given up");

pub(super) struct GoneMetric;

impl LintRule for GoneMetric {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        // An inventory knows better which metrics there are.
        let inventory = cx.config().inventory();
        if inventory.lists_metrics() {
            return;
        }
        let mut pending = vec![expr];
        while let Some(part) = pending.pop() {
            match &part.kind {
                // Written for both: `new or old`.
                ExprKind::Binary(operation) if operation.op == BinaryOp::Or => continue,
                _ => pending.extend(part.children()),
            }
            let Some(name) = part.selector().and_then(|selector| selector.name.as_ref()) else { continue };
            let Some(gone) = catalogue::gone(&name.value).filter(|_| cx.rule.name.text() != &*name.value) else {
                continue;
            };
            let message = format!("{} has no `{}` since version {}", gone.program, name.value, gone.since);
            let place = cx.file().inside(&cx.rule.expr, name.span, format!("gone since {}", gone.since));
            out.push(META.diagnostic(message, place).help(format!("write `{}`", gone.instead)));
        }
    }
}
