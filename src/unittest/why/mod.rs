//! Why an assertion does not hold: where expected and actual differ, what else is known, the expression taken apart.
//! Evaluates once more, so it is asked for, and only where something failed.

mod alerts;
mod keep;
mod matching;
mod older;
mod parts;
mod remarks;
mod samples;
mod timeline;
mod value;

pub(super) use keep::{Detail, Kept, KeptInRun};
pub(super) use matching::selected;
pub(super) use older::note_older_windows;
pub(super) use value::value_text;

use super::report::Outcome;
use super::run::Running;
use crate::testfile::checked::Checked;

/// Fills in what explains the failure of `checked`, if `outcome` is one.
pub(super) fn explain(running: &Running<'_>, checked: Checked<'_>, outcome: &mut Outcome, detail: Detail) {
    match (checked, outcome) {
        (Checked::Alert(test), Outcome::Alerts(failure)) => alerts::explain(running, test, failure, detail),
        (Checked::Timeline(test), Outcome::Timeline(failure)) => timeline::explain(running, test, failure, detail),
        (Checked::Expr(test), Outcome::Samples(failure)) => samples::explain(running, test, failure, detail),
        (Checked::Expr(test), Outcome::Message(failure)) if failure.actual.is_none() && detail == Detail::Whole => {
            failure.why = parts::expression(running, test);
        }
        _ => {}
    }
}
