//! What promtool passes in silence: tests that cannot fail, or that test something else than they seem to.

use rustc_hash::{FxHashMap, FxHashSet};

use super::reads::Reads;
use crate::model::duration::format_duration;
use crate::promql::{self, ParseOptions};
use crate::rules::Field;
use crate::source::words::{did_you_mean, nearest};
use crate::source::{Diagnostic, Label, Severity, Span};
use crate::testfile::inputs::{self, EarlyEnd, Inputs};
use crate::testfile::mistakes;
use crate::testfile::{
    AlertTest, ExprTest, InputSeries, Moments, PatternKind, Repeat, TestFile, TestGroup, TextPattern, TimelineTest,
};
use crate::workspace::ResolvedRules;

/// `test/ignored-document`: a test file has further YAML documents, which are not read.
pub const IGNORED_DOCUMENT: &str = "test/ignored-document";
/// `test/unknown-alert`: no rule under test defines the alert.
pub const UNKNOWN_ALERT: &str = "test/unknown-alert";
/// `test/unmatched-rule-file`: a pattern of `rule_files` matches no file.
pub const UNMATCHED_RULE_FILE: &str = "test/unmatched-rule-file";
/// `test/unknown-group`: `group_eval_order` names a group that no rule file under test has.
pub const UNKNOWN_GROUP: &str = "test/unknown-group";
/// `test/unused-series`: nothing under test reads an input series.
pub const UNUSED_SERIES: &str = "test/unused-series";
/// `test/after-last-sample`: an assertion looks at a time at which no input is left.
pub const AFTER_LAST_SAMPLE: &str = "test/after-last-sample";
/// `test/no-assertions`: a test asserts nothing.
pub const NO_ASSERTIONS: &str = "test/no-assertions";
/// `test/duplicate`: a test or an assertion says the same as an earlier one.
pub const DUPLICATE: &str = "test/duplicate";
/// `test/split-alert`: a stray `-` makes two expected alerts of one.
pub const SPLIT_ALERT: &str = "test/split-alert";
/// `test/dropped-series`: an empty line or a comment ends the input early.
pub const DROPPED_SERIES: &str = "test/dropped-series";
/// `test/duplicate-series`: a later series replaces one with the same labels.
pub const DUPLICATE_SERIES: &str = "test/duplicate-series";

/// In a test group with so many findings no more similar names are looked for.
const MOST_SUGGESTIONS: usize = 50;

/// What all findings on a file need to know.
pub(super) struct Context<'a> {
    test: &'a TestFile,
    rules: &'a ResolvedRules,
    reads: Reads,
    parse: &'a ParseOptions,
}

/// All that can be said of a sound test file without running it, in the order of the file: what promtool passes in
/// silence, and what cannot be read.
pub fn findings(test: &TestFile, rules: &ResolvedRules, parse: &ParseOptions) -> Vec<Diagnostic> {
    let cx = Context::new(test, rules, parse);
    let mut found = cx.of_file();
    // What is wrong with the rule files is told where they are linted themselves.
    let here = |problem: &&Diagnostic| problem.primary.file.id() == test.file.id();
    found.extend(rules.problems.iter().filter(here).cloned());
    for group in &test.groups {
        let end_ms = if group.runs_to_last_sample() {
            i64::MAX
        } else {
            group.start_ms.saturating_add(group.max_eval_time_ms())
        };
        match inputs::read(test, group, end_ms) {
            Ok(inputs) => found.extend(cx.of_group(group, &inputs)),
            Err(error) => found.push(*error),
        }
        for expr in group.expr_tests.iter().filter(|expr| expr.exp_fail.is_none()) {
            if let Err(errors) = promql::parse(expr.expr.text(), parse) {
                found.extend(errors.into_iter().next().map(|error| mistakes::syntax(test, expr, error)));
            }
        }
        let nameless = group.alert_tests.iter().filter(|alert| alert.alertname.text().is_empty());
        found.extend(nameless.map(|alert| mistakes::no_alertname(test, alert)));
    }
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found
}

