//! Aggregations that make one float of many: `sum`, `avg`, `min`, `max`, `count`, `group`, `stddev`, `stdvar`.
//!
//! Each column is read once, from the first step to the last, into one state per group and step.

use crate::engine::column::{ABSENT, Cell, Column, SeriesColumn, Vector, is_absent};
use crate::engine::evaluate::Evaluator;
use crate::engine::numeric::{Mean, kahan_inc};
use crate::promql::ast::AggregateOp;

use super::Aggregation;

/// Aggregates floats; histograms count for `count` and `group` and are ignored by the others.
pub(super) fn evaluate(eval: &mut Evaluator<'_>, context: &Aggregation) -> Vector {
    match context.op {
        AggregateOp::Sum => run::<Sum>(eval, context),
        AggregateOp::Avg => run::<Mean>(eval, context),
        AggregateOp::Min => run::<Min>(eval, context),
        AggregateOp::Max => run::<Max>(eval, context),
        AggregateOp::Count => run::<Count>(eval, context),
        AggregateOp::Stddev => run::<Stddev>(eval, context),
        AggregateOp::Stdvar => run::<Stdvar>(eval, context),
        _ => run::<Group>(eval, context),
    }
}

/// The state of one group at one step.
trait State: Copy {
    /// What histograms count as; `None` where they are ignored under this name.
    const HISTOGRAMS: Result<f64, &'static str>;
    /// The state before the first value.
    const EMPTY: Self;
    fn is_empty(&self) -> bool;
    fn first(value: f64) -> Self;
    fn add(&mut self, value: f64);
    fn finish(self) -> f64;
}

fn run<S: State>(eval: &mut Evaluator<'_>, context: &Aggregation) -> Vector {
    let mut states: Vec<Vec<S>> = vec![Vec::new(); context.groups.len()];
    let mut drop_name = vec![false; context.groups.len()];
    for (series, group) in context.input.iter().zip(&context.groups.of_series) {
        let (Some(states), Some(drop_name)) = (states.get_mut(*group), drop_name.get_mut(*group)) else { continue };
        states.resize(context.steps, S::EMPTY);
        *drop_name |= series.drop_name;
        match series.column.floats() {
            Some(values) => {
                for (state, value) in states.iter_mut().zip(values) {
                    if !is_absent(*value) {
                        add(state, *value);
                    }
                }
            }
            None => mixed(eval, context, series, states),
        }
    }
    let labels = context.groups.labels.iter();
    let mut result = Vector::with_capacity(context.groups.len());
    for ((labels, states), drop_name) in labels.zip(states).zip(drop_name) {
        let values = states.into_iter().map(|state| if state.is_empty() { ABSENT } else { state.finish() }).collect();
        let column = Column::from_floats(values);
        if !column.is_empty() {
            result.push(SeriesColumn { labels: labels.clone(), drop_name, column });
        }
    }
    result
}

#[inline]
fn add<S: State>(state: &mut S, value: f64) {
    if state.is_empty() {
        *state = S::first(value);
    } else {
        state.add(value);
    }
}

