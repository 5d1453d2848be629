//! The tree of a template. Every span is in bytes of the template's text.
//!
//! Display of a node is Go's `String()` of it, which error texts carry.

use std::fmt;

use crate::source::{Span, Spanned};

/// A sequence of nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// The nodes, in the order of the text; comments are left out.
    pub nodes: Vec<Node>,
}

impl List {
    /// This list and those of the branches in it, in no particular order.
    pub fn lists(&self) -> Vec<&List> {
        let (mut lists, mut pending) = (Vec::new(), vec![self]);
        while let Some(list) = pending.pop() {
            for branch in list.nodes.iter().filter_map(|node| node.kind.branch()) {
                pending.push(&branch.list);
                pending.extend(&branch.else_list);
            }
            lists.push(list);
        }
        lists
    }

    /// The pipelines of the actions, those within branches included, in the order of the text.
    pub fn actions(&self) -> Vec<&Pipeline> {
        let mut actions = Vec::new();
        self.collect_actions(&mut actions);
        actions
    }

    fn collect_actions<'a>(&'a self, actions: &mut Vec<&'a Pipeline>) {
        for node in &self.nodes {
            if let NodeKind::Action(pipeline) = &node.kind {
                actions.push(pipeline);
            }
            if let Some(branch) = node.kind.branch() {
                branch.list.collect_actions(actions);
                branch.else_list.iter().for_each(|list| list.collect_actions(actions));
            }
        }
    }
}

/// The body of a `define` or a `block`.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name; the span has the quotes.
    pub name: Spanned<String>,
    /// What it expands to.
    pub body: List,
}

/// A part of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its bytes: for a text what is left after trimming, else from `{{` of the first to `}}` of the last action.
    pub span: Span,
    /// Where Go says it is.
    pub(super) position: usize,
    /// What it is.
    pub kind: NodeKind,
}

/// What a part of the text is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text outside of actions, after trimming.
    Text(String),
    /// `{{ pipeline }}`
    Action(Pipeline),
    /// `{{ if pipeline }} … {{ else }} … {{ end }}`; an `else if` is an `if` alone in the else list.
    If(Branch),
    /// `{{ with pipeline }} … {{ else }} … {{ end }}`
    With(Branch),
    /// `{{ range pipeline }} … {{ else }} … {{ end }}`
    Range(Branch),
    /// `{{ template "name" pipeline }}`; a `block` is this and a [`Definition`].
    Template {
        /// The name; the span has the quotes.
        name: Spanned<String>,
        /// The new dot; without it the dot is nil.
        argument: Option<Pipeline>,
    },
    /// `{{ break }}`
    Break,
    /// `{{ continue }}`
    Continue,
}

impl NodeKind {
    /// The branch of an `if`, a `with` or a `range`.
    pub fn branch(&self) -> Option<&Branch> {
        match self {
            NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => Some(branch),
            _ => None,
        }
    }
}

/// `if`, `with` or `range`.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The condition, or what is ranged over.
    pub pipe: Pipeline,
    /// What is expanded where the condition holds, or for each element.
    pub list: List,
    /// What is expanded otherwise.
    pub else_list: Option<List>,
}

/// `$x, $y := command | command`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// From its first to its last token; without the parentheses where it has some.
    pub span: Span,
    /// Whether the variables are assigned (`=`) and not declared (`:=`).
    pub is_assignment: bool,
    /// The variables that it declares or assigns, with the `$`.
    pub variables: Vec<Spanned<String>>,
    /// Its commands: each one's value is the last argument of the next.
    pub commands: Vec<Command>,
}

/// A function with its arguments, or a single operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// From its first to its last operand.
    pub span: Span,
    /// The operands, at least one; the first one may be a function or method.
    pub operands: Vec<Operand>,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// Its bytes, parentheses included.
    pub span: Span,
    /// Where Go says it is.
    pub(super) position: usize,
    /// What it is.
    pub kind: OperandKind,
}

