//! Holds the parser and the printer against Prometheus' own tables, where `../shared` exists.

use std::path::Path;

use crate::shared::shared;
use promproof::promql::{self, ParseError, ParseOptions};
use serde::Deserialize;

fn rows<T: for<'de> Deserialize<'de>>(path: &Path) -> Vec<T> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Deserialize)]
struct ParserRow {
    line: usize,
    hex: String,
    ok: bool,
    errs: Vec<String>,
    ranges: Vec<(usize, usize)>,
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Where upstream's table itself says that the position is wrong, or where the row is cut short: lines of the table.
const WRONG_POSITIONS: [usize; 2] = [5181, 5197];

/// A row whose query is built by a loop; the table holds its first character only.
const LOOP: usize = 3602;

fn problems(row: &ParserRow, result: &Result<promql::Expr, Vec<ParseError>>) -> Vec<String> {
    let mut problems = Vec::new();
    match result {
        Ok(_) if row.ok => {}
        Ok(expr) => problems.push(format!("accepted as {expr}, upstream: {:?}", row.errs)),
        Err(errors) if row.ok => problems.push(format!("refused: {errors:?}")),
        Err(_) if row.line == LOOP => {}
        Err(errors) => {
            let got: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
            let expected: Vec<String> =
                row.errs.iter().zip(&got).map(|(expected, got)| fill_in(expected, got)).collect();
            if got.len() != row.errs.len() || got != expected {
                problems.push(format!("messages {got:#?}, upstream {:#?}", row.errs));
            }
            if WRONG_POSITIONS.contains(&row.line) {
                return problems;
            }
            for (error, (start, end)) in errors.iter().zip(&row.ranges) {
                // Upstream's range of an operator ends before its last byte.
                if error.span.start() < *start || error.span.start() > *end || error.span.end() > *end + 1 {
                    problems
                        .push(format!("{:?} is outside of upstream's {start}..{end}: {}", error.span, error.message));
                }
            }
        }
    }
    problems
}

/// The table has a format verb where upstream's test prints a number.
fn fill_in(expected: &str, got: &str) -> String {
    match (expected.strip_suffix("%f"), got.rsplit_once(' ')) {
        (Some(before), Some((_, number))) => format!("{before}{number}"),
        _ => expected.to_owned(),
    }
}

#[test]
fn agrees_with_every_row_of_the_parser_table() {
    let Some(path) = shared("conformance/parser.jsonl") else { return };
    let rows: Vec<ParserRow> = rows(&path);
    let mut report = Vec::new();
    for row in &rows {
        let query = bytes(&row.hex);
        let result = promql::parse_bytes(&query, &ParseOptions::all());
        for problem in problems(row, &result) {
            report.push(format!("line {}: {:?}: {problem}", row.line, String::from_utf8_lossy(&query)));
        }
    }
    assert_eq!(rows.len(), 356);
    assert!(report.is_empty(), "{} problems\n{}", report.len(), report.join("\n"));
}

#[derive(Deserialize)]
struct PrinterRow {
    r#in: String,
    out: String,
}

#[test]
fn prints_every_row_of_the_printer_table() {
    let Some(path) = shared("conformance/printer.jsonl") else { return };
    let rows: Vec<PrinterRow> = rows(&path);
    let mut report = Vec::new();
    for row in &rows {
        match promql::parse(&row.r#in, &ParseOptions::all()) {
            Ok(expr) if expr.to_string() == row.out => {}
            Ok(expr) => report.push(format!("{}: {expr}, upstream: {}", row.r#in, row.out)),
            Err(errors) => report.push(format!("{}: {errors:?}", row.r#in)),
        }
    }
    assert_eq!(rows.len(), 86);
    assert!(report.is_empty(), "{} problems\n{}", report.len(), report.join("\n"));
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
    let Some(path) = shared("conformance/parser.jsonl") else { return };
    let (mut accepts, mut refuses) = (Vec::new(), Vec::new());
    for row in rows::<ParserRow>(&path) {
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
