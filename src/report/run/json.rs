//! `--output-format json`: one object with everything that is known about the run.
//!
//! Times are milliseconds from the start of the test; offsets are bytes of the file, lines and columns count from 1.
//! Of an assertion, the first 1,000 alerts, samples and differences are listed, `left_out` counts the others; texts are cut
//! after 2,000 characters.
//! Keys may be added within a [`VERSION`], none is renamed or removed.

use std::io::{self, Write};

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Shown, TestView, words};
use crate::alerting::{AlertState, AlertTimeline, Schedule};
use crate::lint::config::FailOn;
use crate::report::Failure;
use crate::report::diagnostics::json::{Finding, VERSION};
use crate::report::parts::Parts;
use crate::report::passed_over;
use crate::source::{Diagnostic, SourceFile, Span};
use crate::unittest::coverage::Coverage;
use crate::unittest::report::{
    Alert, AlertFailure, Assertion, AssertionKind, Difference, Explanation, FieldDifference, FieldKind, FileReport,
    GroupReport, Life, MessageFailure, Outcome, Sample, SampleFailure, TestReport, TimelineFailure, Violation,
    ViolationKind,
};

pub(super) fn write(out: &mut dyn Write, shown: &Shown<'_>) -> io::Result<()> {
    let Shown { report, coverage, view, findings } = shown;
    let failures = findings.failures;
    serde_json::to_writer_pretty(&mut *out, &Document { report, coverage: *coverage, view, failures })?;
    writeln!(out)
}

/// A list whose items are made one at a time while it is written: all at once would take several times the memory of the
/// report itself.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// The whole run. Keys are written in the order of the alphabet, here as in all that is in it.
struct Document<'a> {
    report: &'a TestReport,
    coverage: Option<&'a Coverage>,
    view: &'a TestView,
    failures: &'a [Failure],
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { report, coverage, view, failures } = self;
        let counts = report.counts();
        let mut map = serializer.serialize_map(None)?;
        if let Some(coverage) = coverage {
            map.serialize_entry("coverage", &crate::report::coverage::json::value(coverage))?;
        }
        let of_failure = |failure: &'_ Failure| json!({ "path": failure.path, "message": failure.message });
        map.serialize_entry("failures", &failures.iter().map(of_failure).collect::<Vec<_>>())?;
        map.serialize_entry("files", &Each(&report.files, |file| FileJson { file, view }))?;
        if let Some(part) = report.part {
            map.serialize_entry("partition", &Parts::from(part).json())?;
        }
        map.serialize_entry("passed", &(failures.is_empty() && !words::Closing { report, view }.failed()))?;
        map.serialize_entry("passed_over", &passed_over::json(&report.passed_over))?;
        map.serialize_entry("strict", &(view.fail_on == FailOn::Warning))?;
        let summary = json!({
            "files": counts.files,
            "failed_files": report.files.iter().filter(|file| words::file_failed(file, view)).count(),
            "groups": counts.groups,
            "failed_groups": counts.failed_groups,
            "skipped_groups": counts.skipped_groups,
            "assertions": { "passed": counts.passed, "failed": counts.failed, "not_run": counts.not_run },
            "warnings": counts.warnings,
        });
        map.serialize_entry("summary", &summary)?;
        map.serialize_entry("version", &VERSION)?;
        map.end()
    }
}

struct FileJson<'a> {
    file: &'a FileReport,
    view: &'a TestView,
}

impl Serialize for FileJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let FileJson { file, view } = self;
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        let errors: Vec<Value> = file.problems.iter().chain(rule_problems).map(diagnostic).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("errors", &errors)?;
        map.serialize_entry("file", file.file.name())?;
        map.serialize_entry("groups", &Each(&file.groups, |group| GroupJson { file, group, view }))?;
        map.serialize_entry("passed", &!words::file_failed(file, view))?;
        map.serialize_entry("rule_files", &file.rule_files)?;
        map.serialize_entry("warnings", &Each(&file.warnings, diagnostic))?;
        map.end()
    }
}

