//! Input whose reading took time that grows faster than its size.

use std::fmt::Write as _;

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
