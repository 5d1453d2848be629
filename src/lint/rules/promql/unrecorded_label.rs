//! `promql/unrecorded-label`: an expression asks recorded series for a label that they do not have.

use crate::facts::{Cause, Conflict, ConflictKind, Dropped, Facts};
use crate::lint::context::WorkspaceContext;
use crate::lint::recorded_series;
use crate::lint::recording::Place;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::Matcher;
use crate::promql::regex;
use crate::source::{Diagnostic, Span, words};

static META: Meta =
    meta!("promql/unrecorded-label", Warning, certain, "an expression asks recorded series for what they do not have");

/// More values than this are not named.
const MAX_SHOWN: usize = 6;

pub(super) struct UnrecordedLabel;

impl LintRule for UnrecordedLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for place in cx.places() {
            if let Some(facts) = cx.recorded().of_reader(&place, |series| series.labels.is_some())
                && let Some(expr) = &place.rule.parsed
            {
                Reader { cx, place, facts }.check(expr, out);
            }
        }
    }
}

/// A rule that reads recorded series.
struct Reader<'s, 'a> {
    cx: &'s WorkspaceContext<'a>,
    place: Place<'s>,
    facts: Facts<'s>,
}

impl Reader<'_, '_> {
    fn check(&self, expr: &Expr, out: &mut Vec<Diagnostic>) {
        expr.walk(&mut |part| {
            if let Some(selector) = part.selector() {
                let lacking =
                    selector.matchers.iter().find_map(|matcher| self.lacking(selector.metric_name()?, matcher));
                out.extend(lacking);
            }
        });
        out.extend(self.facts.conflicts.iter().filter_map(|conflict| self.conflict(conflict)));
    }

    /// A matcher that asks for a label which the series do not have, or for a value that it never has.
    fn lacking(&self, metric: &str, matcher: &Matcher) -> Option<Diagnostic> {
        let label = matcher.name.value.as_str();
        let labels = self.cx.recorded().get(metric)?.labels.as_ref()?;
        if label == METRIC_NAME || regex::matches_empty(matcher) {
            return None;
        }
        let asked = matcher.span.slice(self.place.rule.expr.text());
        match labels.get(label) {
            None => {
                let message = format!("`{asked}` selects nothing: `{metric}` is recorded without `{label}`");
                self.report(message, matcher.span, "never there", metric, label)
            }
            Some(Some(values)) if !values.iter().any(|value| regex::accepts(matcher, value)) => {
                let known = match values.len() {
                    0..=MAX_SHOWN => {
                        format!("`{label}` is {} in what is recorded as `{metric}`", words::choice(values))
                    }
                    _ => format!("`{metric}` is recorded with other values of `{label}`"),
                };
                let message = format!("`{asked}` selects nothing: {known}");
                self.report(message, matcher.span, "never there", metric, label)
            }
            Some(_) => None,
        }
    }

    /// An operator whose sides never match because one of them was recorded without a label.
    fn conflict(&self, conflict: &Conflict) -> Option<Diagnostic> {
        let (dropped, left_lacks) = match conflict.kind {
            ConflictKind::Lacking { dropped, left_lacks, .. } | ConflictKind::Idle { dropped, left_lacks } => {
                (dropped, left_lacks)
            }
            ConflictKind::Disjoint { .. } => return None,
        };
        let metric = self.recorded_without(dropped)?;
        let (op, label) = (conflict.operator.slice(self.place.rule.expr.text()), &conflict.label);
        let effect = if op.eq_ignore_ascii_case("unless") { "removes nothing" } else { "yields nothing" };
        let side = if left_lacks { "right" } else { "left" };
        let message =
            format!("`{op}` {effect}: it compares `{label}` of its {side} side, and `{metric}` is recorded without it");
        self.report(message, conflict.operator, &format!("compares `{label}`"), metric, label)
    }

    /// The metric whose recording rules drop a label.
    fn recorded_without(&self, dropped: Dropped) -> Option<&str> {
        (dropped.cause == Cause::Recorded).then(|| recorded_series::name_at(self.place.rule.expr.text(), dropped.span))
    }

    /// A finding about a label that `metric` is recorded without, or without a value of it.
    fn report(&self, message: String, span: Span, here: &str, metric: &str, label: &str) -> Option<Diagnostic> {
        let recording = self.cx.recording();
        if recorded_series::may_be_added(recording, &self.place, metric, label) {
            return None;
        }
        let definition = recording.get(metric)?.first()?;
        let labels = self.cx.recorded().get(metric)?.labels.as_ref()?;
        let (recorded, help) = match labels.contains_key(label) {
            true => (
                "recorded here".to_owned(),
                format!("ask for a value of `{label}` that is recorded, or record this one"),
            ),
            false => (
                format!("recorded without `{label}`"),
                format!("keep `{label}` where `{metric}` is recorded, or do not ask for it"),
            ),
        };
        let found = META.diagnostic(message, self.place.file.inside(&self.place.rule.expr, span, here));
        Some(found.related(definition.file.field(&definition.rule.name, recorded)).help(help))
    }
}
