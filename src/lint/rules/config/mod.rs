//! The configuration file: reported by `lint::config`.

use crate::lint::rule::{LintRule, Meta, Reported, meta};

/// See its page.
pub(in crate::lint) static SYNTAX: Meta =
    meta!("config/syntax", Error, certain, "the configuration file is not TOML").stops_reading();
/// See its page.
pub(in crate::lint) static UNKNOWN_KEY: Meta =
    meta!("config/unknown-key", Error, certain, "the configuration has a key or names a rule that does not exist")
        .stops_reading();
/// See its page.
pub(in crate::lint) static INVALID_VALUE: Meta =
    meta!("config/invalid-value", Error, certain, "the configuration has a value that cannot be").stops_reading();

pub(super) static RULES: &[&dyn LintRule] = &[&Reported(&SYNTAX), &Reported(&UNKNOWN_KEY), &Reported(&INVALID_VALUE)];
