//! `promql/single-anchor`: an anchor at one end of a plain text, where the beginning or the end of a value is meant.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{MatchOp, Matcher};
use crate::promql::regex::{End, anchored_at_one_end};
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta =
    meta!("promql/single-anchor", Warning, likely, "an anchor at one end of a pattern without a wildcard")
        .on_by_default()
        .fixable();

pub(super) struct SingleAnchor;

impl LintRule for SingleAnchor {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        cx.for_each_pattern(|matcher| out.extend(look_at(cx, matcher)));
    }
}

fn look_at(cx: &RuleContext<'_>, matcher: &Matcher) -> Option<Diagnostic> {
    let pattern = std::str::from_utf8(&matcher.value.value).ok()?;
    let (text, end) = anchored_at_one_end(pattern)?;
    let (file, expr, label) = (cx.file(), &cx.rule.expr, &matcher.name.value);
    let (anchor, without, does) = match end {
        End::Start => ('^', format!("{}.*", pattern.get(1..)?), "begins"),
        End::End => ('$', format!(".*{}", pattern.get(..pattern.len() - 1)?), "ends"),
    };
    let message =
        format!("the pattern of `{label}` matches the value `{text}` alone: it has to match the whole value anyway");
    let found = META.diagnostic(message, file.inside(expr, matcher.value.span, format!("`{anchor}` says nothing")));
    let plain = if matcher.op == MatchOp::Regex { "=" } else { "!=" };
    let found = found.help(format!(
        "write `{label}{}\"{without}\"` for every value that {does} so, or `{label}{plain}\"{text}\"`",
        matcher.op.symbol()
    ));
    Some(found.fix(fix(cx, matcher, pattern, &without)))
}

/// The fix that looks for the beginning or the end of values; where the pattern stands in the quotes as it is.
fn fix(cx: &RuleContext<'_>, matcher: &Matcher, pattern: &str, without: &str) -> Option<crate::source::Fix> {
    let value = matcher.value.span;
    let inner = Span::new(value.start() + 1, value.end().checked_sub(1)?);
    let is_verbatim = inner.slice(cx.rule.expr.text()) == pattern;
    let edits = [Edit::replace(inner, without)];
    let fix = || cx.file().fix_inside(&cx.rule.expr, format!("write `{without}`"), &edits, Applicability::Unsafe);
    is_verbatim.then(fix).flatten()
}
