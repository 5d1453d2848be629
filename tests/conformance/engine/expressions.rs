//! Random expressions, as text.

use proptest::prelude::*;

/// A selector without modifiers.
fn selector() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["counter_total", "gauge", "other", "native", "mixed", "latency_bucket", "none"]);
    let braces = prop::sample::select(vec!["", r#"{group="a"}"#, r#"{instance!="1"}"#, r#"{instance=~"1|3"}"#]);
    prop_oneof![
        8 => (name, braces).prop_map(|(name, braces)| format!("{name}{braces}")),
        1 => Just(r#"{__name__=~"gauge|other"}"#.to_owned()),
    ]
}

fn modifiers() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", "", " offset 40s", " offset -1m", " @ 300", " @ 500 offset 2m"])
}

fn range_function() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "rate",
        "increase",
        "delta",
        "irate",
        "idelta",
        "resets",
        "changes",
        "deriv",
        "sum_over_time",
        "avg_over_time",
        "min_over_time",
        "max_over_time",
        "count_over_time",
        "last_over_time",
        "first_over_time",
        "stddev_over_time",
        "stdvar_over_time",
        "present_over_time",
        "absent_over_time",
        "mad_over_time",
        "ts_of_max_over_time",
    ])
}

fn instant_function() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "abs",
        "ceil",
        "floor",
        "sqrt",
        "exp",
        "ln",
        "sgn",
        "round",
        "absent",
        "timestamp",
        "hour",
        "histogram_count",
        "histogram_sum",
        "histogram_avg",
    ])
}

fn aggregation() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec![
        "sum",
        "avg",
        "min",
        "max",
        "count",
        "group",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "quantile",
        "count_values",
    ]);
    let grouping = prop::sample::select(vec!["", " by (group)", " without (instance)", " by (group, instance)"]);
    (op, grouping).prop_map(|(op, grouping)| {
        let param = match op {
            "topk" | "bottomk" => "2, ",
            "quantile" => "0.4, ",
            "count_values" => r#""value", "#,
            _ => "",
        };
        format!("{op}{grouping} ({param}")
    })
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "atan2",
        "==",
        "!=",
        ">",
        "<=",
        "== bool",
        "and",
        "or",
        "unless",
        "+ on (group, instance)",
        "* on (group) group_left ()",
        "/ ignoring (instance) group_right ()",
        "and on (group)",
        "or on (instance)",
        "unless ignoring (group)",
        "> bool on (group, instance)",
        "+ fill (1)",
        "- fill_left (0)",
    ])
}

/// An instant vector.
fn vector() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => (selector(), modifiers()).prop_map(|(selector, modifiers)| format!("{selector}{modifiers}")),
        4 => (range_function(), selector(), prop::sample::select(vec!["30s", "1m", "3m20s"]), modifiers())
            .prop_map(|(f, selector, range, modifiers)| format!("{f}({selector}[{range}]{modifiers})")),
        1 => (selector(), prop::sample::select(vec!["rate", "increase", "delta"]), prop::sample::select(vec!["anchored", "smoothed"]))
            .prop_map(|(selector, f, word)| format!("{f}({selector}[1m] {word})")),
        1 => Just("vector(time())".to_owned()),
        1 => selector().prop_map(|selector| format!("{selector} smoothed")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => (aggregation(), inner.clone()).prop_map(|(aggregation, inner)| format!("{aggregation}{inner})")),
            2 => (instant_function(), inner.clone()).prop_map(|(f, inner)| format!("{f}({inner})")),
            3 => (inner.clone(), operator(), inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            1 => (inner.clone(), prop::sample::select(vec!["+ 1", "> 100", "* scalar(gauge)", "% 7", "== bool 0"]))
                .prop_map(|(a, rest)| format!("({a}) {rest}")),
            1 => inner.clone().prop_map(|inner| format!("-({inner})")),
            2 => (range_function(), inner.clone(), prop::sample::select(vec!["1m:", "2m:20s", "90s:45s"]), modifiers())
                .prop_map(|(f, inner, range, modifiers)| format!("{f}(({inner})[{range}]{modifiers})")),
            1 => inner.clone().prop_map(|inner| format!("quantile_over_time(0.3, ({inner})[1m:15s])")),
            1 => inner.clone().prop_map(|inner| format!("predict_linear(({inner})[2m:15s], 60)")),
            1 => inner.clone().prop_map(|inner| format!(r#"label_replace({inner}, "x", "$1-y", "instance", "(.*)")"#)),
            1 => inner.clone().prop_map(|inner| format!("histogram_quantile(0.7, {inner})")),
            1 => inner.prop_map(|inner| format!("clamp({inner}, -100, 300)")),
        ]
    })
}

/// Any expression that a range query takes.
pub(crate) fn expression() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => vector(),
        1 => vector().prop_map(|vector| format!("scalar({vector}) + time()")),
    ]
}
