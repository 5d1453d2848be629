//! One test group: series in, rules over time, assertions checked.

use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;

use super::report::{Alert, AlertFailure, Assertion, GroupReport, Outcome};
use super::rule_files::ResolvedRules;
use super::runner::{RunOptions, Selection};
use super::{compare, coverage, explain, expr_test, lint, notes, promtool, rendering, story, timeline_test};
use crate::alerting::{self, RuleId, RuleSet, Run, RunErrorKind, Schedule};
use crate::engine::Store;
use crate::model::Labels;
use crate::model::duration::format_duration;
use crate::rules::{Rule, RuleGroup};
use crate::source::{Diagnostic, Label, Severity, Span};
use crate::testfile::checked::Checked;
use crate::testfile::inputs;
use crate::testfile::{AlertTest, TestFile, TestGroup};

/// More evaluations than this in one group are refused; each costs memory for every series that rules yield.
const MAX_STEPS: usize = 2_000_000;

/// Steps times rules; more in one group are refused, since each may cost time and memory.
const MAX_RULE_EVALUATIONS: usize = 50_000_000;

/// What the groups of a file share.
pub(super) struct InFile<'a> {
    pub(super) test: &'a TestFile,
    pub(super) rules: &'a ResolvedRules,
    pub(super) set: &'a RuleSet,
    pub(super) options: &'a RunOptions,
    pub(super) lint: &'a lint::Context<'a>,
    pub(super) coverage: Option<&'a coverage::Collector>,
}

/// A group while it is being checked.
pub(super) struct Running<'a> {
    pub(super) shared: &'a InFile<'a>,
    pub(super) group: &'a TestGroup,
    pub(super) store: Store,
    pub(super) run: Run,
    /// The labels of each input series and its index in `input_series`; only with [`RunOptions::story`].
    pub(super) origins: Vec<(Labels, usize)>,
}

/// The report of a group that is not run at all.
pub(super) fn not_run(
    test: &TestFile,
    group: &TestGroup,
    index: usize,
    skipped: bool,
    selection: &Selection,
) -> GroupReport {
    GroupReport {
        index,
        name: group.name().to_owned(),
        span: group.span,
        errors: Vec::new(),
        assertions: selection.checked(test, group).into_iter().map(Assertion::not_run).collect(),
        steps: 0,
        skipped,
        translation: None,
        elapsed: Duration::ZERO,
        story: None,
        rendering: None,
    }
}

/// Runs a group; also says what promtool passes in silence.
pub(super) fn run(shared: &InFile<'_>, group: &TestGroup, index: usize) -> (GroupReport, Vec<Diagnostic>) {
    let started = Instant::now();
    let mut report = not_run(shared.test, group, index, false, &shared.options.selection);
    let mut warnings = Vec::new();
    match prepare(shared, group, &mut warnings) {
        Ok(running) => {
            running.check(&mut report);
            if let Some(collector) = shared.coverage {
                coverage::gather(&running, &report, collector);
            }
            if shared.options.to_promtool {
                report.translation = Some(Box::new(promtool::translate(&running, group, &report)));
            }
            if shared.options.story {
                report.story = story::gather(&running, &report);
            }
            if let Some(options) = &shared.options.render {
                report.rendering = Some(rendering::gather(&running, options, index));
            }
        }
        Err(error) => report.errors.push(*error),
    }
    // What failed says itself that there is no such rule.
    let failed = report.assertions.iter().filter(|assertion| assertion.outcome.failed());
    let failed: FxHashSet<Span> = failed.map(|assertion| assertion.subject_span).collect();
    warnings.retain(|warning| warning.rule != lint::UNKNOWN_ALERT || !failed.contains(&warning.primary.span));
    report.elapsed = started.elapsed();
    (report, warnings)
}

