//! Files that are not well-formed YAML: reported by the YAML reader.

use crate::lint::rule::{LintRule, Meta, Reported, meta};

static SYNTAX: Meta = meta!("yaml/syntax", Error, certain, "the file is not valid YAML").stops_reading();
static DUPLICATE_KEY: Meta = meta!("yaml/duplicate-key", Error, certain, "a mapping has the same key twice");
static MULTIPLE_DOCUMENTS: Meta =
    meta!("yaml/multiple-documents", Warning, certain, "a rule file has further documents, which Prometheus ignores");

pub(super) static RULES: &[&dyn LintRule] =
    &[&Reported(&SYNTAX), &Reported(&DUPLICATE_KEY), &Reported(&MULTIPLE_DOCUMENTS)];
