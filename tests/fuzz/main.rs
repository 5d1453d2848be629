//! Seeded random input for every reader and for the engine, and laws that hold for all of it.
//!
//! ```console
//! PROMPROOF_FUZZ_INPUTS=1000000 cargo test --release --test fuzz -- --nocapture
//! PROMPROOF_FUZZ_SEED=4711 PROMPROOF_FUZZ_INPUTS=1 cargo test --test fuzz engine_fuzz::generated
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "../support/corpora.rs"]
mod corpora;
#[path = "../support/expressions.rs"]
mod expressions;
#[path = "../support/fuzz.rs"]
mod fuzz;
#[path = "../support/mutate.rs"]
mod mutate;
#[path = "../support/shared.rs"]
mod shared;

mod engine_fuzz;
mod facts_fuzz;
mod fix_laws;
#[cfg(unix)]
mod hostile;
mod input_fuzz;
mod promql_fuzz;
mod promql_laws;
