//! What is said of an expression without data, attacked with data: no element of a result may have a label that is
//! called impossible, lack one that is called guaranteed, or have a value outside of its bounds; no comparison that is
//! called never true may let anything through; no operator whose sides are said never to match may yield anything, and one that
//! is said to pair each series with itself only what comes of that.

use promproof::engine::{Engine, Options, QueryValue, Store};
use promproof::facts::{
    self, Branch, ConflictKind, Facts, Passes, Premises, Presence, Recorded, RecordedLabel, RecordedSeries,
};
use promproof::model::{Labels, SampleValue};
use promproof::promql::ast::{BinaryExpr, BinaryOp, Expr, ExprKind};
use promproof::promql::{self, ParseOptions};

use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};

const METRICS: [&str; 4] = ["a_total", "b_total", "gauge", "level"];
const LABELS: [&str; 4] = ["job", "instance", "code", "zone"];
const NUMBERS: [&str; 9] = ["0", "1", "2", "0.5", "-1", "5", "100", "24", "300"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
/// What is recorded.
const RECORDED: &str = "made:here";
/// Where the data ends, in milliseconds.
const END_MS: i64 = 600_000;

#[test]
fn claims_hold_on_random_data() {
    let tally = fuzz::run("claims about expressions", 6_000, |seed| {
        let mut random = Generator::new(seed);
        let depth = 1 + random.below(4);
        let text = vector(&mut random, depth);
        fuzz::show(&text);
        let Ok(expr) = promql::parse(&text, &ParseOptions::all()) else { return Outcome::Refused };
        let facts = Facts::of(&expr);
        on_random_data(&mut random, 4, |store, t_ms| check(&text, &expr, &facts, &store, t_ms))
    });
    assert!(tally.results > tally.empty / 4 || tally.results + tally.empty < 1_000, "{} results", tally.results);
}

/// What is said of recorded series is said of what their recording rule yields, and what follows from it holds for readers.
#[test]
fn what_is_said_of_recorded_series_holds_for_their_readers() {
    let tally = fuzz::run("claims about recorded series", 6_000, |seed| {
        let mut random = Generator::new(seed);
        let depth = 1 + random.below(3);
        let recorded = vector(&mut random, depth);
        let depth = 1 + random.below(2);
        let reader = vector(&mut random, depth).replace("gauge", RECORDED).replace("level", RECORDED);
        fuzz::show(&format!("{recorded}\n{reader}"));
        let parse = |text: &str| promql::parse(text, &ParseOptions::all());
        let (Ok(definition), Ok(expr)) = (parse(&recorded), parse(&reader)) else { return Outcome::Refused };
        let Some(series) = RecordedSeries::of(&Facts::of(&definition)).map(RecordedSeries::sealed) else {
            return Outcome::Refused;
        };
        if !series.says_of_labels() && !series.says_of_values() {
            return Outcome::Refused;
        }
        let known = Recorded::from_iter([(RECORDED.to_owned(), series.clone())]);
        let facts = Facts::under(&expr, Premises { recorded: Some(&known), ..Premises::default() });
        on_random_data(&mut random, 4, |mut store, t_ms| {
            for at_ms in (120_000..=END_MS).step_by(60_000) {
                for (labels, value) in elements(&recorded, &definition, &store, at_ms).unwrap_or_default() {
                    assert!(
                        may_be_recorded(&series, &labels, value),
                        "{recorded}: {labels} {value}, not in {series:?}"
                    );
                    let named = labels.iter().chain([("__name__", RECORDED)]);
                    let _ = store.append(&Labels::from_pairs(named), at_ms, SampleValue::Float(value), None);
                }
            }
            check(&reader, &expr, &facts, &store, t_ms)
        })
    });
    assert!(tally.results > tally.empty / 4 || tally.results + tally.empty < 1_000, "{} results", tally.results);
}

/// Looks at some random data at random times; a result is what one of them yields.
fn on_random_data(random: &mut Generator, times: usize, mut look: impl FnMut(Store, i64) -> Outcome) -> Outcome {
    let mut outcome = Outcome::Empty;
    for _ in 0..times {
        let store = store(random);
        let t_ms = END_MS - random.below(400_000) as i64;
        if look(store, t_ms) == Outcome::Result {
            outcome = Outcome::Result;
        }
    }
    outcome
}

/// Whether an element is one that may be recorded, by what is said of the series.
fn may_be_recorded(series: &RecordedSeries, labels: &Labels, value: f64) -> bool {
    let fits = |(name, value): (&str, &str)| {
        let known = series.labels.get(name).and_then(|label| label.values.as_ref());
        name == "__name__"
            || (!series.lacks(name) && known.is_none_or(|values| values.iter().any(|known| known == value)))
    };
    let is_there = |(name, label): (&String, &RecordedLabel)| !label.always || labels.get(name).is_some();
    let values = series.values;
    let in_bounds = if value.is_nan() { values.nan } else { values.low <= value && value <= values.high };
    in_bounds && labels.iter().all(fits) && series.labels.iter().all(is_there)
}

/// Looks at every part of the expression.
fn check(text: &str, expr: &Expr, facts: &Facts<'_>, store: &Store, t_ms: i64) -> Outcome {
    let mut outcome = Outcome::Empty;
    expr.walk(&mut |part| {
        let Some(elements) = elements(text, part, store, t_ms) else { return };
        if !elements.is_empty() {
            outcome = Outcome::Result;
        }
        if let Some(branches) = facts.node(part.id) {
            for (labels, value) in &elements {
                let fits = branches.iter().any(|branch| fits(branch, labels, *value));
                assert!(
                    fits,
                    "{text}: `{}` yields {labels} {value} at {t_ms}, none of {branches:#?}",
                    part.span.slice(text)
                );
            }
        }
        if let ExprKind::Binary(operation) = &part.kind {
            check_pairing(text, operation, &elements);
        }
        let never = |comparison: &&promproof::facts::Comparison| {
            comparison.node == part.id && comparison.passes == Passes::Never
        };
        if let Some(never) = facts.comparisons.iter().find(never) {
            assert!(elements.is_empty(), "{text}: {never:?} yields {elements:?}");
        }
        if let ExprKind::Binary(operation) = &part.kind
            && let Some(conflict) = facts.conflicts.iter().find(|conflict| conflict.operator == operation.op_span)
            && !matches!(conflict.kind, ConflictKind::Idle { .. })
            && operation.op.symbol() != "unless"
        {
            assert!(elements.is_empty(), "{text}: {conflict:?} yields {elements:?}");
        }
    });
    outcome
}

#[test]
fn series_meet_themselves_where_it_is_said() {
    let tally = fuzz::run("parts and wholes", 12_000, |seed| {
        let mut random = Generator::new(seed);
        let text = part_and_whole(&mut random);
        fuzz::show(&text);
        let Ok(expr) = promql::parse(&text, &ParseOptions::all()) else { return Outcome::Refused };
        let ExprKind::Binary(operation) = &expr.kind else { return Outcome::Refused };
        if facts::pairing(operation).is_none() {
            return Outcome::Refused;
        }
        on_random_data(&mut random, 8, |store, t_ms| {
            let elements = elements(&text, &expr, &store, t_ms).unwrap_or_default();
            check_pairing(&text, operation, &elements);
            if elements.is_empty() { Outcome::Empty } else { Outcome::Result }
        })
    });
    let said = tally.results + tally.empty;
    let is_whole_run = said + tally.refused >= 1000;
    assert!(!is_whole_run || said > 100, "said of {said} expressions");
    assert!(tally.results > said / 4 || said < 100, "{} of {said} with results", tally.results);
}

/// Whether what an operator yields is what comes of a series that meets itself, if that is what is said of it.
fn check_pairing(text: &str, operation: &BinaryExpr, elements: &[(Labels, f64)]) {
    let Some(pairing) = facts::pairing(operation) else { return };
    let is_near = |value: f64, wanted: f64| (value - wanted).abs() <= 1e-9 * wanted.abs();
    for (labels, value) in elements {
        let fits = match operation.op {
            BinaryOp::Div => value.is_nan() || is_near(*value, pairing.factor),
            BinaryOp::Sub | BinaryOp::Mod => value.is_nan() || *value == 0.0,
            BinaryOp::Less | BinaryOp::Greater => operation.bool_modifier.is_some() && *value == 0.0,
            BinaryOp::NotEqual if operation.bool_modifier.is_none() => value.is_nan(),
            // Of `<=` and `>=` whatever is not `NaN` comes through.
            _ => true,
        };
        assert!(fits, "{text}: {pairing:?} yields {labels} {value}");
    }
}

/// Whether an element may be one of the branch's.
fn fits(branch: &Branch<'_>, labels: &Labels, value: f64) -> bool {
    let values = branch.values;
    let in_bounds = if value.is_nan() { values.nan } else { values.low <= value && value <= values.high };
    let allowed = labels.iter().all(|(name, _)| !branch.presence(name).is_impossible());
    let there = branch.known_labels().all(|(name, presence)| {
        !matches!(presence, Presence::Guaranteed | Presence::Scraped) || labels.get(name).is_some()
    });
    in_bounds && allowed && there
}

/// The elements of a part of the expression; `None` where it fails, or is no number and no vector.
fn elements(text: &str, part: &Expr, store: &Store, t_ms: i64) -> Option<Vec<(Labels, f64)>> {
    let expr = promql::parse(part.span.slice(text), &ParseOptions::all()).ok()?;
    let engine = Engine::new(Options::default());
    let output = engine.instant(store, &engine.prepare(&expr).ok()?, t_ms).ok()?;
    match output.value {
        QueryValue::Scalar(value) => Some(vec![(Labels::empty(), value)]),
        QueryValue::Vector(samples) => {
            let float = |value: &SampleValue| match value {
                SampleValue::Float(value) => Some(*value),
                SampleValue::Histogram(_) => None,
            };
            Some(samples.iter().filter_map(|s| Some((s.labels.clone(), float(&s.value)?))).collect())
        }
        _ => None,
    }
}

/// Series as they are scraped: with `job` and `instance`; counters are not negative, gauges are anything.
fn store(random: &mut Generator) -> Store {
    let mut store = Store::new();
    for name in METRICS {
        for _ in 0..random.below(6) {
            let labels = Labels::from_pairs(vec![
                ("__name__", name),
                ("job", random.pick(&["a", "b"])),
                ("instance", random.pick(&["1", "2"])),
                ("code", random.pick(&["200", "500", ""])),
                ("zone", random.pick(&["x", "y", ""])),
            ]);
            let mut counter = 0.0;
            let mut t_ms = random.below(60_000) as i64;
            while t_ms <= END_MS {
                counter = if random.below(12) == 0 { 0.0 } else { counter + random.below(4) as f64 };
                let value = match (name.ends_with("_total"), random.below(12)) {
                    (true, _) => counter,
                    (false, 0) => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][random.below(3)],
                    (false, _) => random.below(7) as f64 - 2.0,
                };
                if random.below(6) > 0 {
                    let _ = store.append(&labels, t_ms, SampleValue::Float(value), None);
                }
                t_ms += 60_000;
            }
        }
    }
    store
}

