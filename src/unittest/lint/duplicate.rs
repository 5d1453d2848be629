//! Tests and assertions that say the same as an earlier one.

use rustc_hash::FxHashMap;

use super::{Context, Inputs, TestRule};
use crate::rules::Field;
use crate::source::{Diagnostic, Meta, Span, meta};
use crate::testfile::{
    AlertTest, ExprTest, InputSeries, Moments, PatternKind, Repeat, TestGroup, TextPattern, TimelineTest,
};

/// `test/duplicate`
pub static META: Meta = meta!("test/duplicate", Warning, certain, "a test or an assertion that is there already");

pub(super) struct Duplicate;

impl TestRule for Duplicate {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let mut seen: FxHashMap<String, Span> = FxHashMap::default();
        for group in cx.test.groups.iter().filter(|group| group.assertion_count() > 0) {
            match seen.get(&group_signature(group)) {
                Some(first) => {
                    let finding = cx.warning(&META, "this test is there already", group.span, "the same again");
                    out.push(finding.related(cx.label(*first, "first here")));
                }
                None => {
                    seen.insert(group_signature(group), group.span);
                }
            }
        }
    }

    fn of_group(&self, cx: &Context<'_>, group: &TestGroup, _inputs: &Inputs, out: &mut Vec<Diagnostic>) {
        let alerts = group.alert_tests.iter().map(|test| (test.span, alert_signature(test)));
        let timelines = group.timelines.iter().map(|test| (test.span, timeline_signature(test)));
        let exprs = group.expr_tests.iter().map(|test| (test.span, expr_signature(test)));
        let mut seen: FxHashMap<String, Span> = FxHashMap::default();
        for (span, signature) in alerts.chain(timelines).chain(exprs) {
            match seen.get(&signature) {
                Some(first) => {
                    let finding = cx.warning(&META, "this assertion is there already", span, "the same again");
                    out.push(finding.related(cx.label(*first, "first here")));
                }
                None => {
                    seen.insert(signature, span);
                }
            }
        }
    }
}

fn alert_signature(test: &AlertTest) -> String {
    let alerts = crate::unittest::assert::compare::expected_alerts(test);
    format!("alert {} {} {alerts:?}", test.eval_time.value, test.alertname.text())
}

fn expr_signature(test: &ExprTest) -> String {
    let samples = test.exp_samples.iter().map(|sample| {
        let tolerance = sample.tolerance.map(|tolerance| tolerance.value.to_string());
        (sample.labels.text(), sample.value.value.to_bits(), sample.histogram.text(), tolerance)
    });
    let samples: Vec<_> = samples.collect();
    let fail = test.exp_fail.as_ref().map(pattern_signature);
    format!("expr {} {:?} {samples:?} {fail:?}", test.eval_time.value, test.expr.text())
}

fn timeline_signature(test: &TimelineTest) -> String {
    let patterns = |fields: &[(Field, TextPattern)]| -> Vec<String> {
        fields.iter().map(|(name, pattern)| format!("{:?} {:?}", name.text(), pattern_signature(pattern))).collect()
    };
    let moment = |moments: &Moments| {
        let times: Vec<i64> = moments.times.iter().map(|time| time.value).collect();
        format!("{:?} {times:?}", moments.moment)
    };
    let moments: Vec<String> = test.moments.iter().map(moment).collect();
    format!(
        "timeline {:?} {:?} {moments:?} {:?} {:?} {:?}",
        test.alertname.text(),
        patterns(&test.labels),
        patterns(&test.annotations),
        test.count.map(|count| count.value),
        test.until.map(|until| until.value),
    )
}

fn pattern_signature(pattern: &TextPattern) -> (PatternKind, &str) {
    (pattern.kind, pattern.text.text())
}

/// Everything that a test says but its name.
fn group_signature(group: &TestGroup) -> String {
    let series = |item: &InputSeries| {
        let repeat = item.repeat.as_ref().map(Repeat::signature);
        (item.series.text().to_owned(), item.values.text().to_owned(), repeat)
    };
    let series: Vec<_> = group.input_series.iter().map(series).collect();
    let external: Vec<_> = group.external_labels.iter().map(|(name, value)| (name.text(), value.text())).collect();
    let url = group.external_url.as_ref().map(|url| url.text());
    let alerts: Vec<_> = group.alert_tests.iter().map(alert_signature).collect();
    let timelines: Vec<_> = group.timelines.iter().map(timeline_signature).collect();
    let exprs: Vec<_> = group.expr_tests.iter().map(expr_signature).collect();
    let (interval_ms, start_ms) = (group.interval_ms, group.start_ms);
    format!("{interval_ms} {start_ms} {external:?} {url:?} {series:?} {alerts:?} {timelines:?} {exprs:?}")
}
