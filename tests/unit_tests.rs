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
"), @r#"
        test.yml:2:1: error[schema/unknown-field] `rule_file` is not a field of a test file
        test.yml:3:22: error[schema/invalid-duration] `evaluation_interval` is not a duration: unknown unit "x" in duration "1x"
        test.yml:4:16: error[schema/wrong-type] `fuzzy_compare` must be `true` or `false`, without quotes
        test.yml:5:26: error[schema/invalid-value] group name repeated in evaluation order: a
        test.yml:7:11: error[schema/wrong-type] `name` must be a text, not a list
        test.yml:8:15: error[schema/invalid-duration] `interval` is not a duration: unknown unit " m" in duration "1 m"
        test.yml:9:22: error[schema/invalid-value] cannot parse `yesterday` as a time
        test.yml:10:19: error[schema/wrong-type] `input_series` must be a list, not a mapping
        test.yml:13:9: error[schema/unknown-field] `alert_name` is not a field of an alert test
        test.yml:15:13: error[schema/unknown-field] `exp_label` is not a field of an expected alert
        test.yml:16:5: error[schema/unknown-field] `exp_alerts` is not a field of a test group
        test.yml:20:20: error[schema/wrong-type] `value` must be a number, without quotes
        test.yml:21:20: error[schema/wrong-type] `value` must be a number
        test.yml:22:21: error[schema/wrong-type] `labels` must be a text, not a list
        test.yml:23:5: error[schema/wrong-type] a test group must be a mapping, not a text
        failed: 1 of 1 test file, 0 groups, 0 assertions
    "#);
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
"), @"
        test.yml:5:4: warning[test/no-assertions] this test asserts nothing
        passed: 1 test file, 2 groups, 4 assertions; 1 warning
    ");
}

#[test]
fn an_empty_file_passes() {
    insta::assert_snapshot!(concise(""), @"passed: 1 test file, 0 groups, 0 assertions");
    insta::assert_snapshot!(concise("tests: []\n---\nthis: [is not read\n"), @"passed: 1 test file, 0 groups, 0 assertions");
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
"#), @r#"
        test.yml:4:18: error[test/invalid-series] this series cannot be read: the labels have no closing `}`
        test.yml:8:35: error[test/invalid-series] this series cannot be read: unexpected `x3`, expected a number, `_`, `stale` or a histogram `{{…}}`
        test.yml:11:36: error[test/invalid-series] this series cannot be read: expected a series such as `metric{label="value"}` before the values
        failed: 1 of 1 test file, 3 of 3 groups, 3 assertions (3 not checked)
    "#);
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
"), @"
        test.yml:6:11: warning[test/dropped-series] an empty line ends the input here; what follows is not loaded
        test.yml:9:53: failed expression `a or b` at 1m: it yields nothing
        test.yml:15:48: failed expression `a` at 1m: it yields nothing
        failed: 1 of 1 test file, 2 of 2 groups, 2 of 2 assertions; 1 warning
    ");
}
