//! `selector/unknown-value`: a matcher asks for a value that the label does not have.

use crate::inventory::Label;
use crate::lint::context::WorkspaceContext;
use crate::lint::known::{Guesses, Known, Selected, few};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{MatchOp, Matcher};
use crate::promql::regex::{AnchoredRegex, is_pattern_as_text, matches_empty};
use crate::source::Diagnostic;
use crate::source::words;

static META: Meta =
    meta!("selector/unknown-value", Warning, likely, "a matcher asks for a value that no series of the metric has")
        .on_by_default()
        .waits_for("facts.inventory");

/// So many values are listed in a message.
const LISTED: usize = 6;

pub(super) struct UnknownValue;

impl LintRule for UnknownValue {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let Some(known) = cx.known() else { return };
        let guesses = Guesses::among(known);
        // What is absent may be missing, and so may one of two alternatives.
        let may_be_missing = |selected: &&Selected<'_>| selected.in_absent || selected.is_alternative;
        for selected in known.selected.iter().filter(|selected| !may_be_missing(selected)) {
            let Some((name, metric)) = known.metric(selected.selector) else { continue };
            let matchers = selected.selector.matchers.iter().filter(|matcher| {
                let asks = matches!(matcher.op, MatchOp::Equal | MatchOp::Regex);
                asks && matcher.name.value != METRIC_NAME && !matches_empty(matcher)
            });
            for matcher in matchers {
                let Some(label) = metric.label(&matcher.name.value) else { continue };
                out.extend(check(known, &guesses, selected, name, label, matcher));
            }
        }
    }
}

fn check(
    known: &Known<'_>,
    guesses: &Guesses<'_, '_>,
    selected: &Selected<'_>,
    name: &str,
    of: &Label,
    matcher: &Matcher,
) -> Option<Diagnostic> {
    let label = matcher.name.value.as_str();
    let wanted = std::str::from_utf8(&matcher.value.value).ok()?;
    if !is_fixed(label) && of.values()?.all(is_number) {
        // Status codes and the like: which there are changes with what happens.
        return None;
    }
    let near = match matcher.op {
        // `promql/pattern-as-text` says what is wrong.
        MatchOp::Equal if has_value(known, label, of, wanted) || is_pattern_as_text(matcher) => return None,
        MatchOp::Equal => guesses.nearest(wanted, of.values()?),
        _ => {
            let regex = AnchoredRegex::new(wanted).ok()?;
            if of.values()?.any(|value| regex.is_match(value)) {
                return None;
            }
            None
        }
    };
    let (file, expr) = (selected.place.file, &selected.place.rule.expr);
    let text = near.map_or_else(|| "no series has it".to_owned(), words::did_you_mean);
    let message = match matcher.op {
        MatchOp::Equal => format!("no series of `{name}` has the value `{wanted}` for `{label}`"),
        _ => format!("no series of `{name}` has a value for `{label}` that `{wanted}` matches"),
    };
    let found = META.diagnostic(message, file.inside(expr, matcher.value.span, text));
    Some(match few(of.values()?, LISTED) {
        Some(values) if values.len() == 1 => found.help(format!("its only value is {}", words::list(values))),
        Some(values) if !values.is_empty() => found.help(format!("its values are {}", words::list(values))),
        _ => found,
    })
}

/// Whether the values of the label do not change with what happens.
fn is_fixed(label: &str) -> bool {
    matches!(label, "le" | "quantile")
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the metric has the value; what another metric has may come for this one, too.
fn has_value(known: &Known<'_>, label: &str, of: &Label, wanted: &str) -> bool {
    if of.may_be(wanted) {
        return true;
    }
    if !is_fixed(label) {
        return known.inventory.may_have_value(label, wanted);
    }
    // `promql/integer-bucket` knows about `5` and `5.0`.
    let number = |text: &str| text.parse::<f64>().ok();
    let same = |value: &str| number(value).is_some_and(|value| Some(value) == number(wanted));
    of.values().is_some_and(|mut values| values.any(same))
}
