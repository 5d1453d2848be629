//! Assertions that promtool knows, as they are written.

use rustc_hash::FxHashSet;

use crate::model::duration::format_duration;
use crate::source::Span;
use crate::testfile::notation::{self, number, series_text};
use crate::unittest::report::{Alert, Sample};
use crate::yaml::writer::Writer;

/// What replaces the extensions of one test group.
#[derive(Debug, Default)]
pub(super) struct GroupTranslation {
    /// Behind the group's own.
    pub(super) alert_tests: Vec<PlainAlertTest>,
    /// For each of the group's expression tests: what it becomes.
    pub(super) expr_tests: Vec<Vec<PlainExprTest>>,
    /// Behind these.
    pub(super) more_expr_tests: Vec<PlainExprTest>,
    /// The alerts and times (and whether it is about pending alerts) that are written as they are.
    pub(super) written: FxHashSet<(bool, String, usize)>,
    /// What is not the same as before.
    pub(super) warnings: Vec<(Span, String)>,
}

/// An item of `alert_rule_test`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlainAlertTest {
    pub(super) comment: Option<String>,
    /// From the start of the test.
    pub(super) eval_time_ms: i64,
    pub(super) alertname: String,
    /// All that fire.
    pub(super) alerts: Vec<Alert>,
}

/// An item of `promql_expr_test`, or the comment in its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlainExprTest {
    pub(super) comment: Option<String>,
    /// `None`: there is no such test.
    pub(super) test: Option<(String, i64, Vec<PlainSample>)>,
}

/// An item of `exp_samples`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlainSample {
    /// In series notation.
    pub(super) labels: String,
    pub(super) value: f64,
    /// In series notation; empty for a number.
    pub(super) histogram: String,
}

impl PlainSample {
    pub(super) fn of(sample: &Sample) -> Self {
        let histogram = notation::histogram(&sample.histogram);
        PlainSample { labels: series_text(&sample.labels), value: sample.value, histogram }
    }
}

impl PlainAlertTest {
    pub(super) fn write(&self, writer: &mut Writer) {
        if let Some(comment) = &self.comment {
            writer.comment(comment);
        }
        writer.plain("eval_time", &format_duration(self.eval_time_ms));
        writer.text("alertname", &self.alertname);
        if self.alerts.is_empty() {
            return writer.plain("exp_alerts", "[]");
        }
        writer.nested("exp_alerts", |writer| {
            for alert in &self.alerts {
                writer.list_item(|writer| {
                    let labels = alert.labels.iter().filter(|(name, _)| name != "alertname");
                    writer.map("exp_labels", labels.map(pair));
                    writer.map("exp_annotations", alert.annotations.iter().map(pair));
                });
            }
        });
    }
}

fn pair(pair: &(String, String)) -> (&str, &str) {
    (&pair.0, &pair.1)
}

impl PlainExprTest {
    pub(super) fn new(comment: Option<String>, expr: String, eval_time_ms: i64, samples: Vec<PlainSample>) -> Self {
        PlainExprTest { comment, test: Some((expr, eval_time_ms, samples)) }
    }

    /// One that always fails, for what does not hold and cannot be said.
    pub(super) fn failing(comment: String, eval_time_ms: i64) -> Self {
        PlainExprTest::new(Some(comment), "vector(0)".to_owned(), eval_time_ms, Vec::new())
    }

    /// One that always holds, so that rules are evaluated up to its time.
    pub(super) fn holding(comment: String, eval_time_ms: i64) -> Self {
        let sample = PlainSample { labels: "{}".to_owned(), value: 0.0, histogram: String::new() };
        PlainExprTest::new(Some(comment), "vector(0)".to_owned(), eval_time_ms, vec![sample])
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let Some((expr, eval_time_ms, samples)) = &self.test else {
            return writer.comment(self.comment.as_deref().unwrap_or_default());
        };
        writer.list_item(|writer| {
            if let Some(comment) = &self.comment {
                writer.comment(comment);
            }
            writer.text("expr", expr);
            writer.plain("eval_time", &format_duration(*eval_time_ms));
            if samples.is_empty() {
                return writer.plain("exp_samples", "[]");
            }
            writer.nested("exp_samples", |writer| {
                for sample in samples {
                    writer.list_item(|writer| {
                        writer.text("labels", &sample.labels);
                        if sample.histogram.is_empty() {
                            writer.plain("value", &number(sample.value));
                        } else {
                            writer.text("histogram", &sample.histogram);
                        }
                    });
                }
            });
        });
    }
}
