//! `absent` and `absent_over_time`: 1 where there is nothing.

use crate::engine::EvalError;
use crate::engine::column::{ABSENT, Column, SeriesColumn, Value, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::source::Span;

use super::over_time;
use super::window;

/// `absent(v)`
pub(super) fn absent<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    let vector = eval.vector(arg)?;
    Ok(inverted(eval, call, &vector))
}

/// `absent_over_time(v[d])`
pub(super) fn absent_over_time<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, _: Span) -> Result<Value, EvalError> {
    let live = eval.live();
    let vector = window::evaluate(eval, call, over_time::present)?;
    eval.set_live(live);
    Ok(inverted(eval, call, &vector))
}

fn inverted(eval: &Evaluator<'_>, call: &CallNode, vector: &Vector) -> Value {
    let mut values = vec![1.0; eval.steps.count];
    for series in vector {
        for (value, present) in values.iter_mut().zip(series.column.presence()) {
            if present {
                *value = ABSENT;
            }
        }
    }
    let column = Column::from_floats(values);
    if column.is_empty() {
        return Value::Vector(Vector::new());
    }
    Value::Vector(vec![SeriesColumn { labels: call.absent_labels.clone(), drop_name: false, column }])
}
