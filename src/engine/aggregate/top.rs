//! `topk` and `bottomk`.

use std::cmp::Ordering;

use crate::engine::EvalError;
use crate::engine::column::{Column, ScalarColumn, SeriesColumn, Slot, Vector, is_marker};
use crate::engine::evaluate::Evaluator;
use crate::engine::numeric::to_int;
use crate::promql::ast::AggregateOp;
use crate::source::Span;

use super::{Aggregation, check_k};

/// So many steps are looked at together, so that a column is read in stretches and not a value here and there.
const BLOCK: usize = 64;
/// So many heaps at a time, unless there are more groups.
const HEAPS: usize = 4096;

/// Keeps the `k` largest (smallest) floats of each group. The result of an instant query is in order.
pub(super) fn evaluate(
    eval: &mut Evaluator<'_>,
    context: Aggregation,
    k: &ScalarColumn,
    span: Span,
) -> Result<Vector, EvalError> {
    if check_k(k, span)?.is_none() || context.input.is_empty() {
        return Ok(Vector::new());
    }
    let top = context.op == AggregateOp::TopK;
    let name = if top { "topk" } else { "bottomk" };
    if context.holds_histograms() {
        eval.info(format!("ignored histogram in {name} aggregation"), context.span);
    }
    let (kept, order) = if top { best::<true>(&context, k) } else { best::<false>(&context, k) };
    let mut result: Vec<Option<SeriesColumn>> = context
        .input
        .into_iter()
        .zip(kept)
        .map(|(series, column)| (!column.is_empty()).then_some(SeriesColumn { column, ..series }))
        .collect();
    if context.ordered {
        return Ok(order.into_iter().filter_map(|index| result.get_mut(index).and_then(Option::take)).collect());
    }
    Ok(result.into_iter().flatten().collect())
}

/// For each series its values at the steps where it is among the best; and, where the order of the result can be seen,
/// the series in that order.
fn best<const TOP: bool>(context: &Aggregation, k: &ScalarColumn) -> (Vec<Column>, Vec<usize>) {
    let mut kept = vec![Column::absent(context.steps); context.input.len()];
    let mut order = Vec::new();
    // Of many groups fewer steps at a time: each group and step has a heap.
    let most = (HEAPS / context.groups.len().max(1)).clamp(1, BLOCK);
    let block = most.min(context.steps).max(1);
    let mut heaps: Vec<Heap<TOP>> = (0..context.groups.len() * block).map(|_| Heap::default()).collect();
    for first in (0..context.steps).step_by(block) {
        let steps = first..(first + block).min(context.steps);
        for heaps in heaps.chunks_mut(block) {
            for (heap, step) in heaps.iter_mut().zip(steps.clone()) {
                heap.k = usize::try_from(to_int(k.at(step))).unwrap_or(0).min(context.input.len());
            }
        }
        for (index, (series, group)) in context.input.iter().zip(&context.groups.of_series).enumerate() {
            let heaps = heaps.get_mut(group * block..(group + 1) * block).unwrap_or_default();
            for (heap, value) in heaps.iter_mut().zip(series.column.values_at(steps.clone())) {
                heap.offer(index, *value);
            }
        }
        for heaps in heaps.chunks_mut(block) {
            for (heap, step) in heaps.iter_mut().zip(steps.clone()) {
                if context.ordered {
                    heap.sort();
                    order.extend(heap.items.iter().map(|(index, _)| *index));
                }
                for (index, value) in heap.items.drain(..) {
                    if let Some(column) = kept.get_mut(index) {
                        column.set(step, Slot::Float(value));
                    }
                }
                heap.bar = f64::NAN;
            }
        }
    }
    (kept, order)
}

/// The best values so far, with the worst of them first: the binary heap of Go's `container/heap`, whose way of
/// breaking ties decides which of several equal series stay.
struct Heap<const TOP: bool> {
    /// How many values are kept.
    k: usize,
    /// The worst value where there are `k`, else NaN: what is not better is refused at a glance.
    bar: f64,
    items: Vec<(usize, f64)>,
}

impl<const TOP: bool> Default for Heap<TOP> {
    fn default() -> Self {
        Heap { k: 0, bar: f64::NAN, items: Vec::new() }
    }
}

impl<const TOP: bool> Heap<TOP> {
    fn is_worse(&self, a: usize, b: usize) -> bool {
        let (Some((_, a)), Some((_, b))) = (self.items.get(a), self.items.get(b)) else { return false };
        if a.is_nan() {
            return true;
        }
        if TOP { a < b } else { a > b }
    }

    /// Takes a value of a column. "No sample" is one of the NaNs.
    #[inline]
    fn offer(&mut self, index: usize, value: f64) {
        let refused = if TOP { value <= self.bar } else { value >= self.bar };
        if !refused && !is_marker(value) {
            self.take(index, value);
        }
    }

    fn take(&mut self, index: usize, value: f64) {
        if self.items.len() < self.k {
            self.items.push((index, value));
            self.rise(self.items.len() - 1);
        } else {
            let Some((_, worst)) = self.items.first().copied() else { return };
            let better = if TOP { worst < value } else { worst > value };
            if better || (worst.is_nan() && !value.is_nan()) {
                if let Some(first) = self.items.first_mut() {
                    *first = (index, value);
                }
                self.sink(0);
            }
        }
        if let Some((_, worst)) = self.items.first().filter(|_| self.items.len() >= self.k) {
            self.bar = *worst;
        }
    }

    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.is_worse(at, parent) {
                break;
            }
            self.items.swap(at, parent);
            at = parent;
        }
    }

    fn sink(&mut self, mut at: usize) {
        loop {
            let left = 2 * at + 1;
            if left >= self.items.len() {
                break;
            }
            let right = left + 1;
            let child = if right < self.items.len() && self.is_worse(right, left) { right } else { left };
            if !self.is_worse(child, at) {
                break;
            }
            self.items.swap(at, child);
            at = child;
        }
    }

    /// The best first; NaN last; of equals the earlier series first.
    fn sort(&mut self) {
        self.items.sort_by(|(i, a), (j, b)| match (a.is_nan(), b.is_nan()) {
            (true, true) => i.cmp(j),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
                if TOP { order.reverse() } else { order }.then(i.cmp(j))
            }
        });
    }
}
