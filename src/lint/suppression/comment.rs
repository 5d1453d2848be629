//! The text of a suppression comment: `# promproof: ignore[template/missing-label, runbook/*] reason`.

use crate::lint::naming::Name;
use crate::lint::registry::nearest;
use crate::source::words::did_you_mean;
use crate::source::{Span, Spanned};

/// What a comment suppresses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// Whether it holds for the whole file (`ignore-file[…]`).
    pub(super) whole_file: bool,
    /// The rules, each with its place in the comment.
    pub(super) patterns: Vec<Spanned<Name>>,
}

/// What is wrong with a comment, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

const FORM: &str = "write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file";

/// Reads a comment; `None` where it does not speak to promproof. What can be understood of a comment holds even where
/// there are mistakes in the rest.
pub(super) fn parse(comment: &str) -> Option<(Directive, Vec<Mistake>)> {
    let words = comment.trim_start_matches('#').trim_start();
    let after = words.strip_prefix("promproof")?;
    // "promproof is great" and "promproof-ng: …" are prose.
    let (colon, body) = match after.strip_prefix(':') {
        Some(body) => (true, body.trim_start()),
        None => (false, after.trim_start()),
    };
    if !colon && (!body.starts_with("ignore") || body.len() == after.len()) {
        return None;
    }
    let at = |part: &str| comment.len() - part.len();
    let mut directive = Directive { whole_file: false, patterns: Vec::new() };
    let whole = Span::new(at(words), comment.trim_end().len());
    let mistake = |span: Span, message: &str| Mistake { span, message: message.to_owned(), help: FORM.to_owned() };

    if !colon {
        return Some((directive, vec![mistake(whole, "there is no `:` behind `promproof`")]));
    }
    let list = if let Some(list) = body.strip_prefix("ignore-file[") {
        directive.whole_file = true;
        list
    } else if let Some(list) = body.strip_prefix("ignore[") {
        list
    } else {
        return Some((directive, vec![mistake(whole, "this comment is not a suppression")]));
    };
    let Some((ids, _reason)) = list.split_once(']') else {
        return Some((directive, vec![mistake(whole, "the list of rules is not closed with `]`")]));
    };
    if ids.trim().is_empty() {
        return Some((directive, vec![mistake(whole, "the suppression names no rule")]));
    }
    let mut mistakes = Vec::new();
    let mut start = at(list);
    for part in ids.split(',') {
        let id = part.trim();
        let from = start + (part.len() - part.trim_start().len());
        let span = Span::new(from, from + id.len());
        start += part.len() + 1;
        // A comma at the end does no harm.
        if id.is_empty() {
            continue;
        }
        match pattern(id) {
            Some(pattern) => directive.patterns.push(Spanned::new(pattern, span)),
            None => mistakes.push(unknown(id, span)),
        }
    }
    Some((directive, mistakes))
}

/// Comments name rules in full, and categories with their `/*`: what they excuse is to be seen, and found with grep.
fn pattern(id: &str) -> Option<Name> {
    Name::exact(id).filter(|name| matches!(name, Name::Rule(_)) || id.ends_with("/*"))
}

fn unknown(id: &str, span: Span) -> Mistake {
    let help = match nearest(id) {
        _ if id == "*" => "name the rules, or a category such as `template/*`".to_owned(),
        Some(known) => did_you_mean(known),
        None => "`promproof rules` lists the rules".to_owned(),
    };
    Mistake { span, message: format!("there is no rule `{id}`"), help }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a comment suppresses, and what is wrong with it, each with its place in the comment.
    fn read(comment: &str) -> String {
        let Some((directive, mistakes)) = parse(comment) else { return "not for promproof".to_owned() };
        let of = if directive.whole_file { "file" } else { "here" };
        let patterns = directive.patterns.iter().map(|found| format!("{of} {:?}", found.span.slice(comment)));
        let mistakes =
            mistakes.iter().map(|wrong| format!("{} {:?} ({})", wrong.message, wrong.span.slice(comment), wrong.help));
        patterns.chain(mistakes).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn comments_name_rules_and_categories() {
        insta::assert_snapshot!(read("# promproof: ignore[template/missing-label] the proxy adds it"), @r#"here "template/missing-label""#);
        insta::assert_snapshot!(read("#promproof:ignore[ template/missing-label ,runbook/* ]"), @r#"here "template/missing-label"; here "runbook/*""#);
        insta::assert_snapshot!(read("## promproof: ignore-file[yaml/*]"), @r#"file "yaml/*""#);
    }

    #[test]
    fn prose_is_not_for_promproof() {
        for prose in
            ["# down", "#", "# promproof is run in CI", "# promproof-ng: ignore[x]", "# see promproof: ignore[a/b]"]
        {
            assert_eq!(read(prose), "not for promproof", "{prose}");
        }
    }

    #[test]
    fn mistakes_are_found_and_the_rest_still_holds() {
        insta::assert_snapshot!(read("# promproof ignore[template/syntax]"), @r#"there is no `:` behind `promproof` "promproof ignore[template/syntax]" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
        insta::assert_snapshot!(read("# promproof: disable template/syntax  "), @r#"this comment is not a suppression "promproof: disable template/syntax" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
        insta::assert_snapshot!(read("# promproof: ignore[template/syntax"), @r#"the list of rules is not closed with `]` "promproof: ignore[template/syntax" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
        insta::assert_snapshot!(read("# promproof: ignore[ ] because"), @r#"the suppression names no rule "promproof: ignore[ ] because" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
        insta::assert_snapshot!(read("# promproof: ignore[template/syntax, template/mising-label, *, foo/bar,]"), @r#"here "template/syntax"; there is no rule `template/mising-label` "template/mising-label" (did you mean `template/missing-label`?); there is no rule `*` "*" (name the rules, or a category such as `template/*`); there is no rule `foo/bar` "foo/bar" (`promproof rules` lists the rules)"#);
    }
}
