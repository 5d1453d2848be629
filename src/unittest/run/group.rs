//! One test group: series in, rules over time, assertions checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;

use super::observer::{Needs, Observer};
use super::running::{InFile, Running};
use super::selection::Selection;
use crate::alerting::{self, Limits, RuleId, RunErrorKind, Schedule, Turn};
use crate::engine::Store;
use crate::model::duration::format_duration;
use crate::source::words::cropped;
use crate::source::{Diagnostic, Label, Severity, Span};
use crate::testfile::checked::Checked;
use crate::testfile::{TestFile, TestGroup, inputs, mistakes};
use crate::unittest::report::{Assertion, GroupReport};
use crate::unittest::{assert, lint, why};

/// More evaluations than this in one group are refused; each costs memory for every series that rules yield.
const MAX_STEPS: usize = 2_000_000;

/// Steps times rules; more in one group are refused, since each may cost time and memory.
const MAX_RULE_EVALUATIONS: usize = 50_000_000;

/// So much of an expression is quoted in a message, in characters.
const SHOWN_CHARS: usize = 60;

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
        elapsed: Duration::ZERO,
    }
}

/// What came of running a group.
pub(super) struct Ran<S> {
    pub(super) report: GroupReport,
    /// What promtool passes in silence.
    pub(super) warnings: Vec<Diagnostic>,
    /// What the observer saw; `None` where the group could not be run.
    pub(super) seen: Option<S>,
}

/// Runs a group. What is not done at `deadline` is not checked.
pub(super) fn run<O: Observer>(
    shared: &InFile<'_>,
    lint: &lint::Context<'_>,
    group: &TestGroup,
    index: usize,
    observer: &O,
    deadline: Option<Instant>,
) -> Ran<O::Seen> {
    let started = Instant::now();
    // It ends after what the group holds.
    let turn = Arc::new(Turn::new(shared.turns, deadline));
    let mut report = not_run(shared.test, group, index, false, &shared.options.selection);
    let (mut warnings, mut seen) = (Vec::new(), None);
    match prepare(shared, lint, group, index, &observer.needs(), &turn, &mut warnings) {
        Ok(running) => {
            check(&running, deadline, &mut report);
            seen = Some(observer.look(&running, &report));
        }
        Err(error) => report.errors.push(*error),
    }
    // What failed says itself that there is no such rule.
    let failed = report.assertions.iter().filter(|assertion| assertion.outcome.failed());
    let failed: FxHashSet<Span> = failed.map(|assertion| assertion.subject_span).collect();
    warnings.retain(|warning| warning.rule != lint::unknown_alert::META.id || !failed.contains(&warning.primary.span));
    report.elapsed = started.elapsed();
    Ran { report, warnings, seen }
}

/// Loads the series and runs the rules over them.
fn prepare<'a>(
    shared: &'a InFile<'a>,
    lint: &lint::Context<'_>,
    group: &'a TestGroup,
    index: usize,
    needs: &Needs,
    turn: &Arc<Turn>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Running<'a>, Box<Diagnostic>> {
    let mut schedule = Schedule {
        start_ms: group.start_ms,
        end_ms: group.start_ms.saturating_add(group.max_eval_time_ms()),
        interval_ms: shared.test.evaluation_interval_ms,
    };
    if group.runs_to_last_sample() || needs.all_samples {
        schedule.end_ms = schedule.end_ms.max(inputs::last_ms(shared.test, group)?.unwrap_or(schedule.end_ms));
    }
    if let Some(at_ms) = needs.until_ms {
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
    let inputs = inputs::read_in_turn(shared.test, group, last_step_ms, turn)?;
    if let Some(test) = group.alert_tests.iter().find(|test| test.alertname.text().is_empty()) {
        return Err(Box::new(mistakes::no_alertname(shared.test, test)));
    }
    *warnings = lint.of_group(group, &inputs);
    let mut store = Store::new();
    let options = alerting::RunOptions {
        observe: needs.operators,
        limits: Limits { deadline: turn.deadline(), ..shared.options.limits },
        turn: Some(Arc::clone(turn)),
        ..alerting::RunOptions::default()
    };
    let run = alerting::run(shared.set, &mut store, &inputs.series, &schedule, &options);
    let origins = inputs.series.into_iter().map(|series| series.labels).zip(inputs.origins);
    let origins = if needs.origins { origins.collect() } else { Vec::new() };
    Ok(Running { shared, group, index, store, run, origins, memo: assert::Memo::default() })
}

fn too_many_steps(test: &TestFile, group: &TestGroup, schedule: &Schedule) -> Diagnostic {
    let message = format!(
        "up to {} every {} there are {} evaluations, more than {MAX_STEPS}",
        format_duration(schedule.end_ms.saturating_sub(schedule.start_ms)),
        format_duration(schedule.interval_ms),
        schedule.steps(),
    );
    Diagnostic::new("test/too-many-evaluations", Severity::Error, message, test.head(group.span))
        .help("make `evaluation_interval` longer, or `eval_time` (of a timeline: `until`) earlier")
}

