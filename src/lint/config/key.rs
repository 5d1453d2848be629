//! What a key of the configuration is: where its value goes, and what there is to say about it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::levels::Levels;
use super::server::NamedFile;
use crate::lint::naming::Name;
use crate::lint::policy::Pattern;
use crate::model::duration::format_duration;
use crate::promql::Version;
use crate::rules::Dialect;
use crate::source::Spanned;
use crate::source::words::is_unprintable;
use crate::workspace::paths::Patterns;

/// A key whose value is kept in a `T`.
pub(super) struct Key<T: 'static> {
    pub(super) name: &'static str,
    pub(super) slot: Slot<T>,
    /// Whether its table makes no sense without it.
    pub(super) is_required: bool,
    /// What it is for, in Markdown.
    pub(super) about: &'static str,
    /// The key with a value, as a line of TOML.
    pub(super) example: &'static str,
}

/// What a key may hold, and where that is kept.
pub(super) enum Slot<T: 'static> {
    /// `true` or `false`.
    Boolean(fn(&mut T) -> &mut bool),
    /// A list of names, none of them empty.
    Names(fn(&mut T) -> &mut Vec<String>),
    /// The same with at least one name.
    SomeNames(fn(&mut T) -> &mut Vec<String>),
    /// One of some words.
    OneOf { words: &'static [&'static str], set: fn(&mut T, &str), get: fn(&T) -> Option<&'static str> },
    /// The name of a dialect.
    Dialect(fn(&mut T) -> &mut Option<Dialect>),
    /// A list of some of these words.
    SomeOf { words: &'static [&'static str], place: fn(&mut T) -> &mut Vec<String> },
    /// A list of path patterns.
    Paths(fn(&mut T) -> &mut Patterns),
    /// Levels of rules and categories, by their names.
    Levels(fn(&mut T) -> &mut Levels),
    /// A list of texts for each of some names.
    TextsByName(fn(&mut T) -> &mut BTreeMap<String, Vec<String>>),
    /// A duration as Prometheus writes it, longer than 0; kept in milliseconds.
    Duration(fn(&mut T) -> &mut Option<i64>),
    /// Such a duration for each of some names.
    DurationsByName(fn(&mut T) -> &mut BTreeMap<String, i64>),
    /// A text for each of some names.
    TextByName(fn(&mut T) -> &mut BTreeMap<String, String>),
    /// A file.
    File(fn(&mut T) -> &mut Option<NamedFile>),
    /// Folders of the repository, each for the beginning of an address.
    Sites(fn(&mut T) -> &mut BTreeMap<String, String>),
    /// A list of files.
    Files(fn(&mut T) -> &mut Vec<NamedFile>),
    /// A version of Prometheus.
    Version(fn(&mut T) -> &mut Option<Version>),
    /// A list of rules and categories.
    Rules(fn(&mut T) -> &mut Vec<Spanned<Name>>),
    /// A text, not empty.
    Text(fn(&mut T) -> &mut Option<String>),
    /// A whole number, not negative.
    Number(fn(&mut T) -> &mut Option<u64>),
    /// A regular expression for a whole text.
    Pattern(fn(&mut T) -> &mut Option<Pattern>),
    /// A list of such.
    Patterns(fn(&mut T) -> &mut Vec<Pattern>),
    /// Such a regular expression for each of some names.
    PatternsByName(fn(&mut T) -> &mut BTreeMap<String, Pattern>),
}

impl<T: 'static> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Slot<T> {}

impl<T: Clone> Slot<T> {
    /// What is kept there.
    pub(super) fn value(self, of: &T) -> Value {
        let mut of = of.clone();
        let duration = |ms: &i64| Value::Text(format_duration(*ms));
        match self {
            Slot::Boolean(place) => Value::Boolean(*place(&mut of)),
            Slot::Names(place) | Slot::SomeNames(place) | Slot::SomeOf { place, .. } => {
                Value::Texts(place(&mut of).clone())
            }
            Slot::OneOf { get, .. } => get(&of).map_or(Value::None, |word| Value::Text(word.to_owned())),
            Slot::Dialect(place) => {
                place(&mut of).map_or(Value::None, |dialect| Value::Text(dialect.word().to_owned()))
            }
            Slot::Paths(place) => Value::Texts(place(&mut of).texts().map(str::to_owned).collect()),
            Slot::Levels(place) => {
                let levels = place(&mut of).configured_names();
                Value::ByName(levels.map(|(name, level)| (name, Value::Text(level.word().to_owned()))).collect())
            }
            Slot::TextsByName(place) => {
                let named = place(&mut of).iter();
                Value::ByName(named.map(|(name, texts)| (name.clone(), Value::Texts(texts.clone()))).collect())
            }
            Slot::Duration(place) => place(&mut of).as_ref().map_or(Value::None, duration),
            Slot::DurationsByName(place) => {
                Value::ByName(place(&mut of).iter().map(|(name, ms)| (name.clone(), duration(ms))).collect())
            }
            Slot::TextByName(place) | Slot::Sites(place) => {
                let texts = place(&mut of).iter();
                Value::ByName(texts.map(|(name, text)| (name.clone(), Value::Text(text.clone()))).collect())
            }
            Slot::File(place) => place(&mut of).as_ref().map_or(Value::None, |file| Value::Text(file.path.clone())),
            Slot::Files(place) => Value::Texts(place(&mut of).iter().map(|file| file.path.clone()).collect()),
            Slot::Rules(place) => Value::Texts(place(&mut of).iter().map(|name| name.value.to_string()).collect()),
            Slot::Version(place) => place(&mut of).map_or(Value::None, |version| Value::Text(version.to_string())),
            Slot::Text(place) => place(&mut of).clone().map_or(Value::None, Value::Text),
            Slot::Number(place) => place(&mut of).map_or(Value::None, Value::Number),
            Slot::Pattern(place) => {
                place(&mut of).as_ref().map_or(Value::None, |pattern| Value::Text(pattern.text().to_owned()))
            }
            Slot::Patterns(place) => {
                Value::Texts(place(&mut of).iter().map(|pattern| pattern.text().to_owned()).collect())
            }
            Slot::PatternsByName(place) => {
                let patterns = place(&mut of).iter();
                Value::ByName(
                    patterns.map(|(name, pattern)| (name.clone(), Value::Text(pattern.text().to_owned()))).collect(),
                )
            }
        }
    }

