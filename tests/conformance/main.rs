//! Agreement with Prometheus: its own suites and tables, and what must hold over real rules. What needs `../shared` (or
//! `PROMPROOF_SHARED`) is skipped where that is absent.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a table that cannot be read fails the test"
)]

#[path = "../support/corpora.rs"]
mod corpora;
#[path = "../support/shared.rs"]
mod shared;

mod engine;
mod histograms;
mod lint_corpus;
mod promql_conformance;
mod promql_corpora;
mod promql_messages;
mod promql_regex;
mod promqltest;
mod promtool_unit_tests;
mod promtool_verdicts;
mod template_conformance;
