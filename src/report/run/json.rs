//! `--output-format json`: one object with everything that is known about the run.
//!
//! Times are milliseconds from the start of the test; offsets are bytes of the file, lines and columns count from 1.
//! Keys may be added within a [`VERSION`], none is renamed or removed.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{TestView, words};
use crate::alerting::{AlertState, AlertTimeline, Schedule};
use crate::lint::config::FailOn;
use crate::report::diagnostics::json::{Finding, VERSION};
use crate::report::parts::Parts;
use crate::report::passed_over;
use crate::source::{Diagnostic, SourceFile, Span};
use crate::unittest::coverage::Coverage;
use crate::unittest::report::{
    Alert, AlertFailure, Assertion, AssertionKind, Difference, Explanation, FieldDifference, FieldKind, FileReport,
    GroupReport, MessageFailure, Outcome, Sample, SampleFailure, TestReport, TimelineFailure, Violation, ViolationKind,
};

pub(super) fn write(
    out: &mut dyn Write,
    report: &TestReport,
    coverage: Option<&Coverage>,
    view: &TestView,
) -> io::Result<()> {
    let counts = report.counts();
    let mut document = json!({
        "version": VERSION,
        "passed": !words::Closing { report, view }.failed(),
        "strict": view.fail_on == FailOn::Warning,
        "files": report.files.iter().map(|file| self::file(file, view)).collect::<Vec<_>>(),
        "summary": {
            "files": counts.files,
            "failed_files": report.files.iter().filter(|file| words::file_failed(file, view)).count(),
            "groups": counts.groups,
            "failed_groups": counts.failed_groups,
            "skipped_groups": counts.skipped_groups,
            "assertions": { "passed": counts.passed, "failed": counts.failed, "not_run": counts.not_run },
            "warnings": counts.warnings,
        },
    });
    document["passed_over"] = json!(passed_over::json(&report.passed_over));
    if let Some(part) = report.part {
        document["partition"] = Parts::from(part).json();
    }
    if let Some(coverage) = coverage {
        document["coverage"] = crate::report::coverage::json::value(coverage);
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn file(file: &FileReport, view: &TestView) -> Value {
    let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
    json!({
        "file": file.file.name(),
        "passed": !words::file_failed(file, view),
        "errors": file.problems.iter().chain(rule_problems).map(diagnostic).collect::<Vec<_>>(),
        "warnings": file.warnings.iter().map(diagnostic).collect::<Vec<_>>(),
        "groups": file.groups.iter().map(|group| self::group(file, group, view)).collect::<Vec<_>>(),
        "rule_files": file.rule_files,
    })
}

fn group(file: &FileReport, group: &GroupReport, view: &TestView) -> Value {
    let mut value = json!({
        "index": group.index,
        "name": group.name,
        "passed": !group.failed() && !file.has_rule_errors(),
        "skipped": group.skipped,
        "errors": group.errors.iter().map(diagnostic).collect::<Vec<_>>(),
        "evaluations": group.steps,
        "assertions": group.assertions.iter().map(|assertion| self::assertion(file, assertion)).collect::<Vec<_>>(),
    });
    // Only on demand: without it, equal runs have equal reports.
    if view.timings {
        value["elapsed_seconds"] = group.elapsed.as_secs_f64().into();
    }
    value
}

/// What an assertion is about, in the words of `kind` and `subject`.
pub(super) fn kind_and_subject(kind: &AssertionKind) -> (&'static str, &str) {
    match kind {
        AssertionKind::Alert(name) => ("alert", name),
        AssertionKind::Timeline(alert) => ("timeline", alert),
        AssertionKind::Expr(expr) => ("expression", expr),
    }
}

fn assertion(file: &FileReport, assertion: &Assertion) -> Value {
    let (kind, subject) = kind_and_subject(&assertion.kind);
    let mut value = json!({
        "kind": kind,
        "subject": subject,
        "eval_time_ms": assertion.eval_time_ms,
        "place": range(&file.file, assertion.span),
        "outcome": match assertion.outcome {
            Outcome::Passed => "passed",
            Outcome::NotRun => "not_run",
            Outcome::Error(_) => "error",
            Outcome::Alerts(_) | Outcome::Samples(_) | Outcome::Timeline(_) | Outcome::Message(_) => "failed",
        },
    });
    if assertion.outcome.failed() {
        value["message"] = words::verdict(assertion).into();
        value["failure"] = match &assertion.outcome {
            Outcome::Alerts(failure) => alerts(file, failure),
            Outcome::Samples(failure) => samples(file, failure),
            Outcome::Timeline(failure) => life(file, failure),
            Outcome::Message(failure) => message(file, failure),
            Outcome::Error(error) => diagnostic(error),
            Outcome::Passed | Outcome::NotRun => Value::Null,
        };
    }
    value
}

fn alerts(file: &FileReport, failure: &AlertFailure) -> Value {
    json!({
        "expected": failure.expected.iter().map(alert).collect::<Vec<_>>(),
        "actual": failure.actual.iter().map(alert).collect::<Vec<_>>(),
        "differences": failure.differences.iter().map(|d| difference(file, d)).collect::<Vec<_>>(),
        "notes": failure.notes,
        "timelines": failure.timelines.iter().map(|t| timeline(&failure.schedule, t)).collect::<Vec<_>>(),
        "why": failure.why.as_ref().map(why),
    })
}

fn samples(file: &FileReport, failure: &SampleFailure) -> Value {
    json!({
        "expected": failure.expected.iter().map(sample).collect::<Vec<_>>(),
        "actual": failure.actual.iter().map(sample).collect::<Vec<_>>(),
        "differences": failure.differences.iter().map(|d| difference(file, d)).collect::<Vec<_>>(),
        "notes": failure.notes,
        "why": failure.why.as_ref().map(why),
    })
}

fn life(file: &FileReport, failure: &TimelineFailure) -> Value {
    let alerts = failure.lives.iter().map(|life| {
        json!({
            "labels": pairs(&life.labels),
            "pending_at_ms": life.pending_at_ms,
            "fires_at_ms": life.fires_at_ms,
            "resolves_at_ms": life.resolves_at_ms,
        })
    });
    json!({
        "alerts": alerts.collect::<Vec<_>>(),
        "differences": failure.violations.iter().map(|v| violation(file, v)).collect::<Vec<_>>(),
        "more": failure.more,
        "notes": failure.notes,
        "timelines": failure.timelines.iter().map(|t| timeline(&failure.schedule, t)).collect::<Vec<_>>(),
        "why": failure.why.as_ref().map(why),
    })
}

/// The key `alert` is an index of `alerts`.
fn violation(file: &FileReport, violation: &Violation) -> Value {
    let mut value = match &violation.kind {
        ViolationKind::NoAlert => json!({ "kind": "no_alert" }),
        ViolationKind::Count(actual) => json!({ "kind": "count", "actual": actual }),
        ViolationKind::NeverFires => json!({ "kind": "never_fires" }),
        ViolationKind::Moved { moment, expected_ms, actual_ms } => {
            json!({ "kind": "moved", "field": moment.key(), "expected_ms": expected_ms, "actual_ms": actual_ms })
        }
        ViolationKind::Missing { moment, expected_ms } => {
            json!({ "kind": "missing", "field": moment.key(), "expected_ms": expected_ms })
        }
        ViolationKind::Unexpected { moment, actual_ms } => {
            json!({ "kind": "unexpected", "field": moment.key(), "actual_ms": actual_ms })
        }
        ViolationKind::Annotation { name, expected, pattern, actual, at_ms } => json!({
            "kind": "annotation",
            "field": name,
            "pattern": pattern.key(),
            "expected": expected,
            "actual": actual,
            "at_ms": at_ms,
        }),
    };
    value["alert"] = violation.life.into();
    value["message"] = violation.message.as_str().into();
    value["place"] = range(&file.file, violation.span);
    value
}

fn message(file: &FileReport, failure: &MessageFailure) -> Value {
    json!({
        "pattern": failure.pattern.key(),
        "expected": failure.expected,
        "actual": failure.actual,
        "samples": failure.samples.iter().map(sample).collect::<Vec<_>>(),
        "place": range(&file.file, failure.span),
        "why": failure.why.as_ref().map(why),
    })
}

fn alert(alert: &Alert) -> Value {
    json!({ "labels": pairs(&alert.labels), "annotations": pairs(&alert.annotations) })
}

/// JSON has no NaN and no infinities, so values are texts.
fn sample(sample: &Sample) -> Value {
    json!({ "labels": pairs(&sample.labels), "value": sample.value_text() })
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn difference(file: &FileReport, difference: &Difference) -> Value {
    match difference {
        Difference::Missing { expected, span } => {
            json!({ "kind": "missing", "expected": expected, "place": range(&file.file, *span) })
        }
        Difference::Unexpected { actual } => json!({ "kind": "unexpected", "actual": actual }),
        Difference::Differs { expected, actual, span, fields } => json!({
            "kind": "differs",
            "expected": expected,
            "actual": actual,
            "place": range(&file.file, *span),
            "fields": fields.iter().map(|field| self::field(file, field)).collect::<Vec<_>>(),
        }),
    }
}

fn field(file: &FileReport, field: &FieldDifference) -> Value {
    json!({
        "kind": match field.kind {
            FieldKind::Label => "label",
            FieldKind::Annotation => "annotation",
            FieldKind::Value => "value",
        },
        "name": field.name,
        "expected": field.expected,
        "actual": field.actual,
        "place": field.span.map(|span| range(&file.file, span)),
    })
}

fn timeline(schedule: &Schedule, timeline: &AlertTimeline) -> Value {
    let time = |step: usize| schedule.time(step).saturating_sub(schedule.start_ms);
    let phases = timeline.phases.iter().map(|phase| {
        json!({
            "state": match phase.state {
                AlertState::Pending => "pending",
                AlertState::Firing => "firing",
                AlertState::KeptFiring => "kept_firing",
            },
            "from_ms": time(phase.first),
            "to_ms": time(phase.end),
        })
    });
    let labels = timeline.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    json!({ "labels": pairs(&labels.collect::<Vec<_>>()), "phases": phases.collect::<Vec<_>>() })
}

fn why(why: &Explanation) -> Value {
    let parts = why.parts.iter().map(|part| {
        json!({
            "depth": part.depth,
            "text": part.text,
            "value": part.value,
            "note": part.note,
            "place": range(&why.file, part.span),
        })
    });
    json!({ "file": why.file.name(), "time_ms": why.t_ms, "parts": parts.collect::<Vec<_>>() })
}

pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    json!(Finding::of(diagnostic))
}

pub(super) fn range(file: &SourceFile, span: Span) -> Value {
    let point = |offset: usize| {
        let position = file.position(offset);
        json!({ "offset": offset, "line": position.line, "column": position.column })
    };
    json!({ "start": point(span.start), "end": point(span.end) })
}
