//! What a test file says, with the place of each word.
//!
//! The format is promtool's (Prometheus 3.14); the reference is section 2 of `prometheus-3.14.md`. What promproof adds
//! to it is in `extensions`.

use std::sync::Arc;

use super::extensions::{Repeat, TextPattern, TimelineTest, Tolerance};
use crate::rules::Field;
use crate::source::{Diagnostic, Label, SourceFile, Span, Spanned};

/// The `evaluation_interval` of a file that does not give one, in milliseconds.
pub(crate) const DEFAULT_EVALUATION_INTERVAL_MS: i64 = 60_000;

/// A file of unit tests.
#[derive(Debug)]
pub struct TestFile {
    /// The file.
    pub file: Arc<SourceFile>,
    /// `rule_files`: patterns, relative to the folder of the test file.
    pub rule_files: Vec<Field>,
    /// `evaluation_interval`, in milliseconds, always above 0: how far apart the evaluations of all rules are.
    pub evaluation_interval_ms: i64,
    /// `group_eval_order`: names of rule groups.
    pub group_eval_order: Vec<Field>,
    /// `fuzzy_compare`: whether sample values may differ in the last place.
    pub fuzzy_compare: bool,
    /// `tests`, in the order of the file.
    pub groups: Vec<TestGroup>,
    /// Where the first further document begins that holds something: its `---`. Only the first document is read.
    pub ignored_document: Option<Span>,
    /// What is wrong with the file. A file with an error is not run, as in promtool.
    pub problems: Vec<Diagnostic>,
}

/// One item of `tests`: series, and what the rules make of them.
#[derive(Debug)]
pub struct TestGroup {
    /// The item's mapping in the file.
    pub span: Span,
    /// `name`.
    pub name: Option<Field>,
    /// `interval`, in milliseconds, always above 0: how far apart the samples of the input series are. The file's
    /// `evaluation_interval` where it is not given.
    pub interval_ms: i64,
    /// `start_timestamp`, in milliseconds since the epoch: the time of the first sample and of the first evaluation.
    pub start_ms: i64,
    /// `external_labels`, in the order of the file.
    pub external_labels: Vec<(Field, Field)>,
    /// `external_url`.
    pub external_url: Option<Field>,
    /// `input_series`, in the order of the file.
    pub input_series: Vec<InputSeries>,
    /// `alert_rule_test`, in the order of the file.
    pub alert_tests: Vec<AlertTest>,
    /// `alert_timeline`, in the order of the file; promtool does not know it.
    pub timelines: Vec<TimelineTest>,
    /// `promql_expr_test`, in the order of the file.
    pub expr_tests: Vec<ExprTest>,
}

/// One item of `input_series`.
#[derive(Debug)]
pub struct InputSeries {
    /// The item's mapping in the file.
    pub span: Span,
    /// `series`: name and labels; empty where it is not given.
    pub series: Field,
    /// `values`: the samples in series notation; empty where it is not given.
    pub values: Field,
    /// `repeat`: what makes many series of it; promtool does not know it.
    pub repeat: Option<Repeat>,
}

/// One item of `alert_rule_test`: the alerts of one name that fire at one time, and no others.
#[derive(Debug)]
pub struct AlertTest {
    /// The item's mapping in the file.
    pub span: Span,
    /// `eval_time`, in milliseconds from the start of the test; 0 where it is not given.
    pub eval_time: Spanned<i64>,
    /// `alertname`; empty where it is not given.
    pub alertname: Field,
    /// `exp_alerts`, in the order of the file.
    pub exp_alerts: Vec<ExpectedAlert>,
    /// Whether there is a key `exp_alerts` (with or without a value).
    pub has_exp_alerts: bool,
}

/// One item of `exp_alerts`.
#[derive(Debug)]
pub struct ExpectedAlert {
    /// The item's mapping in the file.
    pub span: Span,
    /// `exp_labels`, in the order of the file, without `alertname` unless it is written.
    pub labels: Vec<(Field, Field)>,
    /// `exp_annotations`, in the order of the file.
    pub annotations: Vec<(Field, Field)>,
}

/// One item of `promql_expr_test`: what an expression yields at one time.
#[derive(Debug)]
pub struct ExprTest {
    /// The item's mapping in the file.
    pub span: Span,
    /// `expr`; empty where it is not given.
    pub expr: Field,
    /// `eval_time`, in milliseconds from the start of the test; 0 where it is not given.
    pub eval_time: Spanned<i64>,
    /// `exp_samples`, in the order of the file.
    pub exp_samples: Vec<ExpectedSample>,
    /// `exp_fail`: the expression must fail with such a message; promtool does not know it.
    pub exp_fail: Option<TextPattern>,
}

/// One item of `exp_samples`.
#[derive(Debug)]
pub struct ExpectedSample {
    /// The item's mapping in the file.
    pub span: Span,
    /// `labels`: name and labels; empty where it is not given.
    pub labels: Field,
    /// `value`; 0 where it is not given.
    pub value: Spanned<f64>,
    /// `histogram`, in series notation; empty where it is not given.
    pub histogram: Field,
    /// `tolerance` of the sample, else that of the expression test; promtool does not know it.
    pub tolerance: Option<Spanned<Tolerance>>,
}

impl TestFile {
    /// A label on the first line of what `span` covers.
    pub fn head(&self, span: Span) -> Label {
        let line = self.file.line_span(self.file.line_index(span.start())).unwrap_or(span);
        Label::new(&self.file, Span::new(span.start(), span.end().min(line.end()).max(span.start())), "")
    }
}

impl TestGroup {
    /// The name, or the empty text.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", Field::text)
    }

    /// The last time that an assertion names, in milliseconds from the start of the test. Rules are evaluated up to
    /// there, or to the last input sample where [`TestGroup::runs_to_last_sample`].
    pub fn max_eval_time_ms(&self) -> i64 {
        let alerts = self.alert_tests.iter().map(|test| test.eval_time.value);
        let exprs = self.expr_tests.iter().map(|test| test.eval_time.value);
        let timelines = self.timelines.iter().filter_map(TimelineTest::last_named_ms);
        alerts.chain(exprs).chain(timelines).max().unwrap_or(0)
    }

    /// Whether an assertion looks at all times that there are samples for.
    pub fn runs_to_last_sample(&self) -> bool {
        self.timelines.iter().any(|timeline| timeline.until.is_none())
    }

    /// Whether something in it is unknown to promtool.
    pub fn has_extensions(&self) -> bool {
        let tolerant = |test: &ExprTest| test.exp_samples.iter().any(|sample| sample.tolerance.is_some());
        !self.timelines.is_empty()
            || self.input_series.iter().any(|item| item.repeat.is_some())
            || self.expr_tests.iter().any(|test| test.exp_fail.is_some() || tolerant(test))
    }

    /// How many assertions the group makes.
    pub fn assertion_count(&self) -> usize {
        self.alert_tests.len() + self.timelines.len() + self.expr_tests.len()
    }
}
