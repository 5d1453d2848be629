//! Tables of the configuration file, read key by key: each mistake becomes a diagnostic at its place.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::lint::policy::{Pattern, PatternError, VARIABLES};
use crate::lint::rules::config::{INVALID_VALUE, UNKNOWN_KEY};
use crate::model::duration::parse_duration;
use crate::promql::Version;
use crate::source::words;
use crate::source::{Diagnostic, Label, SourceFile, Span};

/// A value of the file.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// Collects what is wrong with the file.
pub(super) struct Problems<'f> {
    file: &'f Arc<SourceFile>,
    pub(super) found: Vec<Diagnostic>,
}

impl<'f> Problems<'f> {
    pub(super) fn new(file: &'f Arc<SourceFile>) -> Self {
        Problems { file, found: Vec::new() }
    }

    /// Reports a value that cannot be: `message` says what is wrong with it, `help` what to write.
    pub(super) fn invalid(&mut self, span: Span, message: String, help: String) {
        let label = Label::new(self.file, span, "");
        self.found.push(INVALID_VALUE.diagnostic(message, label).help(help));
    }

    /// Reports a key that should name a rule and does not.
    pub(super) fn unknown_rule(&mut self, span: Span, message: String, help: String) {
        self.found.push(UNKNOWN_KEY.diagnostic(message, Label::new(self.file, span, "")).help(help));
    }

    /// Reports a key that does not exist.
    fn unknown(&mut self, span: Span, key: &str, place: &str, known: &[&str]) {
        let nearest = words::nearest_or_longer(key, known.iter().copied());
        let text = nearest.map(words::did_you_mean).unwrap_or_default();
        let message = format!("unknown key `{key}` in {place}");
        let help = format!("{place} knows {}", words::list(known));
        self.found.push(UNKNOWN_KEY.diagnostic(message, Label::new(self.file, span, text)).help(help));
    }
}

/// A table and what messages call it.
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    place: String,
}

impl<'t> Section<'t> {
    /// The table with the keys `known`; reports the others.
    pub(super) fn new(table: &'t DeTable<'t>, place: &str, known: &[&str], problems: &mut Problems<'_>) -> Section<'t> {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            problems.unknown(span_of(key), key.get_ref(), place, known);
        }
        Section::with_any_keys(table, place)
    }

