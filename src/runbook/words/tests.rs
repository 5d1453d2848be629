//! Expressions and what is said of them.

use super::condition;
use crate::promql::{ParseOptions, parse};

fn says(expr: &str) -> String {
    condition(&parse(expr, &ParseOptions::default()).unwrap())
}

#[test]
fn conditions_are_told_in_plain_words() {
    let told: Vec<String> = [
        "up == 0",
        "sum(rate(a_total{code=~\"5.*\"}[3m])) by (backend) / sum(rate(a_total[3m])) by (backend) * 100 > 5",
        "100 * (count by (job) (up == 0) / count by (job) (up)) > 10",
        "a - b / c > 1",
        "(a - b) / c > 1",
        "a - b - c > 1",
        "a > 0.9 < 1",
        "absent(up{job=\"node\"})",
        "predict_linear(free_bytes[6h], 24*60*60) < 0 and on(instance, device) readonly == 0",
        "(time() - timestamp(x)) > 300 unless maintenance{team!=\"\"} == 1",
        "cert_expiry_seconds - time() < 14 * 86400",
        "histogram_quantile(0.99, sum by (pod, le) (rate(b_seconds_bucket[5m]))) > 300",
        "max_over_time(x[1h:5m]) - x offset 1d >= 1e9",
        "topk(1, x) > 0 or vector(1)",
        "x{job=\"a\",code=~\"500|502\"} > y{job=\"a\"} and changes(z{job=\"a\",pod!~\"\"}[10m]) == 0 and u{job=\"a\"} != 1",
        "sum by (c) (a unless on (c) b) > 3 * 0.01 or sum(up == bool 1) < 2 or absent(k)",
        "group by (namespace) (ALERTS{severity=\"info\"} == 1) unless on (namespace) ALERTS == 1",
        "vector(1)",
        "ALERTS{severity=~\".+\"}",
        "count by (s) (count_values by (s) (\"h\", config_hash)) != 1",
    ]
    .iter()
    .map(|expr| format!("{expr}\n  {}", says(expr)))
    .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    up == 0
      `up` is 0
    sum(rate(a_total{code=~"5.*"}[3m])) by (backend) / sum(rate(a_total[3m])) by (backend) * 100 > 5
      the sum, for each `backend`, of the rate per second over 3m of `a_total` where `code` matches `5.*`, divided by the sum, for each `backend`, of the rate per second over 3m of `a_total`, in percent, is above 5
    100 * (count by (job) (up == 0) / count by (job) (up)) > 10
      the number of series, for each `job`, of `up` (only where that is 0), divided by the number of series, for each `job`, of `up`, in percent, is above 10
    a - b / c > 1
      `a` minus (`b` divided by `c`) is above 1
    (a - b) / c > 1
      (`a` minus `b`) divided by `c` is above 1
    a - b - c > 1
      `a` minus `b` minus `c` is above 1
    a > 0.9 < 1
      `a` is above 0.9 and is below 1
    absent(up{job="node"})
      there is no series `up` where `job` is `node`
    predict_linear(free_bytes[6h], 24*60*60) < 0 and on(instance, device) readonly == 0
      what will be in 1d, if it goes on as over 6h, of `free_bytes` is below 0, and at the same time `readonly` is 0, for the same `instance` and `device`
    (time() - timestamp(x)) > 300 unless maintenance{team!=""} == 1
      the time since the last sample of `x` is above 300 (5m), and at the same time not: `maintenance` where there is a label `team` is 1
    cert_expiry_seconds - time() < 14 * 86400
      the time until `cert_expiry_seconds` is below 1209600 (2w)
    histogram_quantile(0.99, sum by (pod, le) (rate(b_seconds_bucket[5m]))) > 300
      the 0.99 quantile over 5m, for each `pod`, of `b_seconds` is above 300 (5m)
    max_over_time(x[1h:5m]) - x offset 1d >= 1e9
      the highest value over 1h of `x` minus `x` (1d before) is at least 1000000000
    topk(1, x) > 0 or vector(1)
      the highest value of `x` is above 0, or its rule is evaluated: the expression always has a result
    x{job="a",code=~"500|502"} > y{job="a"} and changes(z{job="a",pod!~""}[10m]) == 0 and u{job="a"} != 1
      all of this holds at the same time for series where `job` is `a`:

    - `x` where `code` is `500` or `502` is above `y`
    - the number of changes over 10m of `z` where there is a label `pod` is 0
    - `u` is not 1
    sum by (c) (a unless on (c) b) > 3 * 0.01 or sum(up == bool 1) < 2 or absent(k)
      one of these holds:

    - the sum, for each `c`, of `a` (except where there is a series `b`, whatever its value) is above 0.03
    - the sum of 1 where `up` is 1, else 0 is below 2
    - there is no series `k`
    group by (namespace) (ALERTS{severity="info"} == 1) unless on (namespace) ALERTS == 1
      all of this holds at the same time:

    - there is a series, for each `namespace`, of `ALERTS` where `severity` is `info` (only where that is 1)
    - not: `ALERTS` is 1, for the same `namespace`
    vector(1)
      its rule is evaluated: the expression always has a result
    ALERTS{severity=~".+"}
      there is a series `ALERTS` where there is a label `severity`, whatever its value
    count by (s) (count_values by (s) ("h", config_hash)) != 1
      the number of different values, for each `s`, of `config_hash` is not 1
    "#);
}

#[test]
fn deep_and_long_expressions_are_told_within_bounds() {
    let deep = format!("{}x{}", "-(".repeat(100), ")".repeat(100));
    assert!(says(&deep).len() < 1000);
    let long = |op: &str| vec!["x > 1"; 5_000].join(op);
    for op in [" and ", " or ", " unless "] {
        assert!(says(&long(op)).len() < 200_000);
    }
    assert!(says(&format!("{} > 1", vec!["x"; 5_000].join(" + "))).len() < 200_000);
    assert!(says(&format!("{} > 1", vec!["1"; 5_000].join(" + ")).replace("> 1", "> x")).len() < 200_000);
}
