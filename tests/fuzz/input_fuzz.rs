//! Broken input of every other kind: series notation, templates, dumps, rule files, test files. Nothing may panic or
//! hang, and every problem has a place.
//!
//! `PROMPROOF_FUZZ_INPUTS` sets how many inputs there are, `PROMPROOF_FUZZ_SEED` which comes first.

use std::path::PathBuf;

use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;
use promproof::inventory::{self, Inventory};
use promproof::lint::{self, Config};
use promproof::model::exposition::parse_dump;
use promproof::model::{Labels, SampleValue};
use promproof::promql::series;
use promproof::report::Format;
use promproof::report::run::{Shown, TestView};
use promproof::report::{self, Style};
use promproof::source::{Diagnostic, Span};
use promproof::template::{self, Context, NoQueries};
use promproof::testfile;
use promproof::unittest::{self, RunOptions};
use promproof::workspace;
use promproof::workspace::{Document, Purpose, TestInput, Workspace};
use promproof::yaml;

fn assert_inside(span: Span, text: &str, what: &str) {
    assert!(span.start() <= span.end() && span.end() <= text.len(), "{text}: {what} at {span:?}");
    assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()), "{text}: {what} at {span:?}");
}

/// One of `seeds`, broken.
fn broken(random: &mut Generator, seeds: &[&str], pieces: &[&str]) -> String {
    let mut input = random.pick(seeds).as_bytes().to_vec();
    mutate::bytes(random, &mut input, pieces);
    let text = String::from_utf8_lossy(&input).into_owned();
    fuzz::show(&text);
    text
}

const LINES: [&str; 8] = [
    r#"up{job="a"} 1+2x5 _x3 stale -1.5e3 NaN Inf 0x10"#,
    r#"up{job="a"}@st -30s-1mx2 0 +1ms _x2"#,
    "h {{schema:1 sum:-3.1 count:22 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 7] n_buckets:[4.1 5]}}x3",
    "h {{schema:-53 custom_values:[-1 2.5 ] buckets:[1 0 3] counter_reset_hint:gauge}}+{{schema:-53 custom_values:[2.5] buckets:[1 1]}}x4",
    "h {{offset:-5 n_offset:3 buckets:[1 2] n_buckets:[3]}}-{{count:1 offset:9 buckets:[1]}}x7",
    r#"{"utf8 name",a="b"} 1 2 3"#,
    "up 1x1000 _x99999 3-0.1x1000",
    "up 0+1x3 08 010",
];
const LINE_PIECES: [&str; 24] = [
    "x",
    "_",
    " ",
    "+",
    "-",
    "{{",
    "}}",
    "1x99999999",
    "stale",
    "buckets:[",
    "]",
    "schema:8",
    "schema:-4",
    "offset:2147483647",
    "offset:-2147483648",
    "n_buckets:[1 2]",
    "custom_values:[1 2]",
    "sum:NaN",
    "@st",
    "1e400",
    "x3000000",
    "counter_reset_hint:reset",
    "é",
    "z_bucket_w:1e300",
];

#[test]
fn broken_series() {
    let tally = fuzz::run("broken series", 1_000, |seed| {
        let line = broken(&mut Generator::new(seed), &LINES, &LINE_PIECES);
        match series::parse_line(&line) {
            Ok(_) => Outcome::Result,
            Err(error) => {
                assert_inside(error.span, &line, &error.message);
                Outcome::Refused
            }
        }
    });
    tally.check();
}

const TEMPLATES: [&str; 10] = [
    "{{ $labels.instance }} of {{ $labels.job }} is {{ $value | humanize }}",
    r#"{{ range $i, $e := query "up" | sortByLabel "job" }}{{ $i }}{{ .Labels.job }}{{ else }}none{{ end }}"#,
    r#"{{ with printf "%-8.3[1]f|%+q|%#x|%T" $value "a" 3 }}{{ . }}{{ end }}"#,
    r#"{{ define "t" }}{{ . }}{{ template "t" . }}{{ end }}{{ template "t" 1 }}"#,
    r#"{{ if and (gt $value 1.0) (not (eq $labels.a "b" "c")) }}{{- "x" -}}{{ else if le 1 2 }}y{{ end }}"#,
    r#"{{ reReplaceAll "(.*):(.*)" "$2$1" $labels.instance }}{{ match "[a-z]+" "é" }}{{ title "ǆ" }}"#,
    "{{ humanizeDuration $value }} {{ humanizeTimestamp 1e300 }} {{ toTime 1e18 }} {{ humanize1024 -1e-9 }}",
    r#"{{ index (args 1 2 3) "arg1" }} {{ slice "abc" 1 2 }} {{ len $labels }} {{ safeHtml "<" }} {{ 'x' }} {{ 1i }}"#,
    r#"{{ range 5 }}{{ if eq . 3 }}{{ break }}{{ end }}{{ continue }}{{ end }}{{ $x := 1 }}{{ $x = 2 }}"#,
    r#"{{ block "b" . }}{{ .Value }}{{ end }}{{/* c */}}{{ parseDuration "1h" }} {{ stripPort "a:1" }} {{ urlquery "&" }}"#,
];
const TEMPLATE_PIECES: [&str; 26] = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    "(",
    ")",
    "|",
    ".",
    "$",
    "\"",
    "`",
    "'",
    "/*",
    " end ",
    " range ",
    " with ",
    " if ",
    " template \"t\" . ",
    "%",
    "*",
    "[1]",
    "99999999999",
    "-1",
    "é",
    ":=",
    "nil",
];

