//! `promproof config import`.

use std::sync::Arc;

use promproof::lint::Config;
use promproof::lint::import::{Imported, Tool, import};
use promproof::source::SourceFile;

use crate::support::Sandbox;

/// The configuration, and a line for each note: where, what, why. The configuration is valid.
fn imported(tool: Tool, text: &str) -> String {
    let file = Arc::new(SourceFile::new("theirs", text));
    let Imported { toml, left_out } = match import(&file, tool) {
        Ok(imported) => imported,
        Err(problems) => {
            let (message, at) = (&problems[0].message, &problems[0].primary);
            return format!("{:?} {message}: {}", at.file.position(at.span.start()), at.text);
        }
    };
    let config = Arc::new(SourceFile::new("promproof.toml", toml.as_str()));
    Config::parse(&config).unwrap_or_else(|problems| panic!("{}: {toml}", problems[0].message));
    let notes = left_out.iter().map(|note| {
        let at = &note.primary;
        let line = at.file.position(at.span.start()).line;
        let stands = text.get(at.span.start()..at.span.end()).unwrap_or("?");
        format!("{line} {}: {} [{stands}]\n", note.message, at.text)
    });
    let toml = toml.lines().skip(1).collect::<Vec<_>>().join("\n");
    format!("{}\n---\n{}", toml.trim(), notes.collect::<String>().trim_end())
}

