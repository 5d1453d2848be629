//! Function calls.

use std::rc::Rc;

use super::follow::Branches;
use super::labels::LabelSet;
use super::{Branch, Cause, Dropped, Interval, Known, KnownBy, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind, MatchOp, ValueType};
use crate::promql::functions::{Values, Wants};
use crate::source::Span;

/// What a call can yield, given what its arguments can.
pub(super) fn follow<'e>(call: &'e Call, span: Span, mut args: Vec<Branches<'e>>) -> Branches<'e> {
    let name = call.function.name;
    let of_function = Some(Known { span: call.name_span, by: KnownBy::Function(name) });
    let vector = call.function.vector_arg().filter(|at| *at < args.len());
    match (name, vector) {
        ("absent" | "absent_over_time", Some(0)) => absent(call, span),
        ("label_replace", Some(0)) => label_replace(call, args.swap_remove(0)),
        ("label_join", Some(0)) => label_join(call, args.swap_remove(0)),
        ("info", Some(0)) => args.swap_remove(0).map_labels(LabelSet::open_up),
        ("vector", _) => {
            let number = args.first();
            let known = number.and_then(Branches::known);
            let values = number.and_then(Branches::values).unwrap_or(Interval::ANY);
            Branches::without_labels(span, values, known, false)
        }
        (_, Some(at)) if call.function.returns == ValueType::Vector => {
            let scalars: Vec<Option<Interval>> =
                args.iter().map(|arg| if arg.scalar { arg.values() } else { None }).collect();
            let input = args.swap_remove(at);
            over_vector(call, &scalars, input)
        }
        // `hour()` and its like mean `hour(vector(time()))`; numbers.
        _ => {
            let (values, known) = match (name, call.function.values) {
                ("time", _) => (Interval::new(0.0, f64::MAX), None),
                ("scalar", _) => {
                    let inner = args.first().and_then(Branches::values).unwrap_or(Interval::constant(f64::NAN));
                    (inner.or_nan(true), args.first().and_then(Branches::known))
                }
                (_, Values::Constant(value)) => (Interval::constant(value), of_function),
                (_, Values::Between(low, high)) => (Interval::new(low, high), of_function),
                _ => (Interval::ANY, None),
            };
            Branches::without_labels(span, values, known, call.function.returns != ValueType::Vector)
        }
    }
}

/// A function that computes values for the elements of a vector. `scalars`: the other arguments' values.
fn over_vector<'e>(call: &'e Call, scalars: &[Option<Interval>], input: Branches<'e>) -> Branches<'e> {
    let function = call.function;
    let dropped = Dropped::at(call.name_span, Cause::Function(function.name));
    let input = new_values(call, scalars, input);
    if function.keeps_name {
        return input;
    }
    let quantile_label = match (function.name, call.args.get(1).map(|argument| &argument.without_parens().kind)) {
        ("histogram_quantiles", Some(ExprKind::String(label))) => std::str::from_utf8(&label.value).ok(),
        _ => None,
    };
    input.map_labels(|labels| {
        labels.drop(METRIC_NAME, dropped);
        if function.wants == Some(Wants::Buckets) {
            labels.drop("le", dropped);
        }
        if let Some(label) = quantile_label {
            labels.set(label, Presence::Guaranteed);
        }
    })
}

fn new_values<'e>(call: &Call, scalars: &[Option<Interval>], input: Branches<'e>) -> Branches<'e> {
    let name = call.function.name;
    let known = Some(Known { span: call.name_span, by: KnownBy::Function(name) });
    let number = |at: usize| scalars.get(at).copied().flatten().and_then(Interval::as_constant);
    match (name, call.function.values) {
        ("clamp_min", _) => match number(1) {
            Some(low) if !low.is_nan() => {
                input.map_values(known, |v| Interval { low: v.low.max(low), high: v.high.max(low), nan: v.nan })
            }
            _ => input.map_values(None, |_| Interval::ANY),
        },
        ("clamp_max", _) => match number(1) {
            Some(high) if !high.is_nan() => {
                input.map_values(known, |v| Interval { low: v.low.min(high), high: v.high.min(high), nan: v.nan })
            }
            _ => input.map_values(None, |_| Interval::ANY),
        },
        ("clamp", _) => match (number(1), number(2)) {
            (Some(low), Some(high)) if low <= high => input.map_values(known, |v| Interval {
                low: v.low.clamp(low, high),
                high: v.high.clamp(low, high),
                nan: v.nan,
            }),
            _ => input.map_values(None, |_| Interval::ANY),
        },
        ("sum_over_time", _) => input.map_values(None, Interval::summed),
        ("round", _) if call.args.len() == 1 => input.map_values(None, |v| v.map(|value| (value + 0.5).floor())),
        (_, Values::Same) => input,
        (_, Values::Within) => {
            input.map_values(None, |v| v.or_nan(v.low == f64::NEG_INFINITY && v.high == f64::INFINITY))
        }
        (_, Values::Monotone(f)) => input.map_values(None, |v| v.map(f)),
        (_, Values::Constant(value)) => input.map_values(known, |_| Interval::constant(value)),
        // How often something happened is a number even where the samples are none.
        ("count_over_time" | "changes" | "resets", Values::Between(low, high)) => {
            input.map_values(known, |_| Interval::new(low, high))
        }
        (_, Values::Between(low, high) | Values::OfCounter(low, high)) => {
            input.map_values(known, |_| Interval::new(low, high).or_nan(true))
        }
        (_, Values::Any) => input.map_values(None, |_| Interval::ANY),
    }
}

