//! The text of a suppression comment: `# promproof: ignore[template/missing-label, runbook/*] reason`.

use crate::lint::naming::Name;
use crate::lint::registry::nearest;
use crate::model::calendar::parse_date;
use crate::source::words::{self, did_you_mean};
use crate::source::{Span, Spanned};

/// So many characters of a word are quoted.
const MAX_QUOTED: usize = 40;

/// What a comment suppresses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) reach: Reach,
    /// The rules, each with its place in the comment.
    pub(super) patterns: Vec<Spanned<Name>>,
    /// When it ceases to hold, if it does.
    pub(super) until: Option<Spanned<Until>>,
}

/// What a comment speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What it stands at: `ignore[…]`.
    Place,
    /// The whole file: `ignore-file[…]`.
    File,
    /// What follows, as far as the next end: `ignore-begin[…]`.
    Begin,
    /// It ends what the last one began: `ignore-end`.
    End,
    /// The rule that it stands in or above.
    Rule,
    /// Its line.
    Line,
    /// The line below it.
    NextLine,
    /// The rest of the file.
    Rest,
}

/// The moment at which a comment ceases to hold, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Until(pub(super) i64);

/// What is wrong with a comment, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

const FORM: &str = "write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file";

/// The words before the list of rules. Those that others begin with come behind them.
const WORDS: [(&str, Reach); 3] =
    [("ignore-file[", Reach::File), ("ignore-begin[", Reach::Begin), ("ignore[", Reach::Place)];

const END: &str = "ignore-end";

const MS_PER_DAY: i64 = 86_400_000;

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
    let nothing = |reach: Reach| Directive { reach, patterns: Vec::new(), until: None };
    let whole = Span::new(at(words), comment.trim_end().len());
    let malformed = |message: &str| {
        let mistake = Mistake { span: whole, message: message.to_owned(), help: FORM.to_owned() };
        Some((nothing(Reach::Place), vec![mistake]))
    };

    if !colon {
        return malformed("there is no `:` behind `promproof`");
    }
    if let Some(behind) = body.strip_prefix(END).filter(|behind| !behind.starts_with(is_word)) {
        return Some((nothing(Reach::End), list_behind_end(behind, at(behind)).into_iter().collect()));
    }
    let known = WORDS.iter().find_map(|(word, reach)| Some((body.strip_prefix(word)?, *reach)));
    let Some((list, reach)) = known else { return malformed("this comment is not a suppression") };
    let Some((ids, reason)) = list.split_once(']') else {
        return malformed("the list of rules is not closed with `]`");
    };
    if ids.trim().is_empty() {
        return malformed("the suppression names no rule");
    }
    let mut mistakes = Vec::new();
    let patterns = patterns(ids, at(list), &mut mistakes);
    let until = until(reason, at(reason), &mut mistakes);
    Some((Directive { reach, patterns, until }, mistakes))
}

/// Reads the excuses of an annotation, one in each line: `category/rule, category/*: reason`. Places are bytes of `text`.
pub(super) fn parse_annotation(text: &str) -> (Vec<Directive>, Vec<Mistake>) {
    let (mut directives, mut mistakes) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (ids, reason) = line.split_once(':').unwrap_or((line, ""));
        if !line.trim().is_empty() {
            let patterns = patterns(ids, start, &mut mistakes);
            let until = until(reason, start + line.len() - reason.len(), &mut mistakes);
            directives.push(Directive { reach: Reach::Rule, patterns, until });
        }
        start += line.len();
    }
    (directives, mistakes)
}

/// Whether a word goes on with the letter.
fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '/')
}

/// What is wrong with an end that names rules; `behind` stands at the byte `at`.
fn list_behind_end(behind: &str, at: usize) -> Option<Mistake> {
    let list = behind.strip_prefix('[')?;
    let end = list.find(']').map_or(behind.trim_end().len(), |end| end + 2);
    Some(Mistake {
        span: Span::new(at, at + end),
        message: format!("`{END}` names rules"),
        help: format!("write `# promproof: {END}`: it ends the last `ignore-begin[…]`, whatever that names"),
    })
}

/// The rules of a list, which stands at the byte `start`.
fn patterns(ids: &str, mut start: usize, mistakes: &mut Vec<Mistake>) -> Vec<Spanned<Name>> {
    let mut patterns = Vec::new();
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
            Some(pattern) => patterns.push(Spanned::new(pattern, span)),
            None => mistakes.push(unknown(id, span)),
        }
    }
    patterns
}

/// The `until=2027-01-31` of a reason, which stands at the byte `start`: the last day on which the comment holds.
pub(super) fn until(reason: &str, start: usize, mistakes: &mut Vec<Mistake>) -> Option<Spanned<Until>> {
    let mut found = None;
    let mut at = start;
    for piece in reason.split_inclusive(char::is_whitespace) {
        let from = at;
        at += piece.len();
        // A date may end a sentence, or stand in parentheses.
        let word = piece.trim_end().trim_end_matches(['.', ',', ';', ')']);
        let plain = word.trim_start_matches('(');
        let Some(date) = plain.strip_prefix("until=") else { continue };
        let span = Span::new(from + (word.len() - plain.len()), from + word.len());
        let mistake = |message: String, help: &str| Mistake { span, message, help: help.to_owned() };
        match parse_date(date) {
            Some(_) if found.is_some() => {
                mistakes.push(mistake("the suppression has a second date".to_owned(), "leave one of them"))
            }
            Some(day) => found = Some(Spanned::new(Until(day + MS_PER_DAY), span)),
            None => mistakes.push(mistake(
                match date.is_empty() {
                    true => "there is no date behind `until=`".to_owned(),
                    false => format!("`{}` is not a date", words::cropped(date, MAX_QUOTED)),
                },
                "write the last day on which it holds: `until=2027-01-31`",
            )),
        }
    }
    found
}

