//! What the user sees of `promproof test`: which files are run, how it ends, what it writes.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, say what they expect")]

use crate::support::Sandbox;

mod support;

/// A test that passes.
const PASSES: &str = "tests:
  - name: passes
    input_series: [{series: up, values: 1}]
    promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 1}]}]
";

/// A test file with a mistake of its own.
const BROKEN: &str = "tests:
  - name: [broken
";

#[test]
fn a_broken_test_file_is_run_whatever_is_selected() {
    let sandbox = Sandbox::with(&[("broken.yml", BROKEN), ("passes.yml", PASSES)]);
    for selection in [["--run", "passes"], ["-k", "passes"], ["-k", "nothing"]] {
        let run = sandbox.run(&[&["test", "--output-format", "concise"], &selection[..]].concat());
        assert!(run.stdout.contains("broken.yml:") && run.stdout.contains("yaml/syntax"), "{run}");
        assert_eq!(run.code, Some(1), "{run}");
    }
}

#[test]
fn a_filter_that_selects_nothing_is_exit_code_2() {
    insta::assert_snapshot!(Sandbox::with(&[("passes.yml", PASSES)]).run(&["test", "--run", "nothing"]), @"
    --- stderr
    error: the filter selects no test
      help: of 1 files and 1 named test groups; see `promproof test --list`
    --- exit code 2
    ");
}
