//! The canonical text of an expression (`promql/parser/printer.go`): what Prometheus shows, and evaluates in rules.

use std::fmt::{self, Display, Write};

use super::ast::*;
use crate::model::duration::format_duration;
use crate::model::gofmt::{self, FloatVerb, format_float, quote};
use crate::model::labels::METRIC_NAME;
use crate::source::Spanned;

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The left spine may be long: print its leaf first, then the rest of each operation on the way back.
        let mut pending = Vec::new();
        let mut expr = self;
        while let ExprKind::Binary(binary) = &expr.kind {
            pending.push(binary);
            expr = &binary.lhs;
        }
        print_operand(f, expr)?;
        for binary in pending.into_iter().rev() {
            write!(f, " {}", binary.op.symbol())?;
            if binary.bool_modifier.is_some() {
                f.write_str(" bool")?;
            }
            if let Some(matching) = &binary.matching {
                print_matching(f, matching)?;
            }
            write!(f, " {}", binary.rhs)?;
        }
        Ok(())
    }
}

/// Anything but a binary operation.
fn print_operand(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.kind {
        ExprKind::Number(number) => f.write_str(&number_text(number.value, number.is_duration)),
        ExprKind::String(string) => f.write_str(&quote(&string.value)),
        ExprKind::Vector(selector) => {
            print_selector(f, selector)?;
            print_at(f, &selector.modifiers)?;
            print_extension(f, &selector.modifiers)?;
            print_offset(f, &selector.modifiers)
        }
        ExprKind::Matrix(matrix) => {
            let selector = &matrix.selector.value;
            print_selector(f, selector)?;
            write!(f, "[{}]", TopLevel(&matrix.range))?;
            print_extension(f, &selector.modifiers)?;
            print_at(f, &selector.modifiers)?;
            print_offset(f, &selector.modifiers)
        }
        ExprKind::Subquery(subquery) => {
            write!(f, "{}[{}:", subquery.expr, TopLevel(&subquery.range))?;
            if let Some(step) = &subquery.step {
                TopLevel(step).fmt(f)?;
            }
            f.write_char(']')?;
            print_at(f, &subquery.modifiers)?;
            print_offset(f, &subquery.modifiers)
        }
        ExprKind::Unary(unary) => write!(f, "{}{}", if unary.negative { '-' } else { '+' }, unary.operand),
        ExprKind::Aggregate(aggregate) => print_aggregate(f, aggregate),
        ExprKind::Call(call) => {
            write!(f, "{}(", call.function.name)?;
            print_joined(f, &call.args)?;
            f.write_char(')')
        }
        ExprKind::Paren(inner) => write!(f, "({inner})"),
        // Taken care of by the caller.
        ExprKind::Binary(_) => write!(f, "{expr}"),
    }
}

fn print_joined(f: &mut fmt::Formatter<'_>, list: &[Expr]) -> fmt::Result {
    for (index, expr) in list.iter().enumerate() {
        f.write_str(if index > 0 { ", " } else { "" })?;
        expr.fmt(f)?;
    }
    Ok(())
}

fn print_aggregate(f: &mut fmt::Formatter<'_>, aggregate: &AggregateExpr) -> fmt::Result {
    f.write_str(aggregate.op.name())?;
    match &aggregate.grouping {
        Some(grouping) if grouping.without => {
            f.write_str(" without (")?;
            print_labels(f, &grouping.labels)?;
            f.write_str(") ")?;
        }
        Some(grouping) if !grouping.labels.is_empty() => {
            f.write_str(" by (")?;
            print_labels(f, &grouping.labels)?;
            f.write_str(") ")?;
        }
        _ => {}
    }
    f.write_char('(')?;
    if let Some(param) = &aggregate.param {
        write!(f, "{param}, ")?;
    }
    write!(f, "{})", aggregate.expr)
}