/// Comments name rules in full, and categories with their `/*`: what they excuse is to be seen, and found with grep.
fn pattern(id: &str) -> Option<Name> {
    Name::exact(id).filter(|name| matches!(name, Name::Rule(_)) || id.ends_with("/*"))
}

fn unknown(id: &str, span: Span) -> Mistake {
    let help = match nearest(id) {
        _ if Name::exact(id).is_some() => format!("write `{}/*` for the whole category", id.trim_end_matches('/')),
        _ if id == "*" => "name the rules, or a category such as `template/*`".to_owned(),
        Some(known) => did_you_mean(known),
        None => "`promproof rules` lists the rules".to_owned(),
    };
    Mistake { span, message: format!("there is no rule `{id}`"), help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::format_rfc3339;

    /// What a comment suppresses, and what is wrong with it, each with its place in the comment.
    fn read(comment: &str) -> String {
        let Some((directive, mistakes)) = parse(comment) else { return "not for promproof".to_owned() };
        let of = match directive.reach {
            Reach::Place => "here",
            Reach::File => "file",
            Reach::Begin => "begin",
            Reach::End => "end",
            _ => "elsewhere",
        };
        let patterns = directive.patterns.iter().map(|found| format!("{of} {:?}", found.span.slice(comment)));
        let mistakes =
            mistakes.iter().map(|wrong| format!("{} {:?} ({})", wrong.message, wrong.span.slice(comment), wrong.help));
        let until = directive.until.iter().map(|until| {
            let ends = format_rfc3339(until.value.0);
            format!("{:?} ends {ends}", until.span.slice(comment))
        });
        let end = (directive.reach == Reach::End).then(|| "end".to_owned());
        end.into_iter().chain(patterns).chain(until).chain(mistakes).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn comments_name_rules_and_categories() {
        insta::assert_snapshot!(read("# promproof: ignore[template/missing-label] the proxy adds it"), @r#"here "template/missing-label""#);
        insta::assert_snapshot!(read("#promproof:ignore[ template/missing-label ,runbook/* ]"), @r#"here "template/missing-label"; here "runbook/*""#);
        insta::assert_snapshot!(read("## promproof: ignore-file[yaml/*]"), @r#"file "yaml/*""#);
        assert!(read("# promproof: ignore[template]").ends_with("(write `template/*` for the whole category)"));
        insta::assert_snapshot!(read("# promproof: ignore-begin[yaml/*] generated"), @r#"begin "yaml/*""#);
        insta::assert_snapshot!(read("# promproof: ignore-end of what is generated"), @"end");
    }

    #[test]
    fn a_comment_may_hold_until_a_day_has_passed() {
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] until=2027-01-31 the move is done"), @r#"here "yaml/*"; "until=2027-01-31" ends 2027-02-01T00:00:00Z"#);
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] the move (until=2028-02-29)."), @r#"here "yaml/*"; "until=2028-02-29" ends 2028-03-01T00:00:00Z"#);
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] until 2027"), @r#"here "yaml/*""#);
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] until=2027-02-29"), @r#"here "yaml/*"; `2027-02-29` is not a date "until=2027-02-29" (write the last day on which it holds: `until=2027-01-31`)"#);
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] until= soon"), @r#"here "yaml/*"; there is no date behind `until=` "until=" (write the last day on which it holds: `until=2027-01-31`)"#);
        insta::assert_snapshot!(read("# promproof: ignore[yaml/*] until=2027-01-31 until=2027-02-28"), @r#"here "yaml/*"; "until=2027-01-31" ends 2027-02-01T00:00:00Z; the suppression has a second date "until=2027-02-28" (leave one of them)"#);
    }

    #[test]
    fn an_end_names_no_rules() {
        insta::assert_snapshot!(read("# promproof: ignore-end[yaml/*] ü"), @r#"end; `ignore-end` names rules "[yaml/*]" (write `# promproof: ignore-end`: it ends the last `ignore-begin[…]`, whatever that names)"#);
        insta::assert_snapshot!(read("# promproof: ignore-end[yaml/*"), @r#"end; `ignore-end` names rules "[yaml/*" (write `# promproof: ignore-end`: it ends the last `ignore-begin[…]`, whatever that names)"#);
        insta::assert_snapshot!(read("# promproof: ignore-ends"), @r#"this comment is not a suppression "promproof: ignore-ends" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
        insta::assert_snapshot!(read("# promproof: ignore-begin"), @r#"this comment is not a suppression "promproof: ignore-begin" (write `# promproof: ignore[category/rule] reason`, or `ignore-file[…]` for the whole file)"#);
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
