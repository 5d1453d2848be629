//! `promql/glob-in-regex`: a `*` that was meant as a shell's wildcard.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::Matcher;
use crate::promql::regex::glob_star;
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta = meta!("promql/glob-in-regex", Warning, likely, "a `*` behind a letter where `.*` is meant")
    .on_by_default()
    .fixable();

pub(super) struct GlobInRegex;

impl LintRule for GlobInRegex {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        cx.for_each_pattern(|matcher| out.extend(look_at(cx, matcher)));
    }
}

fn look_at(cx: &RuleContext<'_>, matcher: &Matcher) -> Option<Diagnostic> {
    // A cheap look before the pattern is parsed.
    if !matcher.value.value.contains(&b'*') {
        return None;
    }
    let pattern = std::str::from_utf8(&matcher.value.value).ok()?;
    let letter = glob_star(pattern)?;
    let (file, expr) = (cx.file(), &cx.rule.expr);
    let message = format!("`*` repeats the `{letter}` before it in the pattern of `{}`", matcher.name.value);
    let label = file.inside(expr, matcher.value.span, format!("`{letter}*` is any number of `{letter}`, not any text"));
    let found = META.diagnostic(message, label).help(format!("write `{letter}.*` for what begins so"));
    // In the quotes the pattern may have escapes, which a star at its end does not.
    let end = matcher.value.span.end().saturating_sub(1);
    let star = Span::new(end.saturating_sub(1), end);
    let is_last = pattern.ends_with('*') && star.slice(expr.text()) == "*";
    let fix = || {
        file.fix_inside(expr, format!("write `{letter}.*`"), &[Edit::insert(star.start(), ".")], Applicability::Unsafe)
    };
    Some(found.fix(if is_last { fix() } else { None }))
}
