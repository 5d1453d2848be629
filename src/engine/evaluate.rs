//! Walks a plan and evaluates its nodes over all steps.

use crate::promql::ast::AtModifier;
use crate::source::Span;

use super::clock::Clock;
use super::column::{ScalarColumn, SeriesColumn, Value, Vector};
use super::duration::QueryTimes;
use super::functions::{self, Implementation};
use super::plan::{CallNode, NodeId, NodeKind, Plan};
use super::steps::Steps;
use super::{AnnotationKind, Annotations, EvalError, Observer, Options, Store, aggregate, binary, observe, select};

/// One evaluation of a plan.
pub(crate) struct Evaluator<'a> {
    pub(crate) store: &'a Store,
    pub(crate) plan: &'a Plan,
    pub(crate) options: &'a Options,
    /// The range and step of the outermost query.
    pub(crate) query: QueryTimes,
    /// The steps of the innermost (sub)query.
    pub(crate) steps: Steps,
    pub(crate) annotations: Annotations,
    /// Looks at what operators do.
    pub(crate) observer: Option<&'a Observer>,
    /// Says when it has taken too long.
    pub(crate) clock: Clock,
    /// Values held by columns that are alive.
    live: usize,
}

impl<'a> Evaluator<'a> {
    /// An evaluation of `plan` over `steps`.
    pub(crate) fn new(store: &'a Store, plan: &'a Plan, options: &'a Options, steps: Steps, query: QueryTimes) -> Self {
        Evaluator {
            store,
            plan,
            options,
            query,
            steps,
            annotations: Annotations::default(),
            observer: None,
            clock: Clock::until(options.deadline),
            live: 0,
        }
    }

    /// Evaluates the node `id`.
    pub(crate) fn eval(&mut self, id: NodeId) -> Result<Value, EvalError> {
        let plan = self.plan;
        // The left spine of binary operators may be very long: it is walked in a loop.
        let mut spine = Vec::new();
        let mut leftmost = id;
        while let NodeKind::Binary(node) = &plan.node(leftmost).kind {
            spine.push((leftmost, node, plan.node(leftmost).span));
            leftmost = node.lhs;
        }
        let live = self.live;
        let mut value = self.eval_leaf(leftmost)?;
        while let Some((id, node, span)) = spine.pop() {
            self.live = live + weight(&value);
            let rhs = self.eval(node.rhs)?;
            value = observe::operator(self, id, node, span, value, rhs)?;
            self.check_limits(live + weight(&value), &value, span)?;
        }
        self.live = live + weight(&value);
        Ok(value)
    }

    fn eval_leaf(&mut self, id: NodeId) -> Result<Value, EvalError> {
        let plan = self.plan;
        let node = plan.node(id);
        let value = match &node.kind {
            NodeKind::Number(value) => Value::Scalar(ScalarColumn::Constant(*value)),
            NodeKind::String(bytes) => Value::String(bytes.clone()),
            NodeKind::Selector(selector) => Value::Vector(select::instant(self, selector, node.span)?),
            NodeKind::Negate(operand) => {
                let operand = self.eval(*operand)?;
                binary::negate(self, operand, node.span)?
            }
            NodeKind::Aggregate(aggregate) => Value::Vector(aggregate::evaluate(self, aggregate, node.span)?),
            NodeKind::Call(call) => self.call(call, node.span)?,
            NodeKind::StepInvariant(inner) => self.step_invariant(*inner)?,
            // Handled by `eval`; here only where an operand is no vector.
            NodeKind::Binary(_) => self.eval(id)?,
            NodeKind::Matrix(_) | NodeKind::Subquery(_) => {
                return Err(EvalError::new("a range vector cannot be evaluated here", Some(node.span)));
            }
        };
        self.check_limits(self.live.saturating_add(weight(&value)), &value, node.span)?;
        Ok(value)
    }

    fn call(&mut self, call: &'a CallNode, span: Span) -> Result<Value, EvalError> {
        match &call.implementation {
            Implementation::Window(function) => functions::window::evaluate(self, call, *function).map(Value::Vector),
            Implementation::Math(f) => functions::math::evaluate(self, call, *f).map(Value::Vector),
            Implementation::Call(f) => f(self, call, span),
        }
    }

