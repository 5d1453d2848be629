//! The loop of the fuzz tests: inputs made from consecutive seeds, until one panics, hangs, or there are enough.
//!
//! `PROMPROOF_FUZZ_INPUTS` says how many inputs each test tries, `PROMPROOF_FUZZ_SEED` which seed comes first. One
//! input depends on its seed alone, so what a failure names is what repeats it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Longer than this no input may take, also on a busy machine and without optimisation.
const HANG: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 10 });
/// More memory than this the whole loop may not take.
const MEMORY_KIB: u64 = 2 << 20;
/// Input may be nested; every thread that works on it gets as much as those of the program.
const STACK_BYTES: usize = 8 << 20;

/// What became of an input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Accepted, and something came of it.
    Result,
    /// Accepted, but nothing came of it.
    Empty,
    /// Refused.
    Refused,
}

/// How often each outcome was.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) results: u64,
    pub(crate) empty: u64,
    pub(crate) refused: u64,
    /// How many inputs came how far; see [`reached`].
    pub(crate) stages: BTreeMap<&'static str, u64>,
}

thread_local! {
    static STAGES: RefCell<BTreeMap<&'static str, u64>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes that an input has come so far. To be called once an input and stage, by the thread that tries the input.
pub(crate) fn reached(stage: &'static str) {
    STAGES.with_borrow_mut(|stages| *stages.entry(stage).or_default() += 1);
}

impl Tally {
    /// Fails unless so many of a hundred inputs came so far. Of a handful of inputs nothing is asked.
    #[expect(clippy::panic, reason = "a test fails")]
    pub(crate) fn comes_to(&self, stage: &str, percent: u64) {
        let inputs = self.results + self.empty + self.refused;
        let count = self.stages.get(stage).copied().unwrap_or(0);
        if inputs >= 300 && count * 100 < inputs * percent {
            panic!("{count} of {inputs} inputs: {stage}; {percent} of a hundred should be");
        }
    }

    /// Fails unless one in twenty of the inputs was accepted with a result and some were refused: else it is not tried
    /// what the test is for. Of a handful of inputs nothing is asked.
    pub(crate) fn check(&self) {
        let inputs = self.results + self.empty + self.refused;
        let varied = self.results >= inputs / 20 && self.refused > 0;
        assert!(varied || inputs < 1_000, "{} of {inputs} inputs gave a result", self.results);
    }
}

pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tries `inputs` inputs (or as many as the environment says): `try_one` gets their seeds. Prints the slowest ones.
pub(crate) fn run(name: &str, inputs: u64, try_one: impl FnMut(u64) -> Outcome + Send + 'static) -> Tally {
    run_noting(name, number("PROMPROOF_FUZZ_INPUTS").unwrap_or(inputs), |_| {}, try_one)
}

/// [`run`] over exactly so many inputs; `note_seed` learns of each seed before it is tried.
#[expect(clippy::print_stdout, clippy::panic, reason = "a test reports and fails")]
pub(crate) fn run_noting(
    name: &str,
    inputs: u64,
    mut note_seed: impl FnMut(u64) + Send + 'static,
    mut try_one: impl FnMut(u64) -> Outcome + Send + 'static,
) -> Tally {
    let first = number("PROMPROOF_FUZZ_SEED").unwrap_or(0);
    let current = Arc::new(AtomicU64::new(first));
    let progress = Arc::clone(&current);
    let began = Instant::now();
    let work = move || {
        let (mut tally, mut slowest) = (Tally::default(), Vec::new());
        for seed in first..first.saturating_add(inputs) {
            progress.store(seed, Relaxed);
            note_seed(seed);
            let start = Instant::now();
            match try_one(seed) {
                Outcome::Result => tally.results += 1,
                Outcome::Empty => tally.empty += 1,
                Outcome::Refused => tally.refused += 1,
            }
            note(&mut slowest, start.elapsed(), seed);
        }
        tally.stages = STAGES.take();
        (tally, slowest)
    };
    let Ok(worker) = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work) else {
        panic!("{name}: no thread");
    };
    let repeat = |seed: u64| format!("PROMPROOF_FUZZ_SEED={seed} PROMPROOF_FUZZ_INPUTS=1 repeats it");
    let mut seen = (first, Instant::now());
    while !worker.is_finished() {
        std::thread::sleep(Duration::from_millis(10));
        let seed = current.load(Relaxed);
        if seed != seen.0 {
            seen = (seed, Instant::now());
        }
        assert!(seen.1.elapsed() < HANG, "{name}: input {seed} takes more than {HANG:?}; {}", repeat(seed));
    }
    let Ok((tally, slowest)) = worker.join() else {
        let seed = current.load(Relaxed);
        panic!("{name}: input {seed} failed; {}", repeat(seed));
    };
    let slowest: Vec<String> = slowest.iter().map(|(time, seed)| format!("{seed} ({time:.1?})")).collect();
    let Tally { results, empty, refused, .. } = tally;
    println!("{name}: {inputs} inputs from {first}: {results} with a result, {empty} without, {refused} refused");
    for (stage, count) in &tally.stages {
        println!("{name}: {count} {stage} ({:.2} %)", *count as f64 * 100.0 / inputs.max(1) as f64);
    }
    let took = began.elapsed().as_secs_f64();
    println!("{name}: {took:.1} s, {:.0} inputs a second", inputs as f64 / took.max(1e-9));
    println!("{name}: slowest {}; {} MiB at most", slowest.join(", "), peak_memory_kib() / 1024);
    assert!(peak_memory_kib() < MEMORY_KIB, "{name} took {} KiB", peak_memory_kib());
    tally
}

/// Prints an input where there is only one: who repeats it wants to see it.
#[expect(clippy::print_stdout, reason = "a test reports")]
pub(crate) fn show(input: &str) {
    if number("PROMPROOF_FUZZ_INPUTS") == Some(1) {
        println!("{input}");
    }
}

/// Keeps the five slowest inputs, the slowest one first.
fn note(slowest: &mut Vec<(Duration, u64)>, time: Duration, seed: u64) {
    if slowest.len() < 5 || slowest.last().is_some_and(|(least, _)| time > *least) {
        let place = slowest.partition_point(|(other, _)| *other >= time);
        slowest.insert(place, (time, seed));
        slowest.truncate(5);
    }
}

/// The most memory that the process had at a time; 0 where the system does not say.
fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
