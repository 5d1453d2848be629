//! A YAML document to a test file, as strictly as promtool reads it, with all mistakes at once.
//!
//! promtool decodes with go-yaml v2: any scalar is a text where a text is wanted, null is the empty value everywhere,
//! numbers and booleans follow YAML 1.1, and an unknown field is an error. What promproof knows beyond that is read by
//! `decode_extensions`.

use std::sync::Arc;

use super::decode_extensions as extensions;
use super::file::{
    AlertTest, DEFAULT_EVALUATION_INTERVAL_MS, ExpectedAlert, ExpectedSample, ExprTest, InputSeries, TestFile,
    TestGroup,
};
use super::reader::Reader;
use crate::model::calendar;
use crate::rules::Field;
use crate::rules::findings::INVALID_VALUE;
use crate::source::{SourceFile, Spanned};
use crate::yaml::{Document, Mapping, Node, Parsed};

const FILE_FIELDS: &[&str] = &["rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests"];
const GROUP_FIELDS: &[&str] = &[
    "name",
    "interval",
    "start_timestamp",
    "external_labels",
    "external_url",
    "input_series",
    "alert_rule_test",
    "alert_timeline",
    "promql_expr_test",
];
const SERIES_FIELDS: &[&str] = &["series", "values", "repeat"];
const ALERT_TEST_FIELDS: &[&str] = &["eval_time", "alertname", "exp_alerts"];
const ALERT_FIELDS: &[&str] = &["exp_labels", "exp_annotations"];
const EXPR_TEST_FIELDS: &[&str] = &["expr", "eval_time", "exp_samples", "exp_fail", "tolerance"];
const SAMPLE_FIELDS: &[&str] = &["labels", "value", "histogram", "tolerance"];

/// Reads the first document as a test file; the others do not count, as in promtool. An empty file has no tests.
///
/// What is wrong is in [`TestFile::problems`]: YAML mistakes of the first document, `schema/*` ones, and nothing that
/// needs the rules.
pub fn decode(parsed: &Parsed, file: &Arc<SourceFile>) -> TestFile {
    let mut reader = Reader::new(file);
    let root = parsed.documents.first().and_then(|document| document.root.as_ref());
    let mut decoded = TestFile {
        file: Arc::clone(file),
        rule_files: Vec::new(),
        evaluation_interval_ms: DEFAULT_EVALUATION_INTERVAL_MS,
        group_eval_order: Vec::new(),
        fuzzy_compare: false,
        groups: Vec::new(),
        ignored_document: parsed
            .documents
            .iter()
            .skip(1)
            .find(|document| holds_something(document))
            .map(|document| document.marker(file)),
        problems: Vec::new(),
    };
    if let Some(mapping) = root.and_then(|root| reader.mapping(root, "a test file", FILE_FIELDS)) {
        decode_root(&mut reader, mapping, &mut decoded);
    }
    let end = parsed.documents.get(1).map_or(usize::MAX, |second| second.span.start());
    decoded.problems = parsed.problems.iter().filter(|p| p.primary.span.start() < end).cloned().collect();
    decoded.problems.append(&mut reader.into_problems());
    decoded.problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    decoded
}

/// Whether a document is more than comments and nulls; one whose syntax is broken may be.
fn holds_something(document: &Document) -> bool {
    document.broken || document.root.as_ref().is_some_and(|root| !root.is_null())
}

fn decode_root(reader: &mut Reader<'_>, mapping: &Mapping, decoded: &mut TestFile) {
    decoded.rule_files = reader.texts(mapping, "rule_files");
    if let Some(interval) = reader.positive_duration(mapping, "evaluation_interval") {
        decoded.evaluation_interval_ms = interval;
    }
    decoded.group_eval_order = reader.texts(mapping, "group_eval_order");
    report_repeated_groups(reader, &decoded.group_eval_order);
    decoded.fuzzy_compare = reader.boolean(mapping, "fuzzy_compare");
    let interval_ms = decoded.evaluation_interval_ms;
    decoded.groups = reader.items(mapping, "tests", |reader, node| decode_group(reader, node, interval_ms));
}