fn vector(random: &mut Generator, depth: usize) -> String {
    if depth == 0 {
        return selector(random);
    }
    let depth = depth - 1;
    match random.below(14) {
        0 => selector(random),
        1 | 2 => {
            let op = random.pick(&["sum", "count", "min", "max", "avg", "group", "stddev", "topk", "count_values"]);
            let param = match op {
                "topk" => "1, ",
                "count_values" => "\"zone\", ",
                _ => "",
            };
            format!("{op}{}({param}{})", grouping(random), vector(random, depth))
        }
        3 if random.below(2) == 0 => format!("a_total / clamp_min(a_total + b_total, {})", random.pick(&NUMBERS)),
        3 => format!(
            "{}({}[{}])",
            random.pick(&["rate", "increase", "irate", "resets"]),
            counter(random),
            window(random)
        ),
        4 => {
            let function = random.pick(&[
                "changes",
                "count_over_time",
                "sum_over_time",
                "avg_over_time",
                "max_over_time",
                "last_over_time",
                "present_over_time",
                "stddev_over_time",
                "delta",
                "absent_over_time",
            ]);
            format!("{function}({}[{}])", selector(random), window(random))
        }
        5 => {
            let function =
                random.pick(&["abs", "ceil", "sgn", "absent", "sort", "hour", "sqrt", "timestamp", "-", "exp"]);
            format!("{function}({})", vector(random, depth))
        }
        6 => match random.below(6) {
            0 => format!("clamp({}, 0, {})", vector(random, depth), random.pick(&NUMBERS)),
            1 => format!("clamp_max({}, {})", vector(random, depth), random.pick(&NUMBERS)),
            2 => format!("label_replace({}, \"zone\", \"$1\", \"code\", \"(.*)\")", vector(random, depth)),
            3 => format!("vector(scalar({}))", vector(random, depth)),
            4 => random.pick(&["hour()", "vector(1)", "vector(0)", "time() - timestamp(gauge)"]).to_owned(),
            _ => format!("label_join({}, \"zone\", \"-\", \"code\", \"job\")", vector(random, depth)),
        },
        7 => share(random),
        8 | 9 => {
            let modifier = if random.below(4) == 0 { "bool " } else { "" };
            let (op, number) = (random.pick(&COMPARISONS), random.pick(&NUMBERS));
            match random.below(4) {
                0 => format!("{number} {op} {modifier}({})", vector(random, depth)),
                _ => format!("({}) {op} {modifier}{number}", vector(random, depth)),
            }
        }
        10 => {
            let op = random.pick(&["+", "-", "*", "/", "%", "^"]);
            format!("({}) {op} {}", vector(random, depth), random.pick(&NUMBERS))
        }
        11 => format!(
            "({}) {} ({})",
            vector(random, depth),
            random.pick(&["or", "or", "and", "unless", "or on ()", "and on (job)", "unless ignoring (code)"]),
            vector(random, depth)
        ),
        _ => {
            let op = random.pick(&["+", "-", "*", "/", "==", ">", "<=", "> bool", "!="]);
            let matching = match random.below(7) {
                0 => format!(" on ({})", random.pick(&LABELS)),
                1 => format!(" ignoring ({})", random.pick(&LABELS)),
                2 => format!(" on ({}) group_left (zone)", random.pick(&["job", "instance", "job, code"])),
                3 => " ignoring (code) group_right".to_owned(),
                _ => String::new(),
            };
            format!("({}) {op}{matching} ({})", vector(random, depth), vector(random, depth))
        }
    }
}

