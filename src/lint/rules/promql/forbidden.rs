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
    let mut report = |kind: &str, name: &str, pattern: &str, span: Span| {
        let message = format!("the {kind} `{name}` is not allowed here");
        let at = cx.file().inside(&cx.rule.expr, span, "");
        let help = match pattern == name {
            true => "the configuration forbids it".to_owned(),
            false => format!("the configuration forbids `{pattern}`"),
        };
        out.push(policy.finding(&META, message, at, help));
    };
    let forbidding = |patterns: &[Pattern], text: &str| {
        let pattern = patterns.iter().find(|pattern| pattern.accepts(text, Some(cx)));
        pattern.map(|pattern| pattern.text().to_owned())
    };
    let of = &policy.promql;
    let function = match &part.kind {
        ExprKind::Call(call) => Some((call.function.name, call.name_span)),
        ExprKind::Aggregate(aggregate) => Some((aggregate.op.name(), aggregate.op_span)),
        _ => None,
    };
    if let Some((name, span)) = function.filter(|(name, _)| of.forbidden_functions.iter().any(|no| no == name)) {
        report("function", name, name, span);
    }
    if let Some(selector) = part.selector()
        && let Some(name) = selector.metric_name()
        && let Some(pattern) = forbidding(&of.forbidden_metrics, name)
    {
        report("metric", name, &pattern, selector.name.as_ref().map_or(part.span, |name| name.span));
    }
    let matched = part.selector().into_iter().flat_map(|selector| &selector.matchers).map(|matcher| &matcher.name);
    for label in matched.chain(named_labels(part)) {
        if let Some(pattern) = forbidding(&of.forbidden_matchers, &label.value) {
            report("label", &label.value, &pattern, label.span);
        }
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
