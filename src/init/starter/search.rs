//! Finds values under which a rule is quiet at first and fires later, by asking the engine.

use super::series::{Course, Level, Source};
use crate::engine::{Engine, Prepared, QueryValue, Store};
use crate::model::{SampleValue, stale_nan};
use crate::promql::Expr;
use crate::promql::ast::ExprKind;

/// The step of the test, in milliseconds.
pub(super) const STEP_MS: i64 = 60_000;
/// For so long the series go on as they begin, in steps; longer where the expression looks further back.
const QUIET_STEPS: usize = 10;
/// A test with more steps is no first test.
const MAX_STEPS: usize = 3 * 24 * 60;
/// So many combinations of levels are tried for a rule.
const MAX_TRIES: usize = 400;
/// The engine evaluates so many of these steps of so many combinations for one rule, which takes well below a second.
const MAX_EVALUATED_STEPS: usize = 400_000;

/// How a rule comes to fire.
#[derive(Debug)]
pub(super) struct Story {
    /// The course of each source.
    pub courses: Vec<Course>,
    /// The last step at which nothing is wrong.
    pub quiet_until: usize,
    /// The step from which on the condition holds.
    pub holds_from: usize,
    /// The step from which on the alert fires.
    pub fires_from: usize,
}

/// What is searched through.
pub(super) struct Search<'e> {
    pub expr: &'e Expr,
    pub sources: &'e [Source],
    /// How far the expression looks back, in milliseconds.
    pub back_ms: i64,
    /// `for`, in milliseconds.
    pub for_ms: i64,
}

impl Search<'_> {
    /// The simplest story: as few series as possible change, and their values are as plain as possible.
    pub(super) fn story(&self) -> Option<Story> {
        let engine = Engine::default();
        let prepared = engine.prepare(self.expr).ok()?;
        let warm_up = steps(self.back_ms)? + 1;
        let levels = self.levels();
        let count = levels.iter().map(Vec::len).product::<usize>();
        if count.saturating_mul(warm_up) > MAX_EVALUATED_STEPS {
            return None;
        }
        let (mut quiet, mut firing) = (Vec::new(), Vec::new());
        for choice in choices(&levels) {
            match self.holds_at(&engine, &prepared, &levels, &choice, warm_up) {
                Some(true) => firing.push(choice),
                Some(false) => quiet.push(choice),
                None => {}
            }
        }
        let mut pairs: Vec<(usize, usize, &Choice, &Choice)> = Vec::new();
        for before in &quiet {
            for after in &firing {
                let changed = before.iter().zip(after).filter(|(a, b)| a != b).count();
                let plainness = before.iter().chain(after).sum();
                pairs.push((changed, plainness, before, after));
            }
        }
        pairs.sort_unstable();
        let told = pairs.iter().take(QUIET_STEPS);
        told.into_iter().find_map(|(_, _, before, after)| self.told(&engine, &prepared, &levels, before, after))
    }

    /// What each source may do, the plainest first.
    fn levels(&self) -> Vec<Vec<Level>> {
        let mut numbers = Vec::new();
        self.expr.walk(&mut |part| {
            if let ExprKind::Number(literal) = &part.kind
                && literal.value.is_finite()
            {
                numbers.push(literal.value);
            }
        });
        let most = (1..).take_while(|most: &usize| most.saturating_pow(self.sources.len() as u32) <= MAX_TRIES).last();
        let levels_of = |source: &Source| {
            let mut levels = if source.is_counter { growing(&numbers) } else { constant(&numbers) };
            levels.truncate(most.unwrap_or(1).min(40));
            levels
        };
        self.sources.iter().map(levels_of).collect()
    }

    /// Whether the condition holds once all series have gone on like this for so many steps; `None` where that fails.
    fn holds_at(
        &self,
        engine: &Engine,
        prepared: &Prepared,
        levels: &[Vec<Level>],
        choice: &Choice,
        steps: usize,
    ) -> Option<bool> {
        let courses: Vec<Course> = picked(levels, choice).map(|level| Course::of(level, steps, level, 0)).collect();
        let store = self.store(&courses)?;
        match engine.instant(&store, prepared, (steps as i64 - 1) * STEP_MS).ok()?.value {
            QueryValue::Vector(elements) => Some(!elements.is_empty()),
            _ => None,
        }
    }

    /// The whole story, if it goes as it should: quiet, then pending for as long as the rule says, then firing to the end.
    fn told(
        &self,
        engine: &Engine,
        prepared: &Prepared,
        levels: &[Vec<Level>],
        before: &Choice,
        after: &Choice,
    ) -> Option<Story> {
        let back = steps(self.back_ms)?;
        let waits = steps(self.for_ms)?;
        let (first, then) = (back.max(QUIET_STEPS), back + waits + QUIET_STEPS);
        let all = first + then;
        if all > MAX_STEPS {
            return None;
        }
        let courses: Vec<Course> = picked(levels, before)
            .zip(picked(levels, after))
            .map(|(before, after)| Course::of(before, first, after, then))
            .collect();
        let store = self.store(&courses)?;
        let end_ms = (all as i64 - 1) * STEP_MS;
        let QueryValue::Matrix(series) = engine.range(&store, prepared, 0, end_ms, STEP_MS).ok()?.value else {
            return None;
        };
        let [only] = series.as_slice() else { return None };
        let mut held: Vec<i64> = only.points.iter().map(|point| point.t_ms / STEP_MS).collect();
        held.sort_unstable();
        let holds_from = usize::try_from(*held.first()?).ok()?;
        let fires_from = holds_from + waits;
        // From then on without a gap.
        let is_steady = held.len() == all - holds_from;
        (holds_from >= first && is_steady && fires_from < all).then_some(Story {
            courses,
            quiet_until: first - 1,
            holds_from,
            fires_from,
        })
    }

    fn store(&self, courses: &[Course]) -> Option<Store> {
        let mut store = Store::new();
        for (source, course) in self.sources.iter().zip(courses) {
            let mut was_there = false;
            for (step, sample) in course.samples.iter().enumerate() {
                let value = match sample {
                    Some(value) => *value,
                    None if was_there => stale_nan(),
                    None => continue,
                };
                was_there = sample.is_some();
                store.append(&source.labels, step as i64 * STEP_MS, SampleValue::Float(value), None).ok()?;
            }
        }
        Some(store)
    }
}