fn print_matching(f: &mut fmt::Formatter<'_>, matching: &VectorMatching) -> fmt::Result {
    let group = match matching.cardinality {
        Cardinality::ManyToOne => Some("group_left"),
        Cardinality::OneToMany => Some("group_right"),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if let Some(clause) = &matching.clause
        && (clause.on || !clause.labels.is_empty() || group.is_some())
    {
        f.write_str(if clause.on { " on (" } else { " ignoring (" })?;
        print_labels(f, &clause.labels)?;
        f.write_char(')')?;
    }
    if let Some(group) = group {
        write!(f, " {group} (")?;
        if let Some(include) = &matching.include {
            print_labels(f, &include.value)?;
        }
        f.write_char(')')?;
    }
    let value = |fill: f64| gofmt::format_v(fill);
    match (matching.fill_left, matching.fill_right) {
        (Some(left), Some(right)) if left == right => write!(f, " fill ({})", value(left)),
        (left, right) => {
            if let Some(left) = left {
                write!(f, " fill_left ({})", value(left))?;
            }
            right.map_or(Ok(()), |right| write!(f, " fill_right ({})", value(right)))
        }
    }
}

/// Labels between parentheses, quoted where Prometheus before 3.0 would not have known them as names.
fn print_labels(f: &mut fmt::Formatter<'_>, labels: &[Spanned<String>]) -> fmt::Result {
    for (index, label) in labels.iter().enumerate() {
        f.write_str(if index > 0 { ", " } else { "" })?;
        f.write_str(&label_text(&label.value))?;
    }
    Ok(())
}

fn label_text(name: &str) -> String {
    if is_plain_label(name) { name.to_owned() } else { quote(name.as_bytes()) }
}

/// Whether a label's name needs no quotes: letters, digits and `_`, no digit first.
pub fn is_plain_label(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Name and matchers. A name that was quoted inside the braces is a matcher like any other.
fn print_selector(f: &mut fmt::Formatter<'_>, selector: &VectorSelector) -> fmt::Result {
    let outer = selector.name.as_ref().filter(|_| selector.has_outer_name());
    let inner = selector.name.as_ref().filter(|_| outer.is_none());
    let mut matchers: Vec<String> = selector.matchers.iter().map(matcher_text).collect();
    matchers.extend(inner.map(|name| format!("{METRIC_NAME}={}", quote(name.value.as_bytes()))));
    matchers.sort_unstable();
    if let Some(name) = outer {
        f.write_str(&name.value)?;
    }
    if outer.is_none() || !matchers.is_empty() {
        write!(f, "{{{}}}", matchers.join(","))?;
    }
    Ok(())
}

/// `label="value"`.
fn matcher_text(matcher: &Matcher) -> String {
    format!("{}{}{}", label_text(&matcher.name.value), matcher.op.symbol(), quote(&matcher.value.value))
}

impl Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&matcher_text(self))
    }
}

fn print_at(f: &mut fmt::Formatter<'_>, modifiers: &Modifiers) -> fmt::Result {
    match modifiers.at.as_ref().map(|at| at.value) {
        Some(AtModifier::Timestamp(millis)) => {
            write!(f, " @ {}", format_float(millis as f64 / 1000.0, FloatVerb::Decimal, Some(3)))
        }
        Some(AtModifier::Start) => f.write_str(" @ start()"),
        Some(AtModifier::End) => f.write_str(" @ end()"),
        None => Ok(()),
    }
}

fn print_extension(f: &mut fmt::Formatter<'_>, modifiers: &Modifiers) -> fmt::Result {
    match modifiers.extension.as_ref().map(|extension| extension.value) {
        Some(RangeExtension::Anchored) => f.write_str(" anchored"),
        Some(RangeExtension::Smoothed) => f.write_str(" smoothed"),
        None => Ok(()),
    }
}

fn print_offset(f: &mut fmt::Formatter<'_>, modifiers: &Modifiers) -> fmt::Result {
    let Some(offset) = &modifiers.offset else { return Ok(()) };
    match offset.value.kind {
        // Upstream keeps nanoseconds, and prints no offset where they are zero.
        DurationKind::Literal { seconds, .. } if nanoseconds(seconds) == 0 => Ok(()),
        _ => write!(f, " offset {}", TopLevel(&offset.value)),
    }
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// A number of seconds as a number or as a duration.
fn number_text(value: f64, is_duration: bool) -> String {
    if is_duration { seconds_text(value) } else { format_float(value, FloatVerb::Decimal, None) }
}

/// Seconds as a duration, cut to milliseconds.
fn seconds_text(seconds: f64) -> String {
    format_duration((seconds * 1e9) as i64 / 1_000_000)
}

/// A duration that is a whole range, step or offset: a number of seconds is printed with units there.
struct TopLevel<'a>(&'a DurationExpr);

impl Display for TopLevel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            // Rounded, where a number elsewhere is cut: upstream turns what stands in brackets into nanoseconds.
            DurationKind::Literal { seconds, .. } => f.write_str(&format_duration(nanoseconds(seconds) / 1_000_000)),
            _ => self.0.fmt(f),
        }
    }
}

impl Display for DurationExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            DurationKind::Literal { seconds, is_duration } => f.write_str(&number_text(*seconds, *is_duration)),
            DurationKind::Step => f.write_str("step()"),
            DurationKind::Range => f.write_str("range()"),
            DurationKind::Unary { negative, operand } => write!(f, "{}{operand}", if *negative { "-" } else { "" }),
            DurationKind::Binary { op, lhs, rhs } => write!(f, "{lhs} {} {rhs}", op.symbol()),
            DurationKind::MinMax { max, lhs, rhs } => {
                write!(f, "{}({lhs}, {rhs})", if *max { "max_of" } else { "min_of" })
            }
            DurationKind::Paren(inner) => write!(f, "({inner})"),
        }
    }
}
