//! A template's text as tokens, with Go's rules for delimiters, trim markers and comments.
//!
//! Spaces inside actions are tokens, because Go's grammar looks at them (`$x .y` is not `$x.y`).

use memchr::memchr_iter;

use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Text,
    LeftDelim,
    RightDelim,
    Space,
    Identifier,
    /// `.name`
    Field,
    /// `$name`
    Variable,
    Dot,
    Nil,
    Bool,
    Number,
    CharConstant,
    String,
    RawString,
    LeftParen,
    RightParen,
    Pipe,
    Assign,
    Declare,
    /// Any other character that can be printed, such as a comma.
    Char,
    Keyword(Keyword),
    Eof,
    /// The text cannot be read on from here.
    Error,
}

/// The words with a meaning at the beginning of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its bytes; for a text those left after trimming.
    pub(super) span: Span,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

/// What a text consists of.
pub(super) struct Tokens {
    /// In the order of the text; the last one is [`TokenKind::Eof`] or [`TokenKind::Error`].
    pub(super) list: Vec<Token>,
    /// What Go says of the [`TokenKind::Error`], where the text ends with one.
    pub(super) error: String,
}

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
const COMMENT_START: &str = "/*";
const COMMENT_END: &str = "*/";
/// A space and the `-` of a trim marker.
const TRIM_MARKER_LEN: usize = 2;

/// Most annotations have no more tokens than this.
const USUAL_TOKENS: usize = 24;

/// All tokens of `text`.
pub(super) fn tokenize(text: &str) -> Tokens {
    let mut lexer = Lexer {
        text,
        at: 0,
        counted: 0,
        line: 1,
        paren_depth: 0,
        tokens: Vec::with_capacity(USUAL_TOKENS),
        error: None,
        trim_next: false,
    };
    while lexer.error.is_none() && lexer.text_run() {}
    if lexer.error.is_none() {
        lexer.push(TokenKind::Eof, Span::at(text.len()));
    }
    Tokens { list: lexer.tokens, error: lexer.error.unwrap_or_default() }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Lines are counted up to this byte.
    counted: usize,
    line: usize,
    paren_depth: usize,
    tokens: Vec<Token>,
    /// What Go says of the place where it cannot be read on.
    error: Option<String>,
    /// Whether the last action ended with ` -}}`.
    trim_next: bool,
}

