//! What the user sees: the commands from outside.

use crate::support::Sandbox;

/// An alert whose summary prints a label that its expression drops.
pub(super) const MISSING_LABEL: &str = "groups:
  - name: api
    rules:
      - alert: Errors
        expr: sum by (job) (rate(errors_total[5m])) > 5
        annotations:
          summary: Errors on {{ $labels.instance }}
";

/// A rule file with nothing to complain about.
const CLEAN: &str = "groups:
  - name: api
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors_total[5m]))
";

#[test]
fn the_mistake_of_the_example_is_shown_at_both_places() {
    insta::assert_snapshot!(Sandbox::traefik().run(&["check", "traefik"]), @r#"
    error[template/missing-label]: the annotation `summary` prints `instance`, which the expression drops
        ╭─[traefik/traefik.rules.yml:13:74]
      7 │       - alert: TraefikHighHttp5xxErrorRateBackend
      8 │ …raefik_backend_requests_total{code=~"5.*"}[3m])) by (backend) / sum(rate(traefik_backend_requests_total[3m])) …
        ·                                                   ──────┬─────
        ·                                                         ╰── only `backend` is left here
      9 │         for: 1m
     10 │         labels:
     11 │           severity: critical
     12 │         annotations:
     13 │           summary: Traefik high HTTP 5xx error rate backend (instance {{ $labels.instance }})
        ·                                                                          ────────┬───────
        ·                                                                                  ╰── always empty
     14 │           description: |-
        ╰────
      help: add `instance` to each `by (…)`, or do not print it
      more: promproof explain template/missing-label

    to excuse a finding: `# promproof: ignore[template/missing-label] reason` at the end of its line, a level in
    promproof.toml, or --ignore missing-label
    1 error in 1 of 2 files
    --- exit code 1
    "#);
}