/// For each source the index of its level.
type Choice = Vec<usize>;

/// All combinations, the plainest first as far as the last source goes.
fn choices(levels: &[Vec<Level>]) -> Vec<Choice> {
    levels.iter().fold(vec![Vec::new()], |choices, levels| {
        let with = |choice: &Choice| -> Vec<Choice> {
            (0..levels.len()).map(|level| choice.iter().copied().chain([level]).collect()).collect()
        };
        choices.iter().flat_map(with).collect()
    })
}

fn picked<'l>(levels: &'l [Vec<Level>], choice: &'l Choice) -> impl Iterator<Item = Level> + 'l {
    levels.iter().zip(choice).filter_map(|(levels, index)| levels.get(*index).copied())
}

/// How many steps a time takes, rounded up.
fn steps(ms: i64) -> Option<usize> {
    usize::try_from(ms).ok().map(|ms| ms.div_ceil(STEP_MS as usize))
}

/// Values around those that the expression names, and the plain ones.
fn constant(numbers: &[f64]) -> Vec<Level> {
    let mut values = vec![1.0, 0.0, 100.0];
    for number in numbers {
        values.extend([*number, number + 1.0, number - 1.0, number * 2.0, number / 2.0]);
    }
    let mut levels = distinct(values).map(Level::Constant).collect::<Vec<_>>();
    levels.insert(3.min(levels.len()), Level::Absent);
    levels
}

/// Growth a step, around the numbers of the expression, which may be meant a second or for the whole range.
fn growing(numbers: &[f64]) -> Vec<Level> {
    let mut values = vec![0.0, 60.0, 6000.0];
    for number in numbers.iter().map(|number| number.abs()) {
        values.extend([number * 120.0, number * 30.0, number * 2.0, number]);
    }
    distinct(values).map(Level::Growing).collect()
}

fn distinct(values: Vec<f64>) -> impl Iterator<Item = f64> {
    let mut seen: Vec<f64> = Vec::new();
    // What cannot be written in a few digits is no example.
    let plain = values.into_iter().filter(|value| (value * 1000.0).round() == value * 1000.0);
    plain.filter(move |value| {
        let is_new = !seen.contains(value);
        seen.push(*value);
        is_new
    })
}
