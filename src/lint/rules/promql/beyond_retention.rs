//! `promql/beyond-retention`: an offset or a range that reaches back to where no samples are kept any more.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{DurationExpr, Modifiers};
use crate::source::{Diagnostic, Severity, Span};

static META: Meta = meta!(
    "promql/beyond-retention",
    Error,
    certain,
    "an offset or a range that reaches further back than samples are kept"
)
.waits_for("facts.retention");

pub(super) struct BeyondRetention;

impl LintRule for BeyondRetention {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let (Some(retention_ms), Some(expr)) = (cx.config().facts.retention_ms, &cx.rule.parsed) else { return };
        out.extend(reaching_beyond(expr, retention_ms).into_iter().map(|reach| report(cx, &reach, retention_ms)));
    }
}

/// A part that reaches back beyond the retention.
struct Reach {
    /// The part.
    span: Span,
    /// Where the samples that it reads begin and end, in milliseconds before the evaluation.
    from_ms: i64,
    to_ms: i64,
}

/// The selectors and subqueries that cross the retention, the outermost ones only.
fn reaching_beyond(expr: &Expr, retention_ms: i64) -> Vec<Reach> {
    let mut found = Vec::new();
    // Each with where the window of the subqueries around it begins and ends.
    let mut pending = vec![(expr, 0_i64, 0_i64)];
    while let Some((part, outer_from, outer_to)) = pending.pop() {
        let window = part.modifiers().map_or(Some((0, 0)), |modifiers| window(part.range(), modifiers));
        // `@` is another time; a computed duration is not known.
        let Some((range_ms, offset_ms)) = window else { continue };
        let to_ms = outer_to.saturating_add(offset_ms);
        let from_ms = outer_from.saturating_add(offset_ms).saturating_add(range_ms);
        if from_ms > retention_ms {
            found.push(Reach { span: part.span, from_ms, to_ms });
            continue;
        }
        pending.extend(part.children().map(|child| (child, from_ms, to_ms)));
    }
    found
}

/// The range and the offset, in milliseconds.
fn window(range: Option<&DurationExpr>, modifiers: &Modifiers) -> Option<(i64, i64)> {
    if modifiers.at.is_some() {
        return None;
    }
    let offset = modifiers.offset.as_ref().map_or(Some(0), |offset| offset.value.literal_ms())?;
    Some((range.map_or(Some(0), DurationExpr::literal_ms)?, offset))
}

fn report(cx: &RuleContext<'_>, reach: &Reach, retention_ms: i64) -> Diagnostic {
    let (retention, from) = (format_duration(retention_ms), format_duration(reach.from_ms));
    let is_empty = reach.to_ms >= retention_ms;
    let (message, text) = match is_empty {
        true => (
            format!("this reads samples from {from} ago, and they are kept for {retention}"),
            "nothing is left of them",
        ),
        false => (
            format!("this reads samples from up to {from} ago, and they are kept for {retention}"),
            "the oldest are gone",
        ),
    };
    let mut found = META.diagnostic(message, cx.file().inside(&cx.rule.expr, reach.span, text));
    if !is_empty {
        found.severity = Severity::Warning;
    }
    found.help(format!("reach back for {retention} at most, or record what is needed for longer"))
}