#[test]
fn a_configuration_of_pint() {
    let text = r#"
parser {
  schema  = "thanos"
  exclude = ["vendor/.*", "(a|b)/.+[.]yml"]
  relaxed = [".*"]
  include = ["rules/.*"]
}
prometheus "prod" {
  uri = "https://prom.example.com"
}
checks {
  disabled = ["alerts/template", "promql/series", "query/cost", "rule/.+", "nosuch"]
}
rule {
  match {
    kind = "alerting"
    path = "prod/.*"
    label "severity" { value = "page|ticket" }
  }
  match { name = "Host.+" }
  ignore { path = "prod/old/.*" }
  ignore { name = "HostA" }
  ignore { name = "HostB" }
  annotation "summary" { required = true }
  annotation "dashboard" {
    value    = "https://grafana/{{ $alert }}"
    severity = "bug"
    comment  = "see the wiki"
  }
  annotation "x.*" {
    required = true
    value    = "y"
  }
  label "team" {
    token    = "\\w+"
    value    = "a|b"
    required = true
  }
  for { min = "1m" }
  cost { maxSeries = 10 }
  disable = ["promql/regexp"]
}
rule {
  aggregate "job:.+" { keep = ["job"] }
  call "rate" {
    selector ".+" { requiredLabels = ["job"] }
  }
  selector "up" { requiredLabels = ["job"] }
  name "("  {}
  reject "tmp_.*" { label_keys = true }
  locked = true
}
rule {
  match { for = ">= 5m" }
  report {}
}
rule {
  match { state = ["added"] }
  report {}
}
rule {
  match { path = "x[a-z]y" }
  report {}
}
rule {
  ignore {
    kind = "recording"
    path = "a/.*"
  }
  report {}
}
rule {
  ignore { kind = "recording" }
  disable = ["promql/nan"]
  range_query {
    max  = "${ENV_RANGE}"
    maxx = "1d"
  }
}
rule {
  disable = ["promql/nan"]
}
"#;
    insta::assert_snapshot!(imported(Tool::Pint, text), @r#"
    dialect = "thanos"
    exclude = ["vendor/**", "a/**/*.yml", "b/**/*.yml"]

    [rules]
    "annotations/forbidden" = "off"
    "labels/allowed-values" = "off"
    "labels/forbidden" = "off"
    "labels/pattern" = "off"
    "labels/required" = "off"
    "promql/nan-in-aggregation" = "off"
    "rule/duplicate" = "off"
    "rule/for-bounds" = "off"
    "rule/name-pattern" = "off"
    "rule/overlapping" = "off"
    "rule/reported" = "off"
    "rule/same-condition" = "off"
    "rule/used-across-groups" = "off"
    "runbook/*" = "off"
    "selector/*" = "off"
    "template/*" = "off"

    [[policy]]
    severity = "warning"
    kind = "alert"
    paths = ["prod/**"]
    with-labels = { severity = "page|ticket" }
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    required-annotations = ["summary"]

    [[policy]]
    message = "see the wiki"
    severity = "error"
    kind = "alert"
    paths = ["prod/**"]
    with-labels = { severity = "page|ticket" }
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    annotation-patterns = { dashboard = "https://grafana/{{ $alert }}" }

    [[policy]]
    severity = "warning"
    kind = "alert"
    paths = ["prod/**"]
    with-labels = { severity = "page|ticket" }
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    required-labels = ["team"]
    required-annotations = ["x.*"]

    [[policy]]
    kind = "alert"
    paths = ["prod/**"]
    with-labels = { severity = "page|ticket" }
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    for-min = "1m"

    [[policy]]
    severity = "warning"
    names = "Host.+"
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    required-annotations = ["summary"]

    [[policy]]
    message = "see the wiki"
    severity = "error"
    names = "Host.+"
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    annotation-patterns = { dashboard = "https://grafana/{{ $alert }}" }

    [[policy]]
    severity = "warning"
    names = "Host.+"
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    required-labels = ["team"]
    required-annotations = ["x.*"]

    [[policy]]
    names = "Host.+"
    except-paths = ["prod/old/**"]
    except-names = "(?:HostA)|(?:HostB)"
    for-min = "1m"

    [[policy]]
    severity = "warning"
    names = "job:.+"
    keep-labels = ["job"]

    [[policy]]
    severity = "warning"
    required-matchers = ["job"]
    matchers-for = "up"

    [[policy]]
    forbidden-labels = ["tmp_.*"]
    ---
    6 `include` is left out: name the files or folders: `promproof check PATH` [include = ["rules/.*"]]
    8 `prometheus "prod"` is left out: it asks a server of Prometheus, which promproof does not [prometheus "prod"]
    12 `query/cost` is left out: it asks a server of Prometheus, which promproof does not ["query/cost"]
    12 `nosuch` is left out: no rule here finds what it does ["nosuch"]
    30 the value of `annotation "x.*"` is left out: what a value has to be like is said for one name, not for a pattern of names [annotation "x.*"]
    35 `token` is left out: a pattern is for the whole value [token    = "\\w+"]
    40 `cost` is left out: it asks a server of Prometheus, which promproof does not [cost]
    41 `disable` is left out: `[[overrides]]` choose by `paths`, `groups`, `names` and `with-labels` alone [disable = ["promql/regexp"]]
    45 `call "rate"` is left out: a selector is a selector here, whatever function it stands in [call "rate"]
    49 `name "("` is left out: `name-pattern` is no regular expression: error parsing regexp: missing closing ): `(` [name "("]
    51 `locked` is left out: rules are locked by name and everywhere: `locked = ["labels/required"]` [locked = true]
    54 the rule with `for` is left out: no policy has such a condition, and without it this would hold for more rules [for = ">= 5m"]
    58 the rule with `state` is left out: `--since` and `--staged` choose by change, for all policies at once [state = ["added"]]
    62 the rule with `path` is left out: paths are patterns here (`rules/**/*.yml`), and this expression is none that is sure to mean the same [path = "x[a-z]y"]
    66 the rule with this `ignore` is left out: what is excepted has one condition here, and without these the policy would hold for more rules [ignore]
    74 `disable` is left out: `[[overrides]]` choose by `paths`, `groups`, `names` and `with-labels` alone [disable = ["promql/nan"]]
    76 `max` is left out: its value is worked out when pint runs [max  = "${ENV_RANGE}"]
    77 `maxx` is left out: this version of promproof knows no such key [maxx = "1d"]
    "#);
}

