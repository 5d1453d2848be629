//! What came out of a run: all that the output formats see.
//!
//! A passed assertion is a few numbers; whatever explains a failure is gathered when it happens, while the samples
//! are still there, so that the formats need no data of their own and evaluate nothing.

use std::sync::Arc;
use std::time::Duration;

use super::part::PartOf;
use crate::alerting::{AlertTimeline, Schedule};
use crate::source::{Diagnostic, SourceFile, Span, Spanned};
use crate::testfile::checked::Checked;
use crate::testfile::notation::number_text;
use crate::testfile::{Moment, PatternKind, Tolerance};
use crate::workspace::PassedOver;

pub use crate::testfile::AssertionKind;

/// A whole run, in the order of the files.
#[derive(Debug, Default)]
pub struct TestReport {
    /// One for each test file.
    pub files: Vec<FileReport>,
    /// Which part of the suite it is, where not all of it was asked for.
    pub part: Option<PartOf>,
    /// Files beside them that would be tests or rules, and of which nothing can be said.
    pub passed_over: Vec<PassedOver>,
}

/// One test file.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What kept the whole file from running: its own mistakes.
    pub problems: Vec<Diagnostic>,
    /// What is wrong with the rule files that it names. Every group fails of it, and it is told once.
    pub rule_problems: Vec<Diagnostic>,
    /// What promtool passes in silence.
    pub warnings: Vec<Diagnostic>,
    /// The test groups that were selected, in the order of the file.
    pub groups: Vec<GroupReport>,
    /// How many rule files were loaded.
    pub rule_files: usize,
    /// How long it took.
    pub elapsed: Duration,
}

/// One test group.
#[derive(Debug)]
pub struct GroupReport {
    /// Its index in `tests`, from 0.
    pub index: usize,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its mapping in the file.
    pub span: Span,
    /// What kept it from running to its end.
    pub errors: Vec<Diagnostic>,
    /// Its assertions: those on alerts, on timelines, on expressions, each in the order of the file.
    pub assertions: Vec<Assertion>,
    /// How many times all rules were evaluated.
    pub steps: usize,
    /// Whether `--fail-fast` kept it from running.
    pub skipped: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// One assertion.
#[derive(Debug)]
pub struct Assertion {
    /// What it is about.
    pub kind: AssertionKind,
    /// Its mapping in the file.
    pub span: Span,
    /// The bytes of the alert's name or of the expression.
    pub subject_span: Span,
    /// The bytes of `eval_time`'s value; the whole mapping where there is none.
    pub eval_time_span: Span,
    /// The time that it looks at, in milliseconds from the start of the test.
    pub eval_time_ms: i64,
    /// How it went.
    pub outcome: Outcome,
}

impl Assertion {
    /// The assertion, not run yet.
    pub(super) fn not_run(checked: Checked<'_>) -> Self {
        let eval_time = match checked {
            Checked::Alert(test) => test.eval_time,
            Checked::Timeline(test) => Spanned::new(test.last_named_ms().unwrap_or(0), test.span),
            Checked::Expr(test) => test.eval_time,
        };
        Assertion {
            kind: checked.kind(),
            span: checked.span(),
            subject_span: checked.subject().span,
            eval_time_span: eval_time.span,
            eval_time_ms: eval_time.value,
            outcome: Outcome::NotRun,
        }
    }
}

/// How an assertion went.
#[derive(Debug)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Other alerts than expected.
    Alerts(Box<AlertFailure>),
    /// Other samples than expected.
    Samples(Box<SampleFailure>),
    /// Alerts begin or end at other times than expected, or there are other alerts.
    Timeline(Box<TimelineFailure>),
    /// An expression that must fail does not, or fails with another message.
    Message(Box<MessageFailure>),
    /// It could not be decided.
    Error(Box<Diagnostic>),
    /// Something before it failed.
    NotRun,
}

/// How often each outcome occurred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Test files.
    pub files: usize,
    /// Test files with a failure.
    pub failed_files: usize,
    /// Test groups.
    pub groups: usize,
    /// Test groups with a failure.
    pub failed_groups: usize,
    /// Groups that `--fail-fast` skipped.
    pub skipped_groups: usize,
    /// Assertions that passed.
    pub passed: usize,
    /// Assertions that failed, or could not be decided.
    pub failed: usize,
    /// Assertions that were not reached.
    pub not_run: usize,
    /// Warnings.
    pub warnings: usize,
}

/// An assertion on alerts that does not hold.
#[derive(Debug)]
pub struct AlertFailure {
    /// What the test expects, in the order of the file.
    pub expected: Vec<Alert>,
    /// What fires, sorted.
    pub actual: Vec<Alert>,
    /// Where the two differ.
    pub differences: Vec<Difference>,
    /// Whether only a part of it was kept: the first differences, what they are about, and the beginning of texts.
    pub is_shortened: bool,
    /// What else is known: near misses, pending alerts, missing rules. Whole sentences without a full stop.
    pub notes: Vec<String>,
    /// When rules were evaluated.
    pub schedule: Schedule,
    /// How many steps were evaluated.
    pub steps: usize,
    /// The step that the assertion looks at.
    pub step: usize,
    /// The lives of all alerts of this name.
    pub timelines: Vec<AlertTimeline>,
    /// The expression of the rule, taken apart; `None` where there is no such rule.
    pub why: Option<Explanation>,
}

