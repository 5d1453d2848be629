//! Function calls.

use super::follow::{Branches, follow as follow_expr};
use super::labels::LabelSet;
use super::{Branch, Cause, Dropped, Presence};
use crate::model::labels::METRIC_NAME;
use crate::promql::Expr;
use crate::promql::ast::{Call, ExprKind, MatchOp, ValueType};
use crate::source::Span;

pub(super) fn follow(call: &Call, span: Span) -> Branches {
    let name = call.function.name;
    let first = call.args.first();
    let dropped = Dropped::at(call.name_span, Cause::Function(name));
    match (name, first) {
        ("absent" | "absent_over_time", Some(argument)) => absent(call, argument, span),
        ("label_replace", Some(_)) => label_replace(call),
        ("label_join", Some(_)) => label_join(call),
        ("info", Some(vector)) => follow_expr(vector).map_labels(LabelSet::open_up),
        ("vector", Some(number)) => Branches::without_labels(span, follow_expr(number).common_value(), false),
        ("pi", _) => Branches::without_labels(span, Some(std::f64::consts::PI), true),
        _ if call.function.returns != ValueType::Vector => Branches::without_labels(span, None, true),
        // The last argument is the vector in `histogram_quantile(0.9, v)`, the first one in most others.
        _ => match call.args.iter().enumerate().find(|(index, _)| is_vector(call, *index)) {
            Some((_, vector)) => over_vector(name, call, follow_expr(vector), dropped),
            // `hour()` and its like mean `hour(vector(time()))`.
            None => Branches::without_labels(span, None, false),
        },
    }
}

fn is_vector(call: &Call, argument: usize) -> bool {
    matches!(call.function.arg_type(argument), Some(ValueType::Vector | ValueType::Matrix))
}

/// A function that computes new values for the elements of a vector.
fn over_vector(name: &'static str, call: &Call, input: Branches, dropped: Dropped) -> Branches {
    let keeps_elements = matches!(
        name,
        "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" | "last_over_time" | "first_over_time"
    );
    if keeps_elements {
        return input;
    }
    let quantile_label = match (name, call.args.get(1).map(|argument| &argument.without_parens().kind)) {
        ("histogram_quantiles", Some(ExprKind::String(label))) => std::str::from_utf8(&label.value).ok(),
        _ => None,
    };
    let reads_buckets = matches!(name, "histogram_quantile" | "histogram_quantiles" | "histogram_fraction");
    input.forget_values().map_labels(|labels| {
        labels.drop(METRIC_NAME, dropped);
        if reads_buckets {
            labels.drop("le", dropped);
        }
        if let Some(label) = quantile_label {
            labels.set(label, Presence::Guaranteed);
        }
    })
}

/// `absent(v)`: an element with the labels that the selector's `=` matchers name once.
fn absent(call: &Call, argument: &Expr, span: Span) -> Branches {
    let dropped = Dropped::at(call.name_span, Cause::Absent(call.function.name));
    let mut labels = LabelSet::closed(dropped);
    let mut seen = std::collections::BTreeSet::new();
    let matchers = argument.without_parens().selector().map_or(&[][..], |selector| &selector.matchers);
    for matcher in matchers.iter().filter(|matcher| matcher.name.value != METRIC_NAME) {
        let name = matcher.name.value.as_str();
        // A second matcher of any kind takes the label away again.
        let sets = matcher.op == MatchOp::Equal && seen.insert(name) && !matcher.value.value.is_empty();
        labels.set(name, if sets { Presence::Guaranteed } else { Presence::Impossible(dropped) });
    }
    Branches::one(Branch { span, made_up: true, value: Some(1.0), labels })
}

/// `label_replace(v, target, replacement, source, regex)`.
fn label_replace(call: &Call) -> Branches {
    let Some((input, target)) = input_and_target(call) else { return unknown(call) };
    let text = |at: usize| call.args.get(at).and_then(text_of);
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
            (Some(text), Presence::Guaranteed) if !text.is_empty() && !text.contains('$') => before,
            _ => Presence::Possible,
        };
        labels.set(target, after);
    })
}

/// `label_join(v, target, separator, source, …)`.
fn label_join(call: &Call) -> Branches {
    let Some((input, target)) = input_and_target(call) else { return unknown(call) };
    let separator = call.args.get(2).and_then(text_of).unwrap_or_default();
    let sources: Vec<Option<&str>> = call.args.iter().skip(3).map(text_of).collect();
    let separated = !separator.is_empty() && sources.len() > 1;
    input.map_labels(|labels| {
        let has = |source: &Option<&str>| source.is_some_and(|name| labels.get(name) == Presence::Guaranteed);
        let joined = if separated || sources.iter().any(has) { Presence::Guaranteed } else { Presence::Possible };
        labels.set(target, joined);
    })
}

/// The vector of `label_replace` or `label_join`, and the label that is set.
fn input_and_target(call: &Call) -> Option<(Branches, &str)> {
    Some((follow_expr(call.args.first()?), call.args.get(1).and_then(text_of)?))
}

/// Nothing is known: the label's name is not UTF-8.
fn unknown(call: &Call) -> Branches {
    let span = call.name_span;
    Branches::one(Branch { span, made_up: false, value: None, labels: LabelSet::open() })
}

fn text_of(argument: &Expr) -> Option<&str> {
    match &argument.without_parens().kind {
        ExprKind::String(text) => std::str::from_utf8(&text.value).ok(),
        _ => None,
    }
}
