//! Tokens and the words of the language.

use super::ast::{AggregateOp, BinaryOp, MatchOp};
use crate::model::gofmt;
use crate::source::Span;

/// A token: what it is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What a token is. Words that have a meaning in some places are kinds of their own; most of them are names in
/// others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// The end of the text.
    End,
    /// Something that is not a token; the lexer has said so and stops.
    Error,
    /// A word without colons.
    Identifier,
    /// A word with colons.
    MetricIdentifier,
    Number,
    Duration,
    String,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// A single `=`.
    Assign,
    /// `=~` or `!~`, inside braces only.
    Match(MatchOp),
    At,
    Operator(BinaryOp),
    Aggregate(AggregateOp),
    Keyword(Keyword),
    /// `start`, `end`, `step`, `range`: functions, and words of durations and of `@`.
    Time(TimeWord),
}

/// Words with a meaning that are neither operators nor aggregations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Anchored,
    Bool,
    By,
    Fill,
    FillLeft,
    FillRight,
    GroupLeft,
    GroupRight,
    Ignoring,
    Offset,
    On,
    Smoothed,
    Without,
}

/// Words that stand for a time of the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeWord {
    Start,
    End,
    Step,
    Range,
    MinOf,
    MaxOf,
}

/// The longest word below; longer ones need no look-up.
const LONGEST_WORD: usize = 12;

/// What a word means, in whatever case it is written; `None` for an ordinary name.
pub(super) fn word(text: &[u8]) -> Option<TokenKind> {
    let mut lower = [0; LONGEST_WORD];
    let lower = lower.get_mut(..text.len())?;
    lower.copy_from_slice(text);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"and" => TokenKind::Operator(BinaryOp::And),
        b"or" => TokenKind::Operator(BinaryOp::Or),
        b"unless" => TokenKind::Operator(BinaryOp::Unless),
        b"atan2" => TokenKind::Operator(BinaryOp::Atan2),
        b"sum" => TokenKind::Aggregate(AggregateOp::Sum),
        b"avg" => TokenKind::Aggregate(AggregateOp::Avg),
        b"count" => TokenKind::Aggregate(AggregateOp::Count),
        b"min" => TokenKind::Aggregate(AggregateOp::Min),
        b"max" => TokenKind::Aggregate(AggregateOp::Max),
        b"group" => TokenKind::Aggregate(AggregateOp::Group),
        b"stddev" => TokenKind::Aggregate(AggregateOp::Stddev),
        b"stdvar" => TokenKind::Aggregate(AggregateOp::Stdvar),
        b"topk" => TokenKind::Aggregate(AggregateOp::TopK),
        b"bottomk" => TokenKind::Aggregate(AggregateOp::BottomK),
        b"count_values" => TokenKind::Aggregate(AggregateOp::CountValues),
        b"quantile" => TokenKind::Aggregate(AggregateOp::Quantile),
        b"limitk" => TokenKind::Aggregate(AggregateOp::LimitK),
        b"limit_ratio" => TokenKind::Aggregate(AggregateOp::LimitRatio),
        b"offset" => TokenKind::Keyword(Keyword::Offset),
        b"smoothed" => TokenKind::Keyword(Keyword::Smoothed),
        b"anchored" => TokenKind::Keyword(Keyword::Anchored),
        b"by" => TokenKind::Keyword(Keyword::By),
        b"without" => TokenKind::Keyword(Keyword::Without),
        b"on" => TokenKind::Keyword(Keyword::On),
        b"ignoring" => TokenKind::Keyword(Keyword::Ignoring),
        b"group_left" => TokenKind::Keyword(Keyword::GroupLeft),
        b"group_right" => TokenKind::Keyword(Keyword::GroupRight),
        b"fill" => TokenKind::Keyword(Keyword::Fill),
        b"fill_left" => TokenKind::Keyword(Keyword::FillLeft),
        b"fill_right" => TokenKind::Keyword(Keyword::FillRight),
        b"bool" => TokenKind::Keyword(Keyword::Bool),
        b"start" => TokenKind::Time(TimeWord::Start),
        b"end" => TokenKind::Time(TimeWord::End),
        b"step" => TokenKind::Time(TimeWord::Step),
        b"range" => TokenKind::Time(TimeWord::Range),
        b"min_of" => TokenKind::Time(TimeWord::MinOf),
        b"max_of" => TokenKind::Time(TimeWord::MaxOf),
        b"inf" | b"nan" => TokenKind::Number,
        _ => return None,
    })
}

impl TokenKind {
    /// Whether the token may be the name of a metric in front of braces or on its own.
    pub(super) fn is_metric_name(self) -> bool {
        use Keyword::{Anchored, By, Offset, Smoothed, Without};
        match self {
            TokenKind::Identifier | TokenKind::MetricIdentifier | TokenKind::Aggregate(_) | TokenKind::Time(_) => true,
            TokenKind::Operator(op) => matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless),
            TokenKind::Keyword(keyword) => matches!(keyword, Anchored | By | Offset | Smoothed | Without),
            _ => false,
        }
    }

    /// Whether the token may be a label between the parentheses of `by`, `on`, `group_left` …
    pub(super) fn is_grouping_label(self) -> bool {
        match self {
            TokenKind::Identifier | TokenKind::MetricIdentifier | TokenKind::Aggregate(_) | TokenKind::Time(_) => true,
            TokenKind::Operator(op) => matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless | BinaryOp::Atan2),
            TokenKind::Keyword(keyword) => keyword != Keyword::Without,
            _ => false,
        }
    }

    /// Whether an expression may begin with the token.
    pub(super) fn starts_expression(self) -> bool {
        matches!(
            self,
            TokenKind::Number
                | TokenKind::Duration
                | TokenKind::String
                | TokenKind::LeftParen
                | TokenKind::LeftBrace
                | TokenKind::Operator(BinaryOp::Add | BinaryOp::Sub)
        ) || self.is_metric_name()
    }

    /// The token as upstream's messages name it; `text` is how it is written.
    pub(super) fn describe(self, text: &[u8]) -> String {
        let written = String::from_utf8_lossy(text);
        let quoted = match text.get(..10) {
            Some(_) if text.len() > 10 => {
                let start: String = written.chars().take(10).collect();
                format!("{}...", gofmt::quote(start.as_bytes()))
            }
            _ => gofmt::quote(text),
        };
        match self {
            TokenKind::End => "end of input".to_owned(),
            TokenKind::Identifier => format!("identifier {}", gofmt::quote(text)),
            TokenKind::MetricIdentifier => format!("metric identifier {}", gofmt::quote(text)),
            TokenKind::Number => format!("number {quoted}"),
            TokenKind::Duration => format!("duration {quoted}"),
            TokenKind::String => format!("string {quoted}"),
            TokenKind::Keyword(_) => format!("<{written}>"),
            TokenKind::Operator(_) | TokenKind::Match(_) | TokenKind::At => format!("<op:{written}>"),
            TokenKind::Aggregate(_) => format!("<aggr:{written}>"),
            _ => quoted,
        }
    }
}
