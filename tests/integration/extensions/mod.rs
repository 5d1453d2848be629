//! What test files may say beyond promtool's: how it is read, how it fails, how it is updated.

use std::collections::BTreeSet;
use std::sync::Arc;

use promproof::source::SourceFile;
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{TestInput, Workspace};
use proptest::prelude::*;

use crate::support::{Run, Sandbox, repository};

mod expressions;
mod repeat;
mod timelines;

const RULES: &str = r#"groups:
  - name: g
    rules:
      - alert: HighErrors
        expr: sum by (service) (errors) > 10
        for: 2m
        labels: {severity: page}
        annotations:
          summary: "{{ $labels.service }} has {{ $value }} errors"
          text: fixed
"#;

/// The API has errors from 2m on, so that the alert is pending then and fires from 4m to 9m; twice.
const SERIES: &str = "    input_series:
      - {series: 'errors{service=\"api\"}', values: '0 0 20x6 0x9 20x6 0x4'}
      - {series: 'errors{service=\"db\"}', values: '1x30'}
";

/// A test with the lines `assertions`.
fn test(assertions: &str) -> String {
    format!("rule_files: [rules.yml]\ntests:\n  - name: t\n{SERIES}{assertions}")
}

fn sandbox(test: &str) -> Sandbox {
    Sandbox::with(&[("rules.yml", RULES), ("t.yml", test)])
}

fn run(test: &str) -> Run {
    sandbox(test).run(&["test", "t.yml"])
}

fn concise(test: &str) -> Run {
    sandbox(test).run(&["test", "t.yml", "--output-format", "concise"])
}

/// Blanks at the ends of lines are nothing that a reader sees.
fn trimmed(run: &Run) -> String {
    run.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The files of `docs/tests.md`, by their names.
fn page_files() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(repository().join("docs/tests.md")).unwrap();
    let file = |block: &str| {
        let (name, text) = block.split_once('\n').unwrap();
        (name.to_owned(), text.split("\n```").next().unwrap().to_owned())
    };
    page.split("\n```yaml\n# ").skip(1).map(file).collect()
}

