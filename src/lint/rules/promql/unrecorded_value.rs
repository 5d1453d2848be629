//! `promql/unrecorded-value`: a comparison that no recorded value passes.

use super::never_true::{compared, percentage, range_text, sides};
use crate::facts::{Comparison, KnownBy, Passes, RecordedSeries};
use crate::lint::context::WorkspaceContext;
use crate::lint::recorded_series;
use crate::lint::recording::Place;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("promql/unrecorded-value", Warning, likely, "a comparison that no value of recorded series can pass")
        .on_by_default();

pub(super) struct UnrecordedValue;

impl LintRule for UnrecordedValue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        for place in cx.recorded().readers(cx) {
            let Some(facts) = cx.recorded().of_reader(&place, RecordedSeries::says_of_values) else { continue };
            for comparison in facts.comparisons.iter().filter(|comparison| comparison.passes == Passes::Never) {
                out.extend(report(cx, &place, comparison));
            }
        }
    }
}

fn report(cx: &WorkspaceContext<'_>, reader: &Place<'_>, comparison: &Comparison) -> Option<Diagnostic> {
    let known = comparison.known.filter(|known| known.by == KnownBy::Recorded)?;
    let (file, expr) = (reader.file, &reader.rule.expr);
    let (values, other) = sides(comparison);
    let metric = recorded_series::name_at(expr.text(), known.span);
    let recorded = cx.recorded().get(metric)?.values;
    let compared = compared(comparison, expr.text());
    let message = match values == recorded {
        true => format!("{compared} is never true: what is recorded as `{metric}` is {}", range_text(values)),
        false => format!(
            "{compared} is never true: the values are {}, for what is recorded as `{metric}` is {}",
            range_text(values),
            range_text(recorded)
        ),
    };
    let definition = cx.recording().get(metric)?.first()?;
    let found = META
        .diagnostic(message, file.inside(expr, comparison.operator, "never true"))
        .related(definition.file.field(&definition.rule.name, format!("{} here", range_text(recorded))));
    Some(found.help(match percentage(values, other) {
        Some(limit) => format!("multiply by 100, or compare with {}", limit / 100.0),
        None => "compare with a value that is recorded, or record others".to_owned(),
    }))
}
