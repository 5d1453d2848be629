//! Which rules run, and with which severity.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::choice::{Choice, Exactness};
use crate::lint::naming::Name;
use crate::lint::registry::find;
use crate::lint::rule::Meta;
use crate::source::{Diagnostic, Severity, Span};

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
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::On => "on",
            Level::At(Severity::Info) => "info",
            Level::At(Severity::Warning) => "warning",
            Level::At(Severity::Error) => "error",
        }
    }

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

/// Whether a rule runs, how severe its findings are, and what decided that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Whether it runs.
    pub is_on: bool,
    /// The severity of its findings.
    pub severity: Severity,
    /// What decided whether it runs.
    pub why: Why,
    /// Where the configuration says how severe it is, if it does: bytes of the configuration file.
    pub severity_from: Option<Span>,
}

/// What decides whether a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing says anything about it.
    Default,
    /// The configuration, at these bytes of its file.
    Configured(Span),
    /// `--select` names it.
    Selected,
    /// `--select` names others.
    NotSelected,
    /// `--select` names others, and what it finds keeps those from looking.
    StopsReading,
    /// `--ignore` names it.
    Ignored,
    /// `--pedantic`.
    Pedantic,
}

/// A configured level, and where it is configured.
#[derive(Clone, Copy, Debug)]
struct Configured {
    level: Level,
    place: Span,
    exactness: Exactness,
}

/// What the configuration and the command line say about each rule.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    by_name: ByName,
    choice: Arc<Choice>,
    locked: Option<Arc<Locked>>,
}

/// Levels and where each is configured, by id or by category.
type ByName = BTreeMap<&'static str, (Level, Span)>;

/// Rules that nothing silences but what holds for all files.
#[derive(Debug)]
struct Locked {
    /// By id or by category.
    names: FxHashSet<&'static str>,
    /// What holds for all files.
    by_name: ByName,
}

impl Levels {
    /// Sets the level of what `name` names, as it is written at `place` of the configuration file.
    pub(super) fn set(&mut self, name: Name, level: Level, place: Span) {
        let (Name::Rule(name) | Name::Category(name)) = name;
        self.by_name.insert(name, (level, place));
    }

    /// Lets nothing that is added from now on hold for the rules `names`.
    pub(super) fn lock(&mut self, names: impl IntoIterator<Item = Name>) {
        let names: FxHashSet<&str> = names.into_iter().map(|(Name::Rule(name) | Name::Category(name))| name).collect();
        if !names.is_empty() {
            self.locked = Some(Arc::new(Locked { names, by_name: self.by_name.clone() }));
        }
    }

    /// Whether some rules are locked.
    pub(in crate::lint) fn has_locks(&self) -> bool {
        self.locked.is_some()
    }

    /// Whether comments, annotations and `[[overrides]]` do not count for the rule `id`.
    pub(in crate::lint) fn is_locked(&self, id: &str) -> bool {
        self.locked.as_ref().is_some_and(|locked| locked.holds(id))
    }

    /// The levels as they are configured: of what, which, and where.
    pub(super) fn places(&self) -> impl Iterator<Item = (&'static str, Level, Span)> {
        self.by_name.iter().map(|(name, (level, place))| (*name, *level, *place))
    }

    /// Lets `other` win.
    pub(super) fn extend(&mut self, other: &Levels) {
        self.by_name.extend(&other.by_name);
    }

    /// Lets the command line win.
    pub(super) fn choose(&mut self, choice: &Arc<Choice>) {
        self.choice = Arc::clone(choice);
    }

    /// What is configured: `category/name` or `category/*`, and its level.
    pub(super) fn configured_names(&self) -> impl Iterator<Item = (String, Level)> {
        let shown = |name: &str| if name.contains('/') { name.to_owned() } else { format!("{name}/*") };
        self.by_name.iter().map(move |(name, (level, _))| (shown(name), *level))
    }

    /// What is configured for the rule `id`: for itself or else for its category.
    fn configured(&self, id: &str) -> Option<Configured> {
        if self.by_name.is_empty() {
            return None;
        }
        let category = id.split_once('/').map_or(id, |(category, _)| category);
        let locked = self.locked.as_ref().filter(|locked| locked.holds(id));
        let by_name = locked.map_or(&self.by_name, |locked| &locked.by_name);
        let found = |name, exactness| {
            let (level, place) = *by_name.get(name)?;
            Some(Configured { level, place, exactness })
        };
        found(id, Exactness::Rule).or_else(|| found(category, Exactness::Category))
    }

    /// Whether the rule runs, how severe it is, and why.
    pub fn state(&self, rule: &Meta) -> State {
        let configured = self.configured(rule.id);
        let (severity, severity_from) = match configured {
            Some(Configured { level: Level::At(severity), place, .. }) => (severity, Some(place)),
            _ => (rule.severity, None),
        };
        let (is_on, why) = self.decide(rule, configured);
        State { is_on, severity, why, severity_from }
    }

    /// Whether the rule runs, and why. The command line narrows what the configuration lets: a rule that is switched off
    /// by its own name has to be selected by its own name.
    fn decide(&self, rule: &Meta, configured: Option<Configured>) -> (bool, Why) {
        if self.choice.ignores(rule) {
            return (false, Why::Ignored);
        }
        let selected = self.choice.selects(rule);
        let off = configured.filter(|configured| configured.level == Level::Off);
        match (selected, configured) {
            (Some(_), _) if off.is_none_or(|off| Some(off.exactness) <= selected) => (true, Why::Selected),
            (_, Some(Configured { level: Level::Off, place, .. })) => (false, Why::Configured(place)),
            _ if !self.choice.select.is_empty() && rule.stops_reading => (true, Why::StopsReading),
            _ if !self.choice.select.is_empty() => (false, Why::NotSelected),
            (_, Some(Configured { place, .. })) => (true, Why::Configured(place)),
            _ if rule.enabled_by_default => (true, Why::Default),
            _ if self.choice.pedantic => (true, Why::Pedantic),
            _ => (false, Why::Default),
        }
    }

    /// Whether the rule runs.
    pub fn is_on(&self, rule: &Meta) -> bool {
        self.decide(rule, self.configured(rule.id)).0
    }

    /// Gives a diagnostic its configured severity; says whether it is wanted at all. What no lint rule stands behind is.
    pub fn apply(&self, diagnostic: &mut Diagnostic) -> bool {
        let Some(rule) = find(diagnostic.rule).map(|rule| rule.meta()) else { return true };
        let configured = self.configured(rule.id);
        if let Some(Configured { level: Level::At(severity), .. }) = configured {
            diagnostic.severity = severity;
        }
        self.decide(rule, configured).0
    }
}

impl Locked {
    fn holds(&self, id: &str) -> bool {
        self.names.contains(id) || id.split_once('/').is_some_and(|(category, _)| self.names.contains(category))
    }
}
