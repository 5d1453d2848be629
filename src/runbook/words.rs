//! What an expression says, in plain words, for whoever writes the page about it.

use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{
    AggregateExpr, AggregateOp, BinaryExpr, BinaryOp, Call, DurationExpr, ExprKind, Grouping, MatchOp, VectorSelector,
};
use crate::source::words;

/// Deeper parts are shown as they are written.
const MAX_DEPTH: usize = 12;

/// What the expression asks for: the end of a sentence that begins with "when".
pub(super) fn condition(expr: &Expr) -> String {
    words_of(expr, 0)
}

fn words_of(expr: &Expr, depth: usize) -> String {
    if depth > MAX_DEPTH {
        return format!("`{expr}`");
    }
    let below = |expr: &Expr| words_of(expr, depth + 1);
    match &expr.kind {
        ExprKind::Number(_) => expr.to_string(),
        ExprKind::String(_) => format!("`{expr}`"),
        ExprKind::Vector(selector) => selected(selector),
        ExprKind::Matrix(matrix) => selected(&matrix.selector.value),
        ExprKind::Subquery(subquery) => below(&subquery.expr),
        ExprKind::Unary(unary) if unary.negative => format!("minus {}", below(&unary.operand)),
        ExprKind::Unary(unary) => below(&unary.operand),
        ExprKind::Paren(inner) => match &inner.kind {
            ExprKind::Binary(operation) if is_logic(operation.op) => format!("({})", below(inner)),
            _ => below(inner),
        },
        ExprKind::Binary(operation) => operation_in_words(operation, depth),
        ExprKind::Aggregate(aggregate) => aggregate_in_words(aggregate, depth),
        ExprKind::Call(call) => call_in_words(expr, call, depth),
    }
}

fn is_logic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
}

/// `` `http_requests_total` where `code` matches `5..` ``.
fn selected(selector: &VectorSelector) -> String {
    let name = match &selector.name {
        Some(name) => format!("`{}`", name.value),
        None => "any series".to_owned(),
    };
    let matchers: Vec<String> = selector
        .matchers
        .iter()
        .map(|matcher| {
            let (label, value) = (&matcher.name.value, String::from_utf8_lossy(&matcher.value.value).into_owned());
            match (matcher.op, value.as_str()) {
                (MatchOp::Equal, "") => format!("there is no label `{label}`"),
                (MatchOp::NotEqual, "") => format!("there is a label `{label}`"),
                (MatchOp::Equal, value) => format!("`{label}` is `{value}`"),
                (MatchOp::NotEqual, value) => format!("`{label}` is not `{value}`"),
                (MatchOp::Regex, value) => format!("`{label}` matches `{value}`"),
                (MatchOp::NotRegex, value) => format!("`{label}` does not match `{value}`"),
            }
        })
        .collect();
    let ago = selector.modifiers.offset.as_ref().and_then(|offset| offset.value.literal_ms());
    let ago = ago.map(|ms| format!(", {} before", format_duration(ms))).unwrap_or_default();
    match matchers.as_slice() {
        [] => format!("{name}{ago}"),
        matchers => format!("{name} where {}{ago}", matchers.join(" and ")),
    }
}

fn operation_in_words(operation: &BinaryExpr, depth: usize) -> String {
    let (left, right) = (words_of(&operation.lhs, depth + 1), words_of(&operation.rhs, depth + 1));
    let word = match operation.op {
        BinaryOp::Add => "plus",
        BinaryOp::Sub => "minus",
        BinaryOp::Mul => "times",
        BinaryOp::Div => "divided by",
        BinaryOp::Mod => "modulo",
        BinaryOp::Pow => "to the power of",
        BinaryOp::Equal => "is",
        BinaryOp::NotEqual => "is not",
        BinaryOp::Less => "is below",
        BinaryOp::LessEqual => "is at most",
        BinaryOp::Greater => "is above",
        BinaryOp::GreaterEqual => "is at least",
        BinaryOp::And => "and at the same time",
        BinaryOp::Or => "or",
        BinaryOp::Unless => "unless",
        BinaryOp::Atan2 | BinaryOp::TrimUpper | BinaryOp::TrimLower => operation.op.symbol(),
    };
    // What is made of several parts is read part by part.
    let is_long = matches!(operation.lhs.without_parens().kind, ExprKind::Binary(_));
    let comma = if is_long || is_logic(operation.op) || operation.op == BinaryOp::Div { "," } else { "" };
    format!("{left}{comma} {word} {right}")
}

fn aggregate_in_words(aggregate: &AggregateExpr, depth: usize) -> String {
    let inner = words_of(&aggregate.expr, depth + 1);
    let param = aggregate.param.as_ref().map(|param| words_of(param, depth + 1)).unwrap_or_default();
    let what = match aggregate.op {
        AggregateOp::Sum => "the sum".to_owned(),
        AggregateOp::Avg => "the average".to_owned(),
        AggregateOp::Min => "the lowest value".to_owned(),
        AggregateOp::Max => "the highest value".to_owned(),
        AggregateOp::Count => "the number of series".to_owned(),
        AggregateOp::Group => "the presence".to_owned(),
        AggregateOp::Stddev => "the standard deviation".to_owned(),
        AggregateOp::Stdvar => "the variance".to_owned(),
        AggregateOp::TopK => format!("the {param} highest values"),
        AggregateOp::BottomK => format!("the {param} lowest values"),
        AggregateOp::Quantile => format!("the {param} quantile"),
        AggregateOp::CountValues => "the number of series with each value".to_owned(),
        AggregateOp::LimitK | AggregateOp::LimitRatio => "a part".to_owned(),
    };
    let labels = |grouping: &Grouping| words::list(grouping.labels.iter().map(|label| &label.value));
    match &aggregate.grouping {
        Some(grouping) if grouping.labels.is_empty() && !grouping.without => format!("{what} of {inner}"),
        Some(grouping) if grouping.without && grouping.labels.is_empty() => {
            format!("{what}, for each series, of {inner}")
        }
        Some(grouping) if grouping.without => format!("{what}, over all {}, of {inner}", labels(grouping)),
        Some(grouping) => format!("{what}, for each {}, of {inner}", labels(grouping)),
        None => format!("{what} of {inner}"),
    }
}