#[test]
fn a_configuration_of_promruval() {
    let text = r#"
prometheus: {url: "http://localhost:9090"}
customDisableComment: no-promruval
validationRules:
- name: a
  scope: Alert
  onlyIf:
  - {type: hasLabels, params: {labels: [severity]}}
  - {type: alertNameMatchesRegexp, params: {regexp: "Host.*"}}
  validations:
  - {type: hasLabels, additionalDetails: ask the platform team, params: {labels: ["a.b"]}}
  - {type: annotationIsValidURL, params: {annotation: link, resolveUrl: true}}
  - {type: labelHasAllowedValue, params: {label: to, allowedValues: ["a.b", c], commaSeparatedValue: true}}
  - {type: labelHasAllowedValue, paramsFromFile: ./values.yaml}
  - {type: exclusiveLabels, params: {firstLabel: severity, firstLabelValue: info, secondLabel: page}}
  - {type: exclusiveLabels, params: {firstLabel: a, secondLabel: page, secondLabelValue: "true"}}
  - {type: hasLabels}
  - {type: labelMatchesRegexp, params: {label: x, regexp: "("}}
  - {type: forIsNotLongerThan, params: {limit: eternity}}
  - {type: expressionCanBeEvaluated}
  - {type: noSuchValidator}
  - {type: validFunctionsOnCounters}
- name: b
  scope: Alert
  onlyIf:
  - {type: expressionDoesNotUseIrate}
  validations:
  - {type: hasLabels, params: {labels: [x]}}
- name: c
  scope: Everything
  validations: []
- name: d
  scope: Group
  validations:
  - {type: hasAllowedEvaluationInterval, params: {minimum: 0s, maximum: 5m, mustBeSet: true}}
  - {type: rateBeforeAggregation}
  - {type: doesNotContainTypos}
"#;
    insta::assert_snapshot!(imported(Tool::Promruval, text), @r#"
    [[policy]]
    message = "ask the platform team"
    kind = "alert"
    names = "Host.*"
    with-labels = { severity = ".+" }
    required-labels = ['a\.b']

    [[policy]]
    kind = "alert"
    names = "Host.*"
    with-labels = { severity = ".+" }
    label-patterns = { to = '(?:(?:a\.b)|(?:c))(?:,(?:(?:a\.b)|(?:c)))*' }
    annotation-patterns = { link = "https?://[^ ]+" }

    [[policy]]
    kind = "alert"
    names = "Host.*"
    with-labels = { a = ".+", page = "true", severity = ".+" }
    report = true

    [[policy]]
    interval-max = "5m"
    ---
    2 `prometheus` is left out: it asks a server of Prometheus, which promproof does not [prometheus]
    3 `customDisableComment` is left out: `promproof: ignore[…]` excuses, in a comment or in the annotation `promproof_ignore` [customDisableComment]
    12 a part of `annotationIsValidURL` is left out: `check --online` asks the network, for links to runbooks [resolveUrl]
    14 `labelHasAllowedValue` is left out: its parameters are in another file; write them as `params` [paramsFromFile]
    15 `exclusiveLabels` is left out: a policy has one condition for each key, and this would need two [exclusiveLabels]
    17 `hasLabels` is left out: it has no `labels` [hasLabels]
    18 `labelMatchesRegexp` is left out: `x` is no regular expression: error parsing regexp: missing closing ): `(` [labelMatchesRegexp]
    19 `forIsNotLongerThan` is left out: `for-max` cannot be `eternity` [forIsNotLongerThan]
    20 `expressionCanBeEvaluated` is left out: it asks a server of Prometheus, which promproof does not [expressionCanBeEvaluated]
    21 `noSuchValidator` is left out: this version of promproof knows no such validator [noSuchValidator]
    22 `validFunctionsOnCounters` needs facts here: `promql/counter-without-rate` goes by `metadata` of `[facts]` [validFunctionsOnCounters]
    26 the rule with the condition `expressionDoesNotUseIrate` is left out: no policy has such a condition, and without it this would hold for more rules [expressionDoesNotUseIrate]
    29 the rule is left out: its scope is not known []
    35 a part of `hasAllowedEvaluationInterval` is left out: no policy demands that a group has an interval [mustBeSet]
    "#);
}

