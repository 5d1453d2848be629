//! Test files with one mistake each: one clear finding at exactly the wrong part, never a panic, and the other files
//! run all the same.

use crate::support::Sandbox;

const RULES: &str = "\
groups:
  - name: g
    rules:
      - alert: Down
        expr: up == 0
        annotations: {summary: '{{ $labels.job }} is down'}
";

/// What passes; each mistake is a change of it.
const SOUND: &str = "\
rule_files: [rules.yml]
evaluation_interval: 1m
group_eval_order: [g]
fuzzy_compare: false
tests:
  - name: first
    interval: 1m
    start_timestamp: 0
    external_labels: {cluster: c}
    input_series:
      - series: up{job=\"a\"}
        values: 0x5
    alert_rule_test:
      - eval_time: 2m
        alertname: Down
        exp_alerts:
          - exp_labels: {job: a}
            exp_annotations: {summary: a is down}
    promql_expr_test:
      - expr: up
        eval_time: 1m
        exp_samples:
          - labels: up{job=\"a\"}
            value: 0
";

/// A mistake: the file's name, what of [`SOUND`] is replaced (once) by what, and the part that the finding marks.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Fields that do not exist, at each level.
    ("field-of-file", "rule_files:", "rulefiles:", "rulefiles"),
    ("field-of-group", "input_series:", "input_serie:", "input_serie"),
    ("field-of-series", "values: 0x5", "value: 0x5", "value"),
    ("field-of-alert-test", "alertname:", "alert_name:", "alert_name"),
    ("field-of-alert", "exp_annotations:", "annotations:", "annotations"),
    ("field-of-expr-test", "expr: up", "query: up", "query"),
    ("field-of-sample", "value: 0\n", "val: 0\n", "val"),
    ("field-that-means-nothing", "fuzzy_compare: false", "colour: red", "colour"),
    // Values of the wrong type.
    ("type-of-rule-files", "[rules.yml]", "{a: rules.yml}", "{a: rules.yml}"),
    ("type-of-rule-file", "[rules.yml]", "[[rules.yml]]", "[rules.yml]"),
    ("type-of-expr-tests", "promql_expr_test:\n      - expr: up\n        eval_time: 1m\n        exp_samples:\n          - labels: up{job=\"a\"}\n            value: 0\n", "promql_expr_test: up\n", "up"),
    ("type-of-group", "tests:\n", "tests:\n  - first\n", "first"),
    ("type-of-fuzzy-compare", "false", "sometimes", "sometimes"),
    ("type-of-name", "name: first", "name: [first]", "[first]"),
    ("type-of-external-labels", "{cluster: c}", "[cluster]", "[cluster]"),
    ("type-of-external-label", "{cluster: c}", "{cluster: [c]}", "[c]"),
    ("type-of-series", "up{job=\"a\"}\n        values", "{job: a}\n        values", "{job: a}"),
    ("type-of-values", "0x5", "[0, 0, 0]", "[0, 0, 0]"),
    ("type-of-alertname", "Down", "{a: Down}", "{a: Down}"),
    ("type-of-exp-labels", "{job: a}", "job=a", "job=a"),
    ("type-of-exp-alerts", "          - exp_labels: {job: a}\n            exp_annotations: {summary: a is down}\n", "          exp_labels: {job: a}\n", "exp_labels: {job: a}"),
    ("type-of-value", "value: 0\n", "value: zero\n", "zero"),
    ("type-of-expr", "expr: up", "expr: [up]", "[up]"),
    ("type-of-labels", "labels: up{job=\"a\"}", "labels: {job: a}", "{job: a}"),
    // Fields that must be there.
    ("no-series", "series: up{job=\"a\"}\n        values", "values", "0x5"),
    ("no-alertname", "        alertname: Down\n", "", "eval_time: 2m"),
    ("no-expr", "expr: up\n        eval_time", "eval_time", "eval_time: 1m"),
    // Durations and times.
    ("duration-without-unit", "interval: 1m", "interval: 60", "60"),
    ("duration-of-nothing-known", "eval_time: 2m", "eval_time: 2 minutes", "2 minutes"),
    ("duration-that-is-negative", "eval_time: 2m", "eval_time: -2m", "-2m"),
    ("duration-too-long", "eval_time: 2m", "eval_time: 99999999999y", "99999999999y"),
    ("interval-that-is-negative", "evaluation_interval: 1m", "evaluation_interval: -1m", "-1m"),
    ("time-of-nothing-known", "start_timestamp: 0", "start_timestamp: yesterday", "yesterday"),
    // Series, values, expressions, labels.
    ("metric-without-brace", "up{job=\"a\"}\n        values", "up{job=\"a\"\n        values", "up{job=\"a\""),
    ("metric-without-quotes", "up{job=\"a\"}\n        values", "up{job=a}\n        values", "a"),
    ("values-that-are-no-numbers", "0x5", "0 one 2", "one"),
    ("values-without-count", "0x5", "0+1", ""),
    ("values-of-half-a-repetition", "0x5", "1x1.5", "1.5"),
    ("values-of-a-broken-histogram", "0x5", "'{{schema:0 bucket:[1]}}'", "bucket"),
    ("values-of-an-invalid-histogram", "0x5", "'{{schema:0 buckets:[-1]}}'", "{{schema:0 buckets:[-1]}}"),
    ("expression-without-operand", "expr: up", "expr: up +", ""),
    ("expression-of-unknown-function", "expr: up", "expr: rat(up[5m])", "rat"),
    ("expression-of-the-wrong-type", "expr: up", "expr: rate(up)", "up"),
    ("expression-of-nothing", "expr: up", "expr: ''", "''"),
    ("expected-labels-that-are-none", "labels: up{job=\"a\"}", "labels: job=a", "="),
    ("expected-histogram-broken", "value: 0\n", "histogram: '{{sum:x}}'\n", "x"),
    // Rules.
    ("rule-file-missing", "[rules.yml]", "[missing.yml]", "missing.yml"),
    ("rule-file-malformed-pattern", "[rules.yml]", "['rules[.yml']", "'rules[.yml'"),
    ("rule-file-is-a-folder", "[rules.yml]", "[folder]", "folder"),
    ("rule-file-without-rules", "[rules.yml]", "[other.txt]", "a"),
    ("rule-file-broken", "[rules.yml]", "[broken.txt]", "="),
    ("group-that-does-not-exist", "group_eval_order: [g]", "group_eval_order: [nope]", "nope"),
    ("group-twice", "group_eval_order: [g]", "group_eval_order: [g, g]", "g"),
    // YAML.
    ("key-twice", "fuzzy_compare: false", "fuzzy_compare: false\nfuzzy_compare: true", "fuzzy_compare"),
    ("tab", "    interval: 1m", "\tinterval: 1m", "\t"),
    ("indentation", "    input_series:", "   input_series:", "i"),
    ("indentation-of-exp-alerts", "        exp_alerts:", "      exp_alerts:", "e"),
    ("bracket-open", "[rules.yml]", "[rules.yml", "["),
    ("quote-open", "up{job=\"a\"}\n        values", "'up\n        values", "'"),
    ("unknown-alias", "{cluster: c}", "*labels", "*labels"),
];

fn broken(mistake: &Mistake) -> String {
    let (name, from, to, _) = mistake;
    assert!(SOUND.contains(from), "{name}: nothing to replace");
    SOUND.replacen(from, to, 1)
}

/// All broken files beside one that is sound.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("rules.yml", RULES),
        ("other.txt", "a: 1\n"),
        ("broken.txt", "groups: [{name: g, rules: [{alert: A, expr: up = 0}]}]\n"),
        ("folder/empty", ""),
        ("sound.yml", SOUND),
    ]);
    for mistake in MISTAKES {
        sandbox.write(&format!("{}.yml", mistake.0), broken(mistake));
    }
    sandbox.write("not-utf8.yml", SOUND.replace("first", "f\u{fc}rst").chars().map(|c| c as u8).collect::<Vec<u8>>());
    sandbox
}

