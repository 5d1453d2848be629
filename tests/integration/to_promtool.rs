//! `promproof test --to-promtool`: what is written, where, and that it has the verdict of what it was made of.

use std::sync::Arc;

use promproof::source::SourceFile;
use promproof::unittest::report::{Life, Outcome, TestReport};
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{TestInput, Workspace};
use proptest::prelude::*;

use crate::support::Sandbox;

const RULES: &str = r#"groups:
  - name: g
    rules:
      - alert: High
        expr: errors > 10
        for: 2m
        annotations:
          summary: "{{ $labels.pod }}: {{ $value }}"
"#;

const TEST: &str = r#"rule_files: ['*.rules.yml']
tests:
  - name: errors
    input_series:
      - {series: 'errors{pod="web-{i}"}', values: '{i}x2 20x4 0x2', repeat: 2}
    alert_timeline:
      - {alertname: High, pending_at: 3m, fires_at: 5m, annotations: {summary: {contains: web}}}
      - {alertname: High, labels: {pod: web-0}, fires_at: 4m}
    promql_expr_test:
      - {expr: errors, eval_time: 5m, exp_samples: [{labels: 'errors{pod="web-0"}', value: 20.1}, {labels: 'errors{pod="web-1"}', value: 20}], tolerance: 1%}
      - {expr: errors * on () errors, exp_fail: many-to-many}
"#;