/// Loads the series and runs the rules over them.
fn prepare<'a>(
    shared: &'a InFile<'a>,
    group: &'a TestGroup,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Running<'a>, Box<Diagnostic>> {
    let mut schedule = Schedule {
        start_ms: group.start_ms,
        end_ms: group.start_ms.saturating_add(group.max_eval_time_ms()),
        interval_ms: shared.test.evaluation_interval_ms,
    };
    let mut all_inputs = None;
    let render = shared.options.render.as_deref();
    if group.runs_to_last_sample() || render.is_some() {
        let inputs = inputs::read(shared.test, group, i64::MAX)?;
        schedule.end_ms = schedule.end_ms.max(inputs.last_ms.unwrap_or(schedule.end_ms));
        all_inputs = Some(inputs);
    }
    if let Some(at_ms) = render.and_then(|options| options.at_ms) {
        schedule.end_ms = schedule.end_ms.max(group.start_ms.saturating_add(at_ms));
    }
    if schedule.steps() > MAX_STEPS {
        return Err(Box::new(too_many_steps(shared.test, group, &schedule)));
    }
    let rules: usize = shared.set.groups().iter().map(|group| group.rules.len()).sum();
    if schedule.steps().saturating_mul(rules) > MAX_RULE_EVALUATIONS {
        return Err(Box::new(too_many_rule_evaluations(shared.test, group, &schedule, rules)));
    }
    let last_step_ms = schedule.time(schedule.steps().saturating_sub(1));
    let inputs = all_inputs.map_or_else(|| inputs::read(shared.test, group, last_step_ms), Ok)?;
    if let Some(test) = group.alert_tests.iter().find(|test| test.alertname.text().is_empty()) {
        return Err(Box::new(lint::no_alertname(shared.test, test)));
    }
    *warnings = shared.lint.of_group(group, &inputs);
    let mut store = Store::new();
    let options = alerting::RunOptions { observe: shared.coverage.is_some(), ..alerting::RunOptions::default() };
    let run = alerting::run(shared.set, &mut store, &inputs.series, &schedule, options);
    let origins = inputs.series.into_iter().map(|series| series.labels).zip(inputs.origins);
    let origins = if shared.options.story { origins.collect() } else { Vec::new() };
    Ok(Running { shared, group, store, run, origins })
}

fn too_many_steps(test: &TestFile, group: &TestGroup, schedule: &Schedule) -> Diagnostic {
    let message = format!(
        "up to {} every {} there are {} evaluations, more than {MAX_STEPS}",
        format_duration(schedule.end_ms.saturating_sub(schedule.start_ms)),
        format_duration(schedule.interval_ms),
        schedule.steps(),
    );
    Diagnostic::new("test/too-many-evaluations", Severity::Error, message, head(test, group.span))
        .help("make `evaluation_interval` longer, or `eval_time` (of a timeline: `until`) earlier")
}

fn too_many_rule_evaluations(test: &TestFile, group: &TestGroup, schedule: &Schedule, rules: usize) -> Diagnostic {
    let message = format!(
        "{} evaluations of {rules} rules up to {} are more than the {MAX_RULE_EVALUATIONS} that one test may take",
        schedule.steps(),
        format_duration(schedule.end_ms.saturating_sub(schedule.start_ms)),
    );
    Diagnostic::new("test/too-many-evaluations", Severity::Error, message, head(test, group.span))
        .help("make `evaluation_interval` longer, `eval_time` (of a timeline: `until`) earlier, or load fewer rules")
}

/// A label on the first line of what `span` covers.
pub(super) fn head(test: &TestFile, span: Span) -> Label {
    let line = test.file.line_span(test.file.line_index(span.start)).unwrap_or(span);
    Label::new(&test.file, Span::new(span.start, span.end.min(line.end).max(span.start)), "")
}

impl<'a> Running<'a> {
    /// Fills in the outcomes. A rule that fails ends the test: later alerts and all expressions are not checked.
    fn check(&self, report: &mut GroupReport) {
        report.steps = self.run.steps;
        report.errors = self.run.errors.iter().map(|error| self.run_error(error)).collect();
        let failed = self.run.errors.iter().filter(|error| matches!(error.kind, RunErrorKind::Rule(_)));
        let failed_at = failed.map(|error| error.step).min().unwrap_or(usize::MAX);
        for (test, assertion) in self.checked().into_iter().zip(&mut report.assertions) {
            let outcome = match test {
                Checked::Alert(test) => {
                    let step = self.step_of(test.eval_time.value).filter(|step| *step < failed_at);
                    step.map(|step| self.check_alerts(test, step))
                }
                Checked::Timeline(_) | Checked::Expr(_) if failed_at < usize::MAX => None,
                Checked::Timeline(test) => Some(timeline_test::check(self, test)),
                Checked::Expr(test) => Some(expr_test::check(self, test)),
            };
            if let Some(outcome) = outcome {
                assertion.outcome = outcome;
            }
        }
    }

