//! Every expression that people or Prometheus' own suite have written must parse, print and parse again, where `../shared`
//! exists.

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
