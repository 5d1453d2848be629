//! `topk` and `bottomk`.

use std::cmp::Ordering;

use crate::engine::EvalError;
use crate::engine::column::{Cell, Column, ScalarColumn, SeriesColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::numeric::to_int;
use crate::promql::ast::AggregateOp;
use crate::source::Span;

use super::{Aggregation, check_k};

/// So many steps are looked at together: a column is read a cache line at a time.
const BLOCK: usize = 8;

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
    let mut kept = vec![Column::absent(context.steps); context.input.len()];
    let mut order = Vec::new();
    let mut heaps: Vec<Heap> = (0..context.groups.len() * BLOCK).map(|_| Heap::new(top)).collect();
    for first in (0..context.steps).step_by(BLOCK) {
        let steps = first..(first + BLOCK).min(context.steps);
        for (step, heaps) in steps.clone().zip(heaps.chunks_mut(context.groups.len())) {
            let k = usize::try_from(to_int(k.at(step))).unwrap_or(0).min(context.input.len());
            heaps.iter_mut().for_each(|heap| heap.k = k);
        }
        for (index, (series, group)) in context.input.iter().zip(&context.groups.of_series).enumerate() {
            for (step, heaps) in steps.clone().zip(heaps.chunks_mut(context.groups.len())) {
                if let (Cell::Float(value), Some(heap)) = (series.column.get(step), heaps.get_mut(*group)) {
                    heap.offer(index, value);
                }
            }
        }
        for (step, heaps) in steps.zip(heaps.chunks_mut(context.groups.len())) {
            for heap in heaps {
                if context.ordered {
                    heap.sort();
                    order.extend(heap.items.iter().map(|(index, _)| *index));
                }
                for (index, value) in heap.items.drain(..) {
                    if let Some(column) = kept.get_mut(index) {
                        column.set(step, Slot::Float(value));
                    }
                }
            }
        }
    }
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

/// The best values so far, with the worst of them first: the binary heap of Go's `container/heap`, whose way of
/// breaking ties decides which of several equal series stay.
struct Heap {
    top: bool,
    /// How many values are kept.
    k: usize,
    items: Vec<(usize, f64)>,
}

impl Heap {
    fn new(top: bool) -> Self {
        Heap { top, k: 0, items: Vec::new() }
    }

    fn is_worse(&self, a: usize, b: usize) -> bool {
        let (Some((_, a)), Some((_, b))) = (self.items.get(a), self.items.get(b)) else { return false };
        if a.is_nan() {
            return true;
        }
        if self.top { a < b } else { a > b }
    }

    fn offer(&mut self, index: usize, value: f64) {
        if self.items.len() < self.k {
            self.items.push((index, value));
            self.rise(self.items.len() - 1);
            return;
        }
        let Some((_, worst)) = self.items.first().copied() else { return };
        let better = if self.top { worst < value } else { worst > value };
        if better || (worst.is_nan() && !value.is_nan()) {
            if let Some(first) = self.items.first_mut() {
                *first = (index, value);
            }
            self.sink(0);
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
        let top = self.top;
        self.items.sort_by(|(i, a), (j, b)| match (a.is_nan(), b.is_nan()) {
            (true, true) => i.cmp(j),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
                if top { order.reverse() } else { order }.then(i.cmp(j))
            }
        });
    }
}