#[test]
fn what_is_no_configuration_is_refused_at_its_place() {
    let refused = |tool, text: &str| imported(tool, text);
    insta::assert_snapshot!(refused(Tool::Pint, "rule {"), @"Position { line: 1, column: 6 } this is not HCL: invalid block body; expected `}`, newline or identifier");
    insta::assert_snapshot!(refused(Tool::Pint, "a = \u{1F600}"), @r#"Position { line: 1, column: 5 } this is not HCL: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit"#);
    insta::assert_snapshot!(refused(Tool::Promruval, "groups: []"), @"Position { line: 1, column: 1 } this is no validation file: promruval's has `validationRules`");
    insta::assert_snapshot!(refused(Tool::Promruval, ""), @"Position { line: 1, column: 1 } this is no validation file: promruval's has `validationRules`");
    insta::assert_snapshot!(refused(Tool::Promruval, "a: [b"), @"Position { line: 1, column: 4 } the `[` opened here is never closed: opened here");
    // Nothing is demanded, which is no mistake.
    assert_eq!(refused(Tool::Pint, ""), "\n---\n");
    assert_eq!(refused(Tool::Promruval, "validationRules:"), "\n---\n");
}

#[test]
fn hostile_files_are_read_in_bounded_time() {
    let deep = |open: &str, close: &str| format!("a = {}{}", open.repeat(100_000), close.repeat(100_000));
    for text in [
        deep("[", "]"),
        deep("(", ")"),
        deep("{a=", "}"),
        deep("-", "1"),
        deep("!", "1"),
        format!("a = {}1", "1 ? 2 : ".repeat(100_000)),
        format!("a = 1{}", " + 1".repeat(100_000)),
        format!("a = \"{}{}\"", "${\"".repeat(10_000), "\"}".repeat(10_000)),
        format!("{}{}", "rule {\n".repeat(50_000), "}\n".repeat(50_000)),
        format!("rule {{\n  match {{ path = \"{}\" }}\n  report {{}}\n}}", "(a|b)".repeat(100_000)),
        format!("rule {{\n  match {{ path = \"{}\" }}\n  report {{}}\n}}", "(".repeat(100_000)),
        format!("rule {{\n{}{}}}", "match { kind = \"alerting\" }\n".repeat(5_000), "report {}\n".repeat(5_000)),
        format!("rule {{\n  name \"{}\" {{}}\n}}", "(a{1000}){1000}".repeat(3)),
        format!("checks {{ disabled = [{}] }}", "\".*\", ".repeat(10_000)),
    ] {
        imported(Tool::Pint, &text);
    }
    let many = "  - {type: hasLabels, params: {labels: [a]}}\n".repeat(20_000);
    imported(Tool::Promruval, &format!("validationRules:\n- scope: Alert\n  validations:\n{many}"));
    imported(Tool::Promruval, &format!("validationRules: {}", "[".repeat(100_000)));
}

#[test]
fn the_command_prints_or_writes_and_overwrites_nothing() {
    let sandbox = Sandbox::with(&[
        (
            ".pint.hcl",
            "rule {\n  match { kind = \"alerting\" }\n  label \"team\" { required = true }\n}\nci {\n  maxCommits = 5\n}\n",
        ),
        ("rules.yml", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n"),
        ("x.toml", ""),
    ]);
    let run = sandbox.run(&["config", "import", ".pint.hcl"]);
    assert_eq!(run.code, Some(0));
    insta::assert_snapshot!(run.stdout, @r#"
    # From .pint.hcl of pint, by `promproof config import`.

    [[policy]]
    severity = "warning"
    kind = "alert"
    required-labels = ["team"]
    "#);
    insta::assert_snapshot!(run.stderr, @"
    info[import/left-out]: `maxCommits` is left out
       ╭─[.pint.hcl:6:3]
     5 │ ci {
     6 │   maxCommits = 5
       ·   ───────┬──────
       ·          ╰── `--since` compares all commits of a branch at once
     7 │ }
       ╰────
    ");
    let run = sandbox.run(&["config", "import", ".pint.hcl", "--write"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.ends_with("wrote promproof.toml; see 1 note above\n"), "{}", run.stderr);
    let checked = sandbox.run(&["check", "--output-format", "concise"]);
    insta::assert_snapshot!(checked.stdout, @"
    rules.yml:4:13: warning[labels/required] the alert `A` has no label `team`
    1 warning in 1 of 1 file
    ");
    let again = sandbox.run(&["config", "import", ".pint.hcl", "--write"]);
    assert_eq!(again.code, Some(2));
    insta::assert_snapshot!(again.stderr, @"
    error: promproof.toml is there already
      help: without --write the configuration is printed, to be merged by hand
    ");
    let other = sandbox.run(&["config", "import", "x.toml"]);
    assert_eq!(other.code, Some(2));
    insta::assert_snapshot!(other.stderr, @"
    error: x.toml is neither pint's nor promruval's configuration
      help: pint's ends in .hcl, promruval's in .yaml, .yml or .json
    ");
    assert_eq!(sandbox.run(&["config", "import", "none.hcl"]).code, Some(2));
}
