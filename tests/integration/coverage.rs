//! `promproof test --coverage`: what counts as covered, what is printed, how the run ends.

use std::sync::Arc;

use promproof::source::SourceFile;
use promproof::unittest::coverage::{Collector, Coverage};
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{TestInput, Workspace};
use proptest::prelude::*;

use crate::support::{Run, Sandbox, repository};

/// The example: one branch of an `or`, one way of a template and one alert are not covered.
fn example(args: &[&str]) -> Run {
    let all = [&["test", "testdata/coverage"], args].concat();
    Run::of(Sandbox::new().command().current_dir(repository()).args(all))
}

#[test]
fn what_is_not_covered_is_shown() {
    insta::assert_snapshot!(example(&["--coverage"]), @"
    ok    testdata/coverage/shop.test.yml  1 group, 4 assertions
    passed: 1 test file, 1 group, 4 assertions

    testdata/coverage/shop.rules.yml
      rule                                                        tests    states   branches   templates
      job:errors:ratio_rate5m                                         1       1/1          -           -
      ShopHighErrorRate                                               1       4/4        3/6         2/3
      ShopNoOrders                                                    0       0/3        0/4         0/1
      10 of 22 points (45.4%)                                                 5/8       3/10         2/4

      not covered:
      testdata/coverage/shop.rules.yml:13:11: ShopHighErrorRate: never adds anything:
          shop_synthetic_check_failures > 3
      testdata/coverage/shop.rules.yml:13:41: ShopHighErrorRate: neither true nor false:
          shop_synthetic_check_failures > 3
      testdata/coverage/shop.rules.yml:18:46: ShopHighErrorRate: never taken: {{ if gt $value 1.0 }}
      testdata/coverage/shop.rules.yml:20:16: ShopNoOrders: not tested

    coverage: 10 of 22 points (45.4%): 2 of 3 rules tested; states 5/8, branches 3/10, templates 2/4
    --- exit code 0
    ");
}

#[test]
fn lcov_has_rules_as_functions_and_outcomes_as_branches() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("coverage.info");
    example(&["--coverage-lcov", path.to_str().unwrap()]);
    insta::assert_snapshot!(std::fs::read_to_string(path).unwrap(), @"
    TN:
    SF:testdata/coverage/shop.rules.yml
    FN:4,shop/job:errors:ratio_rate5m
    FN:9,shop/ShopHighErrorRate
    FN:20,shop/ShopNoOrders
    FNDA:1,shop/job:errors:ratio_rate5m
    FNDA:1,shop/ShopHighErrorRate
    FNDA:0,shop/ShopNoOrders
    FNF:3
    FNH:2
    BRDA:9,0,0,1
    BRDA:9,0,1,1
    BRDA:9,0,2,1
    BRDA:9,0,3,1
    BRDA:11,0,0,1
    BRDA:11,0,1,1
    BRDA:11,0,2,1
    BRDA:13,0,0,0
    BRDA:13,0,1,0
    BRDA:13,0,2,0
    BRDA:18,0,0,0
    BRDA:18,0,1,1
    BRDA:20,0,0,-
    BRDA:20,0,1,-
    BRDA:20,0,2,-
    BRDA:21,0,0,-
    BRDA:21,0,1,-
    BRDA:21,0,2,-
    BRDA:21,0,3,-
    BRF:19
    BRH:8
    DA:4,1
    DA:6,1
    DA:7,1
    DA:9,1
    DA:11,1
    DA:12,1
    DA:13,0
    DA:18,1
    DA:20,0
    DA:21,0
    DA:25,0
    LF:11
    LH:7
    end_of_record
    ");
}

#[test]
fn json_has_every_point() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("coverage.json");
    example(&["--coverage-json", path.to_str().unwrap()]);
    let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let file = &document["coverage"]["files"][0];
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["coverage"]["summary"]).unwrap(), @r#"
    {
      "branches": {
        "covered": 3,
        "total": 10
      },
      "points": {
        "covered": 10,
        "total": 22
      },
      "rules": {
        "covered": 2,
        "total": 3
      },
      "states": {
        "covered": 5,
        "total": 8
      },
      "templates": {
        "covered": 2,
        "total": 4
      }
    }
    "#);
    let rule = file["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "ShopHighErrorRate").unwrap();
    let lines: Vec<String> = rule["points"].as_array().unwrap().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"column":16,"covered":1,"end_line":9,"line":9,"reached":1,"text":"","what":"pending"}
    {"column":16,"covered":1,"end_line":9,"line":9,"reached":1,"text":"","what":"firing"}
    {"column":16,"covered":1,"end_line":9,"line":9,"reached":1,"text":"","what":"resolved"}
    {"column":16,"covered":1,"end_line":9,"line":9,"reached":1,"text":"","what":"silent"}
    {"column":11,"covered":1,"end_line":11,"line":11,"reached":1,"text":"job:errors:ratio_rate5m > 0.05","what":"or_left"}
    {"column":35,"covered":1,"end_line":11,"line":11,"reached":1,"text":"job:errors:ratio_rate5m > 0.05","what":"comparison_true"}
    {"column":35,"covered":1,"end_line":11,"line":11,"reached":1,"text":"job:errors:ratio_rate5m > 0.05","what":"comparison_false"}
    {"column":11,"covered":0,"end_line":13,"line":13,"reached":0,"text":"shop_synthetic_check_failures > 3","what":"or_right"}
    {"column":41,"covered":0,"end_line":13,"line":13,"reached":0,"text":"shop_synthetic_check_failures > 3","what":"comparison_true"}
    {"column":41,"covered":0,"end_line":13,"line":13,"reached":0,"text":"shop_synthetic_check_failures > 3","what":"comparison_false"}
    {"column":20,"covered":1,"end_line":18,"line":18,"reached":1,"text":"summary: {{ $labels.job }}: {{ if gt $value 1.0 }}{{ $value }} checks fail{{ else }}{{ $value | humanizePercentage }} of requests fail{{ end }}","what":"annotation"}
    {"column":46,"covered":0,"end_line":18,"line":18,"reached":0,"text":"{{ if gt $value 1.0 }}","what":"template_body"}
    {"column":46,"covered":1,"end_line":18,"line":18,"reached":1,"text":"{{ if gt $value 1.0 }}","what":"template_else"}
    "#);
    // The JSON report has the same.
    let report: serde_json::Value =
        serde_json::from_str(&example(&["--coverage", "--output-format", "json"]).stdout).unwrap();
    assert_eq!(report["coverage"], document["coverage"]);
}

