//! Selectors: what matchers say of labels, and what is known of a metric by its name alone.

use std::rc::Rc;

use super::follow::Branches;
use super::labels::LabelSet;
use super::{
    Branch, Cause, Dropped, Interval, Known, KnownBy, Others, Premises, Presence, RecordedSeries, TARGET_LABELS,
};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{MatchOp, Matcher, VectorSelector};
use crate::promql::regex;
use crate::source::Span;

/// A metric with more labels than this is not looked at: one look for each selector.
const MAX_LABELS: usize = 50;

pub(super) fn follow<'e>(selector: &'e VectorSelector, span: Span, premises: Premises<'e>) -> Branches<'e> {
    let name = selector.metric_name();
    let recorded = name.and_then(|name| premises.recorded?.get(name));
    let mut labels = match recorded {
        Some(series) => of_recorded(series, span),
        None if let Some(labels) = name.and_then(|name| in_inventory(name, span, premises)) => labels,
        None if is_scraped(name, premises) => {
            let mut labels = LabelSet::scraped(premises.target_labels);
            if may_lack_instance(name, premises) {
                labels.set("instance", Presence::Possible);
            }
            labels
        }
        None => LabelSet::open(),
    };
    // What is scraped or recorded has a name.
    labels.set(METRIC_NAME, if selector.name.is_some() { Presence::Guaranteed } else { Presence::Scraped });
    for matcher in &selector.matchers {
        labels.narrow(&matcher.name.value, presence(matcher), matcher);
    }
    let bounds = match name {
        Some("ALERTS") => Some((Interval::constant(1.0), KnownBy::Metric)),
        Some("up") => Some((Interval::new(0.0, 1.0), KnownBy::Metric)),
        _ => recorded.filter(|series| series.says_of_values()).map(|series| (series.values, KnownBy::Recorded)),
    };
    let known = bounds.map(|(_, by)| Known { span, by });
    let values = bounds.map_or(Interval::ANY, |(values, _)| values);
    Branches::one(Branch { span, made_up: false, values, known, labels: Rc::new(labels) })
}

/// The labels of what recording rules record.
fn of_recorded(series: &RecordedSeries, span: Span) -> LabelSet<'_> {
    let never = Dropped::at(span, Cause::Recorded);
    let mut labels = match &series.others {
        Others::None => LabelSet::closed(never),
        Others::AnyBut(lacking) => {
            let mut labels = LabelSet::open();
            lacking.iter().for_each(|label| labels.set(label, Presence::Impossible(never)));
            labels
        }
    };
    for (name, label) in &series.labels {
        labels.set(name, if label.always { Presence::Guaranteed } else { Presence::Possible });
        if let Some(matcher) = &label.matcher {
            labels.narrow(name, None, matcher);
        }
    }
    labels
}

/// The labels of a metric of which all series are known as they are stored; `None` for other metrics.
fn in_inventory<'e>(name: &str, span: Span, premises: Premises<'e>) -> Option<LabelSet<'e>> {
    let metric = premises.inventory?.complete(name)?;
    // The page of a target has not the labels that a scrape adds.
    let target_labels = premises.target_labels.unwrap_or_default();
    if !target_labels.iter().all(|label| metric.label(label).is_some()) || metric.label_count() > MAX_LABELS {
        return None;
    }
    let mut labels = LabelSet::closed(Dropped::at(span, Cause::NotInInventory));
    for label in metric.labels() {
        labels.set(label, if metric.always_has(label) { Presence::Scraped } else { Presence::Possible });
    }
    Some(labels)
}

/// How metrics begin that well-known programs write to the server themselves, with labels of their own: Tempo's generator of
/// metrics, Grafana Cloud's account of what is used, k6.
const WRITTEN: [&str; 4] = ["traces_spanmetrics_", "traces_service_graph_", "grafanacloud_", "k6_"];

/// Whether a metric of this name comes from a scraped target as far as can be seen: recorded ones have a colon, or are known
/// to be recorded. Pushgateway's own metrics have the labels of what was pushed.
fn is_scraped(name: Option<&str>, premises: Premises<'_>) -> bool {
    name.is_some_and(|name| {
        !name.contains(':')
            && !matches!(name, "ALERTS" | "ALERTS_FOR_STATE" | "push_time_seconds" | "push_failure_time_seconds")
            && !WRITTEN.iter().any(|prefix| name.starts_with(prefix))
            && !premises.recorded_names.is_some_and(|names| names.contains(name))
    })
}

/// Whether a scraped metric may have no `instance`, unless the configuration says what scraped series have: OpenShift, for one,
/// takes it away from kube-state-metrics, as it says nothing of what these series are about.
fn may_lack_instance(name: Option<&str>, premises: Premises<'_>) -> bool {
    premises.target_labels.is_none_or(|labels| *labels == TARGET_LABELS)
        && name.is_some_and(|name| name.starts_with("kube_"))
}

/// What a matcher says of its label's presence.
fn presence(matcher: &Matcher) -> Option<Presence> {
    let value = &matcher.value.value;
    let empty = Presence::Impossible(Dropped::at(matcher.span, Cause::EmptyMatcher));
    match (matcher.op, value.as_slice()) {
        (MatchOp::Equal | MatchOp::Regex, b"") | (MatchOp::NotRegex, b".+") => Some(empty),
        // An absent label has the empty text for a value.
        _ if !regex::matches_empty(matcher) => Some(Presence::Guaranteed),
        _ => None,
    }
}
