//! `promql/unrecorded-label`: an expression asks recorded series for a label, or for a value of one, that they do not have.

use super::impossible_match::effect_of;
use crate::facts::{Cause, Conflict, ConflictKind, Facts, RecordedLabel, RecordedSeries, TARGET_LABELS};
use crate::lint::context::WorkspaceContext;
use crate::lint::recorded_series;
use crate::lint::recording::Place;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{ExprKind, Matcher};
use crate::promql::regex;
use crate::source::{Diagnostic, Span, words};

static META: Meta =
    meta!("promql/unrecorded-label", Warning, likely, "an expression asks recorded series for what they do not have")
        .on_by_default();

/// More values than this are not named.
const MAX_SHOWN: usize = 6;

pub(super) struct UnrecordedLabel;

impl LintRule for UnrecordedLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for place in cx.recorded().readers(cx) {
            if let Some(facts) = cx.recorded().of_reader(&place, RecordedSeries::says_of_labels)
                && let Some(expr) = &place.rule.parsed
            {
                Reader { cx, place, expr, facts }.check(out);
            }
        }
    }
}

/// A rule that reads recorded series.
struct Reader<'s, 'a> {
    cx: &'s WorkspaceContext<'a>,
    place: Place<'s>,
    expr: &'s Expr,
    facts: Facts<'s>,
}

/// What is wrong with a label of what is recorded as `metric`.
struct Problem<'p> {
    metric: &'p str,
    label: &'p str,
    message: String,
    /// Bytes of the expression, and what they do.
    here: (Span, String),
    help: String,
}