#[test]
fn broken_templates() {
    let labels = Labels::from_pairs([("__name__", "x"), ("job", "j"), ("instance", "i:9090")]);
    let values = [0.0, -1.5, f64::NAN, f64::INFINITY, 1e300, 5e-324].map(SampleValue::Float);
    let tally = fuzz::run("broken templates", 10_000, move |seed| {
        let mut random = Generator::new(seed);
        let text = broken(&mut random, &TEMPLATES, &TEMPLATE_PIECES);
        let template = match template::parse(&text) {
            Ok(template) => template,
            Err(error) => {
                assert!(!error.annotation_text("__alert_A").is_empty());
                return Outcome::Refused;
            }
        };
        template.references();
        let context = Context {
            name: "__alert_A",
            labels: &labels,
            external_labels: &labels,
            external_url: "http://e/x",
            value: &values[random.below(values.len())],
            t_ms: [0, 1_800_000, i64::MAX, i64::MIN][random.below(4)],
            querier: &NoQueries,
        };
        if template.expand(&context).is_ok() { Outcome::Result } else { Outcome::Empty }
    });
    tally.check();
}

const DUMPS: [&str; 3] = [
    "# TYPE up gauge\n# HELP up x\nup{job=\"a\",instance=\"b\"} 1 1700000000\nup{job=\"a\"} NaN 1700000015.5\n# EOF\n",
    "up{job=\"a\\n\\\"\"} 1e3 1700000000000\nup 2\n",
    "{__name__=\"up\",job=\"a\"} 1 1700000000000\nx_bucket{le=\"+Inf\"} 5 # {trace=\"x\"} 1 2\n",
];
const DUMP_PIECES: [&str; 12] =
    ["{", "}", "\"", "\\", "\n", "# EOF", " 99999999999999999999", ",", "=", "é", "NaN", "-1e400"];

#[test]
fn broken_dumps() {
    let tally = fuzz::run("broken dumps", 10_000, |seed| {
        match parse_dump(&broken(&mut Generator::new(seed), &DUMPS, &DUMP_PIECES)) {
            Ok(samples) if samples.is_empty() => Outcome::Empty,
            Ok(_) => Outcome::Result,
            Err(_) => Outcome::Refused,
        }
    });
    tally.check();
}

const ANSWERS: [&str; 5] = [
    "{\"status\":\"success\",\"data\":{\"up\":[{\"type\":\"gauge\",\"help\":\"é\",\"unit\":\"\"}]}}",
    "{\"status\":\"success\",\"data\":[{\"__name__\":\"up\",\n\"job\":\"a\"}]}",
    "{\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"up\"},\"value\":[1,\"1\"]}]}}",
    "[{\"target\":{\"job\":\"a\"},\"metric\":\"go_gc\",\"type\":\"gauge\",\"unit\":\"seconds\"}, \"up\", null, 1.5]",
    "# TYPE h histogram\n# UNIT h seconds\nh {count:5, sum:18.4} 1\nh_bucket{le=\"1\"} 2\n",
];

#[test]
fn broken_files_of_facts() {
    let tally = fuzz::run("broken files of facts", 10_000, |seed| {
        let random = &mut Generator::new(seed);
        let seeds: Vec<&str> = ANSWERS.into_iter().chain(DUMPS).collect();
        let text = broken(random, &seeds, &DUMP_PIECES);
        let purpose = [inventory::Purpose::Inventory, inventory::Purpose::Metadata][random.below(2)];
        let mut inventory = Inventory::default();
        match inventory.read(&text, purpose) {
            Ok(()) if inventory.names().next().is_none() => Outcome::Empty,
            Ok(()) => Outcome::Result,
            Err(error) => {
                assert_inside(error.span, &text, &error.message);
                Outcome::Refused
            }
        }
    });
    tally.check();
}

fn check_problems(problems: &[Diagnostic], text: &str) {
    for problem in problems {
        assert_inside(problem.primary.span, problem.primary.file.text(), &problem.message);
        assert!(problem.primary.file.text() != text || !problem.message.is_empty());
    }
}

