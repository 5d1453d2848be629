//! `group/slow-interval`: a group that is evaluated less often than a sample lives.

use crate::lint::context::GroupContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::source::Diagnostic;

static META: Meta =
    meta!("group/slow-interval", Warning, likely, "a group that is evaluated less often than a sample lives");

/// How long a query finds a sample unless the server is told otherwise, in milliseconds.
const LOOKBACK_MS: i64 = 5 * 60 * 1000;

pub(super) struct SlowInterval;

impl LintRule for SlowInterval {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(interval_ms) = cx.group.interval_ms.filter(|interval| *interval > LOOKBACK_MS) else { return };
        // An alert that is kept firing bridges the gap.
        let is_bridged = |rule: &crate::rules::Rule| rule.keep_firing_for_ms >= interval_ms;
        if cx.group.rules.iter().all(is_bridged) {
            return;
        }
        let interval = format_duration(interval_ms);
        let message = format!("the group is evaluated every {interval}, but a query finds a sample for 5m only");
        out.push(
            META.diagnostic(
                message,
                cx.file.field(
                    &cx.group.name,
                    format!("its series are gone {} of {interval}", format_duration(interval_ms - LOOKBACK_MS)),
                ),
            )
            .help("make `interval` 5m or shorter; read what is recorded less often with `last_over_time(x[…])`"),
        );
    }
}