#[test]
fn extensions_become_words_of_promtool() {
    let sandbox = Sandbox::with(&[("a/x.rules.yml", RULES), ("a/t.yml", TEST)]);
    insta::assert_snapshot!(sandbox.run(&["test", "--to-promtool", "out"]), @r"
    out/a/t.yml
    --- stderr
    warning: a/t.yml:11: promtool cannot test that an expression fails; left out
    --- exit code 0
    ");
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("out/a/t.yml")).unwrap(), @r#"
    # Written by promproof test --to-promtool from a/t.yml. Change that file, not this one.
    rule_files:
      - '../../a/*.rules.yml'
    evaluation_interval: 1m
    tests:
      - name: errors
        input_series:
          - series: 'errors{pod="web-0"}'
            values: '0x2 20x4 0x2'
          - series: 'errors{pod="web-1"}'
            values: '1x2 20x4 0x2'
        alert_rule_test:
          - eval_time: 4m
            alertname: High
            exp_alerts: []
          - eval_time: 5m
            alertname: High
            exp_alerts:
              - exp_labels:
                  pod: 'web-0'
                exp_annotations:
                  summary: 'web-0: 20'
              - exp_labels:
                  pod: 'web-1'
                exp_annotations:
                  summary: 'web-1: 20'
          - eval_time: 7m
            alertname: High
            exp_alerts:
              - exp_labels:
                  pod: 'web-0'
                exp_annotations:
                  summary: 'web-0: 20'
              - exp_labels:
                  pod: 'web-1'
                exp_annotations:
                  summary: 'web-1: 20'
          - eval_time: 8m
            alertname: High
            exp_alerts: []
          - eval_time: 10m
            alertname: High
            exp_alerts: []
          # High{pod="web-0"}: fires at 5m, 1 evaluation later
          - eval_time: 4m
            alertname: High
            exp_alerts:
              - exp_labels:
                  pod: 'web-0'
                exp_annotations:
                  summary: 'web-0: 20'
        promql_expr_test:
          # within a tolerance: errors
          - expr: 'abs((errors) - (label_replace(vector(20.1), "pod", "web-0", "", "") or label_replace(vector(20), "pod", "web-1", "", ""))) <= bool (label_replace(vector(0.201), "pod", "web-0", "", "") or label_replace(vector(0.2), "pod", "web-1", "", ""))'
            eval_time: 5m
            exp_samples:
              - labels: '{pod="web-0"}'
                value: 1
              - labels: '{pod="web-1"}'
                value: 1
          - expr: 'count by (__name__) (errors)'
            eval_time: 5m
            exp_samples:
              - labels: errors
                value: 2
          # promproof tests that this fails: errors * on () errors
          - expr: 'ALERTS{alertname="High", alertstate="pending"}'
            eval_time: 2m
            exp_samples: []
          - expr: 'ALERTS{alertname="High", alertstate="pending"}'
            eval_time: 3m
            exp_samples:
              - labels: 'ALERTS{alertname="High", alertstate="pending", pod="web-0"}'
                value: 1
              - labels: 'ALERTS{alertname="High", alertstate="pending", pod="web-1"}'
                value: 1
          - expr: 'ALERTS{alertname="High", alertstate="pending"}'
            eval_time: 10m
            exp_samples: []
    "#);
    let again = sandbox.run(&["test", "out", "--output-format", "concise"]);
    insta::assert_snapshot!(again, @r"
    out/a/t.yml:48:13: failed alert `High` at 4m: it does not fire
    failed: 1 of 1 test file, 1 of 1 group, 1 of 11 assertions
    --- exit code 1
    ");
}

#[test]
fn what_is_written_does_not_count_beside_its_originals() {
    let sandbox = Sandbox::with(&[
        ("rules.yml", OBJECTS),
        (
            "a.yml",
            "rule_files: [rules.yml]\ntests: [{promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]}]\n",
        ),
    ]);
    assert_eq!(sandbox.run(&["test", "--to-promtool", "plain"]).code, Some(0));
    let files = |args: &[&str]| {
        let run = sandbox.run(&[&["test", "--output-format", "full"], args].concat());
        run.stdout
            .lines()
            .filter_map(|line| line.strip_prefix("ok    "))
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(files(&[]), ["a.yml"]);
    assert_eq!(files(&["./"]), ["a.yml"]);
    // Where they are meant they run.
    assert_eq!(files(&["plain"]), ["plain/a.yml"]);
    assert_eq!(files(&["a.yml", "./plain"]), ["a.yml", "plain/a.yml"]);
    assert_eq!(files(&[".", "plain"]), ["a.yml", "plain/a.yml"]);
    assert_eq!(files(&[".", "plain/a.yml"]), ["a.yml", "plain/a.yml"]);
    let checked = |args: &[&str]| sandbox.run(&[&["check"], args].concat()).stdout.lines().last().unwrap().to_owned();
    insta::assert_snapshot!(checked(&[]), @"no findings in 2 files");
    insta::assert_snapshot!(checked(&["plain"]), @"no findings in 3 files");
}

/// A rule of an object of Kubernetes, and two with groups of the same name.
const OBJECTS: &str = "apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: a}
spec:
  groups:
    - name: g
      partial_response_strategy: warn
      labels: {team: x}
      limit: 5
      rules: [{record: 'a:b', expr: \"errors\\n  > 1\\n\"}]
---
kind: PrometheusRule
metadata: {name: b}
spec:
  groups:
    - {name: g, interval: 30s, rules: [{alert: High, expr: 'a:b', for: 0s, keep_firing_for: 5m, annotations: {text: \"two\\nlines\\n\"}}]}
";

#[test]
fn rule_files_become_plain_and_paths_are_changed() {
    let test = "rule_files: [../rules/*.yml, '../ru[l]es/plain.yml']\ntests:\n  - name: t\n    input_series: [{series: errors, values: 5}]\n    \
                alert_rule_test: [{alertname: High, exp_alerts: [{exp_labels: {team: x}, exp_annotations: {text: \"two\\nlines\\n\"}}]}]\n";
    let files = [("rules/objects.yml", OBJECTS), ("rules/plain.yml", "groups: []\n"), ("te[st]s/t.yml", test)];
    let sandbox = Sandbox::with(&files);
    assert_eq!(sandbox.run(&["test", "te[st]s"]).code, Some(0), "{}", sandbox.run(&["test", "te[st]s"]));
    insta::assert_snapshot!(sandbox.run(&["test", "te[st]s", "--to-promtool", "o*t"]), @r"
    o*t/rules/objects.2.yml
    o*t/rules/objects.yml
    o*t/te[st]s/t.yml
    --- exit code 0
    ");
    let written = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    insta::assert_snapshot!(written("o*t/te[st]s/t.yml"), @r"
    # Written by promproof test --to-promtool from te[st]s/t.yml. Change that file, not this one.
    rule_files:
      - '../rules/objects.yml'
      - '../rules/objects.2.yml'
      - '../../rules/plain.yml'
      - '../../te\[st]s/../ru[l]es/plain.yml'
    evaluation_interval: 1m
    tests:
      - name: t
        input_series:
          - series: errors
            values: '5'
        alert_rule_test:
          - eval_time: 0s
            alertname: High
            exp_alerts:
              - exp_labels:
                  team: x
                exp_annotations:
                  text: |
                    two
                    lines
    ");
    insta::assert_snapshot!(written("o*t/rules/objects.yml"), @r"
    # Written by promproof test --to-promtool from rules/objects.yml.
    groups:
      - name: g
        limit: 5
        labels:
          team: x
        rules:
          - record: 'a:b'
            expr: |
              errors
                > 1
    ");
    insta::assert_snapshot!(written("o*t/rules/objects.2.yml"), @r"
    # Written by promproof test --to-promtool from rules/objects.yml.
    groups:
      - name: g
        interval: 30s
        rules:
          - alert: High
            expr: 'a:b'
            keep_firing_for: 5m
            annotations:
              text: |
                two
                lines
    ");
    assert_eq!(sandbox.run(&["test", "o*t"]).code, Some(0), "{}", sandbox.run(&["test", "o*t"]));
}

#[test]
fn files_of_promtool_keep_their_bytes() {
    let test = "# first\nrule_files: [ 'x.rules.yml',x.rules.yml ] # rules\ntests:\n  - name: t   # a test\n    promql_expr_test: [{expr: '1', \
                exp_samples: [{value: 1}]}]\n";
    let sandbox = Sandbox::with(&[("a/x.rules.yml", RULES), ("a/t.yml", test)]);
    sandbox.run(&["test", "--to-promtool", "out"]);
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("out/a/t.yml")).unwrap(), @r"
    # Written by promproof test --to-promtool from a/t.yml. Change that file, not this one.
    # first
    rule_files: [ '../../a/x.rules.yml','../../a/x.rules.yml' ] # rules
    tests:
      - name: t   # a test
        promql_expr_test: [{expr: '1', exp_samples: [{value: 1}]}]
    ");
    assert_eq!(sandbox.run(&["test", "out"]).code, Some(0));
    // A list that comes through an alias has no bytes of its own.
    sandbox.write("a/t.yml", test.replace("[ 'x.rules.yml',x.rules.yml ]", "[&a x.rules.yml, *a]"));
    sandbox.run(&["test", "--to-promtool", "out"]);
    assert!(!std::fs::read_to_string(sandbox.path("out/a/t.yml")).unwrap().contains('&'));
    assert_eq!(sandbox.run(&["test", "out"]).code, Some(0), "{}", sandbox.run(&["test", "out"]));
}

#[test]
fn nothing_of_others_is_replaced() {
    let sandbox = Sandbox::with(&[("x.rules.yml", RULES), ("t.yml", TEST), ("u.yml", TEST), ("out/u.yml", "mine")]);
    insta::assert_snapshot!(sandbox.run(&["test", "t.yml", "u.yml", "--to-promtool", "out"]).stderr.replace(&sandbox.path("").canonicalize().unwrap().display().to_string(), ""), @r"
    error: /out/u.yml is there and was not written by --to-promtool
      help: nothing is written; name another folder, or move the file away
    ");
    assert!(!sandbox.path("out/t.yml").exists(), "all or nothing");

    // What was written before is replaced, and is not taken for something to translate.
    std::fs::remove_file(sandbox.path("out/u.yml")).unwrap();
    for _ in 0..2 {
        let run = sandbox.run(&["test", "--to-promtool", "out"]);
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{run}");
    }
    insta::assert_snapshot!(sandbox.run(&["test", "out", "--to-promtool", "out"]), @r"
    --- stderr
    error: there is no test file to translate
      help: what is below out itself does not count
    --- exit code 2
    ");
    insta::assert_snapshot!(sandbox.run_with_stdin(&["test", "-", "--to-promtool", "out"], TEST), @r"
    --- stderr
    error: --to-promtool cannot write what comes from standard input
      help: name the test file instead of `-`
    --- exit code 2
    ");
}

#[test]
fn broken_files_are_named_and_the_others_written() {
    let sandbox = Sandbox::with(&[("x.rules.yml", RULES), ("t.yml", TEST), ("u.yml", "tests: [{nam: x}]\n")]);
    insta::assert_snapshot!(sandbox.run(&["test", "t.yml", "u.yml", "--to-promtool", "out"]), @r"
    out/t.yml
    --- stderr
    error: u.yml has mistakes and is not translated
      help: `promproof check` shows them
    warning: t.yml:11: promtool cannot test that an expression fails; left out
    --- exit code 2
    ");
}

#[test]
fn what_cannot_run_fails_for_promtool_too() {
    let test = "rule_files: [x.rules.yml]\ntests:\n  - input_series: [{series: 'errors{i=\"{i}\"}', values: '{i', repeat: 2}]\n    \
                alert_timeline: [{alertname: High, never: firing}]\n";
    let sandbox = Sandbox::with(&[("x.rules.yml", RULES), ("t.yml", test)]);
    assert_eq!(sandbox.run(&["test", "t.yml", "--to-promtool", "out"]).code, Some(0));
    insta::assert_snapshot!(std::fs::read_to_string(sandbox.path("out/t.yml")).unwrap(), @r#"
    # Written by promproof test --to-promtool from t.yml. Change that file, not this one.
    rule_files:
      - '../x.rules.yml'
    evaluation_interval: 1m
    tests:
      - interval: 1m
        input_series:
          - series: 'errors{i="0"}'
            values: '{i'
          - series: 'errors{i="1"}'
            values: '{i'
        promql_expr_test:
          # promproof: this series cannot be read with `{i}` = 0: unexpected `{`, expected `{{`, the beginning of a histogram
          - expr: 'vector(0)'
            eval_time: 0s
            exp_samples: []
    "#);
}

/// Rules of which one at a time is used.
const EXPRESSIONS: [&str; 5] = [
    "m > 1",
    "sum by (service) (m) > 2",
    "max_over_time(m[3m]) > 1",
    "m > 1 unless on (service) m == 3",
    "absent(m{service=\"a\"})",
];

#[derive(Clone, Debug)]
struct Case {
    rules: String,
    series: String,
    assertion: String,
}

fn series() -> impl Strategy<Value = String> {
    let values = proptest::collection::vec(prop_oneof!["[0-4]", Just("_".to_owned()), "[0-3]x[1-4]"], 1..10);
    let of = |name: &'static str| values.clone().prop_map(move |values| (name, values.join(" ")));
    let all = (
        of("service=\"a\", pod=\"1\""),
        of("service=\"a\", pod=\"2\""),
        of("service=\"b\", pod=\"{i}\""),
        any::<bool>(),
    );
    all.prop_map(|(first, second, third, repeated)| {
        let line = |(labels, values): &(&str, String), more: &str| {
            format!("      - {{series: 'm{{{labels}}}', values: '{values}'{more}}}\n")
        };
        let repeat = if repeated { ", repeat: {i: 3..4}" } else { "" };
        line(&first, "") + &line(&second, "") + &line(&third, repeat)
    })
}

fn rules() -> impl Strategy<Value = String> {
    let numbers = (0..EXPRESSIONS.len(), 0..4_u8, 0..3_u8, any::<bool>());
    numbers.prop_map(|(expr, pending, keep, valued)| {
        let label = if valued { "{{ $value }}" } else { "page" };
        format!(
            "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: '{}'\n        for: {pending}m\n        \
             keep_firing_for: {keep}m\n        labels: {{severity: '{label}'}}\n        annotations: {{text: 'x{{{{ $value }}}}'}}\n",
            EXPRESSIONS[expr]
        )
    })
}

fn times(key: &'static str) -> impl Strategy<Value = String> {
    let times = proptest::collection::vec(0..12_u8, 1..3);
    times.prop_map(move |times| {
        let times: Vec<String> = times.iter().map(|time| format!("{time}m")).collect();
        format!("{key}: [{}]", times.join(", "))
    })
}

fn assertion() -> impl Strategy<Value = String> {
    let labels = prop_oneof![
        Just(String::new()),
        "[abc]".prop_map(|service| format!("labels: {{service: {service}}}, ")),
        Just("labels: {pod: {matches: '[13]'}}, ".to_owned()),
    ];
    let said = prop_oneof![
        times("pending_at"),
        times("fires_at"),
        times("resolves_at"),
        "never: (pending|firing|resolved|active)",
        "count: [0-3]",
        "annotations: \\{text: (x[0-4]|\\{contains: x\\}|\\{matches: 'x\\.'\\})\\}",
    ];
    let until = prop_oneof![Just(String::new()), "until: 1[2-4]m, "];
    let timeline = (labels, until, said)
        .prop_map(|(labels, until, said)| format!("    alert_timeline: [{{alertname: A, {labels}{until}{said}}}]\n"));
    let expr = prop_oneof![
        Just("sum(m)"),
        Just("m{pod=\"1\"}"),
        Just("avg by (service) (m)"),
        Just("2 / 3"),
        Just("m + on (service) m")
    ];
    let labels = prop_oneof![Just("{}"), Just("m{service=\"a\", pod=\"1\"}"), Just("{service=\"a\"}")];
    let wanted = prop_oneof![
        (labels, 0..6_u8, "(0|0\\.5|2|10%|200%)").prop_map(|(labels, value, tolerance)| format!(
            "tolerance: {tolerance}, exp_samples: [{{labels: '{labels}', value: {value}}}]"
        )),
        "exp_fail: (''|many|other|\\{matches: '\\.\\*many\\.\\*'\\})",
    ];
    let expression = (expr, 0..12_u8, wanted).prop_map(|(expr, time, wanted)| {
        format!("    promql_expr_test: [{{expr: '{expr}', eval_time: {time}m, {wanted}}}]\n")
    });
    prop_oneof![3 => timeline, 1 => expression]
}

fn input(text: &str, folder: &tempfile::TempDir) -> Arc<TestInput> {
    TestInput::read(&Arc::new(SourceFile::new("t.yml", text)), folder.path())
}

/// Runs the test, translates it, and runs that: the verdicts agree, and nothing of what promtool does not know is left.
fn verdict_is_kept(folder: &tempfile::TempDir, text: &str) -> Result<TestReport, TestCaseError> {
    let input_file = [input(text, folder)];
    prop_assert!(input_file[0].test.problems.is_empty(), "{:?}\n{text}", input_file[0].test.problems);
    let report = unittest::run(&Workspace::default(), &input_file, &RunOptions::default());
    let translated = unittest::to_promtool(&Workspace::default(), &input_file, &RunOptions::default());
    let plain = translated[0].text(&["rules.yml".to_owned()]);
    let plain_input = [input(&plain, folder)];
    let test = &plain_input[0].test;
    prop_assert!(test.problems.is_empty(), "{:?}\n{plain}", test.problems);
    prop_assert!(test.groups.iter().all(|group| !group.has_extensions()), "{plain}");
    let again = unittest::run(&Workspace::default(), &plain_input, &RunOptions::default());
    prop_assert_eq!(report.failed(), again.failed(), "{}\n{}", text, plain);
    prop_assert_eq!(report.files[0].groups[0].steps, again.files[0].groups[0].steps, "{}\n{}", text, plain);
    Ok(report)
}

/// A timeline of what is there.
fn as_it_is(life: &Life) -> String {
    let times = |key: &str, times: &[i64]| {
        let times: Vec<String> = times.iter().map(|ms| format!("{}s", ms / 1000)).collect();
        format!("{key}: [{}]", times.join(", "))
    };
    let labels: Vec<String> = life
        .labels
        .iter()
        .filter(|(name, _)| name != "alertname")
        .map(|(name, value)| format!("{name}: '{value}'"))
        .collect();
    format!(
        "    alert_timeline: [{{alertname: A, labels: {{{}}}, count: 1, {}, {}, {}}}]\n",
        labels.join(", "),
        times("pending_at", &life.pending_at_ms),
        times("fires_at", &life.fires_at_ms),
        times("resolves_at", &life.resolves_at_ms),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_translation_has_the_verdict_of_its_test(
        case in (rules(), series(), assertion()).prop_map(|(rules, series, assertion)| Case { rules, series, assertion })
    ) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rules.yml"), &case.rules).unwrap();
        let with = |assertion: &str| {
            format!("rule_files: [rules.yml]\ntests:\n  - name: t\n    input_series:\n{}{assertion}", case.series)
        };
        let report = verdict_is_kept(&folder, &with(&case.assertion))?;
        let updated = unittest::update(&report.files[0], unittest::Extent::All);
        if updated.left.is_empty() && report.files[0].groups[0].errors.is_empty() {
            let again = unittest::run(&Workspace::default(), &[input(&updated.text, &folder)], &RunOptions::default());
            prop_assert!(!again.failed(), "an update makes it pass\n{}\n{}", with(&case.assertion), updated.text);
        }
        let all = verdict_is_kept(&folder, &with("    alert_timeline: [{alertname: A, count: 99}]\n"))?;
        let Outcome::Timeline(failure) = &all.files[0].groups[0].assertions[0].outcome else { return Ok(()) };
        for life in &failure.lives {
            let report = verdict_is_kept(&folder, &with(&as_it_is(life)))?;
            prop_assert!(!report.failed(), "{:?}\n{}", life, case.rules);
        }
    }
}