#[test]
fn the_threshold_is_enough_if_it_is_reached_exactly() {
    // 10 of 22 points.
    assert_eq!(example(&["--fail-under", "45.4"]).code, Some(0));
    insta::assert_snapshot!(example(&["--fail-under", "45.5"]), @"
    ok    testdata/coverage/shop.test.yml  1 group, 4 assertions
    passed: 1 test file, 1 group, 4 assertions
    coverage: 10 of 22 points (45.4%): 2 of 3 rules tested; states 5/8, branches 3/10, templates 2/4
    --- stderr
    error: a coverage of 45.4% is less than the 45.5% of --fail-under
    --- exit code 1
    ");
    // 1 of 2 points.
    let sandbox = Sandbox::with(&[
        ("rules.yml", "groups: [{name: g, rules: [{record: a, expr: up}, {record: b, expr: up}]}]"),
        (
            "test.yml",
            "rule_files: [rules.yml]\ntests:\n  - input_series: [{series: up, values: 1}]\n    promql_expr_test: [{expr: a, exp_samples: [{labels: a, value: 1}]}]\n",
        ),
    ]);
    assert_eq!(sandbox.run(&["test", "--fail-under", "50"]).code, Some(0));
    assert_eq!(sandbox.run(&["test", "--fail-under", "50.000001"]).code, Some(1));
    assert_eq!(sandbox.run(&["test", "--fail-under", "101"]).code, Some(2));
    assert_eq!(sandbox.run(&["test", "--fail-under", "NaN"]).code, Some(2));
}

#[test]
fn nothing_to_cover_reaches_no_threshold() {
    let test = "tests: [{input_series: [{series: up, values: 1}], promql_expr_test: [{expr: up, exp_samples: [{labels: up, value: 1}]}]}]";
    let sandbox = Sandbox::with(&[("test.yml", test)]);
    insta::assert_snapshot!(sandbox.run(&["test", "--fail-under", "80"]), @r"
    ok    test.yml  1 group, 1 assertion
    passed: 1 test file, 1 group, 1 assertion
    coverage: nothing to cover: 0 of 0 rules tested; states -, branches -, templates -
    --- stderr
    error: nothing to cover, which is less than the 80% of --fail-under
    --- exit code 1
    ");
    assert_eq!(sandbox.run(&["test", "--fail-under", "0"]).code, Some(0));
}

#[test]
fn output_for_programs_stays_as_it_is() {
    let shown = |run: Run| (run.stdout, run.stderr.contains("coverage: 10 of 22 points"));
    for format in ["tap", "junit"] {
        let (plain, said) = shown(example(&["--output-format", format]));
        assert!(!said);
        let (covered, said) = shown(example(&["--output-format", format, "--coverage"]));
        assert!(said);
        let masked = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.iter_mut().for_each(|line| *line = line.split(" time=").next().unwrap().to_owned());
            lines
        };
        assert_eq!(masked(&plain), masked(&covered));
    }
}

/// One rule file, and tests of it.
struct Suite {
    sandbox: Sandbox,
}

impl Suite {
    fn new(rules: &str) -> Suite {
        Suite { sandbox: Sandbox::with(&[("rules.yml", rules)]) }
    }

    fn input(&self, name: &str, groups: &str) -> Arc<TestInput> {
        let text = format!("rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n{groups}");
        let file = Arc::new(SourceFile::new(name, text));
        let input = TestInput::read(&file, self.sandbox.path(""));
        assert!(input.test.problems.is_empty(), "{:?}", input.test.problems);
        input
    }

    fn coverage(&self, inputs: &[Arc<TestInput>]) -> Coverage {
        let collector = Collector::default();
        unittest::observe(&Workspace::default(), inputs, &RunOptions::default(), &collector);
        collector.finish()
    }

    /// What is covered (`+`), reached but not covered (`~`) and not reached (`-`), a line for each rule.
    fn shown(&self, groups: &str) -> String {
        let coverage = self.coverage(&[self.input("test.yml", groups)]);
        let mut lines = Vec::new();
        for rule in coverage.files.iter().flat_map(|file| &file.rules) {
            let mut line = format!("{}:", rule.name);
            for point in &rule.points {
                let sign = match (point.covered, point.reached) {
                    (0, 0) => '-',
                    (0, _) => '~',
                    _ => '+',
                };
                line += &format!(" {sign}{:?}", point.what);
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}

const LIFE: &str = "groups:
  - name: g
    rules:
      - alert: Down
        expr: up == 0
        for: 2m
        keep_firing_for: 2m
        labels: {where: '{{ $labels.job }}'}
        annotations: {what: '{{ $labels.job }} is down'}
      - {alert: Watchdog, expr: vector(1)}
";

/// Up, down from 3m to 6m, up again: pending at 3m and 4m, firing at 5m and 6m, kept at 7m and 8m, resolved at 9m.
const SERIES: &str = "  - input_series: [{series: 'up{job=\"a\"}', values: 1 1 1 0 0 0 0 1 1 1 1 1}]\n";

#[test]
fn a_state_is_covered_when_an_assertion_looks_at_it() {
    let suite = Suite::new(LIFE);
    let at = |minutes: &[u32]| {
        let item = |minute: &u32| format!("      - {{alertname: Down, eval_time: {minute}m}}\n");
        format!("{SERIES}    alert_rule_test:\n{}", minutes.iter().map(item).collect::<String>())
    };
    let shown = |minutes: &[u32]| suite.shown(&at(minutes)).lines().next().unwrap().to_owned();
    // Whether the assertion holds does not matter.
    insta::assert_snapshot!([shown(&[1]), shown(&[1, 11]), shown(&[3, 11]), shown(&[5, 11]), shown(&[8, 11]), shown(&[11])].join("\n"), @"
    Down: -Pending -Firing -KeptFiring -Resolved +Silent -ComparisonTrue +ComparisonFalse -Label -Annotation
    Down: ~Pending ~Firing ~KeptFiring +Resolved +Silent +ComparisonTrue +ComparisonFalse ~Label ~Annotation
    Down: +Pending ~Firing ~KeptFiring +Resolved -Silent +ComparisonTrue +ComparisonFalse ~Label ~Annotation
    Down: ~Pending +Firing ~KeptFiring +Resolved -Silent +ComparisonTrue +ComparisonFalse +Label +Annotation
    Down: ~Pending ~Firing +KeptFiring +Resolved -Silent +ComparisonTrue +ComparisonFalse +Label +Annotation
    Down: ~Pending ~Firing ~KeptFiring +Resolved -Silent +ComparisonTrue +ComparisonFalse ~Label ~Annotation
    ");
}

#[test]
fn what_is_evaluated_along_is_not_tested() {
    insta::assert_snapshot!(Suite::new(LIFE).shown(&format!("{SERIES}    alert_rule_test: [{{alertname: Watchdog, eval_time: 11m}}]\n")), @"
    Down: ~Pending ~Firing ~KeptFiring ~Resolved -Silent ~ComparisonTrue ~ComparisonFalse ~Label ~Annotation
    Watchdog: +Firing
    ");
}

#[test]
fn an_expression_on_alerts_looks_at_states_and_labels() {
    let expr = "    promql_expr_test: [{expr: 'ALERTS{alertname=~\"Do.*\"}', eval_time: 5m}]\n";
    insta::assert_snapshot!(Suite::new(LIFE).shown(&format!("{SERIES}{expr}")), @"
    Down: ~Pending +Firing -KeptFiring -Resolved -Silent +ComparisonTrue +ComparisonFalse +Label ~Annotation
    Watchdog: ~Firing
    ");
}

#[test]
fn a_timeline_looks_at_all_that_it_tells_of() {
    let suite = Suite::new(LIFE);
    let timeline =
        |item: &str| suite.shown(&format!("{SERIES}    alert_timeline:\n      - {{alertname: Down, {item}}}\n"));
    let shown = |item: &str| timeline(item).lines().next().unwrap().to_owned();
    insta::assert_snapshot!([
        shown("fires_at: 5m"),
        shown("fires_at: 5m, resolves_at: 9m, labels: {where: a}"),
        shown("fires_at: 5m, annotations: {what: a is down}"),
        shown("pending_at: 3m, until: 4m"),
    ].join("\n"), @"
    Down: +Pending +Firing +KeptFiring ~Resolved +Silent +ComparisonTrue +ComparisonFalse ~Label ~Annotation
    Down: +Pending +Firing +KeptFiring +Resolved +Silent +ComparisonTrue +ComparisonFalse +Label ~Annotation
    Down: +Pending +Firing +KeptFiring ~Resolved +Silent +ComparisonTrue +ComparisonFalse ~Label +Annotation
    Down: +Pending -Firing -KeptFiring -Resolved +Silent +ComparisonTrue +ComparisonFalse ~Label ~Annotation
    ");
}

#[test]
fn a_recording_rule_is_tested_by_what_reads_it() {
    let rules = "groups:
  - name: g
    rules:
      - {record: deep, expr: 'up > 0 or missing'}
      - {record: middle, expr: sum(deep)}
      - {record: beside, expr: up + 1}
      - {alert: Up, expr: middle > 0}
";
    let series = "  - input_series: [{series: up, values: 1 1}]\n";
    let suite = Suite::new(rules);
    insta::assert_snapshot!(suite.shown(&format!("{series}    alert_rule_test: [{{alertname: Up, eval_time: 1m}}]\n")), @"
    deep: +Recorded +OrLeft +ComparisonTrue -ComparisonFalse -OrRight
    middle: +Recorded
    beside: ~Recorded
    Up: +Firing -Resolved -Silent +ComparisonTrue -ComparisonFalse
    ");
    insta::assert_snapshot!(suite.shown(&format!("{series}    promql_expr_test: [{{expr: beside * 2, eval_time: 1m}}]\n")), @"
    deep: ~Recorded ~OrLeft ~ComparisonTrue -ComparisonFalse -OrRight
    middle: ~Recorded
    beside: +Recorded
    Up: ~Firing -Resolved -Silent ~ComparisonTrue -ComparisonFalse
    ");
}

#[test]
fn ways_of_templates_are_covered_by_what_is_compared() {
    let rules = "groups:
  - name: g
    rules:
      - alert: A
        expr: x > 0
        annotations:
          a: '{{ if gt $value 5.0 }}much{{ else if gt $value 2.0 }}some{{ end }}{{ range query \"y\" }}{{ .Value }}{{ end }}'
";
    let group = "  - input_series: [{series: x, values: 9 3 1}]
    alert_rule_test: [{alertname: A, eval_time: 1m}]
";
    insta::assert_snapshot!(Suite::new(rules).shown(group), @"A: +Firing -Resolved -Silent +ComparisonTrue -ComparisonFalse +Annotation -TemplateBody +TemplateElse +TemplateBody -TemplateElse -TemplateBody");
}

#[test]
fn one_file_under_many_names_is_one_file() {
    let sandbox = Sandbox::with(&[("rules/rules.yml", LIFE)]);
    let test =
        |path: &str| format!("rule_files: [{path}]\ntests:\n{SERIES}    alert_rule_test: [{{alertname: Down}}]\n");
    sandbox.write("a/test.yml", test("../rules/rules.yml"));
    sandbox.write("rules/test.yml", test("rules.yml"));
    #[cfg(unix)]
    std::os::unix::fs::symlink("rules", sandbox.path("link")).unwrap();
    #[cfg(unix)]
    sandbox.write("b.yml", test("link/rules.yml"));
    let run = sandbox.run(&["test", "--coverage"]);
    assert_eq!(run.stdout.matches("Watchdog  ").count(), 1, "{run}");
}

#[test]
fn kubernetes_objects_have_their_places_in_the_file() {
    let map = "apiVersion: v1
kind: ConfigMap
metadata: {name: rules}
data:
  a.yml: |
    groups:
      - name: g
        rules:
          - alert: Down
            expr: up == 0
";
    let sandbox = Sandbox::with(&[("map.yml", map)]);
    sandbox.write("test.yml", "rule_files: [map.yml]\ntests:\n  - promql_expr_test: [{expr: vector(1), exp_samples: [{labels: '{}', value: 1}]}]\n");
    insta::assert_snapshot!(sandbox.run(&["test", "--coverage", "test.yml"]), @"
    ok    test.yml  1 group, 1 assertion
    passed: 1 test file, 1 group, 1 assertion

    map.yml
      rule                                                        tests    states   branches   templates
      Down                                                            0       0/3        0/2           -
      0 of 5 points (0.0%)                                                    0/3        0/2           -

      not covered:
      map.yml:9:20: Down: not tested

    coverage: 0 of 5 points (0.0%): 0 of 1 rule tested; states 0/3, branches 0/2, templates -
    --- exit code 0
    ");
}

/// A test group over the rules below: a series for each of three metrics, and assertions.
fn group() -> impl Strategy<Value = String> {
    let values = || prop::collection::vec(prop_oneof![Just("0"), Just("1"), Just("2"), Just("_")], 1..6);
    let looks = prop::collection::vec((0_u32..6, 0_usize..4), 1..4);
    (values(), values(), values(), looks).prop_map(|(a, b, c, looks)| {
        let series = |name: &str, values: Vec<&str>| {
            format!("      - {{series: '{name}{{job=\"j\"}}', values: '{}'}}\n", values.join(" "))
        };
        let mut text = format!("  - input_series:\n{}{}{}", series("a", a), series("b", b), series("c", c));
        let alerts = looks.iter().filter(|(_, name)| *name < 2);
        let alerts: String =
            alerts.map(|(minute, name)| format!("      - {{alertname: A{name}, eval_time: {minute}m}}\n")).collect();
        let exprs = looks.iter().filter(|(_, name)| *name >= 2);
        let exprs: String =
            exprs.map(|(minute, name)| format!("      - {{expr: 'r:{name}', eval_time: {minute}m}}\n")).collect();
        for (key, items) in [("alert_rule_test", alerts), ("promql_expr_test", exprs)] {
            if !items.is_empty() {
                text += &format!("    {key}:\n{items}");
            }
        }
        text
    })
}

const RULES: &str = "groups:
  - name: g
    rules:
      - {record: 'r:2', expr: 'a > 1 or b > 1 or c'}
      - {record: 'r:3', expr: 'count_over_time((a == 0)[3m:1m]) unless on (job) b'}
      - alert: A0
        expr: 'r:2 > bool 1 and on (job) c > 0'
        for: 1m
        annotations: {x: '{{ if gt $value 0.0 }}{{ $labels.job }}{{ end }}'}
      - alert: A1
        expr: 'a > b'
        labels: {x: '{{ $value }}'}
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]

    /// The coverage of two sets of tests is that of their union, in either order.
    #[test]
    fn coverage_adds_up(first in prop::collection::vec(group(), 1..4), second in prop::collection::vec(group(), 1..4)) {
        let suite = Suite::new(RULES);
        let inputs = |groups: &[String]| [suite.input("test.yml", &groups.concat())];
        let (one, other) = (suite.coverage(&inputs(&first)), suite.coverage(&inputs(&second)));
        let both = suite.coverage(&inputs(&[first, second].concat()));
        let mut merged = one.clone();
        merged.merge(other.clone());
        prop_assert_eq!(&merged, &both);
        let mut merged = other;
        merged.merge(one);
        prop_assert_eq!(&merged, &both);
        // Nothing is covered that is not reached, nor more often than its rule is tested.
        for rule in both.files.iter().flat_map(|file| &file.rules) {
            for point in &rule.points {
                prop_assert!(point.covered <= point.reached && point.covered <= rule.tested, "{:?}", point);
            }
        }
    }
}
