//! `tolerance` and `exp_fail`: values that are near enough, expressions that must fail.

use super::{concise, run, test, trimmed};

#[test]
fn tolerances_and_messages() {
    let assertions = "    promql_expr_test:
      - {expr: sum(errors) / 3, eval_time: 2m, tolerance: 0.01, exp_samples: [{value: 7}]}
      - {expr: sum(errors) / 3, eval_time: 3m, tolerance: 1%, exp_samples: [{value: 6.9}]}
      - {expr: sum(errors) / 3, eval_time: 3m, exp_samples: [{value: 6.9, tolerance: 0.2}]}
      - {expr: sum(errors) / 3, eval_time: 4m, exp_samples: [{value: 6.9}], tolerance: 200%}
      - {expr: errors * on () errors, exp_fail: many-to-many}
      - {expr: errors * on () errors, eval_time: 1m, exp_fail: {exact: many-to-many}}
      - {expr: errors * on () errors, eval_time: 2m, exp_fail: {matches: '(?i).*MANY-TO-MANY.*'}}
      - {expr: errors *, exp_fail: ''}
      - {expr: 'errors[1m]', exp_fail: ''}
      - {expr: errors, exp_fail: ''}
";
    insta::assert_snapshot!(trimmed(&run(&test(assertions))), @r#"
    failed: expression `sum(errors) / 3` at 3m: 1 sample is not as expected (in test t)
        ╭─[t.yml:9:85]
      8 │       - {expr: sum(errors) / 3, eval_time: 2m, tolerance: 0.01, exp_samples: [{value: 7}]}
      9 │       - {expr: sum(errors) / 3, eval_time: 3m, tolerance: 1%, exp_samples: [{value: 6.9}]}
        ·                                            ─┬                                       ─┬─
        ·                                             │                                        ╰── is 7
        ·                                             ╰── at this time
     10 │       - {expr: sum(errors) / 3, eval_time: 3m, exp_samples: [{value: 6.9, tolerance: 0.2}]}
        ╰────
      ~ differs: {}
          value
            expected  6.9 ± 1%
            actual    7
      note: the values are 0.1 apart, more than 0.069

      why, at 3m: t.yml:9:16
        sum(errors) / 3  7
        └─ sum(errors)   21
           └─ errors     20 {service="api"}, 1 {service="db"}

    failed: expression `errors * on () errors` at 1m: it fails with another message (in test t)
        ╭─[t.yml:13:72]
     12 │       - {expr: errors * on () errors, exp_fail: many-to-many}
     13 │       - {expr: errors * on () errors, eval_time: 1m, exp_fail: {exact: many-to-many}}
        ·                                                  ─┬                    ──────┬─────
        ·                                                   │                          ╰── fails with: found duplicate series for the match group {} on the right …
        ·                                                   ╰── at this time
     14 │       - {expr: errors * on () errors, eval_time: 2m, exp_fail: {matches: '(?i).*MANY-TO-MANY.*'}}
        ╰────
      ~ the message
            expected  "many-to-many"
            actual    "{+found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"errors\", service=\"api\"}, {__name__=\"errors\", service=\"db\"}];+}many-to-many{+ matching not allowed: matching labels must be unique on one side+}"

    failed: expression `errors[1m]` at 0s: it does not fail (in test t)
        ╭─[t.yml:16:40]
     15 │       - {expr: errors *, exp_fail: ''}
     16 │       - {expr: 'errors[1m]', exp_fail: ''}
        ·                                        ─┬
        ·                                         ╰── it does not fail
     17 │       - {expr: errors, exp_fail: ''}
        ╰────

    failed: expression `errors` at 0s: it does not fail (in test t)
        ╭─[t.yml:17:34]
     16 │       - {expr: 'errors[1m]', exp_fail: ''}
     17 │       - {expr: errors, exp_fail: ''}
        ·                                  ─┬
        ·                                   ╰── it does not fail
        ╰────
      + it yields errors{service="api"} 0
      + it yields errors{service="db"} 1

    FAIL  t.yml  1 group, 10 assertions, 4 failed
    failed: 1 of 1 test file, 1 of 1 group, 4 of 10 assertions
    --- exit code 1
    "#);
}

#[test]
fn histograms_within_a_tolerance() {
    let test = |actual: &str| {
        format!(
            "tests:\n  - name: t\n    input_series: [{{series: h, values: '{actual}'}}]\n    promql_expr_test:\n      - expr: h\n        \
             tolerance: 10%\n        exp_samples: [{{labels: h, histogram: '{{{{schema:0 sum:10 count:20 buckets:[10 10]}}}}'}}]\n"
        )
    };
    let near = concise(&test("{{schema:0 sum:10.5 count:21 buckets:[11 10]}}"));
    assert_eq!(near.code, Some(0), "{near}");
    let far = run(&test("{{schema:0 sum:10.5 count:21 buckets:[8 13]}}"));
    assert!(far.stdout.contains("note: the positive bucket 0 holds 8, expected 10 ± 10%"), "{far}");
}
