//! Failures that Prometheus 2 would not have seen.
//!
//! Since version 3 a window begins behind its left edge: a sample exactly as old as the lookback, or exactly at the
//! beginning of a range, is no longer part of it. Most tests that pass with promtool 2 and fail with 3 have such a sample.
//! That is said only where it is certain: the whole group is run once more with the windows of Prometheus 2, and the
//! assertion holds.

use crate::alerting;
use crate::engine::{self, Engine, Store};
use crate::testfile::inputs;
use crate::unittest::assert;
use crate::unittest::report::{GroupReport, Outcome};
use crate::unittest::run::{InFile, Running};

const NOTE: &str = "Prometheus 2 counted this sample, 3 does not: with the windows of Prometheus 2, which hold a sample \
                    exactly at their left edge (the range, or the lookback of 5m), this assertion holds";

/// Adds the note to the failures of `report` that Prometheus 2 would not have seen.
pub(in crate::unittest) fn note_older_windows(running: &Running<'_>, report: &mut GroupReport) {
    if !report.assertions.iter().any(|assertion| notes_of(&assertion.outcome).is_some()) {
        return;
    }
    let schedule = running.run.schedule;
    let last_ms = schedule.time(schedule.steps().saturating_sub(1));
    let Ok(inputs) = inputs::read(running.shared.test, running.group, last_ms) else { return };
    let set = running.shared.set;
    let options = engine::Options { closed_windows: true, ..set.options().engine.options().clone() };
    let set = set.with_engine(Engine::new(options));
    let mut store = Store::new();
    let run = alerting::run(&set, &mut store, &inputs.series, &schedule, &alerting::RunOptions::default());
    if !run.errors.is_empty() {
        return;
    }
    let shared = InFile { set: &set, ..*running.shared };
    let older = Running {
        shared: &shared,
        group: running.group,
        index: running.index,
        store,
        run,
        origins: Vec::new(),
        memo: assert::Memo::default(),
    };
    for (checked, assertion) in running.checked().into_iter().zip(&mut report.assertions) {
        let Some(notes) = notes_of_mut(&mut assertion.outcome) else { continue };
        if matches!(assert::check(&older, checked), Outcome::Passed) {
            notes.push(NOTE.to_owned());
        }
    }
}

/// The notes of a failure that other values would have kept from happening.
fn notes_of(outcome: &Outcome) -> Option<&Vec<String>> {
    match outcome {
        Outcome::Alerts(failure) => Some(&failure.notes),
        Outcome::Samples(failure) => Some(&failure.notes),
        Outcome::Timeline(failure) => Some(&failure.notes),
        _ => None,
    }
}

fn notes_of_mut(outcome: &mut Outcome) -> Option<&mut Vec<String>> {
    match outcome {
        Outcome::Alerts(failure) => Some(&mut failure.notes),
        Outcome::Samples(failure) => Some(&mut failure.notes),
        Outcome::Timeline(failure) => Some(&mut failure.notes),
        _ => None,
    }
}
