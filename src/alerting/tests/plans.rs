//! In which order rules are evaluated, and which of them together.

use insta::assert_snapshot;

use crate::alerting::CompileOptions;

use super::support::compile;

/// The names of rules in the order of evaluation; in brackets those that go together, step by step, and with a `*` those
/// that must not see what later rules write at the same time.
fn planned(rules: &[(&str, &str)]) -> String {
    let mut text = String::from("groups:\n- name: g\n  rules:\n");
    for (name, expr) in rules {
        let kind = if name.contains(':') { "record" } else { "alert" };
        text += &format!("  - {{{kind}: '{name}', expr: '{expr}'}}\n");
    }
    let set = compile(&text, CompileOptions::default());
    let plan = set.plan(0);
    let shown = plan.blocks.iter().map(|block| {
        let names = block.rules.iter().filter_map(|index| {
            let rule = plan.rules.get(*index)?;
            let mark = if rule.prepared.is_some() { "*" } else { "" };
            Some(format!("{}{mark}", set.rule(rule.id)?.1.name))
        });
        let names = names.collect::<Vec<_>>().join(" ");
        if block.step_by_step { format!("[{names}]") } else { names }
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_read_is_evaluated_first() {
    assert_snapshot!(planned(&[("r:1", "x"), ("r:2", "r:1"), ("A", "r:2 > 0")]), @"r:1 r:2 A");
    // kubernetes-mixin names the file of its alerts before that of its recording rules.
    assert_snapshot!(planned(&[("A", "r:2 > 0"), ("B", "x > 0"), ("r:1", "x"), ("r:2", "r:1")]), @"r:1 r:2 A* B");
}

#[test]
fn what_cannot_wait_goes_together() {
    assert_snapshot!(planned(&[("r:1", "r:2"), ("r:2", "r:1"), ("r:3", "r:2")]), @"[r:1* r:2] r:3");
    assert_snapshot!(planned(&[("r:1", "x unless r:1"), ("r:2", "x")]), @"[r:1] r:2");
    assert_snapshot!(planned(&[("A", "rate(r:1[5m]) > 0"), ("r:2", "x"), ("r:1", "x")]), @"[A r:1] r:2");
    assert_snapshot!(planned(&[("A", "r:1 offset 5m > 0"), ("r:1", "x")]), @"[A r:1]");
    assert_snapshot!(planned(&[("A", "max_over_time(r:1[5m:]) > 0"), ("r:1", "x")]), @"[A r:1]");
    // The second one may write what the first one wrote.
    assert_snapshot!(planned(&[("r:1", "x"), ("r:2", "x"), ("r:1", "y"), ("r:3", "r:1")]), @"[r:1 r:1] r:2 r:3");
    // All that comes behind a rule that asks for no name may be what it reads.
    assert_snapshot!(planned(&[("r:1", "x"), ("A", "{job=\"a\"} > 0"), ("r:2", "x")]), @"r:1 [A r:2]");
}

#[test]
fn alerts_are_evaluated_in_their_order() {
    assert_snapshot!(planned(&[("A", "r:1 > 0"), ("B", "x > 0"), ("r:2", "ALERTS"), ("r:1", "x")]), @"r:1 A* B r:2");
    assert_snapshot!(planned(&[("A", "x > 0"), ("r:1", "ALERTS"), ("B", "x > 0")]), @"A [r:1 B]");
}
