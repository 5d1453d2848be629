//! `promproof render --output-format json`: one object. Times are milliseconds from the start of a test.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{RenderView, shown_tests};
use crate::alerting::AlertState;
use crate::report::diagnostics::json::{Finding, VERSION};
use crate::source::{SourceFile, Span};
use crate::unittest::rendering::{AlertRendering, Appearance, Remark, RenderedField, RenderedRule};
use crate::unittest::report::TestReport;

pub(super) fn write(
    out: &mut dyn Write,
    report: &TestReport,
    rules: &[RenderedRule<'_>],
    view: RenderView,
) -> io::Result<()> {
    let errors = report.files.iter().flat_map(|file| {
        let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
        let of_groups = file.groups.iter().flat_map(|group| &group.errors);
        file.problems.iter().chain(rule_problems).chain(of_groups)
    });
    let document = json!({
        "version": VERSION,
        "at_ms": view.at_ms,
        "alerts": rules.iter().map(|rule| self::rule(rule, view)).collect::<Vec<_>>(),
        "errors": errors.map(Finding::of).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn place(file: &SourceFile, span: Span) -> Value {
    let at = file.position(span.start());
    json!({ "file": file.name(), "line": at.line, "column": at.column })
}

fn rule(rule: &RenderedRule<'_>, view: RenderView) -> Value {
    let shown = rule.appearances.iter().filter(|appearance| !appearance.rendering.alerts.is_empty());
    let tests = shown.take(shown_tests(view)).map(|appearance| test(&rule.rule.file, appearance));
    json!({
        "alert": rule.rule.name,
        "rule": place(&rule.rule.file, rule.rule.span),
        "active_in_tests": rule.appearances.len(),
        "tests": tests.collect::<Vec<_>>(),
    })
}

fn test(rule_file: &SourceFile, appearance: &Appearance<'_>) -> Value {
    let rendering = appearance.rendering;
    let mut value = place(&appearance.file.file, appearance.group.span);
    value["group"] = json!(appearance.group.name);
    value["index"] = json!(appearance.group.index);
    value["first_pending_ms"] = json!(rendering.first_pending_ms);
    value["first_firing_ms"] = json!(rendering.first_firing_ms);
    value["alerts"] = rendering.alerts.iter().map(|alert| self::alert(rule_file, alert)).collect();
    value["more"] = json!(rendering.more);
    value
}

fn alert(rule_file: &SourceFile, alert: &AlertRendering) -> Value {
    let state = match alert.state {
        AlertState::Pending => "pending",
        AlertState::Firing => "firing",
        AlertState::KeptFiring => "kept_firing",
    };
    let object = |fields: &[RenderedField]| {
        let there = fields.iter().map(|field| (field.name.clone(), json!(field.text)));
        Value::Object(there.collect::<Map<_, _>>())
    };
    // A label that renders to nothing is none, but has a remark.
    let labels: Vec<RenderedField> = alert.labels.iter().filter(|label| !label.text.is_empty()).cloned().collect();
    let remarks = |kind: &'static str, fields: &'_ [RenderedField]| -> Vec<Value> {
        let remark = |field: &RenderedField, Remark { rule, message }: &Remark| {
            let at = field.span.map_or(Value::Null, |span| place(rule_file, span));
            json!({ "kind": kind, "name": field.name, "rule": rule, "message": message, "place": at })
        };
        fields.iter().flat_map(|field| field.problems.iter().map(move |problem| remark(field, problem))).collect()
    };
    let all_remarks = [remarks("label", &alert.labels), remarks("annotation", &alert.annotations)].concat();
    json!({
        "state": state,
        "at_ms": alert.at_ms,
        "active_at_ms": alert.active_at_ms,
        "value": alert.value,
        "labels": object(&labels),
        "annotations": object(&alert.annotations),
        "remarks": all_remarks,
    })
}
