//! `alert/single-sample`: an alert that one sample fires: it has no `for`, and its expression looks at one point in time.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("alert/single-sample", Info, opinion, "an alert without `for` that one sample fires");

pub(super) struct SingleSample;

impl LintRule for SingleSample {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let rule = cx.rule;
        let waits = rule.for_ms > 0 || rule.keep_firing_for_ms > 0;
        let Some(expr) = rule.parsed.as_ref().filter(|_| rule.kind == RuleKind::Alerting && !waits) else { return };
        if !is_of_one_moment(expr) {
            return;
        }
        let message = "the alert has no `for`, and one sample fires it".to_owned();
        let place = cx.file().field(&rule.name, "");
        out.push(META.diagnostic(message, place).help("give it a `for` of some scrapes, or look at a range"));
    }
}

/// Whether an expression compares series, and all of them with what they are at one moment: no range, nothing that is
/// recorded, which may have one, no question for the time, for ages do not jump, and nothing that is absent.
fn is_of_one_moment(expr: &Expr) -> bool {
    let (mut compares, mut selects, mut jumps) = (false, false, true);
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Binary(operation) => compares |= operation.op.is_comparison(),
        ExprKind::Vector(selector) => {
            selects = true;
            jumps &= selector.metric_name().is_some_and(|name| !name.contains(':') && !name.starts_with("ALERTS"));
        }
        ExprKind::Matrix(_) | ExprKind::Subquery(_) => jumps = false,
        ExprKind::Call(call) => {
            jumps &= !call.function.is_absent() && !matches!(call.function.name, "time" | "timestamp")
        }
        _ => {}
    });
    compares && selects && jumps
}
