//! Laws of parser and printer: what is printed reads back as the same tree; long chains cost no more than they must;
//! nothing that is put in breaks anything.

use crate::expressions::{Generator, normalise};
use promproof::promql::ast::MAX_NESTING;
use promproof::promql::{self, Expr, ParseOptions};
use proptest::prelude::*;

fn parse(text: &str) -> Expr {
    let result = promql::parse(text, &ParseOptions::all());
    assert!(result.is_ok(), "{text}: {result:?}");
    result.unwrap()
}

fn bare(mut expr: Expr) -> String {
    normalise(&mut expr);
    format!("{expr:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(seed: u64, depth in 0usize..6) {
        let text = Generator::new(seed).expression(depth);
        let expr = parse(&text);
        let printed = expr.to_string();
        let again = parse(&printed);
        prop_assert_eq!(again.to_string(), printed.clone());
        prop_assert_eq!(bare(expr), bare(again), "{} printed as {}", text, printed);
    }

    #[test]
    fn spans_lie_inside_of_each_other(seed: u64, depth in 0usize..6) {
        let text = Generator::new(seed).expression(depth);
        let expr = parse(&text);
        expr.walk(&mut |expr| {
            assert!(text.get(expr.span.start()..expr.span.end()).is_some(), "{text}: {:?}", expr.span);
            for child in expr.children() {
                assert!(expr.span.start() <= child.span.start() && child.span.end() <= expr.span.end(), "{text}");
            }
        });
    }

    #[test]
    fn a_copy_is_equal(seed: u64, depth in 0usize..6) {
        let expr = parse(&Generator::new(seed).vector(depth));
        prop_assert_eq!(&expr.clone(), &expr);
    }
}

/// Parses, prints, copies, compares, walks and drops a long expression: none of that may recurse down its left side,
/// or take more than linear time, which with so many terms would take hours.
fn exercise(text: &str) {
    let expr = parse(text);
    let mut nodes = 0;
    expr.walk(&mut |_| nodes += 1);
    assert!(nodes > 0);
    assert_eq!(expr.clone(), expr);
    assert_eq!(parse(&expr.to_string()).value_type(), expr.value_type());
}

#[test]
fn chains_of_a_hundred_thousand_terms() {
    exercise(&vec!["1"; 100_000].join(" + "));
    exercise(&vec!["up"; 100_000].join(" or "));
    exercise(&vec!["x"; 10_000].join(" / ignoring (a) "));
    exercise(&vec!["1"; 10_000].join(" == bool "));
}

/// What can be put into itself: before, inside, after.
const SHAPES: [(&str, &str, &str, &str, &str); 10] = [
    ("", "(", "1", ")", ""),
    ("", "abs(", "x", ")", ""),
    ("", "sum(", "x", ")", ""),
    ("", "-", "x", "", ""),
    ("", "1 ^ ", "1", "", ""),
    ("", "x + (", "x", ")", ""),
    ("", "sum_over_time(", "x", "[1m:])", ""),
    ("", "", "x[5m:]", "[5m:]", ""),
    ("x[", "(", "1m", ")", "]"),
    ("x[1m", "", "", "+1m", "]"),
];

fn nested(levels: usize, (start, open, inner, close, end): (&str, &str, &str, &str, &str)) -> String {
    format!("{start}{}{inner}{}{end}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn nesting_is_bounded() {
    for shape in SHAPES {
        for levels in [MAX_NESTING, 1_000, 50_000] {
            let errors = promql::parse(&nested(levels, shape), &ParseOptions::all()).unwrap_err();
            assert_eq!(errors[0].message, "expression nests deeper than 256 levels", "{shape:?} {levels}");
        }
        // Subqueries of subqueries are no valid expression, and one level of some shapes is two of the tree.
        if !shape.3.contains("5m:") {
            exercise(&nested(MAX_NESTING / 2 - 1, shape));
        }
    }
}

#[test]
fn upstreams_deep_query_is_refused() {
    let text = format!("({}){}", "-{}-1".repeat(10_000), "[1m:]".repeat(1_000));
    assert!(promql::parse(&text, &ParseOptions::all()).is_err());
}

#[test]
fn an_offset_of_nothing_is_not_printed() {
    let printed = |text: &str| promql::parse(text, &ParseOptions::all()).unwrap().to_string();
    assert_eq!(printed("up offset 0"), "up");
    assert_eq!(printed("up offset 1e-300"), "up");
    // Upstream looks at nanoseconds and prints milliseconds.
    assert_eq!(printed("up offset 0.0005"), "up offset 0s");
}
