//! The configuration, and what adds to it on the command line, holds in every command.

use promproof::lint::config::{SectionInfo, sections};
use promproof::report::configuration;
use serde_json::Value;

use super::support::{Run, Sandbox, repository};

/// What reads rules or expressions; each finds its files by itself, but for `eval`, which has one expression.
const COMMANDS: [&[&str]; 6] =
    [&["check"], &["check", "--diff"], &["check", "--fix"], &["test"], &["render"], &["eval", "limitk(1, up)"]];

/// `limitk` needs a feature, `instance` is missing, the ratio has a fix, and the test says nothing of `idle`.
const RULES: &str = r#"groups:
  - name: a
    rules:
      - alert: Few
        expr: limitk(1, up) == 1
      - alert: Many
        expr: sum by (job) (up) > 0
        annotations: {summary: "{{ $labels.instance }} is up"}
      - alert: Ratio
        expr: sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 0.05
        annotations: {summary: "{{ $value }}% fail"}
"#;
const TESTS: &str = r#"rule_files: [rules.yml]
tests:
  - input_series:
      - {series: 'up{job="a", instance="b"}', values: 1x10}
      - {series: idle, values: 1x10}
    promql_expr_test:
      - {expr: 'count(limitk(1, up))', eval_time: 5m, exp_samples: [{value: 1}]}
"#;
const FEATURE: &str = "promql-experimental-functions";

fn sandbox(config: &str) -> Sandbox {
    Sandbox::with(&[("rules.yml", RULES), ("test.yml", TESTS), ("promproof.toml", config)])
}

/// What the command says, on both streams.
fn run(sandbox: &Sandbox, command: &[&str], args: &[&str]) -> (Run, String) {
    let data: &[&str] = if command[0] == "eval" { &["--from", "test.yml"] } else { &[] };
    let run = sandbox.run(&[command, args, data].concat());
    let said = format!("{}{}", run.stdout, run.stderr);
    (run, said)
}

#[test]
fn features_hold_in_every_command() {
    for command in COMMANDS {
        let needs = |config: &str, args: &[&str]| {
            run(&sandbox(config), command, args).1.contains(&format!("enable-feature={FEATURE}"))
        };
        // What is to be fixed says nothing of the rest.
        let is_silent = command.contains(&"--diff");
        assert_eq!(needs("", &[]), !is_silent, "{command:?} without the feature");
        assert!(!needs(&format!("[promql]\nfeatures = [\"{FEATURE}\"]\n"), &[]), "{command:?} as configured");
        assert!(!needs("", &["--enable-feature", FEATURE]), "{command:?} with the option");
        let (_, said) = run(&sandbox(""), command, &["--enable-feature", "promql-experimental-function"]);
        let warning = format!(
            "warning: unknown feature `promql-experimental-function` in --enable-feature; did you mean `{FEATURE}`?"
        );
        assert!(said.contains(&warning), "{command:?}: {said}");
    }
}

#[test]
fn a_feature_that_changes_values_holds_where_there_are_values() {
    let rules = "groups: [{name: a, rules: [{alert: A, expr: 'rate(up[5m]) >= 0', annotations: {summary: '{{ $labels.__name__ }}!'}}]}]";
    let tests = "rule_files: [rules.yml]\ntests:\n  - input_series: [{series: up, values: 1x10}]\n    promql_expr_test:\n      - {expr: 'rate(up[5m])', eval_time: 5m, exp_samples: [{labels: '{}', value: 0}]}\n";
    let configured = "[promql]\nfeatures = [\"promql-delayed-name-removal\"]\n";
    let replaced = "label_replace(rate(up[5m]), \"of\", \"$1\", \"__name__\", \"(.*)\")";
    let tests = tests.replace("'rate(up[5m])'", &format!("'{replaced}'"));
    for (config, of) in [("", ""), (configured, "{of=\"up\"}")] {
        let sandbox = Sandbox::with(&[("rules.yml", rules), ("test.yml", &tests), ("promproof.toml", config)]);
        assert_eq!(sandbox.run(&["test"]).code, Some((!of.is_empty()).into()), "{config}");
        let eval = sandbox.run(&["eval", replaced, "--from", "test.yml", "--at", "5m"]);
        assert!(eval.stdout.contains("of=\"up\"") != of.is_empty(), "{eval}");
    }
}

