//! What an expression says, in plain words, for whoever writes the page about it.

mod selector;
#[cfg(test)]
mod tests;
mod value;

use selector::{matchers_in_words, shared};
use value::{constant, number, seconds_in_words};

use crate::model::duration::format_duration;
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, ExprKind, Matcher};
use crate::source::words;

/// Deeper parts are shown as they are written.
const MAX_DEPTH: usize = 24;
/// Two conditions of fewer bytes stand in one sentence; others are a list.
const SHORT: usize = 140;
/// More conditions than these are not told apart.
const MAX_PARTS: usize = 12;

/// What the expression asks for: the end of a sentence that begins with "when". Several conditions are a list in
/// Markdown.
pub(super) fn condition(expr: &Expr) -> String {
    let speaker = Speaker { hidden: shared(expr) };
    let among = match speaker.hidden.as_slice() {
        [] => String::new(),
        hidden => format!("for series where {}", matchers_in_words(hidden.iter().copied())),
    };
    let op = match &expr.without_parens().kind {
        ExprKind::Binary(operation) if operation.op == BinaryOp::Or => BinaryOp::Or,
        _ => BinaryOp::And,
    };
    let parts = speaker.parts(expr, op);
    let lead = if op == BinaryOp::Or { "one of these holds" } else { "all of this holds at the same time" };
    let comma = if among.is_empty() { String::new() } else { format!("{among} ") };
    match parts.as_slice() {
        [only] => format!("{comma}{only}"),
        [first, second] if first.len() + second.len() <= SHORT => {
            let word = if op == BinaryOp::Or { "or" } else { "and at the same time" };
            format!("{comma}{first}, {word} {second}")
        }
        parts => {
            let space = if among.is_empty() { "" } else { " " };
            format!("{lead}{space}{among}:\n\n- {}", parts.join("\n- "))
        }
    }
}

/// Says what parts of an expression mean.
struct Speaker<'e> {
    /// The matchers that all selectors have, which are told once.
    hidden: Vec<&'e Matcher>,
}

impl Speaker<'_> {
    /// The conditions that `op` connects, `unless` among those of `and`.
    fn parts(&self, expr: &Expr, op: BinaryOp) -> Vec<String> {
        let mut parts = Vec::new();
        let mut rest = expr.without_parens();
        // Chains lean to the left.
        while let ExprKind::Binary(operation) = &rest.kind {
            let is_connected = operation.op == op || op == BinaryOp::And && operation.op == BinaryOp::Unless;
            if !is_connected || parts.len() + 1 >= MAX_PARTS {
                break;
            }
            let right = self.condition(&operation.rhs, 1);
            let same = same_labels(operation);
            parts.push(match operation.op {
                BinaryOp::Unless => format!("not: {right}{same}"),
                _ => format!("{right}{same}"),
            });
            rest = operation.lhs.without_parens();
        }
        parts.push(self.condition(rest, 1));
        parts.reverse();
        parts
    }

    /// What holds where the expression has a result.
    fn condition(&self, expr: &Expr, depth: usize) -> String {
        let expr = expr.without_parens();
        if depth > MAX_DEPTH {
            return format!("`{expr}` has a result");
        }
        match &expr.kind {
            ExprKind::Binary(operation) if is_filter(operation) => {
                let predicate = self.predicate(operation, depth);
                match &operation.lhs.without_parens().kind {
                    // `a > 1 < 5`
                    ExprKind::Binary(inner) if is_filter(inner) => {
                        format!("{} and {predicate}", self.condition(&operation.lhs, depth + 1))
                    }
                    _ => {
                        let value = self.value(&operation.lhs, depth + 1);
                        let comma = if value.ends_with("in percent") { "," } else { "" };
                        format!("{value}{comma} {predicate}")
                    }
                }
            }
            ExprKind::Binary(operation) if is_logic(operation.op) => {
                let left = self.condition(&operation.lhs, depth + 1);
                let (right, same) = (self.condition(&operation.rhs, depth + 1), same_labels(operation));
                match operation.op {
                    BinaryOp::Or => format!("either {left}, or {right}"),
                    BinaryOp::Unless => format!("{left}, but not {right}{same}"),
                    _ => format!("{left}, and at the same time {right}{same}"),
                }
            }
            ExprKind::Call(call) if call.function.name == "absent" => {
                let argument = call.args.first().map(|argument| self.value(argument, depth + 1)).unwrap_or_default();
                format!("there is no series {argument}")
            }
            ExprKind::Call(call) if call.function.name == "absent_over_time" => {
                let (over, argument) = self.over(call, depth);
                format!("there was no series {argument}{over}")
            }
            ExprKind::Call(call)
                if call.function.name == "vector" && call.args.iter().all(|x| constant(x).is_some()) =>
            {
                "its rule is evaluated: the expression always has a result".to_owned()
            }
            ExprKind::Vector(_) => format!("there is a series {}, whatever its value", self.value(expr, depth + 1)),
            _ if constant(expr).is_some() => "its rule is evaluated: the expression always has a result".to_owned(),
            ExprKind::Aggregate(aggregate) if aggregate.op == AggregateOp::Group => {
                format!("there is {}", self.value(expr, depth + 1))
            }
            _ => format!("there is {}, whatever its value", self.value(expr, depth + 1)),
        }
    }

    /// `is above 5`.
    fn predicate(&self, operation: &BinaryExpr, depth: usize) -> String {
        let word = match operation.op {
            BinaryOp::Equal => "is",
            BinaryOp::NotEqual => "is not",
            BinaryOp::Less => "is below",
            BinaryOp::LessEqual => "is at most",
            BinaryOp::Greater => "is above",
            _ => "is at least",
        };
        let right = match constant(&operation.rhs) {
            Some(value) => {
                let time = seconds_in_words(&operation.lhs, value).map(|ms| format!(" ({})", format_duration(ms)));
                format!("{}{}", number(value), time.unwrap_or_default())
            }
            None => self.value(&operation.rhs, depth + 1),
        };
        format!("{word} {right}")
    }
}

/// ` for the same `job``, where a connection says which labels it is about.
fn same_labels(operation: &BinaryExpr) -> String {
    let clause = operation.matching.as_ref().and_then(|matching| matching.clause.as_ref());
    match clause {
        Some(clause) if clause.on && !clause.labels.is_empty() => {
            format!(", for the same {}", words::list(clause.labels.iter().map(|label| &label.value)))
        }
        _ => String::new(),
    }
}

fn is_logic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
}

/// Whether it leaves out what it does not hold for.
fn is_filter(operation: &BinaryExpr) -> bool {
    is_comparison(operation.op) && operation.bool_modifier.is_none()
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}