struct GroupJson<'a> {
    file: &'a FileReport,
    group: &'a GroupReport,
    view: &'a TestView,
}

impl Serialize for GroupJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupJson { file, group, view } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("assertions", &Each(&group.assertions, |assertion| AssertionJson { file, assertion }))?;
        // Only on demand: without it, equal runs have equal reports.
        if view.timings {
            map.serialize_entry("elapsed_seconds", &group.elapsed.as_secs_f64())?;
        }
        map.serialize_entry("errors", &Each(&group.errors, diagnostic))?;
        map.serialize_entry("evaluations", &group.steps)?;
        map.serialize_entry("index", &group.index)?;
        map.serialize_entry("name", &group.name)?;
        map.serialize_entry("passed", &(!group.failed() && !file.has_rule_errors()))?;
        map.serialize_entry("skipped", &group.skipped)?;
        map.end()
    }
}

/// What an assertion is about, in the words of `kind` and `subject`.
pub(super) fn kind_and_subject(kind: &AssertionKind) -> (&'static str, &str) {
    match kind {
        AssertionKind::Alert(name) => ("alert", name),
        AssertionKind::Timeline(alert) => ("timeline", alert),
        AssertionKind::Expr(expr) => ("expression", expr),
    }
}

struct AssertionJson<'a> {
    file: &'a FileReport,
    assertion: &'a Assertion,
}

impl Serialize for AssertionJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AssertionJson { file, assertion } = self;
        let (kind, subject) = kind_and_subject(&assertion.kind);
        let failed = assertion.outcome.failed();
        let outcome = match assertion.outcome {
            Outcome::Passed => "passed",
            Outcome::NotRun => "not_run",
            Outcome::Error(_) => "error",
            Outcome::Alerts(_) | Outcome::Samples(_) | Outcome::Timeline(_) | Outcome::Message(_) => "failed",
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("eval_time_ms", &assertion.eval_time_ms)?;
        if failed {
            map.serialize_entry("failure", &FailureJson { file, outcome: &assertion.outcome })?;
        }
        map.serialize_entry("kind", kind)?;
        if failed {
            map.serialize_entry("message", &words::verdict(assertion))?;
        }
        map.serialize_entry("outcome", outcome)?;
        map.serialize_entry("place", &range(&file.file, assertion.span))?;
        map.serialize_entry("subject", subject)?;
        map.end()
    }
}

struct FailureJson<'a> {
    file: &'a FileReport,
    outcome: &'a Outcome,
}

impl Serialize for FailureJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let FailureJson { file, outcome } = self;
        match outcome {
            Outcome::Alerts(failure) => alerts(serializer, file, failure),
            Outcome::Samples(failure) => samples(serializer, file, failure),
            Outcome::Timeline(failure) => lives(serializer, file, failure),
            Outcome::Message(failure) => message(file, failure).serialize(serializer),
            Outcome::Error(error) => diagnostic(error).serialize(serializer),
            Outcome::Passed | Outcome::NotRun => serializer.serialize_unit(),
        }
    }
}

/// So many alerts, samples and differences of one assertion are listed.
const MAX_LISTED: usize = 1_000;

fn first<T>(items: &[T]) -> &[T] {
    items.get(..MAX_LISTED).unwrap_or(items)
}

fn rest<T>(items: &[T]) -> usize {
    items.len().saturating_sub(MAX_LISTED)
}

/// The first differences, of those that are about what is listed.
fn listed(differences: &[Difference]) -> Vec<&Difference> {
    let is_listed = |difference: &&Difference| match difference {
        Difference::Missing { .. } => true,
        Difference::Unexpected { actual } | Difference::Differs { actual, .. } => *actual < MAX_LISTED,
    };
    differences.iter().filter(is_listed).take(MAX_LISTED).collect()
}

