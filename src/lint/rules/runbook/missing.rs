//! `runbook/missing`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta =
    meta!("runbook/missing", Error, on, "an alert has no link to a runbook, and the configuration requires one");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
