//! Test files from outside: what is wrong with them, how they fail, what is printed.

use std::path::Path;
use std::sync::Arc;

use promproof::report::Look;
use promproof::report::test::{self, TestFormat, TestView};
use promproof::source::SourceFile;
use promproof::unittest::{self, RunOptions, TestInput};
use promproof::yaml;

/// A folder with rule files, and the test files that are run in it.
struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        Folder { dir: tempfile::tempdir().unwrap() }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        for (name, text) in files {
            std::fs::write(folder.dir.path().join(name), text).unwrap();
        }
        folder
    }

    /// Runs `text` as the file `test.yml` and prints the report. The folder's own name is left out.
    fn run_as(&self, format: TestFormat, text: &str) -> String {
        let source = Arc::new(SourceFile::new("test.yml", text));
        let test = unittest::decode(&yaml::parse(&source), &source);
        let input = TestInput { test, folder: self.dir.path().to_owned() };
        let report = unittest::run(&[input], &RunOptions::default());
        let mut out = Vec::new();
        test::write(&mut out, format, &Look { width: 100, ..Look::plain() }, &report, &TestView::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        let folder = format!("{}/", self.dir.path().display());
        // Blanks at the ends of lines are nothing that a reader sees.
        text.replace(&folder, "").lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn full(&self, text: &str) -> String {
        self.run_as(TestFormat::Full, text)
    }

    fn concise(&self, text: &str) -> String {
        self.run_as(TestFormat::Concise, text)
    }
}

fn concise(text: &str) -> String {
    Folder::new().concise(text)
}

#[test]
fn every_mistake_of_a_file_is_reported_at_its_place() {
    insta::assert_snapshot!(concise("
rule_file: [rules.yml]
evaluation_interval: 1x
fuzzy_compare: \"yes\"
group_eval_order: [a, b, a]
tests:
  - name: [x]
    interval: 1 m
    start_timestamp: yesterday
    input_series: {series: up, values: 1}
    alert_rule_test:
      - eval_time: 5m
        alert_name: A
        exp_alerts:
          - exp_label: {a: b}
    exp_alerts: []
    promql_expr_test:
      - expr: up
        exp_samples:
          - value: \"5\"
          - value: five
          - labels: [up]
  - 5
"), @"");
}

#[test]
fn what_go_yaml_accepts_is_accepted() {
    insta::assert_snapshot!(concise("
evaluation_interval: ~
fuzzy_compare: On
tests:
  -
  - name: ~
    start_timestamp: 1.5
    promql_expr_test:
      - {expr: vector(8), exp_samples: [{value: 010, labels: ~}]}
      - {expr: vector(1000.5), exp_samples: [{value: 1_000.5}], eval_time: 1w2d}
      - {expr: vector(-Inf), exp_samples: [{value: -.inf}]}
      - {expr: time(), exp_samples: [{value: 1.5}]}
"), @"");
}

#[test]
fn an_empty_file_passes() {
    insta::assert_snapshot!(concise(""), @"");
    insta::assert_snapshot!(concise("tests: []\n---\nthis: [is not read\n"), @"");
}

#[test]
fn series_that_cannot_be_read_are_shown_at_their_place() {
    insta::assert_snapshot!(concise(r#"
tests:
  - input_series:
      - series: 'up{job="a"'
        values: 1
    promql_expr_test: [{expr: up}]
  - input_series:
      - {series: up, values: '1 2 x3'}
    promql_expr_test: [{expr: up}]
  - input_series:
      - {series: up, values: "1 2\n3 4"}
    promql_expr_test: [{expr: up}]
"#), @"");
}

#[test]
fn an_empty_line_ends_the_input() {
    insta::assert_snapshot!(concise("
tests:
  - input_series:
      - series: a
        values: |
          1 2 3
      - {series: b, values: 1}
    promql_expr_test:
      - {expr: a or b, eval_time: 1m, exp_samples: [{labels: a, value: 2}]}
  - input_series:
      - series: a
        values: |
          1 2 3
    promql_expr_test:
      - {expr: a, eval_time: 1m, exp_samples: [{labels: a, value: 2}]}
"), @"");
}
