//! What there is to know of a kind of finding: declared once, beside the code that reports it.
//!
//! The registry of lint rules gathers them, wherever they are declared, so that configuration, suppressions, `rules` and
//! `explain` know each.

use super::{Diagnostic, Label, Severity};

/// How sure it is that what a rule finds is a mistake.
///
/// What is certain is shown unless it is switched off; the rest has to be asked for, by name or with `--pedantic`, except
/// where a rule is `on_by_default`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It holds for every server and all data, and nobody means it. A false alarm is a bug.
    Certain,
    /// Mostly a mistake: told from names, or from what is usually meant. It may be as its author wants it.
    Likely,
    /// Nothing breaks: a habit that many recommend and others do not share.
    Opinion,
}

impl Confidence {
    /// The word for it in output.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Opinion => "opinion",
        }
    }
}

/// The version that a rule is of unless its [`Meta`] says otherwise: `Meta { since: "0.2.0", ..meta!(…) }`.
pub const FIRST_VERSION: &str = "0.1.0";

/// What there is to know of a lint rule without running it.
#[derive(Debug)]
pub struct Meta {
    /// The id, `category/name`: the same word in configuration, comments, output and `explain`.
    pub id: &'static str,
    /// What the rule finds, in one line without a full stop.
    pub summary: &'static str,
    /// The severity of its findings unless the configuration says otherwise.
    pub severity: Severity,
    /// How sure it is that what it finds is a mistake.
    pub confidence: Confidence,
    /// Whether it runs without being asked for.
    pub enabled_by_default: bool,
    /// The key of the configuration, `section.key`, without which the rule has nothing to say although it runs.
    pub waits_for: Option<&'static str>,
    /// Other keys of which one will do.
    pub or_for: &'static [&'static str],
    /// Whether some of its findings come with a fix.
    pub is_fixable: bool,
    /// Whether what it finds keeps other rules from looking, so that `--select` of another rule leaves it on.
    pub stops_reading: bool,
    /// The version of promproof that it came with.
    pub since: &'static str,
    /// Its page, Markdown.
    pub page: &'static str,
}

impl Meta {
    /// Also runs without being asked for although it is not certain: on real rules it is mostly right.
    #[must_use]
    pub(crate) const fn on_by_default(mut self) -> Self {
        self.enabled_by_default = true;
        self
    }

    /// Has nothing to say until `key` (`section.key`) is configured.
    #[must_use]
    pub(crate) const fn waits_for(mut self, key: &'static str) -> Self {
        self.waits_for = Some(key);
        self
    }

    /// One of these keys will do as well.
    #[must_use]
    pub(crate) const fn or_for(mut self, keys: &'static [&'static str]) -> Self {
        self.or_for = keys;
        self
    }

    /// Some of its findings come with a fix; its page shows one.
    #[must_use]
    pub(crate) const fn fixable(mut self) -> Self {
        self.is_fixable = true;
        self
    }

    /// What it finds keeps other rules from looking: selecting another rule does not silence it.
    #[must_use]
    pub(crate) const fn stops_reading(mut self) -> Self {
        self.stops_reading = true;
        self
    }

    /// The part of the id before the slash.
    pub fn category(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(category, _)| category)
    }

    /// A finding of this rule.
    pub fn diagnostic(&self, message: impl Into<String>, primary: Label) -> Diagnostic {
        Diagnostic::new(self.id, self.severity, message, primary)
    }
}

/// A rule's [`Meta`] with its page embedded: id, severity, confidence (`certain`, `likely`, `opinion`), summary. What is
/// certain is on. `.on_by_default()`, `.waits_for("section.key")`, `.fixable()` and
/// `.stops_reading()` behind it say the rest.
macro_rules! meta {
    ($id:literal, $severity:ident, $confidence:ident, $summary:literal) => {
        $crate::source::Meta {
            id: $id,
            summary: $summary,
            severity: $crate::source::Severity::$severity,
            confidence: $crate::source::meta!(@$confidence),
            enabled_by_default: matches!($crate::source::meta!(@$confidence), $crate::source::Confidence::Certain),
            waits_for: None,
            or_for: &[],
            is_fixable: false,
            stops_reading: false,
            since: $crate::source::FIRST_VERSION,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $id, ".md")),
        }
    };
    (@certain) => { $crate::source::Confidence::Certain };
    (@likely) => { $crate::source::Confidence::Likely };
    (@opinion) => { $crate::source::Confidence::Opinion };
}
pub(crate) use meta;
