//! Input whose reading took time that grows faster than its size.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::attack::{self, alert};
use crate::support::Sandbox;

#[test]
fn fifty_thousand_keys_in_the_configuration() {
    let mut config = String::from("[labels.allowed-values]\n");
    for index in 0..50_000 {
        writeln!(config, "l{index} = [\"a\"]").unwrap();
    }
    let sandbox = Sandbox::with(&[("promproof.toml", &config), ("rules.yml", &alert("up == 0", "x"))]);
    assert_eq!(attack::run(&sandbox, &["check", "."]).code, 0);
}

#[test]
fn a_label_with_twenty_thousand_allowed_values() {
    let mut config = String::from("[labels.allowed-values]\nl = [");
    let mut rules = String::from("groups:\n- name: g\n  rules:\n");
    for index in 0..20_000 {
        write!(config, "'v{index}', ").unwrap();
    }
    for index in 0..1_000 {
        writeln!(rules, "  - {{alert: A{index}, expr: up == {index}, labels: {{l: v{}}}}}", 19_500 + index).unwrap();
    }
    let sandbox = Sandbox::with(&[("promproof.toml", &format!("{config}]\n")), ("rules.yml", &rules)]);
    let ended = attack::run(&sandbox, &["check", ".", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.stdout.matches("labels/allowed-values").count(), 500);
}

#[test]
fn five_thousand_assertions_on_unknown_alerts_beside_as_many_rules() {
    let mut rules = String::from("groups:\n- name: g\n  rules:\n");
    let mut test = String::from(
        "rule_files: [rules.yml]\ntests:\n- input_series: [{series: up, values: 0 0 0}]\n  alert_rule_test:\n",
    );
    for index in 0..5_000 {
        writeln!(rules, "  - {{alert: A{index}, expr: up == {}}}", index + 5).unwrap();
        writeln!(test, "  - {{eval_time: 1m, alertname: B{index}, exp_alerts: []}}").unwrap();
    }
    let sandbox = Sandbox::with(&[("rules.yml", &rules), ("t.yml", &test)]);
    assert_eq!(attack::run(&sandbox, &["test", "t.yml", "-q"]).code, 0);
}

/// One evaluation over this takes minutes without optimisation: 60 days, a sample a minute, each window of 30 days sorted.
const MANY_WINDOWS: &str = "quantile_over_time(0.5, up[30d])";

/// A suite of sixty days with one rule, which is evaluated at every `interval`, and these assertions.
fn sixty_days(expr: &str, interval: &str, assertions: &str) -> Sandbox {
    let rules = format!("groups: [{{name: g, rules: [{{record: 'r:x', expr: '{expr}'}}]}}]");
    let test = format!(
        "rule_files: [rules.yml]\nevaluation_interval: {interval}\ntests:\n- name: attacked\n  interval: 1m\n  input_series: [{{series: up, values: '0+1x86400'}}]\n{assertions}"
    );
    Sandbox::with(&[("rules.yml", &rules), ("t.yml", &test)])
}

/// Runs with a limit of a second; holds that it ends soon after.
fn timed(sandbox: &Sandbox, arguments: &[&str]) -> attack::Ended {
    let started = Instant::now();
    let ended = attack::run(sandbox, &[arguments, &["--timeout", "1s"]].concat());
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    ended
}

#[test]
fn a_rule_is_stopped_inside_of_one_evaluation() {
    let sandbox = sixty_days(MANY_WINDOWS, "1m", "  promql_expr_test: [{expr: up, eval_time: 60d, exp_samples: []}]\n");
    let ended = timed(&sandbox, &["test", "t.yml", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("takes longer than the 1s of --timeout: `r:x` took "), "{}", ended.stdout);
}

#[test]
fn an_assertion_is_stopped_inside_of_its_evaluation() {
    // The rule itself takes no time worth counting, also where the machine is busy.
    let expr = "max_over_time(stddev_over_time(up[30d])[30d:1m])";
    let sandbox =
        sixty_days("up", "1d", &format!("  promql_expr_test: [{{expr: '{expr}', eval_time: 60d, exp_samples: []}}]\n"));
    let ended = timed(&sandbox, &["test", "t.yml", "--output-format", "concise"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains(&format!("to check `{expr}` took ")), "{}", ended.stdout);
}

#[test]
fn an_evaluation_alone_is_stopped_where_it_is() {
    let sandbox = Sandbox::new();
    for expr in [
        "1 + quantile_over_time(0.5, up[30d])",
        "stddev_over_time(up[30d])",
        "deriv(up[30d])",
        "max_over_time(stddev_over_time(up[30d])[10d:])",
    ] {
        let ended = timed(&sandbox, &["eval", expr, "--series", "up 0.5+1x86400", "--step", "1m"]);
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("the time for this evaluation is up"), "{expr}: {}", ended.stderr);
    }
}

/// Who runs a stranger's tests has a limit without asking for it.
#[test]
fn the_action_and_the_hooks_have_a_limit_of_time() {
    let read = |name: &str| std::fs::read_to_string(crate::support::repository().join(name)).unwrap();
    let action: serde_yaml::Value = serde_yaml::from_str(&read("action.yml")).unwrap();
    assert_eq!(action["inputs"]["timeout"]["default"], "2m");
    assert!(read("action.yml").contains("--timeout=$TIMEOUT"));
    let hooks = read(".pre-commit-hooks.yaml");
    let tests = || hooks.lines().filter(|line| line.contains("entry: promproof test"));
    assert_eq!(tests().count(), 2);
    assert!(tests().all(|line| line.ends_with("--timeout 2m")));
    // Arguments of one's own come later, and count.
    let sandbox = Sandbox::with(&[("rules.yml", "groups: []"), ("t.yml", "rule_files: [rules.yml]\ntests: []\n")]);
    attack::run(&sandbox, &["test", "t.yml", "--timeout", "2m", "--timeout=10m"]);
}
