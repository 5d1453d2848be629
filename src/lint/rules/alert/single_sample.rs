//! `alert/single-sample`: an alert that one failed scrape fires: it has no `for`, and looks at one sample of `up`.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta = meta!("alert/single-sample", Info, opinion, "an alert without `for` that one failed scrape fires");

pub(super) struct SingleSample;

impl LintRule for SingleSample {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let rule = cx.rule;
        let waits = rule.for_ms > 0 || rule.keep_firing_for_ms > 0;
        let Some(expr) = rule.parsed.as_ref().filter(|_| rule.kind == RuleKind::Alerting && !waits) else { return };
        if !is_of_one_scrape(expr) {
            return;
        }
        let message = "the alert has no `for`, and one failed scrape or probe fires it".to_owned();
        let place = cx.file().field(&rule.name, "");
        out.push(META.diagnostic(message, place).help("give it a `for` of some scrapes, or look at a range"));
    }
}

/// Whether an expression compares series that say how the last scrape or probe went, and looks at no range.
fn is_of_one_scrape(expr: &Expr) -> bool {
    let (mut compares, mut selects, mut is_one) = (false, false, true);
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Binary(operation) => compares |= operation.op.is_comparison(),
        ExprKind::Vector(selector) => {
            selects = true;
            is_one &= matches!(selector.metric_name(), Some("up" | "probe_success"));
        }
        ExprKind::Matrix(_) | ExprKind::Subquery(_) => is_one = false,
        ExprKind::Call(call) => is_one &= !call.function.is_absent(),
        _ => {}
    });
    compares && selects && is_one
}
