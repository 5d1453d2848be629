//! Why a pattern is refused.

use std::fmt;

use crate::source::Span;

/// A pattern that Go's `regexp` would refuse, too, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexError {
    /// The bytes of the pattern that are wrong.
    pub span: Span,
    /// Go's text: ``error parsing regexp: missing closing ): `(a` ``.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Go's error codes (`regexp/syntax`, `ErrorCode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    CharRange,
    Escape,
    NamedCapture,
    PerlOp,
    RepeatOp,
    RepeatSize,
    MissingBracket,
    MissingParen,
    MissingArgument,
    TrailingBackslash,
    UnexpectedParen,
    NestingDepth,
    Large,
}

impl Code {
    const fn text(self) -> &'static str {
        match self {
            Code::CharRange => "invalid character class range",
            Code::Escape => "invalid escape sequence",
            Code::NamedCapture => "invalid named capture",
            Code::PerlOp => "invalid or unsupported Perl syntax",
            Code::RepeatOp => "invalid nested repetition operator",
            Code::RepeatSize => "invalid repeat count",
            Code::MissingBracket => "missing closing ]",
            Code::MissingParen => "missing closing )",
            Code::MissingArgument => "missing argument to repetition operator",
            Code::TrailingBackslash => "trailing backslash at end of expression",
            Code::UnexpectedParen => "unexpected )",
            Code::NestingDepth => "expression nests too deeply",
            Code::Large => "expression too large",
        }
    }

    const fn help(self) -> Option<&'static str> {
        Some(match self {
            Code::MissingArgument => "write `.*` for any text, or `\\*` for a star",
            Code::RepeatOp => "remove one of the two, or put the first one into `(?:…)`",
            Code::RepeatSize => "a count is at most 1000, also of repetitions inside of each other",
            Code::PerlOp => "Prometheus' regular expressions have no look-around and no back-references",
            Code::UnexpectedParen => "write `\\)` for a parenthesis",
            Code::MissingParen => "add the `)`, or write `\\(` for a parenthesis",
            Code::MissingBracket => "add the `]`, or write `\\[` for a bracket",
            Code::CharRange
            | Code::Escape
            | Code::NamedCapture
            | Code::TrailingBackslash
            | Code::NestingDepth
            | Code::Large => return None,
        })
    }
}

impl RegexError {
    /// An error about the bytes `span` of `pattern`.
    pub(super) fn new(code: Code, pattern: &str, span: Span) -> Self {
        let shown = match code {
            Code::TrailingBackslash => "",
            _ => span.slice(pattern),
        };
        let message = format!("error parsing regexp: {}: `{shown}`", code.text());
        RegexError { span, message, help: code.help().map(str::to_owned) }
    }

    /// Bytes that are no text, from `offset` on.
    pub(super) fn invalid_utf8(offset: usize) -> Self {
        let message = "error parsing regexp: invalid UTF-8".to_owned();
        RegexError { span: Span::at(offset), message, help: None }
    }
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RegexError {}
