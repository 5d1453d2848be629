//! Functions that make one float of another.

use crate::engine::EvalError;
use crate::engine::column::Vector;
use crate::engine::distinct::ensure_distinct;
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::model::gomath;

/// The function `name`, if it is one of these.
pub(super) fn lookup(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "sqrt" => f64::sqrt,
        "exp" => gomath::exp,
        "ln" => gomath::ln,
        "log2" => gomath::log2,
        "log10" => gomath::log10,
        "sin" => gomath::sin,
        "cos" => gomath::cos,
        "tan" => gomath::tan,
        "asin" => gomath::asin,
        "acos" => gomath::acos,
        "atan" => gomath::atan,
        "sinh" => gomath::sinh,
        "cosh" => gomath::cosh,
        "tanh" => gomath::tanh,
        "asinh" => gomath::asinh,
        "acosh" => gomath::acosh,
        "atanh" => gomath::atanh,
        "deg" => |value| value * 180.0 / std::f64::consts::PI,
        "rad" => |value| value * std::f64::consts::PI / 180.0,
        "sgn" => sign,
        _ => return None,
    })
}

fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// Applies `f` to every float; histograms and names are dropped.
pub(crate) fn evaluate<'a>(
    eval: &mut Evaluator<'a>,
    call: &'a CallNode,
    f: impl Fn(f64) -> f64,
) -> Result<Vector, EvalError> {
    let arg = call.args.first().copied().unwrap_or(eval.plan.root);
    let mut vector = eval.vector(arg)?;
    for series in &mut vector {
        series.column.map_floats(&f);
        eval.drop_name(series);
    }
    finish(eval, vector, call)
}

/// Drops what is empty and looks for duplicates, after names were dropped.
pub(super) fn finish(eval: &Evaluator<'_>, mut vector: Vector, call: &CallNode) -> Result<Vector, EvalError> {
    vector.retain(|series| !series.column.is_empty());
    if !eval.options.delayed_name_removal {
        ensure_distinct(&vector, call.args_span)?;
    }
    Ok(vector)
}
