//! PromQL evaluation over an in-memory store, with the semantics of Prometheus 3.14.
//!
//! An expression is prepared once ([`Engine::prepare`]) and evaluated at one time ([`Engine::instant`]) or over many
//! evenly spaced steps at once ([`Engine::range`]). Inside, evaluating a node yields for each output series a dense
//! column over all steps, so that labels are looked at once per series and not once per step; an instant query is the
//! same with one step.

mod annotations;
mod error;
mod options;
mod output;
pub mod store;

use crate::promql::Expr;

pub use annotations::{Annotation, AnnotationKind, Annotations};
pub use error::EvalError;
pub use options::Options;
pub use output::{Output, Point, QueryValue, Series, VectorSample};
pub use store::{AppendError, Store};

/// Evaluates prepared expressions. Cheap to create; holds options only.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    options: Options,
}

/// An expression, checked and lowered once, to be evaluated many times. Independent of any store.
#[derive(Clone, Debug)]
pub struct Prepared {}

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
        Err(EvalError::new("evaluation is not built yet", Some(expr.span)))
    }

    /// Evaluates at the one time `t_ms`.
    ///
    /// # Errors
    /// Upstream's evaluation errors (many-to-many matching, duplicate label sets, invalid parameters …), and the
    /// limits of [`Options`].
    pub fn instant(&self, store: &Store, prepared: &Prepared, t_ms: i64) -> Result<Output, EvalError> {
        let _ = (store, prepared, t_ms);
        Err(EvalError::new("evaluation is not built yet", None))
    }

    /// Evaluates at `start_ms`, `start_ms + step_ms` … up to and including `end_ms`. The result is a matrix, sorted by
    /// labels, unless the expression is a string.
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
        let _ = (store, prepared, start_ms, end_ms, step_ms);
        Err(EvalError::new("evaluation is not built yet", None))
    }
}
