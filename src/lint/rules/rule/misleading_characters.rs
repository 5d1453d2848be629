//! `rule/misleading-characters`: a character in an expression, a name or a label that a reader cannot see, or takes for
//! another.

use crate::lint::context::{FileContext, GroupContext, RuleContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::rules::{Field, RuleKind};
use crate::source::characters::{Deceit, code_point, deceits};
use crate::source::{Diagnostic, Edit, Fix, Span};

static META: Meta =
    meta!("rule/misleading-characters", Error, certain, "a character that cannot be seen or looks like another")
        .fixable();

/// How many places of one field are shown.
const MAX_PLACES: usize = 5;

pub(super) struct MisleadingCharacters;

impl LintRule for MisleadingCharacters {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        check(&cx.file, &cx.group.name, "the group's name", out);
        check_labels(&cx.file, &cx.group.labels, out);
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        let (file, rule) = (cx.file(), cx.rule);
        let name = if rule.kind == RuleKind::Alerting { "the alert's name" } else { "the name of the recording rule" };
        check(&file, &rule.name, name, out);
        check(&file, &rule.expr, "the expression", out);
        check_labels(&file, &rule.labels, out);
        for (name, _) in &rule.annotations {
            check(&file, name, "the name of an annotation", out);
        }
    }
}

fn check_labels(cx: &FileContext<'_>, labels: &[(Field, Field)], out: &mut Vec<Diagnostic>) {
    for (name, value) in labels {
        check(cx, name, "the name of a label", out);
        if !value.text().is_ascii() {
            check(cx, value, &format!("the label `{}`", name.text()), out);
        }
    }
}

/// A character that deceives, as it stands in the file.
struct Place {
    character: char,
    deceit: Deceit,
    span: Span,
}

/// One finding for a field: the first place, and some of the others beside it.
fn check(cx: &FileContext<'_>, field: &Field, what: &str, out: &mut Vec<Diagnostic>) {
    if field.text().is_ascii() {
        return;
    }
    let text = cx.source().text();
    let mut places = deceits(field.text())
        .map(|(at, character, deceit)| {
            let span = field.file_span(Span::new(at, at + character.len_utf8()));
            Place { character, deceit, span }
        })
        // One that is written as an escape can be seen.
        .filter(|place| place.span.slice(text).chars().eq([place.character]));
    let Some(first) = places.next() else { return };
    let shown = code_point(first.character);
    let message = format!("{what} has {shown} in it, which {}", first.deceit.describe());
    let mut found = META.diagnostic(message, cx.label(first.span, shown)).help(help(&first));
    for place in places.take(MAX_PLACES - 1) {
        found = found.related(cx.label(place.span, code_point(place.character)));
    }
    out.push(found.fix(fix(&first)));
}

fn help(place: &Place) -> String {
    match place.deceit {
        Deceit::Reorders | Deceit::Invisible => {
            let point = u32::from(place.character);
            let escape = if point > 0xFFFF { format!("\\U{point:08x}") } else { format!("\\u{point:04x}") };
            format!("remove it; where it is meant, write `{escape}` inside of double quotes, so that it can be seen")
        }
        Deceit::LooksLikeSpace => "write a space".to_owned(),
        Deceit::LooksLike(letter) => format!("write the Latin `{letter}`"),
    }
}

/// What it selects or is called changes, so it is never applied unasked.
fn fix(place: &Place) -> Fix {
    match place.deceit {
        Deceit::Reorders | Deceit::Invisible => Fix::unsafe_("remove the character", vec![Edit::remove(place.span)]),
        Deceit::LooksLikeSpace => Fix::unsafe_("write a space", vec![Edit::replace(place.span, " ")]),
        Deceit::LooksLike(letter) => {
            Fix::unsafe_("write the Latin letter", vec![Edit::replace(place.span, letter.to_string())])
        }
    }
}
