//! The text of a translated test file.

use super::plain::{GroupTranslation, PlainExprTest};
use super::rules::texts;
use super::samples::{as_written, must_fail};
use super::{Translation, kept};
use crate::model::duration::format_duration;
use crate::rules::Field;
use crate::testfile::repeat::{MAX_REPEATED_SERIES, Template};
use crate::testfile::{AlertTest, ExprTest, InputSeries, TestFile, TestGroup};
use crate::unittest::report::GroupReport;
use crate::workspace::copies::HEADER;
use crate::yaml::writer::Writer;

impl Translation<'_> {
    /// The file's text. `rule_files` are the paths or patterns to write, relative to the folder that it is written to.
    pub fn text(&self, rule_files: &[String]) -> String {
        let test = &self.input.test;
        if let Some(text) = kept::text(test, &self.rules, rule_files) {
            return text;
        }
        let mut writer = Writer::default();
        let header = HEADER.trim_start_matches("# ");
        writer.comment(&format!("{header} from {}. Change that file, not this one.", test.file.name()));
        if !rule_files.is_empty() {
            writer.nested("rule_files", |writer| rule_files.iter().for_each(|path| writer.item(path)));
        }
        writer.plain("evaluation_interval", &format_duration(test.evaluation_interval_ms));
        if !self.group_order.is_empty() {
            writer.nested("group_eval_order", |writer| self.group_order.iter().for_each(|name| writer.item(name)));
        }
        if test.fuzzy_compare {
            writer.plain("fuzzy_compare", "true");
        }
        if !test.groups.is_empty() {
            writer.nested("tests", |writer| self.write_groups(writer));
        }
        writer.finish()
    }

    fn write_groups(&self, writer: &mut Writer) {
        for (index, group) in self.input.test.groups.iter().enumerate() {
            let report = self.report.groups.iter().find(|report| report.index == index);
            writer.list_item(|writer| self.write_group(writer, group, report));
        }
    }

    fn write_group(&self, writer: &mut Writer, group: &TestGroup, report: Option<&GroupReport>) {
        let translation = report.and_then(|report| self.groups.of(self.index, report.index));
        write_head(writer, &self.input.test, group);
        if !group.input_series.is_empty() {
            writer.nested("input_series", |writer| {
                let mut left = MAX_REPEATED_SERIES;
                group.input_series.iter().for_each(|item| write_series(writer, item, &mut left));
            });
        }
        let added = translation.map_or(&[][..], |translation| &translation.alert_tests);
        if !group.alert_tests.is_empty() || !added.is_empty() {
            writer.nested("alert_rule_test", |writer| {
                group.alert_tests.iter().for_each(|test| writer.list_item(|writer| write_alert_test(writer, test)));
                added.iter().for_each(|test| writer.list_item(|writer| test.write(writer)));
            });
        }
        let mut exprs = expr_tests(group, translation);
        exprs.extend(self.why_it_fails(group, report));
        if exprs.iter().any(|test| test.test.is_some()) {
            writer.nested("promql_expr_test", |writer| exprs.iter().for_each(|test| test.write(writer)));
        } else {
            exprs.iter().for_each(|test| test.write(writer));
        }
    }

    /// A test with extensions that does not run to its end fails, also where promtool knows no reason.
    fn why_it_fails(&self, group: &TestGroup, report: Option<&GroupReport>) -> Option<PlainExprTest> {
        let rules = self.report.rule_problems.iter().filter(|_| self.report.has_rule_errors());
        let error = report.into_iter().flat_map(|report| &report.errors).chain(rules).next()?;
        group.has_extensions().then(|| PlainExprTest::failing(format!("promproof: {}", error.message), 0))
    }
}

fn write_head(writer: &mut Writer, test: &TestFile, group: &TestGroup) {
    if let Some(name) = &group.name {
        writer.text("name", name.text());
    }
    if group.interval_ms != test.evaluation_interval_ms || group.name.is_none() {
        writer.plain("interval", &format_duration(group.interval_ms));
    }
    if group.start_ms != 0 {
        writer.plain("start_timestamp", &seconds(group.start_ms));
    }
    writer.map("external_labels", texts(&group.external_labels));
    if let Some(url) = &group.external_url {
        writer.text("external_url", url.text());
    }
}

/// Milliseconds in seconds, without a rounding error.
fn seconds(ms: i64) -> String {
    let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
    match (ms / 1000, ms % 1000) {
        (seconds, 0) => format!("{sign}{seconds}"),
        (seconds, rest) => format!("{sign}{seconds}.{rest:03}"),
    }
}

/// `left`: how many repeated series may still be written; a test with more of them fails anyway.
fn write_series(writer: &mut Writer, item: &InputSeries, left: &mut usize) {
    let template = Template::new(item);
    if !template.is_repeated() {
        return writer.list_item(|writer| {
            writer.text("series", item.series.text());
            writer.text("values", item.values.text());
        });
    }
    for line in template.lines().take(*left) {
        *left = left.saturating_sub(1);
        writer.list_item(|writer| {
            writer.text("series", line.series());
            writer.text("values", line.values());
        });
    }
}

fn write_alert_test(writer: &mut Writer, test: &AlertTest) {
    writer.plain("eval_time", &format_duration(test.eval_time.value));
    writer.text("alertname", test.alertname.text());
    if test.exp_alerts.is_empty() {
        return writer.plain("exp_alerts", "[]");
    }
    writer.nested("exp_alerts", |writer| {
        for alert in &test.exp_alerts {
            writer.list_item(|writer| {
                let map = |writer: &mut Writer, key, fields: &[(Field, Field)]| writer.map(key, texts(fields));
                map(writer, "exp_labels", &alert.labels);
                map(writer, "exp_annotations", &alert.annotations);
            });
        }
    });
}

/// The expression tests: translated, or as they are written where the group could not be run.
fn expr_tests(group: &TestGroup, translation: Option<&GroupTranslation>) -> Vec<PlainExprTest> {
    match translation {
        Some(translation) => {
            translation.expr_tests.iter().flatten().chain(&translation.more_expr_tests).cloned().collect()
        }
        None => {
            let plain = |test| if test_fails(test) { must_fail(test, true) } else { as_written(test) };
            group.expr_tests.iter().map(plain).collect()
        }
    }
}

fn test_fails(test: &ExprTest) -> bool {
    test.exp_fail.is_some()
}