impl<'s> Reader<'s, '_> {
    fn check(&self, out: &mut Vec<Diagnostic>) {
        self.expr.walk(&mut |part| {
            let Some(selector) = part.selector() else { return };
            let Some(metric) = selector.metric_name() else { return };
            // What a rule reads of its own name, by a label that it does not give it, others record.
            if metric == self.place.rule.name.text() {
                return;
            }
            let is_federated = |matcher: &Matcher| matcher.name.value.starts_with("exported_");
            if self.is_elsewhere(metric) && selector.matchers.iter().any(is_federated) {
                return;
            }
            let problem = selector.matchers.iter().find_map(|matcher| self.lacking(metric, matcher));
            out.extend(problem.and_then(|problem| self.report(problem)));
        });
        if self.facts.conflicts.is_empty() {
            return;
        }
        // Of what does not match anyway, `promql/impossible-match` speaks.
        let others = Facts::under(self.expr, self.place.file.premises()).conflicts;
        let is_new = |conflict: &&Conflict| others.iter().all(|other| other.operator != conflict.operator);
        let problems = self.facts.conflicts.iter().filter(is_new).filter_map(|conflict| self.conflict(conflict));
        out.extend(problems.filter_map(|problem| self.report(problem)));
    }

    /// Whether what records a metric stands in other files, and may run on other servers.
    fn is_elsewhere(&self, metric: &str) -> bool {
        recorded_series::are_elsewhere(self.cx.recording(), &self.place, metric)
    }

    /// What is known of a label of recorded series.
    fn recorded(&self, metric: &str, label: &str) -> Option<&'s RecordedLabel> {
        self.cx.recorded().get(metric)?.labels.get(label)
    }

    /// A matcher that asks for a label which the series do not have, or for a value that it never has.
    fn lacking<'p>(&self, metric: &'p str, matcher: &'p Matcher) -> Option<Problem<'p>> {
        let label = matcher.name.value.as_str();
        let series = self.cx.recorded().get(metric)?;
        if label == METRIC_NAME || regex::matches_empty(matcher) {
            return None;
        }
        let (recorded, help) = match series.labels.get(label).map(|label| label.values.as_ref()) {
            None if series.lacks(label) => (format!("without `{label}`"), keep(metric, label)),
            // `promql/pattern-as-text` and `promql/single-anchor` say what is wrong.
            Some(Some(_)) if regex::is_pattern_as_text(matcher) || has_single_anchor(matcher) => return None,
            // A federation has a job of its own.
            Some(Some(_)) if TARGET_LABELS.contains(&label) && self.is_elsewhere(metric) => return None,
            Some(Some(values)) if !values.iter().any(|value| regex::accepts(matcher, value)) => {
                let help = format!("ask for a value of `{label}` that is recorded, or record this one");
                (format!("with {}", value_text(label, values)), help)
            }
            _ => return None,
        };
        let asked = matcher.span.slice(self.place.rule.expr.text());
        let message = format!("`{asked}` selects nothing: `{metric}` is recorded {recorded}");
        Some(Problem { metric, label, message, here: (matcher.span, "never there".to_owned()), help })
    }

    /// An operator whose sides never match because of what one of them was recorded with or without.
    fn conflict<'p>(&'p self, conflict: &'p Conflict) -> Option<Problem<'p>> {
        let (op, label) = (conflict.operator.slice(self.place.rule.expr.text()), conflict.label.as_str());
        let without_it = match conflict.listed {
            true => format!("remove `{label}` from `on`"),
            false => format!("leave `{label}` out: `{op} ignoring ({label})`"),
        };
        let (metric, why, help) = match conflict.kind {
            ConflictKind::Lacking { dropped, left_lacks, .. } | ConflictKind::Idle { dropped, left_lacks }
                if dropped.cause == Cause::Recorded =>
            {
                let metric = recorded_series::name_at(self.place.rule.expr.text(), dropped.span);
                let side = if left_lacks { "right" } else { "left" };
                let why = format!("`{label}` of its {side} side, and `{metric}` is recorded without it");
                (metric, why, keep(metric, label))
            }
            ConflictKind::Lacking { left_lacks, .. } => {
                let (lacking, other) = if left_lacks { ("left", 1) } else { ("right", 0) };
                let metric = self.recorded_with(self.sides(conflict)?[other], label)?;
                let why = format!("`{label}`, which `{metric}` is recorded with and its {lacking} side cannot have");
                (metric, why, without_it)
            }
            ConflictKind::Disjoint { .. } => {
                let [left, right] = self.sides(conflict)?;
                let metric = self.recorded_with(right, label).or_else(|| self.recorded_with(left, label))?;
                let (of_left, of_right) = (self.values_of(left, label)?, self.values_of(right, label)?);
                let why = format!("`{label}`, which is {of_left} on the left and {of_right} on the right");
                (metric, why, without_it)
            }
            ConflictKind::Idle { .. } => return None,
        };
        let message = format!("`{op}` {}: it compares {why}", effect_of(op));
        let here = (conflict.operator, format!("compares `{label}`"));
        Some(Problem { metric, label, message, here, help })
    }

    /// The two sides of an operator.
    fn sides(&self, conflict: &Conflict) -> Option<[&'s Expr; 2]> {
        let mut sides = None;
        self.expr.walk(&mut |part| {
            if let ExprKind::Binary(operation) = &part.kind
                && operation.op_span == conflict.operator
            {
                sides = Some([&operation.lhs, &operation.rhs]);
            }
        });
        sides
    }

    /// The first metric in a part of the expression of which every recorded series has the label.
    fn recorded_with(&self, part: &'s Expr, label: &str) -> Option<&'s str> {
        let mut found = None;
        part.walk(&mut |part| {
            let has = |metric: &&str| self.recorded(metric, label).is_some_and(|label| label.always);
            found = found.or(part.metric_name().filter(has));
        });
        found
    }

    /// Words for the values that a label has in a part of the expression, where they are known.
    fn values_of(&self, part: &Expr, label: &str) -> Option<String> {
        let mut values = Vec::new();
        for branch in self.facts.node(part.id)? {
            values.extend(branch.named_values(label)?);
        }
        values.sort_unstable();
        values.dedup();
        (values.len() <= MAX_SHOWN).then(|| words::choice(values))
    }

    fn report(&self, problem: Problem<'_>) -> Option<Diagnostic> {
        let Problem { metric, label, message, here: (span, here), help } = problem;
        let recording = self.cx.recording();
        if recorded_series::may_be_added(recording, &self.place, metric, label) {
            return None;
        }
        let definition = recording.get(metric)?.first()?;
        let how = match self.recorded(metric, label) {
            None => format!("recorded without `{label}`"),
            Some(RecordedLabel { values: Some(values), .. }) => format!("recorded with {}", value_text(label, values)),
            Some(_) => format!("recorded with `{label}`"),
        };
        let found = META.diagnostic(message, self.place.file.inside(&self.place.rule.expr, span, here));
        Some(found.related(definition.file.field(&definition.rule.name, how)).help(help))
    }
}

fn has_single_anchor(matcher: &Matcher) -> bool {
    let pattern = std::str::from_utf8(&matcher.value.value).unwrap_or_default();
    matcher.op.is_regex() && regex::anchored_at_one_end(pattern).is_some()
}

fn keep(metric: &str, label: &str) -> String {
    format!("keep `{label}` where `{metric}` is recorded, or do not ask for it")
}

/// Words for a label's values.
fn value_text(label: &str, values: &[String]) -> String {
    match values.len() {
        0..=MAX_SHOWN => format!("{} as `{label}`", words::choice(values)),
        _ => format!("other values of `{label}`"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    #[test]
    fn one_finding_for_a_value_that_is_a_pattern() {
        let found = |matcher: &str| {
            let text = format!(
                "groups:\n- name: g\n  rules:\n  - record: a:b:c\n    expr: sum by (code) (x{{code=\"500\"}})\n  \
                 - alert: A\n    expr: a:b:c{{{matcher}}} > 1\n"
            );
            let found = lint::run_on(&Arc::new(SourceFile::new("rules.yml", text.as_str())), &Config::default());
            let ids = found.iter().map(|found| found.rule.to_string());
            ids.filter(|id| id.starts_with("promql/")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("code=~'^5'"), "promql/single-anchor");
        assert_eq!(found("code='5..'"), "promql/pattern-as-text");
        assert_eq!(found("code=~'4..'"), "promql/unrecorded-label");
    }
}
