//! What a run makes is bounded as a whole.

use crate::alerting::{CompileOptions, Limits, RunErrorKind, RunOptions};

use super::support::{compile, inputs, ran_with};

const RULES: &str = "groups:
- name: g
  rules:
  - {record: 'r:1', expr: 'x'}
  - {record: 'r:2', expr: 'r:1'}
  - {alert: A, expr: 'r:2 > 0', labels: {v: '{{ $value }}'}, annotations: {q: '{{ query \"x\" }}'}}
";
const SERIES: &str = "x{job=\"a\"} 1+1x9";

/// The message of the error, and the rule with which the run made too much.
fn exceeded(limits: Limits, step_by_step: bool) -> Option<(String, usize)> {
    let set = compile(RULES, CompileOptions::default());
    let ran = ran_with(&set, &inputs(SERIES), 9, RunOptions { limits, step_by_step, ..RunOptions::default() });
    let error = ran.run.errors.first()?;
    let RunErrorKind::Budget(id) = error.kind else { panic!("{error:?}") };
    assert_eq!(ran.run.errors.len(), 1, "{:?}", ran.run.errors);
    Some((error.message.clone(), id.rule))
}

#[test]
fn each_limit_ends_the_run_and_says_so() {
    let limits = Limits::default();
    assert_eq!(exceeded(limits, false), None);
    assert_eq!(exceeded(limits, true), None);
    let samples = Limits { samples: 15, ..limits };
    let message = "the rules of this test record more than 15 samples";
    assert_eq!(exceeded(samples, false), Some((message.to_owned(), 1)));
    assert!(exceeded(samples, true).is_some_and(|(text, _)| text == message));
    // Two recorded series, which count for 256 bytes each, and no alert.
    let labels = Limits { label_bytes: 2 * 256 + 60, ..limits };
    assert!(exceeded(labels, false).is_some_and(|(text, rule)| text.starts_with("the labels of alerts") && rule == 2));
    let annotations = Limits { annotation_bytes: 40, ..limits };
    assert!(exceeded(annotations, false).is_some_and(|(text, rule)| text.contains("with a `query`") && rule == 2));
}

#[test]
fn what_just_fits_is_complete() {
    let set = compile(RULES, CompileOptions::default());
    // Ten samples of each recording rule; each value makes an alert of its own, with a state, a time and an end.
    let limits = Limits { samples: 10 + 10 + 2 * 10, ..Limits::default() };
    let run = |options| ran_with(&set, &inputs(SERIES), 9, options);
    let bounded = run(RunOptions { limits, ..RunOptions::default() });
    assert_eq!(bounded.shown(), run(RunOptions::default()).shown());
}
