//! Arithmetic, comparison and trim operators between two instant vectors.
//!
//! Match groups are worked out once per series. Within a group each series of the "many" side is combined with the
//! one series of the "one" side that has a sample at the step; nearly always that is the same series at each step, and
//! the whole pair of columns is combined in one loop.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::EvalError;
use crate::engine::column::{Cell, Column, SeriesColumn, Slot, Vector};
use crate::engine::evaluate::{Evaluator, is_metadata, without_name};
use crate::engine::plan::BinaryNode;
use crate::model::Labels;
use crate::promql::ast::{Cardinality, VectorMatching};
use crate::source::Span;

use super::arithmetic::{self, Comparison};
use super::element;
use super::paired::Paired;
use super::signature::{Groups, Signature};

/// Evaluates the operator for all match groups.
pub(super) fn evaluate(
    eval: &mut Evaluator<'_>,
    node: &BinaryNode,
    span: Span,
    lhs: Vector,
    rhs: Vector,
) -> Result<Vector, EvalError> {
    let Some(matching) = &node.matching else {
        return Err(EvalError::new("vector matching is missing", Some(span)));
    };
    let swapped = matching.cardinality == Cardinality::OneToMany;
    let (many, one) = if swapped { (rhs, lhs) } else { (lhs, rhs) };
    // Upstream swaps the sides for `group_right`, but not the fill values: `fill_left` is for the "many" side.
    let (fill_many, fill_one) = (matching.fill_left, matching.fill_right);
    if (many.is_empty() || one.is_empty()) && fill_many.is_none() && fill_one.is_none() {
        return Ok(Vector::new());
    }
    let signature = Signature::of(Some(matching));
    let mut groups = Groups::default();
    let many_groups = groups.assign(&signature, &many);
    let one_groups = groups.assign(&signature, &one);
    let mut join = Join {
        node,
        matching,
        span,
        signature,
        swapped,
        fill_many,
        fill_one,
        steps: eval.steps.count,
        matched: Matched::new(groups.len(), &many_groups),
        result: Vector::new(),
    };
    let members = members(&one_groups, groups.len());
    join.check_one_side(&many, &one, &members)?;
    join.matched.contested = join.has_contested_results(eval, &many, &many_groups, &one, &members);
    for (series, group) in many.into_iter().zip(&many_groups) {
        let partners = members.get(*group).map_or(&[][..], Vec::as_slice);
        join.many_series(eval, series, *group, partners, &one)?;
    }
    if let Some(fill) = join.fill_many {
        for (series, group) in one.iter().zip(&one_groups) {
            join.unmatched_one(eval, series, *group, fill)?;
        }
    }
    Ok(join.result)
}

/// The series of each group.
fn members(numbers: &[usize], groups: usize) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); groups];
    for (series, number) in numbers.iter().enumerate() {
        if let Some(group) = members.get_mut(*number) {
            group.push(series);
        }
    }
    members
}

/// Where groups were matched, step by step; kept only for groups that can be matched twice or are asked about later.
struct Matched {
    /// How many series of the "many" side each group has.
    many: Vec<usize>,
    /// For one-to-one: steps at which the group was matched.
    steps: FxHashMap<usize, Vec<bool>>,
    /// For many-to-one: whether two series of a group could yield the same labels.
    contested: bool,
    /// For many-to-one: result labels by step and group.
    results: FxHashSet<(usize, usize, Labels)>,
}

impl Matched {
    fn new(groups: usize, many_groups: &[usize]) -> Self {
        let mut many = vec![0; groups];
        for group in many_groups {
            if let Some(count) = many.get_mut(*group) {
                *count += 1;
            }
        }
        Matched { many, steps: FxHashMap::default(), contested: false, results: FxHashSet::default() }
    }

    fn is_shared(&self, group: usize) -> bool {
        self.many.get(group).is_some_and(|count| *count > 1)
    }
}

struct Join<'a> {
    node: &'a BinaryNode,
    matching: &'a VectorMatching,
    span: Span,
    signature: Signature<'a>,
    /// Whether the "many" side is the right one.
    swapped: bool,
    fill_many: Option<f64>,
    fill_one: Option<f64>,
    steps: usize,
    matched: Matched,
    result: Vector,
}

