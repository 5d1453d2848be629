//! What promtool passes in silence: tests that cannot fail, or that test something else than they seem to.
//!
//! One rule a file, with what there is to know of it; its page is in `docs/rules/test`. They are run by the runner of
//! tests, which stands below the linter and has the series of a group at hand, and by `check`, which runs nothing.

pub mod after_last_sample;
pub mod dropped_series;
pub mod duplicate;
pub mod duplicate_series;
pub mod ignored_document;
pub mod no_assertions;
pub mod no_rules;
pub mod split_alert;
pub mod unknown_alert;
pub mod unknown_group;
pub mod unmatched_rule_file;
pub mod unused_series;

use super::reads::Reads;
use crate::promql::{self, ParseOptions};
use crate::source::words::nearest;
use crate::source::{Diagnostic, Label, Meta, Severity, Span};
use crate::testfile::inputs::{self, Inputs};
use crate::testfile::{TestFile, TestGroup, mistakes};
use crate::workspace::ResolvedRules;

/// The rules, by the names of their files.
static RULES: [&dyn TestRule; 12] = [
    &after_last_sample::AfterLastSample,
    &dropped_series::DroppedSeries,
    &duplicate::Duplicate,
    &duplicate_series::DuplicateSeries,
    &ignored_document::IgnoredDocument,
    &no_assertions::NoAssertions,
    &no_rules::NoRules,
    &split_alert::SplitAlert,
    &unknown_alert::UnknownAlert,
    &unknown_group::UnknownGroup,
    &unmatched_rule_file::UnmatchedRuleFile,
    &unused_series::UnusedSeries,
];

/// In a test group with so many findings no more similar names are looked for.
const MOST_SUGGESTIONS: usize = 50;

/// A rule on test files. Each hook adds what it finds to `out`.
trait TestRule: Sync {
    /// Sees a test file as a whole.
    fn of_file(&self, _cx: &Context<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Sees a test group, whose series are `inputs`.
    fn of_group(&self, _cx: &Context<'_>, _group: &TestGroup, _inputs: &Inputs, _out: &mut Vec<Diagnostic>) {}
}

/// What all findings on a file need to know.
pub(super) struct Context<'a> {
    test: &'a TestFile,
    rules: &'a ResolvedRules,
    reads: Reads,
    parse: &'a ParseOptions,
    /// What needs rules in a file that loads none, which is said once.
    needs_rules: Option<no_rules::Need<'a>>,
    /// Whether the tests run: then findings are warnings, for promtool's verdict is the verdict.
    runs: bool,
}

/// All that can be said of a sound test file without running it, in the order of the file: what promtool passes in
/// silence, and what cannot be read.
pub fn findings(test: &TestFile, rules: &ResolvedRules, parse: &ParseOptions) -> Vec<Diagnostic> {
    let cx = Context { runs: false, ..Context::new(test, rules, parse) };
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
    /// For a run of the tests.
    pub(super) fn new(test: &'a TestFile, rules: &'a ResolvedRules, parse: &'a ParseOptions) -> Self {
        let reads = Reads::of_rules(rules.files.iter().map(|file| &**file));
        Context { test, rules, reads, parse, needs_rules: no_rules::Need::of(test, parse), runs: true }
    }

    /// Findings on the file as a whole.
    pub(super) fn of_file(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        RULES.iter().for_each(|rule| rule.of_file(self, &mut found));
        found
    }

    /// Findings on one test group, whose series are `inputs`.
    pub(super) fn of_group(&self, group: &TestGroup, inputs: &Inputs) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        RULES.iter().for_each(|rule| rule.of_group(self, group, inputs, &mut found));
        found
    }

    fn warning(&self, finding: &Meta, message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
        let severity = if self.runs { Severity::Warning } else { finding.severity };
        Diagnostic::new(finding.id, severity, message, self.label(span, label))
    }

    fn label(&self, span: Span, text: &str) -> Label {
        let mut place = self.test.head(span);
        text.clone_into(&mut place.text);
        place
    }

    /// Whether all rules that the tests need are there and sound. Otherwise nothing is said of what no rule has or
    /// reads: the rules that could not be loaded, or are not named, may.
    fn knows_all_rules(&self) -> bool {
        self.rules.problems.is_empty() && self.rules.unmatched.is_empty() && self.needs_rules.is_none()
    }
}

/// As [`nearest`], for the first names that are looked for: nobody reads a hundred suggestions, and with each more the
/// names of all rules are compared again.
fn near<'n>(found: &[Diagnostic], wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if found.len() < MOST_SUGGESTIONS { nearest(wanted, names) } else { None }
}