#[test]
fn the_page_on_test_files_tells_the_truth() {
    let sandbox = Sandbox::new();
    page_files().iter().for_each(|(name, text)| sandbox.write(name, text));
    assert_eq!(sandbox.run(&["check"]).code, Some(0), "{}", sandbox.run(&["check"]));
    let eval = sandbox.run(&["eval", "count(errors) by (service)", "--from", "api.test.yml", "--at", "1m"]);
    assert!(eval.stdout.contains("{service=\"api\"}") && eval.stdout.contains("10"), "{eval}");
    insta::assert_snapshot!(sandbox.run(&["test", "--strict"]), @r"
    ok    api.test.yml  1 group, 5 assertions
    passed: 1 test file, 1 group, 5 assertions
    --- exit code 0
    ");
    let all = sandbox.run(&["test", "--list"]);
    insta::assert_snapshot!(all, @r#"
    api.test.yml:15: errors of the API: alert HighErrorRate at 10m
    api.test.yml:24: errors of the API: timeline HighErrorRate{service="api"}
    api.test.yml:32: errors of the API: timeline HighErrorRate{service=~"db|cache"}
    api.test.yml:37: errors of the API: expression avg(errors) at 10m
    api.test.yml:42: errors of the API: failing expression errors / on (service) errors at 10m
    --- exit code 0
    "#);
}

#[test]
fn mistakes_are_reported_at_their_places() {
    let assertions = "    alert_timeline:
      - {labels: {service: api}, fires_at: 4m}
      - {alertname: A}
      - {alertname: A, fires_at: 90s}
      - {alertname: A, fires_at: [4m, soon], until: 3m}
      - {alertname: A, fires_at: 4m, never: firing}
      - {alertname: A, never: fires}
      - {alertname: A, never: firing, annotations: {text: x}}
      - {alertname: A, count: 0, fires_at: 4m}
      - {alertname: A, count: -1}
      - {alertname: A, labels: {x: {contain: y}}, fires_at: 4m}
      - {alertname: A, labels: {x: {matches: '('}}, fires_at: 4m}
      - {alertname: A, labels: {x: {contains: y, matches: z}}, fire_at: 4m}
    promql_expr_test:
      - {expr: up, tolerance: -1}
      - {expr: up, tolerance: 1 %%, exp_fail: [x]}
      - {expr: up, exp_fail: x, exp_samples: [{value: 1, tolerance: x}]}
";
    insta::assert_snapshot!(trimmed(&concise(&test(assertions))), @r#"
    t.yml:8:9: error[schema/missing-field] `alertname` is missing: the timeline does not say which alert it is about
    t.yml:9:9: error[schema/missing-field] this timeline says nothing about the alert
    t.yml:10:34: error[schema/invalid-value] nothing can begin at 1m30s: rules are evaluated every 1m
    t.yml:11:35: error[schema/invalid-value] `until: 3m` leaves this time out
    t.yml:11:39: error[schema/invalid-value] `fires_at` is not a duration: not a valid duration string: "soon"
    t.yml:12:45: error[schema/invalid-value] `never: firing` contradicts `fires_at`
    t.yml:13:31: error[schema/invalid-value] `never: fires` names no state
    t.yml:14:53: error[schema/invalid-value] `annotations` are those of an alert that fires, and this one never does
    t.yml:15:31: error[schema/invalid-value] `count: 0` contradicts `fires_at`
    t.yml:16:31: error[schema/invalid-value] `count` is not a whole number that is 0 or more
    t.yml:17:36: error[schema/invalid-value] `x` in `labels` must be a text or have one of the fields `exact`, `contains` and `matches`
    t.yml:17:37: error[schema/unknown-field] `contain` is not a field of `x` in `labels`
    t.yml:18:46: error[schema/invalid-value] this is not a regular expression: error parsing regexp: missing closing ): `(`
    t.yml:19:36: error[schema/invalid-value] `x` in `labels` must be a text or have one of the fields `exact`, `contains` and `matches`
    t.yml:19:64: error[schema/unknown-field] `fire_at` is not a field of an item of `alert_timeline`
    t.yml:21:31: error[schema/invalid-value] `tolerance` is not a number that is 0 or more
    t.yml:22:31: error[schema/invalid-value] `tolerance` is not a number that is 0 or more
    t.yml:22:47: error[schema/wrong-type] `exp_fail` must be a text, or one of `{exact: …}`, `{contains: …}` and `{matches: …}`, not a list
    t.yml:23:33: error[schema/invalid-value] an expression that must fail has no samples
    t.yml:23:69: error[schema/invalid-value] `tolerance` is not a number that is 0 or more
    failed: 1 of 1 test file, 0 groups, 0 assertions
    --- exit code 1
    "#);
}

/// One of each kind that does not hold.
const FAILING: &str = "    alert_timeline:
      - {alertname: HighErrors, labels: {service: api}, fires_at: [5m, 20m], annotations: {text: {contains: no}}}
    promql_expr_test:
      - {expr: sum(errors), exp_samples: [{value: 3}], tolerance: 1}
      - {expr: errors * on () errors, exp_fail: {exact: no}}
";

#[test]
fn all_formats_show_them() {
    let sandbox = sandbox(&test(FAILING));
    let format = |name| trimmed(&sandbox.run(&["test", "t.yml", "--output-format", name]));
    insta::assert_snapshot!(format("concise"), @r#"
    t.yml:8:68: failed timeline of `HighErrors{service="api"}`: it fires at 4m, 1 evaluation earlier, and 3 other differences
    t.yml:10:51: failed expression `sum(errors)` at 0s: 1 sample is not as expected
    t.yml:11:57: failed expression `errors * on () errors` at 0s: it fails with another message
    failed: 1 of 1 test file, 1 of 1 group, 3 of 3 assertions
    --- exit code 1
    "#);
    insta::assert_snapshot!(format("github"), @r#"
    ::error file=t.yml,line=8,col=68,endLine=8,endColumn=70,title=test t failed::t.yml:8:68: timeline of `HighErrors{service="api"}`: it fires at 4m, 1 evaluation earlier, and 3 other differences%0A{alertname="HighErrors", service="api", severity="page"}: fires at 4m, 1 evaluation earlier%0A{alertname="HighErrors", service="api", severity="page"}: fires at 21m, 1 evaluation later%0A{alertname="HighErrors", service="api", severity="page"}: the annotation `text` is not as expected%0A  expected a text that contains "no"%0A  is "fixed" at 4m%0A{alertname="HighErrors", service="api", severity="page"}: the annotation `text` is not as expected%0A  expected a text that contains "no"%0A  is "fixed" at 21m%0Anote: it is pending since 19m and fires 1 evaluation later, at 21m
    ::error file=t.yml,line=10,col=51,endLine=10,endColumn=52,title=test t failed::t.yml:10:51: expression `sum(errors)` at 0s: 1 sample is not as expected%0Adiffers: {} 3 ± 1%0A  value: expected "3 ± 1", is "1"%0Anote: the values are 2 apart, more than 1
    ::error file=t.yml,line=11,col=57,endLine=11,endColumn=59,title=test t failed::t.yml:11:57: expression `errors * on () errors` at 0s: it fails with another message%0Aexpected "no"%0Afails with "found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"errors\", service=\"api\"}, {__name__=\"errors\", service=\"db\"}];many-to-many matching not allowed: matching labels must be unique on one side"
    failed: 1 of 1 test file, 1 of 1 group, 3 of 3 assertions
    --- exit code 1
    "#);
    insta::assert_snapshot!(format("tap"), @r#"
    TAP version 14
    not ok 1 - t.yml: t: timeline of `HighErrors{service="api"}`
      ---
      message: |
        t.yml:8:68
        it fires at 4m, 1 evaluation earlier, and 3 other differences
        {alertname="HighErrors", service="api", severity="page"}: fires at 4m, 1 evaluation earlier
        {alertname="HighErrors", service="api", severity="page"}: fires at 21m, 1 evaluation later
        {alertname="HighErrors", service="api", severity="page"}: the annotation `text` is not as expected
          expected a text that contains "no"
          is "fixed" at 4m
        {alertname="HighErrors", service="api", severity="page"}: the annotation `text` is not as expected
          expected a text that contains "no"
          is "fixed" at 21m
        note: it is pending since 19m and fires 1 evaluation later, at 21m
      ...
    not ok 2 - t.yml: t: expression `sum(errors)` at 0s
      ---
      message: |
        t.yml:10:51
        1 sample is not as expected
        differs: {} 3 ± 1
          value: expected "3 ± 1", is "1"
        note: the values are 2 apart, more than 1
      ...
    not ok 3 - t.yml: t: expression `errors * on () errors` at 0s
      ---
      message: |
        t.yml:11:57
        it fails with another message
        expected "no"
        fails with "found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"errors\", service=\"api\"}, {__name__=\"errors\", service=\"db\"}];many-to-many matching not allowed: matching labels must be unique on one side"
      ...
    1..3
    --- exit code 1
    "#);
    let junit = format("junit");
    let line = junit.lines().find(|line| line.contains("<failure")).unwrap();
    insta::assert_snapshot!(line.replace("&#10;", "\n"), @r#"
          <failure message="3 of 3 assertions failed">t.yml:8:68: timeline of `HighErrors{service=&quot;api&quot;}`: it fires at 4m, 1 evaluation earlier, and 3 other differences
      {alertname=&quot;HighErrors&quot;, service=&quot;api&quot;, severity=&quot;page&quot;}: fires at 4m, 1 evaluation earlier
      {alertname=&quot;HighErrors&quot;, service=&quot;api&quot;, severity=&quot;page&quot;}: fires at 21m, 1 evaluation later
      {alertname=&quot;HighErrors&quot;, service=&quot;api&quot;, severity=&quot;page&quot;}: the annotation `text` is not as expected
        expected a text that contains &quot;no&quot;
        is &quot;fixed&quot; at 4m
      {alertname=&quot;HighErrors&quot;, service=&quot;api&quot;, severity=&quot;page&quot;}: the annotation `text` is not as expected
        expected a text that contains &quot;no&quot;
        is &quot;fixed&quot; at 21m
      note: it is pending since 19m and fires 1 evaluation later, at 21m
    t.yml:10:51: expression `sum(errors)` at 0s: 1 sample is not as expected
      differs: {} 3 ± 1
        value: expected &quot;3 ± 1&quot;, is &quot;1&quot;
      note: the values are 2 apart, more than 1
    t.yml:11:57: expression `errors * on () errors` at 0s: it fails with another message
      expected &quot;no&quot;
      fails with &quot;found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\&quot;errors\&quot;, service=\&quot;api\&quot;}, {__name__=\&quot;errors\&quot;, service=\&quot;db\&quot;}];many-to-many matching not allowed: matching labels must be unique on one side&quot;
    </failure>
    "#);
}

#[test]
fn they_are_selected_and_listed() {
    let sandbox = sandbox(&test(FAILING));
    insta::assert_snapshot!(sandbox.run(&["test", "t.yml", "--list"]), @r#"
    t.yml:8: t: timeline HighErrors{service="api"}
    t.yml:10: t: expression sum(errors) at 0s
    t.yml:11: t: failing expression errors * on () errors at 0s
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.run(&["test", "t.yml", "--list", "-k", "higherrors"]), @r#"
    t.yml:8: t: timeline HighErrors{service="api"}
    --- exit code 0
    "#);
    insta::assert_snapshot!(sandbox.run(&["test", "t.yml", "--output-format", "concise", "-k", "higherrors"]), @r#"
    t.yml:8:68: failed timeline of `HighErrors{service="api"}`: it fires at 4m, 1 evaluation earlier, and 3 other differences
    failed: 1 of 1 test file, 1 of 1 group, 1 of 1 assertion
    --- exit code 1
    "#);
}

#[test]
fn an_update_writes_times_counts_and_texts() {
    let before = test(
        "    alert_timeline:
      - alertname: HighErrors   # the API
        labels: {service: api}
        pending_at: 3m          # later?
        fires_at:
          - 5m                  # once
          - 20m                 # twice
        resolves_at: [9m]
        annotations:
          text: 'broken'        # quoted
      - {alertname: HighErrors, count: 2}
      - {alertname: HighErrors, never: firing}
    promql_expr_test:
      - {expr: errors * on () errors, exp_fail: {exact: no}}
      - {expr: errors * on () errors, eval_time: 1m, exp_fail: {matches: no}}
",
    );
    let sandbox = sandbox(&before);
    let run = sandbox.run(&["test", "t.yml", "--update", "--output-format", "concise"]);
    insta::assert_snapshot!(trimmed(&run), @r#"
    --- t.yml
    +++ t.yml
    @@ -7,15 +7,15 @@
         alert_timeline:
           - alertname: HighErrors   # the API
             labels: {service: api}
    -        pending_at: 3m          # later?
    +        pending_at: [2m, 19m]          # later?
             fires_at:
    -          - 5m                  # once
    -          - 20m                 # twice
    -        resolves_at: [9m]
    +          - 4m                  # once
    +          - 21m                 # twice
    +        resolves_at: [9m, 26m]
             annotations:
    -          text: 'broken'        # quoted
    -      - {alertname: HighErrors, count: 2}
    +          text: 'fixed'        # quoted
    +      - {alertname: HighErrors, count: 1}
           - {alertname: HighErrors, never: firing}
         promql_expr_test:
    -      - {expr: errors * on () errors, exp_fail: {exact: no}}
    +      - {expr: errors * on () errors, exp_fail: {exact: "found duplicate series for the match group {} on the right hand-side of the operation: [{__name__=\"errors\", service=\"api\"}, {__name__=\"errors\", service=\"db\"}];many-to-many matching not allowed: matching labels must be unique on one side"}}
           - {expr: errors * on () errors, eval_time: 1m, exp_fail: {matches: no}}

    t.yml:18:40: failed timeline of `HighErrors`: it fires at 4m and never should, and 1 other difference
    t.yml:21:74: failed expression `errors * on () errors` at 1m: it fails with another message
    failed: 1 of 1 test file, 1 of 1 group, 2 of 5 assertions
    --- stderr
    error: t.yml:18: this assertion cannot be updated: it says what must never be
      help: that is an intention: change the rule, or the test by hand
    error: t.yml:21: this assertion cannot be updated: it says what a text is to be like, with `contains` or `matches`
      help: that is an intention: change the rule, or the test by hand
    --- exit code 1
    "#);
}

#[test]
fn lint_rules_know_them() {
    let assertions = "    alert_timeline:
      - {alertname: HighErrors, labels: {service: db}, never: active}
      - {alertname: HighErrors, labels: {service: {exact: db}}, never: active}
  - name: later
    input_series: [{series: errors, values: 1}]
    promql_expr_test:
      - {expr: errors * on () errors, eval_time: 1h, exp_fail: many}
      - {expr: errors * on () errors, eval_time: 1h, exp_fail: more}
";
    insta::assert_snapshot!(trimmed(&concise(&test(assertions))), @r"
t.yml:9:9: warning[test/duplicate] this assertion is there already
t.yml:13:64: failed expression `errors * on () errors` at 1h: it does not fail
t.yml:14:64: failed expression `errors * on () errors` at 1h: it does not fail
failed: 1 of 1 test file, 1 of 2 groups, 2 of 4 assertions; 1 warning
--- exit code 1
");
}

/// Parts of test files that are put where they do not belong.
const PARTS: [&str; 16] =
    ["{", "}", "[", "]", ":", " ", "\n", "- ", "~", "5m", "1h", "never: active", "repeat: 3", "&a ", "*a", "\""];

proptest! {
    /// Whatever becomes of a file, nothing panics, and what is written of it can be read.
    #[test]
    fn damaged_files_are_read(damage in proptest::collection::vec((any::<prop::sample::Index>(), 0..6_usize, 0..PARTS.len()), 1..4)) {
        let files = page_files();
        let mut text = files[1].1.clone();
        for (place, cut, part) in damage {
            let start = place.index(text.len());
            let end = (start + cut).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, PARTS[part]);
            }
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(&files[0].0), &files[0].1).unwrap();
        let decode = |text: &str| {
            let source = Arc::new(SourceFile::new("t.yml", text));
            TestInput::read(&source, folder.path())
        };
        let inputs = [decode(&text)];
        let report = unittest::run(&Workspace::default(), &inputs, &RunOptions::default());
        let updated = unittest::update(&report.files[0], unittest::Extent::All);
        prop_assert!(updated.broken.is_none(), "{:?}\n{text}", updated.broken);
        if updated.left.is_empty() && report.files[0].problems.is_empty() {
            let again = decode(&updated.text);
            let problems = &again.test.problems;
            prop_assert!(problems.is_empty(), "{problems:?}\n{}", updated.text);
        }
        if inputs[0].test.problems.is_empty() {
            let plain = unittest::to_promtool(&Workspace::default(), &inputs, &RunOptions::default())[0].text(&["rules.yml".to_owned()]);
            let again = [decode(&plain)];
            prop_assert!(again[0].test.problems.is_empty(), "{:?}\n{plain}", again[0].test.problems);
            let verdicts = (report.failed(), unittest::run(&Workspace::default(), &again, &RunOptions::default()).failed());
            prop_assert!(verdicts.0 == verdicts.1 || !report.files[0].rule_problems.is_empty(), "{verdicts:?}\n{text}\n{plain}");
        }
    }
}

#[test]
fn a_key_without_a_value_is_no_pattern() {
    let text = "    alert_timeline:
      - {alertname: HighErrors, fires_at: [4m, 20m], labels: {service: {matches: }}, annotations: {text: {contains: }}}
    promql_expr_test:
      - {expr: absent(m), eval_time: 1m, exp_fail: }
      - {expr: errors * on () errors, eval_time: 1m, exp_fail: ''}
";
    insta::assert_snapshot!(run(&test(text)), @r"
    error[schema/invalid-value]: `matches` has no value, so nothing would be checked
       ╭─[t.yml:8:73]
     7 │     alert_timeline:
     8 │ …alertname: HighErrors, fires_at: [4m, 20m], labels: {service: {matches: }}, annotations: {text: {contains: }}}
       ·                                                                 ───────
     9 │     promql_expr_test:
       ╰────
      help: write the text after it, in quotation marks if it is empty: `''`
      more: promproof explain schema/invalid-value

    error[schema/invalid-value]: `contains` has no value, so nothing would be checked
       ╭─[t.yml:8:107]
     7 │     alert_timeline:
     8 │ …alertname: HighErrors, fires_at: [4m, 20m], labels: {service: {matches: }}, annotations: {text: {contains: }}}
       ·                                                                                                   ────────
     9 │     promql_expr_test:
       ╰────
      help: write the text after it, in quotation marks if it is empty: `''`
      more: promproof explain schema/invalid-value

    error[schema/invalid-value]: `exp_fail` has no value, so nothing would be checked
        ╭─[t.yml:10:42]
      9 │     promql_expr_test:
     10 │       - {expr: absent(m), eval_time: 1m, exp_fail: }
        ·                                          ────────
     11 │       - {expr: errors * on () errors, eval_time: 1m, exp_fail: ''}
        ╰────
      help: write `''` for any message, a part of it, or one of `{exact: …}` and `{matches: …}`
      more: promproof explain schema/invalid-value

    FAIL  t.yml  cannot be run
    failed: 1 of 1 test file, 0 groups, 0 assertions
    --- exit code 1
    ");
}

/// No extension goes without a word.
#[test]
fn the_page_describes_each_key() {
    let page = std::fs::read_to_string(repository().join("docs/tests.md")).unwrap();
    let keys: BTreeSet<&str> =
        ["alert_timeline", "repeat", "tolerance", "exp_fail", "until", "never", "count", "--to-promtool"].into();
    assert!(keys.iter().all(|key| page.contains(&format!("`{key}"))));
}
