//! What holds for a file, and where each value comes from.

use std::path::Path;
use std::sync::Arc;

use super::key::{KeyInfo, Kind, Value, path};
use super::levels::{State, Why};
use super::table::{OVERRIDE_KEYS, SECTIONS};
use super::{Config, Override};
use crate::lint::registry::registry;
use crate::lint::rule::Meta;
use crate::source::{Label, SourceFile, Span};

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// It is the default.
    Default,
    /// The configuration file, at this place.
    File(Label),
    /// An option of the command line.
    Option(&'static str),
}

/// A key and the value that holds.
#[derive(Clone, Debug)]
pub struct Held {
    /// The key.
    pub key: KeyInfo,
    /// Its value.
    pub value: Value,
    /// Where it comes from; several where one adds to the other.
    pub from: Vec<Origin>,
}

/// What holds for a rule.
#[derive(Clone, Debug)]
pub struct HeldRule {
    /// The rule.
    pub rule: &'static Meta,
    /// Whether it runs, and how severe it is.
    pub state: State,
    /// What decided that.
    pub from: Origin,
    /// The key without which it finds nothing, where that is not configured.
    pub waits_for: Option<&'static str>,
}

/// `[[overrides]]` for some groups and rules of a file.
#[derive(Clone, Debug)]
pub struct HeldOverride {
    /// Where they stand.
    pub from: Origin,
    /// The keys that are given, by name.
    pub keys: Vec<(&'static str, Value)>,
}

impl HeldRule {
    /// In one word: `on`, `off`, or `waits` for configuration.
    pub fn word(&self) -> &'static str {
        match self.state.is_on {
            true if self.waits_for.is_some() => "waits",
            true => "on",
            false => "off",
        }
    }

    /// Whether it is as it would be without configuration and options.
    pub fn is_default(&self) -> bool {
        self.state.is_on == self.rule.enabled_by_default && self.state.severity == self.rule.severity
    }
}

impl Config {
    /// The file that the configuration was read from; `None` where there is none.
    pub fn source(&self) -> Option<&Arc<SourceFile>> {
        self.source.as_ref()
    }

    /// Says that an option of the command line has set the key at `path` (`section.key`), or added to it.
    pub fn set_by_option(&mut self, path: &'static str, option: &'static str) {
        self.options.insert(path, option);
    }

    /// How many `[[overrides]]` are for some files only.
    pub fn override_count(&self) -> usize {
        self.overrides.iter().filter(|special| special.given.contains_key("paths")).count()
    }

    /// The values of all keys but the levels of rules, for the file called `name` or without regard to
    /// `[[overrides]]`.
    pub fn held(&self, name: Option<&str>) -> Vec<Held> {
        let mut held = Vec::new();
        for section in &SECTIONS {
            for key in section.keys {
                let (info, from) = (key.info(section.name), self.origins(section.name, key.name));
                if info.kind != Kind::Levels {
                    held.push(Held { key: info, value: key.slot.value(self), from });
                }
            }
        }
        for special in self.overrides_for(name).filter(|special| !special.is_for_parts()) {
            for key in OVERRIDE_KEYS.iter() {
                let of_top = |held: &&mut Held| held.key.section.is_empty() && held.key.name == key.name;
                if let (Some(place), Some(held)) = (special.given.get(key.name), held.iter_mut().find(of_top)) {
                    held.value = key.slot.value(special);
                    held.from = vec![self.at(*place)];
                }
            }
        }
        held
    }

    /// The `[[overrides]]` that hold for some groups and rules of the file called `name`, or of every file.
    pub fn held_overrides(&self, name: Option<&str>) -> Vec<HeldOverride> {
        let held = |special: &Override| HeldOverride {
            from: special.given.values().min().map_or(Origin::Default, |place| self.at(*place)),
            keys: OVERRIDE_KEYS
                .iter()
                .filter(|key| special.given.contains_key(key.name))
                .map(|key| (key.name, key.slot.value(special)))
                .collect(),
        };
        self.overrides_for(name).filter(|special| special.is_for_parts()).map(held).collect()
    }

    /// What holds for each rule, by id, in the file called `name` or without regard to `[[overrides]]`.
    pub fn held_rules(&self, name: Option<&str>) -> Vec<HeldRule> {
        let mut levels = self.general_levels();
        let whole = self.overrides_for(name).filter(|special| !special.is_for_parts());
        whole.for_each(|special| levels.extend(&special.levels));
        let held = |rule: &'static Meta| {
            let state = levels.state(rule);
            let waits_for =
                rule.waits_for.filter(|key| ![key].into_iter().chain(rule.or_for).any(|key| self.is_given(key)));
            HeldRule { rule, from: self.origin_of(&state), state, waits_for }
        };
        registry().iter().map(|rule| held(rule.meta())).collect()
    }

    /// Whether the configuration or an option sets the key at `path` (`section.key`).
    fn is_given(&self, path: &str) -> bool {
        self.given.contains_key(path) || self.options.contains_key(path)
    }

    /// The overrides for something in the file called `name`, or in every file.
    pub(super) fn overrides_for(&self, name: Option<&str>) -> impl Iterator<Item = &Override> {
        let path = name.map(|name| self.files.relative(Path::new(name)));
        self.overrides.iter().filter(move |special| match &path {
            Some(path) => special.reaches(path),
            None => !special.given.contains_key("paths"),
        })
    }

    fn origins(&self, section: &str, key: &str) -> Vec<Origin> {
        let path = path(section, key);
        let file = self.given.get(&path).map(|place| self.at(*place));
        let option = self.options.get(path.as_str()).map(|option| Origin::Option(option));
        let origins: Vec<Origin> = file.into_iter().chain(option).collect();
        if origins.is_empty() { vec![Origin::Default] } else { origins }
    }

    fn origin_of(&self, state: &State) -> Origin {
        match state.why {
            Why::Configured(place) => self.at(place),
            Why::Selected | Why::NotSelected | Why::StopsReading => Origin::Option("--select"),
            Why::Ignored => Origin::Option("--ignore"),
            Why::Pedantic => Origin::Option("--pedantic"),
            Why::Default => state.severity_from.map_or(Origin::Default, |place| self.at(place)),
        }
    }

    fn at(&self, place: Span) -> Origin {
        match &self.source {
            Some(source) => Origin::File(Label::new(source, place, "")),
            None => Origin::Default,
        }
    }
}
