//! `annotations/required`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta =
    meta!("annotations/required", Error, on, "an alert lacks an annotation that the configuration requires");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
