//! Every expression that people or Prometheus' own suite have written must parse, print and parse again; and the
//! parser is held against the crate `promql-parser`, where `../shared` exists.

use promproof::promql::{self, Expr, ParseOptions};

fn parse(text: &str) -> Expr {
    let result = promql::parse(text, &ParseOptions::all());
    assert!(result.is_ok(), "{text}: {result:?}");
    result.unwrap()
}

/// Printing is stable: what is printed parses, and prints the same.
fn assert_prints_stably(text: &str) {
    let printed = parse(text).to_string();
    assert_eq!(parse(&printed).to_string(), printed, "{text}");
}

#[test]
fn every_rule_of_the_corpora_parses() {
    let Some(expressions) = crate::corpora::rule_expressions() else { return };
    assert_eq!(expressions.len(), 1782);
    for text in &expressions {
        assert!(promql::parse(text, &ParseOptions::default()).is_ok(), "{text}");
        assert_prints_stably(text);
    }
}

#[test]
fn every_evaluation_of_the_suite_parses() {
    let Some(expressions) = crate::corpora::suite_expressions() else { return };
    assert_eq!(expressions.len(), 2214);
    for text in &expressions {
        assert_prints_stably(text);
    }
}

/// What `promql-parser` refuses although Prometheus accepts it. Each entry explains expressions by a piece of text.
const REFUSED_BY_PEER: [(&str, &str); 11] = [
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
        let known = REFUSED_BY_PEER.iter().any(|(piece, _)| text.contains(piece)) || has_duration_arithmetic(&expr);
        if !known {
            unexplained.push(format!("{text}: {problem}"));
        }
    }
    assert!(unexplained.is_empty(), "{} of {refused}:\n{}", unexplained.len(), unexplained.join("\n"));
    assert_eq!(refused, 301, "a new version of the crate? then this list can be shortened");
}