/// Labels and annotations of an alert, both sorted by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// Labels, `alertname` included.
    pub labels: Vec<(String, String)>,
    /// Annotations.
    pub annotations: Vec<(String, String)>,
}

/// A difference between what is expected and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Expected, and nothing there resembles it. The index is one of `expected`.
    Missing {
        /// Index in `expected`.
        expected: usize,
        /// Where the test expects it.
        span: Span,
    },
    /// There, and not expected.
    Unexpected {
        /// Index in `actual`.
        actual: usize,
    },
    /// Expected and there, but not the same.
    Differs {
        /// Index in `expected`.
        expected: usize,
        /// Index in `actual`.
        actual: usize,
        /// Where the test expects it.
        span: Span,
        /// What differs, labels before annotations, by name.
        fields: Vec<FieldDifference>,
    },
}

/// One label, annotation or value that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// What it is.
    pub kind: FieldKind,
    /// Its name; empty for a value.
    pub name: String,
    /// What the test expects; `None` where it expects no such field.
    pub expected: Option<String>,
    /// What is there; `None` where there is no such field.
    pub actual: Option<String>,
    /// Where the test file says it; `None` where it does not.
    pub span: Option<Span>,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldKind {
    /// A label.
    Label,
    /// An annotation.
    Annotation,
    /// The value of a sample.
    Value,
}

/// An assertion on an expression that does not hold.
#[derive(Debug)]
pub struct SampleFailure {
    /// What the test expects, sorted by labels.
    pub expected: Vec<Sample>,
    /// What the expression yields, sorted by labels.
    pub actual: Vec<Sample>,
    /// Where the two differ.
    pub differences: Vec<Difference>,
    /// Whether only a part of it was kept: the first differences, what they are about, and the beginning of texts.
    pub is_shortened: bool,
    /// What else is known.
    pub notes: Vec<String>,
    /// The expression taken apart.
    pub why: Option<Explanation>,
}

/// The life of alerts that is not as expected.
#[derive(Debug)]
pub struct TimelineFailure {
    /// What is not as expected.
    pub violations: Vec<Violation>,
    /// How many more there are than `violations` holds.
    pub more: usize,
    /// The alerts that the assertion is about; where the failure is shortened, those that `violations` name.
    pub lives: Vec<Life>,
    /// How many alerts the assertion is about.
    pub alerts: usize,
    /// What else is known.
    pub notes: Vec<String>,
    /// When rules were evaluated.
    pub schedule: Schedule,
    /// How many steps were evaluated.
    pub steps: usize,
    /// The first step at which something is not as expected; `None` where that concerns no certain time.
    pub step: Option<usize>,
    /// The timelines of `lives`; where there are none, of all alerts of this name.
    pub timelines: Vec<AlertTimeline>,
    /// The expression of the rule, taken apart; `None` where there is no such rule.
    pub why: Option<Explanation>,
}

/// When the states of one alert begin, in milliseconds from the start of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its labels, `alertname` included, sorted by name.
    pub labels: Vec<(String, String)>,
    /// When it becomes pending.
    pub pending_at_ms: Vec<i64>,
    /// When it begins to fire.
    pub fires_at_ms: Vec<i64>,
    /// When it resolves.
    pub resolves_at_ms: Vec<i64>,
}

/// One thing about the life of alerts that is not as expected.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Index in [`TimelineFailure::lives`]; `None` where it is about all of them.
    pub life: Option<usize>,
    /// What it is.
    pub kind: ViolationKind,
    /// The same in words: `fires at 6m, 1 evaluation later`.
    pub message: String,
    /// Where the test expects something else.
    pub span: Span,
}

/// What is not as expected about the life of alerts. Times are milliseconds from the start of the test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// There is no such alert.
    NoAlert,
    /// There are so many.
    Count(usize),
    /// No such alert fires, so there are no annotations.
    NeverFires,
    /// A state begins at another time.
    Moved {
        /// Which state.
        moment: Moment,
        /// When it should begin.
        expected_ms: i64,
        /// When it does.
        actual_ms: i64,
    },
    /// A state does not begin.
    Missing {
        /// Which state.
        moment: Moment,
        /// When it should begin.
        expected_ms: i64,
    },
    /// A state begins and should not.
    Unexpected {
        /// Which state.
        moment: Moment,
        /// When it begins.
        actual_ms: i64,
    },
    /// An annotation is not like it should be when the alert begins to fire.
    Annotation {
        /// Its name.
        name: String,
        /// The text or the regular expression that is expected.
        expected: String,
        /// How the two are compared.
        pattern: PatternKind,
        /// What it is; empty where there is none.
        actual: String,
        /// When the alert begins to fire.
        at_ms: i64,
    },
}