#[test]
fn each_mistake_is_one_clear_finding() {
    let run = sandbox().run(&["test", "--output-format", "concise", "."]);
    insta::assert_snapshot!(run, @r#"
    bracket-open.yml:1:13: error[yaml/syntax] the `[` opened here is not closed
    duration-of-nothing-known.yml:14:20: error[schema/invalid-duration] `eval_time` is not a duration: unknown unit " minutes" in duration "2 minutes"
    duration-that-is-negative.yml:14:20: error[schema/invalid-duration] `eval_time` is negative
    duration-too-long.yml:14:20: error[schema/invalid-duration] `eval_time` is not a duration: duration out of range
    duration-without-unit.yml:2:22: error[schema/invalid-duration] `evaluation_interval` is not a duration: not a valid duration string: "60"
    expected-histogram-broken.yml:24:31: error[test/invalid-sample] this histogram cannot be read: unexpected `x`, expected a number
    expected-labels-that-are-none.yml:23:24: error[test/invalid-sample] these labels cannot be read: unexpected "="
    expression-of-nothing.yml:20:15: error[promql/syntax] no expression found in input
    expression-of-the-wrong-type.yml:20:20: error[promql/type] expected type range vector in call to function "rate", got instant vector
    expression-of-unknown-function.yml:20:15: error[promql/syntax] unknown function with name "rat"
    expression-without-operand.yml:20:19: error[promql/syntax] unexpected end of input
    field-of-alert-test.yml:15:9: error[schema/unknown-field] `alert_name` is not a field of an alert test
    field-of-alert.yml:18:13: error[schema/unknown-field] `annotations` is not a field of an expected alert
    field-of-expr-test.yml:20:9: error[schema/unknown-field] `query` is not a field of an expression test
    field-of-file.yml:1:1: error[schema/unknown-field] `rulefiles` is not a field of a test file
    field-of-group.yml:10:5: error[schema/unknown-field] `input_serie` is not a field of a test group
    field-of-sample.yml:24:13: error[schema/unknown-field] `val` is not a field of an expected sample
    field-of-series.yml:12:9: error[schema/unknown-field] `value` is not a field of an input series
    field-that-means-nothing.yml:4:1: error[schema/unknown-field] `colour` is not a field of a test file
    group-that-does-not-exist.yml:3:20: warning[test/unknown-group] no rule group under test is called `nope`
    group-twice.yml:3:23: error[schema/invalid-value] group name repeated in evaluation order: g
    indentation-of-exp-alerts.yml:16:7: error[yaml/syntax] this does not fit what stands above it
    indentation.yml:10:4: error[yaml/syntax] this does not fit what stands above it
    interval-that-is-negative.yml:2:22: error[schema/invalid-duration] `evaluation_interval` is negative
    key-twice.yml:5:1: error[yaml/duplicate-key] the key `fuzzy_compare` appears twice
    metric-without-brace.yml:11:17: error[test/invalid-series] this series cannot be read: the labels have no closing `}`
    metric-without-quotes.yml:11:24: error[test/invalid-series] this series cannot be read: unexpected identifier "a" in label set, expected string
    no-alertname.yml:14:9: error[schema/missing-field] `alertname` is missing: the test does not say which alert it is about
    no-expr.yml:20:9: error[schema/missing-field] `expr` is missing: the test does not say what it evaluates
    no-series.yml:11:17: error[test/invalid-series] this series cannot be read: expected a series such as `metric{label="value"}` before the values
    not-utf8.yml:6:12: error[yaml/syntax] the file is not UTF-8 text
    quote-open.yml:11:17: error[yaml/syntax] the quote opened here is never closed
    broken.txt:1:48: error[promql/syntax] unexpected "="
    rule-file-is-a-folder.yml:1:14: error[test/unreadable-rule-file] cannot read the rule file `folder`: is a directory
    rule-file-malformed-pattern.yml:1:14: error[schema/invalid-value] `rules[.yml` is a malformed pattern
    rule-file-missing.yml:1:14: warning[test/unmatched-rule-file] no rule file matches `missing.yml`
    rule-file-missing.yml:17:13: failed alert `Down` at 2m: it does not fire
    other.txt:1:1: error[schema/unknown-field] unknown field `a` in a rule file
    tab.yml:7:1: error[yaml/syntax] a tab stands where no tab may stand
    time-of-nothing-known.yml:8:22: error[schema/invalid-value] cannot parse `yesterday` as a time
    type-of-alertname.yml:15:20: error[schema/wrong-type] `alertname` must be a text, not a mapping
    type-of-exp-alerts.yml:17:11: error[schema/wrong-type] `exp_alerts` must be a list, not a mapping
    type-of-exp-labels.yml:17:25: error[schema/wrong-type] `exp_labels` must be a mapping of names to texts, not a text
    type-of-expr-tests.yml:19:23: error[schema/wrong-type] `promql_expr_test` must be a list, not a text
    type-of-expr.yml:20:15: error[schema/wrong-type] `expr` must be a text, not a list
    type-of-external-label.yml:9:32: error[schema/wrong-type] `cluster` in `external_labels` must be a text, not a list
    type-of-external-labels.yml:9:22: error[schema/wrong-type] `external_labels` must be a mapping of names to texts, not a list
    type-of-fuzzy-compare.yml:4:16: error[schema/wrong-type] `fuzzy_compare` must be `true` or `false`, without quotes
    type-of-group.yml:6:5: error[schema/wrong-type] a test group must be a mapping, not a text
    type-of-labels.yml:23:21: error[schema/wrong-type] `labels` must be a text, not a mapping
    type-of-name.yml:6:11: error[schema/wrong-type] `name` must be a text, not a list
    type-of-rule-file.yml:1:14: error[schema/wrong-type] an item of `rule_files` must be a text, not a list
    type-of-rule-files.yml:1:13: error[schema/wrong-type] `rule_files` must be a list, not a mapping
    type-of-series.yml:11:17: error[schema/wrong-type] `series` must be a text, not a mapping
    type-of-value.yml:24:20: error[schema/wrong-type] `value` must be a number
    type-of-values.yml:12:17: error[schema/wrong-type] `values` must be a text, not a list
    unknown-alias.yml:9:22: error[yaml/syntax] the alias `*labels` has no anchor
    values-of-a-broken-histogram.yml:12:29: error[test/invalid-series] this series cannot be read: unexpected `bucket`, expected a key of a histogram such as `buckets:[5 10 7]`, or `}}`
    values-of-an-invalid-histogram.yml:12:18: error[test/invalid-series] this series cannot be read: positive side: bucket number 1 has observation count of -1: histogram has a bucket whose observation count is negative
    values-of-half-a-repetition.yml:12:19: error[test/invalid-series] this series cannot be read: the repetition `1.5` is not a whole number
    values-that-are-no-numbers.yml:12:19: error[test/invalid-series] this series cannot be read: unexpected `one`, expected a number, `_`, `stale` or a histogram `{{…}}`
    values-without-count.yml:12:20: error[test/invalid-series] this series cannot be read: unexpected end of the values, expected `x` and the number of steps, as in `1+1x5`
    failed: 60 of 62 test files, 21 of 23 groups, 8 of 46 assertions (26 not checked); 2 warnings
    --- exit code 1
    "#);
}

/// The parts of files that the findings below `report` mark.
fn marked(sandbox: &Sandbox, report: &serde_json::Value) -> Vec<String> {
    // A diagnostic has its place beside its message, other things have a `place`.
    let place = if report["rule"].is_string() { report } else { &report["place"] };
    if let Some(file) = place["file"].as_str() {
        let offset = |end: &str| usize::try_from(place[end]["offset"].as_u64().unwrap()).unwrap();
        let text = std::fs::read_to_string(sandbox.path(file)).unwrap();
        return vec![text[offset("start")..offset("end")].to_owned()];
    }
    let below: Box<dyn Iterator<Item = &serde_json::Value>> = match report {
        serde_json::Value::Array(items) => Box::new(items.iter()),
        serde_json::Value::Object(fields) => Box::new(fields.values()),
        _ => return Vec::new(),
    };
    below.flat_map(|value| marked(sandbox, value)).collect()
}

#[test]
fn findings_mark_exactly_what_is_wrong() {
    let sandbox = sandbox();
    std::fs::remove_file(sandbox.path("not-utf8.yml")).unwrap();
    let run = sandbox.run(&["test", "--output-format", "json", "."]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let files = report["files"].as_array().unwrap();
    for (name, _, _, expected) in MISTAKES {
        let file = files.iter().find(|file| file["file"] == format!("{name}.yml")).unwrap();
        assert_eq!(marked(&sandbox, file), [*expected], "{name}");
    }
    let sound = files.iter().find(|file| file["file"] == "sound.yml").unwrap();
    assert_eq!(sound["passed"], true);
}

#[test]
fn a_list_with_broken_files_is_not_whole() {
    let sandbox = Sandbox::with(&[("rules.yml", RULES), ("sound.yml", SOUND)]);
    sandbox.write("broken.yml", SOUND.replace("eval_time: 2m", "eval_time: soon"));
    insta::assert_snapshot!(sandbox.run(&["test", "--list"]), @r#"
    broken.yml:14: first: alert Down at 0s
    broken.yml:20: first: expression up at 1m
    sound.yml:14: first: alert Down at 2m
    sound.yml:20: first: expression up at 1m
    --- stderr
    error: broken.yml:14:20: `eval_time` is not a duration: not a valid duration string: "soon"
    --- exit code 2
    "#);
}

#[test]
fn tests_with_rules_behind_them_are_tests_for_both_commands() {
    let test = "tests: [{promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]}]\n";
    let sandbox = Sandbox::with(&[("both.yml", &format!("{test}---\n{RULES}"))]);
    for (command, path) in [("test", "."), ("test", "both.yml"), ("check", "."), ("check", "both.yml")] {
        let run = sandbox.run(&[command, path, "--output-format", "concise"]);
        let warning = "both.yml:2:1: warning[test/ignored-document] only the first document of a test file is read\n";
        assert!(run.stdout.starts_with(warning) && run.stdout.lines().count() == 2, "{command} {path}: {run}");
    }
}
