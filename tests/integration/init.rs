//! `promproof init`: what it finds out in repositories of several layouts, and that what it writes holds.

use super::support::{Run, Sandbox, repository};

const GIT: (&str, &str) = (".git/HEAD", "ref: refs/heads/main\n");

const PLAIN: &str = "groups:
  - name: hosts
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: HostDown
        expr: up{job=~\"node|db\"} == 0
        for: 5m
        labels: {severity: critical}
        annotations:
          summary: '{{ $labels.instance }} of {{ $labels.job }} is down'
          runbook_url: https://runbooks.example.com/alerts/HostDown
      - alert: ErrorsHigh
        expr: sum by (app) (rate(errors_total[5m])) / sum by (app) (rate(requests_total[5m])) > 0.05
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: '{{ $labels.app }} has {{ $value | humanizePercentage }} errors'
          runbook_url: https://runbooks.example.com/alerts/ErrorsHigh
";

const OBJECT: &str = "apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: x}
spec:
  groups:
    - name: hosts
      rules:
        - alert: QueueFull
          expr: queue_length{queue=\"mail\"} > 100
          for: 5m
          labels: {severity: warning}
";

const HELM: &str = "{{- if .Values.on }}\nkind: PrometheusRule\nspec:\n  groups:\n    - name: a\n      rules:\n        - alert: A\n          expr: up == 0\n{{- end }}\n";

fn read(sandbox: &Sandbox, path: &str) -> String {
    std::fs::read_to_string(sandbox.path(path)).unwrap_or_default()
}

/// The result is sound: the configuration brings no finding, the test passes, and a second run writes nothing.
fn holds(sandbox: &Sandbox, has_test: bool) {
    let check = sandbox.run(&["check", "--allow-none"]);
    assert_eq!(check.code, Some(0), "{check}");
    if has_test {
        let test = sandbox.run(&["test"]);
        assert_eq!((test.code, test.stderr.as_str()), (Some(0), ""), "{test}");
        assert!(!test.stdout.contains("warning"), "{test}");
    }
    let again = sandbox.run(&["init"]);
    assert_eq!(again.code, Some(0), "{again}");
    assert!(!again.stdout.contains("wrote "), "{again}");
}

#[test]
fn plain_rule_files() {
    let server = "global: {scrape_interval: 15s, evaluation_interval: 30s}\n";
    let page = "# A page\n";
    let sandbox = Sandbox::with(&[
        GIT,
        (".github/CODEOWNERS", ""),
        ("rules/hosts.yml", PLAIN),
        ("prometheus.yml", server),
        ("docs/alerts/HostDown.md", page),
        ("docs/alerts/ErrorsHigh.md", page),
    ]);
    let dry = sandbox.run(&["init", "--dry-run"]);
    insta::assert_snapshot!(dry, @r#"
    found
      rules     1 file (1 plain), 2 alerts, 1 recording rule
      dialect   Prometheus
      severity  on 2 of 2 alerts: critical, warning
      runbooks  `runbook_url` on 2 of 2 alerts: https://runbooks.example.com/alerts/
      server    prometheus.yml: scrapes every 15s, evaluates every 30s
      tests     none
      CI        there is a .github folder

    would write promproof.toml: the configuration
        # Written by `promproof init` from what is here: 1 rule file, 2 alerts, 1 recording rule.
        # `promproof config --reference` describes all keys, `promproof config` shows what holds and why.

        [labels]
        # On all 2 alerts.
        required = ["severity"]

        # So often they occur: critical 1, warning 1.
        # allowed-values = { severity = ["critical", "warning"] }

        [annotations]
        # On all 2 alerts.
        required = ["summary"]

        [runbook]
        # `runbook_url` is on 2 of 2 alerts.
        keys = ["runbook_url"]

        # Whether every alert has to have a link.
        # required = true

        # 2 links begin with this address, and 2 pages in docs/alerts/ have names of alerts: links are followed into this folder.
        sites = { "https://runbooks.example.com/alerts/" = "docs/alerts" }

        [facts]
        # `global` of prometheus.yml.
        scrape-interval = "15s"

        # `global` of prometheus.yml.
        evaluation-interval = "30s"
    would write .pre-commit-config.yaml: a hook for every commit (`pre-commit install` switches it on)
        # https://pre-commit.com: `pre-commit install` runs these before every commit.
        repos:
          - repo: https://github.com/promproof/promproof
            rev: v0.1.0
            hooks:
              - id: promproof-check
              - id: promproof-test
    would write .github/workflows/promproof.yml: checks and tests every pull request
        name: promproof
        on:
          pull_request:
          push:
            branches: [main, master]
        permissions:
          contents: read
        jobs:
          rules:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
                with:
                  persist-credentials: false
              - uses: promproof/promproof@v0.1.0
    would write tests/HostDown.test.yml: a test of HostDown, which passes: pending at 10m, firing at 15m
        # A first test, written by `promproof init`: when does HostDown of rules/hosts.yml fire?
        # Change the series or the rule, and see what comes of it: `promproof test --watch`.
        rule_files:
          - '../rules/hosts.yml'
        evaluation_interval: 1m
        tests:
          - name: 'HostDown fires'
            interval: 1m
            input_series:
              # One value every 1m. Up to 9m all is well; the values that make the alert fire begin at 10m.
              - series: 'up{instance="host-1:9100", job="db"}'
                values: '1x9 0x19'
            alert_rule_test:
              # Nothing is wrong.
              - eval_time: 9m
                alertname: HostDown
                exp_alerts: []
              # The condition holds since 10m: the alert is pending.
              - eval_time: 14m
                alertname: HostDown
                exp_alerts: []
              # It fires, with these labels and annotations.
              - eval_time: 15m
                alertname: HostDown
                exp_alerts:
                  - exp_labels:
                      instance: 'host-1:9100'
                      job: db
                      severity: critical
                    exp_annotations:
                      runbook_url: 'https://runbooks.example.com/alerts/HostDown'
                      summary: 'host-1:9100 of db is down'

    next
      promproof check  finds nothing today
      promproof test   runs the tests
    --- exit code 0
    "#);
    assert!(!sandbox.path("promproof.toml").exists() && !sandbox.path("tests").exists());
    let run = sandbox.run(&["init"]);
    insta::assert_snapshot!(run, @r"
    found
      rules     1 file (1 plain), 2 alerts, 1 recording rule
      dialect   Prometheus
      severity  on 2 of 2 alerts: critical, warning
      runbooks  `runbook_url` on 2 of 2 alerts: https://runbooks.example.com/alerts/
      server    prometheus.yml: scrapes every 15s, evaluates every 30s
      tests     none
      CI        there is a .github folder

    wrote promproof.toml: the configuration
    wrote .pre-commit-config.yaml: a hook for every commit (`pre-commit install` switches it on)
    wrote .github/workflows/promproof.yml: checks and tests every pull request
    wrote tests/HostDown.test.yml: a test of HostDown, which passes: pending at 10m, firing at 15m

    next
      promproof check  finds nothing today
      promproof test   runs the tests
    --- exit code 0
    ");
    holds(&sandbox, true);
    // Whoever breaks the rule hears of it.
    sandbox.write("rules/hosts.yml", PLAIN.replace("== 0", "== 2"));
    assert_eq!(sandbox.run(&["test"]).code, Some(1));
}

#[test]
fn kubernetes_objects() {
    let sandbox = Sandbox::with(&[GIT, (".gitlab-ci.yml", "stages: [test]\n"), ("rules/a.yaml", OBJECT)]);
    let run = sandbox.run(&["init"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("1 of Kubernetes objects"), "{run}");
    // What is there stays, and what belongs into it is shown.
    assert!(run.stdout.contains("left alone .gitlab-ci.yml: it is there; to add:\n    promproof:\n"), "{run}");
    assert_eq!(read(&sandbox, ".gitlab-ci.yml"), "stages: [test]\n");
    assert!(read(&sandbox, "tests/QueueFull.test.yml").contains("queue_length{queue=\"mail\"}"));
    holds(&sandbox, true);
}

/// What is called as hidden files are is not found again.
#[test]
fn the_first_test_is_no_hidden_file() {
    let rules = "groups:\n- name: g\n  rules:\n  - {alert: ../.hidden, expr: up == 0}\n";
    let sandbox = Sandbox::with(&[("rules.yml", rules)]);
    let run = sandbox.run(&["init"]);
    assert!(run.stdout.contains("wrote tests/-.hidden.test.yml"), "{run}");
    assert_eq!(sandbox.run(&["test"]).code, Some(0));
}

#[test]
fn a_helm_chart() {
    let sandbox = Sandbox::with(&[
        GIT,
        (".github/CODEOWNERS", ""),
        ("charts/alerts/Chart.yaml", "name: alerts\n"),
        ("charts/alerts/templates/a.yaml", HELM),
        ("charts/$(x)/Chart.yaml", "name: alerts\n"),
        ("charts/$(x)/templates/a.yaml", HELM),
    ]);
    let run = sandbox.run(&["init"]);
    assert!(run.stdout.contains("2 Helm templates: what Prometheus reads is made from them"), "{run}");
    assert!(run.stdout.contains("left alone first test: there is no alert that could be tested"), "{run}");
    assert!(run.stdout.contains("helm template charts/alerts | promproof check -"), "{run}");
    let workflow = read(&sandbox, ".github/workflows/promproof.yml");
    assert!(workflow.contains("run: helm template charts/alerts > rendered-"), "{workflow}");
    assert!(!workflow.contains("$(x)"), "a name must not become a command: {workflow}");
    assert!(!run.stdout.contains("$(x)"), "a name must not become a command: {run}");
    holds(&sandbox, false);
}

/// Tests are of what Helm makes, and find it when it is there: what is written passes before that, too.
#[test]
fn a_helm_chart_with_tests() {
    let remote = "[remote \"origin\"]\n\turl = git@gitlab.example.com:a/b.git\n";
    let sandbox = Sandbox::with(&[
        GIT,
        (".git/config", remote),
        (".github/CODEOWNERS", ""),
        ("chart/Chart.yaml", "name: alerts\n"),
        ("chart/templates/a.yaml", HELM),
        ("tests/a.test.yml", "rule_files: [rendered.yml]\ntests: []\n"),
    ]);
    let run = sandbox.run(&["init"]);
    assert!(run.stdout.contains("runs the tests; the rule files of 1 test file are not there yet"), "{run}");
    let texts = [".pre-commit-config.yaml", "promproof.toml", ".github/workflows/promproof.yml", ".gitlab-ci.yml"];
    let written = texts.map(|path| read(&sandbox, path)).join("----\n");
    insta::assert_snapshot!(written, @r#"
    # https://pre-commit.com: `pre-commit install` runs these before every commit.
    repos:
      - repo: https://github.com/promproof/promproof
        rev: v0.1.0
        hooks:
          - id: promproof-check
          # Off until what is tested is rendered first: the rule files of 1 test file are not there yet.
          # - id: promproof-test
    ----
    # Written by `promproof init` from what is here: 0 rule files, 0 alerts, 0 recording rules.
    # `promproof config --reference` describes all keys, `promproof config` shows what holds and why.

    [rules]
    # Rules are rendered from templates before they are tested: the rule files of 1 test file are not there yet.
    "test/unmatched-rule-file" = "off"
    ----
    name: promproof
    on:
      pull_request:
      push:
        branches: [main, master]
    permissions:
      contents: read
    jobs:
      rules:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
            with:
              persist-credentials: false
          - name: Render the rules of the chart
            run: helm template chart > rendered-0.yaml # checked below
          - uses: promproof/promproof@v0.1.0
            with:
              # Off until what is tested is rendered first: the rule files of 1 test file are not there yet.
              test: false
    ----
    promproof:
      image: python:3.13-slim
      script:
        - pip install promproof==0.1.0
        - failed=0
        - promproof check --allow-none -o gitlab=gl-code-quality-report.json || failed=$?
        # Off until what is tested is rendered first: the rule files of 1 test file are not there yet.
        # - promproof test --allow-none -o junit=promproof.xml || failed=$?
        - exit "$failed"
      artifacts:
        when: always
        reports:
          codequality: gl-code-quality-report.json
    "#);
    for text in texts.iter().filter(|path| !path.ends_with("toml")) {
        serde_yaml::from_str::<serde_json::Value>(&read(&sandbox, text)).unwrap();
    }
    holds(&sandbox, false);

    // What it has written before does not make the files be there.
    let hooks = read(&sandbox, ".pre-commit-config.yaml");
    std::fs::remove_file(sandbox.path(".pre-commit-config.yaml")).unwrap();
    sandbox.run(&["init"]);
    assert_eq!(read(&sandbox, ".pre-commit-config.yaml"), hooks);

    // Where another test finds its rules, or nothing is a template, it is a mistake.
    let good = "rule_files: [r.yml]\ntests: []\n";
    let sandbox = Sandbox::with(&[
        GIT,
        ("r.yml", PLAIN),
        ("chart/Chart.yaml", "name: a\n"),
        ("chart/templates/a.yaml", HELM),
        ("a.test.yml", "rule_files: [rendered.yml]\ntests: []\n"),
        ("b.test.yml", good),
    ]);
    sandbox.run(&["init"]);
    assert!(read(&sandbox, ".pre-commit-config.yaml").contains("- id: promproof-test\n"));
    assert_eq!(sandbox.run(&["check"]).code, Some(1));
    let sandbox = Sandbox::with(&[GIT, ("r.yml", PLAIN), ("a.test.yml", "rule_files: [rendered.yml]\ntests: []\n")]);
    sandbox.run(&["init"]);
    assert!(read(&sandbox, ".pre-commit-config.yaml").contains("- id: promproof-test\n"));
    assert_eq!(sandbox.run(&["check"]).code, Some(1));
}

#[test]
fn a_mixin() {
    let vendored = "groups:\n- name: v\n  rules:\n  - {alert: V, expr: 'up == ', labels: {severity: page}}\n";
    let sandbox = Sandbox::with(&[
        GIT,
        ("mixin.libsonnet", "{}"),
        ("jsonnetfile.json", "{}"),
        ("vendor/other/rules.yaml", vendored),
        ("prometheus_alerts.yaml", PLAIN),
    ]);
    let run = sandbox.run(&["init"]);
    assert!(run.stdout.contains("libsonnet is here") || run.stdout.contains("jsonnetfile.json is here"), "{run}");
    assert!(read(&sandbox, "promproof.toml").contains("exclude = [\"vendor\"]"), "{run}");
    // What is other people's does not count.
    assert!(run.stdout.contains("finds nothing today"), "{run}");
    holds(&sandbox, true);
}

#[test]
fn a_mixed_repository_with_tests_and_habits() {
    let test = "rule_files: [rules.yml]\ntests:\n- input_series: [{series: 'up{job=\"db\"}', values: 1}]\n  alert_rule_test: [{eval_time: 0, alertname: HostDown}]\n";
    let thanos = "groups:\n- name: a\n  partial_response_strategy: warn\n  rules:\n  - {alert: A, expr: a > 0}\n";
    let hooks = "repos: []\n";
    let sandbox = Sandbox::with(&[
        GIT,
        (".git/config", "[remote \"origin\"]\n\turl = git@github.com:a/b.git\n"),
        (".pre-commit-config.yaml", hooks),
        ("rules.yml", PLAIN),
        ("thanos.yml", thanos),
        ("objects.yaml", OBJECT),
        ("chart/Chart.yaml", "name: a\n"),
        ("chart/templates/a.yaml", HELM),
        ("rules.test.yml", test),
    ]);
    let run = sandbox.run(&["init"]);
    insta::assert_snapshot!(run, @r"
    found
      rules     3 files (2 plain, 1 of Kubernetes objects), 4 alerts, 1 recording rule
      not read  1 Helm template: what Prometheus reads is made from them
      dialect   Prometheus, Thanos Ruler
      severity  on 3 of 4 alerts: critical, warning
      runbooks  `runbook_url` on 2 of 4 alerts: https://runbooks.example.com/alerts/
      tests     1 test file
      CI        a git remote is on github.com

    wrote promproof.toml: the configuration
    wrote .github/workflows/promproof.yml: checks and tests every pull request
    left alone .pre-commit-config.yaml: it is there; to add:
          - repo: https://github.com/promproof/promproof
            rev: v0.1.0
            hooks:
              - id: promproof-check
              - id: promproof-test
    left alone first test: 1 test file is there already

    next
      helm template chart | promproof check -  check what Helm makes of the chart
      promproof check                          finds nothing today
      promproof test                           runs the tests
    --- exit code 0
    ");
    assert_eq!(read(&sandbox, ".pre-commit-config.yaml"), hooks);
    insta::assert_snapshot!(read(&sandbox, "promproof.toml"), @r#"
    # Written by `promproof init` from what is here: 3 rule files, 4 alerts, 1 recording rule.
    # `promproof config --reference` describes all keys, `promproof config` shows what holds and why.

    # 1 of 3 rule files shows by its fields or expressions that it is for Thanos Ruler; without this line each file shows it itself.
    # dialect = "thanos"

    [labels]
    # So often they occur: critical 1, warning 2.
    # allowed-values = { severity = ["critical", "warning"] }

    [runbook]
    # `runbook_url` is on 2 of 4 alerts.
    keys = ["runbook_url"]

    # Whether every alert has to have a link.
    # required = true

    # 2 links begin with this address. Where the pages are in this repository, links can be followed to them.
    # sites = { "https://runbooks.example.com/alerts/" = "runbooks" }
    "#);
    holds(&sandbox, true);
}

#[test]
fn what_is_there_is_left_alone() {
    let sandbox = Sandbox::with(&[
        GIT,
        ("rules.yml", PLAIN),
        ("promproof.toml", "[labels]\nrequired = [\"team\"]\n"),
        ("tests/HostDown.test.yml", "mine"),
    ]);
    let run = sandbox.run(&["init"]);
    assert!(run.stdout.contains("left alone promproof.toml: it is there and holds"), "{run}");
    assert!(run.stdout.contains("left alone tests/HostDown.test.yml: it is there"), "{run}");
    assert_eq!(read(&sandbox, "tests/HostDown.test.yml"), "mine");
    // Below the root of a repository neither hooks nor workflows are looked for.
    sandbox.write("below/rules.yml", PLAIN);
    let below = Run::of(sandbox.command().current_dir(sandbox.path("below")).arg("init"));
    assert!(below.stdout.contains("left alone hook and workflow: they belong into the root"), "{below}");
    assert!(!sandbox.path("below/.pre-commit-config.yaml").exists());
}

#[test]
fn nothing_to_set_up() {
    let sandbox = Sandbox::with(&[("readme.md", "x")]);
    insta::assert_snapshot!(sandbox.run(&["init"]), @r"
    --- stderr
    error: nothing to set up: there is no rule file below this directory
      help: a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule
    --- exit code 2
    ");
    assert!(!sandbox.path("promproof.toml").exists());
}

#[cfg(unix)]
#[test]
fn no_link_leads_out() {
    let sandbox = Sandbox::with(&[("repo/.git/HEAD", "x"), ("repo/rules.yml", PLAIN), ("outside/kept", "")]);
    std::os::unix::fs::symlink("../outside", sandbox.path("repo/tests")).unwrap();
    std::os::unix::fs::symlink("nowhere", sandbox.path("repo/.pre-commit-config.yaml")).unwrap();
    // What would be refused is not promised either.
    for args in [&["init", "--dry-run"][..], &["init"]] {
        let run = Run::of(sandbox.command().current_dir(sandbox.path("repo")).args(args));
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stderr.contains("a link leads out of this folder"), "{run}");
        assert!(!run.stdout.contains("HostDown.test.yml") && !run.stdout.contains("runs the tests"), "{run}");
    }
    assert_eq!(std::fs::read_dir(sandbox.path("outside")).unwrap().count(), 1);
    assert!(!sandbox.path("repo/nowhere").exists());
}

/// Values of rules become no settings, not even ones in comments.
#[test]
fn values_inject_no_settings() {
    let rule = "groups:
  - name: a
    rules:
      - alert: A
        expr: up == 0
        labels:
          severity: |
            page
            [rules]
            \"promql/syntax\" = \"off\"
        annotations:
          \"runbook\\n[rules]\": https://example.com/a/A
          runbook_url: \"https://example.com/a\\n[rules]/b/A\"
";
    let sandbox = Sandbox::with(&[GIT, ("rules.yml", rule)]);
    sandbox.run(&["init"]);
    let text = read(&sandbox, "promproof.toml");
    assert!(!text.contains("[rules]") && text.contains("required = [\"severity\"]"), "{text}");
    let shown = sandbox.run(&["config"]);
    assert_eq!(shown.code, Some(0), "{shown}");
}

/// Few alerts show no habit, even where all of them have links.
#[test]
fn links_are_demanded_where_many_alerts_have_them() {
    let rules = |count: usize| -> String {
        let rule = |index: usize| {
            format!(
                "      - alert: A{index}\n        expr: up == {index}\n        annotations: {{runbook_url: 'https://example.com/a/A{index}'}}\n"
            )
        };
        format!("groups:\n  - name: a\n    rules:\n{}", (0..count).map(rule).collect::<String>())
    };
    for (count, is_demanded) in [(1, false), (9, false), (10, true)] {
        let sandbox = Sandbox::with(&[GIT, ("rules.yml", &rules(count))]);
        sandbox.run(&["init"]);
        let text = read(&sandbox, "promproof.toml");
        assert_eq!(text.lines().any(|line| line == "required = true"), is_demanded, "{text}");
        if count == 1 {
            assert!(text.contains("# 1 link begins with this address."), "{text}");
        }
    }
}

/// The lines of the job's script, run by a shell after `pip` would have installed the program.
#[cfg(unix)]
#[test]
fn the_job_of_gitlab_tests_after_a_finding() {
    let remote = "[remote \"origin\"]\n\turl = git@gitlab.example.com:a/github.com.git\n";
    let sandbox = Sandbox::with(&[GIT, (".git/config", remote), ("rules/hosts.yml", PLAIN)]);
    let init = sandbox.run(&["init"]);
    assert!(init.stdout.contains("a git remote is on GitLab"), "{init}");
    let job: serde_json::Value = serde_yaml::from_str(&read(&sandbox, ".gitlab-ci.yml")).unwrap();
    let script = job["promproof"]["script"].as_array().unwrap();
    let script: Vec<&str> = script.iter().skip(1).map(|line| line.as_str().unwrap()).collect();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_promproof")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = || {
        let mut command = assert_cmd::Command::new("sh");
        command.args(["-ec", &script.join("\n")]).current_dir(sandbox.path("")).env("PATH", &path);
        Run::of(command.env("LC_ALL", "C.UTF-8").env_remove("GITHUB_ACTIONS"))
    };
    let clean = run();
    assert_eq!(clean.code, Some(0), "{clean}");
    std::fs::remove_file(sandbox.path("promproof.xml")).unwrap();
    sandbox.write("rules/broken.yml", "groups:\n- name: b\n  rules:\n  - {alert: B, expr: 'up =='}\n");
    let broken = run();
    assert_eq!(broken.code, Some(1), "{broken}");
    assert!(read(&sandbox, "gl-code-quality-report.json").contains("promql/"), "{broken}");
    assert!(read(&sandbox, "promproof.xml").contains("<testsuites"), "{broken}");
}

/// Hooks and inputs that are written into other people's repositories exist.
#[test]
fn hooks_are_those_of_this_repository() {
    let sandbox = Sandbox::with(&[GIT, (".github/x", ""), ("rules.yml", PLAIN)]);
    sandbox.run(&["init"]);
    let parse = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    let defined = parse(&std::fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap());
    let written = parse(&read(&sandbox, ".pre-commit-config.yaml"));
    for hook in written["repos"][0]["hooks"].as_array().unwrap() {
        assert!(defined.as_array().unwrap().iter().any(|known| known["id"] == hook["id"]), "{hook}");
    }
    let workflow = parse(&read(&sandbox, ".github/workflows/promproof.yml"));
    assert!(workflow["jobs"]["rules"]["steps"].as_array().unwrap().len() == 2, "{workflow}");
}
