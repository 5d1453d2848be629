//! PromQL evaluation over an in-memory store, with the semantics of Prometheus 3.14.
//!
//! An expression is prepared once ([`Engine::prepare`]) and evaluated at one time ([`Engine::instant`]) or over many
//! evenly spaced steps at once ([`Engine::range`]). Inside, evaluating a node yields for each output series a dense
//! column over all steps, so that labels are looked at once per series and not once per step; an instant query is the
//! same with one step.

mod aggregate;
mod annotations;
mod binary;
mod clock;
mod column;
mod detected_resets;
mod distinct;
mod duration;
mod error;
mod evaluate;
mod functions;
mod histogram_rows;
mod info;
mod lower;
mod natural;
mod numeric;
mod observe;
mod options;
mod output;
mod plan;
mod points;
mod range_input;
mod result;
mod select;
mod smooth;
mod steps;
pub mod store;
mod subquery;
mod xxhash;

use crate::promql::Expr;
use crate::promql::ast::ValueType;

use duration::QueryTimes;
use evaluate::Evaluator;
use plan::{NodeKind, Plan};
use steps::Steps;

pub use annotations::{Annotation, AnnotationKind, Annotations};
pub use error::EvalError;
pub(crate) use lower::compile_matcher;
pub use observe::{Observer, OperatorOutcomes, has_outcomes};
pub use options::Options;
pub use output::{Output, QueryValue, Series, VectorSample};
pub(crate) use plan::LabelMatcher;
pub use points::{Point, Points, PointsIter};
pub use store::{AppendError, Store};

/// Evaluates prepared expressions. Cheap to create; holds options only.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: Options,
}

/// An expression, checked and lowered once, to be evaluated many times. Independent of any store.
#[derive(Clone, Debug)]
pub struct Prepared {
    plan: Plan,
}

impl Prepared {
    /// The same expression as a rule sees it that is evaluated before the rules that write these series: its plain
    /// instant selectors of these names do not see what is written at the time of the evaluation itself.
    #[must_use]
    pub fn before(&self, is_written_later: impl Fn(&str) -> bool) -> Prepared {
        let mut prepared = self.clone();
        for node in &mut prepared.plan.nodes {
            if let NodeKind::Selector(selector) = &mut node.kind {
                selector.sees_only_before |= selector.name.as_deref().is_some_and(&is_written_later);
            }
        }
        prepared
    }
}

impl Engine {
    /// An engine with these options.
    pub fn new(options: Options) -> Self {
        Engine { options }
    }

    /// The options that the engine was created with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Checks and lowers `expr`.
    ///
    /// # Errors
    /// What can be known to fail without data: a regular expression that does not compile, a modifier on a function
    /// that does not support it.
    pub fn prepare(&self, expr: &Expr) -> Result<Prepared, EvalError> {
        Ok(Prepared { plan: lower::lower(expr)? })
    }

    /// Evaluates at the one time `t_ms`.
    ///
    /// # Errors
    /// Upstream's evaluation errors (many-to-many matching, duplicate label sets, invalid parameters …), and the
    /// limits of [`Options`].
    pub fn instant(&self, store: &Store, prepared: &Prepared, t_ms: i64) -> Result<Output, EvalError> {
        self.instant_observed(store, prepared, t_ms, None)
    }

    /// [`Engine::instant`] under the eyes of an observer.
    ///
    /// # Errors
    /// As [`Engine::instant`].
    pub fn instant_observed(
        &self,
        store: &Store,
        prepared: &Prepared,
        t_ms: i64,
        observer: Option<&Observer>,
    ) -> Result<Output, EvalError> {
        let query = QueryTimes { start: t_ms, end: t_ms, step: 0 };
        let mut eval = Evaluator::new(store, &prepared.plan, &self.options, Steps::at(t_ms), query);
        eval.observer = observer;
        let value = result::instant(&mut eval)?;
        Ok(Output { value, annotations: eval.annotations })
    }

    /// Evaluates at `start_ms`, `start_ms + step_ms` … up to and including `end_ms`. The result is a matrix, sorted by
    /// labels.
    ///
    /// # Errors
    /// As [`Engine::instant`]; also where the step is not positive, the end is before the start, or the expression is
    /// neither a scalar nor an instant vector.
    pub fn range(
        &self,
        store: &Store,
        prepared: &Prepared,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
    ) -> Result<Output, EvalError> {
        self.range_observed(store, prepared, start_ms, end_ms, step_ms, None)
    }

    /// [`Engine::range`] under the eyes of an observer.
    ///
    /// # Errors
    /// As [`Engine::range`].
    pub fn range_observed(
        &self,
        store: &Store,
        prepared: &Prepared,
        start_ms: i64,
        end_ms: i64,
        step_ms: i64,
        observer: Option<&Observer>,
    ) -> Result<Output, EvalError> {
        if step_ms <= 0 || end_ms < start_ms {
            let message = "a range query needs a positive step, and an end that is not before its start";
            return Err(EvalError::new(message, None));
        }
        let plan = &prepared.plan;
        if !matches!(plan.value_type, ValueType::Scalar | ValueType::Vector) {
            let found = if plan.value_type == ValueType::Matrix { "range vector" } else { "string" };
            let message =
                format!("invalid expression type {found:?} for range query, must be Scalar or instant Vector");
            return Err(EvalError::new(message, Some(plan.node(plan.root).span)));
        }
        let query = QueryTimes { start: start_ms, end: end_ms, step: step_ms };
        let steps = Steps::between(start_ms, end_ms, step_ms);
        let mut eval = Evaluator::new(store, plan, &self.options, steps, query);
        eval.observer = observer;
        eval.reserve(steps.count, plan.node(plan.root).span)?;
        let value = result::range(&mut eval)?;
        Ok(Output { value, annotations: eval.annotations })
    }
}

#[cfg(test)]
mod tests;