/// A part of a whole, or what nearly is one.
fn share(random: &mut Generator) -> String {
    let function = random.pick(&["rate", "increase"]);
    let name = random.pick(&["a_total", "b_total"]);
    let part = random.pick(&["code=\"500\"", "code=~\"5..\", zone=\"x\"", ""]);
    let whole = random.pick(&["", "", "zone=\"x\"", "code=~\"5..\""]);
    let (by, by_whole) = (grouping(random), grouping(random));
    let matching = random.pick(&["", "", " ignoring (code, zone) group_left", " on (job) group_left", " on ()"]);
    match random.below(5) {
        0 => format!("sum{by}({name}{{{part}}}) /{matching} sum{by_whole}({name}{{{whole}}})"),
        1 => format!("count{by}({name}{{{part}}} > 1) /{matching} count{by_whole}({name}{{{whole}}})"),
        2 => format!("rate({name}{{{part}}}[5m]) /{matching} sum{by_whole}(rate({name}{{{whole}}}[5m]))"),
        3 => format!(
            "a_total / (a_total + {})",
            random.pick(&["b_total", "b_total + a_total", "ignoring (code) b_total"])
        ),
        _ => {
            // A factor in front of either, inside of either, or behind all.
            let mut factor = |form: &'static str| if random.below(4) == 0 { form } else { "" };
            let (before, inside) = (factor("100 * "), factor(" * 100"));
            let (before_whole, inside_whole, behind) = (factor("2 * "), factor(" / 100"), factor(" * 100"));
            format!(
                "{before}sum{by}({function}({name}{{{part}}}[5m]){inside}) /{matching} \
                 ({before_whole}sum{by_whole}({function}({name}{{{whole}}}[5m]){inside_whole})){behind}"
            )
        }
    }
}

