//! Whether assertions hold, one file a kind. Verdicts only: what explains a failure is for [`super::why`].

pub(super) mod alerts;
pub(super) mod compare;
mod memo;
pub(super) mod samples;
pub(super) mod timeline;
pub(super) mod tolerance;

pub(super) use memo::Memo;

use super::report::Outcome;
use super::run::Running;
use crate::testfile::checked::Checked;

/// How `checked` went.
pub(super) fn check(running: &Running<'_>, checked: Checked<'_>) -> Outcome {
    match checked {
        Checked::Alert(test) => alerts::check(running, test),
        Checked::Timeline(test) => timeline::check(running, test),
        Checked::Expr(test) => samples::check(running, test),
    }
}