fn report_repeated_groups(reader: &mut Reader<'_>, order: &[Field]) {
    let mut seen: rustc_hash::FxHashMap<&str, &Field> = rustc_hash::FxHashMap::default();
    for field in order {
        match seen.get(field.text()) {
            Some(first) => {
                let message = format!("group name repeated in evaluation order: {}", field.text());
                reader.report(&INVALID_VALUE, message, field.span).related_at(first.span, "first given here");
            }
            None => {
                seen.insert(field.text(), field);
            }
        }
    }
}

fn decode_group(reader: &mut Reader<'_>, node: &Node, evaluation_interval_ms: i64) -> TestGroup {
    let mut group = TestGroup {
        span: node.span,
        name: None,
        interval_ms: evaluation_interval_ms,
        start_ms: 0,
        external_labels: Vec::new(),
        external_url: None,
        input_series: Vec::new(),
        alert_tests: Vec::new(),
        timelines: Vec::new(),
        expr_tests: Vec::new(),
    };
    let Some(mapping) = reader.mapping(node, "a test group", GROUP_FIELDS) else { return group };
    group.name = reader.text(mapping, "name").filter(|name| !name.text().is_empty());
    if let Some(interval) = reader.positive_duration(mapping, "interval") {
        group.interval_ms = interval;
    }
    group.start_ms = decode_start(reader, mapping);
    group.external_labels = reader.map(mapping, "external_labels");
    group.external_url = reader.text(mapping, "external_url");
    group.input_series = reader.items(mapping, "input_series", decode_series);
    group.alert_tests = reader.items(mapping, "alert_rule_test", decode_alert_test);
    group.timelines = reader
        .items(mapping, "alert_timeline", |reader, node| extensions::timeline(reader, node, evaluation_interval_ms));
    group.expr_tests = reader.items(mapping, "promql_expr_test", decode_expr_test);
    group
}

fn decode_start(reader: &mut Reader<'_>, mapping: &Mapping) -> i64 {
    let Some(field) = reader.text(mapping, "start_timestamp") else { return 0 };
    start_timestamp(field.text()).unwrap_or_else(|| {
        let message = format!("cannot parse `{}` as a time", field.text());
        let help = "write seconds since the epoch (`1704067200`) or an RFC 3339 time (`2024-01-01T00:00:00Z`)";
        reader.report(&INVALID_VALUE, message, field.span).help(help);
        0
    })
}

/// Milliseconds since the epoch of seconds or an RFC 3339 time; parts of a millisecond are cut off.
fn start_timestamp(text: &str) -> Option<i64> {
    match text.parse::<f64>() {
        // Far beyond any date that is meant, and far enough from where the times of the steps would overflow.
        Ok(seconds) => (seconds.abs() < 1e13).then_some((seconds * 1000.0).floor() as i64),
        Err(_) => calendar::parse_rfc3339(text),
    }
}

fn decode_series(reader: &mut Reader<'_>, node: &Node) -> InputSeries {
    let empty = Field::null(node.span.start());
    let mut series = InputSeries { span: node.span, series: empty.clone(), values: empty, repeat: None };
    let Some(mapping) = reader.mapping(node, "an input series", SERIES_FIELDS) else { return series };
    if let Some(field) = reader.text(mapping, "series") {
        series.series = field;
    }
    if let Some(field) = reader.text(mapping, "values") {
        series.values = field;
    }
    series.repeat = extensions::repeat(reader, mapping, &series.series);
    series
}