#[test]
fn check_without_findings() {
    insta::assert_snapshot!(Sandbox::with(&[("rules.yml", CLEAN)]).run(&["check"]), @"
    no findings in 1 file
    --- exit code 0
    ");
}

#[test]
fn check_prints_one_line_per_finding() {
    let sandbox = Sandbox::with(&[("a/rules.yml", MISSING_LABEL), ("b/rules.yml", CLEAN), ("c.yml", "name: other")]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @r"
    a/rules.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    1 error in 1 of 2 files
    1 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
}

#[test]
fn check_prints_json() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let run = sandbox.run(&["check", "--output-format", "json", "rules.yml"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &json["diagnostics"][0];
    assert_eq!(finding["rule"], "template/missing-label");
    assert_eq!(finding["start"], serde_json::json!({"offset": 164, "line": 7, "column": 33}));
    assert_eq!(finding["related"][0]["start"]["line"], 5);
    assert_eq!(json["summary"]["errors"], 1);
    assert_eq!(run.code, Some(1));
}

#[test]
fn in_a_github_workflow_findings_are_annotations() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let run = crate::support::Run::of(sandbox.command().env("GITHUB_ACTIONS", "true").args(["check"]));
    insta::assert_snapshot!(run, @"
    ::error file=rules.yml,line=7,col=33,endLine=7,endColumn=49,title=template/missing-label::rules.yml:7:33: the annotation `summary` prints `instance`, which the expression drops%0Arules.yml:5:19: only `job` is left here%0Ahelp: add `instance` to `by (job)`, or do not print it
    1 error in 1 of 1 file
    --- exit code 1
    ");
    let run = crate::support::Run::of(sandbox.command().env("GITHUB_ACTIONS", "true").args([
        "check",
        "--output-format",
        "concise",
    ]));
    assert!(!run.stdout.contains("::error"), "what is asked for wins: {run}");
}

#[test]
fn check_reads_standard_input() {
    let sandbox = Sandbox::new();
    let args = ["check", "--output-format", "concise", "--stdin-filename", "cluster.yml", "-"];
    insta::assert_snapshot!(sandbox.run_with_stdin(&args, MISSING_LABEL), @r"
    cluster.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    1 error in 1 of 1 file
    1 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
}

#[test]
fn check_counts_by_rule() {
    let sandbox = Sandbox::with(&[("a.yml", MISSING_LABEL), ("b.yml", MISSING_LABEL)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise", "--statistics"]), @r"
    a.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    b.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    2 errors in 2 of 2 files
    2 fixable with --fix --unsafe-fixes

    rule                    findings  files
    template/missing-label         2      2
    --- exit code 1
    ");
}

#[test]
fn findings_can_be_no_failure() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let run = sandbox.run(&["check", "--exit-zero", "--quiet", "--output-format", "concise"]);
    insta::assert_snapshot!(run, @"
    rules.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    --- exit code 0
    ");
}

#[test]
fn what_cannot_be_read_is_exit_code_2_and_the_rest_is_checked() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let run = sandbox.run(&["check", "--output-format", "concise", "--exit-zero", "rules.yml", "missing.yml"]);
    insta::assert_snapshot!(run, @r"
    rules.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    1 error in 1 of 1 file
    1 fixable with --fix --unsafe-fixes
    --- stderr
    error: missing.yml: does not exist
    --- exit code 2
    ");
}

#[test]
fn nothing_to_check_is_exit_code_2() {
    insta::assert_snapshot!(Sandbox::with(&[("values.yml", "a: 1")]).run(&["check"]), @"
    --- stderr
    error: no rule file in `.`
      help: a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule; --allow-none accepts that there is none
    --- exit code 2
    ");
}

#[test]
fn test_files_are_checked_beside_rule_files() {
    let test = "rule_files: [missing.yml]\ntests:\n  - alert_rule_test: [{eval_time: 5m, alertname: Errors}]\n";
    let sandbox = Sandbox::with(&[("rules.yml", CLEAN), ("test.yml", test)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @"
    test.yml:1:14: error[test/unmatched-rule-file] no rule file matches `missing.yml`
    1 error in 1 of 2 files
    --- exit code 1
    ");
}

/// Where the rules lie outside of the repository, they may be put there before the tests run.
#[test]
fn rules_from_elsewhere_are_missed_when_tests_run() {
    let test = "rule_files: [/nowhere/rules.yml]\ntests:\n  - alert_rule_test: [{eval_time: 5m, alertname: Errors}]\n";
    let sandbox = Sandbox::with(&[("test.yml", test)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @"
    no findings in 1 file
    --- exit code 0
    ");
    let run = sandbox.run(&["test"]);
    assert!(
        run.stdout.contains("help: nothing is there on this machine; rules that are not loaded are not tested"),
        "{run}"
    );
}

#[test]
fn the_configuration_holds() {
    let config = "[rules]\n\"template/missing-label\" = \"warning\"\n\n[labels]\nrequired = [\"severity\"]\n";
    let sandbox = Sandbox::with(&[("promproof.toml", config), ("rules/rules.yml", MISSING_LABEL)]);
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise"]), @r"
    rules/rules.yml:4:16: error[labels/required] the alert `Errors` has no label `severity`
    rules/rules.yml:7:33: warning[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    1 error, 1 warning in 1 of 1 file
    1 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
    insta::assert_snapshot!(sandbox.run(&["check", "--output-format", "concise", "--no-config"]), @r"
    rules/rules.yml:7:33: error[template/missing-label] the annotation `summary` prints `instance`, which the expression drops
    1 error in 1 of 1 file
    1 fixable with --fix --unsafe-fixes
    --- exit code 1
    ");
}

#[test]
fn a_mistake_in_the_configuration_is_shown() {
    let sandbox = Sandbox::with(&[("promproof.toml", "[labels]\nrequierd = [\"severity\"]\n"), ("rules.yml", CLEAN)]);
    insta::assert_snapshot!(sandbox.run(&["check"]), @r#"
    --- stderr
    error[config/unknown-key]: unknown key `requierd` in `[labels]`
       ╭─[promproof.toml:2:1]
     1 │ [labels]
     2 │ requierd = ["severity"]
       · ────┬───
       ·     ╰── did you mean `required`?
       ╰────
      help: `[labels]` knows `allowed-values` and `required`
      more: promproof explain config/unknown-key

    error: the configuration promproof.toml is not valid
    --- exit code 2
    "#);
    insta::assert_snapshot!(sandbox.run(&["check", "--config", "missing.toml"]), @"
    --- stderr
    error: cannot read the configuration: missing.toml: does not exist
    --- exit code 2
    ");
}

#[test]
fn features_of_prometheus_are_off_until_asked_for() {
    let rules = CLEAN.replace("sum by (job) (rate(errors_total[5m]))", "mad_over_time(errors_total[5m])");
    let sandbox = Sandbox::with(&[("rules.yml", &rules)]);
    let without = sandbox.run(&["check", "--output-format", "concise"]);
    insta::assert_snapshot!(without, @r#"
    rules.yml:5:15: error[promql/syntax] function "mad_over_time" is not enabled
    1 error in 1 of 1 file
    --- exit code 1
    "#);
    let with = sandbox.run(&["check", "--enable-feature", "promql-experimental-functions"]);
    assert_eq!(with.code, Some(0), "{with}");
    insta::assert_snapshot!(sandbox.run(&["check", "--enable-feature", "promql-time-travel"]), @r#"
    error[promql/syntax]: function "mad_over_time" is not enabled
       ╭─[rules.yml:5:15]
     4 │       - record: job:errors:rate5m
     5 │         expr: mad_over_time(errors_total[5m])
       ·               ─────────────
       ╰────
      help: the function is experimental; Prometheus needs --enable-feature=promql-experimental-functions
      more: promproof explain promql/syntax

    1 error in 1 of 1 file
    --- stderr
    warning: unknown feature `promql-time-travel` in --enable-feature
    --- exit code 1
    "#);
}

#[test]
fn explain_prints_the_page_of_a_rule() {
    let run = Sandbox::new().run(&["explain", "template/missing-label"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.starts_with("# template/missing-label\n"), "{run}");
    assert!(run.stdout.ends_with("docs/rules/template/missing-label.md\n"), "{run}");
}

#[test]
fn explain_prints_the_page_as_it_is() {
    let run = Sandbox::new().run(&["explain", "template/missing-label", "--output-format", "markdown"]);
    let page = crate::support::repository().join("docs/rules/template/missing-label.md");
    assert_eq!(run.stdout, std::fs::read_to_string(page).unwrap());
    let run = Sandbox::new().run(&["explain", "template/missing-label", "--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&json["id"], &json["category"]), (&"template/missing-label".into(), &"template".into()));
}

#[test]
fn explain_lists_a_category() {
    insta::assert_snapshot!(Sandbox::new().run(&["explain", "suppression"]), @r"
    suppression/expired  warning  certain  on     0.1.0  a suppression comment whose date has passed
    suppression/invalid  warning  certain  on     0.1.0  a suppression comment that cannot be understood
    suppression/locked   warning  certain  on     0.1.0  a suppression of a rule that the configuration locks
    suppression/unused   warning  certain  on     0.1.0  a suppression comment that suppresses nothing (fixable)
    --- exit code 0
    ");
}

#[test]
fn explain_says_what_is_no_lint_rule() {
    insta::assert_snapshot!(Sandbox::new().run(&["explain", "test/rule-fails"]), @"
    `test/rule-fails` is a failure of a test run or a query, not a lint rule: it is found by evaluating, cannot be switched off, and its message says what went wrong.
    --- exit code 0
    ");
}

#[test]
fn explain_knows_what_was_meant() {
    insta::assert_snapshot!(Sandbox::new().run(&["explain", "template/missing-lable"]), @r"
    --- stderr
    error: there is no rule `template/missing-lable`
      help: did you mean `template/missing-label`?
    --- exit code 2
    ");
    insta::assert_snapshot!(Sandbox::new().run(&["explain", "xyz"]), @"
    --- stderr
    error: there is no rule and no category `xyz`
      help: `promproof rules` lists them all
    --- exit code 2
    ");
}

#[test]
fn rules_lists_all_rules() {
    let table = Sandbox::new().run(&["rules"]).stdout;
    let json = Sandbox::new().run(&["rules", "--output-format", "json"]).stdout;
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(table.lines().count(), json.len());
    for (line, rule) in table.lines().zip(&json) {
        assert!(line.starts_with(rule["id"].as_str().unwrap()), "{line}");
        for key in ["severity", "confidence", "state", "summary"] {
            assert!(line.contains(rule[key].as_str().unwrap()), "{key}: {line}");
        }
    }
}

#[test]
fn rules_says_what_holds_here_and_in_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "promproof.toml",
        "[rules]\n\"alert/zero-for\" = \"error\"\n[labels]\nrequired = [\"severity\"]\n\
         [[overrides]]\npaths = [\"legacy/**\"]\nrules = { \"alert/zero-for\" = \"off\" }\n",
    );
    let lines = |args: &[&str]| {
        let table = sandbox.run(args).stdout;
        let wanted = ["alert/zero-for ", "annotations/required ", "labels/required "];
        table.lines().filter(|line| wanted.iter().any(|id| line.starts_with(id))).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(lines(&["rules"]), @r"
    alert/zero-for                    error    opinion  on     0.1.0  `for` or `keep_firing_for` of zero, which is the default (fixable)
    annotations/required              error    certain  waits  0.1.0  an alert lacks an annotation that the configuration requires (fixable) (waits for annotations.required)
    labels/required                   error    certain  on     0.1.0  an alert lacks a label that the configuration requires
    ");
    insta::assert_snapshot!(lines(&["rules", "legacy/old.yml", "--ignore", "labels"]), @r"
    alert/zero-for                    info     opinion  off    0.1.0  `for` or `keep_firing_for` of zero, which is the default (fixable)
    annotations/required              error    certain  waits  0.1.0  an alert lacks an annotation that the configuration requires (fixable) (waits for annotations.required)
    labels/required                   error    certain  off    0.1.0  an alert lacks a label that the configuration requires
    ");
    insta::assert_snapshot!(lines(&["rules", "--no-config"]), @r"
    alert/zero-for                    info     opinion  off    0.1.0  `for` or `keep_firing_for` of zero, which is the default (fixable)
    annotations/required              error    certain  waits  0.1.0  an alert lacks an annotation that the configuration requires (fixable) (waits for annotations.required)
    labels/required                   error    certain  waits  0.1.0  an alert lacks a label that the configuration requires (waits for labels.required)
    ");
}

#[test]
fn explain_takes_short_names_and_says_how_a_finding_is_excused() {
    let sandbox = Sandbox::new();
    let explained = sandbox.run(&["explain", "missing-label"]).to_string();
    assert_eq!(explained, sandbox.run(&["explain", "template/missing-label"]).to_string());
    let end: Vec<&str> = explained.lines().skip_while(|line| !line.starts_with("to excuse")).collect();
    insta::assert_snapshot!(end.join("\n"), @r#"
    to excuse a finding
      in the file:       # promproof: ignore[template/missing-label] reason   (at the end of the line, or above the rule)
      in promproof.toml: "template/missing-label" = "off"   (below [rules]; or "info", "warning", "error")
      for one run:       --ignore missing-label
    https://github.com/promproof/promproof/blob/main/docs/rules/template/missing-label.md
    --- exit code 0
    "#);
    let ends = |id: &str| sandbox.run(&["explain", id]).stdout.lines().rev().nth(1).unwrap_or_default().to_owned();
    insta::assert_snapshot!(ends("labels/required"), @"  for one run:       --ignore labels/required");
    // Behind what cannot be read nothing is known, so that it cannot be excused.
    let of_syntax = sandbox.run(&["explain", "yaml/syntax"]).stdout;
    assert!(!of_syntax.contains("to excuse a finding"), "{of_syntax}");
    let beginning: Vec<&str> = of_syntax.lines().take(3).collect();
    insta::assert_snapshot!(beginning.join("\n"), @r"
    # yaml/syntax

    error, certain, on by default, since 0.1.0
    ");
    insta::assert_snapshot!(sandbox.run(&["explain", "syntax"]), @r"
    --- stderr
    error: `syntax` is the name of 4 rules
      help: write `config/syntax`, `promql/syntax`, `template/syntax` or `yaml/syntax`
    --- exit code 2
    ");
    assert_eq!(sandbox.run(&["explain", "runbook"]).stdout, sandbox.run(&["explain", "runbook/*"]).stdout);
}

#[test]
fn help_shows_examples() {
    insta::assert_snapshot!(Sandbox::new().run(&["check", "-h"]), @r#"
    Lint rule files and their unit tests

    Usage: promproof check [OPTIONS] [PATHS]...

    Arguments:
      [PATHS]...  Files or directories; `-` reads standard input [default: .]

    Options:
          --stdin-filename <NAME>         What messages call standard input [default: <stdin>]
          --output-format <FORMAT>        How to print the result [default: full; github in a GitHub
                                          workflow] [env: PROMPROOF_OUTPUT_FORMAT] [possible values:
                                          full, concise, json, github, gitlab, sarif, junit, checkstyle,
                                          rdjson, tap, markdown]
      -o, --output <FORMAT=FILE>          Write the result to a file as well (repeatable):
                                          sarif=out.sarif
      -q, --quiet                         Print the findings and nothing else
          --statistics                    Count the findings by rule, most frequent first
          --require-tests[=<SEVERITIES>]  Demand a test that looks at each rule (`test/untested-rule`);
                                          with values, at rules whose label `severity` is one of them:
                                          --require-tests=page,critical
          --exit-zero                     Exit with 0 even if there are findings
          --allow-none                    Succeed where there is no rule file at all
      -h, --help                          Print help (see more with '--help')
      -V, --version                       Print version

    Fixing:
          --fix                   Apply the fixes that keep what a file means; `-` writes the fixed text
                                  to standard output
          --unsafe-fixes          Also fixes that are probably right and change what a file means
          --diff                  Show what --fix or --add-ignores would change, and write nothing; exit
                                  with 1 if something would change
          --add-ignores <REASON>  Excuse all findings with comments in their files, for this reason;
                                  `until=2027-01-31` in it is the last day on which they hold

    Changes:
          --since <REF>  Tell only findings that the changes since REF have brought, touched or affected
          --staged       The same for what is staged to be committed
          --hook         As a hook of pre-commit: what is staged, or --since the commit that pre-commit
                         names; where nothing is, everything

    Network:
          --online                     Ask the servers of links to runbooks whether the pages are there;
                                       nothing else is ever asked
          --online-cache <FILE>        Keep the answers in this file, and ask only for what is old,
                                       missing or not in it; without --online go by it alone
          --online-max-age <DURATION>  Ask again for pages that were there so long ago [default: 7d]
          --online-timeout <DURATION>  Give a request up after so long [default: 10s]
          --online-allow <HOST>        Ask this host, too, though it is of this machine or of a private
                                       network

    Baseline:
          --baseline <FILE>  Tell only findings that FILE does not know, and what it knows in vain
          --update-baseline  Write the findings of this run into the baseline

    Rules:
          --select <RULES>      Only these rules or categories, comma-separated: missing-label,runbook
          --ignore <RULES>      Not these rules or categories, comma-separated
          --pedantic            Also rules that are likely or an opinion: all that the configuration
                                does not switch off
          --fail-on <SEVERITY>  The least severity that fails the run [default: error] [env:
                                PROMPROOF_FAIL_ON] [possible values: error, warning]
          --strict              Short for `--fail-on warning`

    Configuration:
          --config <FILE>              Read this configuration instead of the nearest `promproof.toml`
                                       [env: PROMPROOF_CONFIG]
          --no-config                  Read no configuration
          --enable-feature <FEATURES>  Features that Prometheus is started with, besides those of the
                                       configuration, comma-separated
          --ignore-unknown-fields      Accept fields in rule files that nobody knows, as promtool does
                                       with this option

    Files:
          --no-ignore  Look at files that .gitignore and .ignore name, too
          --sandbox    Read nothing outside of the repository (of this directory where there is none),
                       for code that nobody has read yet; only --config may lie elsewhere [env:
                       PROMPROOF_SANDBOX]

    Global options:
          --color <WHEN>  When to use colours; `auto` looks at the terminal, NO_COLOR and CLICOLOR_FORCE
                          [default: auto] [env: PROMPROOF_COLOR] [possible values: auto, always, never]

    Examples:
      promproof check                           all rule files below this directory
      promproof check rules/ alerts.yml         a directory and a file
      promproof check --output-format concise   one line per finding
      promproof check -o sarif=out.sarif        also a report for code scanning
      kubectl get prometheusrule -A -o yaml | promproof check -
      promproof check --diff --unsafe-fixes     what could be fixed, as a patch
      promproof check --add-ignores 'before the move, until=2027-01-31'
      promproof check --select missing-label    one rule
      promproof check --baseline known.jsonl    only what is new
      promproof check --since origin/main       only what this branch concerns
      promproof check --pedantic                also what is likely or an opinion
      promproof check --online                  also ask whether runbooks are there

    To excuse a finding, name its rule in a comment at the end of the line or above the rule, in
    promproof.toml, or with --ignore:
      expr: sum(up)  # promproof: ignore[alert/no-condition] fires on purpose
      [rules]
      "alert/no-condition" = "off"

    Exit code: 0 without errors (with --fail-on warning: and warnings), 1 with some, 2 where a file
    could not be read or an argument makes no sense.
    --- exit code 0
    "#);
}

#[test]
fn arguments_that_make_no_sense_are_exit_code_2() {
    insta::assert_snapshot!(Sandbox::new().run(&["chekc"]), @"
    --- stderr
    error: unrecognized subcommand 'chekc'

      tip: a similar subcommand exists: 'check'

    Usage: promproof [OPTIONS] <COMMAND>

    For more information, try '--help'.
    --- exit code 2
    ");
    insta::assert_snapshot!(Sandbox::new().run(&["check", "--output-format", "xml"]), @"
    --- stderr
    error: invalid value 'xml' for '--output-format <FORMAT>'
      [possible values: full, concise, json, github, gitlab, sarif, junit, checkstyle, rdjson, tap, markdown]

    For more information, try '--help'.
    --- exit code 2
    ");
}

#[test]
fn colours_can_be_forced_and_forbidden() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let coloured = |command: &mut assert_cmd::Command| crate::support::Run::of(command).stdout.contains('\u{1b}');
    assert!(!coloured(sandbox.command().env_remove("NO_COLOR").args(["check"])), "a pipe is no terminal");
    assert!(coloured(sandbox.command().env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").args(["check"])));
    assert!(!coloured(sandbox.command().env("CLICOLOR_FORCE", "1").args(["check"])), "NO_COLOR wins");
    assert!(coloured(sandbox.command().args(["check", "--color", "always"])), "the option wins");
    assert!(!coloured(sandbox.command().env("CLICOLOR_FORCE", "1").args(["check", "--color", "never"])));
}

#[test]
fn without_a_utf8_locale_the_frames_are_ascii() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let run = crate::support::Run::of(sandbox.command().env("LC_ALL", "C").args(["check"]));
    if cfg!(unix) {
        assert!(run.stdout.contains(",-[rules.yml:7:33]"), "{run}");
        assert!(run.stdout.is_ascii(), "{run}");
    }
}

#[test]
fn no_escape_sequence_reaches_a_pipe() {
    let rules = "groups:\n- name: \"a\\e[31m\"\n  rules:\n  - alert: \"x\\e[31mred\"\n    expr: \"up{a=\\\"\\e[31m\\\"} ==\"\n    labels: {\"\\e]0;x\\a\": \"\\e[1m{{ $labels.\\e }}\"}\n    annotations: {d: \"\\e[1m{{ foo }}\", \"\\e[2m\": x}\n";
    let test = "rule_files: [r.yml]\ntests:\n- name: \"\\e[1mt\"\n  alert_rule_test: [{eval_time: 1m, alertname: \"\\e[1mA\"}]\n";
    let sandbox = Sandbox::with(&[("r.yml", rules), ("a.test.yml", test)]);
    for format in ["full", "concise", "json", "github", "gitlab", "sarif", "markdown"] {
        for command in ["check", "test"] {
            let run = sandbox.run(&[command, "--output-format", format, "."]);
            assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{command} {format}\n{run}");
        }
    }
}

/// `promproof check | head -n 1`: the reader goes away while there is a lot to print. Nothing is said of that, and the exit
/// code is the same.
#[test]
fn a_closed_pipe_changes_nothing() {
    let sandbox = Sandbox::with(&[("rules.yml", MISSING_LABEL)]);
    let rule = MISSING_LABEL.lines().skip(3).collect::<Vec<_>>().join("\n");
    let rules = format!("{MISSING_LABEL}{}\n", vec![rule.as_str(); 500].join("\n"));
    sandbox.write("many.yml", rules);
    let assertion = "  - {expr: up, eval_time: 1m, exp_samples: []}\n".repeat(500);
    sandbox.write(
        "t.yml",
        format!("tests:\n- input_series: [{{series: up, values: 0 0}}]\n  promql_expr_test:\n{assertion}"),
    );
    for (command, formats) in [
        ("check", &["full", "concise", "json", "github"][..]),
        ("test", &["full", "concise", "json", "github", "junit", "tap"]),
    ] {
        for format in formats {
            let whole = sandbox.run(&[command, ".", "--output-format", format]);
            let arguments = [command, ".", "--output-format", format];
            let mut child = sandbox.plain_command().args(arguments).spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stderr), whole.stderr, "{arguments:?}");
            assert_eq!(output.status.code(), whole.code, "{arguments:?}");
        }
    }
    for arguments in [&["man"][..], &["completions", "bash"], &["--help"], &["rules"]] {
        let mut child = sandbox.plain_command().args(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}

/// A disk that is full is no reader that went away.
#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_no_success() {
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["man"], &["completions", "bash"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Sandbox::new().plain_command().args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: cannot write the output: No space left on device"), "{said}");
    }
}

/// Whether to use colours is heeded before anything else is.
#[test]
fn help_and_mistakes_in_arguments_have_colours_as_asked() {
    let printed = |arguments: &[&str]| {
        let output = Sandbox::new().plain_command().args(arguments).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    for arguments in [&["check", "--help"][..], &["check", "--bogus"], &["bogus"]] {
        let with = |option: &[&str]| printed(&[option, arguments].concat()).contains('\u{1b}');
        assert!(with(&["--color", "always"]) && with(&["--color=always"]), "{arguments:?}");
        assert!(!with(&["--color", "never"]) && !with(&[]), "{arguments:?}");
    }
}
