//! What the value of an expression is, in words.

use super::{Speaker, is_comparison, is_filter, is_logic};
use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{
    AggregateExpr, AggregateOp, BinaryExpr, BinaryOp, Call, DurationExpr, ExprKind, Grouping, MatrixSelector,
};
use crate::source::words;

use super::MAX_DEPTH;

impl Speaker<'_> {
    /// The value, as the subject of a sentence.
    pub(super) fn value(&self, expr: &Expr, depth: usize) -> String {
        let expr = expr.without_parens();
        if depth > MAX_DEPTH {
            return format!("`{expr}`");
        }
        if let Some(value) = constant(expr) {
            return number(value);
        }
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::String(_) => format!("`{expr}`"),
            ExprKind::Vector(selector) => self.selected(selector),
            ExprKind::Matrix(matrix) => self.selected(&matrix.selector.value),
            ExprKind::Subquery(subquery) => self.value(&subquery.expr, depth + 1),
            ExprKind::Unary(unary) if unary.negative => format!("minus {}", self.operand(&unary.operand, depth)),
            ExprKind::Unary(unary) => self.value(&unary.operand, depth + 1),
            ExprKind::Paren(inner) => self.value(inner, depth + 1),
            ExprKind::Binary(operation) => self.operation(operation, depth),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, depth),
            ExprKind::Call(call) => self.call(expr, call, depth),
        }
    }

    /// A value beside an operator: what has operators itself stands in parentheses.
    fn operand(&self, expr: &Expr, depth: usize) -> String {
        let value = self.value(expr, depth + 1);
        let is_made = matches!(expr.without_parens().kind, ExprKind::Binary(_)) && constant(expr).is_none();
        if is_made { format!("({value})") } else { value }
    }

    fn operation(&self, operation: &BinaryExpr, depth: usize) -> String {
        if is_logic(operation.op) {
            let left = self.value(&operation.lhs, depth + 1);
            return match operation.op {
                BinaryOp::And => format!("{left} (only where {})", self.condition(&operation.rhs, depth + 1)),
                BinaryOp::Unless => format!("{left} (except where {})", self.condition(&operation.rhs, depth + 1)),
                _ => format!("{left}, or else {}", self.value(&operation.rhs, depth + 1)),
            };
        }
        if is_filter(operation) {
            let predicate = self.predicate(operation, depth);
            return format!("{} (only where that {predicate})", self.value(&operation.lhs, depth + 1));
        }
        if is_comparison(operation.op) {
            let predicate = self.predicate(operation, depth);
            return format!("1 where {} {predicate}, else 0", self.value(&operation.lhs, depth + 1));
        }
        if let Some(share) = share(operation) {
            return format!("{}, in percent", self.value(share, depth + 1));
        }
        // Of a chain that leans to the left everything has the same rank.
        let is_chain = match &operation.lhs.without_parens().kind {
            ExprKind::Binary(left) => {
                let of_sum = |op: BinaryOp| matches!(op, BinaryOp::Add | BinaryOp::Sub);
                of_sum(operation.op) && of_sum(left.op) || operation.op == BinaryOp::Mul && left.op == BinaryOp::Mul
            }
            _ => false,
        };
        let left = if is_chain { self.value(&operation.lhs, depth + 1) } else { self.operand(&operation.lhs, depth) };
        let right = self.operand(&operation.rhs, depth);
        match operation.op {
            BinaryOp::Sub if is_now(&operation.lhs) => format!("the time since {right}"),
            BinaryOp::Sub if is_now(&operation.rhs) => format!("the time until {left}"),
            BinaryOp::Add => format!("{left} plus {right}"),
            BinaryOp::Sub => format!("{left} minus {right}"),
            BinaryOp::Mul => format!("{left} times {right}"),
            // What is long is read part by part.
            BinaryOp::Div if left.contains(" of ") => format!("{left}, divided by {right}"),
            BinaryOp::Div => format!("{left} divided by {right}"),
            BinaryOp::Mod => format!("{left} modulo {right}"),
            BinaryOp::Pow => format!("{left} to the power of {right}"),
            op => format!("{left} {} {right}", op.symbol()),
        }
    }

    fn aggregate(&self, aggregate: &AggregateExpr, depth: usize) -> String {
        let param = aggregate.param.as_ref().map(|param| self.value(param, depth + 1)).unwrap_or_default();
        // `count(count_values("x", …))`
        if let (AggregateOp::Count, ExprKind::Aggregate(values)) = (aggregate.op, &aggregate.expr.without_parens().kind)
            && values.op == AggregateOp::CountValues
        {
            let grouping = grouped(aggregate.grouping.as_ref());
            return format!("the number of different values{grouping} of {}", self.value(&values.expr, depth + 1));
        }
        let what = match aggregate.op {
            AggregateOp::Sum => "the sum".to_owned(),
            AggregateOp::Avg => "the average".to_owned(),
            AggregateOp::Min => "the lowest value".to_owned(),
            AggregateOp::Max => "the highest value".to_owned(),
            AggregateOp::Count => "the number of series".to_owned(),
            AggregateOp::Group => "a series".to_owned(),
            AggregateOp::Stddev => "the standard deviation".to_owned(),
            AggregateOp::Stdvar => "the variance".to_owned(),
            AggregateOp::TopK if param == "1" => "the highest value".to_owned(),
            AggregateOp::BottomK if param == "1" => "the lowest value".to_owned(),
            AggregateOp::TopK => format!("the {param} highest values"),
            AggregateOp::BottomK => format!("the {param} lowest values"),
            AggregateOp::Quantile => format!("the {param} quantile"),
            AggregateOp::CountValues => "the number of series with each value".to_owned(),
            AggregateOp::LimitK | AggregateOp::LimitRatio => "a part".to_owned(),
        };
        let (grouping, inner) = (grouped(aggregate.grouping.as_ref()), self.value(&aggregate.expr, depth + 1));
        format!("{what}{grouping} of {inner}")
    }

    /// The window that a function looks at, and what it looks at.
    pub(super) fn over(&self, call: &Call, depth: usize) -> (String, String) {
        let argument = call.args.iter().find(|argument| range(argument).is_some()).or(call.args.first());
        let over = argument.and_then(range).and_then(|range| range.literal_ms());
        let over = over.map(|ms| format!(" over {}", format_duration(ms))).unwrap_or_default();
        (over, argument.map(|argument| self.value(argument, depth + 1)).unwrap_or_default())
    }

    fn call(&self, expr: &Expr, call: &Call, depth: usize) -> String {
        let argument =
            |at: usize| call.args.get(at).map(|argument| self.value(argument, depth + 1)).unwrap_or_default();
        let (over, what) = self.over(call, depth);
        match call.function.name {
            "rate" | "irate" => format!("the rate per second{over} of {what}"),
            "increase" => format!("the growth{over} of {what}"),
            "delta" | "idelta" => format!("the change{over} of {what}"),
            "deriv" => format!("the slope per second{over} of {what}"),
            "changes" => format!("the number of changes{over} of {what}"),
            "resets" => format!("the number of resets{over} of {what}"),
            "predict_linear" => {
                let ahead = call.args.get(1).and_then(constant);
                let ahead = ahead.map_or_else(|| format!("{} seconds", argument(1)), seconds);
                format!("what will be in {ahead}, if it goes on as{over}, of {what}")
            }
            "avg_over_time" => format!("the average{over} of {what}"),
            "max_over_time" => format!("the highest value{over} of {what}"),
            "min_over_time" => format!("the lowest value{over} of {what}"),
            "sum_over_time" => format!("the sum{over} of {what}"),
            "count_over_time" => format!("the number of samples{over} of {what}"),
            "last_over_time" => format!("the last value{over} of {what}"),
            "stddev_over_time" => format!("the standard deviation{over} of {what}"),
            "quantile_over_time" => format!("the {} quantile{over} of {what}", argument(0)),
            "histogram_quantile" => self.quantile(call, depth),
            "absent" | "absent_over_time" => format!("1 where there is no series {what}{over}"),
            "time" => "the time now".to_owned(),
            "timestamp" => format!("the last sample of {what}"),
            "abs" => format!("the size of {what}"),
            "ceil" | "floor" | "round" | "scalar" | "sort" | "sort_desc" | "vector" => argument(0),
            "clamp_min" | "clamp_max" | "clamp" | "label_replace" | "label_join" => argument(0),
            _ => format!("`{expr}`"),
        }
    }

    /// A quantile of a histogram: of its rate, whatever is added up on the way.
    fn quantile(&self, call: &Call, depth: usize) -> String {
        let quantile = call.args.first().map(|argument| self.value(argument, depth + 1)).unwrap_or_default();
        let Some(histogram) = call.args.get(1) else { return String::new() };
        let (grouping, inner) = match &histogram.without_parens().kind {
            ExprKind::Aggregate(sum) if sum.op == AggregateOp::Sum => (sum.grouping.as_ref(), &sum.expr),
            _ => (None, histogram),
        };
        let grouping = grouped(without_le(grouping).as_ref());
        if let ExprKind::Call(rate) = &inner.without_parens().kind
            && matches!(rate.function.name, "rate" | "irate" | "increase")
        {
            let (over, what) = self.over(rate, depth);
            return format!("the {quantile} quantile{over}{grouping} of {}", what.replacen("_bucket`", "`", 1));
        }
        format!("the {quantile} quantile{grouping} of {}", self.value(inner, depth + 1))
    }
}