fn call_in_words(expr: &Expr, call: &Call, depth: usize) -> String {
    let argument = |at: usize| call.args.get(at).map(|argument| words_of(argument, depth + 1)).unwrap_or_default();
    let over = |at: usize| match call.args.get(at).map(|argument| &argument.kind) {
        Some(ExprKind::Matrix(matrix)) => window(&matrix.range),
        Some(ExprKind::Subquery(subquery)) => window(&subquery.range),
        _ => String::new(),
    };
    match call.function.name {
        "rate" | "irate" => format!("the rate per second{} of {}", over(0), argument(0)),
        "increase" => format!("the growth{} of {}", over(0), argument(0)),
        "delta" | "idelta" => format!("the change{} of {}", over(0), argument(0)),
        "deriv" => format!("the slope per second{} of {}", over(0), argument(0)),
        "changes" => format!("how often{} the value changed of {}", over(0), argument(0)),
        "resets" => format!("how often{} there was a reset of {}", over(0), argument(0)),
        "predict_linear" => {
            let seconds = call.args.get(1).and_then(|argument| match &argument.kind {
                ExprKind::Number(number) => Some(format_duration((number.value * 1000.0) as i64)),
                _ => None,
            });
            let ahead = seconds.unwrap_or_else(|| format!("{} seconds", argument(1)));
            format!("the value in {ahead}, if it goes on as{}, of {}", over(0), argument(0))
        }
        "avg_over_time" => format!("the average{} of {}", over(0), argument(0)),
        "max_over_time" => format!("the highest value{} of {}", over(0), argument(0)),
        "min_over_time" => format!("the lowest value{} of {}", over(0), argument(0)),
        "sum_over_time" => format!("the sum{} of {}", over(0), argument(0)),
        "count_over_time" => format!("the number of samples{} of {}", over(0), argument(0)),
        "last_over_time" => format!("the last value{} of {}", over(0), argument(0)),
        "histogram_quantile" => format!("the {} quantile of {}", argument(0), argument(1)),
        "absent" => format!("there is no series {}", argument(0)),
        "absent_over_time" => format!("there was no series{} {}", over(0), argument(0)),
        "time" => "the time now".to_owned(),
        "timestamp" => format!("the time of the last sample of {}", argument(0)),
        "abs" => format!("the size of {}", argument(0)),
        "ceil" | "floor" | "round" | "scalar" | "sort" | "sort_desc" | "vector" => argument(0),
        "clamp_min" | "clamp_max" | "clamp" => argument(0),
        "label_replace" | "label_join" => argument(0),
        _ => format!("`{expr}`"),
    }
}

fn window(range: &DurationExpr) -> String {
    range.literal_ms().map(|ms| format!(" over {}", format_duration(ms))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
            "absent(up{job=\"node\"})",
            "predict_linear(free_bytes[1h], 4 * 3600) < 0 and on(instance, device) readonly == 0",
            "predict_linear(free_bytes[1h], 14400) < 0",
            "(time() - timestamp(x)) > 300 unless maintenance{team!=\"\"} == 1",
            "histogram_quantile(0.99, sum without (pod) (rate(b_bucket[5m]))) > 1",
            "max_over_time(x[1h:5m]) - x offset 1d >= 1e9",
            "topk(3, x) > 0 or vector(1)",
        ]
        .iter()
        .map(|expr| format!("{expr}\n  {}", says(expr)))
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        up == 0
          `up` is 0
        sum(rate(a_total{code=~"5.*"}[3m])) by (backend) / sum(rate(a_total[3m])) by (backend) * 100 > 5
          the sum, for each `backend`, of the rate per second over 3m of `a_total` where `code` matches `5.*`, divided by the sum, for each `backend`, of the rate per second over 3m of `a_total`, times 100, is above 5
        absent(up{job="node"})
          there is no series `up` where `job` is `node`
        predict_linear(free_bytes[1h], 4 * 3600) < 0 and on(instance, device) readonly == 0
          the value in 4 times 3600 seconds, if it goes on as over 1h, of `free_bytes` is below 0, and at the same time `readonly` is 0
        predict_linear(free_bytes[1h], 14400) < 0
          the value in 4h, if it goes on as over 1h, of `free_bytes` is below 0
        (time() - timestamp(x)) > 300 unless maintenance{team!=""} == 1
          the time now minus the time of the last sample of `x`, is above 300, unless `maintenance` where there is a label `team` is 1
        histogram_quantile(0.99, sum without (pod) (rate(b_bucket[5m]))) > 1
          the 0.99 quantile of the sum, over all `pod`, of the rate per second over 5m of `b_bucket` is above 1
        max_over_time(x[1h:5m]) - x offset 1d >= 1e9
          the highest value over 1h of `x` minus `x`, 1d before, is at least 1000000000
        topk(3, x) > 0 or vector(1)
          the 3 highest values of `x` is above 0, or 1
        "#);
        let deep = format!("{}x{}", "-(".repeat(100), ")".repeat(100));
        assert!(says(&deep).len() < 1000);
    }
}
