//! Values of parts of an expression.

use crate::engine::QueryValue;
use crate::model::SampleValue;
use crate::promql::Expr;
use crate::testfile::notation::number_text;
use crate::unittest::run::Running;

/// The value of `expr` alone.
pub(super) fn evaluate(running: &Running<'_>, expr: &Expr, t_ms: i64) -> Result<QueryValue, String> {
    let engine = &running.shared.set.options().engine;
    let output = engine.prepare(expr).and_then(|prepared| engine.instant(&running.store, &prepared, t_ms));
    output.map(|output| output.value).map_err(|error| error.message)
}

/// A sample's value in a few characters.
pub(in crate::unittest) fn value_text(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) => number_text(*value),
        SampleValue::Histogram(histogram) => histogram.test_expression(),
    }
}
