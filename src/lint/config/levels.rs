//! Which rules run, and with which severity.

use std::collections::BTreeMap;

use crate::lint::rule::Meta;
use crate::source::{Diagnostic, Severity};

/// What the configuration says about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not run.
    Off,
    /// It runs, with its own severity.
    On,
    /// It runs, with this severity.
    At(Severity),
}

impl Level {
    /// The words that [`Level::from_word`] knows.
    pub const WORDS: [&'static str; 5] = ["off", "on", "info", "warning", "error"];

    /// The level that a word of the configuration means.
    pub fn from_word(word: &str) -> Option<Level> {
        Some(match word {
            "off" => Level::Off,
            "on" => Level::On,
            "info" => Level::At(Severity::Info),
            "warning" => Level::At(Severity::Warning),
            "error" => Level::At(Severity::Error),
            _ => return None,
        })
    }
}

/// The configured level of each rule that has one.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// By id or by category.
    by_name: BTreeMap<String, Level>,
}

impl Levels {
    /// Sets the level of a rule (`category/name`) or of a category (without a slash).
    pub(super) fn set(&mut self, name: &str, level: Level) {
        self.by_name.insert(name.to_owned(), level);
    }

    /// Lets `other` win.
    pub(super) fn extend(&mut self, other: &Levels) {
        self.by_name.extend(other.by_name.iter().map(|(name, level)| (name.clone(), *level)));
    }

    /// What is configured for the rule `id`: for itself or else for its category.
    fn configured(&self, id: &str) -> Option<Level> {
        let category = id.split('/').next().unwrap_or(id);
        self.by_name.get(id).or_else(|| self.by_name.get(category)).copied()
    }

    /// Whether the rule runs.
    pub fn is_on(&self, rule: &Meta) -> bool {
        self.configured(rule.id).map_or(rule.enabled_by_default, |level| level != Level::Off)
    }

    /// Gives a diagnostic its configured severity; says whether it is wanted at all.
    pub fn apply(&self, diagnostic: &mut Diagnostic) -> bool {
        match self.configured(diagnostic.rule) {
            Some(Level::Off) => return false,
            Some(Level::At(severity)) => diagnostic.severity = severity,
            Some(Level::On) | None => {}
        }
        true
    }
}
