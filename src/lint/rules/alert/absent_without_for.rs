//! `alert/absent-without-for`: an alert on what is absent that fires before a scrape had time to bring it.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{BinaryOp, Call, ExprKind};
use crate::rules::RuleKind;
use crate::source::Diagnostic;

static META: Meta =
    meta!("alert/absent-without-for", Warning, likely, "an alert on what is absent fires before two scrapes had time")
        .on_by_default()
        .waits_for("facts.scrape-interval");

/// So many scrapes have to have had time to bring what is absent.
const SCRAPES: i64 = 2;

pub(super) struct AbsentWithoutFor;

impl LintRule for AbsentWithoutFor {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let facts = &cx.config().facts;
        let Some(expr) = cx.rule.parsed.as_ref().filter(|_| facts.knows_intervals()) else { return };
        if cx.rule.kind != RuleKind::Alerting {
            return;
        }
        for call in absent_calls(expr) {
            let Some((selector, range_ms)) = call.args.first().and_then(argument) else { continue };
            // What is recorded does not wait for a scrape.
            let is_scraped = selector.metric_name().is_none_or(|name| !name.contains(':'));
            let Some(interval_ms) = facts.scrape_interval_of(selector).filter(|_| is_scraped) else { continue };
            let least_ms = interval_ms.saturating_mul(SCRAPES);
            if cx.rule.for_ms.saturating_add(range_ms) < least_ms {
                let is_up = selector.metric_name() == Some("up");
                out.push(report(cx, call, is_up, interval_ms, least_ms.saturating_sub(range_ms)));
            }
        }
    }
}

/// The calls of `absent` and `absent_over_time` whose results may be results of the whole expression.
fn absent_calls(expr: &Expr) -> Vec<&Call> {
    let mut found = Vec::new();
    let mut pending = vec![expr];
    while let Some(part) = pending.pop() {
        match &part.kind {
            ExprKind::Call(call) if call.function.is_absent() => found.push(&**call),
            ExprKind::Binary(operation) => {
                pending.push(&operation.lhs);
                if !matches!(operation.op, BinaryOp::And | BinaryOp::Unless) {
                    pending.push(&operation.rhs);
                }
            }
            ExprKind::Paren(inner) => pending.push(inner),
            ExprKind::Aggregate(aggregate) => pending.push(&aggregate.expr),
            _ => {}
        }
    }
    found
}

/// The selector that an argument is, and the milliseconds of its range.
fn argument(argument: &Expr) -> Option<(&crate::promql::ast::VectorSelector, i64)> {
    let argument = argument.without_parens();
    let range_ms = match &argument.kind {
        ExprKind::Matrix(matrix) => matrix.range.literal_ms()?,
        _ => 0,
    };
    Some((argument.selector()?, range_ms))
}

fn report(cx: &RuleContext<'_>, call: &Call, is_up: bool, interval_ms: i64, wanted_ms: i64) -> Diagnostic {
    let (name, interval) = (call.function.name, format_duration(interval_ms));
    let waits = match cx.rule.for_ms {
        0 => "the alert does not wait at all".to_owned(),
        for_ms => format!("the alert waits for {}", format_duration(for_ms)),
    };
    // `up` is there whether the scrape fails or not.
    let or_fails = if is_up { "" } else { ", and whenever one fails" };
    let message = format!(
        "{waits}, and a scrape comes every {interval}: `{name}` is true until the first one after Prometheus has been \
         down{or_fails}"
    );
    META.diagnostic(message, cx.file().inside(&cx.rule.expr, call.name_span, "true before the first scrape"))
        .help(format!("write `for: {}` or longer", format_duration(wanted_ms)))
}