    /// The table, which may have any keys.
    pub(super) fn with_any_keys(table: &'t DeTable<'t>, place: &str) -> Section<'t> {
        Section { table, place: place.to_owned() }
    }

    /// The value of `key`, if given.
    pub(super) fn get(&self, key: &str) -> Option<&'t Value<'t>> {
        self.table.get(key)
    }

    /// The bytes of `key`, if it is there.
    pub(super) fn place(&self, key: &str) -> Option<Span> {
        self.table.get_key_value(key).map(|(key, _)| span_of(key))
    }

    /// Reports that the list under `key` is empty.
    pub(super) fn is_empty(&self, key: &str, help: String, problems: &mut Problems<'_>) {
        if let Some(value) = self.get(key) {
            problems.invalid(span_of(value), format!("`{key}` in {} is empty", self.place), help);
        }
    }

    /// The word under `key`, one of `known`.
    pub(super) fn one_of(&self, key: &str, known: &[&str], problems: &mut Problems<'_>) -> Option<&'t str> {
        let value = self.get(key)?;
        let Some(word) = value.get_ref().as_str() else {
            self.wrong_type(key, value, &words::choice(known.iter().map(|word| format!("\"{word}\""))), problems);
            return None;
        };
        if known.contains(&word) {
            return Some(word);
        }
        let help = match words::nearest_or_longer(word, known.iter().copied()) {
            Some(near) => words::did_you_mean(near),
            None => format!("write {}", words::choice(known)),
        };
        problems.invalid(span_of(value), format!("`{key}` cannot be `{word}`"), help);
        None
    }

    /// The table under `key`.
    pub(super) fn table(&self, key: &str, problems: &mut Problems<'_>) -> Option<&'t DeTable<'t>> {
        let value = self.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, value, "a table", problems);
        }
        table
    }

    /// The boolean under `key`.
    pub(super) fn boolean(&self, key: &str, problems: &mut Problems<'_>) -> Option<bool> {
        let value = self.get(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, value, "`true` or `false`", problems);
        }
        boolean
    }

    /// The text under `key`.
    pub(super) fn text(&self, key: &str, problems: &mut Problems<'_>) -> Option<&'t str> {
        let value = self.get(key)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(key, value, "a text", problems);
        }
        text
    }

    /// The whole number under `key`.
    pub(super) fn number(&self, key: &str, problems: &mut Problems<'_>) -> Option<u64> {
        let value = self.get(key)?;
        let number =
            value.get_ref().as_integer().and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(key, value, "a whole number, 0 or more", problems);
        }
        number
    }

    /// The regular expression under `key`.
    pub(super) fn pattern(&self, key: &str, problems: &mut Problems<'_>) -> Option<Pattern> {
        let text = self.text(key, problems)?;
        pattern(key, text, span_of(self.get(key)?), problems)
    }

    /// The version of Prometheus under `key`.
    pub(super) fn version(&self, key: &str, problems: &mut Problems<'_>) -> Option<Version> {
        let text = self.text(key, problems)?;
        let version = Version::parse(text);
        if version.is_none()
            && let Some(value) = self.get(key)
        {
            let help = "a version is written as Prometheus prints it: `3.5`, `2.53.1`".to_owned();
            problems.invalid(span_of(value), format!("`{key}` cannot be `{text}`"), help);
        }
        version
    }

    /// The duration under `key`, in milliseconds; 0 is none.
    pub(super) fn duration(&self, key: &str, problems: &mut Problems<'_>) -> Option<i64> {
        let value = self.get(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a duration, for example \"30s\"", problems);
            return None;
        };
        match parse_duration(text) {
            Ok(ms) if ms > 0 => Some(ms),
            Ok(_) => {
                let help = "write how long it is, or leave the key out".to_owned();
                problems.invalid(span_of(value), format!("`{key}` cannot be 0"), help);
                None
            }
            Err(_) => {
                let help = "a duration is written as Prometheus does: `30s`, `1m30s`, `15d`".to_owned();
                problems.invalid(span_of(value), format!("`{key}` cannot be `{text}`"), help);
                None
            }
        }
    }

    /// The list of texts under `key`, each with its place.
    pub(super) fn texts(&self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<(&'t str, Span)>> {
        let value = self.get(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of texts", problems);
            return None;
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text, span_of(item))),
                None => self.wrong_type(key, item, "a list of texts", problems),
            }
        }
        Some(texts)
    }

    /// The list of names under `key`; an empty name is a mistake.
    pub(super) fn names(&self, key: &str, problems: &mut Problems<'_>) -> Option<Vec<String>> {
        let texts = self.texts(key, problems)?;
        for (_, span) in texts.iter().filter(|(text, _)| text.is_empty()) {
            let message = format!("`{key}` in {} has an empty name", self.place);
            problems.invalid(*span, message, "write a name, or remove the entry".to_owned());
        }
        Some(texts.into_iter().map(|(text, _)| text.to_owned()).collect())
    }

    fn wrong_type(&self, key: &str, value: &Value<'_>, wanted: &str, problems: &mut Problems<'_>) {
        let message = format!("`{key}` in {} has to be {wanted}", self.place);
        let label =
            Label::new(problems.file, span_of(value), format!("this is of type {}", value.get_ref().type_str()));
        problems.found.push(INVALID_VALUE.diagnostic(message, label));
    }
}

/// The regular expression `text`, which stands at `span`.
pub(super) fn pattern(key: &str, text: &str, span: Span, problems: &mut Problems<'_>) -> Option<Pattern> {
    let (message, help) = match Pattern::new(text) {
        Ok(pattern) => return Some(pattern),
        Err(PatternError::Regex(error)) => (
            format!("`{key}` is no regular expression: {error}"),
            "it must match the whole text and is written as in PromQL: `node_.*`".to_owned(),
        ),
        Err(PatternError::Variable(variable)) => (
            format!("`{key}` has a variable that does not exist: `{}`", words::cropped(&variable, 60)),
            format!("there are {}", words::list(VARIABLES)),
        ),
    };
    problems.invalid(span, message, help);
    None
}

/// The bytes of a key or value.
pub(super) fn span_of<T>(spanned: &Spanned<T>) -> Span {
    spanned.span().into()
}
