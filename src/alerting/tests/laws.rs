//! Passes over all steps and single steps give the same.

use proptest::prelude::*;

use crate::alerting::{CompileOptions, RunOptions};

use super::support::{compile, inputs, ran_with};

/// An expression over inputs, recorded series and alerts; some look back at later rules, some fail.
fn expression() -> impl Strategy<Value = String> {
    let selector = prop_oneof![
        4 => Just("x"),
        4 => Just("y"),
        2 => Just("r:0"),
        2 => Just("r:1"),
        1 => Just("r:2"),
        1 => Just("ALERTS"),
        1 => Just("ALERTS_FOR_STATE"),
        1 => Just("{job='a'}"),
    ];
    (selector, 0..15, 0..4).prop_map(|(selector, shape, number)| match shape {
        0..=3 => format!("{selector} > {number}"),
        4 => format!("sum by (job) ({selector})"),
        5 => format!("{selector} * on (job) group_left y"),
        6 => format!("rate({selector}[3m])"),
        7 => format!("absent({selector})"),
        8 => format!("{selector} offset {number}m"),
        9 => format!("{selector} @ {}", number * 60),
        10 => format!("{selector} or vector({number})"),
        11 => format!("max_over_time(({selector} > {number})[4m:1m])"),
        12 => format!("time() - {selector} > {number}"),
        13 => format!("timestamp({selector}) < time() - {number} * 60"),
        // Which of equal elements wins depends on the order in which series are stored, which is upstream's secret.
        _ if selector.len() == 1 => format!("topk({number}, {selector})"),
        _ => format!("count_values('n', {selector})"),
    })
}

fn rule(index: usize) -> impl Strategy<Value = String> {
    let label = prop_oneof![
        Just("{}"),
        Just("{job: ''}"),
        Just("{job: b}"),
        Just("{v: '{{ $value }}'}"),
        Just("{l: '{{ $labels.job }}'}")
    ];
    let annotation = prop_oneof![
        Just("{}"),
        Just("{v: '{{ $labels.job }} {{ $value }} {{ now }}'}"),
        Just("{q: '{{ with query \"x\" }}{{ . | first | value }}{{ end }}'}"),
        Just("{q: '{{ len (query \"ALERTS\") }}'}")
    ];
    // Sometimes two rules have one name, and write the same series.
    let name = prop::sample::select(vec![index, index, 0]);
    (expression(), any::<bool>(), label, annotation, 0..4, 0..4, name).prop_map(
        move |(expr, alert, labels, annotations, hold, keep, name)| {
            let expr = expr.replace('\'', "\"");
            if alert {
                format!(
                    "  - {{alert: A{name}, expr: '{expr}', labels: {labels}, annotations: {annotations}, \
                     for: {hold}m, keep_firing_for: {keep}m}}\n"
                )
            } else {
                format!("  - {{record: 'r:{name}', expr: '{expr}', labels: {labels}}}\n")
            }
        },
    )
}

fn rules() -> impl Strategy<Value = String> {
    let three = (rule(0), rule(1), rule(2), rule(3));
    (three, 0..3, 0..2).prop_map(|((a, b, c, d), offset, limit)| {
        let head = format!("- name: g\n  query_offset: {offset}m\n  limit: {}\n  rules:\n", limit * 3);
        format!("groups:\n{head}{a}{b}- name: h\n  rules:\n{c}{d}")
    })
}

fn values() -> impl Strategy<Value = String> {
    let value = prop_oneof![5 => (0..5).prop_map(|v: i32| v.to_string()), 1 => Just("_".to_owned()), 1 => Just("stale".to_owned())];
    prop::collection::vec(value, 1..12).prop_map(|values| values.join(" "))
}

proptest! {
    // Each case is two whole runs.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]

    #[test]
    fn passes_and_steps_agree(rules in rules(), x in values(), x2 in values(), y in values(), given in values()) {
        let set = compile(&rules, CompileOptions::default());
        let mut series = format!("x{{job='a'}} {x}\nx{{job='b'}} {x2}\ny{{job='a'}} {y}\n");
        // Sometimes an input has the name of a recorded series.
        if given.len() % 5 == 0 {
            series += &format!("r:1{{job='c'}} {given}");
        }
        let inputs = inputs(&series);
        let options = |step_by_step| RunOptions { step_by_step, keep_expressions: true, observe: true, ..RunOptions::default() };
        let fast = ran_with(&set, &inputs, 12, options(false));
        let slow = ran_with(&set, &inputs, 12, options(true));
        prop_assert_eq!(fast.timelines(), slow.timelines());
        prop_assert_eq!(fast.annotations(), slow.annotations());
        prop_assert_eq!(fast.run.steps, slow.run.steps);
        let failed = fast.run.errors.iter().any(|error| matches!(error.kind, crate::alerting::RunErrorKind::Rule(_)));
        prop_assert_eq!(fast.written(), slow.written(), "failed {}", failed);
        for (fast, slow) in fast.run.rules.iter().zip(&slow.run.rules) {
            prop_assert_eq!(&fast.elements, &slow.elements);
            prop_assert_eq!(format!("{:?}", fast.expression), format!("{:?}", slow.expression));
            if !failed {
                prop_assert_eq!(&fast.operators, &slow.operators);
            }
        }
    }
}