    /// Evaluates `inner` at the first step and repeats the result.
    fn step_invariant(&mut self, inner: NodeId) -> Result<Value, EvalError> {
        let steps = self.steps;
        if steps.count <= 1 {
            return self.eval(inner);
        }
        self.steps = Steps { count: 1, ..steps };
        let value = self.eval(inner);
        self.steps = steps;
        Ok(match value? {
            Value::Vector(mut vector) => {
                let cells = vector.len().saturating_mul(steps.count);
                self.reserve(cells, self.plan.node(inner).span)?;
                for series in &mut vector {
                    series.column = series.column.repeated(steps.count);
                }
                Value::Vector(vector)
            }
            Value::Scalar(scalar) => Value::Scalar(ScalarColumn::Constant(scalar.at(0))),
            text => text,
        })
    }

    /// Evaluates a node that is an instant vector.
    pub(crate) fn vector(&mut self, id: NodeId) -> Result<Vector, EvalError> {
        match self.eval(id)? {
            Value::Vector(vector) => Ok(vector),
            _ => Err(EvalError::new("expected an instant vector", Some(self.plan.node(id).span))),
        }
    }

    /// Evaluates a node that is a scalar.
    pub(crate) fn scalar(&mut self, id: NodeId) -> Result<ScalarColumn, EvalError> {
        match self.eval(id)? {
            Value::Scalar(scalar) => Ok(scalar),
            _ => Err(EvalError::new("expected a scalar", Some(self.plan.node(id).span))),
        }
    }

    /// Notes a warning.
    pub(crate) fn warn(&mut self, message: impl Into<String>, span: Span) {
        self.annotations.add(AnnotationKind::Warning, message.into(), span);
    }

    /// Notes an info.
    pub(crate) fn info(&mut self, message: impl Into<String>, span: Span) {
        self.annotations.add(AnnotationKind::Info, message.into(), span);
    }

    /// Removes the name from the labels now, or notes that it is to be removed at the end.
    pub(crate) fn drop_name(&self, series: &mut SeriesColumn) {
        series.drop_name = true;
        if !self.options.delayed_name_removal {
            series.labels = without_name(&series.labels);
        }
    }

    /// The time in milliseconds that `@` names.
    pub(crate) fn fixed_time(&self, at: Option<AtModifier>) -> Option<i64> {
        at.map(|at| match at {
            AtModifier::Timestamp(t_ms) => t_ms,
            AtModifier::Start => self.query.start,
            AtModifier::End => self.query.end,
        })
    }

    /// Makes sure that `cells` more values may be held.
    pub(crate) fn reserve(&self, cells: usize, span: Span) -> Result<(), EvalError> {
        match self.options.max_samples {
            Some(max) if self.live.saturating_add(cells) > max => Err(EvalError::new(
                format!(
                    "the query holds more than {max} samples at a time: use fewer steps or series, or raise the limit \
                     `max_samples`"
                ),
                Some(span),
            )),
            _ => Ok(()),
        }
    }

    /// Makes sure that there is time left.
    pub(crate) fn check_time(&self, span: Span) -> Result<(), EvalError> {
        if self.clock.is_up() {
            return Err(EvalError::new("the time for this evaluation is up", Some(span)));
        }
        Ok(())
    }

    /// How many more values may be held.
    pub(crate) fn room(&self) -> usize {
        self.options.max_samples.map_or(usize::MAX, |max| max.saturating_sub(self.live))
    }

    /// Takes over what an inner evaluator holds.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Sets the number of values held, after columns were handed over or dropped.
    pub(crate) fn set_live(&mut self, live: usize) {
        self.live = live;
    }

    fn check_limits(&mut self, live: usize, value: &Value, span: Span) -> Result<(), EvalError> {
        self.live = live;
        self.check_time(span)?;
        self.reserve(0, span)?;
        match (value, self.options.max_series) {
            (Value::Vector(vector), Some(max)) if vector.len() > max => Err(EvalError::new(
                format!("this yields more than {max} series: select fewer, or raise the limit `max_series`"),
                Some(span),
            )),
            _ => Ok(()),
        }
    }
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Vector(vector) => vector.iter().map(|series| series.column.weight()).sum(),
        Value::Scalar(scalar) => scalar.distinct().len(),
        Value::String(_) => 0,
    }
}

/// The labels without the name and what belongs to it: `__name__`, `__type__`, `__unit__`.
pub(crate) fn without_name(labels: &crate::model::Labels) -> crate::model::Labels {
    if labels.iter().any(|(name, _)| is_metadata(name)) { labels.without(is_metadata) } else { labels.clone() }
}

/// Whether a label is part of a metric's identity and not of what it measures.
pub(crate) fn is_metadata(name: &str) -> bool {
    matches!(name, "__name__" | "__type__" | "__unit__")
}