/// The grouping without the bounds of buckets, which are no grouping.
fn without_le(grouping: Option<&Grouping>) -> Option<Grouping> {
    let mut grouping = grouping?.clone();
    grouping.labels.retain(|label| label.value != "le");
    Some(grouping)
}

/// `, for each `job`,`.
fn grouped(grouping: Option<&Grouping>) -> String {
    let Some(grouping) = grouping else { return String::new() };
    let labels = words::list(grouping.labels.iter().map(|label| &label.value));
    match (grouping.labels.is_empty(), grouping.without) {
        (true, true) => ", for each series,".to_owned(),
        (true, false) => String::new(),
        (false, true) => format!(", over all {labels},"),
        (false, false) => format!(", for each {labels},"),
    }
}

fn range(expr: &Expr) -> Option<&DurationExpr> {
    match &expr.kind {
        ExprKind::Matrix(matrix) => {
            let MatrixSelector { range, .. } = &**matrix;
            Some(range)
        }
        ExprKind::Subquery(subquery) => Some(&subquery.range),
        _ => None,
    }
}

fn is_now(expr: &Expr) -> bool {
    matches!(&expr.without_parens().kind, ExprKind::Call(call) if call.function.name == "time")
}

/// What is multiplied by 100 and is a quotient.
fn share(operation: &BinaryExpr) -> Option<&Expr> {
    if operation.op != BinaryOp::Mul {
        return None;
    }
    let is_quotient =
        |expr: &&Expr| matches!(&expr.without_parens().kind, ExprKind::Binary(inner) if inner.op == BinaryOp::Div);
    let sides = [(&operation.lhs, &operation.rhs), (&operation.rhs, &operation.lhs)];
    let found = sides.into_iter().find(|(_, factor)| constant(factor) == Some(100.0));
    found.map(|(quotient, _)| quotient).filter(is_quotient)
}

