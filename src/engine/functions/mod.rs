//! PromQL's functions. Which one does what is in [`lookup`]; each family lives in a file of its own.

mod absent;
mod clamp;
mod date;
mod deriv;
mod extended;
mod extended_histogram;
mod extremes;
mod float_rate;
mod float_windows;
mod gaps;
mod histogram;
mod histogram_classic;
mod histogram_groups;
mod histogram_native;
mod histogram_rate;
mod instant_rate;
mod labels;
pub(super) mod math;
mod minmax;
mod over_time;
mod query_time;
mod rate;
mod rate_histogram;
mod resets;
mod scalar;
mod sort;
mod sweep;
mod timestamp;
mod totals;
pub(super) mod window;

use crate::source::Span;

use super::EvalError;
use super::column::Value;
use super::evaluate::Evaluator;
use super::plan::CallNode;
pub(super) use extended::interpolate;
pub(super) use extended_histogram::interpolate as interpolate_histograms;
pub(super) use rate_histogram::mixed_layouts_text;
use window::WindowFn;

/// A function that evaluates its own arguments ([`Evaluator::vector`], [`Evaluator::scalar`], `plan.text`). The span
/// is that of the whole call.
pub(crate) type CallFn = for<'a> fn(&mut Evaluator<'a>, &'a CallNode, Span) -> Result<Value, EvalError>;

/// How a function is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Implementation {
    /// One value from each window of each series.
    Window(WindowFn),
    /// One float from each float; histograms are dropped.
    Math(fn(f64) -> f64),
    /// Anything else.
    Call(CallFn),
}

/// The implementation of the function `name`.
pub(crate) fn lookup(name: &str) -> Option<Implementation> {
    use Implementation::{Call, Window};
    if let Some(f) = math::lookup(name) {
        return Some(Implementation::Math(f));
    }
    if let Some(f) = date::lookup(name) {
        return Some(Call(f));
    }
    Some(match name {
        "rate" => Window(rate::rate),
        "increase" => Window(rate::increase),
        "delta" => Window(rate::delta),
        "irate" => Window(instant_rate::irate),
        "idelta" => Window(instant_rate::idelta),
        "resets" => Window(resets::resets),
        "changes" => Window(resets::changes),
        "deriv" => Window(deriv::deriv),
        "predict_linear" => Window(deriv::predict_linear),
        "double_exponential_smoothing" => Window(deriv::double_exponential_smoothing),
        "sum_over_time" => Window(over_time::sum),
        "avg_over_time" => Window(over_time::avg),
        "count_over_time" => Window(over_time::count),
        "present_over_time" => Window(over_time::present),
        "last_over_time" => Window(over_time::last),
        "first_over_time" => Window(over_time::first),
        "stddev_over_time" => Window(over_time::stddev),
        "stdvar_over_time" => Window(over_time::stdvar),
        "quantile_over_time" => Window(over_time::quantile),
        "mad_over_time" => Window(over_time::mad),
        "min_over_time" => Window(minmax::min),
        "max_over_time" => Window(minmax::max),
        "ts_of_min_over_time" => Window(minmax::ts_of_min),
        "ts_of_max_over_time" => Window(minmax::ts_of_max),
        "ts_of_first_over_time" => Window(minmax::ts_of_first),
        "ts_of_last_over_time" => Window(minmax::ts_of_last),
        "absent" => Call(absent::absent),
        "absent_over_time" => Call(absent::absent_over_time),
        "round" => Call(clamp::round),
        "clamp" => Call(clamp::clamp),
        "clamp_min" => Call(clamp::clamp_min),
        "clamp_max" => Call(clamp::clamp_max),
        "histogram_avg" => Call(histogram::avg),
        "histogram_count" => Call(histogram::count),
        "histogram_fraction" => Call(histogram::fraction),
        "histogram_quantile" => Call(histogram::quantile),
        "histogram_quantiles" => Call(histogram::quantiles),
        "histogram_stddev" => Call(histogram::stddev),
        "histogram_stdvar" => Call(histogram::stdvar),
        "histogram_sum" => Call(histogram::sum),
        "info" => Call(crate::engine::info::info),
        "scalar" => Call(scalar::scalar),
        "vector" => Call(scalar::vector),
        "max_of" => Call(scalar::max_of),
        "min_of" => Call(scalar::min_of),
        "pi" => Call(query_time::pi),
        "time" => Call(query_time::time),
        "start" => Call(query_time::start),
        "end" => Call(query_time::end),
        "range" => Call(query_time::range),
        "step" => Call(query_time::step),
        "timestamp" => Call(timestamp::timestamp),
        "start_timestamp" => Call(timestamp::start_timestamp),
        "label_replace" => Call(labels::replace),
        "label_join" => Call(labels::join),
        "sort" => Call(sort::ascending),
        "sort_desc" => Call(sort::descending),
        "sort_by_label" => Call(sort::by_label),
        "sort_by_label_desc" => Call(sort::by_label_descending),
        _ => return None,
    })
}
