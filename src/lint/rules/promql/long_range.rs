//! `promql/long-range`: a range, or samples of an age, beyond what a policy allows.

use crate::lint::context::RuleContext;
use crate::lint::policy::Policy;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{DurationExpr, Modifiers};
use crate::source::{Diagnostic, Span};

static META: Meta = meta!("promql/long-range", Error, certain, "an expression reaches further back than is allowed")
    .waits_for("policy.max-range")
    .or_for(&["policy.max-age"]);

pub(super) struct LongRange;

impl LintRule for LongRange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(expr) = &cx.rule.parsed else { return };
        for policy in cx.policies() {
            if let Some(most) = policy.promql.max_range_ms {
                expr.walk(&mut |part| {
                    let range = part.range().filter(|range| range.literal_ms().is_some_and(|is| is > most));
                    if let Some(range) = range {
                        let what = format!("the range `{}` is longer than", range.span.slice(cx.rule.expr.text()));
                        out.push(report(cx, policy, &what, most, range.span));
                    }
                });
            }
            if let Some(most) = policy.promql.max_age_ms {
                let mut oldest = Vec::new();
                ages(expr, policy.promql.max_range_ms.unwrap_or(i64::MAX), &mut oldest);
                for (age, span) in oldest.into_iter().filter(|(age, _)| *age > most) {
                    let what = format!("the samples read here are {} old, more than", format_duration(age));
                    out.push(report(cx, policy, &what, most, span));
                }
            }
        }
    }
}

fn report(cx: &RuleContext<'_>, policy: &Policy, what: &str, most: i64, span: Span) -> Diagnostic {
    let most = format_duration(most);
    let help = format!("at most {most} is allowed: record what is needed for longer");
    policy.finding(&META, format!("{what} {most}"), cx.file().inside(&cx.rule.expr, span, ""), help)
}

/// For each selector, how far it reaches back, in milliseconds, with the subqueries around it. What has a range longer than
/// `longest` is told already, and left out.
fn ages(expr: &Expr, longest: i64, found: &mut Vec<(i64, Span)>) {
    let mut pending = vec![(0_i64, expr)];
    while let Some((around, part)) = pending.pop() {
        let own = part.range().and_then(DurationExpr::literal_ms).unwrap_or(0);
        let modifiers = part.modifiers();
        // A time of its own has no age.
        if own > longest || modifiers.is_some_and(|modifiers| modifiers.at.is_some()) {
            continue;
        }
        let age = around.saturating_add(own).saturating_add(modifiers.map_or(0, offset_ms));
        if part.selector().is_some() {
            found.push((age, part.span));
        }
        pending.extend(part.children().rev().map(|child| (age, child)));
    }
}

fn offset_ms(modifiers: &Modifiers) -> i64 {
    modifiers.offset.as_ref().and_then(|offset| offset.value.literal_ms()).unwrap_or(0)
}
