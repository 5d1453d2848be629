//! `group/bounds`: a group whose interval, offset, limit or number of rules is not within the bounds of a policy.

use crate::lint::context::GroupContext;
use crate::lint::policy::Policy;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::source::{Diagnostic, Label, Span};

static META: Meta =
    meta!("group/bounds", Error, certain, "a group's interval, offset, limit or size is not within the bounds")
        .waits_for("policy.interval-max")
        .or_for(&[
            "policy.interval-min",
            "policy.query-offset-min",
            "policy.query-offset-max",
            "policy.limit-max",
            "policy.max-rules",
        ]);

pub(super) struct Bounds;

impl LintRule for Bounds {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        for policy in cx.policies() {
            let (bounds, places) = (&policy.bounds, &cx.group.places);
            if let Some(interval_ms) = cx.group.interval_ms {
                let of = (bounds.interval_min_ms, bounds.interval_max_ms);
                out.extend(duration(cx, policy, ("interval", places.interval), interval_ms, of));
            }
            let of = (bounds.query_offset_min_ms, bounds.query_offset_max_ms);
            out.extend(duration(
                cx,
                policy,
                ("query_offset", places.query_offset),
                cx.group.query_offset_ms.unwrap_or(0),
                of,
            ));
            out.extend(limit(cx, policy));
            out.extend(size(cx, policy));
        }
    }
}

fn duration(
    cx: &GroupContext<'_>,
    policy: &Policy,
    (key, written): (&str, Option<Span>),
    is_ms: i64,
    (least, most): (Option<i64>, Option<i64>),
) -> Option<Diagnostic> {
    let (bound, than, or) = match (least.filter(|least| is_ms < *least), most.filter(|most| is_ms > *most)) {
        (Some(least), _) => (least, "less", "more"),
        (None, Some(most)) => (most, "more", "less"),
        (None, None) => return None,
    };
    let (is, bound) = (format_duration(is_ms), format_duration(bound));
    let name = cx.group.name.text();
    let message = match written {
        Some(_) => format!("the group `{name}` has `{key}: {is}`, which is {than} than {bound}"),
        None => format!("the group `{name}` has no `{key}`, but should have at least {bound}"),
    };
    Some(policy.finding(&META, message, place(cx, written), format!("write `{key}: {bound}` or {or}")))
}

fn limit(cx: &GroupContext<'_>, policy: &Policy) -> Option<Diagnostic> {
    let most = policy.bounds.limit_max?;
    let name = cx.group.name.text();
    // 0 is none, as it is for Prometheus.
    let message = match cx.group.limit.and_then(|limit| u64::try_from(limit).ok()).filter(|limit| *limit > 0) {
        None => format!("the group `{name}` has no `limit`"),
        Some(limit) if limit > most => format!("the group `{name}` has `limit: {limit}`, which is more than {most}"),
        Some(_) => return None,
    };
    Some(policy.finding(&META, message, place(cx, cx.group.places.limit), format!("write `limit: {most}` or less")))
}

fn size(cx: &GroupContext<'_>, policy: &Policy) -> Option<Diagnostic> {
    let most = policy.bounds.max_rules?;
    let count = cx.group.rules.len();
    if u64::try_from(count).unwrap_or(u64::MAX) <= most {
        return None;
    }
    let message = format!("the group `{}` has {count} rules; at most {most} are allowed", cx.group.name.text());
    let help = "split it: groups are evaluated in parallel, the rules of a group one after another".to_owned();
    Some(policy.finding(&META, message, cx.file.field(&cx.group.name, ""), help))
}

/// The value at `written`, or the group's name.
fn place(cx: &GroupContext<'_>, written: Option<Span>) -> Label {
    written.map_or_else(|| cx.file.field(&cx.group.name, ""), |span| cx.file.label(span, ""))
}