impl<'a> Context<'a> {
    pub(super) fn new(test: &'a TestFile, rules: &'a ResolvedRules, parse: &'a ParseOptions) -> Self {
        let reads = Reads::of_rules(rules.files.iter().map(|file| &**file));
        Context { test, rules, reads, parse }
    }

    fn warning(&self, rule: &'static str, message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
        let mut place = self.test.head(span);
        label.clone_into(&mut place.text);
        Diagnostic::new(rule, Severity::Warning, message, place)
    }

    fn label(&self, span: Span, text: &str) -> Label {
        let mut place = self.test.head(span);
        text.clone_into(&mut place.text);
        place
    }

    /// Findings on the file as a whole.
    pub(super) fn of_file(&self) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = self.ignored_document().into_iter().collect();
        for pattern in self.rules.unmatched.iter().filter_map(|index| self.test.rule_files.get(*index)) {
            let message = format!("no rule file matches `{}`", pattern.text());
            let help = "patterns are relative to the test file; rules that are not loaded are not tested";
            found.push(self.warning(UNMATCHED_RULE_FILE, message, pattern.span, "matches nothing").help(help));
        }
        self.unknown_groups(&mut found);
        if let Some(first) = self.test.rule_files.first().filter(|_| self.test.groups.is_empty()) {
            let message = "this file loads rules and has no tests";
            found.push(self.warning(NO_ASSERTIONS, message, first.span, "").help("add test groups under `tests:`"));
        }
        found.extend(self.duplicate_groups());
        found
    }

    fn ignored_document(&self) -> Option<Diagnostic> {
        let begin = self.test.ignored_document?;
        let (message, help) = if self.test.groups.is_empty() {
            (
                "only the first document of a test file is read, and it has no tests",
                "put the tests into the first document",
            )
        } else {
            let help = "put all tests under one `tests:`, or each document in a file of its own";
            ("only the first document of a test file is read", help)
        };
        Some(self.warning(IGNORED_DOCUMENT, message, begin, "what follows is ignored").help(help))
    }

    /// As [`nearest`], for the first names that are looked for: nobody reads a hundred suggestions, and with each more
    /// the names of all rules are compared again.
    fn near<'n>(found: &[Diagnostic], wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        if found.len() < MOST_SUGGESTIONS { nearest(wanted, names) } else { None }
    }

    /// Whether all rule files that the test names are there and sound. Otherwise nothing is said of what no rule has or
    /// reads: the rules that could not be loaded may.
    fn knows_all_rules(&self) -> bool {
        self.rules.problems.is_empty() && self.rules.unmatched.is_empty()
    }

    fn unknown_groups(&self, found: &mut Vec<Diagnostic>) {
        if !self.knows_all_rules() {
            return;
        }
        let groups = self.rules.files.iter().flat_map(|file| &file.groups);
        let known: FxHashSet<&str> = groups.map(|group| group.name.text()).collect();
        for name in self.test.group_eval_order.iter().filter(|name| !known.contains(name.text())) {
            let message = format!("no rule group under test is called `{}`", name.text());
            let help = match Self::near(found, name.text(), known.iter().copied()) {
                Some(near) => did_you_mean(near),
                None => "check the name; groups that are not named run before those that are".to_owned(),
            };
            found.push(self.warning(UNKNOWN_GROUP, message, name.span, "").help(help));
        }
    }

    /// Findings on one test group, whose series are `inputs`.
    pub(super) fn of_group(&self, group: &TestGroup, inputs: &Inputs) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if group.assertion_count() == 0 {
            let message = "this test asserts nothing";
            let help = "it passes unless a rule fails; add `alert_rule_test`, `alert_timeline` or `promql_expr_test`";
            found.push(self.warning(NO_ASSERTIONS, message, group.span, "").help(help));
        }
        if self.knows_all_rules() {
            self.unknown_alerts(group, &mut found);
        }
        self.split_alerts(group, &mut found);
        self.duplicate_assertions(group, &mut found);
        self.series(group, inputs, &mut found);
        if self.knows_all_rules() {
            self.after_last_sample(group, inputs, &mut found);
        }
        found
    }

    fn unknown_alerts(&self, group: &TestGroup, found: &mut Vec<Diagnostic>) {
        let alerts = group.alert_tests.iter().map(|test| (&test.alertname, test.exp_alerts.is_empty()));
        let timelines = group.timelines.iter().map(|test| (&test.alertname, !test.needs_an_alert()));
        let unknown = |(alertname, _): &(&Field, bool)| {
            !alertname.text().is_empty() && !self.reads.defines_alert(alertname.text())
        };
        for (alertname, expects_nothing) in alerts.chain(timelines).filter(unknown) {
            let name = alertname.text();
            let message = format!("no rule under test defines an alert `{name}`");
            let near = Self::near(found, name, self.reads.alert_names());
            let help = match near {
                Some(near) => did_you_mean(near),
                None if expects_nothing => "a test that an unknown alert does not fire cannot fail".to_owned(),
                None => "check `rule_files` and the name".to_owned(),
            };
            found.push(self.warning(UNKNOWN_ALERT, message, alertname.span, "").help(help));
        }
    }

    /// `- exp_labels: …` followed by `- exp_annotations: …` is two alerts, and nearly always meant as one.
    fn split_alerts(&self, group: &TestGroup, found: &mut Vec<Diagnostic>) {
        for pair in group.alert_tests.iter().flat_map(|test| test.exp_alerts.windows(2)) {
            let [first, second] = pair else { continue };
            let split = !first.labels.is_empty()
                && first.annotations.is_empty()
                && second.labels.is_empty()
                && !second.annotations.is_empty();
            if split {
                let message = "labels and annotations are two expected alerts here";
                let help = "a `-` begins the next alert: leave it out before `exp_annotations`";
                let finding = self.warning(SPLIT_ALERT, message, second.span, "begins another alert");
                found.push(finding.related(self.label(first.span, "the labels")).help(help));
            }
        }
    }

    fn duplicate_assertions(&self, group: &TestGroup, found: &mut Vec<Diagnostic>) {
        let alerts = group.alert_tests.iter().map(|test| (test.span, alert_signature(test)));
        let timelines = group.timelines.iter().map(|test| (test.span, timeline_signature(test)));
        let exprs = group.expr_tests.iter().map(|test| (test.span, expr_signature(test)));
        let mut seen: FxHashMap<String, Span> = FxHashMap::default();
        for (span, signature) in alerts.chain(timelines).chain(exprs) {
            match seen.get(&signature) {
                Some(first) => {
                    let finding = self.warning(DUPLICATE, "this assertion is there already", span, "the same again");
                    found.push(finding.related(self.label(*first, "first here")));
                }
                None => {
                    seen.insert(signature, span);
                }
            }
        }
    }

    fn duplicate_groups(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut seen: FxHashMap<String, Span> = FxHashMap::default();
        for group in self.test.groups.iter().filter(|group| group.assertion_count() > 0) {
            match seen.get(&group_signature(group)) {
                Some(first) => {
                    let finding = self.warning(DUPLICATE, "this test is there already", group.span, "the same again");
                    found.push(finding.related(self.label(*first, "first here")));
                }
                None => {
                    seen.insert(group_signature(group), group.span);
                }
            }
        }
        found
    }

    fn series(&self, group: &TestGroup, inputs: &Inputs, found: &mut Vec<Diagnostic>) {
        found.extend(inputs.end.and_then(|end| self.dropped_series(group, end)));
        for (earlier, later) in &inputs.replaced {
            let (Some(earlier), Some(later)) = (group.input_series.get(*earlier), group.input_series.get(*later))
            else {
                continue;
            };
            let message = "this series is there already; only the last one is loaded";
            if earlier.span == later.span {
                let help = "placeholders next to each other can make the same text: put something between them";
                found.push(self.warning(DUPLICATE_SERIES, message, later.series.span, "").help(help));
                continue;
            }
            let finding = self.warning(DUPLICATE_SERIES, message, later.series.span, "replaces the earlier one");
            found.push(finding.related(self.label(earlier.series.span, "not loaded")));
        }
        if self.knows_all_rules() {
            self.unused_series(group, inputs, found);
        }
    }

    fn dropped_series(&self, group: &TestGroup, end: EarlyEnd) -> Option<Diagnostic> {
        let item = group.input_series.get(end.series)?;
        let what = if end.comment { "a comment" } else { "an empty line" };
        let lost = match group.input_series.len() - end.series - 1 {
            0 => String::new(),
            count => format!(", here {count} series early"),
        };
        let message = format!("{what} ends the input here; what follows is not loaded");
        let help = format!(
            "promtool reads all series as one text, up to {what}{lost}; put the values on one line, or use `>-`"
        );
        let span = if item.values.text().is_empty() { item.span } else { item.values.span };
        Some(self.warning(DROPPED_SERIES, message, span, "").help(help))
    }

    fn unused_series(&self, group: &TestGroup, inputs: &Inputs, found: &mut Vec<Diagnostic>) {
        let mut expressions = Reads::default();
        for test in &group.expr_tests {
            match promql::parse(test.expr.text(), self.parse) {
                Ok(expr) => expressions.add_expr(&expr),
                // It fails, and who knows what it was to read.
                Err(_) => return,
            }
        }
        let mut reported = None;
        for (input, origin) in inputs.series.iter().zip(&inputs.origins) {
            if reported == Some(origin) || self.reads.reads(&input.labels) || expressions.reads(&input.labels) {
                continue;
            }
            let (Some(item), Some(name)) = (group.input_series.get(*origin), input.labels.metric_name()) else {
                continue;
            };
            let message = format!("no rule or expression under test reads `{name}`");
            let names = self.reads.metric_names().chain(expressions.metric_names());
            let help = match Self::near(found, name, names) {
                Some(near) => did_you_mean(near),
                None => "the series changes nothing here; leave it out, or load the rules that read it".to_owned(),
            };
            found.push(self.warning(UNUSED_SERIES, message, item.series.span, "").help(help));
            // A repeated series is many, and all of them have the same name in nearly all cases.
            reported = Some(origin);
        }
    }

    /// A test that nothing fires or that nothing is there, at a time for which no input is left. Where a series says
    /// that it ends (`stale`, `_`) the end is meant.
    fn after_last_sample(&self, group: &TestGroup, inputs: &Inputs, found: &mut Vec<Diagnostic>) {
        let last = inputs.series.iter().filter_map(|input| input.samples.last()).map(|(t, _)| *t).max();
        let Some(last) = last.filter(|_| !inputs.says_end && inputs.end.is_none()) else { return };
        let last = last.saturating_sub(group.start_ms);
        let mut report = |time: i64, span: Span, reach: Option<i64>| {
            if reach.is_some_and(|reach| reach > 0 && time.saturating_sub(reach) > last) {
                let message = format!(
                    "nothing can be there at {}: the last input sample is at {}",
                    format_duration(time),
                    format_duration(last)
                );
                let help = "the assertion holds only because the input has ended; add samples, or write `stale` or `_` \
                            at the end of a series if that is what is tested";
                found.push(self.warning(AFTER_LAST_SAMPLE, message, span, "no input is left here").help(help));
            }
        };
        for test in group.alert_tests.iter().filter(|test| test.exp_alerts.is_empty()) {
            report(test.eval_time.value, test.eval_time.span, self.reads.alert_reach(test.alertname.text()));
        }
        let empty = |test: &&ExprTest| test.exp_samples.is_empty() && test.exp_fail.is_none();
        for test in group.expr_tests.iter().filter(empty) {
            let reach = promql::parse(test.expr.text(), self.parse).ok().and_then(|expr| self.reads.expr_reach(&expr));
            report(test.eval_time.value, test.eval_time.span, reach);
        }
    }
}

fn alert_signature(test: &AlertTest) -> String {
    let alerts = super::assert::compare::expected_alerts(test);
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
