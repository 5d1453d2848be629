//! Calls of functions, and their arguments: counted, evaluated and checked against the parameters' types.

use super::{At, BYTES_PER_WORK, Evaluated, Evaluator, MAX_OUTPUT};
use crate::template::ast::{Number, Operand, OperandKind};
use crate::template::functions::{self, Function, Parameter};
use crate::template::value::{IntType, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn function(
        &mut self,
        dot: &Value,
        operand: &'a Operand,
        name: &str,
        caller: At<'a>,
        arguments: &'a [Operand],
        last: Option<Value>,
    ) -> Evaluated<Value> {
        self.at = At::Operand(operand);
        let Some(function) = functions::by_name(name) else {
            let name = crate::model::gofmt::quote(name.as_bytes());
            return Err(self.error(format!("{name} is not a defined function")));
        };
        if matches!(name, "and" | "or") {
            return self.short_circuit(dot, function, arguments, last);
        }
        let values = self.arguments(dot, name, function.parameters, function.variadic, arguments, last)?;
        if name == "call" {
            let callee = arguments.first().map_or_else(String::new, ToString::to_string);
            self.at = caller;
            return Err(self.error(format!("error calling call: {}", functions::not_callable(&callee, values.first()))));
        }
        let work: usize = values.iter().map(|value| value.size() / BYTES_PER_WORK).sum();
        let result = self.charge(work).and_then(|()| (function.call)(self, &values));
        let result = result.and_then(|value| match &value {
            Value::Text(text) if text.len() > MAX_OUTPUT => {
                Err(format!("the result is longer than {MAX_OUTPUT} bytes"))
            }
            // What a call makes is work as well: `printf "%.1000000f" 1` makes a megabyte of fifteen bytes.
            _ => self.charge(value.size() / BYTES_PER_WORK).map(|()| value),
        });
        result.map_err(|message| {
            self.at = caller;
            self.error(format!("error calling {name}: {message}"))
        })
    }

    /// `and` and `or` evaluate no more arguments than they need.
    fn short_circuit(
        &mut self,
        dot: &Value,
        function: &Function,
        arguments: &'a [Operand],
        last: Option<Value>,
    ) -> Evaluated<Value> {
        self.check_count(function.name, 1, true, arguments.len(), last.is_some())?;
        let mut value = Value::Absent;
        for argument in arguments {
            value = self.argument(dot, Parameter::Any, argument)?;
            if value.truth() == (function.name == "or") {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn check_count(&self, name: &str, fixed: usize, more: bool, given: usize, piped: bool) -> Evaluated<()> {
        let count = given + usize::from(piped);
        if more && count < fixed {
            return Err(self.error(format!("wrong number of args for {name}: want at least {fixed} got {given}")));
        }
        if !more && count != fixed {
            return Err(self.error(format!("wrong number of args for {name}: want {fixed} got {count}")));
        }
        Ok(())
    }

    pub(super) fn arguments(
        &mut self,
        dot: &Value,
        name: &str,
        parameters: &[Parameter],
        variadic: Option<Parameter>,
        arguments: &'a [Operand],
        last: Option<Value>,
    ) -> Evaluated<Vec<Value>> {
        self.check_count(name, parameters.len(), variadic.is_some(), arguments.len(), last.is_some())?;
        let mut values = Vec::with_capacity(arguments.len() + 1);
        let parameter = |index: usize| parameters.get(index).copied().or(variadic).unwrap_or(Parameter::Any);
        for (index, argument) in arguments.iter().enumerate() {
            values.push(self.argument(dot, parameter(index), argument)?);
        }
        if let Some(last) = last {
            values.push(self.checked(last, parameter(arguments.len()))?);
        }
        Ok(values)
    }

    /// An operand as an argument of a function or method.
    pub(super) fn argument(&mut self, dot: &Value, parameter: Parameter, operand: &'a Operand) -> Evaluated<Value> {
        self.at = At::Operand(operand);
        let value = match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => {
                return match parameter {
                    Parameter::Any | Parameter::Vector | Parameter::Sample => Ok(Value::Absent),
                    _ => Err(self.error(format!("cannot assign nil to {}", parameter.type_name()))),
                };
            }
            OperandKind::Field(_) | OperandKind::Variable { .. } | OperandKind::Chain { .. } => {
                self.path(dot, operand, &[], None)?
            }
            OperandKind::Parenthesized(pipe) => self.pipeline(dot, pipe)?,
            OperandKind::Function(name) => self.function(dot, operand, name, At::Operand(operand), &[], None)?,
            OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::String { .. } => {
                return self.constant(dot, parameter, operand);
            }
        };
        self.checked(value, parameter)
    }

    /// A constant takes the type of the parameter.
    fn constant(&mut self, dot: &Value, parameter: Parameter, operand: &'a Operand) -> Evaluated<Value> {
        match (parameter, &operand.kind) {
            (Parameter::Any, _) | (Parameter::Text, OperandKind::String { .. }) => self.literal(dot, operand),
            (Parameter::Text, _) => Err(self.error(format!("expected string; found {operand}"))),
            (Parameter::Int, OperandKind::Number(Number { integer: Some(value), .. })) => Ok(Value::int(*value)),
            (Parameter::Duration, OperandKind::Number(Number { integer: Some(value), .. })) => {
                Ok(Value::Duration { nanos: *value, pointer: false })
            }
            (Parameter::Int | Parameter::Duration, _) => Err(self.error(format!("expected integer; found {operand}"))),
            (Parameter::Time | Parameter::Vector | Parameter::Sample, _) => {
                Err(self.error(format!("can't handle {operand} for arg of type {}", parameter.type_name())))
            }
        }
    }

    /// A value that was computed must have the parameter's type.
    fn checked(&self, value: Value, parameter: Parameter) -> Evaluated<Value> {
        let fits = match (parameter, &value) {
            (Parameter::Any, _)
            | (Parameter::Text, Value::Text(_))
            | (Parameter::Time, Value::Time { .. })
            | (Parameter::Vector, Value::Vector(_) | Value::Absent)
            | (Parameter::Sample, Value::Sample(_) | Value::Absent) => true,
            (Parameter::Int, Value::Int(_, IntType::Int)) => true,
            (Parameter::Duration, Value::Duration { nanos, .. }) => {
                return Ok(Value::Duration { nanos: *nanos, pointer: false });
            }
            _ => false,
        };
        if fits {
            return Ok(value);
        }
        let expected = parameter.type_name();
        if matches!(value, Value::Absent) {
            return Err(self.error(format!("invalid value; expected {expected}")));
        }
        Err(self.error(format!("wrong type for value; expected {expected}; got {}", value.type_name())))
    }
}
