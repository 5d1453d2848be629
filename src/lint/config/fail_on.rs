//! Which findings fail a run.

use crate::source::Severity;

/// The least severity with which a finding fails a run, in `check` and in `test`: `fail-on` of the configuration and
/// `--fail-on`. What is less severe is told all the same. Tests that fail are none of its business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Errors alone. So the verdict of `test` is promtool's, which passes in silence what `test` warns of.
    #[default]
    Error,
    /// Warnings too.
    Warning,
}

impl FailOn {
    /// The words that [`FailOn::from_word`] knows.
    pub const WORDS: [&'static str; 2] = ["error", "warning"];

    /// What a word of the configuration means.
    pub fn from_word(word: &str) -> Option<FailOn> {
        match word {
            "error" => Some(FailOn::Error),
            "warning" => Some(FailOn::Warning),
            _ => None,
        }
    }

    /// The word for it in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            FailOn::Error => "error",
            FailOn::Warning => "warning",
        }
    }

    /// Whether a finding of this severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
        }
    }
}
