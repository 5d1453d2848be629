//! `template/missing-label`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta = meta!("template/missing-label", Error, on, "a template prints a label that the expression drops");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
