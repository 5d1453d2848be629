//! What the assertions of a group expect, in a few words.

use super::Expectation;
use crate::model::duration::format_duration;
use crate::model::gofmt::quote;
use crate::testfile::checked::Checked;
use crate::testfile::notation::number_text;
use crate::testfile::{AlertTest, ExpectedAlert, ExpectedSample, ExprTest};
use crate::testfile::{Moments, TimelineTest};

/// So many expected alerts, samples or times are written out.
const MAX_EXPECTED: usize = 3;

/// What an assertion expects.
pub(super) fn expectation(checked: Checked<'_>) -> Expectation {
    let text = match checked {
        Checked::Alert(test) => alerts(test),
        Checked::Timeline(test) => timeline(test),
        Checked::Expr(test) => samples(test),
    };
    Expectation { about: checked.subject().text().to_owned(), text }
}

fn alerts(test: &AlertTest) -> String {
    let alert = |alert: &ExpectedAlert| {
        let labels = alert.labels.iter().filter(|(name, _)| name.text() != "alertname");
        let label = |(name, value): &(crate::rules::Field, crate::rules::Field)| {
            format!("{}={}", name.text(), quote(value.text().as_bytes()))
        };
        format!("{{{}}}", labels.map(label).collect::<Vec<_>>().join(", "))
    };
    if test.exp_alerts.is_empty() { "no alert".to_owned() } else { listed(test.exp_alerts.iter().map(alert), "; ") }
}

fn timeline(test: &TimelineTest) -> String {
    let moments = |moments: &Moments| {
        let times = moments.times.iter().map(|time| format_duration(time.value));
        let times = if moments.never { "never".to_owned() } else { listed(times, ", ") };
        format!("{}: {times}", moments.moment.key())
    };
    let count = test.count.map(|count| format!("count: {}", count.value));
    let annotations = (!test.annotations.is_empty()).then(|| format!("{} annotations", test.annotations.len()));
    test.moments.iter().map(moments).chain(count).chain(annotations).collect::<Vec<_>>().join("; ")
}

fn samples(test: &ExprTest) -> String {
    if let Some(message) = &test.exp_fail {
        return format!("to fail with {}{}", message.kind.words(), quote(message.text.text().as_bytes()));
    }
    let sample = |sample: &ExpectedSample| {
        let value = match sample.histogram.text() {
            "" => number_text(sample.value.value),
            histogram => histogram.to_owned(),
        };
        format!("{} {value}", sample.labels.text()).trim_start().to_owned()
    };
    if test.exp_samples.is_empty() { "nothing".to_owned() } else { listed(test.exp_samples.iter().map(sample), "; ") }
}

/// The first few, and how many more there are.
fn listed(items: impl ExactSizeIterator<Item = String>, separator: &str) -> String {
    let more = items.len().saturating_sub(MAX_EXPECTED);
    let mut texts: Vec<String> = items.take(MAX_EXPECTED).collect();
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts.join(separator)
}
