//! Whoever looks at a run beside its assertions, and runs that nobody explains.

use std::sync::Arc;

use promproof::source::SourceFile;
use promproof::unittest::report::{GroupReport, Outcome};
use promproof::unittest::{self, Observer, RunOptions, Running};
use promproof::workspace::{TestInput, Workspace};

use crate::support::Sandbox;

const RULES: &str = "groups:
  - name: g
    rules:
      - alert: Down
        expr: up == 0
        for: 2m
";

const TEST: &str = "rule_files: [rules.yml]
tests:
  - name: fails
    input_series: [{series: up, values: 1 0x9}]
    alert_rule_test: [{eval_time: 2m, alertname: Down, exp_alerts: [{}]}]
    alert_timeline: [{alertname: Down, fires_at: 1m}]
    promql_expr_test: [{expr: up, eval_time: 0, exp_samples: [{labels: up, value: 7}]}]
  - name: passes
    input_series: [{series: up, values: 1 0x9}]
    alert_rule_test: [{eval_time: 3m, alertname: Down, exp_alerts: [{}]}]
";

fn input(sandbox: &Sandbox) -> Arc<TestInput> {
    let file = Arc::new(SourceFile::new("test.yml", TEST));
    TestInput::read(&file, sandbox.path(""))
}

/// Says which groups it saw and how many of their assertions hold.
struct Listener;

impl Observer for Listener {
    type Seen = String;

    fn look(&self, _running: &Running<'_>, report: &GroupReport) -> String {
        let hold = report.assertions.iter().filter(|assertion| matches!(assertion.outcome, Outcome::Passed)).count();
        format!("{}: {hold} of {}", report.name, report.assertions.len())
    }
}

#[test]
fn an_observer_sees_each_group_that_ran() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.yml", RULES);
    let (report, seen) =
        unittest::observe(&Workspace::default(), &[input(&sandbox)], &RunOptions::default(), &(Some(Listener), ()));
    let seen = seen.filter_map(|(seen, ())| seen);
    assert_eq!(report.counts().groups, 2);
    assert_eq!(seen.of(0, 0).map(String::as_str), Some("fails: 0 of 3"));
    assert_eq!(seen.of(0, 1).map(String::as_str), Some("passes: 1 of 1"));
    assert_eq!((seen.of(0, 2), seen.of(1, 0)), (None, None));
}

#[test]
fn a_verdict_can_be_had_without_its_explanation() {
    let sandbox = Sandbox::new();
    sandbox.write("rules.yml", RULES);
    let run = |verdicts_only| {
        let options = RunOptions { verdicts_only, ..RunOptions::default() };
        let report = unittest::run(&Workspace::default(), &[input(&sandbox)], &options);
        let assertions = report.files.into_iter().flat_map(|file| file.groups).flat_map(|group| group.assertions);
        assertions.map(|assertion| assertion.outcome).collect::<Vec<Outcome>>()
    };
    let explained = |outcome: &Outcome| match outcome {
        Outcome::Alerts(failure) => Some(failure.why.is_some() && !failure.differences.is_empty()),
        Outcome::Samples(failure) => Some(failure.why.is_some() && !failure.differences.is_empty()),
        Outcome::Timeline(failure) => Some(failure.why.is_some() && !failure.timelines.is_empty()),
        _ => None,
    };
    let all: Vec<_> = run(false).iter().map(explained).collect();
    assert_eq!(all, [Some(true), Some(true), Some(true), None]);
    let verdicts: Vec<_> = run(true).iter().map(explained).collect();
    assert_eq!(verdicts, [Some(false), Some(false), Some(false), None]);
}
