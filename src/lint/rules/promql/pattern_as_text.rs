//! `promql/pattern-as-text`: a matcher that compares with a text which was meant as a pattern.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::{MatchOp, Matcher};
use crate::promql::regex::is_pattern_as_text;
use crate::source::{Applicability, Diagnostic, Edit};

static META: Meta =
    meta!("promql/pattern-as-text", Warning, likely, "a pattern behind `=` or `!=`, which is a plain text")
        .on_by_default()
        .fixable();

pub(super) struct PatternAsText;

impl LintRule for PatternAsText {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        cx.for_each_matcher(|matcher| {
            if is_pattern_as_text(matcher) && !is_value(cx, matcher) {
                out.push(report(cx, matcher));
            }
        });
    }
}

/// Whether the server has the value as it is written.
fn is_value(cx: &RuleContext<'_>, matcher: &Matcher) -> bool {
    let value = std::str::from_utf8(&matcher.value.value).unwrap_or_default();
    cx.config().inventory().may_have_value(&matcher.name.value, value)
}

fn report(cx: &RuleContext<'_>, matcher: &Matcher) -> Diagnostic {
    let (file, expr, label) = (cx.file(), &cx.rule.expr, &matcher.name.value);
    let (meant, effect) = match matcher.op {
        MatchOp::NotEqual => ("!~", "leaves nothing out"),
        _ => ("=~", "selects nothing"),
    };
    let op = matcher.op.symbol();
    let message =
        format!("the value of `{label}` looks like a pattern, but `{op}` compares it as a plain text and {effect}");
    let found = META.diagnostic(message, file.inside(expr, matcher.op_span.to(matcher.value.span), "a plain text"));
    let wanted = format!("write `{label}{meant}{}`", matcher.value.span.slice(expr.text()));
    let edits = [Edit::replace(matcher.op_span, meant)];
    let fix = file.fix_inside(expr, format!("write `{meant}`"), &edits, Applicability::Unsafe);
    found.help(wanted).fix(fix)
}