fn decode_alert_test(reader: &mut Reader<'_>, node: &Node) -> AlertTest {
    let mut test = AlertTest {
        span: node.span,
        eval_time: Spanned::new(0, node.span),
        alertname: Field::null(node.span.start()),
        exp_alerts: Vec::new(),
        has_exp_alerts: false,
    };
    let Some(mapping) = reader.mapping(node, "an alert test", ALERT_TEST_FIELDS) else { return test };
    if let Some(time) = reader.duration(mapping, "eval_time") {
        test.eval_time = time;
    }
    if let Some(name) = reader.text(mapping, "alertname") {
        test.alertname = name;
    }
    test.has_exp_alerts = mapping.get("exp_alerts").is_some();
    test.exp_alerts = reader.items(mapping, "exp_alerts", decode_alert);
    test
}

fn decode_alert(reader: &mut Reader<'_>, node: &Node) -> ExpectedAlert {
    let mut alert = ExpectedAlert { span: node.span, labels: Vec::new(), annotations: Vec::new() };
    let Some(mapping) = reader.mapping(node, "an expected alert", ALERT_FIELDS) else { return alert };
    alert.labels = reader.map(mapping, "exp_labels");
    alert.annotations = reader.map(mapping, "exp_annotations");
    alert
}

fn decode_expr_test(reader: &mut Reader<'_>, node: &Node) -> ExprTest {
    let mut test = ExprTest {
        span: node.span,
        expr: Field::null(node.span.start()),
        eval_time: Spanned::new(0, node.span),
        exp_samples: Vec::new(),
        exp_fail: None,
    };
    let Some(mapping) = reader.mapping(node, "an expression test", EXPR_TEST_FIELDS) else { return test };
    if let Some(expr) = reader.text(mapping, "expr") {
        test.expr = expr;
    }
    if let Some(time) = reader.duration(mapping, "eval_time") {
        test.eval_time = time;
    }
    let tolerance = extensions::tolerance(reader, mapping);
    test.exp_samples = reader.items(mapping, "exp_samples", decode_sample);
    for sample in &mut test.exp_samples {
        sample.tolerance = sample.tolerance.or(tolerance);
    }
    test.exp_fail = extensions::exp_fail(reader, mapping);
    test
}

fn decode_sample(reader: &mut Reader<'_>, node: &Node) -> ExpectedSample {
    let empty = Field::null(node.span.start());
    let mut sample = ExpectedSample {
        span: node.span,
        labels: empty.clone(),
        value: Spanned::new(0.0, node.span),
        histogram: empty,
        tolerance: None,
    };
    let Some(mapping) = reader.mapping(node, "an expected sample", SAMPLE_FIELDS) else { return sample };
    if let Some(labels) = reader.text(mapping, "labels") {
        sample.labels = labels;
    }
    if let Some(value) = reader.number(mapping, "value") {
        sample.value = value;
    }
    if let Some(histogram) = reader.text(mapping, "histogram") {
        sample.histogram = histogram;
    }
    sample.tolerance = extensions::tolerance(reader, mapping);
    sample
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `docs/schemas/test-file.schema.json` has the fields that are read and no others, in both directions.
    #[test]
    fn the_schema_has_the_same_fields() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/test-file.schema.json");
        let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let at = |pointer: &str| -> BTreeSet<&str> {
            let object = schema.pointer(pointer).and_then(|value| value.as_object());
            object.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
        };
        let read = |fields: &[&'static str]| -> BTreeSet<&str> { fields.iter().copied().collect() };
        assert_eq!(at("/properties"), read(FILE_FIELDS));
        for (name, fields) in [
            ("group", GROUP_FIELDS),
            ("series", SERIES_FIELDS),
            ("alert_test", ALERT_TEST_FIELDS),
            ("alert", ALERT_FIELDS),
            ("expr_test", EXPR_TEST_FIELDS),
            ("sample", SAMPLE_FIELDS),
            ("timeline", extensions::TIMELINE_FIELDS),
        ] {
            assert_eq!(at(&format!("/definitions/{name}/properties")), read(fields), "{name}");
        }
        assert_eq!(at("/definitions/pattern/anyOf/1/properties"), read(extensions::PATTERN_FIELDS));
    }
}
