//! `rule/duplicate`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta = meta!("rule/duplicate", Warning, on, "two rules produce the same series");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