impl Join<'_> {
    /// Two series of the "one" side must not share a group at a step at which there is anything to match.
    fn check_one_side(&self, many: &Vector, one: &Vector, members: &[Vec<usize>]) -> Result<(), EvalError> {
        let crowded = || members.iter().filter(|group| group.len() > 1);
        if crowded().next().is_none() {
            return Ok(());
        }
        let filled = self.fill_many.is_some() || self.fill_one.is_some();
        for step in 0..self.steps {
            if !filled && !many.iter().any(|series| series.column.is_present(step)) {
                continue;
            }
            for group in crowded() {
                let mut present =
                    group.iter().filter_map(|index| one.get(*index)).filter(|series| series.column.is_present(step));
                if let (Some(first), Some(second)) = (present.next(), present.next()) {
                    return Err(self.duplicate(&first.labels, &second.labels));
                }
            }
        }
        Ok(())
    }

    /// Whether two pairs of one group have the same result labels, so that they must not meet at any step. Hardly
    /// ever: then no step needs to be looked at.
    fn has_contested_results(
        &self,
        eval: &Evaluator<'_>,
        many: &Vector,
        many_groups: &[usize],
        one: &Vector,
        members: &[Vec<usize>],
    ) -> bool {
        if self.matching.cardinality == Cardinality::OneToOne {
            return false;
        }
        if self.fill_many.is_some() || self.fill_one.is_some() {
            return true;
        }
        let mut results: FxHashSet<(usize, Labels)> = FxHashSet::default();
        let mut shared = many.iter().zip(many_groups).filter(|(_, group)| self.matched.is_shared(**group));
        shared.any(|(series, group)| {
            let partners = members.get(*group).map_or(&[][..], Vec::as_slice);
            let mut labels: Vec<Labels> = (partners.iter().filter_map(|index| one.get(*index)))
                .map(|partner| self.result_labels(eval, &series.labels, &partner.labels))
                .collect();
            // The partners of one series never meet each other.
            labels.sort();
            labels.dedup();
            labels.into_iter().any(|labels| !results.insert((*group, labels)))
        })
    }

    fn duplicate(&self, first: &Labels, second: &Labels) -> EvalError {
        let side = if self.swapped { "left" } else { "right" };
        let group = self.signature.labels(first);
        let (a, b) = if first < second { (first, second) } else { (second, first) };
        let message = format!(
            "found duplicate series for the match group {group} on the {side} hand-side of the operation: \
             [{a}, {b}];many-to-many matching not allowed: matching labels must be unique on one side"
        );
        EvalError::new(message, Some(self.span))
    }

    /// Combines one series of the "many" side with its partners.
    fn many_series(
        &mut self,
        eval: &mut Evaluator<'_>,
        series: SeriesColumn,
        group: usize,
        partners: &[usize],
        one: &Vector,
    ) -> Result<(), EvalError> {
        if let Some(fill) = self.fill_one {
            self.filled_series(eval, &series, group, partners, one, fill)?;
        }
        let last = partners.len().saturating_sub(1);
        let mut series = Some(series);
        for (position, partner) in partners.iter().filter_map(|index| one.get(*index)).enumerate() {
            // The column is worked on in place where nobody else needs it.
            let mine = if position == last { series.take() } else { series.clone() };
            let Some(mine) = mine else { break };
            self.pair(eval, mine, group, partner)?;
        }
        Ok(())
    }

    /// Combines a series of the "many" side with one series of the "one" side.
    fn pair(
        &mut self,
        eval: &mut Evaluator<'_>,
        mut many: SeriesColumn,
        group: usize,
        one: &SeriesColumn,
    ) -> Result<(), EvalError> {
        let labels = self.result_labels(eval, &many.labels, &one.labels);
        self.combine(eval, &mut many.column, Operand::Column(&one.column), group, &labels)?;
        self.push(labels, many.column);
        Ok(())
    }

    /// At steps where no partner has a sample, the fill value takes its place.
    fn filled_series(
        &mut self,
        eval: &mut Evaluator<'_>,
        series: &SeriesColumn,
        group: usize,
        partners: &[usize],
        one: &Vector,
        fill: f64,
    ) -> Result<(), EvalError> {
        let mut column = series.column.clone();
        for partner in partners.iter().filter_map(|index| one.get(*index)) {
            for (step, present) in partner.column.presence().enumerate() {
                if present {
                    column.set(step, Slot::Absent);
                }
            }
        }
        let labels = self.result_labels(eval, &series.labels, &self.signature.labels(&series.labels));
        self.combine(eval, &mut column, Operand::Float(fill), group, &labels)?;
        self.push(labels, column);
        Ok(())
    }

    /// At steps where a series of the "one" side found nobody, the fill value takes the place of the "many" side.
    fn unmatched_one(
        &mut self,
        eval: &mut Evaluator<'_>,
        series: &SeriesColumn,
        group: usize,
        fill: f64,
    ) -> Result<(), EvalError> {
        let matched = self.matched.steps.get(&group);
        let mut column = Column::absent(self.steps);
        for step in 0..self.steps {
            let taken = matched.and_then(|steps| steps.get(step)).copied().unwrap_or(false);
            if series.column.is_present(step) && !taken {
                column.set(step, Slot::Float(fill));
            }
        }
        let labels = self.result_labels(eval, &self.signature.labels(&series.labels), &series.labels);
        self.combine(eval, &mut column, Operand::Column(&series.column), group, &labels)?;
        self.push(labels, column);
        Ok(())
    }

    fn push(&mut self, labels: Labels, column: Column) {
        if !column.is_empty() {
            self.result.push(SeriesColumn { labels, drop_name: self.node.return_bool, column });
        }
    }

    /// Combines the column of the "many" side with `other`, in place.
    fn combine(
        &mut self,
        eval: &mut Evaluator<'_>,
        column: &mut Column,
        other: Operand<'_>,
        group: usize,
        labels: &Labels,
    ) -> Result<(), EvalError> {
        let op = self.node.op;
        let may_clash = self.matched.is_shared(group)
            && (self.matching.cardinality == Cardinality::OneToOne || self.matched.contested);
        let tracked = may_clash || self.fill_many.is_some();
        if let (false, false, Some(others)) = (tracked, arithmetic::is_trim(op), other.floats())
            && let Some(values) = column.floats_mut()
        {
            self.combine_floats(values, others);
            return Ok(());
        }
        for step in 0..column.len() {
            let (mine, theirs) = (column.get(step), other.get(step));
            if matches!(mine, Cell::Absent) || matches!(theirs, Cell::Absent) {
                column.set(step, Slot::Absent);
                continue;
            }
            let (lhs, rhs) = if self.swapped { (theirs, mine) } else { (mine, theirs) };
            let paired = element::evaluate(eval, op, lhs, rhs, self.span);
            let compatible = !matches!(paired, Paired::Incompatible);
            let slot = if self.node.return_bool && compatible {
                Slot::Float(f64::from(u8::from(matches!(paired, Paired::Keep(_)))))
            } else {
                paired.into_slot()
            };
            column.set(step, slot);
            if compatible && tracked {
                self.note_match(group, step, labels)?;
            }
        }
        Ok(())
    }

    fn combine_floats(&self, values: &mut [f64], others: Floats<'_>) {
        let op = self.node.op;
        let comparison = match (self.node.return_bool, self.swapped) {
            (true, _) => Comparison::Bool,
            (false, true) => Comparison::KeepRight,
            (false, false) => Comparison::KeepLeft,
        };
        let at = |step: usize| others.at(step);
        if self.swapped {
            // `lhs` is the other column, but the result goes into `values`.
            let mut left: Vec<f64> = (0..values.len()).map(at).collect();
            let right = &*values;
            let right_at = |step: usize| right.get(step).copied().unwrap_or(crate::engine::column::ABSENT);
            let comparison = if self.node.return_bool { comparison } else { Comparison::KeepLeft };
            arithmetic::columns(op, &mut left, right_at, comparison);
            values.copy_from_slice(&left);
        } else {
            arithmetic::columns(op, values, at, comparison);
        }
    }

    /// Notes that the group yields a result at a step, which must be the only one of its labels.
    fn note_match(&mut self, group: usize, step: usize, labels: &Labels) -> Result<(), EvalError> {
        let steps = self.steps;
        let matched = self.matched.steps.entry(group).or_insert_with(|| vec![false; steps]);
        let seen = matched.get_mut(step).is_some_and(|seen| std::mem::replace(seen, true));
        let message = if self.matching.cardinality == Cardinality::OneToOne {
            if !seen {
                return Ok(());
            }
            "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
        } else {
            if self.matched.results.insert((step, group, labels.clone())) {
                return Ok(());
            }
            "multiple matches for labels: grouping labels must ensure unique matches"
        };
        Err(EvalError::new(message, Some(self.span)))
    }

    /// The labels of a result, from those of both sides.
    fn result_labels(&self, eval: &Evaluator<'_>, many: &Labels, one: &Labels) -> Labels {
        let changes = arithmetic::changes_metric(self.node.op);
        let drop_name = self.node.return_bool && !eval.options.delayed_name_removal;
        let mut labels = if changes { without_name(many) } else { many.clone() };
        if self.matching.cardinality == Cardinality::OneToOne {
            let on = self.signature.is_on();
            labels = labels.without(|name| self.signature.lists(name) != on);
        }
        if let Some(include) = self.matching.include.as_ref().filter(|include| !include.value.is_empty()) {
            let mut builder = labels.builder();
            for label in &include.value {
                builder.set(&label.value, one.get(&label.value).unwrap_or_default());
            }
            labels = builder.build();
        }
        if drop_name { labels.without(is_metadata) } else { labels }
    }
}

/// The "one" side of a pair.
#[derive(Clone, Copy)]
enum Operand<'a> {
    Column(&'a Column),
    Float(f64),
}

/// The "one" side where it has no histograms.
#[derive(Clone, Copy)]
enum Floats<'a> {
    Column(&'a [f64]),
    Float(f64),
}

impl<'a> Operand<'a> {
    fn get(self, step: usize) -> Cell<'a> {
        match self {
            Operand::Column(column) => column.get(step),
            Operand::Float(value) => Cell::Float(value),
        }
    }

    fn floats(self) -> Option<Floats<'a>> {
        match self {
            Operand::Column(column) => column.floats().map(Floats::Column),
            Operand::Float(value) => Some(Floats::Float(value)),
        }
    }
}

impl Floats<'_> {
    #[inline]
    fn at(self, step: usize) -> f64 {
        match self {
            Floats::Column(values) => values.get(step).copied().unwrap_or(crate::engine::column::ABSENT),
            Floats::Float(value) => value,
        }
    }
}
