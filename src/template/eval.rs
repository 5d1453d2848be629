//! Expansion of the tree, in the order in which Go does it: what fails first, and where, is part of the error's text.

mod arguments;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::promql::regex::{RegexError, SearchRegex};
use crate::source::Span;

use super::ast::{Branch, Command, List, Node, NodeKind, Number, Operand, OperandKind, Pipeline};
use super::functions::Parameter;
use super::print;
use super::value::{Root, Value};
use super::{Context, TakenBranches, Template, TemplateError, fields, time};

/// How many bytes an expansion, or any text that it computes, may have.
pub(super) const MAX_OUTPUT: usize = 1 << 20;
/// How many nodes may be evaluated; work on long texts and queries count as several.
pub(super) const MAX_WORK: usize = 1_000_000;
/// What one query counts, and each sample that it returns.
pub(super) const QUERY_WORK: usize = 1_000;
pub(super) const QUERY_SAMPLE_WORK: usize = 10;
/// What it counts to compile a regular expression.
const REGEX_WORK: usize = 200;
/// So many compiled regular expressions are kept.
const MAX_REGEXES: usize = 64;
/// How many bytes of text count as one node.
const BYTES_PER_WORK: usize = 32;
/// How many variables that are looked through count as one node.
const VARIABLES_PER_WORK: usize = 64;
/// How deep lists and pipelines may be evaluated inside each other, through `template` too.
const MAX_FRAMES: usize = 300;

type Evaluated<T> = Result<T, TemplateError>;

/// How a list ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

