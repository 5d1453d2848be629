//! Random expressions that are valid and ask for the unusual: each function with each kind of argument, modifiers and
//! numbers from the ends of their ranges, deep nesting.

use promproof::promql::ast::ValueType;
use promproof::promql::functions::{FUNCTIONS, Function};

use crate::expressions::Generator;

/// The names in the stores; `none` is in no store.
pub(crate) const METRICS: [&str; 7] = ["counter", "gauge", "native", "mixed", "hist_bucket", "target_info", "none"];
const NUMBERS: [&str; 22] = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "0.5",
    "0.9",
    "1.5",
    "100",
    "-0",
    "NaN",
    "Inf",
    "-Inf",
    "1e308",
    "-1e308",
    "5e-324",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "1e19",
    "4294967296",
    "1e-3",
];
const DURATIONS: [&str; 14] =
    ["1ms", "7ms", "1s", "15s", "1m", "90s", "5m", "1h", "1d", "52w", "100y", "0.001", "1e3", "9e9"];
/// Ranges of subqueries and their steps: what multiplies stays small most of the time.
const SHORT: [&str; 6] = ["15s", "40s", "1m", "2m", "5m", "10m"];
const TIMES: [&str; 12] = [
    "0",
    "-1",
    "60",
    "300.5",
    "599.999",
    "1e9",
    "9223372036854774",
    "-9223372036854774",
    "4e15",
    "start()",
    "end()",
    "300",
];
const PATTERNS: [&str; 12] =
    ["(.*)", "", ".+", "a|", "(a)(b)?", "[^1-2]*", "(?i)A", ".*.*.*x", "(?P<x>.)(?P<y>.*)", "\\\\d+", "x{0,9}", "^$"];
