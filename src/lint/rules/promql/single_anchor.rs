//! `promql/single-anchor`: an anchor at one end of a plain text, where the beginning or the end of a value is meant.

use crate::lint::context::RuleContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::promql::ast::Matcher;
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
    let (anchor, does) = match end {
        End::Start => ('^', "begins"),
        End::End => ('$', "ends"),
    };
    let message =
        format!("the pattern of `{label}` matches the value `{text}` alone: it has to match the whole value anyway");
    let found = META.diagnostic(message, file.inside(expr, matcher.value.span, format!("`{anchor}` says nothing")));
    let Some(Instead { inner, quote, wild }) = Instead::of(matcher, expr.text(), end) else {
        return Some(found.help(format!("write a pattern with `.*` for every value that {does} so")));
    };
    let (op, plain) = (matcher.op.symbol(), matcher.op.of_texts().symbol());
    // What needs no escape stands in the quotes as it is.
    let is_plain = text.chars().all(|c| c != quote && c != '\\' && !c.is_control());
    let or_plain = if is_plain { format!(", or `{label}{plain}{quote}{text}{quote}`") } else { String::new() };
    let edits = [Edit::replace(inner, wild.as_str())];
    let fix = file.fix_inside(expr, format!("write `{wild}`"), &edits, Applicability::Unsafe);
    let help = format!("write `{label}{op}{quote}{wild}{quote}` for every value that {does} so{or_plain}");
    Some(found.help(help).fix(fix))
}

/// What to write for a pattern with an anchor at one end.
struct Instead {
    /// The bytes of the expression inside of the quotes.
    inner: Span,
    quote: char,
    /// What to write there, with its escapes, for the beginning or the end of values.
    wild: String,
}

impl Instead {
    /// `None` where the anchor itself is written as an escape.
    fn of(matcher: &Matcher, expr: &str, end: End) -> Option<Instead> {
        let value = matcher.value.span;
        let quote = value.slice(expr).chars().next()?;
        let inner = Span::new(value.start() + 1, value.end().checked_sub(1)?);
        let written = inner.slice(expr);
        let wild = match end {
            End::Start => format!("{}.*", written.strip_prefix('^')?),
            End::End => format!(".*{}", written.strip_suffix('$')?),
        };
        Some(Instead { inner, quote, wild })
    }
}