#[test]
fn excluded_files_are_read_by_no_command() {
    for command in COMMANDS {
        let sandbox = Sandbox::with(&[
            ("a/rules.yml", RULES),
            ("a/test.yml", TESTS),
            ("b/rules.yml", RULES),
            ("b/test.yml", TESTS),
            ("promproof.toml", "exclude = [\"b\"]\n"),
        ]);
        if command[0] == "eval" {
            // It finds no files by itself. One that is named is read in every command.
            let eval = sandbox.run(&["eval", "up", "--from", "b/test.yml"]);
            assert_eq!(eval.code, Some(0), "{eval}");
            continue;
        }
        let (_, said) = run(&sandbox, command, &["--enable-feature", FEATURE]);
        assert!(said.contains("a/") && !said.contains("b/"), "{command:?}: {said}");
        let (_, named) = run(&sandbox, command, &["--enable-feature", FEATURE, "b/rules.yml", "b/test.yml"]);
        assert!(named.contains("b/"), "{command:?}: {named}");
    }
}

#[test]
fn levels_hold_in_every_command() {
    // What each command tells, and of which rule. `eval` reads no rule file but to record, and has no findings.
    let told: [(&[&str], &str, &str); 5] = [
        (COMMANDS[0], "template/missing-label", "error[template/missing-label]"),
        (COMMANDS[1], "template/ratio-as-percent", "humanizePercentage"),
        (COMMANDS[2], "template/ratio-as-percent", "1 fixed"),
        (COMMANDS[3], "test/unused-series", "warning[test/unused-series]"),
        (COMMANDS[4], "template/missing-label", "is empty: the alert has no such label"),
    ];
    for (command, rule, shows) in told {
        let shown = |config: &str, args: &[&str]| {
            let args = [&["--enable-feature", FEATURE], args].concat();
            run(&sandbox(config), command, &args).1.contains(shows)
        };
        let level = |level: &str| format!("[rules]\n\"{rule}\" = \"{level}\"\n");
        assert!(shown("", &[]), "{command:?}");
        assert!(!shown(&level("off"), &[]), "{command:?}: off");
        let legacy = format!("[[overrides]]\npaths = [\"*.yml\"]\nrules = {{ \"{rule}\" = \"off\" }}\n");
        assert!(!shown(&legacy, &[]), "{command:?}: off in an override");
        assert!(shown(&legacy, &["--select", rule]), "{command:?}: selected");
        assert!(!shown("", &["--ignore", rule]), "{command:?}: ignored");
        assert!(!shown("", &["--select", "alert/zero-for"]), "{command:?}: another is selected");
        assert!(
            shown(&level("off"), &["--no-config"]) || rule == "suppression/unused",
            "{command:?}: no configuration"
        );
    }
}

#[test]
fn comments_excuse_remarks_of_render() {
    let sandbox = sandbox(&format!("[promql]\nfeatures = [\"{FEATURE}\"]\n"));
    assert_eq!(sandbox.run(&["render"]).code, Some(1));
    sandbox.write(
        "rules.yml",
        RULES.replace(
            "      - alert: Many",
            "      # promproof: ignore[template/missing-label] set on the way\n      - alert: Many",
        ),
    );
    let run = sandbox.run(&["render"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_page_is_that_of_the_table() {
    let path = repository().join("docs/configuration.md");
    let page = configuration::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/configuration.md is not up to date: run with UPDATE_DOCS=1");
    for meta in promproof::lint::registry().iter().map(|rule| rule.meta()).filter(|meta| meta.category() != "config") {
        let is_named = page.contains(&format!("`{}`", meta.id));
        assert!(!meta.stops_reading || is_named, "{} is reported whatever is selected", meta.id);
    }
    assert!(page.lines().all(|line| !line.ends_with(' ')) && page.ends_with('\n') && !page.ends_with("\n\n"));
}

/// What the schema says about a key.
fn property<'s>(schema: &'s Value, section: &SectionInfo, name: &str) -> &'s Value {
    match section.name {
        "" => &schema["properties"][name],
        table if section.is_list => &schema["properties"][table]["items"]["properties"][name],
        table => &schema["properties"][table]["properties"][name],
    }
}

#[test]
fn the_schema_has_what_is_read_and_nothing_else() {
    let printed = Sandbox::new().run(&["config", "--schema"]).stdout;
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema, configuration::schema());
    for section in sections() {
        for key in &section.keys {
            let property = property(&schema, &section, key.name);
            assert_eq!(property["description"], key.about, "{}", key.path());
        }
        let keys = match section.name {
            "" => &schema["properties"],
            table if section.is_list => &schema["properties"][table]["items"]["properties"],
            table => &schema["properties"][table]["properties"],
        };
        let tables = if section.name.is_empty() { sections().len() - 1 } else { 0 };
        assert_eq!(keys.as_object().unwrap().len(), section.keys.len() + tables, "{}", section.name);
    }
    // What a reader of the schema takes for a rule is one.
    for name in schema["definitions"]["rules"]["properties"].as_object().unwrap().keys() {
        assert!(promproof::lint::Name::exact(name).is_some(), "{name}");
    }
}

