//! `and`, `or`, `unless`.

use crate::engine::column::{SeriesColumn, Slot, Vector};
use crate::engine::evaluate::Evaluator;
use crate::engine::plan::BinaryNode;
use crate::promql::ast::BinaryOp;

use super::signature::{Groups, Signature};

/// Evaluates a set operator.
pub(super) fn evaluate(eval: &Evaluator<'_>, node: &BinaryNode, lhs: Vector, rhs: Vector) -> Vector {
    match (node.op, lhs.is_empty(), rhs.is_empty()) {
        (BinaryOp::And, _, true) | (BinaryOp::And, true, _) => return Vector::new(),
        (BinaryOp::Or, true, _) => return rhs,
        (BinaryOp::Or | BinaryOp::Unless, _, true) | (BinaryOp::Unless, true, _) => return lhs,
        _ => {}
    }
    let signature = Signature::of(node.matching.as_ref());
    let mut groups = Groups::default();
    let left_groups = groups.assign(&signature, &lhs);
    let right_groups = groups.assign(&signature, &rhs);
    let steps = eval.steps.count;
    match node.op {
        BinaryOp::And => mask(lhs, &left_groups, &presence(&rhs, &right_groups, groups.len(), steps), true),
        BinaryOp::Unless => mask(lhs, &left_groups, &presence(&rhs, &right_groups, groups.len(), steps), false),
        _ => {
            let present = presence(&lhs, &left_groups, groups.len(), steps);
            let mut result = lhs;
            result.extend(mask(rhs, &right_groups, &present, false));
            result
        }
    }
}

/// For each group the steps at which one of its series has a sample; empty for a group without series.
fn presence(vector: &[SeriesColumn], numbers: &[usize], groups: usize, steps: usize) -> Vec<Vec<bool>> {
    let mut present = vec![Vec::new(); groups];
    for (series, number) in vector.iter().zip(numbers) {
        if let Some(group) = present.get_mut(*number) {
            group.resize(steps, false);
            for (at, here) in group.iter_mut().zip(series.column.presence()) {
                *at |= here;
            }
        }
    }
    present
}

/// Keeps the samples at steps where their group's presence is `wanted`.
fn mask(mut vector: Vector, numbers: &[usize], presence: &[Vec<bool>], wanted: bool) -> Vector {
    for (series, number) in vector.iter_mut().zip(numbers) {
        let present = presence.get(*number).map_or(&[][..], Vec::as_slice);
        for step in 0..series.column.len() {
            if present.get(step).copied().unwrap_or(false) != wanted {
                series.column.set(step, Slot::Absent);
            }
        }
    }
    vector
}
