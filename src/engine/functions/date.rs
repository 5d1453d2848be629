//! `hour`, `day_of_week` and their kin: parts of a moment in UTC.

use crate::engine::EvalError;
use crate::engine::column::{Column, SeriesColumn, Value};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::CallNode;
use crate::model::Labels;
use crate::model::calendar::{Civil, days_in_month};
use crate::source::Span;

use super::{CallFn, math};

/// The function `name`, if it is one of these.
pub(super) fn lookup(name: &str) -> Option<CallFn> {
    Some(match name {
        "minute" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.minute)),
        "hour" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.hour)),
        "day_of_week" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.weekday)),
        "day_of_month" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.day)),
        "day_of_year" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.year_day)),
        "days_in_month" => {
            |eval, call, _: Span| evaluate(eval, call, |civil| f64::from(days_in_month(civil.year, civil.month)))
        }
        "month" => |eval, call, _| evaluate(eval, call, |civil| f64::from(civil.month)),
        "year" => |eval, call, _| evaluate(eval, call, |civil| civil.year as f64),
        _ => return None,
    })
}

fn evaluate<'a>(eval: &mut Evaluator<'a>, call: &'a CallNode, part: fn(&Civil) -> f64) -> Result<Value, EvalError> {
    let of = |seconds: i64| part(&Civil::from_unix(seconds));
    if call.args.is_empty() {
        let values = eval.steps.times().map(|t_ms| of(t_ms / 1000)).collect();
        let column = Column::from_floats(values);
        return Ok(Value::Vector(vec![SeriesColumn { labels: Labels::empty(), drop_name: false, column }]));
    }
    math::evaluate(eval, call, |value| of(seconds(value))).map(Value::Vector)
}

/// A float as whole seconds. What does not fit, NaN included, is the smallest integer in Go on amd64, which as a time
/// has the same parts as the largest: year 292277026596.
fn seconds(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) { value as i64 } else { i64::MAX }
}
