//! Counter resets that are found while reading.
//!
//! Below `histogram_count`, `histogram_sum` and `histogram_avg`, Prometheus reads histograms without their buckets, and
//! so compares each with the one before it while it still has them (`HistogramStatsIterator`). That shows: a warning of
//! conflicting resets is given there and not elsewhere.

use std::sync::Arc;

use crate::model::FloatHistogram;
use crate::model::histogram::CounterResetHint;
use crate::promql::ast::BinaryOp;

use super::plan::{Node, NodeId, NodeKind};
use super::store::Samples;

/// Whether the selectors in the argument of the function `name` read histograms in this way.
pub(super) fn reads_statistics(name: &str) -> bool {
    matches!(name, "histogram_count" | "histogram_sum" | "histogram_avg")
}

/// Marks the selectors below `root`, except where buckets are needed: in subqueries (which may skip histograms), below
/// functions that look at buckets, and where buckets are trimmed.
pub(super) fn mark(nodes: &mut [Node], root: NodeId) {
    let mut pending = vec![root];
    while let Some(NodeId(id)) = pending.pop() {
        let Some(node) = nodes.get_mut(id) else { continue };
        match &mut node.kind {
            NodeKind::Selector(selector) => selector.detects_resets = true,
            NodeKind::Matrix(matrix) => matrix.selector.detects_resets = true,
            NodeKind::Number(_) | NodeKind::String(_) | NodeKind::Subquery(_) => {}
            NodeKind::Negate(inner) | NodeKind::StepInvariant(inner) => pending.push(*inner),
            NodeKind::Binary(binary) if matches!(binary.op, BinaryOp::TrimLower | BinaryOp::TrimUpper) => {}
            NodeKind::Binary(binary) => pending.extend([binary.lhs, binary.rhs]),
            NodeKind::Aggregate(aggregate) => pending.push(aggregate.input),
            NodeKind::Call(call) if call.name.starts_with("histogram_") => {}
            NodeKind::Call(call) => pending.extend(&call.args),
        }
    }
}

/// The histograms with hints where storage had none, except for the first. `None` where there is nothing to find out.
pub(super) fn detect(samples: &Samples<Arc<FloatHistogram>>) -> Option<Samples<Arc<FloatHistogram>>> {
    let is_unknown = |histogram: &Arc<FloatHistogram>| histogram.counter_reset_hint == CounterResetHint::Unknown;
    if !samples.values.iter().skip(1).any(is_unknown) {
        return None;
    }
    let mut detected = samples.clone();
    for (histogram, previous) in detected.values.iter_mut().skip(1).zip(&samples.values) {
        if is_unknown(histogram) {
            let is_reset = histogram.detect_reset(previous);
            Arc::make_mut(histogram).counter_reset_hint =
                if is_reset { CounterResetHint::Reset } else { CounterResetHint::NotReset };
        }
    }
    Some(detected)
}
