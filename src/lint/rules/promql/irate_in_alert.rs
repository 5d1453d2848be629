//! `promql/irate-in-alert`: an alert looks at `irate`, and so at two samples.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::ExprKind;
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("promql/irate-in-alert", Info, opinion, "an alert looks at `irate`, and so at two samples");

pub(super) struct IrateInAlert;

impl LintRule for IrateInAlert {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = cx.rule.parsed.as_ref().filter(|_| cx.rule.kind == RuleKind::Alerting) else { return };
        expr.walk(&mut |part| {
            let ExprKind::Call(call) = &part.kind else { return };
            let instead = match call.function.name {
                "irate" => "rate",
                "idelta" => "delta",
                _ => return,
            };
            let message = format!("`{}` looks at the last two samples only", call.function.name);
            let place = cx.file().inside(&cx.rule.expr, call.name_span, "");
            out.push(
                META.diagnostic(message, place).help(format!("write `{instead}`, which looks at the whole range")),
            );
        });
    }
}
