//! Aggregation operators.

mod count_values;
mod floats;
mod grouping;
mod histograms;
mod limit;
mod quantile;
mod top;

use crate::promql::ast::AggregateOp;
use crate::source::Span;

use super::EvalError;
use super::column::{ScalarColumn, Vector};
use super::evaluate::Evaluator;
use super::plan::AggregateNode;
use grouping::Groups;

/// Evaluates an aggregation over all steps.
pub(crate) fn evaluate(eval: &mut Evaluator<'_>, node: &AggregateNode, span: Span) -> Result<Vector, EvalError> {
    if node.op == AggregateOp::CountValues {
        return count_values::evaluate(eval, node);
    }
    let param = match node.param {
        Some(param) => Some((eval.scalar(param)?, eval.plan.node(param).span)),
        None => None,
    };
    let input = eval.vector(node.input)?;
    let input_span = eval.plan.node(node.input).span;
    let groups = Groups::of(node, &input);
    let context = Aggregation {
        op: node.op,
        input,
        groups,
        steps: eval.steps.count,
        ordered: node.ordered && eval.steps.count == 1,
        input_span,
        span,
    };
    match (node.op, param) {
        (AggregateOp::TopK | AggregateOp::BottomK, Some((k, span))) => top::evaluate(eval, context, &k, span),
        (AggregateOp::LimitK, Some((k, span))) => limit::first(context, &k, span),
        (AggregateOp::LimitRatio, Some((ratio, span))) => limit::ratio(eval, context, &ratio, span),
        (AggregateOp::Quantile, Some((q, span))) => Ok(quantile::evaluate(eval, context, &q, span)),
        (AggregateOp::Sum | AggregateOp::Avg, _) if context.has_histograms() => {
            Ok(histograms::evaluate(eval, &context))
        }
        _ => Ok(floats::evaluate(eval, &context)),
    }
}

/// An aggregation whose input is evaluated.
struct Aggregation {
    op: AggregateOp,
    input: Vector,
    groups: Groups,
    steps: usize,
    /// Whether the result is an instant vector whose order can be seen.
    ordered: bool,
    /// The bytes of the aggregated expression.
    input_span: Span,
    /// The bytes of the whole aggregation.
    span: Span,
}

impl Aggregation {
    fn has_histograms(&self) -> bool {
        self.input.iter().any(|series| series.column.has_histograms())
    }

    /// Whether a histogram is there at any step. Looks at all of them.
    fn holds_histograms(&self) -> bool {
        self.input.iter().any(|series| series.column.holds_histograms())
    }
}

/// `k` of `topk`, `bottomk` and `limitk`: `None` where nothing is asked for at any step.
fn check_k(k: &ScalarColumn, span: Span) -> Result<Option<()>, EvalError> {
    let values = k.distinct();
    let max = values.iter().fold(f64::NEG_INFINITY, |max, value| max.max(*value));
    if values.iter().any(|value| value.is_nan()) {
        return Err(EvalError::new("Parameter value is NaN", Some(span)));
    }
    if max < 1.0 {
        return Ok(None);
    }
    let text = crate::model::gofmt::format_v;
    if let Some(low) = values.iter().find(|value| **value <= i64::MIN as f64) {
        return Err(EvalError::new(format!("Scalar value {} underflows int64", text(*low)), Some(span)));
    }
    if max >= i64::MAX as f64 {
        return Err(EvalError::new(format!("Scalar value {} overflows int64", text(max)), Some(span)));
    }
    Ok(Some(()))
}
