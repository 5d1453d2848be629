//! The walk inside of an action: pipelines, operands, functions.

use crate::source::{Span, Spanned};
use crate::template::ast::{Command, Operand, OperandKind, Pipeline};

use super::kind::{Kind, Literal};
use super::walker::Walker;
use super::{LabelOwner, ReferenceKind};

impl<'a> Walker<'a> {
    pub(super) fn pipeline(&mut self, dot: Kind<'a>, pipe: &'a Pipeline) -> Kind<'a> {
        let mut kind = None;
        for (index, command) in pipe.commands.iter().enumerate() {
            // What goes into a function is used, not tested, but for the functions that only test.
            let next = pipe.commands.get(index + 1).map(function_name);
            let presence = match next {
                None => self.presence,
                Some(name) => matches!(name, Some("or" | "and" | "not")),
            };
            let negated = self.negated;
            self.negated ^= next == Some(Some("not"));
            kind = Some(self.with_presence(presence, |walker| walker.command(dot, command, kind)));
            self.negated = negated;
        }
        let kind = kind.unwrap_or(Kind::Other);
        for variable in &pipe.variables {
            if pipe.is_assignment {
                self.variables.assign(&variable.value, kind);
            } else {
                self.variables.declare(&variable.value, kind);
            }
        }
        kind
    }

    fn command(&mut self, dot: Kind<'a>, command: &'a Command, piped: Option<Kind<'a>>) -> Kind<'a> {
        let Some((first, arguments)) = command.operands.split_first() else { return Kind::Other };
        if let OperandKind::Function(name) = &first.kind {
            return self.function(dot, name, command.span, arguments, piped);
        }
        let kind = self.operand(dot, first);
        for argument in arguments {
            let kind = self.with_presence(false, |walker| walker.operand(dot, argument));
            self.whole(kind, argument.span);
        }
        kind
    }

    fn operand(&mut self, dot: Kind<'a>, operand: &'a Operand) -> Kind<'a> {
        if !self.charge(1) {
            return Kind::Other;
        }
        let start = operand.span.start();
        match &operand.kind {
            OperandKind::Dot => dot,
            OperandKind::Field(fields) => self.fields(dot, fields, start),
            OperandKind::Variable { name, fields } => {
                let kind = self.variables.get(&name.value).unwrap_or(Kind::Other);
                // Go lets a template name these again; then they are no longer what they were.
                match name.value.as_str() {
                    "$value" => self.other(ReferenceKind::Value, operand.span),
                    "$externalURL" => self.other(ReferenceKind::ExternalUrl, operand.span),
                    _ => {}
                }
                self.fields(kind, fields, start)
            }
            OperandKind::Chain { base, fields } => {
                let kind = self.with_presence(false, |walker| walker.operand(dot, base));
                self.fields(kind, fields, start)
            }
            OperandKind::Parenthesized(pipe) => self.pipeline(dot, pipe),
            OperandKind::Function(name) => self.function(dot, name, operand.span, &[], None),
            OperandKind::String { value, .. } => Kind::Literal(Literal { text: value, span: operand.span }),
            OperandKind::Bool(_) | OperandKind::Nil | OperandKind::Number(_) => Kind::Other,
        }
    }

    fn fields(&mut self, base: Kind<'a>, fields: &'a [Spanned<String>], start: usize) -> Kind<'a> {
        let mut kind = base;
        for field in fields {
            if !self.charge(1) {
                return Kind::Other;
            }
            kind = self.field(kind, field, Span::new(start, field.span.end()));
        }
        kind
    }

    fn field(&mut self, base: Kind<'a>, field: &'a Spanned<String>, span: Span) -> Kind<'a> {
        match (base, field.value.as_str()) {
            (Kind::Root, "Labels") => return Kind::Labels(LabelOwner::Alert),
            (Kind::Root, "ExternalLabels") => return Kind::Labels(LabelOwner::External),
            (Kind::Sample(query), "Labels") => return Kind::Labels(LabelOwner::Query(query)),
            (Kind::Args(args), name) => return self.args.field(args, name),
            (Kind::Root, "ExternalURL") => self.other(ReferenceKind::ExternalUrl, span),
            (Kind::Root, "Value") => self.other(ReferenceKind::Value, span),
            (Kind::Labels(owner), name) => self.label(owner, name, field.span, span),
            _ => {}
        }
        Kind::Other
    }

    fn function(
        &mut self,
        dot: Kind<'a>,
        name: &str,
        span: Span,
        arguments: &'a [Operand],
        piped: Option<Kind<'a>>,
    ) -> Kind<'a> {
        let test = Test::of(name, arguments, self.presence);
        let count = arguments.len() + usize::from(piped.is_some());
        let outside = self.negated;
        self.negated ^= test == Some(Test::Absence);
        let mut kinds: Vec<Kind<'a>> = Vec::with_capacity(count);
        for (index, argument) in arguments.iter().enumerate() {
            // The last operand of `and` is its value; all of `or` stand in for each other.
            let is_value = name == "and" && index + 1 == count;
            let presence = if is_value { self.presence } else { test.is_some() };
            kinds.push(self.with_presence(presence, |walker| walker.operand(dot, argument)));
        }
        self.negated = outside;
        kinds.extend(piped);
        self.result(name, span, arguments, &kinds)
    }

    /// What a function makes of values, and what it uses of them.
    fn result(&mut self, name: &str, span: Span, arguments: &'a [Operand], kinds: &[Kind<'a>]) -> Kind<'a> {
        match (name, kinds) {
            ("query", _) => {
                let text = kinds.first().copied().unwrap_or(Kind::Other);
                self.queries.insert((span, text));
                Kind::Vector(match text {
                    Kind::Literal(literal) => Some(literal.span),
                    _ => None,
                })
            }
            ("printf", [Kind::Literal(format), values @ ..]) => {
                for (kind, argument) in values.iter().zip(arguments.iter().skip(1)) {
                    self.whole(*kind, argument.span);
                }
                if values.len() == arguments.len() {
                    values.iter().for_each(|kind| self.whole(*kind, span));
                }
                Kind::Formatted(*format)
            }
            ("first", [Kind::Vector(query)]) => Kind::Sample(*query),
            ("first", _) => Kind::Sample(None),
            ("sortByLabel", [_, Kind::Vector(query)]) => Kind::Vector(*query),
            ("sortByLabel", _) => Kind::Vector(None),
            ("label", [_, Kind::Sample(query)]) => {
                if let Some(name) = arguments.first().and_then(literal) {
                    self.label(LabelOwner::Query(*query), name.text, inside_quotes(name.span), span);
                }
                Kind::Other
            }
            ("index", [first, ..]) => self.index(*first, span, arguments),
            ("args", _) => self.args.make(kinds).unwrap_or_else(|| {
                self.leave_out();
                self.use_all(span, arguments, kinds)
            }),
            _ => self.use_all(span, arguments, kinds),
        }
    }

    /// All that a function is given is used as a whole.
    fn use_all(&mut self, span: Span, arguments: &[Operand], kinds: &[Kind<'a>]) -> Kind<'a> {
        for (index, kind) in kinds.iter().enumerate() {
            self.whole(*kind, arguments.get(index).map_or(span, |argument| argument.span));
        }
        Kind::Other
    }

    fn index(&mut self, first: Kind<'a>, span: Span, arguments: &'a [Operand]) -> Kind<'a> {
        let mut kind = first;
        for argument in arguments.iter().skip(1) {
            kind = match (kind, literal(argument)) {
                (Kind::Labels(owner), Some(name)) => {
                    let whole = Span::new(span.start(), argument.span.end());
                    self.label(owner, name.text, inside_quotes(name.span), whole);
                    Kind::Other
                }
                (Kind::Labels(_), None) => {
                    self.whole(kind, span);
                    Kind::Other
                }
                (Kind::Vector(query), _) => Kind::Sample(query),
                _ => Kind::Other,
            };
        }
        kind
    }
}