/// Where the next action begins.
fn left_delim(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr_iter(b'{', bytes).find(|at| bytes.get(at + 1) == Some(&b'{'))
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip_while(&mut self, accept: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !accept(c)).unwrap_or(rest.len());
    }

    fn push(&mut self, kind: TokenKind, span: Span) {
        if span.start() > self.counted {
            let between = self.text.as_bytes().get(self.counted..span.start()).unwrap_or_default();
            self.line += between.iter().filter(|byte| **byte == b'\n').count();
            self.counted = span.start();
        }
        self.tokens.push(Token { kind, span, line: self.line });
    }

    fn push_from(&mut self, kind: TokenKind, start: usize) {
        self.push(kind, Span::new(start, self.at));
    }

    fn fail(&mut self, span: Span, message: impl Into<String>) {
        self.push(TokenKind::Error, span);
        self.error = Some(message.into());
    }

    /// Text up to the next `{{`, and the action behind it. False at the end of the text.
    fn text_run(&mut self) -> bool {
        if std::mem::take(&mut self.trim_next) {
            self.skip_while(is_space);
        }
        let start = self.at;
        let Some(length) = left_delim(self.rest()) else {
            self.at = self.text.len();
            if self.at > start {
                self.push_from(TokenKind::Text, start);
            }
            return false;
        };
        let delim = start + length;
        let after = self.text.get(delim + LEFT.len()..).unwrap_or_default();
        let trims = has_left_trim_marker(after);
        let before = self.text.get(start..delim).unwrap_or_default();
        let kept = if trims { before.trim_end_matches(is_space) } else { before };
        if !kept.is_empty() {
            self.push(TokenKind::Text, Span::new(start, start + kept.len()));
        }
        self.at = delim + LEFT.len() + if trims { TRIM_MARKER_LEN } else { 0 };
        if self.rest().starts_with(COMMENT_START) {
            self.comment(delim);
        } else {
            self.push(TokenKind::LeftDelim, Span::new(delim, delim + LEFT.len()));
            self.paren_depth = 0;
            while self.error.is_none() && self.inside_action() {}
        }
        true
    }

    fn comment(&mut self, delim: usize) {
        let Some(length) = self.rest().find(COMMENT_END) else {
            return self.fail(Span::new(delim, self.text.len()), "unclosed comment");
        };
        self.at += length + COMMENT_END.len();
        match self.right_delim() {
            Some(trims) => self.leave_action(trims),
            None => self.fail(Span::new(delim, self.at), "comment ends before closing delimiter"),
        }
    }

    /// Whether the action ends here, and if so whether with a trim marker.
    fn right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest.get(TRIM_MARKER_LEN..).is_some_and(|r| r.starts_with(RIGHT)) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn leave_action(&mut self, trims: bool) {
        self.at += RIGHT.len() + if trims { TRIM_MARKER_LEN } else { 0 };
        self.trim_next = trims;
    }

    /// One token inside an action. False when the action has ended.
    fn inside_action(&mut self) -> bool {
        let start = self.at;
        if let Some(trims) = self.right_delim() {
            if self.paren_depth > 0 {
                self.fail(Span::new(start, start + RIGHT.len()), "unclosed left paren");
                return false;
            }
            self.leave_action(trims);
            self.push_from(TokenKind::RightDelim, start);
            return false;
        }
        let Some(c) = self.bump() else {
            let open = self.tokens.iter().rev().find(|token| token.kind == TokenKind::LeftDelim);
            let span = open.map_or(Span::at(start), |token| token.span);
            self.fail(span, "unclosed action");
            return false;
        };
        match c {
            c if is_space(c) => self.space(start),
            '=' => self.push_from(TokenKind::Assign, start),
            ':' if self.peek() == Some('=') => {
                self.bump();
                self.push_from(TokenKind::Declare, start);
            }
            ':' => self.fail(Span::new(start, self.at), "expected :="),
            '|' => self.push_from(TokenKind::Pipe, start),
            '"' => self.quoted(start, '"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.quoted(start, '\'', TokenKind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(start),
            '$' => self.name(start, TokenKind::Variable, TokenKind::Variable),
            '.' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => {
                self.name(start, TokenKind::Field, TokenKind::Dot);
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at = start;
                self.number();
            }
            c if is_alphanumeric(c) => self.word(start),
            '(' => {
                self.paren_depth += 1;
                self.push_from(TokenKind::LeftParen, start);
            }
            ')' => match self.paren_depth.checked_sub(1) {
                Some(depth) => {
                    self.paren_depth = depth;
                    self.push_from(TokenKind::RightParen, start);
                }
                None => self.fail(Span::new(start, self.at), "unexpected right paren"),
            },
            ' '..='~' => self.push_from(TokenKind::Char, start),
            c => {
                let message = format!("unrecognized character in action: {}", unicode_name(c));
                self.fail(Span::new(start, self.at), message);
            }
        }
        true
    }

    fn space(&mut self, start: usize) {
        loop {
            // The last space may belong to ` -}}`.
            if self.text.get(self.at - 1..).is_some_and(|rest| {
                has_right_trim_marker(rest) && rest.get(TRIM_MARKER_LEN..).is_some_and(|r| r.starts_with(RIGHT))
            }) {
                self.at -= 1;
                break;
            }
            if !self.peek().is_some_and(is_space) {
                break;
            }
            self.bump();
        }
        if self.at > start {
            self.push_from(TokenKind::Space, start);
        }
    }

    fn quoted(&mut self, start: usize, end: char, kind: TokenKind, unterminated: &str) {
        loop {
            match self.bump() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.bump();
                }
                Some(c) if c == end => return self.push_from(kind, start),
                Some('\n' | '\\') | None => return self.fail(Span::new(start, self.at), unterminated),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self, start: usize) {
        match self.rest().find('`') {
            Some(length) => {
                self.at += length + 1;
                self.push_from(TokenKind::RawString, start);
            }
            None => self.fail(Span::new(start, self.text.len()), "unterminated raw quoted string"),
        }
    }

    /// What follows a `.` or `$`.
    fn name(&mut self, start: usize, kind: TokenKind, alone: TokenKind) {
        if self.at_terminator() {
            return self.push_from(alone, start);
        }
        self.skip_while(is_alphanumeric);
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.push_from(kind, start);
    }

    fn bad_character(&mut self) {
        let start = self.at;
        let c = self.bump().unwrap_or_default();
        self.fail(Span::new(start, self.at), format!("bad character {}", unicode_name(c)));
    }

    fn word(&mut self, start: usize) {
        self.skip_while(is_alphanumeric);
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = match self.text.get(start..self.at).unwrap_or_default() {
            "block" => TokenKind::Keyword(Keyword::Block),
            "break" => TokenKind::Keyword(Keyword::Break),
            "continue" => TokenKind::Keyword(Keyword::Continue),
            "define" => TokenKind::Keyword(Keyword::Define),
            "else" => TokenKind::Keyword(Keyword::Else),
            "end" => TokenKind::Keyword(Keyword::End),
            "if" => TokenKind::Keyword(Keyword::If),
            "range" => TokenKind::Keyword(Keyword::Range),
            "template" => TokenKind::Keyword(Keyword::Template),
            "with" => TokenKind::Keyword(Keyword::With),
            "nil" => TokenKind::Nil,
            "true" | "false" => TokenKind::Bool,
            _ => TokenKind::Identifier,
        };
        self.push_from(kind, start);
    }

    /// Whether an identifier may end here.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(c) => is_space(c) || self.rest().starts_with(RIGHT),
        }
    }

    fn accept(&mut self, set: &str) -> bool {
        let found = self.peek().is_some_and(|c| set.contains(c));
        if found {
            self.bump();
        }
        found
    }

    fn number(&mut self) {
        let start = self.at;
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.skip_while(|c| digits.contains(c));
        if self.accept(".") {
            self.skip_while(|c| digits.contains(c));
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if self.accept(exponent) {
            self.accept("+-");
            self.skip_while(|c| "0123456789_".contains(c));
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            let written = self.text.get(start..self.at).unwrap_or_default();
            let message = format!("bad number syntax: {}", crate::model::gofmt::quote(written.as_bytes()));
            return self.fail(Span::new(start, self.at), message);
        }
        self.push_from(TokenKind::Number, start);
    }
}

/// `- ` behind `{{`.
fn has_left_trim_marker(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next() == Some('-') && chars.next().is_some_and(is_space)
}

/// ` -` before `}}`.
fn has_right_trim_marker(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next().is_some_and(is_space) && chars.next() == Some('-')
}

/// Go's `%#U`: `U+00A0`, with the character behind it where it can be printed.
fn unicode_name(c: char) -> String {
    if crate::model::gofmt::is_print(c) { format!("U+{:04X} '{c}'", c as u32) } else { format!("U+{:04X}", c as u32) }
}
