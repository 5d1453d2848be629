//! `labels/required`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta = meta!("labels/required", Error, on, "an alert lacks a label that the configuration requires");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