/// What a function asks of its operands, where it only tests whether they are there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    /// Whether they are there.
    Presence,
    /// Whether they are not.
    Absence,
}

impl Test {
    /// `is_tested`: whether the function's own result is only tested.
    fn of(name: &str, arguments: &[Operand], is_tested: bool) -> Option<Test> {
        let is_empty = |argument: &Operand| literal(argument).is_some_and(|text| text.text.is_empty());
        let of_length = || arguments.first().is_some_and(is_length);
        match name {
            "or" | "and" => Some(Test::Presence),
            "not" => Some(Test::Absence),
            "len" if is_tested => Some(Test::Presence),
            "ne" if arguments.iter().any(is_empty) => Some(Test::Presence),
            "eq" if arguments.iter().any(is_empty) => Some(Test::Absence),
            "ne" | "gt" | "ge" if of_length() => Some(Test::Presence),
            "eq" | "lt" | "le" if of_length() => Some(Test::Absence),
            _ => None,
        }
    }
}

/// `(len …)`
fn is_length(operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Parenthesized(pipe) => pipe.commands.last().and_then(function_name) == Some("len"),
        _ => false,
    }
}

fn function_name(command: &Command) -> Option<&str> {
    match command.operands.first().map(|operand| &operand.kind) {
        Some(OperandKind::Function(name)) => Some(name),
        _ => None,
    }
}

fn literal(operand: &Operand) -> Option<Literal<'_>> {
    match &operand.kind {
        OperandKind::String { value, .. } => Some(Literal { text: value, span: operand.span }),
        _ => None,
    }
}

fn inside_quotes(span: Span) -> Span {
    Span::new(span.start() + 1, span.end().saturating_sub(1).max(span.start() + 1))
}
