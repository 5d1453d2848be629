//! `rule/for-bounds`: a `for` or `keep_firing_for` that a policy finds too short or too long.

use crate::lint::context::RuleContext;
use crate::lint::policy::Policy;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::rules::{RuleKind, Written};
use crate::source::Diagnostic;

static META: Meta = meta!("rule/for-bounds", Error, certain, "`for` or `keep_firing_for` is not within the bounds")
    .waits_for("policy.for-min")
    .or_for(&["policy.for-max", "policy.keep-firing-min", "policy.keep-firing-max"]);

pub(super) struct ForBounds;

impl LintRule for ForBounds {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.rule.kind == RuleKind::Recording {
            return;
        }
        for policy in cx.policies() {
            let bounds = &policy.bounds;
            let of_for = (bounds.for_min_ms, bounds.for_max_ms);
            let of_keep = (bounds.keep_firing_min_ms, bounds.keep_firing_max_ms);
            for (duration, bounds) in cx.rule.durations().into_iter().zip([of_for, of_keep]) {
                out.extend(check(cx, policy, duration, bounds));
            }
        }
    }
}

/// Compares one of the two with its bounds, inclusive.
fn check(
    cx: &RuleContext<'_>,
    policy: &Policy,
    (key, is_ms, written): (&str, i64, Option<&Written>),
    (least, most): (Option<i64>, Option<i64>),
) -> Option<Diagnostic> {
    let name = cx.rule.name.text();
    let is = match written {
        Some(_) => format!("the alert `{name}` has `{key}: {}`", format_duration(is_ms)),
        None => format!("the alert `{name}` has no `{key}`"),
    };
    let at = match written {
        Some(written) => cx.file().label(written.value, ""),
        None => cx.file().field(&cx.rule.name, ""),
    };
    let least = least.filter(|least| is_ms < *least);
    let most = most.filter(|most| is_ms > *most);
    let (message, help) = match (least, most) {
        (Some(least), _) => {
            let least = format_duration(least);
            let than = if written.is_some() { "which is less than" } else { "but should have at least" };
            (format!("{is}, {than} {least}"), format!("write `{key}: {least}` or more"))
        }
        (None, Some(most)) => {
            let most = format_duration(most);
            (format!("{is}, which is more than {most}"), format!("write `{key}: {most}` or less"))
        }
        (None, None) => return None,
    };
    Some(policy.finding(&META, message, at, help))
}
