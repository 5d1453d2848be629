//! `alert_timeline`: when alerts become pending, fire and resolve.

use super::{FAILING, concise, run, sandbox, test, trimmed};

#[test]
fn a_timeline_that_holds() {
    let assertions = "    alert_timeline:
      - alertname: HighErrors
        labels: {service: api, severity: {contains: ag}}
        pending_at: [2m, 19m]
        fires_at: [4m, 21m]
        resolves_at: [9m, 26m]
        annotations: {summary: api has 20 errors, text: {matches: fix.*}, other: ''}
        count: 1
      - {alertname: HighErrors, labels: {service: {matches: a.*}}, until: 19m, fires_at: 4m}
      - {alertname: HighErrors, labels: {service: db}, never: active}
      - {alertname: HighErrors, until: 3m, never: [firing, resolved], pending_at: 2m}
";
    insta::assert_snapshot!(run(&test(assertions)), @r"
    ok    t.yml  1 group, 4 assertions
    passed: 1 test file, 1 group, 4 assertions
    --- exit code 0
    ");
}

#[test]
fn a_number_of_alerts_is_marked_where_there_is_one_too_many() {
    let drawn = |count: usize| {
        let assertions =
            format!("    alert_timeline: [{{alertname: HighErrors, fires_at: [4m, 21m], count: {count}}}]\n");
        let run = trimmed(&run(&test(&assertions)));
        run.lines()
            .skip_while(|line| !line.contains("timeline,"))
            .take_while(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    // Nobody can say when a missing alert should be there.
    insta::assert_snapshot!(drawn(2), @r"
    timeline, 1m a column:
                                 0s        10m       20m       30m
                                 ┬─────────┬─────────┬─────────┬
      service=api severity=page  ··▒▒█████··········▒▒█████·····
      · inactive   ▒ pending   █ firing
    ");
    let never = "    alert_timeline: [{alertname: HighErrors, count: 0}]\n";
    let marked = run(&test(never)).stdout.lines().filter(|line| line.contains("not as expected at")).count();
    assert_eq!(marked, 1);
}

#[test]
fn a_timeline_that_does_not_hold_says_what_is_there() {
    let assertions = "    alert_timeline:
      - alertname: HighErrors
        labels: {service: api}
        pending_at: 2m
        fires_at: [3m, 20m, 30m]
        annotations:
          summary: api has 21 errors
          text: {contains: broken}
";
    insta::assert_snapshot!(trimmed(&run(&test(assertions))), @r#"
    failed: timeline of `HighErrors{service="api"}`: it becomes pending at 19m too, and 7 other differences (in test t)
        ╭─[t.yml:10:21]
      9 │         labels: {service: api}
     10 │         pending_at: 2m
        ·                     ─┬
        ·                      ╰── becomes pending at 19m too
     11 │         fires_at: [3m, 20m, 30m]
        ·                    ─┬  ─┬─  ─┬─
        ·                     │   │    ╰── does not fire at 30m
        ·                     │   ╰── fires at 21m
        ·                     ╰── fires at 4m
     12 │         annotations:
     13 │           summary: api has 21 errors
        ·                    ────────┬────────
        ·                            ╰── is "api has 20 errors"
     14 │           text: {contains: broken}
        ·                            ───┬──
        ·                               ╰── is "fixed"
        ╰────
      ~ {alertname="HighErrors", service="api", severity="page"}
          pending_at: becomes pending at 19m too
            expected  2m
            actual    2m, 19m
          fires_at: fires at 4m, 1 evaluation later; fires at 21m, 1 evaluation later; does not fire at 30m
            expected  3m, 20m, 30m
            actual    4m, 21m
          annotation `summary`, at 4m
            expected  "api has [-21-] errors"
            actual    "api has {+20+} errors"
          annotation `text`, at 4m
            expected  a text that contains "broken"
            actual    "fixed"
          annotation `summary`, at 21m
            expected  "api has [-21-] errors"
            actual    "api has {+20+} errors"
          annotation `text`, at 21m
            expected  a text that contains "broken"
            actual    "fixed"
      note: it is pending since 2m and fires 1 evaluation later, at 4m
      note: it is pending since 19m and fires 1 evaluation later, at 21m
      note: it fired until 25m and resolved 4 evaluations earlier, at 26m

      timeline, 1m a column:
                                   0s        10m       20m       30m
                                   ┬─────────┬─────────┬─────────┬
        service=api severity=page  ··▒▒█████··········▒▒█████·····
                                      ▲ not as expected at 3m
        · inactive   ▒ pending   █ firing

      why, at 3m: rules.yml:5:15
        sum by (service) (errors) > 10  20 {service="api"}
        └─ sum by (service) (errors)    20 {service="api"}, 1 {service="db"}
           └─ errors                    20 {service="api"}, 1 {service="db"}

    FAIL  t.yml  1 group, 1 assertion, 1 failed
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    --- exit code 1
    "#);
}

#[test]
fn near_misses_are_named() {
    let of = |entry: &str| {
        let run = run(&test(&format!("    alert_timeline:\n      - {{alertname: HighErrors, {entry}}}\n")));
        let told = |line: &&str| line.starts_with("failed:") || line.contains("note:");
        run.stdout.lines().filter(told).map(|line| format!("{line}\n")).collect::<String>()
    };
    let entries = [
        "labels: {service: web}, fires_at: 4m",
        "labels: {service: {matches: d.}}, fires_at: 4m",
        "labels: {service: api}, until: 3m, fires_at: 3m",
        "labels: {service: api}, never: firing",
        "labels: {service: api}, resolves_at: []",
        "count: 2",
        "labels: {service: api}, until: 3m, annotations: {text: fixed}",
    ];
    insta::assert_snapshot!(entries.map(of).concat(), @r#"
    failed: timeline of `HighErrors{service="web"}`: no such alert is ever pending or firing (in test t)
      note: there is `{alertname="HighErrors", service="api", severity="page"}`, of which `service` is "api" instead of "web"
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors{service=~"d."}`: no such alert is ever pending or firing (in test t)
      note: there is `{alertname="HighErrors", service="api", severity="page"}`, of which `service` is "api" instead of a text that matches "d."
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors{service="api"}`: it does not fire at 3m (in test t)
      note: it is pending since 2m; with `for: 2m` it cannot fire before 4m, and the test ends at 3m
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors{service="api"}`: it fires at 4m and never should, and 1 other difference (in test t)
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors{service="api"}`: it resolves at 9m and never should, and 1 other difference (in test t)
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors`: there is 1 such alert, not 2 (in test t)
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    failed: timeline of `HighErrors{service="api"}`: it never fires, so it has no annotations to compare (in test t)
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    "#);
    let unknown =
        test("    alert_timeline: [{alertname: HighError, never: firing}, {alertname: HighError, fires_at: 1m}]\n");
    insta::assert_snapshot!(trimmed(&concise(&unknown)), @r"
    t.yml:7:34: warning[test/unknown-alert] no rule under test defines an alert `HighError`
    t.yml:7:73: failed timeline of `HighError`: no such alert is ever pending or firing
    failed: 1 of 1 test file, 1 of 1 group, 1 of 2 assertions; 1 warning
    --- exit code 1
    ");
}

#[test]
fn an_annotation_is_its_own_subject() {
    let text = "    alert_timeline: [{alertname: HighErrors, annotations: {text: other}}]\n";
    insta::assert_snapshot!(concise(&test(text)), @r"
    t.yml:7:66: failed timeline of `HighErrors`: the annotation `text` is not as expected, and 1 other difference
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    --- exit code 1
    ");
}

#[test]
fn json_has_the_lives_of_alerts() {
    let run = sandbox(&test(FAILING)).run(&["test", "t.yml", "--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let assertions = &report["files"][0]["groups"][0]["assertions"];
    let timeline = &assertions[0];
    assert_eq!((&timeline["kind"], &timeline["outcome"]), (&"timeline".into(), &"failed".into()));
    insta::assert_snapshot!(timeline["failure"]["alerts"], @r#"[{"fires_at_ms":[240000,1260000],"labels":{"alertname":"HighErrors","service":"api","severity":"page"},"pending_at_ms":[120000,1140000],"resolves_at_ms":[540000,1560000]}]"#);
    insta::assert_snapshot!(timeline["failure"]["differences"][0], @r#"{"actual_ms":240000,"alert":0,"expected_ms":300000,"field":"fires_at","kind":"moved","message":"fires at 4m, 1 evaluation earlier","place":{"end":{"column":70,"line":8,"offset":282},"start":{"column":68,"line":8,"offset":280}}}"#);
    insta::assert_snapshot!(assertions[2]["failure"], @r#"{"actual":"found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"errors\", service=\"api\"}, {__name__=\"errors\", service=\"db\"}];many-to-many matching not allowed: matching labels must be unique on one side","expected":"no","pattern":"exact","place":{"end":{"column":59,"line":11,"offset":476},"start":{"column":57,"line":11,"offset":474}},"samples":[],"why":null}"#);
}
