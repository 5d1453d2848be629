//! Tokens to the tree, as Go's `text/template/parse` does it, with its messages.

mod declared;
mod pipeline;

use crate::model::gofmt::quote;
use crate::source::{Span, Spanned};

use declared::Declared;

use super::ast::{Branch, Definition, List, Node, NodeKind};
use super::definitions::Definitions;
use super::error::TemplateError;
use super::lexer::{Keyword, Token, TokenKind, Tokens, tokenize};
use super::literal;

/// How deep blocks and parentheses may nest. Go has no such bound; nobody writes the tenth part of it.
const MAX_NESTING: usize = 64;

/// The variables that Prometheus declares before the templates of alerts, and `$`.
const PREDECLARED: &[&str] = &["$", "$labels", "$externalLabels", "$externalURL", "$value"];

type Parsed<T> = Result<T, TemplateError>;

/// The tree of a text: what is expanded, and the definitions.
pub(super) struct Tree {
    pub(super) root: List,
    pub(super) definitions: Definitions,
}

/// Parses a text in which the variables of alerts are declared.
pub(super) fn parse(text: &str) -> Parsed<Tree> {
    let Tokens { list: tokens, error: lexical_error } = tokenize(text);
    let mut parser = Parser {
        text,
        tokens,
        lexical_error,
        next: 0,
        farthest: 0,
        variables: Declared::new(PREDECLARED),
        range_depth: 0,
        depth: 0,
        action_line: None,
        definitions: Definitions::default(),
    };
    let root = parser.root()?;
    Ok(Tree { root, definitions: parser.definitions })
}

struct Parser<'a> {
    text: &'a str,
    /// Ends with `Eof` or `Error`.
    tokens: Vec<Token>,
    /// What Go says of the `Error`.
    lexical_error: String,
    next: usize,
    /// The last token that was looked at: Go names its line in errors.
    farthest: usize,
    variables: Declared,
    range_depth: usize,
    depth: usize,
    /// The line of the action that is being read.
    action_line: Option<usize>,
    definitions: Definitions,
}

/// What ended a list.
struct ListEnd {
    keyword: Keyword,
    span: Span,
}

impl<'a> Parser<'a> {
    fn token(&mut self) -> Token {
        let index = self.next.min(self.tokens.len().saturating_sub(1));
        self.farthest = self.farthest.max(index);
        self.tokens[index]
    }

    fn kind(&mut self) -> TokenKind {
        self.token().kind
    }

    fn advance(&mut self) -> Token {
        let token = self.token();
        self.next = (self.next + 1).min(self.tokens.len());
        token
    }

    fn skip_space(&mut self) {
        while self.kind() == TokenKind::Space {
            self.next += 1;
        }
    }

    fn advance_non_space(&mut self) -> Token {
        self.skip_space();
        self.advance()
    }

    fn kind_non_space(&mut self) -> TokenKind {
        self.skip_space();
        self.kind()
    }