#[test]
fn config_shows_what_holds_for_some_rules() {
    let config = "[[overrides]]\npaths = [\"old\"]\nnames = \"Kube.*\"\nreason = \"from upstream\"\nrules = { template = \"off\" }\n\n[[overrides]]\nwith-labels = { severity = \"info\" }\nrules = { runbook = \"info\" }\n";
    let sandbox =
        Sandbox::with(&[("promproof.toml", config), ("old/r.yml", "groups: []\n"), ("r.yml", "groups: []\n")]);
    let tail = |file: &str| {
        let shown = sandbox.run(&["config", file]).to_string();
        shown[shown.find("# all rules").unwrap()..].to_owned()
    };
    insta::assert_snapshot!(tail("old/r.yml"), @r#"
    # all rules are as by default; `promproof rules` shows them

    [[overrides]]                                             # promproof.toml:2
    paths = ["old"]
    names = "Kube.*"
    reason = "from upstream"
    rules = { "template/*" = "off" }

    [[overrides]]                                             # promproof.toml:8
    with-labels = { severity = "info" }
    rules = { "runbook/*" = "info" }
    --- exit code 0
    "#);
    insta::assert_snapshot!(tail("r.yml"), @r#"
    # all rules are as by default; `promproof rules` shows them

    [[overrides]]                                             # promproof.toml:8
    with-labels = { severity = "info" }
    rules = { "runbook/*" = "info" }
    --- exit code 0
    "#);
}

#[test]
fn config_shows_what_holds_and_where_it_comes_from() {
    let config = "exclude = [\"old\"]\n\n[rules]\n\"alert/zero-for\" = \"on\"\nrunbook = \"off\"\n\n[labels]\nrequired = [\"severity\"]\n\n[[overrides]]\npaths = [\"legacy\"]\ndialect = \"mimir\"\nrules = { \"alert/zero-for\" = \"error\" }\n";
    let sandbox = Sandbox::with(&[("promproof.toml", config), ("legacy/a.yml", ""), ("old/b.yml", "")]);
    let selected = sandbox.run(&["config", "--select", "zero-for,runbook"]).stdout;
    let rules = selected.split("[rules]\n").nth(1).unwrap();
    let (on, left_out) = rules.split_at(rules.find("# and").unwrap());
    insta::assert_snapshot!(on, @r#"
    "alert/zero-for" = "on"                                   # --select
    "runbook/page-promql" = "on"                              # --select
    "runbook/relative-url" = "on"                             # --select
    "runbook/url-moved" = "on"                                # --select
    "#);
    assert!(
        left_out.starts_with("# and without ") && left_out.ends_with(" rules that --select leaves out\n"),
        "{left_out}"
    );
    insta::assert_snapshot!(sandbox.run(&["config", "legacy/a.yml", "--strict"]), @r#"
    # what promproof.toml says, for legacy/a.yml
    exclude = ["old"]                                         # promproof.toml:1
    include = []                                              # default
    dialect = "mimir"                                         # promproof.toml:12
    fail-on = "warning"                                       # --strict
    # baseline is not set                                     # default
    locked = []                                               # default

    [labels]
    required = ["severity"]                                   # promproof.toml:8
    allowed-values = {}                                       # default

    [annotations]
    required = []                                             # default

    [runbook]
    keys = ["runbook_url", "runbook", "playbook"]             # default
    required = false                                          # default
    sites = {}                                                # default
    # generator is not set                                    # default
    pages = []                                                # default
    other-pages = []                                          # default
    page-per = []                                             # default
    shared-pages = []                                         # default
    sections = []                                             # default
    front-matter = []                                         # default
    shortcodes = ["rule"]                                     # default
    private-hosts = []                                        # default

    [promql]
    features = []                                             # default

    [facts]
    # scrape-interval is not set                              # default
    job-scrape-intervals = {}                                 # default
    # evaluation-interval is not set                          # default
    # retention is not set                                    # default
    # prometheus-version is not set                           # default
    external-labels = {}                                      # default
    target-labels = ["instance", "job"]                       # default
    inventory = []                                            # default
    metadata = []                                             # default

    [rules]
    "alert/zero-for" = "error"                                # promproof.toml:13
    "runbook/anchor-missing" = "off"                          # promproof.toml:5
    "runbook/broken-page" = "off"                             # promproof.toml:5
    "runbook/broken-relative-link" = "off"                    # promproof.toml:5
    "runbook/case-mismatch" = "off"                           # promproof.toml:5
    "runbook/dead-shortcode" = "off"                          # promproof.toml:5
    "runbook/invalid-url" = "off"                             # promproof.toml:5
    "runbook/missing" = "off"                                 # promproof.toml:5
    "runbook/other-branch" = "off"                            # promproof.toml:5
    "runbook/page-missing" = "off"                            # promproof.toml:5
    "runbook/page-orphan" = "off"                             # promproof.toml:5
    "runbook/rule-drift" = "off"                              # promproof.toml:5
    "runbook/section-empty" = "off"                           # promproof.toml:5
    "runbook/section-missing" = "off"                         # promproof.toml:5
    "runbook/section-placeholder" = "off"                     # promproof.toml:5
    "runbook/shared-page" = "off"                             # promproof.toml:5
    "runbook/url-dead" = "off"                                # promproof.toml:5
    "runbook/url-drift" = "off"                               # promproof.toml:5
    --- exit code 0
    "#);
    let says = |args: &[&str]| sandbox.run(&[&["config"], args].concat()).to_string();
    assert!(says(&["old/b.yml"]).contains("# this file is excluded"));
    insta::assert_snapshot!(says(&["--no-config", "missing.yml"]), @r#"
    # there is no configuration file: the defaults, for missing.yml
    exclude = []                                              # default
    include = []                                              # default
    # dialect is not set                                      # default
    fail-on = "error"                                         # default
    # baseline is not set                                     # default
    locked = []                                               # default

    [labels]
    required = []                                             # default
    allowed-values = {}                                       # default

    [annotations]
    required = []                                             # default

    [runbook]
    keys = ["runbook_url", "runbook", "playbook"]             # default
    required = false                                          # default
    sites = {}                                                # default
    # generator is not set                                    # default
    pages = []                                                # default
    other-pages = []                                          # default
    page-per = []                                             # default
    shared-pages = []                                         # default
    sections = []                                             # default
    front-matter = []                                         # default
    shortcodes = ["rule"]                                     # default
    private-hosts = []                                        # default

    [promql]
    features = []                                             # default

    [facts]
    # scrape-interval is not set                              # default
    job-scrape-intervals = {}                                 # default
    # evaluation-interval is not set                          # default
    # retention is not set                                    # default
    # prometheus-version is not set                           # default
    external-labels = {}                                      # default
    target-labels = ["instance", "job"]                       # default
    inventory = []                                            # default
    metadata = []                                             # default

    # all rules are as by default; `promproof rules` shows them
    --- stderr
    note: there is no file `missing.yml`
    --- exit code 0
    "#);
    let json: Value =
        serde_json::from_str(&sandbox.run(&["config", "legacy/a.yml", "--output-format", "json"]).stdout).unwrap();
    let rule = json["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "alert/zero-for").unwrap();
    insta::assert_snapshot!(rule, @r#"{"from":{"column":11,"file":"promproof.toml","kind":"file","line":13},"id":"alert/zero-for","on":true,"severity":"error"}"#);
    insta::assert_snapshot!(json["keys"][2], @r#"{"from":[{"column":1,"file":"promproof.toml","kind":"file","line":12}],"key":"dialect","value":"mimir"}"#);
    // What is printed is a configuration.
    let printed = sandbox.run(&["config"]).stdout;
    sandbox.write("promproof.toml", printed);
    assert_eq!(sandbox.run(&["config"]).code, Some(0));
    sandbox.write("promproof.toml", "[rules]\nalrt = \"on\"\n");
    insta::assert_snapshot!(sandbox.run(&["config"]), @r#"
    --- stderr
    error[config/unknown-key]: there is no rule and no category `alrt`
       ╭─[promproof.toml:2:1]
     1 │ [rules]
     2 │ alrt = "on"
       · ────
       ╰────
      help: did you mean `alert/*`?
      more: promproof explain config/unknown-key

    error: the configuration promproof.toml is not valid
    --- exit code 2
    "#);
}

#[test]
fn files_of_facts_are_found_beside_the_configuration() {
    let config = "[facts]\ninventory = [\"facts/metrics.txt\"]\n";
    let rules = "groups: [{name: a, rules: [{alert: A, expr: 'upp == 0'}, {alert: B, expr: 'node_load > 3'}]}]\n";
    let sandbox = Sandbox::with(&[
        ("promproof.toml", config),
        ("facts/metrics.txt", "# TYPE node_load1 gauge\nnode_load1 0.3\n"),
        ("rules/a.yml", rules),
    ]);
    let select = ["check", "--select", "selector", "--output-format", "concise"];
    insta::assert_snapshot!(sandbox.run(&select), @r"
    rules/a.yml:1:46: warning[selector/unknown-metric] there is no metric `upp`
    rules/a.yml:1:76: warning[selector/unknown-metric] there is no metric `node_load`
    2 warnings in 1 of 1 file
    --- exit code 0
    ");
    // From another folder, too; the file of facts is no rule file.
    let inside = sandbox.run(&["check", "rules", "--select", "selector", "--output-format", "concise"]);
    assert_eq!(inside.code, Some(0), "{inside}");
    sandbox.write("facts/metrics.txt", "node_load1 0.3\n<html>\n");
    insta::assert_snapshot!(sandbox.run(&select), @r#"
    --- stderr
    error[config/invalid-value]: `facts/metrics.txt` is no dump of metrics and no answer of Prometheus' HTTP API
       ╭─[facts/metrics.txt:2:1]
     1 │ node_load1 0.3
     2 │ <html>
       · ───┬──
       ·    ╰── expected a metric name or `{`
       ╰────
       ╭─[promproof.toml:2:14]
     1 │ [facts]
     2 │ inventory = ["facts/metrics.txt"]
       ·              ─────────┬─────────
       ·                       ╰── named here
       ╰────
      help: a `/metrics` page, what `promtool tsdb dump` prints, or JSON of `/api/v1/series`, `/api/v1/metadata` or
            `/api/v1/label/__name__/values`
      more: promproof explain config/invalid-value

    error: the configuration promproof.toml is not valid
    --- exit code 2
    "#);
    sandbox.write("promproof.toml", "[facts]\ninventory = [\"facts\"]\nmetadata = [\"facts/none.json\"]\n");
    insta::assert_snapshot!(sandbox.run(&select), @r#"
    --- stderr
    error[config/invalid-value]: cannot read `facts`: is a directory
       ╭─[promproof.toml:2:14]
     1 │ [facts]
     2 │ inventory = ["facts"]
       ·              ───┬───
       ·                 ╰── named here
     3 │ metadata = ["facts/none.json"]
       ╰────
      more: promproof explain config/invalid-value

    error[config/invalid-value]: cannot read `facts/none.json`: there is no such file
       ╭─[promproof.toml:3:13]
     2 │ inventory = ["facts"]
     3 │ metadata = ["facts/none.json"]
       ·             ────────┬────────
       ·                     ╰── named here
       ╰────
      more: promproof explain config/invalid-value

    error: the configuration promproof.toml is not valid
    --- exit code 2
    "#);
    sandbox.write("facts/metrics.txt", "# EOF\n");
    sandbox.write("promproof.toml", config);
    assert!(sandbox.run(&select).stderr.contains("the files of `[facts]` name no metric"));
    // What does not lint has no use for it.
    assert_eq!(sandbox.run(&["config"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn files_of_facts_that_lie_elsewhere_are_not_shown() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    std::fs::write(&secret, "password hunter2\n").unwrap();
    let sandbox = Sandbox::with(&[
        ("promproof.toml", "[facts]\nmetadata = [\"link\"]\ninventory = [\"link\"]\n"),
        ("a.yml", RULES),
    ]);
    std::os::unix::fs::symlink(&secret, sandbox.path("link")).unwrap();
    for args in [&["check"][..], &["check", "--sandbox"]] {
        let run = sandbox.run(args);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(!run.stderr.contains("hunter2") && run.stderr.contains("promproof.toml:3:14"), "{run}");
    }
    sandbox.write("promproof.toml", "[facts]\ninventory = [\"/dev/zero\"]\n");
    assert!(sandbox.run(&["check"]).stderr.contains("something of the system"));
}
