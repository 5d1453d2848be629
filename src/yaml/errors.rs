//! What the parser's errors are called, in words for people who write rules and not parsers.

use granit_parser::ErrorKind;

use super::build::{Source, SyntaxError};
use super::escapes::wrong_escape;
use super::findings::SYNTAX;
use super::prologue::Refused;
use super::repair::{Repaired, opening_quote};
use crate::source::{Diagnostic, Span};

/// The syntax errors of a text as diagnostics.
pub(super) fn diagnostics(source: &Source, repaired: &Repaired) -> Vec<Diagnostic> {
    let mut from = 0;
    let mut found = Vec::new();
    for error in &repaired.attempt.errors {
        let next = repaired.unclosed.partition_point(|line| *line < from);
        let line = repaired.unclosed.get(next).filter(|line| **line <= error.at);
        found.push(match line {
            Some(line) => never_closed(source, *line, "this line is not indented: the text should have ended before"),
            None => diagnostic(source, error),
        });
        from = error.at.saturating_add(1);
    }
    found
}

fn diagnostic(source: &Source, error: &SyntaxError) -> Diagnostic {
    let text = source.origin.text();
    match error.kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            return unclosed(source, error.at);
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            let closing = text.get(..error.at).unwrap_or_default().trim_end().len().saturating_sub(1);
            let opening = opening_quote(text, closing).unwrap_or(closing);
            if text.get(opening..closing).is_some_and(|lines| lines.contains('\n')) {
                return never_closed(source, closing, "it would end only here, and text follows");
            }
        }
        _ => {}
    }
    let words = words(&error.kind, text, error.at);
    let label = source.label(place(text, exact_place(&error.kind, text, error.at)), words.label);
    // A line that does not fit inside brackets which an earlier line opened: those should have been closed.
    let bracket = error.open_bracket.filter(|open| text.get(*open..error.at).is_some_and(|lines| lines.contains('\n')));
    if let Some(open) = bracket {
        let bracket = place(text, open);
        let message = format!("the `{}` opened here is not closed", bracket.slice(text));
        return SYNTAX
            .diagnostic(message, source.label(bracket, "opened here"))
            .related(source.label(place(text, error.at), "this cannot stand inside it"));
    }
    let found = SYNTAX.diagnostic(words.message, label);
    if words.help.is_empty() { found } else { found.help(words.help) }
}

/// A `...` before the first document.
pub(super) fn stray_end(source: &Source, at: usize) -> Diagnostic {
    let label = source.label(Span::new(at, at + 3), "nothing has begun yet");
    let message = "`...` ends a document, and none has begun";
    SYNTAX.diagnostic(message, label).help("delete the line; Prometheus refuses the file because of it")
}

/// What may not stand before the content.
pub(super) fn prologue(source: &Source, refused: Refused) -> Diagnostic {
    let (span, message, label, help) = match refused {
        Refused::Directive(span) => {
            let help = "delete the line; Prometheus reads YAML 1.1 and knows `%YAML 1.1` and `%TAG`";
            (span, "Prometheus refuses this directive", "not known to its reader", help)
        }
        Refused::Mark(span) => {
            let help = "delete it; a byte-order mark may only be the very first character of a file";
            (span, "there is a byte-order mark within the file", "an invisible character", help)
        }
    };
    SYNTAX.diagnostic(message, source.label(span, label)).help(help)
}

/// A tab where none may stand.
pub(super) fn tab(source: &Source, at: usize) -> Diagnostic {
    let words = words(&ErrorKind::TabInIndentation, source.origin.text(), at);
    let label = source.label(Span::new(at, at + 1), words.label);
    SYNTAX.diagnostic(words.message, label).help(words.help)
}

/// The parser points at the start of a text for some mistakes inside it.
fn exact_place(kind: &ErrorKind, text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let found = match kind {
        ErrorKind::UnexpectedCharacter { character } => rest.find(*character),
        ErrorKind::TabInPlainScalar => rest.find('\t'),
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => wrong_escape(rest),
        _ => None,
    };
    at + found.unwrap_or(0)
}