    /// What may be there.
    pub(super) fn kind(self) -> Kind {
        match self {
            Slot::Boolean(_) => Kind::Boolean,
            Slot::Names(_) => Kind::Names { at_least_one: false },
            Slot::SomeNames(_) => Kind::Names { at_least_one: true },
            Slot::OneOf { words, .. } => Kind::OneOf(words),
            Slot::Dialect(_) => Kind::OneOf(&Dialect::WORDS),
            Slot::SomeOf { words, .. } => Kind::SomeOf(words),
            Slot::Paths(_) => Kind::Paths,
            Slot::Levels(_) => Kind::Levels,
            Slot::TextsByName(_) => Kind::TextsByName,
            Slot::Duration(_) => Kind::Duration,
            Slot::DurationsByName(_) => Kind::DurationsByName,
            Slot::File(_) => Kind::File,
            Slot::TextByName(_) | Slot::Sites(_) => Kind::TextByName,
            Slot::Files(_) => Kind::Files,
            Slot::Version(_) => Kind::Version,
            Slot::Rules(_) => Kind::Rules,
            Slot::Text(_) => Kind::Text,
            Slot::Number(_) => Kind::Number,
            Slot::Pattern(_) => Kind::Pattern,
            Slot::Patterns(_) => Kind::Patterns,
            Slot::PatternsByName(_) => Kind::PatternsByName,
        }
    }
}

/// What a key may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A list of names, none of them empty.
    Names {
        /// Whether the list may not be empty.
        at_least_one: bool,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of some of these words.
    SomeOf(&'static [&'static str]),
    /// A list of path patterns.
    Paths,
    /// A table: levels ([`super::Level::WORDS`]) of rules and categories, by their names.
    Levels,
    /// A table: a list of texts for each of some names.
    TextsByName,
    /// A duration as Prometheus writes it, longer than 0.
    Duration,
    /// A table: such a duration for each of some names.
    DurationsByName,
    /// A table: a text for each of some names.
    TextByName,
    /// A file.
    File,
    /// A list of files.
    Files,
    /// A version of Prometheus.
    Version,
    /// A list of rules and categories.
    Rules,
    /// A text, not empty.
    Text,
    /// A whole number, not negative.
    Number,
    /// A regular expression for a whole text.
    Pattern,
    /// A list of such.
    Patterns,
    /// A table: such a regular expression for each of some names.
    PatternsByName,
}

/// A value of the configuration. Its text is TOML, that of nothing a hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// None is given, and there is no default.
    None,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Number(u64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A table.
    ByName(BTreeMap<String, Value>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("not set"),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Number(value) => write!(f, "{value}"),
            Value::Text(value) => f.write_str(&string_text(value)),
            Value::Texts(values) => {
                let values: Vec<String> = values.iter().map(|value| string_text(value)).collect();
                write!(f, "[{}]", values.join(", "))
            }
            Value::ByName(values) if values.is_empty() => f.write_str("{}"),
            Value::ByName(values) => {
                let entry = |(name, value): (&String, &Value)| format!("{} = {value}", key_text(name));
                let values: Vec<String> = values.iter().map(entry).collect();
                write!(f, "{{ {} }}", values.join(", "))
            }
        }
    }
}

/// A key as TOML writes it: quoted where it has to be.
pub fn key_text(key: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    match !key.is_empty() && key.chars().all(bare) {
        true => key.to_owned(),
        false => string_text(key),
    }
}

/// A text as a string of TOML on one line, in which every character that cannot be seen is an escape.
pub fn string_text(text: &str) -> String {
    if !text.chars().any(is_unprintable) {
        return toml::Value::from(text).to_string();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // `write!` to a string cannot fail.
            _ if is_unprintable(character) => drop(write!(quoted, "\\U{:08X}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A key as whoever describes the configuration sees it.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    /// Its table: empty for those at the top.
    pub section: &'static str,
    /// Its name in it.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What it is where it is not given.
    pub default: Value,
    /// Whether its table makes no sense without it.
    pub is_required: bool,
    /// What it is for, in Markdown.
    pub about: &'static str,
    /// The key with a value, as TOML.
    pub example: &'static str,
}

impl KeyInfo {
    /// `section.name`, as the `waits_for` of a lint rule has it.
    pub fn path(&self) -> String {
        path(self.section, self.name)
    }
}

/// `section.name`; `name` at the top.
pub(super) fn path(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

impl<T: Clone + Default> Key<T> {
    /// What there is to say about it in its table.
    pub(super) fn info(&self, section: &'static str) -> KeyInfo {
        KeyInfo {
            section,
            name: self.name,
            kind: self.slot.kind(),
            default: self.slot.value(&T::default()),
            is_required: self.is_required,
            about: self.about,
            example: self.example,
        }
    }
}
