//! `labels/allowed-values`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta =
    meta!("labels/allowed-values", Error, on, "a label has a value that the configuration does not allow");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