/// An expression that does not fail as expected.
#[derive(Debug)]
pub struct MessageFailure {
    /// The text or the regular expression that is expected of the message.
    pub expected: String,
    /// How the two are compared.
    pub pattern: PatternKind,
    /// Where the test expects it.
    pub span: Span,
    /// The message; `None` where the expression does not fail.
    pub actual: Option<String>,
    /// What the expression yields where it does not fail; empty too where that is no vector.
    pub samples: Vec<Sample>,
    /// Whether only a part of it was kept: the first differences, what they are about, and the beginning of texts.
    pub is_shortened: bool,
    /// The expression taken apart, where it does not fail.
    pub why: Option<Explanation>,
}

/// A sample as it is compared and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Name and labels, sorted by name.
    pub labels: Vec<(String, String)>,
    /// The number; 0 for a histogram.
    pub value: f64,
    /// The histogram in series notation; empty for a number.
    pub histogram: String,
    /// By how much the actual value may differ from an expected one.
    pub tolerance: Option<Tolerance>,
}

/// An expression taken apart: each part with its value at one time.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The file that holds the expression.
    pub file: Arc<SourceFile>,
    /// The expression's bytes in it.
    pub span: Span,
    /// The time of evaluation, in milliseconds from the start of the test.
    pub t_ms: i64,
    /// The parts, each before what it consists of.
    pub parts: Vec<Part>,
}

/// A part of an expression.
#[derive(Clone, Debug)]
pub struct Part {
    /// How deep it lies in the tree; 0 for the whole expression.
    pub depth: usize,
    /// Its text, on one line.
    pub text: String,
    /// The same with an ellipsis for each of its operands that is longer than a word.
    pub outline: String,
    /// Its bytes in the file.
    pub span: Span,
    /// Its value in a few words.
    pub value: String,
    /// What is remarkable: a comparison that is false, a selector that matches nothing and what exists instead.
    pub note: Option<String>,
}

impl Alert {
    /// How much memory it takes, about; in bytes.
    pub(super) fn bytes(&self) -> usize {
        pairs_bytes(&self.labels) + pairs_bytes(&self.annotations)
    }
}

/// How much memory names with their texts take, about; in bytes.
pub(super) fn pairs_bytes(pairs: &[(String, String)]) -> usize {
    const OVERHEAD: usize = 64;
    pairs.iter().map(|(name, value)| name.len() + value.len() + OVERHEAD).sum()
}

impl Life {
    /// When a state begins, in milliseconds from the start of the test.
    pub fn of(&self, moment: Moment) -> &[i64] {
        match moment {
            Moment::Pending => &self.pending_at_ms,
            Moment::Firing => &self.fires_at_ms,
            Moment::Resolved => &self.resolves_at_ms,
        }
    }
}

impl Sample {
    /// The number or the histogram as text, with the tolerance.
    pub fn value_text(&self) -> String {
        let value = if self.histogram.is_empty() { number_text(self.value) } else { self.histogram.clone() };
        match self.tolerance {
            Some(tolerance) => format!("{value} ± {tolerance}"),
            None => value,
        }
    }
}

impl TestReport {
    /// Counts everything.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { files: self.files.len(), ..Counts::default() };
        for file in &self.files {
            counts.failed_files += usize::from(file.failed());
            counts.warnings += file.warnings.len();
            counts.groups += file.groups.len();
            for group in &file.groups {
                counts.skipped_groups += usize::from(group.skipped);
                counts.failed_groups += usize::from(group.failed() || file.has_rule_errors());
                for assertion in &group.assertions {
                    match assertion.outcome {
                        Outcome::Passed => counts.passed += 1,
                        Outcome::NotRun => counts.not_run += 1,
                        _ => counts.failed += 1,
                    }
                }
            }
        }
        counts
    }

    /// Whether something kept a test from running to its end.
    pub fn failed_to_run(&self) -> bool {
        let errors = |file: &FileReport| file.groups.iter().any(|group| !group.errors.is_empty());
        self.files.iter().any(|file| !file.problems.is_empty() || file.has_rule_errors() || errors(file))
    }

    /// Whether promtool would say that a file failed.
    pub fn failed(&self) -> bool {
        self.files.iter().any(FileReport::failed)
    }
}

impl FileReport {
    /// Whether promtool would say that it failed.
    pub fn failed(&self) -> bool {
        !self.problems.is_empty() || self.has_rule_errors() || self.groups.iter().any(GroupReport::failed)
    }

    /// Whether the groups failed because the rules could not be loaded.
    pub fn has_rule_errors(&self) -> bool {
        !self.groups.is_empty() && !self.rule_problems.is_empty()
    }
}

impl GroupReport {
    /// Whether there is an error or an assertion that does not hold.
    pub fn failed(&self) -> bool {
        !self.errors.is_empty() || self.assertions.iter().any(|a| a.outcome.failed())
    }
}

impl Outcome {
    /// Whether the assertion does not hold or could not be decided.
    pub fn failed(&self) -> bool {
        !matches!(self, Outcome::Passed | Outcome::NotRun)
    }
}