/// The value of what is made of numbers only.
pub(super) fn constant(expr: &Expr) -> Option<f64> {
    constant_within(expr, MAX_DEPTH)
}

fn constant_within(expr: &Expr, depth: usize) -> Option<f64> {
    let depth = depth.checked_sub(1)?;
    match &expr.without_parens().kind {
        ExprKind::Number(number) => Some(number.value),
        ExprKind::Unary(unary) if unary.negative => constant_within(&unary.operand, depth).map(|value| -value),
        ExprKind::Binary(operation) => {
            // The right side is the shorter one of a chain.
            let right = constant_within(&operation.rhs, depth)?;
            let left = constant_within(&operation.lhs, depth)?;
            match operation.op {
                BinaryOp::Add => Some(left + right),
                BinaryOp::Sub => Some(left - right),
                BinaryOp::Mul => Some(left * right),
                BinaryOp::Div => Some(left / right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A number, without the dust of calculating in binary.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.9}");
    let plain = rounded.trim_end_matches('0').trim_end_matches('.');
    match plain.parse::<f64>() {
        Ok(close) if value.is_finite() && (close - value).abs() <= value.abs() * 1e-9 => plain.to_owned(),
        _ => value.to_string(),
    }
}

/// `4h`.
fn seconds(value: f64) -> String {
    let ms = value * 1000.0;
    if (1.0..9e15).contains(&ms) { format_duration(ms as i64) } else { format!("{} seconds", number(value)) }
}

/// The milliseconds of a number of seconds, where the expression that it is compared with is in seconds and people count
/// that in something else.
pub(super) fn seconds_in_words(expr: &Expr, value: f64) -> Option<i64> {
    let is_long = (120.0..1e11).contains(&value) && value.fract() == 0.0;
    (is_long && is_in_seconds(expr, MAX_DEPTH)).then_some((value * 1000.0) as i64)
}

fn is_in_seconds(expr: &Expr, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let of_name = |name: &str| name.ends_with("_seconds") || name.ends_with("_seconds_bucket");
    let named = |name: Option<&crate::source::Spanned<Box<str>>>| name.is_some_and(|name| of_name(&name.value));
    match &expr.without_parens().kind {
        ExprKind::Vector(selector) => named(selector.name.as_ref()),
        ExprKind::Matrix(matrix) => named(matrix.selector.value.name.as_ref()),
        ExprKind::Subquery(subquery) => is_in_seconds(&subquery.expr, depth),
        ExprKind::Aggregate(aggregate) => {
            use AggregateOp::{Avg, BottomK, Max, Min, Quantile, Sum, TopK};
            matches!(aggregate.op, Avg | BottomK | Max | Min | Quantile | Sum | TopK)
                && is_in_seconds(&aggregate.expr, depth)
        }
        ExprKind::Binary(operation) if operation.op == BinaryOp::Sub => {
            is_now(&operation.lhs) || is_now(&operation.rhs) || is_in_seconds(&operation.lhs, depth)
        }
        ExprKind::Call(call) => match call.function.name {
            "histogram_quantile" => call.args.get(1).is_some_and(|histogram| match &histogram.without_parens().kind {
                ExprKind::Aggregate(sum) => is_rate_in_seconds(&sum.expr),
                _ => is_rate_in_seconds(histogram),
            }),
            "max_over_time" | "min_over_time" | "avg_over_time" | "last_over_time" | "delta" => {
                call.args.first().is_some_and(|argument| is_in_seconds(argument, depth))
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_rate_in_seconds(expr: &Expr) -> bool {
    match &expr.without_parens().kind {
        ExprKind::Call(call) => call.args.first().is_some_and(|argument| is_in_seconds(argument, 1)),
        _ => is_in_seconds(expr, 1),
    }
}
