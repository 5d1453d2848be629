//! promtool's own test files and real ones from elsewhere, with the verdict that upstream's tests expect of each.
//!
//! The files are not part of this repository: without the folder `../shared` (or the one that PROMPROOF_SHARED names)
//! the tests say so and pass.

use std::path::Path;

use crate::shared::shared;
use promproof::unittest::{self, RunOptions};
use promproof::workspace;
use promproof::workspace::{TestInput, Workspace};

fn run(path: &Path) -> unittest::report::TestReport {
    let read = workspace::read(path).unwrap();
    let input = TestInput::read(&read.file, path.parent().unwrap());
    unittest::run(&Workspace::default(), &[input], &RunOptions::default())
}

/// Passed, failed and unchecked assertions, and what kept groups or the file from running.
fn outcome(path: &Path) -> String {
    let report = run(path);
    let counts = report.counts();
    let file = &report.files[0];
    let errors = file.groups.iter().flat_map(|group| &group.errors);
    let rules: Vec<&str> =
        file.problems.iter().chain(&file.rule_problems).chain(errors).map(|diagnostic| diagnostic.rule).collect();
    let verdict = if report.failed() { "fails" } else { "passes" };
    format!("{verdict} {}/{}/{} {}", counts.passed, counts.failed, counts.not_run, rules.join(" "))
        .trim_end()
        .to_owned()
}

/// Passed, failed, unchecked. All verdicts are upstream's (`cmd/promtool/unittest_test.go`); those of the files that
/// promtool 3.5 can read were also compared with it.
#[test]
fn promtools_own_files() {
    let Some(folder) = shared("conformance/promtool") else { return };
    let expected = [
        ("at-modifier-test.yml", "passes 0/0/0"),
        ("bad-input-series.yml", "fails 0/0/0 test/invalid-series"),
        ("bad-promql.yml", "fails 0/1/0"),
        ("bad-rules-error-test.yml", "fails 0/0/0 test/rule-fails"),
        ("bad-rules-syntax-test.yml", "fails 0/0/0 promql/syntax"),
        ("failing.yml", "fails 0/4/0"),
        ("long-period.yml", "passes 4/0/0"),
        ("negative-offset-test.yml", "passes 0/0/0"),
        ("no-test-group-interval.yml", "passes 2/0/0"),
        ("rules_run.yml", "fails 1/1/0"),
        ("rules_run_extrafields.yml", "fails 0/0/1 schema/unknown-field schema/unknown-field"),
        ("rules_run_fuzzy.yml", "fails 2/2/0"),
        ("rules_run_no_fuzzy.yml", "fails 0/2/0"),
        ("start-time-test.yml", "passes 9/0/0"),
        ("unittest.yml", "passes 26/0/0"),
    ];
    let outcomes: Vec<(&str, String)> = expected.iter().map(|(name, _)| (*name, outcome(&folder.join(name)))).collect();
    let wrong: Vec<_> = expected.iter().zip(&outcomes).filter(|((_, wanted), (_, found))| wanted != found).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Two of these files have an assertion that does not hold; promtool says so too.
#[test]
fn files_of_cluster_monitoring_operator_and_etcd() {
    let Some(folder) = shared("corpus/unit-tests") else { return };
    let (mut passed, mut failed, mut files) = (0, 0, 0);
    let mut failing = Vec::new();
    for found in workspace::discover(&[folder], &workspace::Lookup::default()).files {
        let report = run(&found.path);
        if report.files[0].groups.is_empty() {
            continue;
        }
        files += 1;
        passed += report.counts().passed;
        failed += report.counts().failed;
        if report.failed() {
            failing.push(found.path.file_name().unwrap().to_owned());
        }
        assert_eq!(report.counts().warnings, 0, "{}: a false alarm", found.path.display());
    }
    assert_eq!((files, passed, failed), (13, 81, 2));
    assert_eq!(failing, ["bz1974830.yaml", "test.yaml"]);
}
