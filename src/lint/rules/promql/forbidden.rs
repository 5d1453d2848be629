//! `promql/forbidden`: a function, a metric or a label in an expression that a policy forbids.

use crate::lint::context::RuleContext;
use crate::lint::policy::{Pattern, Policy};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;
use crate::source::{Diagnostic, Span, Spanned};

static META: Meta =
    meta!("promql/forbidden", Error, certain, "an expression has something that the configuration forbids")
        .waits_for("policy.forbidden-functions")
        .or_for(&["policy.forbidden-metrics", "policy.forbidden-matchers"]);

pub(super) struct Forbidden;

impl LintRule for Forbidden {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        for policy in cx.policies() {
            let of = &policy.promql;
            let has_any = !(of.forbidden_functions.is_empty()
                && of.forbidden_metrics.is_empty()
                && of.forbidden_matchers.is_empty());
            if has_any {
                expr.walk(&mut |part| check(cx, policy, part, out));
            }
        }
    }
}

fn check(cx: &RuleContext<'_>, policy: &Policy, part: &Expr, out: &mut Vec<Diagnostic>) {
    let mut report = |what: String, span: Span| {
        let message = format!("{what} is not allowed here");
        let at = cx.file().inside(&cx.rule.expr, span, "");
        out.push(policy.finding(&META, message, at, "the configuration forbids it".to_owned()));
    };
    let is_one = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.accepts(text, Some(cx)));
    let of = &policy.promql;
    let function = match &part.kind {
        ExprKind::Call(call) => Some((call.function.name, call.name_span)),
        ExprKind::Aggregate(aggregate) => Some((aggregate.op.name(), aggregate.op_span)),
        _ => None,
    };
    if let Some((name, span)) = function.filter(|(name, _)| of.forbidden_functions.iter().any(|no| no == name)) {
        report(format!("the function `{name}`"), span);
    }
    if let Some(selector) = part.selector() {
        if let Some(name) = selector.metric_name().filter(|name| is_one(&of.forbidden_metrics, name)) {
            report(format!("the metric `{name}`"), selector.name.as_ref().map_or(part.span, |name| name.span));
        }
        for matcher in selector.matchers.iter().filter(|matcher| is_one(&of.forbidden_matchers, &matcher.name.value)) {
            report(format!("the label `{}`", matcher.name.value), matcher.name.span);
        }
    }
    for label in named_labels(part).filter(|label| is_one(&of.forbidden_matchers, &label.value)) {
        report(format!("the label `{}`", label.value), label.span);
    }
}

/// The labels that an operator names: to group by, to match on, to copy.
fn named_labels(part: &Expr) -> impl Iterator<Item = &Spanned<String>> {
    let grouping = match &part.kind {
        ExprKind::Aggregate(aggregate) => aggregate.grouping.as_ref().map(|grouping| grouping.labels.as_slice()),
        _ => None,
    };
    let matching = match &part.kind {
        ExprKind::Binary(binary) => binary.matching.as_ref(),
        _ => None,
    };
    let clause = matching.and_then(|matching| matching.clause.as_ref()).map(|clause| clause.labels.as_slice());
    let include = matching.and_then(|matching| matching.include.as_ref()).map(|include| include.value.as_slice());
    [grouping, clause, include].into_iter().flatten().flatten()
}
