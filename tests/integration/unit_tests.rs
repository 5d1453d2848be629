//! Test files from outside: what is wrong with them, how they fail, what is printed.

use promproof::unittest::report::Outcome;

use crate::folder::{Folder, TRAEFIK, TRAEFIK_SERIES};

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
}

#[test]
fn a_further_document_is_not_run_and_a_warning_says_so() {
    let sound = "tests: [{promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]}]\n";
    let failing = "tests: [{promql_expr_test: [{expr: vector(1)}]}]\n";
    insta::assert_snapshot!(concise(&format!("{sound}---\n{failing}")), @r"
    test.yml:2:1: warning[test/ignored-document] only the first document of a test file is read
    passed: 1 test file, 1 group, 1 assertion; 1 warning
    ");
    insta::assert_snapshot!(concise(&format!("{sound}--- # comment\n~\n---\nthis: [is not read\n")), @r"
    test.yml:4:1: warning[test/ignored-document] only the first document of a test file is read
    passed: 1 test file, 1 group, 1 assertion; 1 warning
    ");
    insta::assert_snapshot!(concise(&format!("# nothing\n---\n---\n{failing}")), @r"
    test.yml:3:1: warning[test/ignored-document] only the first document of a test file is read, and it has no tests
    passed: 1 test file, 0 groups, 0 assertions; 1 warning
    ");
    // What holds nothing is nothing lost.
    for end in ["---\n", "---\n# the end\n", "...\n", "---\nnull\n---\n"] {
        assert_eq!(concise(&format!("{sound}{end}")), "passed: 1 test file, 1 group, 1 assertion\n", "{end}");
    }
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
    test.yml:11:36: error[test/invalid-series] a line break in `values` begins another series, which cannot be read: expected a series such as `metric{label="value"}` before the values
    failed: 1 of 1 test file, 3 of 3 groups, 3 assertions (3 not checked)
    "#);
}

#[test]
fn series_that_prometheus_does_not_store_are_refused_if_they_have_samples() {
    let of = |series: &str, values: &str| {
        let run = concise(&format!(
            "tests:\n  - input_series:\n      - {{series: '{series}', values: '{values}'}}\n    promql_expr_test: [{{expr: 'absent({{a=~\".+\"}})', eval_time: 1m}}]\n"
        ));
        run.lines().next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(of("up{a=\"b\", a=\"c\"}", "1"), @"test.yml:3:19: error[test/invalid-series] this series cannot be read: it has the label `a` twice");
    insta::assert_snapshot!(of("{\"up\", \"down\"}", "1"), @"test.yml:3:19: error[test/invalid-series] this series cannot be read: it has the label `__name__` twice");
    insta::assert_snapshot!(of("{a=\"\"}", "1"), @"test.yml:3:19: error[test/invalid-series] this series cannot be read: it has neither a name nor a label");
    let refused = |series: &str, values: &str| of(series, values).contains("cannot be read");
    assert!(refused("{}", "_ 1") && !refused("{}", "_ _ 1") && !refused("{}", "_"));
    assert!(!refused("up{a=\"\", a=\"b\"}", "1") && !refused("up{__name__=\"down\"}", "1"));
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
        passed: 1 test file, 2 groups, 2 assertions; 1 warning
    ");
}

#[test]
fn input_that_would_fill_the_memory_is_refused() {
    insta::assert_snapshot!(concise("
evaluation_interval: 1d
tests:
  - interval: 1s
    input_series:
      - {series: small, values: 1}
      - {series: large, values: '{{}}x650000'}
    promql_expr_test: [{expr: up, eval_time: 8d}]
"), @"
    test.yml:7:18: error[test/too-many-values] with this series the test has more than 10000000 input values
    failed: 1 of 1 test file, 1 of 1 group, 1 assertion (1 not checked)
    ");
}

#[test]
fn too_many_evaluations_of_rules_are_refused() {
    let rules = "      - {record: r, expr: up}\n".repeat(30);
    let folder = Folder::with(&[("rules.yml", &format!("groups:\n  - name: g\n    rules:\n{rules}"))]);
    insta::assert_snapshot!(folder.concise("
rule_files: [rules.yml]
evaluation_interval: 1s
tests:
  - promql_expr_test: [{expr: up, eval_time: 20d}]
"), @"
    test.yml:5:5: error[test/too-many-evaluations] 1728001 evaluations of 30 rules up to 20d are more than the 50000000 that one test may take
    failed: 1 of 1 test file, 1 of 1 group, 1 assertion (1 not checked)
    ");
}

fn traefik(assertions: &str) -> String {
    Folder::with(&[TRAEFIK])
        .full(&format!("rule_files: [rules.yml]\ntests:\n  - name: errors{TRAEFIK_SERIES}{assertions}"))
}

#[test]
fn an_alert_that_is_still_pending() {
    insta::assert_snapshot!(traefik("    alert_rule_test:
      - eval_time: 7m
        alertname: HighErrorRate
        exp_alerts:
          - exp_labels: {backend: api, severity: critical}
            exp_annotations: {summary: anything}
"), @r#"
        failed: alert `HighErrorRate` at 7m: it does not fire (in test errors)
            ╭─[test.yml:12:13]
          8 │     alert_rule_test:
          9 │       - eval_time: 7m
            ·                    ─┬
            ·                     ╰── at this time
         10 │         alertname: HighErrorRate
         11 │         exp_alerts:
         12 │           - exp_labels: {backend: api, severity: critical}
            ·             ───────────────────────┬──────────────────────
            ·                                    ╰── does not fire
         13 │             exp_annotations: {summary: anything}
            ╰────
          - expected, but does not fire:
              label      backend = "api"
              label      severity = "critical"
              annotation summary = "anything"
          note: it is pending since 5m; with `for: 3m` it cannot fire before 8m, and the test ends at 7m

          timeline, 1m a column:
                                           0s
                                           ┬───────
            backend=api severity=critical  ·····▒▒▒
                                                  ▲ asserted at 7m
            · inactive   ▒ pending

          why, at 7m: rules.yml:5:15
            … > 0.05                                           0.1 {backend="api"}
            └─ … / …                                           0.1 {backend="api"}
               ├─ sum by (backend) (…)                         0.166667 {backend="api"}
               │  └─ rate(requests_total{code=~"5.."}[2m])     0.166667 {backend="api", code="500"}
               │     └─ requests_total{code=~"5.."}[2m]        2 samples of {backend="api", code="500"}
               └─ sum by (backend) (rate(requests_total[2m]))  1.66667 {backend="api"}, 1.66667 {backend="w…
                  └─ rate(requests_total[2m])                  1.5 {backend="api", code="200"}, 0.166667 {b…
                     └─ requests_total[2m]                     6 samples of 3 series

        FAIL  test.yml  1 group, 1 assertion, 1 failed
        failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    "#);
}

#[test]
fn labels_and_annotations_that_differ() {
    insta::assert_snapshot!(traefik("    alert_rule_test:
      - eval_time: 10m
        alertname: HighErrorRate
        exp_alerts:
          - exp_labels:
              backend: api
              severity: warning
              team: web
            exp_annotations:
              summary: Backend api answers 9.5% of its requests with an error
"), @r#"
        failed: alert `HighErrorRate` at 10m: 1 alert is not as expected (in test errors)
            ╭─[test.yml:14:25]
          8 │     alert_rule_test:
          9 │       - eval_time: 10m
            ·                    ─┬─
            ·                     ╰── at this time
         10 │         alertname: HighErrorRate
         11 │         exp_alerts:
         12 │           - exp_labels:
         13 │               backend: api
         14 │               severity: warning
            ·                         ───┬───
            ·                            ╰── is "critical"
         15 │               team: web
            ·                     ─┬─
            ·                      ╰── is not there
         16 │             exp_annotations:
         17 │               summary: Backend api answers 9.5% of its requests with an error
            ·                        ───────────────────────────┬──────────────────────────
            ·                                                   ╰── is "Backend api answers 10% of its requests with an error"
            ╰────
          ~ fires, but differs: {alertname="HighErrorRate", backend="api"}
              label `severity`
                expected  "warning"
                actual    "critical"
              label `team`
                expected  "web"
                actual    (none)
              annotation `summary`
                expected  "Backend api answers [-9.5-]% of its requests with an error"
                actual    "Backend api answers {+10+}% of its requests with an error"

          timeline, 1m a column:
                                           0s        10m
                                           ┬─────────┬
            backend=api severity=critical  ·····▒▒▒███
                                                     ▲ asserted at 10m
            · inactive   ▒ pending   █ firing

          why, at 10m: rules.yml:5:15
            … > 0.05                                           0.1 {backend="api"}
            └─ … / …                                           0.1 {backend="api"}
               ├─ sum by (backend) (…)                         0.166667 {backend="api"}
               │  └─ rate(requests_total{code=~"5.."}[2m])     0.166667 {backend="api", code="500"}
               │     └─ requests_total{code=~"5.."}[2m]        2 samples of {backend="api", code="500"}
               └─ sum by (backend) (rate(requests_total[2m]))  1.66667 {backend="api"}, 1.66667 {backend="w…
                  └─ rate(requests_total[2m])                  1.5 {backend="api", code="200"}, 0.166667 {b…
                     └─ requests_total[2m]                     6 samples of 3 series

        FAIL  test.yml  1 group, 1 assertion, 1 failed
        failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    "#);
}

#[test]
fn an_alert_that_has_resolved() {
    insta::assert_snapshot!(traefik("    alert_rule_test:
      - eval_time: 16m30s
        alertname: HighErrorRate
        exp_alerts: [{exp_labels: {backend: api, severity: critical}}]
"), @r#"
        failed: alert `HighErrorRate` at 16m30s: it does not fire (in test errors)
            ╭─[test.yml:11:22]
          8 │     alert_rule_test:
          9 │       - eval_time: 16m30s
            ·                    ───┬──
            ·                       ╰── at this time
         10 │         alertname: HighErrorRate
         11 │         exp_alerts: [{exp_labels: {backend: api, severity: critical}}]
            ·                      ────────────────────────┬───────────────────────
            ·                                              ╰── does not fire
            ╰────
          - expected, but does not fire:
              label      backend = "api"
              label      severity = "critical"
          note: rules are evaluated every 1m: at 16m30s the alerts are those of the evaluation at 16m
          note: it fired until 13m and resolved 2 evaluations earlier, at 14m

          timeline, 1m a column:
                                           0s        10m
                                           ┬─────────┬──────
            backend=api severity=critical  ·····▒▒▒██████···
                                                           ▲ asserted at 16m
            · inactive   ▒ pending   █ firing

          why, at 16m: rules.yml:5:15
            … > 0.05                                           nothing
            ↳ 0 > 0.05 is false
            └─ … / …                                           0 {backend="api"}
               ├─ sum by (backend) (…)                         0 {backend="api"}
               │  └─ rate(requests_total{code=~"5.."}[2m])     0 {backend="api", code="500"}
               │     └─ requests_total{code=~"5.."}[2m]        2 samples of {backend="api", code="500"}
               └─ sum by (backend) (rate(requests_total[2m]))  1.5 {backend="api"}, 1.66667 {backend="web"}
                  └─ rate(requests_total[2m])                  1.5 {backend="api", code="200"}, 0 {backend=…
                     └─ requests_total[2m]                     6 samples of 3 series

        FAIL  test.yml  1 group, 1 assertion, 1 failed
        failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    "#);
}

#[test]
fn an_alert_that_fires_and_should_not() {
    insta::assert_snapshot!(traefik("    alert_rule_test:
      - eval_time: 9m
        alertname: HighErrorRate
"), @r#"
        failed: alert `HighErrorRate` at 9m: it fires and should not (in test errors)
            ╭─[test.yml:10:20]
          8 │     alert_rule_test:
          9 │       - eval_time: 9m
            ·                    ─┬
            ·                     ╰── at this time
         10 │         alertname: HighErrorRate
            ·                    ──────┬──────
            ·                          ╰── one more than expected
            ╰────
          + fires, but is not expected:
              label      backend = "api"
              label      severity = "critical"
              annotation summary = "Backend api answers 10% of its requests with an error"
          note: it has been firing since 8m, 1 evaluation earlier; does not resolve within this test

          timeline, 1m a column:
                                           0s
                                           ┬─────────
            backend=api severity=critical  ·····▒▒▒██
                                                    ▲ asserted at 9m
            · inactive   ▒ pending   █ firing

          why, at 9m: rules.yml:5:15
            … > 0.05                                           0.1 {backend="api"}
            └─ … / …                                           0.1 {backend="api"}
               ├─ sum by (backend) (…)                         0.166667 {backend="api"}
               │  └─ rate(requests_total{code=~"5.."}[2m])     0.166667 {backend="api", code="500"}
               │     └─ requests_total{code=~"5.."}[2m]        2 samples of {backend="api", code="500"}
               └─ sum by (backend) (rate(requests_total[2m]))  1.66667 {backend="api"}, 1.66667 {backend="w…
                  └─ rate(requests_total[2m])                  1.5 {backend="api", code="200"}, 0.166667 {b…
                     └─ requests_total[2m]                     6 samples of 3 series

        FAIL  test.yml  1 group, 1 assertion, 1 failed
        failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    "#);
}

#[test]
fn an_expression_without_its_samples() {
    insta::assert_snapshot!(traefik("    promql_expr_test:
      - expr: sum by (backend) (rate(requests_total{code=\"503\"}[2m])) > 0
        eval_time: 9m
        exp_samples: [{labels: '{backend=\"api\"}', value: 1}]
      - expr: sum by (code) (rate(requests_total[2m])) / 1
        eval_time: 9m
        exp_samples: [{labels: '{code=\"200\"}', value: 3.1}, {labels: '{code=\"503\"}', value: 1}]
"), @r#"
        failed: expression `sum by (backend) (rate(requests_total{code="503"}[2m])) > 0` at 9m: it yields nothing (in test errors)
            ╭─[test.yml:11:23]
          9 │       - expr: sum by (backend) (rate(requests_total{code="503"}[2m])) > 0
         10 │         eval_time: 9m
            ·                    ─┬
            ·                     ╰── at this time
         11 │         exp_samples: [{labels: '{backend="api"}', value: 1}]
            ·                       ──────────────────┬──────────────────
            ·                                         ╰── is not there
         12 │       - expr: sum by (code) (rate(requests_total[2m])) / 1
            ╰────
          - expected, but not there: {backend="api"} 1

          why, at 9m: test.yml:9:15
            … > 0                                       nothing
            └─ sum by (backend) (…)                     nothing
               └─ rate(requests_total{code="503"}[2m])  nothing
                  └─ requests_total{code="503"}[2m]     nothing
                     ↳ no series matches `code="503"`; `code` is "200", "500"

        failed: expression `sum by (code) (rate(requests_total[2m])) / 1` at 9m: 2 samples are not as expected (in test errors)
            ╭─[test.yml:14:55]
         12 │       - expr: sum by (code) (rate(requests_total[2m])) / 1
         13 │         eval_time: 9m
            ·                    ─┬
            ·                     ╰── at this time
         14 │ …   exp_samples: [{labels: '{code="200"}', value: 3.1}, {labels: '{code="503"}', value: 1}]
            ·                                                   ─┬─            ───────┬──────         ┬
            ·                                                    │                    │               ╰── is 0.16666666666666666
            ·                                                    │                    ╰── is "500"
            ·                                                    ╰── is 3.166666666666667
            ╰────
          ~ differs: {code="200"}
              value
                expected  3.1
                actual    3.166666666666667
          ~ differs: {}
              label `code`
                expected  "503"
                actual    "500"
              value
                expected  1
                actual    0.16666666666666666

          why, at 9m: test.yml:12:15
            sum by (code) (rate(requests_total[2m])) / 1  3.16667 {code="200"}, 0.166667 {code="500"}
            └─ sum by (code) (rate(requests_total[2m]))   3.16667 {code="200"}, 0.166667 {code="500"}
               └─ rate(requests_total[2m])                1.5 {backend="api", code="200"}, 0.166667 {backen…
                  └─ requests_total[2m]                   6 samples of 3 series

        FAIL  test.yml  1 group, 2 assertions, 2 failed
        failed: 1 of 1 test file, 1 of 1 group, 2 of 2 assertions
    "#);
}

/// A real test of wikimedia has ten million samples, of which five minutes are read.
#[test]
fn what_no_evaluation_sees_is_not_expanded() {
    insta::assert_snapshot!(concise("
tests:
  - input_series:
      - {series: a, values: '0x10000000'}
      - {series: b, values: '0+1x99999999999999'}
    promql_expr_test:
      - {expr: a + b, eval_time: 5m, exp_samples: [{labels: '{}', value: 5}]}
"), @"passed: 1 test file, 1 group, 1 assertion");
}

/// Samples at the left edge of a range or of the lookback, which Prometheus 2 counted.
#[test]
fn a_sample_at_the_edge_is_one_of_prometheus_2() {
    let rules = "groups:
  - name: g
    rules:
      - {record: 'a:count', expr: 'count_over_time(a[2m])'}
      - {alert: A, expr: 'count_over_time(a[2m]) >= 3'}
";
    let test = "rule_files: [rules.yml]
tests:
  - input_series: [{series: a, values: 0 1 2 3}, {series: old, values: 7}]
    promql_expr_test:
      - {expr: 'count_over_time(a[2m])', eval_time: 2m, exp_samples: [{value: 3}]}
      - {expr: 'count_over_time(a[2m:1m])', eval_time: 2m, exp_samples: [{value: 3}]}
      - {expr: old, eval_time: 5m, exp_samples: [{labels: old, value: 7}]}
      - {expr: 'a:count', eval_time: 2m, exp_samples: [{labels: 'a:count', value: 3}]}
      - {expr: old, eval_time: 6m, exp_samples: [{labels: old, value: 7}]}
      - {expr: 'count_over_time(a[2m])', eval_time: 2m, exp_samples: [{value: 4}]}
    alert_rule_test: [{eval_time: 2m, alertname: A, exp_alerts: [{}]}]
    alert_timeline: [{alertname: A, fires_at: 2m, resolves_at: 4m, until: 6m}]
";
    let report = Folder::with(&[("rules.yml", rules)]).run(test);
    let notes = |outcome: &Outcome| match outcome {
        Outcome::Alerts(failure) => failure.notes.clone(),
        Outcome::Samples(failure) => failure.notes.clone(),
        Outcome::Timeline(failure) => failure.notes.clone(),
        other => panic!("{other:?}"),
    };
    let assertions = &report.files[0].groups[0].assertions;
    let is_older = |notes: Vec<String>| notes.iter().any(|note| note.starts_with("Prometheus 2 counted this sample"));
    let older: Vec<bool> = assertions.iter().map(|assertion| is_older(notes(&assertion.outcome))).collect();
    assert_eq!(older, [true, true, true, true, true, true, false, false]);
}