    fn slice(&self, span: Span) -> &'a str {
        span.slice(self.text)
    }

    fn error(&self, span: Span, message: impl Into<String>) -> TemplateError {
        let line = self.tokens.get(self.farthest).map_or(1, |token| token.line);
        TemplateError::parse(span, line, message)
    }

    fn unexpected(&self, token: &Token, context: &str) -> TemplateError {
        if token.kind == TokenKind::Error {
            let line = token.line;
            let error = TemplateError::parse(token.span, line, self.lexical_error.clone());
            return self.action_line.map_or(error.clone(), |began| error.in_action(began));
        }
        let shown = self.describe(token);
        self.error(token.span, format!("unexpected {shown} in {context}"))
    }

    /// A token as Go's messages show it.
    fn describe(&self, token: &Token) -> String {
        let text = self.slice(token.span);
        match token.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Error => self.lexical_error.clone(),
            TokenKind::Keyword(_) | TokenKind::Nil | TokenKind::Dot => format!("<{text}>"),
            _ if text.len() > 10 => {
                let short: String = text.chars().take(10).collect();
                format!("{}...", quote(short.as_bytes()))
            }
            _ => quote(text.as_bytes()),
        }
    }

    fn expect(&mut self, kinds: &[TokenKind], context: &str) -> Parsed<Token> {
        let token = self.advance_non_space();
        if kinds.contains(&token.kind) { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    /// Runs `body` one level deeper.
    fn nested<T>(&mut self, span: Span, body: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_NESTING {
            return Err(self.error(span, format!("blocks and parentheses nest more than {MAX_NESTING} deep")));
        }
        self.depth += 1;
        let result = body(self);
        self.depth -= 1;
        result
    }

    fn root(&mut self) -> Parsed<List> {
        let mut list = List::default();
        loop {
            match self.kind() {
                TokenKind::Eof => return Ok(list),
                TokenKind::LeftDelim => {
                    let before = self.next;
                    self.advance();
                    if self.kind_non_space() == TokenKind::Keyword(Keyword::Define) {
                        self.advance();
                        self.definition()?;
                        continue;
                    }
                    self.next = before;
                }
                _ => {}
            }
            match self.text_or_action()? {
                Ok(node) => list.nodes.push(node),
                Err(end) => {
                    let shown = self.shown_end(&end);
                    return Err(self.error(end.span, format!("unexpected {shown}")));
                }
            }
        }
    }

    fn shown_end(&self, end: &ListEnd) -> &'static str {
        if end.keyword == Keyword::End { "{{end}}" } else { "{{else}}" }
    }

    fn definition(&mut self) -> Parsed<()> {
        let context = "define clause";
        let name = self.expect(&[TokenKind::String, TokenKind::RawString], context)?;
        let name = self.unquoted(&name)?;
        self.expect(&[TokenKind::RightDelim], context)?;
        self.body(name, context)
    }

    /// The body of a `define` or `block`, in which only `$` is declared.
    fn body(&mut self, name: Spanned<String>, context: &str) -> Parsed<()> {
        let outside = std::mem::replace(&mut self.variables, Declared::new(&["$"]));
        let range_depth = std::mem::take(&mut self.range_depth);
        let (body, end) = self.nested(name.span, Parser::list)?;
        if end.keyword != Keyword::End {
            let shown = self.shown_end(&end);
            return Err(self.error(end.span, format!("unexpected {shown} in {context}")));
        }
        self.variables = outside;
        self.range_depth = range_depth;
        self.define(Definition { name, body })
    }

    fn define(&mut self, new: Definition) -> Parsed<()> {
        match self.definitions.get_mut(&new.name.value) {
            None => self.definitions.push(new),
            Some(old) if old.body.is_blank() => *old = new,
            Some(_) if new.body.is_blank() => {}
            Some(_) => {
                let name = quote(new.name.value.as_bytes());
                let message = format!("template: multiple definition of template {name}");
                return Err(self.error(new.name.span, message));
            }
        }
        Ok(())
    }

    /// Nodes up to an `end` or `else`.
    fn list(&mut self) -> Parsed<(List, ListEnd)> {
        let mut list = List::default();
        while self.kind_non_space() != TokenKind::Eof {
            match self.text_or_action()? {
                Ok(node) => list.nodes.push(node),
                Err(end) => return Ok((list, end)),
            }
        }
        let span = self.token().span;
        Err(self.error(span, "unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Parsed<Result<Node, ListEnd>> {
        let token = self.advance_non_space();
        match token.kind {
            TokenKind::Text => {
                let text = self.slice(token.span).to_owned();
                Ok(Ok(Node { span: token.span, position: token.span.start(), kind: NodeKind::Text(text) }))
            }
            TokenKind::LeftDelim => {
                self.action_line = Some(token.line);
                let result = self.action(&token);
                self.action_line = None;
                result
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self, delim: &Token) -> Parsed<Result<Node, ListEnd>> {
        let TokenKind::Keyword(keyword) = self.kind_non_space() else { return self.pipeline_action(delim) };
        if keyword == Keyword::Define {
            return self.pipeline_action(delim);
        }
        let token = self.advance();
        let start = delim.span.start();
        let (position, kind) = match keyword {
            Keyword::End => {
                let end = self.expect(&[TokenKind::RightDelim], "end")?;
                return Ok(Err(ListEnd { keyword, span: delim.span.to(end.span) }));
            }
            Keyword::Else => {
                let kind = self.kind_non_space();
                if !matches!(kind, TokenKind::Keyword(Keyword::If | Keyword::With)) {
                    self.expect(&[TokenKind::RightDelim], "else")?;
                }
                return Ok(Err(ListEnd { keyword, span: delim.span.to(token.span) }));
            }
            Keyword::Break | Keyword::Continue => self.jump(keyword, &token)?,
            Keyword::If | Keyword::With | Keyword::Range => self.nested(token.span, |p| p.control(keyword))?,
            Keyword::Template => self.template_call()?,
            Keyword::Block | Keyword::Define => self.block()?,
        };
        Ok(Ok(Node { span: Span::new(start, self.behind()), position, kind }))
    }

    /// One past the last token that was read.
    fn behind(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.span.end())
    }

    fn pipeline_action(&mut self, delim: &Token) -> Parsed<Result<Node, ListEnd>> {
        let position = self.token().span.start();
        let pipe = self.pipeline("command", TokenKind::RightDelim)?;
        let span = Span::new(delim.span.start(), self.behind());
        Ok(Ok(Node { span, position, kind: NodeKind::Action(pipe) }))
    }

    fn jump(&mut self, keyword: Keyword, token: &Token) -> Parsed<(usize, NodeKind)> {
        let (kind, name) = match keyword {
            Keyword::Break => (NodeKind::Break, "{{break}}"),
            _ => (NodeKind::Continue, "{{continue}}"),
        };
        self.expect(&[TokenKind::RightDelim], name)?;
        if self.range_depth == 0 {
            return Err(self.error(token.span, format!("{name} outside {{{{range}}}}")));
        }
        Ok((token.span.start(), kind))
    }

    fn control(&mut self, keyword: Keyword) -> Parsed<(usize, NodeKind)> {
        let context = match keyword {
            Keyword::If => "if",
            Keyword::With => "with",
            _ => "range",
        };
        let mark = self.variables.mark();
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        let ranges = usize::from(keyword == Keyword::Range);
        self.range_depth += ranges;
        let (list, end) = self.list()?;
        self.range_depth -= ranges;
        let else_list = if end.keyword == Keyword::Else { Some(self.else_list(keyword, &end)?) } else { None };
        self.variables.return_to(mark);
        let position = pipe.span.start();
        let branch = Branch { pipe, list, else_list };
        let kind = match keyword {
            Keyword::If => NodeKind::If(branch),
            Keyword::With => NodeKind::With(branch),
            _ => NodeKind::Range(branch),
        };
        Ok((position, kind))
    }

    fn else_list(&mut self, keyword: Keyword, end: &ListEnd) -> Parsed<List> {
        if matches!(keyword, Keyword::If | Keyword::With) && self.kind() == TokenKind::Keyword(keyword) {
            self.advance();
            let (position, kind) = self.nested(end.span, |p| p.control(keyword))?;
            let span = Span::new(end.span.start(), self.behind());
            return Ok(List { nodes: vec![Node { span, position, kind }] });
        }
        let (list, end) = self.list()?;
        if end.keyword != Keyword::End {
            let shown = self.shown_end(&end);
            return Err(self.error(end.span, format!("expected end; found {shown}")));
        }
        Ok(list)
    }

    fn template_call(&mut self) -> Parsed<(usize, NodeKind)> {
        let context = "template clause";
        let token = self.advance_non_space();
        let name = self.template_name(&token, context)?;
        let argument = if self.kind_non_space() == TokenKind::RightDelim {
            self.advance();
            None
        } else {
            Some(self.pipeline(context, TokenKind::RightDelim)?)
        };
        Ok((token.span.start(), NodeKind::Template { name, argument }))
    }

    fn block(&mut self) -> Parsed<(usize, NodeKind)> {
        let context = "block clause";
        let token = self.advance_non_space();
        let name = self.template_name(&token, context)?;
        let argument = Some(self.pipeline(context, TokenKind::RightDelim)?);
        self.body(name.clone(), context)?;
        Ok((token.span.start(), NodeKind::Template { name, argument }))
    }

    fn template_name(&mut self, token: &Token, context: &str) -> Parsed<Spanned<String>> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.unquoted(token),
            _ => Err(self.unexpected(token, context)),
        }
    }

    fn unquoted(&self, token: &Token) -> Parsed<Spanned<String>> {
        let value = literal::unquote(self.slice(token.span));
        let value = value.ok_or_else(|| self.error(token.span, "invalid syntax"))?;
        Ok(Spanned::new(value, token.span))
    }
}

impl List {
    /// Whether there is nothing in it but white space; such a definition does not count.
    fn is_blank(&self) -> bool {
        self.nodes.iter().all(|node| matches!(&node.kind, NodeKind::Text(text) if text.trim().is_empty()))
    }
}
