//! One expression, evaluated at one time or over a range, with random options.

use promproof::engine::{Engine, Options, Store};
use promproof::promql::Expr;

use super::{agreement, shape};
use crate::expressions::Generator;
use crate::fuzz::Outcome;

/// Few enough that an input that ignored the limit would be noticed by the time and the memory that it takes; and that
/// one subquery in another, which takes time with the square of it, ends soon.
const MAX_SAMPLES: usize = 50_000;
const MAX_SERIES: usize = 500;

/// In milliseconds.
const TIMES_MS: [i64; 12] = [
    0,
    1,
    -1,
    299_999,
    300_000,
    600_000,
    1_400_000,
    86_400_000,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1_000_000,
    i64::MIN + 300_000,
];

fn time(random: &mut Generator) -> i64 {
    match random.below(8) {
        0 => TIMES_MS[random.below(TIMES_MS.len())],
        // Where nearly all samples are.
        _ => random.below(700_000) as i64 - 50_000,
    }
}

fn options(random: &mut Generator) -> Options {
    let lengths = [300_000, 300_000, 300_000, 300_000, 300_000, 60_000, 1, 0, i64::MAX];
    Options {
        closed_windows: false,
        lookback_ms: lengths[random.below(lengths.len())],
        default_subquery_step_ms: [60_000, 60_000, 15_000, 1, i64::MAX][random.below(5)],
        max_samples: Some(MAX_SAMPLES),
        max_series: Some(MAX_SERIES),
        deadline: None,
        delayed_name_removal: random.below(2) == 0,
        start_timestamps: random.below(2) == 0,
        type_and_unit_labels: random.below(4) == 0,
    }
}

/// Evaluates `expr`, written as `text`, and looks at what comes of it.
pub(crate) fn check(random: &mut Generator, store: &Store, text: &str, expr: &Expr) -> Outcome {
    let engine = Engine::new(options(random));
    let prepared = match engine.prepare(expr) {
        Ok(prepared) => prepared,
        Err(error) => return shape::check_error(text, &error),
    };
    if random.below(3) == 0 {
        let t_ms = time(random);
        let output = engine.instant(store, &prepared, t_ms);
        return match output {
            Ok(output) => shape::check_instant(text, &output, t_ms, MAX_SERIES),
            Err(error) => shape::check_error(text, &error),
        };
    }
    let start = time(random);
    let (end, step) = match random.below(12) {
        // More steps than the limit allows, and steps at the end of time.
        0 => (i64::MAX, [1, 60_000, i64::MAX][random.below(3)]),
        1 => (start, 1),
        2 => (start.saturating_sub(1), 1),
        3 => (start.saturating_add(100), random.below(3) as i64 - 1),
        _ => {
            let step = [1, 15_000, 15_000, 60_000, 3_600_000][random.below(5)];
            (start.saturating_add(step * random.below(40) as i64 + 1), step)
        }
    };
    match engine.range(store, &prepared, start, end, step) {
        Ok(output) => {
            let outcome = shape::check_range(text, &output, (start, end, step), MAX_SAMPLES);
            agreement::check(random, (&engine, store, &prepared), text, output, (start, end, step));
            outcome
        }
        Err(error) => shape::check_error(text, &error),
    }
}
