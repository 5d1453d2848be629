//! What an alert's expression compares: the part of it that is worth a chart.
//!
//! `a > 5 and b < 3` is two comparisons. Of each the left side is drawn, because it has a value also where the
//! comparison is false, which is where one wonders why an alert does not fire.

use super::Threshold;
use crate::promql::Expr;
use crate::promql::ast::{BinaryExpr, BinaryOp, ExprKind};

/// A part of an expression to draw.
#[derive(Debug)]
pub(super) struct Comparison<'e> {
    /// The expression whose values are drawn.
    pub(super) operand: &'e Expr,
    /// What they are compared with.
    pub(super) with: With<'e>,
}

/// What values are compared with.
#[derive(Debug)]
pub(super) enum With<'e> {
    Nothing,
    Constant(Threshold),
    Other(BinaryOp, &'e Expr),
}

/// The comparisons that `and`, `or` and `unless` join in `expr`, from left to right; an operand of these that compares
/// nothing stands for itself. Comparisons inside the arithmetic of an operand, `(a > b) * on () c > 0`, follow it.
pub(super) fn of(expr: &Expr) -> Vec<Comparison<'_>> {
    let mut found = Vec::new();
    // Whether a part decides itself, or is an operand of one that does.
    let mut pending = vec![(expr, true)];
    while let Some((expr, decides)) = pending.pop() {
        let expr = expr.without_parens();
        match &expr.kind {
            ExprKind::Binary(binary) if binary.op.is_set() => {
                pending.extend([(&binary.rhs, decides), (&binary.lhs, decides)]);
            }
            ExprKind::Binary(binary) => {
                if binary.op.is_comparison() && binary.bool_modifier.is_none() {
                    found.push(comparison(binary));
                } else if decides {
                    found.push(Comparison { operand: expr, with: With::Nothing });
                }
                pending.extend([(&binary.rhs, false), (&binary.lhs, false)]);
            }
            _ if decides => found.push(Comparison { operand: expr, with: With::Nothing }),
            _ => {}
        }
    }
    found
}

fn comparison(binary: &BinaryExpr) -> Comparison<'_> {
    let (lhs, rhs) = (binary.lhs.without_parens(), binary.rhs.without_parens());
    if let Some(value) = constant(rhs) {
        return Comparison { operand: lhs, with: With::Constant(Threshold { op: binary.op, value }) };
    }
    match constant(lhs) {
        Some(value) => {
            let with = With::Constant(Threshold { op: binary.op.mirrored(), value });
            Comparison { operand: rhs, with }
        }
        None => Comparison { operand: lhs, with: With::Other(binary.op, rhs) },
    }
}

/// The value of an expression that is arithmetic on numbers: `5`, `-1`, `8 * 1024 * 1024`.
fn constant(expr: &Expr) -> Option<f64> {
    // The left spine may be long; what stands to its right is not deep.
    let mut operations = Vec::new();
    let mut innermost = expr.without_parens();
    while let ExprKind::Binary(binary) = &innermost.kind {
        operations.push((binary.op, &binary.rhs));
        innermost = binary.lhs.without_parens();
    }
    let first = match &innermost.kind {
        ExprKind::Number(number) => number.value,
        ExprKind::Unary(unary) => constant(&unary.operand).map(|value| if unary.negative { -value } else { value })?,
        _ => return None,
    };
    operations.into_iter().rev().try_fold(first, |left, (op, right)| {
        let right = constant(right)?;
        Some(match op {
            BinaryOp::Add => left + right,
            BinaryOp::Sub => left - right,
            BinaryOp::Mul => left * right,
            BinaryOp::Div => left / right,
            BinaryOp::Mod => left % right,
            BinaryOp::Pow => left.powf(right),
            _ => return None,
        })
    })
}

impl Threshold {
    /// Whether the comparison is true for `value`.
    pub fn passes(&self, value: f64) -> bool {
        match self.op {
            BinaryOp::Equal => value == self.value,
            BinaryOp::NotEqual => value != self.value,
            BinaryOp::Less => value < self.value,
            BinaryOp::LessEqual => value <= self.value,
            BinaryOp::Greater => value > self.value,
            BinaryOp::GreaterEqual => value >= self.value,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{With, of};
    use crate::promql::{ParseOptions, parse};

    fn shown(text: &str) -> String {
        let expr = parse(text, &ParseOptions::all()).expect("an expression");
        let comparisons = of(&expr);
        let line = |comparison: &super::Comparison<'_>| {
            let operand = comparison.operand.span.slice(text);
            match &comparison.with {
                With::Nothing => operand.to_owned(),
                With::Constant(threshold) => format!("{operand} {} {}", threshold.op.symbol(), threshold.value),
                With::Other(op, rhs) => format!("{operand} {} [{}]", op.symbol(), rhs.span.slice(text)),
            }
        };
        comparisons.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn sides_and_constants() {
        insta::assert_snapshot!(shown("sum(rate(x[5m])) * 100 > 5"), @"sum(rate(x[5m])) * 100 > 5");
        insta::assert_snapshot!(shown("(8 * 1024 ^ 2) >= bytes"), @"bytes <= 8388608");
        insta::assert_snapshot!(shown("(a > -1) and on (job) (b < c or absent(d))"), @"a > -1; b < [c]; absent(d)");
        insta::assert_snapshot!(shown("x > time() - 60"), @"x > [time() - 60]");
        insta::assert_snapshot!(shown("x > bool 1"), @"x > bool 1");
        insta::assert_snapshot!(shown("((a > b) and (c == 0)) * on () group_left d > 0"), @"((a > b) and (c == 0)) * on () group_left d > 0; a > [b]; c == 0");
    }
}
