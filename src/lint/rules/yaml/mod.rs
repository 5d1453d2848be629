//! Files that are not well-formed YAML: reported by the YAML reader.

use crate::lint::rule::{LintRule, Reported};
use crate::rules::findings::MULTIPLE_DOCUMENTS;
use crate::yaml::findings::{DUPLICATE_KEY, SYNTAX};

pub(super) static RULES: &[&dyn LintRule] =
    &[&Reported(&SYNTAX), &Reported(&DUPLICATE_KEY), &Reported(&MULTIPLE_DOCUMENTS)];