/// Says how many are not listed, where there are such.
fn left_out<S: Serializer>(map: &mut S::SerializeMap, counts: &[(&str, usize)]) -> Result<(), S::Error> {
    let counts: serde_json::Map<String, Value> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(of, count)| ((*of).to_owned(), (*count).into())).collect();
    if counts.is_empty() { Ok(()) } else { map.serialize_entry("left_out", &counts) }
}

fn alerts<S: Serializer>(serializer: S, file: &FileReport, failure: &AlertFailure) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("actual", &Each(first(&failure.actual), alert))?;
    let differences = listed(&failure.differences);
    map.serialize_entry("differences", &Each(&differences, |d: &&Difference| difference(file, d)))?;
    map.serialize_entry("expected", &Each(&failure.expected, alert))?;
    let left = failure.differences.len() - differences.len();
    left_out::<S>(
        &mut map,
        &[("actual", rest(&failure.actual)), ("differences", left), ("timelines", rest(&failure.timelines))],
    )?;
    map.serialize_entry("notes", &failure.notes)?;
    map.serialize_entry("timelines", &Each(first(&failure.timelines), |t| timeline(&failure.schedule, t)))?;
    map.serialize_entry("why", &failure.why.as_ref().map(why))?;
    map.end()
}

fn samples<S: Serializer>(serializer: S, file: &FileReport, failure: &SampleFailure) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("actual", &Each(first(&failure.actual), sample))?;
    let differences = listed(&failure.differences);
    map.serialize_entry("differences", &Each(&differences, |d: &&Difference| difference(file, d)))?;
    map.serialize_entry("expected", &Each(&failure.expected, sample))?;
    let left = failure.differences.len() - differences.len();
    left_out::<S>(&mut map, &[("actual", rest(&failure.actual)), ("differences", left)])?;
    map.serialize_entry("notes", &failure.notes)?;
    map.serialize_entry("why", &failure.why.as_ref().map(why))?;
    map.end()
}

fn lives<S: Serializer>(serializer: S, file: &FileReport, failure: &TimelineFailure) -> Result<S::Ok, S::Error> {
    let life = |life: &Life| {
        json!({
            "labels": pairs(&life.labels),
            "pending_at_ms": life.pending_at_ms,
            "fires_at_ms": life.fires_at_ms,
            "resolves_at_ms": life.resolves_at_ms,
        })
    };
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("alerts", &Each(&failure.lives, life))?;
    map.serialize_entry("differences", &Each(&failure.violations, |v| violation(file, v)))?;
    left_out::<S>(&mut map, &[("timelines", rest(&failure.timelines))])?;
    map.serialize_entry("more", &failure.more)?;
    map.serialize_entry("notes", &failure.notes)?;
    map.serialize_entry("timelines", &Each(first(&failure.timelines), |t| timeline(&failure.schedule, t)))?;
    map.serialize_entry("why", &failure.why.as_ref().map(why))?;
    map.end()
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
            "expected": words::shown(expected),
            "actual": words::shown(actual),
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
        "expected": words::shown(&failure.expected),
        "actual": failure.actual.as_deref().map(words::shown),
        "samples": first(&failure.samples).iter().map(sample).collect::<Vec<_>>(),
        "place": range(&file.file, failure.span),
        "why": failure.why.as_ref().map(why),
    })
}

fn alert(alert: &Alert) -> Value {
    json!({ "labels": pairs(&alert.labels), "annotations": pairs(&alert.annotations) })
}

/// JSON has no NaN and no infinities, so values are texts.
fn sample(sample: &Sample) -> Value {
    json!({ "labels": pairs(&sample.labels), "value": words::shown(&sample.value_text()) })
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(words::shown(value))))
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
        "expected": field.expected.as_deref().map(words::shown),
        "actual": field.actual.as_deref().map(words::shown),
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
    json!({ "start": point(span.start()), "end": point(span.end()) })
}