/// Twice the same but for matchers, or nearly so, with an operator between them.
fn part_and_whole(random: &mut Generator) -> String {
    let (left, right) = (part_or_whole(random), part_or_whole(random));
    let by = grouping(random);
    let around = random.pick(&[
        "X",
        "X",
        "rate(X[5m])",
        "max_over_time(X[3m])",
        "sumBY(X)",
        "sumBY(rate(X[5m]))",
        "avgBY(abs(X > 0))",
        "countBY(X and on (job) b_total)",
        "topkBY(1, X)",
        "stddevBY(X)",
        "count_valuesBY(\"zone\", X)",
        "max_over_time(sumBY(X)[5m:1m])",
        "quantileBY(0.5, X)",
        "-(X * level)",
        "X + 1",
        "label_replace(X, \"code\", \"x\", \"zone\", \"(.*)\")",
        "label_join(X, \"code\", \"-\", \"job\")",
        "absent(X)",
        "a_total * scalar(X)",
        "X or b_total",
        "X unless b_total{zone=\"x\"}",
        "X > bool 1",
        "sumBY(timestamp(X) - X)",
        "histogram_quantile(0.5, X)",
    ]);
    let other_around = if random.below(12) == 0 { "sumBY(X)" } else { around };
    let side = |around: &str, selector: &str| format!("({})", around.replace("BY", &by).replace('X', selector));
    let factor = random.pick(&["", "", "", "100 * ", "0.5 * ", "0 * "]);
    let filter = random.pick(&["", "", "", " > 1", " and on (job) b_total", " unless on (zone) level", " / 60"]);
    let op = random.pick(&["/", "/", "/", "-", "%", ">", "< bool", "!=", "+"]);
    let matching = match random.below(10) {
        0 | 1 => format!(" ignoring ({})", random.pick(&LABELS)),
        2 => " on (job, code)".to_owned(),
        3 => format!(" on (job, {}) group_left", random.pick(&LABELS)),
        4 => format!(" ignoring ({}) group_right", random.pick(&LABELS)),
        5 => " fill (1)".to_owned(),
        _ => String::new(),
    };
    let (left, right) = (side(around, &left), side(other_around, &right));
    match random.below(2) {
        0 => format!("({factor}{left}) {op}{matching} ({right}{filter})"),
        _ => format!("({left}{filter}) {op}{matching} ({factor}{right})"),
    }
}

