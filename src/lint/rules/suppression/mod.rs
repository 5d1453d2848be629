//! Suppression comments: reported by `lint::suppression`.

use crate::lint::rule::{LintRule, Meta, Reported, meta};

/// See its page.
pub(in crate::lint) static UNUSED: Meta =
    meta!("suppression/unused", Warning, on, "a suppression comment that suppresses nothing");
/// See its page.
pub(in crate::lint) static INVALID: Meta =
    meta!("suppression/invalid", Warning, on, "a suppression comment that cannot be understood");

pub(super) static RULES: &[&dyn LintRule] = &[&Reported(&UNUSED), &Reported(&INVALID)];