/// A quote at `opening` that nothing closes.
fn unclosed(source: &Source, opening: usize) -> Diagnostic {
    let label = source.label(Span::new(opening, opening + 1), "opened here");
    SYNTAX.diagnostic("the quote opened here is never closed", label).help(
        "close it at the end of the text; inside single quotes write `''` for a quote, inside double quotes `\\\"`",
    )
}

/// The same for the quoted text in which the byte `inside` lies, at which something is wrong.
fn never_closed(source: &Source, inside: usize, wrong: &str) -> Diagnostic {
    let text = source.origin.text();
    let opening = opening_quote(text, inside).unwrap_or(inside);
    unclosed(source, opening).related(source.label(place(text, inside), wrong))
}

/// The character at `at`, or the end of the text.
fn place(text: &str, at: usize) -> Span {
    let length = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    Span::new(at, at + length.map_or(0, char::len_utf8))
}

struct Words {
    message: String,
    label: &'static str,
    help: String,
}

fn say(message: impl Into<String>, label: &'static str, help: impl Into<String>) -> Words {
    Words { message: message.into(), label, help: help.into() }
}

const QUOTE_IT: &str = "put the whole value in quotes";

fn words(kind: &ErrorKind, text: &str, at: usize) -> Words {
    use ErrorKind as E;
    if let Some(words) = template_without_quotes(kind, text, at) {
        return words;
    }
    match kind {
        E::MappingValueNotAllowed if is_first_colon(text, at) => say(
            "this line is indented deeper than the line above, which has a value already",
            "begins another value",
            "a key belongs in the column of its mapping's other keys; if the line continues the text above, quote that text",
        ),
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => say(
            "a second `: ` in one value",
            "this colon begins another value",
            format!("a value that holds `: ` needs quotes: {QUOTE_IT}"),
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => say(
            "this line is neither a `key: value` nor part of the text above",
            "no `:` behind it",
            "indent it deeper than its key if it continues the text above, or write `key: value`",
        ),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation | E::ExpectedNodeContent => {
            say(
                "this does not fit what stands above it",
                "unexpected here",
                "check the indentation: the keys of a mapping and the `-` of a list each begin in one column",
            )
        }
        E::MappingKeyNotAllowed => {
            say("a key cannot stand here", "unexpected key", "check the indentation and the line before")
        }
        E::BlockSequenceEntryNotAllowed | E::InvalidBlockEntryWhitespace | E::BlockEntryInFlowCollection => say(
            "a list item cannot stand here",
            "this `-` begins an item",
            "begin the list on a line of its own, below its key; a text that begins with `- ` needs quotes",
        ),
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => say(
            "a tab is used for indentation",
            "this tab",
            "YAML is indented with spaces only, also on a line that holds nothing else",
        ),
        E::TabInPlainScalar => say("a tab stands where no tab may stand", "this tab", "use spaces, or quote the text"),
        E::InvalidBlockScalarIndent => say(
            "a line of the text block is indented less than its first line",
            "indented too little",
            "indent all lines of the block at least as deep as the first one",
        ),
        E::InvalidBlockScalarHeader => say(
            "text follows `|` or `>` in the same line",
            "unexpected here",
            "begin the text block on the next line, or put the value in quotes",
        ),
        E::InvalidQuotedScalarIndent | E::InvalidFlowScalarIndent => say(
            "a line of a quoted text is not indented",
            "indented too little",
            "indent it deeper than the key, or close the quote before it",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => say(
            "text follows a closing quote",
            "unexpected here",
            "a value that begins with a quote ends with the matching one; to write quotes inside, use the other kind outside",
        ),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidUnicodeEscape
        | E::InvalidLowSurrogate
        | E::InvalidLowSurrogateHexEscape
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate => say(
            "a double-quoted text holds a backslash that is no escape",
            "in this text",
            "write `\\\\` for a backslash, or use single quotes, in which a backslash is an ordinary character",
        ),
        E::UnexpectedCharacter { character } => unexpected_character(*character),
        E::UnclosedFlowCollection { open } => {
            say(format!("the `{open}` opened here is never closed"), "opened here", "")
        }
        E::UnexpectedEofFlowSequence | E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping => {
            say("the file ends inside brackets", "a closing bracket is missing", "")
        }
        E::ExpectedFlowMappingSeparator => say(
            "`,` or `}` is missing",
            "expected before this",
            format!("a text that begins with `{{` needs quotes: {QUOTE_IT}"),
        ),
        E::ExpectedFlowSequenceSeparator => say(
            "`,` or `]` is missing",
            "expected before this",
            format!("a text that begins with `[` needs quotes: {QUOTE_IT}"),
        ),
        E::MisplacedFlowCollectionEnd => {
            say("this bracket closes nothing", "no bracket is open", format!("if it belongs to a text: {QUOTE_IT}"))
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            say(format!("`{open}` is closed by `{close}`"), "the wrong bracket", "")
        }
        E::RecursionLimitExceeded => {
            say("brackets or blocks nest too deep", "more than 255 levels", "no rule file needs that many")
        }
        E::CommentNotSeparated => say("`#` must have a space before it", "this comment", "put a space before the `#`"),
        E::CommentInterceptedScalar => {
            say("a comment stands in the middle of a text", "the text goes on here", "move the comment above the text")
        }
        E::BomInsideDocument => say("a byte-order mark stands inside the file", "here", "remove it"),
        E::ExpectedDocumentStart | E::InvalidDocumentEnd | E::MissingDocumentEndBeforeDirective => say(
            "something follows the end of the document",
            "unexpected here",
            "check the indentation; a new document begins with `---`",
        ),
        E::UndeclaredTagHandle => say("the tag's prefix is not declared", "this tag", ""),
        E::MissingAnchorOrAliasName => say(
            "`&` and `*` need a name",
            "no name follows",
            format!("a text that begins with `&` or `*` needs quotes: {QUOTE_IT}"),
        ),
        E::PlainScalarStartsWithDashFlowIndicator => {
            say("a value cannot begin with `-` and a bracket", "this value", QUOTE_IT)
        }
        other => say(other.to_string(), "here", ""),
    }
}

/// Whether nothing but a key stands before the colon at `at` in its line.
fn is_first_colon(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    before.contains('\n') && !line.is_empty() && !line.contains(": ")
}

fn unexpected_character(character: char) -> Words {
    match character {
        '@' | '`' | '%' => say(
            format!("a value cannot begin with `{character}`"),
            "reserved by YAML",
            format!("to write a text that begins with it, {QUOTE_IT}"),
        ),
        c if c.is_control() => say(
            format!("the control character U+{:04X} is not allowed in YAML", u32::from(c)),
            "this character",
            "remove it, or write it as an escape in double quotes",
        ),
        c => say(format!("`{c}` cannot stand here"), "unexpected here", ""),
    }
}

/// `summary: {{ $value }} is high`: the commonest mistake of all in alert rules, and YAML's own words for it (a flow
/// mapping without a comma) help nobody.
fn template_without_quotes(kind: &ErrorKind, text: &str, at: usize) -> Option<Words> {
    let line_start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let before = text.get(line_start..at)?;
    let value = before.split_once(": ").map_or(before.trim_start(), |(_, value)| value.trim_start());
    let in_flow = !matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::UnexpectedCharacter { .. });
    (in_flow && value.starts_with("{{")).then(|| {
        say(
            "a value that begins with `{{` is not in quotes",
            "YAML reads the braces as a mapping",
            "put the whole value in quotes: `'{{ $value }} is too high'`",
        )
    })
}
