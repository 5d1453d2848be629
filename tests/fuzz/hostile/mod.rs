//! Input that is built, not broken: templates, suites of tests, configurations and folders in which each part is small
//! and allowed, and the whole may be more than a run can bear.
//!
//! Each generator runs in a process of its own under 1 GiB of address space ([`apart`]) and prints what it came to.
//! `PROMPROOF_FUZZ_INPUTS` inputs are divided among the four by what one costs.

mod apart;
mod configuration;
mod suites;
mod templates;
mod trees;

use crate::expressions::Generator;

/// A size: mostly small, seldom large, never more than `most`.
fn size(random: &mut Generator, most: usize) -> usize {
    let up_to = match random.below(1_000) {
        0 => 3_000,
        1..=5 => 200,
        6..=60 => 30,
        _ => 4,
    };
    random.below(up_to.min(most) + 1)
}

/// True once in so many times.
fn once_in(random: &mut Generator, times: usize) -> bool {
    random.below(times) == 0
}

/// A text in single quotes, as YAML has it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