fn mixed<S: State>(eval: &mut Evaluator<'_>, context: &Aggregation, series: &SeriesColumn, states: &mut [S]) {
    for (step, state) in states.iter_mut().enumerate() {
        match (series.column.get(step), S::HISTOGRAMS) {
            (Cell::Absent, _) => {}
            (Cell::Float(value), _) | (Cell::Histogram(_), Ok(value)) => add(state, value),
            (Cell::Histogram(_), Err(name)) => {
                eval.info(format!("ignored histogram in {name} aggregation"), context.input_span);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Sum {
    sum: f64,
    c: f64,
}

impl State for Sum {
    const HISTOGRAMS: Result<f64, &'static str> = Err("sum");
    const EMPTY: Self = Sum { sum: ABSENT, c: 0.0 };

    #[inline]
    fn is_empty(&self) -> bool {
        is_absent(self.sum)
    }

    #[inline]
    fn first(value: f64) -> Self {
        Sum { sum: value, c: 0.0 }
    }

    #[inline]
    fn add(&mut self, value: f64) {
        (self.sum, self.c) = kahan_inc(value, self.sum, self.c);
    }

    fn finish(self) -> f64 {
        self.sum + self.c
    }
}

impl State for Mean {
    const HISTOGRAMS: Result<f64, &'static str> = Err("avg");
    const EMPTY: Self = Mean::NOTHING;

    #[inline]
    fn is_empty(&self) -> bool {
        Mean::is_empty(self)
    }

    fn first(value: f64) -> Self {
        Mean::of(value)
    }

    #[inline]
    fn add(&mut self, value: f64) {
        Mean::add(self, value);
    }

    fn finish(self) -> f64 {
        self.value()
    }
}

#[derive(Clone, Copy)]
struct Min(f64);

impl State for Min {
    const HISTOGRAMS: Result<f64, &'static str> = Err("min");
    const EMPTY: Self = Min(ABSENT);

    #[inline]
    fn is_empty(&self) -> bool {
        is_absent(self.0)
    }

    fn first(value: f64) -> Self {
        Min(value)
    }

    #[inline]
    fn add(&mut self, value: f64) {
        if self.0 > value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn finish(self) -> f64 {
        self.0
    }
}

#[derive(Clone, Copy)]
struct Max(f64);

impl State for Max {
    const HISTOGRAMS: Result<f64, &'static str> = Err("max");
    const EMPTY: Self = Max(ABSENT);

    #[inline]
    fn is_empty(&self) -> bool {
        is_absent(self.0)
    }

    fn first(value: f64) -> Self {
        Max(value)
    }

    #[inline]
    fn add(&mut self, value: f64) {
        if self.0 < value || self.0.is_nan() {
            self.0 = value;
        }
    }

    fn finish(self) -> f64 {
        self.0
    }
}

#[derive(Clone, Copy)]
struct Count(u32);

impl State for Count {
    const HISTOGRAMS: Result<f64, &'static str> = Ok(1.0);
    const EMPTY: Self = Count(0);

    #[inline]
    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn first(_: f64) -> Self {
        Count(1)
    }

    #[inline]
    fn add(&mut self, _: f64) {
        self.0 = self.0.saturating_add(1);
    }

    fn finish(self) -> f64 {
        f64::from(self.0)
    }
}

#[derive(Clone, Copy)]
struct Group(bool);

impl State for Group {
    const HISTOGRAMS: Result<f64, &'static str> = Ok(1.0);
    const EMPTY: Self = Group(false);

    #[inline]
    fn is_empty(&self) -> bool {
        !self.0
    }

    fn first(_: f64) -> Self {
        Group(true)
    }

    fn add(&mut self, _: f64) {}

    fn finish(self) -> f64 {
        1.0
    }
}

/// Welford's algorithm; a NaN or an infinity makes the result NaN from the first value on.
#[derive(Clone, Copy)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    const NOTHING: Self = Spread { count: 0.0, mean: 0.0, squares: 0.0 };

    fn of(value: f64) -> Self {
        Spread { count: 1.0, mean: value, squares: if value.is_finite() { 0.0 } else { f64::NAN } }
    }

    #[inline]
    fn take(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.count;
        self.squares += delta * (value - self.mean);
    }
}

#[derive(Clone, Copy)]
struct Stddev(Spread);

impl State for Stddev {
    const HISTOGRAMS: Result<f64, &'static str> = Err("stddev");
    const EMPTY: Self = Stddev(Spread::NOTHING);

    #[inline]
    fn is_empty(&self) -> bool {
        self.0.count == 0.0
    }

    fn first(value: f64) -> Self {
        Stddev(Spread::of(value))
    }

    fn add(&mut self, value: f64) {
        self.0.take(value);
    }

    fn finish(self) -> f64 {
        (self.0.squares / self.0.count).sqrt()
    }
}

#[derive(Clone, Copy)]
struct Stdvar(Spread);

impl State for Stdvar {
    const HISTOGRAMS: Result<f64, &'static str> = Err("stdvar");
    const EMPTY: Self = Stdvar(Spread::NOTHING);

    #[inline]
    fn is_empty(&self) -> bool {
        self.0.count == 0.0
    }

    fn first(value: f64) -> Self {
        Stdvar(Spread::of(value))
    }

    fn add(&mut self, value: f64) {
        self.0.take(value);
    }

    fn finish(self) -> f64 {
        self.0.squares / self.0.count
    }
}
