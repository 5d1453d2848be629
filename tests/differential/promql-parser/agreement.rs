//! The crate `promql-parser` as a second opinion on which expressions parse: where it differs from Prometheus' own table of
//! its parser, and from ours over the expressions of the corpora, is known. Needs `../shared` (or `PROMPROOF_SHARED`).
//!
//! It is a package of its own so that `cargo test` does not wait for the parser generator of that crate and what this needs.
//! `.ci/run` runs it, as does `cargo test -p second-opinion`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a table that cannot be read fails the test"
)]

#[path = "../../support/corpora.rs"]
mod corpora;
#[path = "../../support/shared.rs"]
mod shared;

use promproof::promql::{self, Expr, ParseOptions};
use serde::Deserialize;

/// A row of Prometheus' table: an expression, and whether its parser takes it.
#[derive(Deserialize)]
struct Row {
    line: usize,
    hex: String,
    ok: bool,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn parse(text: &str) -> Expr {
    let result = promql::parse(text, &ParseOptions::all());
    assert!(result.is_ok(), "{text}: {result:?}");
    result.unwrap()
}

/// Rows where the crate `promql-parser` accepts what Prometheus refuses: numbers, durations and times out of range,
/// and the second argument of `info`. By line of the table.
const ACCEPTED_BY_PEER: [usize; 7] = [619, 1979, 1990, 4464, 4500, 5239, 5250];

/// Rows where it refuses what Prometheus accepts: `anchored` and `smoothed` as names, backslashes in raw strings,
/// parentheses around durations and, from line 4512 on, other duration expressions.
const REFUSED_BY_PEER: [usize; 34] = [
    815, 826, 1717, 1734, 1755, 1772, 2033, 2920, 2935, 3694, 4512, 4550, 4589, 4615, 4633, 4655, 4673, 4691, 4706,
    4721, 4749, 4774, 4812, 4830, 4856, 4874, 4889, 4904, 4932, 5001, 5051, 5078, 5105, 5134,
];

#[test]
fn the_crate_promql_parser_differs_in_known_rows_only() {
    let Some(path) = shared::shared("conformance/parser.jsonl") else { return };
    let table = std::fs::read_to_string(path).unwrap();
    let (mut accepts, mut refuses) = (Vec::new(), Vec::new());
    for row in table.lines().map(|line| serde_json::from_str::<Row>(line).unwrap()) {
        let Ok(query) = String::from_utf8(bytes(&row.hex)) else { continue };
        match (promql_parser::parser::parse(&query), row.ok) {
            (Ok(_), false) => accepts.push(row.line),
            (Err(_), true) => refuses.push(row.line),
            _ => {}
        }
    }
    assert_eq!(accepts, ACCEPTED_BY_PEER);
    assert_eq!(refuses, REFUSED_BY_PEER);
}

/// What `promql-parser` refuses although Prometheus accepts it. Each entry explains expressions by a piece of text.
const EXPLAINED: [(&str, &str); 11] = [
    ("anchored", "no grammar for it"),
    ("smoothed", "no grammar for it"),
    ("</", "no trim operators"),
    (">/", "no trim operators"),
    ("step()", "no duration expressions"),
    ("STEP()", "no duration expressions"),
    ("range()", "no duration expressions"),
    ("_of(", "no duration expressions"),
    ("`", "backslashes count in its raw strings"),
    ("info(", "it wants a matcher that does not match the empty text"),
    ("1_000", "no separators in numbers"),
];

/// Arithmetic in a duration, which `promql-parser` does not know.
fn has_duration_arithmetic(expr: &Expr) -> bool {
    use promql::ast::{DurationExpr, DurationKind, ExprKind, Modifiers};
    let literal = |duration: &DurationExpr| matches!(duration.kind, DurationKind::Literal { .. });
    let plain = |modifiers: &Modifiers| modifiers.offset.as_ref().is_none_or(|offset| literal(&offset.value));
    let mut found = false;
    expr.walk(&mut |expr| {
        found |= match &expr.kind {
            ExprKind::Vector(selector) => !plain(&selector.modifiers),
            ExprKind::Matrix(matrix) => !literal(&matrix.range) || !plain(&matrix.selector.value.modifiers),
            ExprKind::Subquery(subquery) => {
                !literal(&subquery.range) || !subquery.step.as_ref().is_none_or(literal) || !plain(&subquery.modifiers)
            }
            _ => false,
        };
    });
    found
}

#[test]
fn agrees_with_the_crate_promql_parser_but_for_what_is_known() {
    let (Some(rules), Some(suite)) = (crate::corpora::rule_expressions(), crate::corpora::suite_expressions()) else {
        return;
    };
    let mut unexplained = Vec::new();
    let mut refused = 0;
    for text in rules.iter().chain(&suite) {
        let expr = parse(text);
        let Err(problem) = promql_parser::parser::parse(text) else { continue };
        refused += 1;
        let known = EXPLAINED.iter().any(|(piece, _)| text.contains(piece)) || has_duration_arithmetic(&expr);
        if !known {
            unexplained.push(format!("{text}: {problem}"));
        }
    }
    assert!(unexplained.is_empty(), "{} of {refused}:\n{}", unexplained.len(), unexplained.join("\n"));
    assert_eq!(refused, 301, "a new version of the crate? then this list can be shortened");
}