    /// The assertions that are checked, in the order of the report.
    pub(super) fn checked(&self) -> Vec<Checked<'a>> {
        self.shared.options.selection.checked(self.shared.test, self.group)
    }

    /// The evaluation that an assertion at `eval_time_ms` (from the start of the test) looks at: the last one that is
    /// not later.
    pub(super) fn step_of(&self, eval_time_ms: i64) -> Option<usize> {
        self.run.schedule.step_at(self.run.schedule.start_ms.saturating_add(eval_time_ms))
    }

    /// Milliseconds from the start of the test to `step`.
    pub(super) fn time_of(&self, step: usize) -> i64 {
        self.run.schedule.time(step).saturating_sub(self.run.schedule.start_ms)
    }

    /// The rule in its file.
    pub(super) fn rule(&self, id: RuleId) -> Option<(&'a std::sync::Arc<crate::source::SourceFile>, &'a Rule)> {
        let group = self.shared.set.groups().get(id.group)?;
        let index = group.rules.get(id.rule)?.index;
        let file = self.shared.rules.files.get(group.file)?;
        Some((&file.file, file.groups.get(group.index)?.rules.get(index)?))
    }

    /// The rule's group in its file.
    pub(super) fn rule_group(&self, id: RuleId) -> Option<&'a RuleGroup> {
        let group = self.shared.set.groups().get(id.group)?;
        self.shared.rules.files.get(group.file)?.groups.get(group.index)
    }

    fn run_error(&self, error: &alerting::RunError) -> Diagnostic {
        let at = format_duration(error.t_ms.saturating_sub(self.run.schedule.start_ms));
        let here = head(self.shared.test, self.group.span);
        let rule = match error.kind {
            RunErrorKind::Rule(id) => self.rule(id),
            RunErrorKind::Input => None,
        };
        match rule {
            Some((file, rule)) => {
                let message = format!("the rule `{}` fails at {at}: {}", rule.name.text(), error.message);
                let label = Label::new(file, rule.expr.span, "");
                Diagnostic::new("test/rule-fails", Severity::Error, message, label)
                    .related(Label::new(&here.file, here.span, "in this test"))
                    .help("a rule that fails ends the test; nothing after that evaluation is checked")
            }
            None => {
                let message = format!("the input is refused at {at}: {}", error.message);
                Diagnostic::new("test/input-refused", Severity::Error, message, here)
            }
        }
    }

    fn check_alerts(&self, test: &AlertTest, step: usize) -> Outcome {
        let expected = compare::expected_alerts(test);
        let at = self.run.schedule.start_ms.saturating_add(test.eval_time.value);
        let alerts = self.run.alerts_at(test.alertname.text(), at);
        let firing = alerts.iter().filter(|alert| alert.state.is_firing());
        let mut actual: Vec<Alert> = firing.map(compare::actual_alert).collect();
        if compare::same_alerts(&expected, &actual) {
            return Outcome::Passed;
        }
        actual.sort();
        let differences = compare::alert_differences(test, &expected, &actual);
        let timelines = self.run.alerting_rules(test.alertname.text()).flat_map(|rule| rule.alerts.clone()).collect();
        Outcome::Alerts(Box::new(AlertFailure {
            notes: notes::on_alerts(self, test, step, &expected, &actual, &differences),
            why: explain::alert(self, test.alertname.text(), step),
            schedule: self.run.schedule,
            steps: self.run.steps,
            step,
            timelines,
            differences,
            expected,
            actual,
        }))
    }

    /// Milliseconds since the epoch of a time from the start of the test.
    pub(super) fn since_epoch(&self, eval_time_ms: i64) -> i64 {
        self.run.schedule.start_ms.saturating_add(eval_time_ms)
    }
}
