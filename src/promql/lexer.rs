//! Text to tokens.
//!
//! What a character means depends on where it stands, as upstream: inside braces words are label names and `=~` is
//! an operator, inside brackets there are durations, `:` and the four words of duration expressions. The lexer keeps
//! that state and reports the first thing that is no token; nothing comes after it.

mod number;
mod string;

pub(super) use string::unquote;

use super::ast::{BinaryOp, MatchOp};
use super::error::ParseError;
use super::help::VARIABLE;
use super::token::{self, Keyword, TimeWord, Token, TokenKind};
use crate::source::Span;

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    input: &'a [u8],
    /// Where the token being read begins.
    start: usize,
    /// The next byte to read.
    pos: usize,
    /// Where the parentheses that are open were opened.
    open_parens: Vec<usize>,
    open_brace: Option<usize>,
    bracket: Option<Bracket>,
    stopped: bool,
}

/// What was read inside the brackets that are open.
#[derive(Clone, Copy)]
struct Bracket {
    open: usize,
    /// Whether there was a number. Before that upstream's messages are different ones.
    number: bool,
    /// Whether there was a number or a word, after which a colon may stand.
    term: bool,
    colon: bool,
}

/// A token or what is wrong instead.
pub(super) type LexResult = Result<Token, ParseError>;

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Lexer { input, start: 0, pos: 0, open_parens: Vec::new(), open_brace: None, bracket: None, stopped: false }
    }

    /// The next token; [`TokenKind::End`] again and again after the last one and after an error.
    pub(super) fn next_token(&mut self) -> LexResult {
        if self.stopped {
            return Ok(Token { kind: TokenKind::End, span: Span::at(self.input.len()) });
        }
        self.skip_blank();
        self.start = self.pos;
        let result = if self.open_brace.is_some() {
            self.inside_braces()
        } else if self.bracket.is_some_and(|bracket| !bracket.number) {
            self.duration_start()
        } else {
            self.outside()
        };
        self.stopped = result.is_err();
        result
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.pos).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.pos += usize::from(found);
        found
    }

    fn eat_any(&mut self, set: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| set.contains(&byte));
        self.pos += usize::from(found);
        found
    }

    fn eat_while(&mut self, accepts: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&accepts) {
            self.pos += 1;
        }
    }

    /// White space and comments, but a comment between brackets is an error of its own.
    fn skip_blank(&mut self) {
        loop {
            self.eat_while(is_space);
            let in_duration = self.bracket.is_some_and(|bracket| !bracket.number);
            if in_duration || self.peek() != Some(b'#') {
                return;
            }
            self.eat_while(|byte| byte != b'\n' && byte != b'\r');
        }
    }

    fn token(&self, kind: TokenKind) -> Token {
        Token { kind, span: Span::new(self.start, self.pos) }
    }

    fn operator(&self, op: BinaryOp) -> Token {
        self.token(TokenKind::Operator(op))
    }

    fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError::new(Span::new(self.start, self.pos), message)
    }

    /// The character at `offset`, as Go's `%q` prints it: `'x'`. The end of the text prints as U+FFFD.
    fn quoted_char(&self, offset: usize) -> String {
        crate::model::gofmt::quote_char(self.char_at(offset))
    }

    fn char_at(&self, offset: usize) -> char {
        self.char_and_end(offset).0
    }

    /// The character at `offset` and where it ends. A byte that begins no character counts as U+FFFD.
    fn char_and_end(&self, offset: usize) -> (char, usize) {
        let rest = self.input.get(offset..).unwrap_or_default();
        let rest = rest.get(..4).unwrap_or(rest);
        match rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(c) => (c, offset + c.len_utf8()),
            None => (char::REPLACEMENT_CHARACTER, (offset + 1).min(self.input.len())),
        }
    }

    /// An error about the character at `offset`, which ends the message and the error's span.
    fn bad_char(&mut self, message: &str, offset: usize) -> ParseError {
        let message = format!("{message}{}", self.quoted_char(offset));
        self.pos = self.char_and_end(offset).1;
        self.error(message)
    }

    /// Outside of braces, and between brackets after the first number.
    fn outside(&mut self) -> LexResult {
        let Some(byte) = self.peek() else { return self.at_end() };
        if byte.is_ascii_digit() || byte == b'.' && self.byte_after(1).is_some_and(|next| next.is_ascii_digit()) {
            return self.number();
        }
        if is_alpha(byte) || byte == b':' {
            return if self.bracket.is_some() { self.word_in_bracket(byte) } else { Ok(self.name()) };
        }
        if matches!(byte, b'"' | b'\'' | b'`') {
            return self.string(byte);
        }
        self.pos += 1;
        match byte {
            b',' => Ok(self.token(TokenKind::Comma)),
            b'@' => Ok(self.token(TokenKind::At)),
            b'=' if self.peek() == Some(b'~') => {
                Err(self.error("unexpected character after '=': '~'").with_help(REGEX_OUTSIDE))
            }
            b'=' if self.eat(b'=') => Ok(self.operator(BinaryOp::Equal)),
            b'=' => Ok(self.token(TokenKind::Assign)),
            b'!' if self.eat(b'=') => Ok(self.operator(BinaryOp::NotEqual)),
            b'!' => {
                let error = self.bad_char("unexpected character after '!': ", self.pos);
                Err(if error.message.ends_with("'~'") { error.with_help(REGEX_OUTSIDE) } else { error.with_help(NOT) })
            }
            b'{' => {
                self.open_brace = Some(self.start);
                Ok(self.token(TokenKind::LeftBrace))
            }
            b'(' | b')' => self.paren(byte),
            b'[' | b']' => self.bracket(byte),
            _ => match self.arithmetic(byte) {
                Some(op) => Ok(self.operator(op)),
                None => Err(self.unknown_char()),
            },
        }
    }

    fn byte_after(&self, distance: usize) -> Option<u8> {
        self.input.get(self.pos + distance).copied()
    }

    /// The operators that are not words and not made of `=` or `!`. The first byte was read.
    fn arithmetic(&mut self, byte: u8) -> Option<BinaryOp> {
        Some(match byte {
            b'*' => BinaryOp::Mul,
            b'/' => BinaryOp::Div,
            b'%' => BinaryOp::Mod,
            b'+' => BinaryOp::Add,
            b'-' => BinaryOp::Sub,
            b'^' => BinaryOp::Pow,
            b'<' if self.eat(b'=') => BinaryOp::LessEqual,
            b'<' if self.eat(b'/') => BinaryOp::TrimUpper,
            b'<' => BinaryOp::Less,
            b'>' if self.eat(b'=') => BinaryOp::GreaterEqual,
            b'>' if self.eat(b'/') => BinaryOp::TrimLower,
            b'>' => BinaryOp::Greater,
            _ => return None,
        })
    }

    fn unknown_char(&mut self) -> ParseError {
        let error = self.bad_char("unexpected character: ", self.start);
        match self.input.get(self.start) {
            Some(b'&') => error.with_help("write `and` instead of `&&`"),
            Some(b'|') => error.with_help("write `or` instead of `||`"),
            Some(b'}') => error.with_help("there is no `{` that this `}` closes"),
            Some(b'$') => error.with_help(VARIABLE),
            _ => error,
        }
    }

    fn at_end(&self) -> LexResult {
        let end = Span::at(self.input.len());
        if let Some(open) = self.open_parens.last() {
            let error = ParseError::new(end, "unclosed left parenthesis")
                .with_related(Span::new(*open, open + 1), "opened here")
                .with_help("add the missing `)`");
            return Err(match self.bracket {
                Some(bracket) => error.with_related(Span::new(bracket.open, bracket.open + 1), "not closed either"),
                None => error,
            });
        }
        if let Some(bracket) = self.bracket {
            return Err(ParseError::new(end, "unclosed left bracket")
                .with_related(Span::new(bracket.open, bracket.open + 1), "opened here")
                .with_help("add the missing `]`"));
        }
        Ok(Token { kind: TokenKind::End, span: end })
    }

    fn paren(&mut self, byte: u8) -> LexResult {
        if byte == b'(' {
            self.open_parens.push(self.start);
            return Ok(self.token(TokenKind::LeftParen));
        }
        if self.open_parens.pop().is_none() {
            return Err(ParseError::new(Span::at(self.pos), "unexpected right parenthesis ')'")
                .with_related(Span::new(self.start, self.pos), "no parenthesis is open here")
                .with_help("remove the `)`, or add a `(` before"));
        }
        Ok(self.token(TokenKind::RightParen))
    }

    fn bracket(&mut self, byte: u8) -> LexResult {
        match (byte, self.bracket) {
            (b'[', Some(_)) => Err(self.bad_char("unexpected left bracket ", self.start)),
            (b'[', None) => {
                self.bracket = Some(Bracket { open: self.start, number: false, term: false, colon: false });
                Ok(self.token(TokenKind::LeftBracket))
            }
            (_, None) => Err(self.bad_char("unexpected right bracket ", self.start)),
            (_, Some(_)) => {
                self.bracket = None;
                Ok(self.token(TokenKind::RightBracket))
            }
        }
    }

    /// A name or a word of the language.
    fn name(&mut self) -> Token {
        self.eat_while(|byte| is_alphanumeric(byte) || byte == b':');
        let text = self.input.get(self.start..self.pos).unwrap_or_default();
        let kind = match token::word(text) {
            // The newest words are words only where nothing else makes sense: metrics may be called so.
            Some(TokenKind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight))
                if !self.paren_follows() =>
            {
                TokenKind::Identifier
            }
            Some(kind) => kind,
            None if text.contains(&b':') => TokenKind::MetricIdentifier,
            None => TokenKind::Identifier,
        };
        self.token(kind)
    }

    fn paren_follows(&self) -> bool {
        let rest = self.input.get(self.pos..).unwrap_or_default();
        rest.iter().find(|byte| !is_space(**byte)) == Some(&b'(')
    }

    /// `:` or one of the words of duration expressions.
    fn word_in_bracket(&mut self, byte: u8) -> LexResult {
        if byte == b':' {
            self.pos += 1;
            return self.colon();
        }
        match self.duration_word() {
            Some(token) => Ok(token),
            None => {
                let quoted = self.quoted_char(self.start);
                Err(self.error(format!("unexpected character: {quoted}, expected ':'")))
            }
        }
    }

    fn colon(&mut self) -> LexResult {
        let Some(bracket) = &mut self.bracket else { return Ok(self.token(TokenKind::Colon)) };
        let (term, repeated) = (bracket.term, bracket.colon);
        bracket.colon = true;
        if !term {
            return Err(self.error("unexpected colon before duration in duration expression"));
        }
        if repeated {
            return Err(self.error("unexpected colon ':'"));
        }
        Ok(self.token(TokenKind::Colon))
    }

    /// `step`, `range`, `min_of`, `max_of`; anything else is passed over and gives nothing.
    fn duration_word(&mut self) -> Option<Token> {
        self.eat_while(is_alpha);
        let kind = token::word(self.input.get(self.start..self.pos)?)?;
        let TokenKind::Time(TimeWord::Step | TimeWord::Range | TimeWord::MinOf | TimeWord::MaxOf) = kind else {
            return None;
        };
        if let Some(bracket) = &mut self.bracket {
            bracket.term = true;
        }
        Some(self.token(kind))
    }

    /// Between brackets, before the first number.
    fn duration_start(&mut self) -> LexResult {
        let Some(byte) = self.peek() else {
            let open = self.bracket.map_or(self.pos, |bracket| bracket.open);
            return Err(self
                .error("unexpected end of input in duration expression")
                .with_related(Span::new(open, open + 1), "opened here"));
        };
        if byte.is_ascii_digit() || byte == b'.' && self.byte_after(1).is_some_and(|next| next.is_ascii_digit()) {
            return self.number();
        }
        if is_alpha(byte) {
            if let Some(token) = self.duration_word() {
                return Ok(token);
            }
            return Err(self.bad_char(IN_DURATION, self.start));
        }
        self.pos += 1;
        match byte {
            b']' => self.bracket(byte),
            b':' => self.colon(),
            b'(' | b')' => self.paren(byte),
            b',' => Ok(self.token(TokenKind::Comma)),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' => match self.arithmetic(byte) {
                Some(op) => Ok(self.operator(op)),
                None => Err(self.bad_char(IN_DURATION, self.start)),
            },
            b'$' => Err(self.bad_char(IN_DURATION, self.start).with_help(VARIABLE)),
            _ => Err(self.bad_char(IN_DURATION, self.start)),
        }
    }

    fn inside_braces(&mut self) -> LexResult {
        let Some(byte) = self.peek() else {
            let open = self.open_brace.unwrap_or_default();
            return Err(self
                .error("unexpected end of input inside braces")
                .with_related(Span::new(open, open + 1), "opened here")
                .with_help("add the missing `}`"));
        };
        if is_alpha(byte) {
            self.eat_while(is_alphanumeric);
            return Ok(self.token(TokenKind::Identifier));
        }
        if matches!(byte, b'"' | b'\'' | b'`') {
            return self.string(byte);
        }
        self.pos += 1;
        match byte {
            b',' => Ok(self.token(TokenKind::Comma)),
            b'=' if self.eat(b'~') => Ok(self.token(TokenKind::Match(MatchOp::Regex))),
            b'=' => Ok(self.token(TokenKind::Assign)),
            b'!' if self.eat(b'~') => Ok(self.token(TokenKind::Match(MatchOp::NotRegex))),
            b'!' if self.eat(b'=') => Ok(self.operator(BinaryOp::NotEqual)),
            b'!' => Err(self.bad_char("unexpected character after '!' inside braces: ", self.pos)),
            b'{' => Err(self.bad_char("unexpected left brace ", self.start)),
            b'}' => {
                self.open_brace = None;
                Ok(self.token(TokenKind::RightBrace))
            }
            _ => Err(self.bad_char("unexpected character inside braces: ", self.start)),
        }
    }
}

const IN_DURATION: &str = "unexpected character in duration expression: ";
const NOT: &str = "there is no `!`; write `!=`, `unless`, or `!~` inside braces";
const REGEX_OUTSIDE: &str = "`=~` and `!~` compare labels inside braces: `metric{label=~\"…\"}`";

/// Upstream's white space.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_alpha(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}
