//! Variants of one rule of a set are what compiling the changed file would give.

use crate::alerting::{CompileOptions, RuleId, RuleSet, RunOptions};
use crate::promql::{self, ParseOptions};

use super::support::{compile, inputs, ran_with};

const RULES: &str = "groups:
- name: g
  rules:
  - {record: 'x:twice', expr: 'x * 2'}
  - {alert: A, expr: 'x:twice > 2', for: 1m, labels: {level: page}, annotations: {v: '{{ $value }}'}}
  - {alert: B, expr: 'ALERTS{alertname=\"A\"}'}
";
const SERIES: &str = "x{job=\"a\"} 0 1 2 3 2 1 0\nx{job=\"b\"} 2x6";
const RECORD: RuleId = RuleId { group: 0, rule: 0 };
const ALERT: RuleId = RuleId { group: 0, rule: 1 };

fn shown(set: &RuleSet) -> String {
    let ran = ran_with(set, &inputs(SERIES), 8, RunOptions::default());
    ran.shown() + &ran.annotations()
}

fn expr(text: &str) -> promql::Expr {
    promql::parse(text, &ParseOptions::default()).unwrap()
}

#[test]
fn a_variant_is_what_compiling_the_changed_file_gives() {
    let original = compile(RULES, CompileOptions::default());
    let before = shown(&original);
    let changed = |from: &str, to: &str| {
        assert!(RULES.contains(from), "{from}");
        shown(&compile(&RULES.replace(from, to), CompileOptions::default()))
    };
    let variants = [
        (original.with_expr(RECORD, expr("x * 3")).unwrap(), changed("x * 2", "x * 3")),
        (original.with_expr(ALERT, expr("x:twice > 4")).unwrap(), changed("> 2'", "> 4'")),
        (original.with_durations(ALERT, 180_000, 60_000), changed("for: 1m", "for: 3m, keep_firing_for: 1m")),
        (original.with_labels(ALERT, [("job", "{{ $value }}")]), changed("{level: page}", "{job: '{{ $value }}'}")),
    ];
    for (variant, wanted) in variants {
        assert_ne!(wanted, before);
        assert_eq!(shown(&variant), wanted);
        assert_eq!(shown(&original), before, "the original stays");
    }
}

#[test]
fn an_unknown_rule_changes_nothing() {
    let original = compile(RULES, CompileOptions::default());
    let nowhere = original.with_durations(RuleId { group: 7, rule: 0 }, 0, 0);
    assert_eq!(shown(&nowhere), shown(&original));
}