fn too_many_rule_evaluations(test: &TestFile, group: &TestGroup, schedule: &Schedule, rules: usize) -> Diagnostic {
    let message = format!(
        "{} evaluations of {rules} rules up to {} are more than the {MAX_RULE_EVALUATIONS} that one test may take",
        schedule.steps(),
        format_duration(schedule.end_ms.saturating_sub(schedule.start_ms)),
    );
    Diagnostic::new("test/too-many-evaluations", Severity::Error, message, test.head(group.span))
        .help("make `evaluation_interval` longer, `eval_time` (of a timeline: `until`) earlier, or load fewer rules")
}

/// Fills in the outcomes. A rule that fails ends the test: later alerts and all expressions are not checked.
fn check(running: &Running<'_>, deadline: Option<Instant>, report: &mut GroupReport) {
    report.steps = running.run.steps;
    report.errors = running.run.errors.iter().map(|error| run_error(running, error)).collect();
    let failed = |error: &alerting::RunError| match error.kind {
        RunErrorKind::Input => None,
        RunErrorKind::Rule(_) => Some(error.step),
        // Nothing of such a run is complete.
        RunErrorKind::Budget(_) | RunErrorKind::Late(_) => Some(0),
    };
    let failed_at = running.run.errors.iter().filter_map(failed).min().unwrap_or(usize::MAX);
    let mut kept = why::Kept::of(running.shared.kept);
    let mut slowest = (Duration::ZERO, "");
    for (test, assertion) in running.checked().into_iter().zip(&mut report.assertions) {
        let step = running.step_of(test.eval_time_ms().unwrap_or(0));
        let is_decided = match test {
            Checked::Alert(_) => step.is_some_and(|step| step < failed_at),
            Checked::Timeline(_) | Checked::Expr(_) => failed_at == usize::MAX,
        };
        if is_decided {
            let began = Instant::now();
            let outcome = assert::check(running, test);
            if !is_late(deadline) {
                assertion.outcome = outcome;
                if !running.shared.options.verdicts_only {
                    why::explain(running, test, &mut assertion.outcome, kept.detail());
                    kept.add(&mut assertion.outcome);
                }
            }
            let took = began.elapsed();
            if took > slowest.0 {
                slowest = (took, test.subject().text());
            }
        }
        // What is late is not decided; a rule that was says so itself.
        if is_late(deadline) {
            if report.errors.is_empty() {
                let (took, subject) = slowest;
                let spent = format!("to check `{}` took {:.1}s", cropped(subject, SHOWN_CHARS), took.as_secs_f64());
                report.errors.push(too_late(running, &spent));
            }
            return;
        }
    }
    if !running.shared.options.verdicts_only && !is_late(deadline) {
        why::note_older_windows(running, report);
    }
}

fn run_error(running: &Running<'_>, error: &alerting::RunError) -> Diagnostic {
    let at = format_duration(error.t_ms.saturating_sub(running.run.schedule.start_ms));
    let here = running.shared.test.head(running.group.span);
    let rule = match error.kind {
        RunErrorKind::Budget(id) => return too_much(running, id, error),
        RunErrorKind::Late(_) => return too_late(running, &error.message),
        RunErrorKind::Rule(id) => running.rule(id),
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

/// The run made more than one test may; other tests go on.
fn too_much(running: &Running<'_>, id: RuleId, error: &alerting::RunError) -> Diagnostic {
    let here = running.shared.test.head(running.group.span);
    let at = format_duration(error.t_ms.saturating_sub(running.run.schedule.start_ms));
    let name = running.rule(id).map_or("", |(_, rule)| rule.name.text());
    let message = format!("{}, with the rule `{name}` at {at}", error.message);
    let found = Diagnostic::new("test/too-much-output", Severity::Error, message, here)
        .help("give the test fewer series, fewer or rarer evaluations (`evaluation_interval`), or shorter texts");
    match running.rule(id) {
        Some((file, rule)) => found.related(Label::new(file, rule.expr.span, "this rule")),
        None => found,
    }
}

fn is_late(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// The group did not end in time; `spent` says where the time went.
fn too_late(running: &Running<'_>, spent: &str) -> Diagnostic {
    let limit = running.shared.options.timeout.unwrap_or_default();
    let message = format!("this test takes longer than the {} of --timeout: {spent}", seconds(limit));
    Diagnostic::new("test/timeout", Severity::Error, message, running.shared.test.head(running.group.span))
        .help("give the test fewer series or evaluations, or --timeout more time")
}

fn seconds(time: Duration) -> String {
    format_duration(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}
