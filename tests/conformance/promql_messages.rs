//! What people read when an expression is wrong.

use promproof::promql::{self, ParseErrorKind, ParseOptions};

/// The errors as one might show them: Prometheus' line, the marked bytes, and the help.
fn errors(text: &str) -> String {
    let Err(errors) = promql::parse(text, &ParseOptions::default()) else { return "accepted".to_owned() };
    let mut out = String::new();
    for error in errors.into_iter().filter(|error| !error.is_consequence) {
        out.push_str(&format!("{}\n", error.upstream_text(text)));
        out.push_str(&format!(
            "  {text}\n  {}{}\n",
            " ".repeat(error.span.start()),
            "^".repeat(error.span.len().max(1))
        ));
        for place in error.related {
            out.push_str(&format!(
                "  {}{} {}\n",
                " ".repeat(place.span.start()),
                "-".repeat(place.span.len().max(1)),
                place.value
            ));
        }
        if let Some(help) = error.help {
            out.push_str(&format!("  help: {help}\n"));
        }
    }
    out
}

#[test]
fn names() {
    insta::assert_snapshot!(errors("ratee(x[5m])"), @r#"
    1:1: parse error: unknown function with name "ratee"
      ratee(x[5m])
      ^^^^^
      help: did you mean `rate`?
    "#);
    insta::assert_snapshot!(errors("RATE(x[5m])"), @r#"
    1:1: parse error: unknown function with name "RATE"
      RATE(x[5m])
      ^^^^
      help: names of functions are lower case: `rate`
    "#);
    insta::assert_snapshot!(errors("holt_winters(x[5m], 1, 1)"), @r#"
    1:1: parse error: unknown function with name "holt_winters"
      holt_winters(x[5m], 1, 1)
      ^^^^^^^^^^^^
      help: did you mean `double_exponential_smoothing`?
    "#);
    insta::assert_snapshot!(errors("qqq(x)"), @r#"
    1:1: parse error: unknown function with name "qqq"
      qqq(x)
      ^^^
    "#);
    insta::assert_snapshot!(errors("info(x)"), @r#"
    1:1: parse error: function "info" is not enabled
      info(x)
      ^^^^
      help: the function is experimental; Prometheus needs --enable-feature=promql-experimental-functions
    "#);
}

#[test]
fn operators() {
    insta::assert_snapshot!(errors("up = 1"), @r#"
    1:4: parse error: unexpected "="
      up = 1
         ^
      help: compare with `==`; a single `=` is for labels inside braces
    "#);
    insta::assert_snapshot!(errors("up && down"), @r#"
    1:4: parse error: unexpected character: '&'
      up && down
         ^
      help: write `and` instead of `&&`
    "#);
    insta::assert_snapshot!(errors("up || down"), @r#"
    1:4: parse error: unexpected character: '|'
      up || down
         ^
      help: write `or` instead of `||`
    "#);
    insta::assert_snapshot!(errors("!up"), @r#"
    1:1: parse error: unexpected character after '!': 'u'
      !up
      ^^
      help: there is no `!`; write `!=`, `unless`, or `!~` inside braces
    "#);
    insta::assert_snapshot!(errors("up =~ 1"), @r#"
    1:4: parse error: unexpected character after '=': '~'
      up =~ 1
         ^
      help: `=~` and `!~` compare labels inside braces: `metric{label=~"…"}`
    "#);
    insta::assert_snapshot!(errors("1 == 1"), @r#"
    1:3: parse error: comparisons between scalars must use BOOL modifier
      1 == 1
        ^^
      help: write `== bool`
    "#);
    insta::assert_snapshot!(errors("a == on(x) bool a"), @r#"
    1:12: parse error: unexpected <bool>
      a == on(x) bool a
                 ^^^^
      help: `bool` comes directly after the comparison operator
    "#);
    insta::assert_snapshot!(errors("a + group_left b"), @r#"
    1:5: parse error: unexpected <group_left>
      a + group_left b
          ^^^^^^^^^^
      help: write `on (…)` or `ignoring (…)` before it
    "#);
    insta::assert_snapshot!(errors("a / on(x) group_left(x) b"), @r#"
    1:3: parse error: label "x" must not occur in ON and GROUP clause at once
      a / on(x) group_left(x) b
        ^^^^^^^^^^^^^^^^^^^^^
             - matched here
                ------------- copied here
    "#);
    insta::assert_snapshot!(errors("up > 0 for 5m"), @r#"
    1:8: parse error: unexpected identifier "for"
      up > 0 for 5m
             ^^^
      help: `for` is a field of the alerting rule, not part of the expression
    "#);
    insta::assert_snapshot!(errors("up +"), @r#"
    1:5: parse error: unexpected end of input
      up +
          ^
      help: an operand is missing at the end
    "#);
    insta::assert_snapshot!(errors("up or 1"), @r#"
    1:1: parse error: set operator "or" not allowed in binary scalar expression
      up or 1
      ^^^^^^^
      help: turn the number into a vector with `vector(…)`
    "#);
    insta::assert_snapshot!(errors("a{} b"), @r#"
    1:5: parse error: unexpected identifier "b"
      a{} b
          ^
      help: an operator is missing before it
    "#);
}

#[test]
fn brackets() {
    insta::assert_snapshot!(errors("sum(rate(x[5m])"), @r#"
    1:16: parse error: unclosed left parenthesis
      sum(rate(x[5m])
                     ^
         - opened here
      help: add the missing `)`
    "#);
    insta::assert_snapshot!(errors("sum(x))"), @r#"
    1:8: parse error: unexpected right parenthesis ')'
      sum(x))
             ^
            - no parenthesis is open here
      help: remove the `)`, or add a `(` before
    "#);
    insta::assert_snapshot!(errors("up{job=\"api\""), @r#"
    1:13: parse error: unexpected end of input inside braces
      up{job="api"
                  ^
        - opened here
      help: add the missing `}`
    "#);
    insta::assert_snapshot!(errors("rate(x[5m"), @r#"
    1:10: parse error: unclosed left parenthesis
      rate(x[5m
               ^
          - opened here
            - not closed either
      help: add the missing `)`
    "#);
    insta::assert_snapshot!(errors("up}"), @r#"
    1:3: parse error: unexpected character: '}'
      up}
        ^
      help: there is no `{` that this `}` closes
    "#);
}

#[test]
fn aggregations() {
    insta::assert_snapshot!(errors("sum(up) by job"), @r#"
    1:12: parse error: unexpected identifier "job" in grouping opts, expected "("
      sum(up) by job
                 ^^^
      help: put the labels in parentheses: `(job)`
    "#);
    insta::assert_snapshot!(errors("sum by (a) by (b) (up)"), @r#"
    1:12: parse error: unexpected <by> in aggregation
      sum by (a) by (b) (up)
                 ^^
      help: `by (…)` belongs to an aggregation, once: `sum by (label) (…)`
    "#);
    insta::assert_snapshot!(errors("sum by (a) (up) by (b)"), @r#"
    1:17: parse error: unexpected <by>
      sum by (a) (up) by (b)
                      ^^
      help: `by (…)` belongs to an aggregation, once: `sum by (label) (…)`
    "#);
    insta::assert_snapshot!(errors("topk(up)"), @r#"
    1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1
      topk(up)
      ^^^^^^^^
      help: write `topk(5, metric)`
    "#);
    insta::assert_snapshot!(errors("sum(x y)"), @r#"
    1:7: parse error: unexpected identifier "y" in aggregation
      sum(x y)
            ^
      help: an operator is missing before it
    "#);
    insta::assert_snapshot!(errors("sum(rate(x))"), @r#"
    1:10: parse error: expected type range vector in call to function "rate", got instant vector
      sum(rate(x))
               ^
      help: add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`
    "#);
    insta::assert_snapshot!(errors("sum without (without) (x)"), @r#"
    1:14: parse error: unexpected <without> in grouping opts, expected label
      sum without (without) (x)
                   ^^^^^^^
    "#);
    insta::assert_snapshot!(errors("limitk(1, x)"), @r#"
    1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions
      limitk(1, x)
      ^^^^^^^^^^^^
    "#);
}

#[test]
fn types() {
    insta::assert_snapshot!(errors("rate(x)"), @r#"
    1:6: parse error: expected type range vector in call to function "rate", got instant vector
      rate(x)
           ^
      help: add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`
    "#);
    insta::assert_snapshot!(errors("abs(x[5m])"), @r#"
    1:5: parse error: expected type instant vector in call to function "abs", got range vector
      abs(x[5m])
          ^^^^^
      help: remove the range, or use a function over it: `rate(metric[5m])`, `avg_over_time(metric[5m])`
    "#);
    insta::assert_snapshot!(errors("histogram_quantile(\"0.9\", x)"), @r#"
    1:20: parse error: expected type scalar in call to function "histogram_quantile", got string
      histogram_quantile("0.9", x)
                         ^^^^^
      help: write the number without quotes
    "#);
    insta::assert_snapshot!(errors("clamp_max(x)"), @r#"
    1:1: parse error: expected 2 argument(s) in call to "clamp_max", got 1
      clamp_max(x)
      ^^^^^^^^^^^^
      help: the function is `clamp_max(instant vector, scalar)`
    "#);
    insta::assert_snapshot!(errors("round(x, 1, 2)"), @r#"
    1:1: parse error: expected at most 2 argument(s) in call to "round", got 3
      round(x, 1, 2)
      ^^^^^^^^^^^^^^
      help: the function is `round(instant vector, [scalar])`
    "#);
    insta::assert_snapshot!(errors("rate(sum(x)[5m])"), @r#"
    1:12: parse error: ranges only allowed for vector selectors
      rate(sum(x)[5m])
                 ^^^^
      help: for a range of an expression write a subquery: `[5m:]`
    "#);
    insta::assert_snapshot!(errors("x[5m] / y"), @r#"
    1:1: parse error: binary expression must contain only scalar and instant vector types
      x[5m] / y
      ^^^^^
      help: use a function over the range first: `rate(metric[5m])`, `avg_over_time(metric[5m])`
    "#);
    insta::assert_snapshot!(errors("-x[5m]"), @r#"
    1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"
      -x[5m]
      ^^^^^^
      help: negate the result of a function: `-rate(metric[5m])`
    "#);
    insta::assert_snapshot!(errors("x offset 5m [1h]"), @r#"
    1:13: parse error: no offset modifiers allowed before range
      x offset 5m [1h]
                  ^^^^
        --------- the offset
      help: write the range first: `metric[5m] offset 1h`
    "#);
    insta::assert_snapshot!(errors("rate(a) + rate(b)"), @r#"
    1:6: parse error: expected type range vector in call to function "rate", got instant vector
      rate(a) + rate(b)
           ^
      help: add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`
    1:16: parse error: expected type range vector in call to function "rate", got instant vector
      rate(a) + rate(b)
                     ^
      help: add a range to the metric, `metric[5m]`, or a subquery to the expression, `(…)[5m:]`
    "#);
}

#[test]
fn selectors() {
    insta::assert_snapshot!(errors("up{job=api}"), @r#"
    1:8: parse error: unexpected identifier "api" in label matching, expected string
      up{job=api}
             ^^^
      help: quote the value: `"api"`
    "#);
    insta::assert_snapshot!(errors("up{job=='api'}"), @r#"
    1:8: parse error: unexpected "=" in label matching, expected string
      up{job=='api'}
             ^
      help: inside braces labels are compared with a single `=`
    "#);
    insta::assert_snapshot!(errors("up{job='api}"), @r#"
    1:8: parse error: unterminated quoted string
      up{job='api}
             ^^^^^
      help: add the missing quote
    "#);
    insta::assert_snapshot!(errors("up{job=~\"(api\"}"), @r#"
    1:4: parse error: error parsing regexp: missing closing ): `(api`
      up{job=~"(api"}
         ^^^^^^^^^^^
               ---- here
      help: add the `)`, or write `\(` for a parenthesis
    "#);
    insta::assert_snapshot!(errors("up{job=~\"\\d+\"}"), @r#"
    1:9: parse error: unknown escape sequence U+0064 'd'
      up{job=~"\d+"}
              ^^^
               -- this escape
      help: in a regular expression write the backslash twice, or quote the text with backticks
    "#);
    insta::assert_snapshot!(errors("{job=~\".*\"}"), @r#"
    1:1: parse error: vector selector must contain at least one non-empty matcher
      {job=~".*"}
      ^^^^^^^^^^^
      help: add a metric name, or a matcher that does not match the empty text
    "#);
    insta::assert_snapshot!(errors("up{__name__=\"down\"}"), @r#"
    1:1: parse error: metric name must not be set twice: "up" or "down"
      up{__name__="down"}
      ^^^^^^^^^^^^^^^^^^^
         --------------- set again here
    "#);
    insta::assert_snapshot!(errors("up{job=a, env=b}"), @r#"
    1:8: parse error: unexpected identifier "a" in label matching, expected string
      up{job=a, env=b}
             ^
      help: quote the value: `"a"`
    1:15: parse error: unexpected identifier "b" in label matching, expected string
      up{job=a, env=b}
                    ^
      help: quote the value: `"b"`
    "#);
    insta::assert_snapshot!(errors("up{instance=\"$host\"} > $limit"), @r#"
    1:24: parse error: unexpected character: '$'
      up{instance="$host"} > $limit
                             ^
      help: variables of dashboards and templates are not part of an expression; write the value
    "#);
}

#[test]
fn durations() {
    insta::assert_snapshot!(errors("rate(x[5minutes])"), @r#"
    1:8: parse error: bad number or duration syntax: "5mi"
      rate(x[5minutes])
             ^^^
      help: a duration is made of whole numbers with units, the longest first: 1y 1w 1d 1h 1m 1s 1ms
    "#);
    insta::assert_snapshot!(errors("rate(x[1m1h])"), @r#"
    1:8: parse error: not a valid duration string: "1m1h"
      rate(x[1m1h])
             ^^^^
    "#);
    insta::assert_snapshot!(errors("rate(x[$__interval])"), @r#"
    1:8: parse error: unexpected character in duration expression: '$'
      rate(x[$__interval])
             ^
      help: variables of dashboards and templates are not part of an expression; write the value
    "#);
    insta::assert_snapshot!(errors("rate(x[0s])"), @r#"
    1:8: parse error: duration must be greater than 0
      rate(x[0s])
             ^^
    "#);
    insta::assert_snapshot!(errors("x offset"), @r#"
    1:9: parse error: unexpected end of input in offset, expected number, duration, step(), or range()
      x offset
              ^
      help: write a duration: `offset 5m`
    "#);
}

#[test]
fn feature_gates() {
    insta::assert_snapshot!(errors("x anchored"), @r#"
    1:1: parse error: anchored modifier is experimental and not enabled
      x anchored
      ^
      help: Prometheus needs --enable-feature=promql-extended-range-selectors
    "#);
    insta::assert_snapshot!(errors("x + fill(0) y"), @r#"
    1:1: parse error: binop fill modifiers are experimental and not enabled
      x + fill(0) y
      ^^^^^^^^^^^^^
          ------- used here
      help: Prometheus needs --enable-feature=promql-binop-fill-modifiers
    "#);
    let off = ParseOptions { duration_expressions: false, ..ParseOptions::default() };
    let message = |text| promql::parse(text, &off).err().map(|errors| errors[0].message.clone());
    assert_eq!(message("x[5m + 1m]").as_deref(), Some("experimental duration expression is not enabled"));
    assert_eq!(message("x[5m]"), None);
}

#[test]
fn positions_count_lines() {
    let text = "up\n  + ratee(x)";
    let error = promql::parse(text, &ParseOptions::default()).unwrap_err().remove(0);
    insta::assert_snapshot!(error.upstream_text(text), @r#"2:5: parse error: unknown function with name "ratee""#);
}

#[test]
fn errors_of_types_are_told_from_errors_of_syntax() {
    let kind = |text: &str| promql::parse(text, &ParseOptions::all()).unwrap_err()[0].kind;
    let types = [
        "rate(x)",
        "sum(x[5m])",
        "topk(x, x)",
        "-x[5m]",
        "x[5m] + 1",
        "1 < 2",
        "1 and x",
        "x + on (a) 1",
        "x + fill (0) 1",
        "(x + y)[5m]",
        "x[5m][10m:]",
        "info(x, 1)",
    ];
    let syntax = [
        "rate(x[5m]",
        "x =~ y",
        "rate(x[5m],)",
        "ratee(x)",
        "rate()",
        "{}",
        "x{a=~\"(\"}",
        "x + bool y",
        "x offset 5m[5m]",
        "x and fill (0) y",
        "x[5q]",
    ];
    for text in types {
        assert_eq!(kind(text), ParseErrorKind::Type, "{text}");
    }
    for text in syntax {
        assert_eq!(kind(text), ParseErrorKind::Syntax, "{text}");
    }
}
