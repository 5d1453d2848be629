//! `template/syntax`.

use crate::lint::rule::{LintRule, Meta, meta};

static META: Meta = meta!("template/syntax", Error, on, "a label or annotation template does not parse");

pub(super) struct Rule;

impl LintRule for Rule {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