impl Operand {
    /// Whether it is the value of the alert and nothing of it: `$value`, `.Value`.
    pub fn is_alert_value(&self) -> bool {
        match &self.kind {
            OperandKind::Variable { name, fields } => name.value == "$value" && fields.is_empty(),
            OperandKind::Field(fields) => matches!(fields.as_slice(), [field] if field.value == "Value"),
            _ => false,
        }
    }
}

/// What an operand is.
#[derive(Clone, Debug, PartialEq)]
pub enum OperandKind {
    /// `true`, `false`
    Bool(bool),
    /// `nil`
    Nil,
    /// `.`
    Dot,
    /// `1`, `0x1F`, `2.5e3`, `'c'`
    Number(Number),
    /// `"text"` or a raw one.
    String {
        /// The decoded text.
        value: String,
        /// The text as written, quotes included.
        raw: String,
    },
    /// `.Labels.job`: fields of the dot, without their dots.
    Field(Vec<Spanned<String>>),
    /// `$labels.job`
    Variable {
        /// The variable with its `$`.
        name: Spanned<String>,
        /// Its fields, without their dots.
        fields: Vec<Spanned<String>>,
    },
    /// A function's name.
    Function(String),
    /// `(pipeline)`
    Parenthesized(Box<Pipeline>),
    /// `(pipeline).Field`
    Chain {
        /// What the fields are of.
        base: Box<Operand>,
        /// The fields, without their dots.
        fields: Vec<Spanned<String>>,
    },
}

/// A number, which Go keeps untyped until it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// As written.
    pub raw: String,
    /// Its value as an integer, where it is one.
    pub integer: Option<i64>,
    /// Its value as a float, where it is one.
    pub float: Option<f64>,
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.nodes.iter().try_for_each(|node| node.fmt(f))
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Text(text) => f.write_str(text),
            NodeKind::Action(pipe) => write!(f, "{{{{{pipe}}}}}"),
            NodeKind::If(branch) => branch.format("if", f),
            NodeKind::With(branch) => branch.format("with", f),
            NodeKind::Range(branch) => branch.format("range", f),
            NodeKind::Template { name, argument } => {
                let name = crate::model::gofmt::quote(name.value.as_bytes());
                match argument {
                    Some(argument) => write!(f, "{{{{template {name} {argument}}}}}"),
                    None => write!(f, "{{{{template {name}}}}}"),
                }
            }
            NodeKind::Break => f.write_str("{{break}}"),
            NodeKind::Continue => f.write_str("{{continue}}"),
        }
    }
}

impl Branch {
    fn format(&self, keyword: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{keyword} {}}}}}{}", self.pipe, self.list)?;
        if let Some(list) = &self.else_list {
            write!(f, "{{{{else}}}}{list}")?;
        }
        f.write_str("{{end}}")
    }
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            f.write_str(&variable.value)?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.is_assignment { " = " } else { " := " })?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            f.write_str(if index > 0 { " | " } else { "" })?;
            command.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands.iter().enumerate() {
            f.write_str(if index > 0 { " " } else { "" })?;
            operand.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |f: &mut fmt::Formatter<'_>, fields: &[Spanned<String>]| {
            fields.iter().try_for_each(|field| write!(f, ".{}", field.value))
        };
        match &self.kind {
            OperandKind::Bool(value) => value.fmt(f),
            OperandKind::Nil => f.write_str("nil"),
            OperandKind::Dot => f.write_str("."),
            OperandKind::Number(number) => f.write_str(&number.raw),
            OperandKind::String { raw, .. } => f.write_str(raw),
            OperandKind::Field(names) => fields(f, names),
            OperandKind::Variable { name, fields: names } => {
                f.write_str(&name.value)?;
                fields(f, names)
            }
            OperandKind::Function(name) => f.write_str(name),
            OperandKind::Parenthesized(pipe) => write!(f, "({pipe})"),
            OperandKind::Chain { base, fields: names } => {
                base.fmt(f)?;
                fields(f, names)
            }
        }
    }
}