const REPLACEMENTS: [&str; 9] = ["$1", "${1}", "$0$0", "$$", "$x-${y}", "", "${", "$9", "é"];
const LABELS: [&str; 8] = ["group", "instance", "le", "__name__", "job", "läbel", "quantile", "a"];
const OPERATORS: [&str; 18] =
    ["+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "</", ">/", "and", "or", "unless"];
const AGGREGATIONS: [&str; 14] = [
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
    "limitk",
    "limit_ratio",
    "quantile",
    "count_values",
];

fn one_in(random: &mut Generator, n: usize) -> bool {
    random.below(n) == 0
}

/// An expression of any type but string.
pub(crate) fn expression(random: &mut Generator, depth: usize) -> String {
    match random.below(12) {
        0 => scalar(random, depth),
        1 => matrix(random, depth),
        2 => deep(random),
        _ => vector(random, depth),
    }
}

/// One operator after the other, or one inside the other, many times.
fn deep(random: &mut Generator) -> String {
    let inner = vector(random, 1);
    let times = 2 + random.below(60);
    match random.below(6) {
        0 => vec![inner.as_str(); times].join(random.pick(&[" + ", " or ", " and ", " ^ ", " / on () group_left () "])),
        1 => format!("{}{inner}{}", "(".repeat(times), ")".repeat(times)),
        2 => format!("{}({inner})", "-".repeat(times)),
        3 => format!("{}{inner}{}", "abs(".repeat(times), ")".repeat(times)),
        4 => format!("{}{inner}{}", "sum by (group) (".repeat(times), ")".repeat(times)),
        _ => {
            // Each level multiplies the steps: a few are enough.
            let times = times % 4 + 1;
            format!("{}{inner}{}", "max_over_time(".repeat(times), "[1m:20s])".repeat(times))
        }
    }
}

fn selector(random: &mut Generator) -> String {
    let name = random.pick(&METRICS);
    let matcher = match random.below(18) {
        0 => r#"{group="a"}"#,
        1 => r#"{instance!="1"}"#,
        2 => r#"{instance=~"1|3"}"#,
        3 => r#"{group!~"b.*",le!=""}"#,
        4 => return r#"{__name__=~"gauge|counter|native"}"#.to_owned(),
        5 => return format!(r#"{{"{name}","läbel"=~".*"}}"#),
        6 => r#"{job="",instance=~""}"#,
        _ => "",
    };
    format!("{name}{matcher}")
}

fn modifiers(random: &mut Generator, mut out: String) -> String {
    if one_in(random, 10) {
        out += &format!(" @ {}", random.pick(&TIMES));
    }
    if one_in(random, 8) {
        let sign = random.pick(&["", "-"]);
        out += &match random.below(4) {
            0 => format!(" offset {sign}(step() * {})", random.pick(&["2", "0.5", "0", "1e3"])),
            1 => format!(" offset -({} - {})", random.pick(&DURATIONS), random.pick(&DURATIONS)),
            _ => format!(" offset {sign}{}", random.pick(&DURATIONS)),
        };
    }
    out
}

fn duration(random: &mut Generator) -> String {
    match random.below(8) {
        0 => {
            random.pick(&["step()", "range()", "step() + 1m", "max_of(range(), 30s)", "min_of(1m, step())"]).to_owned()
        }
        1 => format!(
            "{} {} {}",
            random.pick(&SHORT),
            random.pick(&["+", "-", "*", "/", "%", "^"]),
            random.pick(&["2", "1m", "0.1", "1ms"])
        ),
        2 | 3 => random.pick(&DURATIONS).to_owned(),
        _ => random.pick(&SHORT).to_owned(),
    }
}

/// A range vector.
fn matrix(random: &mut Generator, depth: usize) -> String {
    if depth > 0 && one_in(random, 3) {
        let inner = vector(random, depth - 1);
        let (range, step) = match random.below(10) {
            0 => (duration(random), duration(random)),
            // More steps than the limit on samples allows.
            1 => (random.pick(&["1d", "52w", "100y"]).to_owned(), random.pick(&["1ms", "1s", ""]).to_owned()),
            2 => (random.pick(&SHORT).to_owned(), String::new()),
            _ => (random.pick(&SHORT).to_owned(), random.pick(&["7s", "15s", "20s", "1m", "5m"]).to_owned()),
        };
        let subquery = format!("({inner})[{range}:{step}]");
        return modifiers(random, subquery);
    }
    let mut out = format!("{}[{}]", selector(random), duration(random));
    if one_in(random, 5) {
        out += random.pick(&[" anchored", " smoothed"]);
    }
    modifiers(random, out)
}

fn scalar(random: &mut Generator, depth: usize) -> String {
    if depth == 0 {
        return random.pick(&NUMBERS).to_owned();
    }
    match random.below(6) {
        0 => format!("scalar({})", vector(random, depth - 1)),
        1 => format!("({} {} {})", scalar(random, depth - 1), random.pick(&OPERATORS[..7]), scalar(random, depth - 1)),
        2 => format!(
            "({} {} bool {})",
            scalar(random, depth - 1),
            random.pick(&OPERATORS[7..13]),
            scalar(random, depth - 1)
        ),
        3 => random.pick(&["time()", "pi()", "start()", "end()", "step()", "range()", "max_of(1, NaN)"]).to_owned(),
        _ => random.pick(&NUMBERS).to_owned(),
    }
}

/// An instant vector.
fn vector(random: &mut Generator, depth: usize) -> String {
    if depth == 0 {
        let mut out = selector(random);
        if one_in(random, 12) {
            out += random.pick(&[" anchored", " smoothed"]);
        }
        return modifiers(random, out);
    }
    match random.below(10) {
        0..=3 => call(random, depth - 1),
        4 | 5 => aggregation(random, depth - 1),
        6 | 7 => binary(random, depth - 1),
        8 => format!("-({})", vector(random, depth - 1)),
        _ => vector(random, 0),
    }
}

/// A call of any function that yields a vector, with arguments of the right types.
fn call(random: &mut Generator, depth: usize) -> String {
    let vectors: Vec<&Function> = FUNCTIONS.iter().filter(|function| function.returns == ValueType::Vector).collect();
    let function = vectors[random.below(vectors.len())];
    match function.name {
        "label_replace" => return label_replace(random, depth),
        "label_join" | "sort_by_label" | "sort_by_label_desc" => return label_call(random, function.name, depth),
        "info" => return info(random, depth),
        _ => {}
    }
    let most = function.max_args().unwrap_or(4).min(4);
    let count = function.min_args() + random.below(most - function.min_args() + 1);
    let args: Vec<String> = (0..count)
        .map(|index| match function.arg_type(index) {
            Some(ValueType::Scalar) => scalar(random, depth.min(1)),
            Some(ValueType::Matrix) => matrix(random, depth),
            Some(ValueType::String) => r#""a""#.to_owned(),
            _ => vector(random, depth),
        })
        .collect();
    format!("{}({})", function.name, args.join(", "))
}

fn label_replace(random: &mut Generator, depth: usize) -> String {
    let input = vector(random, depth);
    let (target, source) = (random.pick(&LABELS), random.pick(&LABELS));
    let (replacement, pattern) = (random.pick(&REPLACEMENTS), random.pick(&PATTERNS));
    format!(r#"label_replace({input}, "{target}", "{replacement}", "{source}", "{pattern}")"#)
}

fn label_call(random: &mut Generator, name: &str, depth: usize) -> String {
    let mut args = vec![vector(random, depth)];
    if name == "label_join" {
        args.push(format!(r#""{}""#, random.pick(&LABELS)));
        args.push(r#""-""#.to_owned());
    }
    for _ in 0..random.below(4) {
        args.push(format!(r#""{}""#, random.pick(&LABELS)));
    }
    format!("{name}({})", args.join(", "))
}

fn info(random: &mut Generator, depth: usize) -> String {
    let input = vector(random, depth);
    match random.below(4) {
        0 => format!("info({input})"),
        1 => format!(r#"info({input}, {{__name__=~".*_info"}})"#),
        2 => format!(r#"info({input}, {{a=~".*",__name__!="target_info"}})"#),
        _ => format!(r#"info({input}, {{a="1"}})"#),
    }
}

fn labels(random: &mut Generator) -> String {
    let quoted = |label: &str| format!("\"{label}\"");
    let labels: Vec<String> = (0..random.below(3)).map(|_| quoted(random.pick(&LABELS))).collect();
    labels.join(", ")
}

fn aggregation(random: &mut Generator, depth: usize) -> String {
    let op = random.pick(&AGGREGATIONS);
    let param = match op {
        "count_values" => format!("\"{}\", ", random.pick(&LABELS)),
        "topk" | "bottomk" | "limitk" | "limit_ratio" | "quantile" => format!("{}, ", scalar(random, depth.min(1))),
        _ => String::new(),
    };
    let grouping = match random.below(3) {
        0 => String::new(),
        _ => format!(" {} ({}) ", random.pick(&["by", "without"]), labels(random)),
    };
    format!("{op}{grouping}({param}{})", vector(random, depth))
}

fn binary(random: &mut Generator, depth: usize) -> String {
    let op = random.pick(&OPERATORS);
    let is_set = matches!(op, "and" | "or" | "unless");
    let bool_modifier = if OPERATORS[7..13].contains(&op) && one_in(random, 2) { " bool" } else { "" };
    let left = vector(random, depth);
    match random.below(5) {
        0 if !is_set => return format!("({left}) {op}{bool_modifier} {}", scalar(random, depth.min(1))),
        1 if !is_set => return format!("{} {op}{bool_modifier} ({left})", scalar(random, depth.min(1))),
        _ => {}
    }
    let matching = match random.below(3) {
        0 => String::new(),
        _ => format!(" {} ({})", random.pick(&["on", "ignoring"]), labels(random)),
    };
    let group = match random.below(3) {
        0 if !is_set && !matching.is_empty() => {
            format!(" {} ({})", random.pick(&["group_left", "group_right"]), random.pick(&["", "a", "le", "\"läbel\""]))
        }
        _ => String::new(),
    };
    let fill = match random.below(5) {
        0 if !is_set => random.pick(&[" fill (0)", " fill_left (NaN)", " fill_right (1) fill_left (-Inf)"]),
        _ => "",
    };
    format!("({left}) {op}{bool_modifier}{matching}{group}{fill} ({})", vector(random, depth))
}