/// The node that Go would name in an error.
#[derive(Clone, Copy)]
enum At<'a> {
    Node(&'a Node),
    Pipeline(&'a Pipeline),
    Command(&'a Command),
    Operand(&'a Operand),
    Nothing,
}

/// What a field is looked for in.
struct Receiver {
    value: Value,
    /// Whether Go holds it as an `interface {}`.
    in_interface: bool,
}

/// One expansion.
pub(super) struct Evaluator<'a> {
    template: &'a Template,
    context: &'a Context<'a>,
    out: String,
    work: usize,
    max_work: usize,
    frames: usize,
    /// The definition that is being expanded.
    definition: Option<&'a str>,
    at: At<'a>,
    variables: Vec<(&'a str, Value)>,
    /// Takes notes of the ways that branches go.
    taken: Option<&'a TakenBranches>,
    /// What is compiled already: a loop asks for the same again and again.
    regexes: FxHashMap<String, Arc<SearchRegex>>,
}

/// Expands a template.
pub(super) fn expand(
    template: &Template,
    context: &Context<'_>,
    taken: Option<&TakenBranches>,
    max_work: usize,
) -> Evaluated<String> {
    let root = Arc::new(Root {
        labels: context.labels.clone(),
        external_labels: context.external_labels.clone(),
        external_url: context.external_url.into(),
        value: Value::of_sample(context.value),
    });
    let variables = vec![
        ("$", Value::Root(Arc::clone(&root))),
        ("$labels", Value::Labels(root.labels.clone())),
        ("$externalLabels", Value::Labels(root.external_labels.clone())),
        ("$externalURL", Value::Text(Arc::clone(&root.external_url))),
        ("$value", root.value.clone()),
    ];
    let mut evaluator = Evaluator {
        template,
        context,
        out: String::new(),
        work: 0,
        max_work,
        frames: 0,
        definition: None,
        at: At::Nothing,
        variables,
        taken,
        regexes: FxHashMap::default(),
    };
    evaluator.list(&Value::Root(root), &template.root)?;
    Ok(evaluator.out)
}

impl<'a> Evaluator<'a> {
    pub(super) fn context(&self) -> &'a Context<'a> {
        self.context
    }

    fn error(&self, message: impl Into<String>) -> TemplateError {
        let (span, position, node) = match self.at {
            At::Node(node) => (node.span, node.position, node.to_string()),
            At::Pipeline(pipe) => (pipe.span, pipe.span.start(), pipe.to_string()),
            At::Command(command) => (command.span, command.span.start(), command.to_string()),
            At::Operand(operand) => (operand.span, operand.position, unparenthesized(operand)),
            At::Nothing => (Span::at(0), 0, String::new()),
        };
        let definition = self.definition.map(str::to_owned);
        TemplateError::execute(self.template.text(), span, position, definition, node, message.into())
    }

    /// Counts work, and stops an expansion that does not end.
    pub(super) fn charge(&mut self, work: usize) -> Result<(), String> {
        self.work = self.work.saturating_add(work);
        if self.work > self.max_work {
            return Err(format!("the template takes more than {} steps to expand", self.max_work));
        }
        Ok(())
    }

    /// The regular expression `pattern`; `refused` is what is said where it is none.
    pub(super) fn regex(
        &mut self,
        pattern: &str,
        refused: impl FnOnce(RegexError) -> String,
    ) -> Result<Arc<SearchRegex>, String> {
        if let Some(known) = self.regexes.get(pattern) {
            return Ok(Arc::clone(known));
        }
        self.charge(REGEX_WORK)?;
        let regex = Arc::new(SearchRegex::new(pattern).map_err(refused)?);
        if self.regexes.len() == MAX_REGEXES {
            self.regexes.clear();
        }
        self.regexes.insert(pattern.to_owned(), Arc::clone(&regex));
        Ok(regex)
    }

    fn step(&mut self) -> Evaluated<()> {
        self.charge(1).map_err(|message| self.error(message))
    }

    fn framed<T>(&mut self, body: impl FnOnce(&mut Self) -> Evaluated<T>) -> Evaluated<T> {
        if self.frames >= MAX_FRAMES {
            return Err(self.error("exceeded maximum template depth"));
        }
        self.frames += 1;
        let result = body(self);
        self.frames -= 1;
        result
    }

    fn list(&mut self, dot: &Value, list: &'a List) -> Evaluated<Flow> {
        self.framed(|this| {
            for node in &list.nodes {
                let flow = this.node(dot, node)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
            }
            Ok(Flow::Next)
        })
    }

    fn node(&mut self, dot: &Value, node: &'a Node) -> Evaluated<Flow> {
        self.at = At::Node(node);
        self.step()?;
        match &node.kind {
            NodeKind::Text(text) => {
                self.out.push_str(text);
                self.check_output()?;
            }
            NodeKind::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.at = At::Node(node);
                    print::print_value(&mut self.out, &value);
                    self.check_output()?;
                }
            }
            NodeKind::If(branch) => return self.branch(dot, branch, false),
            NodeKind::With(branch) => return self.branch(dot, branch, true),
            NodeKind::Range(branch) => return self.range(dot, branch),
            NodeKind::Template { name, argument } => self.call_template(dot, &name.value, argument.as_ref())?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn check_output(&self) -> Evaluated<()> {
        if self.out.len() > MAX_OUTPUT {
            return Err(self.error(format!("the expansion is longer than {MAX_OUTPUT} bytes")));
        }
        Ok(())
    }

    fn note(&self, branch: &Branch, body: bool) {
        if let Some(taken) = self.taken {
            taken.note(branch.pipe.span, body);
        }
    }

    fn branch(&mut self, dot: &Value, branch: &'a Branch, with: bool) -> Evaluated<Flow> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        self.note(branch, value.truth());
        let flow = match (value.truth(), &branch.else_list) {
            (true, _) => self.list(if with { &value } else { dot }, &branch.list)?,
            (false, Some(list)) => self.list(dot, list)?,
            (false, None) => Flow::Next,
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn range(&mut self, dot: &Value, branch: &'a Branch) -> Evaluated<Flow> {
        let mark = self.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let mut empty = true;
        match &value {
            Value::Vector(samples) => {
                for (index, sample) in samples.iter().enumerate() {
                    empty = false;
                    let index = Value::int(i64::try_from(index).unwrap_or(i64::MAX));
                    if self.iteration(branch, index, Value::Sample(sample.clone()))? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Labels(labels) => {
                for (name, value) in labels.iter() {
                    empty = false;
                    if self.iteration(branch, Value::text(name), Value::text(value))? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Args(args) => {
                for (name, value) in &args.entries {
                    empty = false;
                    if self.iteration(branch, Value::text(name.as_str()), value.clone())? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Int(count, int_type) => {
                if branch.pipe.variables.len() > 1 {
                    return Err(self.error(format!("can't use {count} to iterate over more than one variable")));
                }
                for number in 0..*count {
                    empty = false;
                    if self.iteration(branch, Value::Absent, Value::Int(number, *int_type))? == Flow::Break {
                        break;
                    }
                }
            }
            Value::Absent => {}
            value => {
                let shown = print::sprint(std::slice::from_ref(value)).unwrap_or_default();
                return Err(self.error(format!("range can't iterate over {shown}")));
            }
        }
        self.note(branch, !empty);
        let flow = match &branch.else_list {
            Some(list) if empty => self.list(dot, list)?,
            _ => Flow::Next,
        };
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn iteration(&mut self, branch: &'a Branch, index: Value, element: Value) -> Evaluated<Flow> {
        self.step()?;
        let pipe = &branch.pipe;
        let mark = self.variables.len();
        let declared = pipe.variables.len();
        if pipe.is_assignment {
            // With two variables, the index comes first; with one, it takes the element.
            if let [first, second, ..] = pipe.variables.as_slice() {
                self.assign(&first.value, index)?;
                self.assign(&second.value, element.clone())?;
            } else if let [only] = pipe.variables.as_slice() {
                self.assign(&only.value, element.clone())?;
            }
        } else {
            if let Some(slot) = mark.checked_sub(1).and_then(|at| self.variables.get_mut(at)).filter(|_| declared > 0) {
                slot.1 = element.clone();
            }
            if let Some(slot) = mark.checked_sub(2).and_then(|at| self.variables.get_mut(at)).filter(|_| declared > 1) {
                slot.1 = index;
            }
        }
        let flow = self.list(&element, &branch.list)?;
        self.variables.truncate(mark);
        Ok(flow)
    }

    fn call_template(&mut self, dot: &Value, name: &str, argument: Option<&'a Pipeline>) -> Evaluated<()> {
        let Some(definition) = self.template.definitions.get(name) else {
            // The template may call itself by its own name.
            if name == self.context.name {
                return Err(self.error("exceeded maximum template depth"));
            }
            let name = crate::model::gofmt::quote(name.as_bytes());
            return Err(self.error(format!("template {name} not defined")));
        };
        let dot = match argument {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Absent,
        };
        let outside = std::mem::replace(&mut self.variables, vec![("$", dot.clone())]);
        let (calling, at) = (self.definition.replace(&definition.name.value), self.at);
        self.list(&dot, &definition.body)?;
        (self.variables, self.definition, self.at) = (outside, calling, at);
        Ok(())
    }

    fn pipeline(&mut self, dot: &Value, pipe: &'a Pipeline) -> Evaluated<Value> {
        self.at = At::Pipeline(pipe);
        let value = self.framed(|this| {
            let mut value = None;
            for command in &pipe.commands {
                this.step()?;
                value = Some(this.command(dot, command, value)?);
            }
            Ok(value.unwrap_or(Value::Absent))
        })?;
        for variable in &pipe.variables {
            if pipe.is_assignment {
                self.assign(&variable.value, value.clone())?;
            } else {
                self.variables.push((&variable.value, value.clone()));
            }
        }
        Ok(value)
    }

    fn assign(&mut self, name: &str, value: Value) -> Evaluated<()> {
        let place = self.place(name)?;
        if let Some(slot) = self.variables.get_mut(place) {
            slot.1 = value;
        }
        Ok(())
    }

    /// Where a variable is. There are few, as a rule, and where there are many they count as the work that they are.
    fn place(&mut self, name: &str) -> Evaluated<usize> {
        let Some(place) = self.variables.iter().rposition(|(known, _)| *known == name) else {
            return Err(self.error(format!("undefined variable: {name}")));
        };
        let passed = self.variables.len() - place;
        self.charge(passed / VARIABLES_PER_WORK).map_err(|message| self.error(message))?;
        Ok(place)
    }

    fn command(&mut self, dot: &Value, command: &'a Command, last: Option<Value>) -> Evaluated<Value> {
        let Some((first, arguments)) = command.operands.split_first() else { return Ok(Value::Absent) };
        match &first.kind {
            OperandKind::Field(_) | OperandKind::Variable { .. } | OperandKind::Chain { .. } => {
                self.path(dot, first, arguments, last)
            }
            OperandKind::Function(name) => self.function(dot, first, name, At::Command(command), arguments, last),
            OperandKind::Parenthesized(pipe) => {
                self.not_a_function(first, arguments, last.as_ref())?;
                self.pipeline(dot, pipe)
            }
            OperandKind::Bool(_) | OperandKind::Dot | OperandKind::Number(_) | OperandKind::String { .. } => {
                self.at = At::Operand(first);
                self.not_a_function(first, arguments, last.as_ref())?;
                self.literal(dot, first)
            }
            OperandKind::Nil => {
                self.at = At::Operand(first);
                self.not_a_function(first, arguments, last.as_ref())?;
                Err(self.error("nil is not a command"))
            }
        }
    }

    fn not_a_function(&self, first: &Operand, arguments: &[Operand], last: Option<&Value>) -> Evaluated<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.error(format!("can't give argument to non-function {}", unparenthesized(first))))
    }

    /// A constant, or the dot.
    fn literal(&mut self, dot: &Value, operand: &Operand) -> Evaluated<Value> {
        Ok(match &operand.kind {
            OperandKind::Bool(value) => Value::Bool(*value),
            OperandKind::Dot => dot.clone(),
            OperandKind::Number(number) => self.number(number)?,
            OperandKind::String { value, .. } => Value::text(value.as_str()),
            _ => Value::Absent,
        })
    }

    /// The type that Go gives a number of no particular type.
    fn number(&self, number: &Number) -> Evaluated<Value> {
        let raw = &number.raw;
        let hexadecimal = raw.len() > 2 && raw.starts_with("0x") | raw.starts_with("0X") && !raw.contains(['p', 'P']);
        let is_float = !hexadecimal && !raw.starts_with('\'') && raw.contains(['.', 'e', 'E', 'p', 'P']);
        match (number.float, number.integer) {
            (Some(value), _) if is_float => Ok(Value::Float(value)),
            (_, Some(value)) => Ok(Value::int(value)),
            _ => Err(self.error(format!("{raw} overflows int"))),
        }
    }

    /// Fields of the dot, of a variable or of a pipeline; the last one may be a method with arguments.
    fn path(
        &mut self,
        dot: &Value,
        operand: &'a Operand,
        arguments: &'a [Operand],
        last: Option<Value>,
    ) -> Evaluated<Value> {
        self.at = At::Operand(operand);
        let mut value;
        let names = match &operand.kind {
            OperandKind::Field(names) => {
                value = dot.clone();
                names
            }
            OperandKind::Variable { name, fields } => {
                value = self.variable(&name.value)?;
                if fields.is_empty() {
                    self.not_a_function(operand, arguments, last.as_ref())?;
                    return Ok(value);
                }
                fields
            }
            OperandKind::Chain { base, fields } => {
                value = self.argument(dot, Parameter::Any, base)?;
                fields
            }
            _ => return Ok(Value::Absent),
        };
        let Some((final_name, names)) = names.split_last() else { return Ok(value) };
        let mut receiver = Receiver { value, in_interface: false };
        for name in names {
            value = self.field(dot, operand, &receiver, &name.value, &[], None)?;
            // Go knows what these hold as an interface, and says so.
            let in_interface = matches!(receiver.value, Value::Root(_) | Value::Args(_));
            let is_interface = in_interface && !matches!(value, Value::Labels(_)) && name.value != "ExternalURL";
            receiver = Receiver { value, in_interface: is_interface };
        }
        self.field(dot, operand, &receiver, &final_name.value, arguments, last)
    }

    fn variable(&mut self, name: &str) -> Evaluated<Value> {
        let place = self.place(name)?;
        Ok(self.variables.get(place).map_or(Value::Absent, |(_, value)| value.clone()))
    }

    fn field(
        &mut self,
        dot: &Value,
        operand: &'a Operand,
        receiver: &Receiver,
        name: &str,
        arguments: &'a [Operand],
        last: Option<Value>,
    ) -> Evaluated<Value> {
        self.step()?;
        let Receiver { value: receiver, in_interface } = receiver;
        if let Some(parameters) = time::parameters(receiver, name) {
            let parameters: Vec<Parameter> = parameters.iter().map(|parameter| (*parameter).into()).collect();
            let values = self.arguments(dot, name, &parameters, None, arguments, last)?;
            let result = time::call(receiver, name, &values);
            self.at = At::Operand(operand);
            return result.ok_or_else(|| self.error(format!("error calling {name}: invalid argument")));
        }
        let has_arguments = !arguments.is_empty() || last.is_some();
        let type_name = if *in_interface { "interface {}" } else { receiver.type_name() };
        fields::field(receiver, type_name, name, has_arguments).map_err(|message| self.error(message))
    }
}

/// Go's text of an operand that is a node of its own: a pipeline without its parentheses.
fn unparenthesized(operand: &Operand) -> String {
    match &operand.kind {
        OperandKind::Parenthesized(pipe) => pipe.to_string(),
        _ => operand.to_string(),
    }
}