const YAML_PIECES: [&str; 40] = [
    "\n",
    "  ",
    "\t",
    "- ",
    ": ",
    "\"",
    "'",
    "|",
    ">",
    "|2-",
    "&a ",
    "*a",
    "<<: *share",
    "{",
    "}",
    "[",
    "]",
    "#",
    " #",
    "---\n",
    "...\n",
    "!!str ",
    "? ",
    "~",
    "null",
    "1e3",
    "-1",
    "99999999999x",
    "1x100000000",
    "for: 0s",
    "\r\n",
    "\u{feff}",
    "é",
    "\u{2028}",
    "groups:",
    "tests:",
    "expr: up",
    "eval_time: 5m",
    "name: x",
    "%YAML 1.2\n",
];

const RULES: &str = "\
# promproof: allow(runbook/missing)
groups:
  - name: g
    interval: 30s
    limit: 10
    labels: {team: a}
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
        labels: &l
          severity: page
      - alert: Down
        expr: |
          up == 0
            and on (job) (rate(x[5m]) > 1)
        for: 5m
        keep_firing_for: 1m
        labels: {<<: *l, x: 'y'}
        annotations:
          summary: \"{{ $labels.instance }} is \\u00e9 {{ $value }}\"
          text: >-
            folded {{ $labels.job }}
            text
";

#[test]
fn broken_rule_files() {
    let config = Config::default();
    let traefik = include_str!("../../testdata/traefik/traefik.rules.yml");
    let tally = fuzz::run("broken rule files", 1_500, move |seed| {
        let text = broken(&mut Generator::new(seed), &[RULES, traefik], &YAML_PIECES);
        let file = workspace::from_bytes("rules.yml", text.into_bytes()).file;
        let document = Document::rule_file(&file, &config.settings());
        check_problems(&document.problems().cloned().collect::<Vec<_>>(), file.text());
        let is_rules = document.rule_count() > 0;
        let mut workspace = Workspace::new(Purpose::Check, config.settings());
        workspace.add(document);
        let found = lint::run(&workspace, &config);
        check_problems(&found, file.text());
        let mut shown = Vec::new();
        let summary = report::Summary::default();
        let whole = report::CheckReport {
            identities: lint::identify(&workspace, &config, &found),
            diagnostics: found,
            summary,
            ..report::CheckReport::default()
        };
        report::write_check(&mut shown, Format::ALL[file.text().len() % Format::ALL.len()], &Style::plain(), &whole)
            .unwrap();
        match (is_rules, whole.diagnostics.is_empty()) {
            (false, _) => Outcome::Refused,
            (true, false) => Outcome::Result,
            (true, true) => Outcome::Empty,
        }
    });
    tally.check();
}

const TESTS: &str = "\
rule_files: [traefik.rules.yml]
evaluation_interval: 1m
group_eval_order: [traefik]
fuzzy_compare: true
tests:
  - name: all fields
    interval: 1m
    start_timestamp: 2024-01-01T00:00:00Z
    external_labels: {cluster: c}
    external_url: http://x
    input_series:
      - series: 'up{job=\"a\"}'
        values: '1x5 0x5 _ stale {{schema:0 sum:1 buckets:[1 2]}}x2'
    alert_rule_test:
      - eval_time: 5m
        alertname: TraefikHighHttp5xxErrorRateBackend
        exp_alerts:
          - exp_labels: {job: a}
            exp_annotations: {summary: x}
    promql_expr_test:
      - expr: sum by (job) (rate(up[5m]))
        eval_time: 4m
        exp_samples:
          - labels: '{job=\"a\"}'
            value: 0
          - labels: 'h'
            histogram: '{{schema:0 sum:1 buckets:[1 2]}}'
";

#[test]
fn broken_test_files() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/traefik");
    let tally = fuzz::run("broken test files", 600, move |seed| {
        let mut random = Generator::new(seed);
        let text = broken(&mut random, &[TESTS], &YAML_PIECES);
        let file = workspace::from_bytes("test.yml", text.into_bytes()).file;
        let parsed = yaml::parse(&file);
        check_problems(&parsed.problems, file.text());
        let test = testfile::decode(&parsed, &file);
        check_problems(&test.problems, file.text());
        let report = unittest::run(
            &Workspace::default(),
            &[std::sync::Arc::new(TestInput { test, folder: folder.clone() })],
            &RunOptions::default(),
        );
        let mut shown = Vec::new();
        let format = Format::ALL[random.below(Format::ALL.len())];
        let view = TestView::default();
        let diagnostics = report::run::diagnostics(&report, &view);
        let findings = report::Findings { command: "test", diagnostics: &diagnostics, ..Default::default() };
        let whole = Shown { findings, ..Shown::of(&report, &view) };
        report::run::write(&mut shown, format, &Style::plain(), &whole).unwrap();
        let of_file = &report.files[0];
        check_problems(&of_file.problems, file.text());
        check_problems(&of_file.warnings, file.text());
        match (of_file.problems.is_empty(), of_file.groups.is_empty()) {
            (false, _) => Outcome::Refused,
            (true, false) => Outcome::Result,
            (true, true) => Outcome::Empty,
        }
    });
    tally.check();
}
