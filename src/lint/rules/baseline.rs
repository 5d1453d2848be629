//! The baseline: reported by `lint::baseline`.

use crate::lint::rule::{LintRule, Meta, Reported, meta};

/// See its page.
pub(in crate::lint) static STALE: Meta =
    meta!("baseline/stale", Warning, certain, "the baseline knows findings that are gone");
/// See its page.
pub(in crate::lint) static INVALID: Meta =
    meta!("baseline/invalid", Error, certain, "the baseline cannot be read").stops_reading();

pub(super) static RULES: &[&dyn LintRule] = &[&Reported(&STALE), &Reported(&INVALID)];
