//! Pipelines: declarations, commands, operands.

use crate::model::gofmt::quote;
use crate::source::words;
use crate::source::{Span, Spanned};

use super::{PREDECLARED, Parsed, Parser};
use crate::template::ast::{Command, Operand, OperandKind, Pipeline};
use crate::template::functions;
use crate::template::lexer::{Token, TokenKind};
use crate::template::literal;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<Pipeline> {
        self.skip_space();
        let start = self.token().span.start();
        let mut pipe =
            Pipeline { span: Span::at(start), is_assignment: false, variables: Vec::new(), commands: Vec::new() };
        while self.declaration(&mut pipe, context)? {}
        let mut last = start;
        loop {
            let token = self.advance_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.next -= 1;
                    let command = self.command()?;
                    last = command.span.end();
                    pipe.commands.push(command);
                }
                _ => return Err(self.unexpected(&token, context)),
            }
        }
        pipe.span = Span::new(start, last.max(start));
        self.check_pipeline(&pipe, context)?;
        Ok(pipe)
    }

    /// One `$x :=`, `$x =` or `$x,` at the head of a pipeline. True where another one must follow.
    fn declaration(&mut self, pipe: &mut Pipeline, context: &str) -> Parsed<bool> {
        if self.kind_non_space() != TokenKind::Variable {
            return Ok(false);
        }
        let before = self.next;
        let variable = self.advance();
        let next = {
            self.skip_space();
            self.token()
        };
        let comma = next.kind == TokenKind::Char && self.slice(next.span) == ",";
        if !comma && !matches!(next.kind, TokenKind::Assign | TokenKind::Declare) {
            self.next = before;
            return Ok(false);
        }
        self.advance();
        let name = self.slice(variable.span).to_owned();
        self.variables.declare(name.clone());
        pipe.variables.push(Spanned::new(name, variable.span));
        if !comma {
            pipe.is_assignment = next.kind == TokenKind::Assign;
            return Ok(false);
        }
        if context != "range" || pipe.variables.len() >= 2 {
            return Err(self.error(next.span, format!("too many declarations in {context}")));
        }
        match self.kind_non_space() {
            TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => Ok(true),
            _ => {
                let span = self.token().span;
                Err(self.error(span, "range can only initialize variables"))
            }
        }
    }

    fn check_pipeline(&self, pipe: &Pipeline, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return Err(self.error(pipe.span, format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let literal = matches!(
                command.operands.first().map(|operand| &operand.kind),
                Some(
                    OperandKind::Bool(_)
                        | OperandKind::Dot
                        | OperandKind::Nil
                        | OperandKind::Number(_)
                        | OperandKind::String { .. }
                )
            );
            if literal {
                let message = format!("non executable command in pipeline stage {}", index + 1);
                return Err(self.error(command.span, message));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let mut operands: Vec<Operand> = Vec::new();
        let start = {
            self.skip_space();
            self.token().span
        };
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            match self.kind() {
                TokenKind::Space => {
                    self.advance();
                }
                TokenKind::RightDelim | TokenKind::RightParen => break,
                TokenKind::Pipe => {
                    self.advance();
                    break;
                }
                _ => {
                    let token = self.advance();
                    return Err(self.unexpected(&token, "operand"));
                }
            }
        }
        match (operands.first(), operands.last()) {
            (Some(first), Some(last)) => {
                let span = first.span.to(last.span);
                Ok(Command { span, operands })
            }
            _ => Err(self.error(start, "empty command")),
        }
    }

    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let position = self.token().span.start();
        let mut fields = Vec::new();
        while self.kind() == TokenKind::Field {
            let token = self.advance();
            fields.push(self.field_name(&token));
        }
        let Some(last) = fields.last() else { return Ok(Some(term)) };
        let span = term.span.to(last.span);
        let kind = match term.kind {
            OperandKind::Field(mut names) => {
                names.append(&mut fields);
                OperandKind::Field(names)
            }
            OperandKind::Variable { name, fields: mut names } => {
                names.append(&mut fields);
                OperandKind::Variable { name, fields: names }
            }
            OperandKind::Bool(_)
            | OperandKind::String { .. }
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                let shown = quote(term.to_string().as_bytes());
                return Err(self.error(term.span, format!("unexpected . after term {shown}")));
            }
            OperandKind::Function(_) | OperandKind::Parenthesized(_) | OperandKind::Chain { .. } => {
                OperandKind::Chain { base: Box::new(term), fields }
            }
        };
        Ok(Some(Operand { span, position, kind }))
    }

    /// The name behind the dot.
    fn field_name(&self, token: &Token) -> Spanned<String> {
        let span = Span::new(token.span.start() + 1, token.span.end());
        Spanned::new(self.slice(span).to_owned(), span)
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let before = self.next;
        let token = self.advance_non_space();
        let text = self.slice(token.span);
        let kind = match token.kind {
            TokenKind::Identifier => {
                if !functions::is_defined(text) {
                    let error = self.error(token.span, format!("function {} not defined", quote(text.as_bytes())));
                    return Err(match functions::suggestion(text) {
                        Some(help) => error.with_help(help),
                        None => error,
                    });
                }
                OperandKind::Function(text.to_owned())
            }
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Nil => OperandKind::Nil,
            TokenKind::Variable => {
                self.check_declared(&token)?;
                OperandKind::Variable { name: Spanned::new(text.to_owned(), token.span), fields: Vec::new() }
            }
            TokenKind::Field => OperandKind::Field(vec![self.field_name(&token)]),
            TokenKind::Bool => OperandKind::Bool(text == "true"),
            TokenKind::CharConstant => {
                OperandKind::Number(literal::parse_char(text).map_err(|message| self.error(token.span, message))?)
            }
            TokenKind::Number => {
                OperandKind::Number(literal::parse_number(text).map_err(|message| self.error(token.span, message))?)
            }
            TokenKind::LeftParen => {
                let pipe = self.nested(token.span, |p| p.pipeline("parenthesized pipeline", TokenKind::RightParen))?;
                let position = pipe.span.start();
                let span = Span::new(token.span.start(), self.behind());
                return Ok(Some(Operand { span, position, kind: OperandKind::Parenthesized(Box::new(pipe)) }));
            }
            TokenKind::String | TokenKind::RawString => {
                OperandKind::String { value: self.unquoted(&token)?.value, raw: text.to_owned() }
            }
            _ => {
                self.next = before;
                return Ok(None);
            }
        };
        Ok(Some(Operand { span: token.span, position: token.span.start(), kind }))
    }

    fn check_declared(&self, token: &Token) -> Parsed<()> {
        let name = self.slice(token.span);
        if self.variables.has(name) {
            return Ok(());
        }
        let error = self.error(token.span, format!("undefined variable {}", quote(name.as_bytes())));
        let in_definition = PREDECLARED.contains(&name);
        if in_definition {
            let help = format!(
                "{name} is not declared inside a define; pass it on: {{{{ template \"name\" {name} }}}} and use the dot"
            );
            return Err(error.with_help(help));
        }
        let nearest = words::nearest(name, self.variables.names().filter(|known| *known != "$"));
        Err(match nearest {
            Some(nearest) => error.with_help(format!("write {nearest}")),
            None => error,
        })
    }
}
