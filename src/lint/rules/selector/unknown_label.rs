//! `selector/unknown-label`: a matcher asks for a label that the metric does not have.

use crate::inventory::Metric;
use crate::lint::context::WorkspaceContext;
use crate::lint::known::{Guesses, Known, Selected, few};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::Matcher;
use crate::promql::regex;
use crate::source::Diagnostic;
use crate::source::words;

static META: Meta =
    meta!("selector/unknown-label", Warning, likely, "a matcher asks for a label that no series of the metric has")
        .on_by_default()
        .waits_for("facts.inventory");

/// So many labels are listed in a message.
const LISTED: usize = 8;

pub(super) struct UnknownLabel;

impl LintRule for UnknownLabel {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(known) = cx.known() else { return };
        let guesses = Guesses::among(known);
        let external = &cx.config.facts.external_labels;
        for selected in &known.selected {
            let Some((name, metric)) = known.metric(selected.selector) else { continue };
            let matchers = selected.selector.matchers.iter().filter(|matcher| {
                let label = &matcher.name.value;
                // `promql/external-label` tells of those.
                label != METRIC_NAME && metric.label(label).is_none() && !external.contains_key(label)
            });
            out.extend(matchers.filter_map(|matcher| check(known, &guesses, selected, name, metric, matcher)));
        }
    }
}

fn check(
    known: &Known<'_>,
    guesses: &Guesses<'_, '_>,
    selected: &Selected<'_>,
    name: &str,
    metric: &Metric,
    matcher: &Matcher,
) -> Option<Diagnostic> {
    let label = &matcher.name.value;
    let as_exposed = known.is_as_exposed(metric);
    if as_exposed && known.target_labels.contains(label) {
        return None;
    }
    let target_labels = known.target_labels.iter().map(String::as_str).filter(|_| as_exposed);
    let near = guesses.nearest(label, metric.labels().chain(target_labels));
    // Scrapes may have added it; what matches a missing label may be written for servers that have it.
    let is_sure = !as_exposed && !selected.in_absent && !regex::matches_empty(matcher);
    // Another metric has a label of that name: it is no slip of the pen.
    let near = near.filter(|_| !known.inventory.has_label(label));
    if near.is_none() && !is_sure {
        return None;
    }
    let (file, expr) = (selected.place.file, &selected.place.rule.expr);
    let text = near.map_or_else(|| "no series has it".to_owned(), words::did_you_mean);
    let found = META.diagnostic(format!("`{name}` has no label `{label}`"), file.inside(expr, matcher.name.span, text));
    Some(match few(metric.labels(), LISTED) {
        Some(labels) if labels.is_empty() => found.help("its series have no labels"),
        Some(labels) => found.help(format!("it has {}", words::list(labels))),
        None => found,
    })
}
