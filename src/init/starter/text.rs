//! The test file itself.

use super::search::{STEP_MS, Story};
use super::series::Source;
use crate::model::duration::format_duration;
use crate::unittest::report::Alert;
use crate::yaml::writer::Writer;

/// What is written.
pub(super) struct Text<'a> {
    /// The alert's name.
    pub alert: &'a str,
    /// The file that it is in, as messages call it.
    pub shown: &'a str,
    pub sources: &'a [Source],
    pub story: &'a Story,
    /// What fires.
    pub fired: &'a [Alert],
}

impl Text<'_> {
    /// The test file, whose `rule_files` is `rule_file`.
    pub(super) fn write(&self, rule_file: &str) -> String {
        let mut writer = Writer::default();
        writer.comment(&format!(
            "A first test, written by `promproof init`: when does {} of {} fire?\n\
             Change the series or the rule, and see what comes of it: `promproof test --watch`.",
            self.alert, self.shown
        ));
        writer.nested("rule_files", |writer| writer.item(rule_file));
        writer.plain("evaluation_interval", &time(1));
        writer.nested("tests", |writer| writer.list_item(|writer| self.group(writer)));
        writer.finish()
    }

    fn group(&self, writer: &mut Writer) {
        let Story { quiet_until, holds_from, fires_from, .. } = *self.story;
        writer.text("name", &format!("{} fires", self.alert));
        writer.plain("interval", &time(1));
        let series: Vec<_> = self.sources.iter().zip(&self.story.courses).collect();
        writer.nested("input_series", |writer| {
            writer.comment(&format!(
                "One value every {}. Up to {} all is well; the values that make the alert fire begin at {}.",
                time(1),
                time(quiet_until),
                time(quiet_until + 1)
            ));
            for (source, course) in series.iter().filter(|(_, course)| !course.text.is_empty()) {
                writer.list_item(|writer| {
                    writer.text("series", &source.text());
                    writer.text("values", &course.text);
                });
            }
        });
        writer.nested("alert_rule_test", |writer| {
            self.check(writer, "Nothing is wrong.", quiet_until, &[]);
            if fires_from > holds_from {
                let comment = format!("The condition holds since {}: the alert is pending.", time(holds_from));
                self.check(writer, &comment, fires_from - 1, &[]);
            }
            self.check(writer, "It fires, with these labels and annotations.", fires_from, self.fired);
        });
    }

    fn check(&self, writer: &mut Writer, comment: &str, step: usize, alerts: &[Alert]) {
        writer.comment(comment);
        writer.list_item(|writer| {
            writer.plain("eval_time", &time(step));
            writer.text("alertname", self.alert);
            if alerts.is_empty() {
                writer.plain("exp_alerts", "[]");
                return;
            }
            writer.nested("exp_alerts", |writer| {
                for alert in alerts {
                    writer.list_item(|writer| {
                        writer.map("exp_labels", pairs(&alert.labels).filter(|(name, _)| *name != "alertname"));
                        writer.map("exp_annotations", pairs(&alert.annotations));
                    });
                }
            });
        });
    }
}

fn pairs(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// The time of a step.
fn time(step: usize) -> String {
    format_duration(step as i64 * STEP_MS)
}
