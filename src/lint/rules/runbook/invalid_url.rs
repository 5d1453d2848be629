//! `runbook/invalid-url`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta = meta!("runbook/invalid-url", Error, on, "the link to a runbook is not a URL");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
