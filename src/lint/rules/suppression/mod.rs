//! Suppressions: reported by `lint::suppression`.

use crate::lint::rule::{LintRule, Meta, Reported, meta};

/// See its page.
pub(in crate::lint) static UNUSED: Meta =
    meta!("suppression/unused", Warning, certain, "a suppression comment that suppresses nothing").fixable();
/// See its page.
pub(in crate::lint) static INVALID: Meta =
    meta!("suppression/invalid", Warning, certain, "a suppression comment that cannot be understood");
/// See its page.
pub(in crate::lint) static EXPIRED: Meta =
    meta!("suppression/expired", Warning, certain, "a suppression comment whose date has passed");
/// See its page.
pub(in crate::lint) static LOCKED: Meta =
    meta!("suppression/locked", Warning, certain, "a suppression of a rule that the configuration locks");

pub(super) static RULES: &[&dyn LintRule] =
    &[&Reported(&UNUSED), &Reported(&INVALID), &Reported(&EXPIRED), &Reported(&LOCKED)];