fn part_or_whole(random: &mut Generator) -> String {
    let mut matchers = Vec::new();
    for _ in 0..random.below(3) {
        matchers.push(random.pick(&[
            "code=~\"5..\"",
            "code=\"500\"",
            "code!=\"\"",
            "zone=\"x\"",
            "zone!=\"y\"",
            "job=~\"a|b\"",
            "instance=\"1\"",
            "le=\"\"",
        ]));
    }
    let name = if random.below(20) == 0 { "gauge" } else { "a_total" };
    format!("{name}{{{}}}", matchers.join(", "))
}

fn grouping(random: &mut Generator) -> String {
    match random.below(5) {
        0 => String::new(),
        1 => format!(" without ({})", random.pick(&LABELS)),
        2 => format!(" by ({}, {})", random.pick(&LABELS), random.pick(&LABELS)),
        _ => format!(" by ({})", random.pick(&LABELS)),
    }
}

fn counter(random: &mut Generator) -> String {
    format!("{}{}", random.pick(&["a_total", "b_total"]), matchers(random))
}

fn selector(random: &mut Generator) -> String {
    format!("{}{}", random.pick(&METRICS), matchers(random))
}

fn matchers(random: &mut Generator) -> String {
    match random.below(3) {
        0 => {
            let value = random.pick(&["\"500\"", "\"\"", "\".+\"", "\"x|y\"", "\"5.*\"", "\"a\""]);
            format!("{{{}{}{value}}}", random.pick(&LABELS), random.pick(&["=", "!=", "=~", "!~"]))
        }
        _ => String::new(),
    }
}

fn window(random: &mut Generator) -> &'static str {
    random.pick(&["1m", "3m", "5m"])
}