/// `absent(v)`: an element with the labels that the selector's `=` matchers name once.
fn absent(call: &Call, span: Span) -> Branches<'_> {
    let dropped = Dropped::at(call.name_span, Cause::Absent(call.function.name));
    let mut labels = LabelSet::closed(dropped);
    let mut seen = std::collections::BTreeSet::new();
    let selector = call.args.first().and_then(|argument| argument.without_parens().selector());
    let matchers = selector.map_or(&[][..], |selector| &selector.matchers);
    for matcher in matchers.iter().filter(|matcher| matcher.name.value != METRIC_NAME) {
        let name = matcher.name.value.as_str();
        // A second matcher of any kind takes the label away again.
        let sets = matcher.op == MatchOp::Equal && seen.insert(name) && !matcher.value.value.is_empty();
        if sets {
            labels.narrow(name, Some(Presence::Guaranteed), matcher);
        } else {
            labels.set(name, Presence::Impossible(dropped));
        }
    }
    let known = Some(Known { span: call.name_span, by: KnownBy::Function(call.function.name) });
    let (values, labels) = (Interval::constant(1.0), Rc::new(labels));
    Branches::one(Branch { span, made_up: true, values, known, labels })
}

/// `label_replace(v, target, replacement, source, regex)`.
fn label_replace<'e>(call: &'e Call, input: Branches<'e>) -> Branches<'e> {
    let text = |at: usize| call.args.get(at).and_then(text_of);
    let Some(target) = text(1) else { return input.map_labels(|labels| *labels = LabelSet::open()) };
    let (replacement, regex) = (text(2), text(4));
    let matches_all = matches!(regex, Some(".*" | "(.*)" | "^.*$"));
    let empty = Presence::Impossible(Dropped::at(call.name_span, Cause::EmptyReplacement));
    input.map_labels(|labels| {
        let before = labels.get(target);
        let after = match (replacement, before) {
            (Some(""), _) if matches_all => empty,
            (Some(""), Presence::Impossible(_)) => before,
            // Without a `$` the text is set as it is.
            (Some(text), _) if matches_all && !text.is_empty() && !text.contains('$') => Presence::Guaranteed,
            (Some(text), Presence::Guaranteed | Presence::Scraped) if !text.is_empty() && !text.contains('$') => before,
            _ => Presence::Possible,
        };
        labels.set(target, after);
    })
}

/// `label_join(v, target, separator, source, …)`.
fn label_join<'e>(call: &'e Call, input: Branches<'e>) -> Branches<'e> {
    let Some(target) = call.args.get(1).and_then(text_of) else {
        return input.map_labels(|labels| *labels = LabelSet::open());
    };
    let separator = call.args.get(2).and_then(text_of).unwrap_or_default();
    let sources: Vec<Option<&str>> = call.args.iter().skip(3).map(text_of).collect();
    let separated = !separator.is_empty() && sources.len() > 1;
    input.map_labels(|labels| {
        let has = |source: &Option<&str>| source.is_some_and(|name| labels.get(name) == Presence::Guaranteed);
        let joined = if separated || sources.iter().any(has) { Presence::Guaranteed } else { Presence::Possible };
        labels.set(target, joined);
    })
}

/// A text; `None` also where it is not UTF-8.
pub(super) fn text_of(argument: &Expr) -> Option<&str> {
    match &argument.without_parens().kind {
        ExprKind::String(text) => std::str::from_utf8(&text.value).ok(),
        _ => None,
    }
}
