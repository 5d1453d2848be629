//! From the text of `promproof.toml` to a [`Config`], key by key as the table says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use toml::de::DeTable;

use crate::lint::naming::{Misnamed, Name};
use crate::lint::policy::Policy;
use crate::lint::rules::config::SYNTAX;
use crate::rules::Dialect;
use crate::source::words;
use crate::source::{Diagnostic, Label, SourceFile, Span, Spanned};
use crate::workspace::paths::{Patterns, normalize};

use super::key::{Key, Slot, path};
use super::levels::{Level, Levels};
use super::policy_keys::{POLICY, POLICY_KEYS, check_policy};
use super::section::{Problems, Section, Value, pattern, span_of};
use super::server::NamedFile;
use super::table::{OVERRIDE_CONDITIONS, OVERRIDE_KEYS, OVERRIDES, SECTIONS};
use super::{Config, Given, Override};

pub(super) fn read(file: &Arc<SourceFile>) -> Result<Config, Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax_error(file, error)).collect());
    }
    let mut problems = Problems::new(file);
    let mut config = read_top(document.get_ref(), &mut problems);
    if problems.found.is_empty() {
        config.source = Some(Arc::clone(file));
        return Ok(config);
    }
    problems.found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Err(problems.found)
}

fn syntax_error(file: &Arc<SourceFile>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map_or(Span::at(0), Span::from);
    SYNTAX.diagnostic("this is not TOML", Label::new(file, span, error.message()))
}

fn read_top(document: &DeTable<'_>, problems: &mut Problems<'_>) -> Config {
    let mut config = Config::default();
    let mut given = Given::default();
    let mut known: Vec<&str> = SECTIONS.iter().map(|section| section.name).chain([OVERRIDES, POLICY]).collect();
    known.retain(|name| !name.is_empty());
    for section in &SECTIONS {
        let keys = section.keys.iter().map(|key| key.name);
        let (table, also): (_, &[&str]) = match section.name {
            "" => (Some(document), &known),
            name => (Section::with_any_keys(document, "the configuration").table(name, problems), &[]),
        };
        let Some(table) = table else { continue };
        let mut names: Vec<&str> = keys.chain(also.iter().copied()).collect();
        names.sort_unstable();
        let table = Section::new(table, &section.shown(), &names, problems);
        read_keys(section.keys, section.name, &table, &mut config, &mut given, problems);
    }
    if let Some(overrides) = document.get(OVERRIDES) {
        for (special, given, span) in read_tables(OVERRIDES, &OVERRIDE_KEYS, overrides, problems) {
            let special = Override { given, ..special };
            check_override(&special, span, problems);
            config.overrides.push(special);
        }
    }
    if let Some(policies) = document.get(POLICY) {
        let read = read_tables(POLICY, &POLICY_KEYS, policies, problems);
        read.iter().for_each(|(policy, given, span)| check_policy(policy, given, *span, problems));
        config.policies = read.into_iter().map(|(policy, given, _)| Policy { given, ..policy }).collect();
        given.extend(config.policies.iter().flat_map(|policy| given_in(POLICY, &policy.given)));
    }
    check_locks(&config, problems);
    config.given = given;
    config
}

/// Reads a list of tables with the keys `keys`: each, where its keys are given, and where it stands.
fn read_tables<T: Default>(
    name: &str,
    keys: &[Key<T>],
    value: &Value<'_>,
    problems: &mut Problems<'_>,
) -> Vec<(T, Given, Span)> {
    let tables: Option<Vec<_>> = value
        .get_ref()
        .as_array()
        .and_then(|items| items.iter().map(|item| Some((item.get_ref().as_table()?, span_of(item)))).collect());
    let Some(tables) = tables else {
        let help = format!("write `[[{name}]]`, with its keys below it");
        problems.invalid(span_of(value), format!("`{name}` is a list of tables"), help);
        return Vec::new();
    };
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let read = |(table, span): (&DeTable<'_>, Span)| {
        let section = Section::new(table, &format!("`[[{name}]]`"), &names, problems);
        let (mut target, mut given) = (T::default(), Given::default());
        for key in keys.iter().filter(|key| key.is_required && section.get(key.name).is_none()) {
            let message = format!("these `[[{name}]]` are for no `{}`", key.name);
            problems.invalid(span, message, format!("write `{}`", key.example));
        }
        read_keys(keys, "", &section, &mut target, &mut given, problems);
        (target, given, span)
    };
    tables.into_iter().map(read).collect()
}

/// Reports what makes no sense in `[[overrides]]` as a whole.
fn check_override(special: &Override, span: Span, problems: &mut Problems<'_>) {
    if !OVERRIDE_CONDITIONS.iter().any(|key| special.given.contains_key(*key)) {
        let help = format!("write {}; for everything there is `[rules]`", words::choice(OVERRIDE_CONDITIONS));
        problems.invalid(span, "these `[[overrides]]` are for nothing in particular".to_owned(), help);
    }
    if let Some(place) = special.given.get("dialect").filter(|_| special.is_for_parts()) {
        let message = "`dialect` holds for whole files, and these `[[overrides]]` are for some rules".to_owned();
        problems.invalid(*place, message, "write it in `[[overrides]]` with nothing but `paths`".to_owned());
    }
    let of_label = special.when.labels.values().map(|pattern| ("with-labels", pattern));
    let named = [("groups", &special.when.groups), ("names", &special.when.names)];
    let named = named.into_iter().filter_map(|(key, pattern)| Some((key, pattern.as_ref()?)));
    for (key, _) in named.chain(of_label).filter(|(_, pattern)| pattern.has_variables()) {
        let message = format!("`{key}` of `[[overrides]]` has a variable");
        let help = "variables are for what `[[policy]]` demands".to_owned();
        problems.invalid(special.given.get(key).copied().unwrap_or(span), message, help);
    }
}

/// The keys of a table as those of the whole file.
fn given_in(of: &str, given: &Given) -> Vec<(String, Span)> {
    given.iter().map(|(name, place)| (path(of, name), *place)).collect()
}

/// Reads the keys of one table, and notes where they are given.
fn read_keys<T>(
    keys: &[Key<T>],
    of: &str,
    section: &Section<'_>,
    target: &mut T,
    given: &mut Given,
    problems: &mut Problems<'_>,
) {
    for key in keys {
        if let Some(place) = section.place(key.name) {
            given.insert(path(of, key.name), place);
            read_key(key, section, target, problems);
        }
    }
}

fn read_key<T>(key: &Key<T>, section: &Section<'_>, target: &mut T, problems: &mut Problems<'_>) {
    let name = key.name;
    match key.slot {
        Slot::Boolean(place) => *place(target) = section.boolean(name, problems).unwrap_or(false),
        Slot::Names(place) => *place(target) = section.names(name, problems).unwrap_or_default(),
        Slot::SomeNames(place) => {
            let Some(names) = section.names(name, problems) else { return };
            if names.is_empty() {
                section.is_empty(name, format!("name at least one, for example `{}`", key.example), problems);
            }
            *place(target) = names;
        }
        Slot::OneOf { words, set, .. } => {
            if let Some(word) = section.one_of(name, words, problems) {
                set(target, word);
            }
        }
        Slot::Dialect(place) => {
            if let Some(word) = section.one_of(name, &Dialect::WORDS, problems) {
                *place(target) = Dialect::from_word(word);
            }
        }
        Slot::SomeOf { words, place } => *place(target) = some_of(section, name, words, problems),
        Slot::Paths(place) => *place(target) = patterns(section, name, problems),
        Slot::Levels(place) => {
            if let Some(table) = section.table(name, problems) {
                *place(target) = levels(table, problems);
            }
        }
        Slot::TextsByName(place) => *place(target) = texts_by_name(section, name, problems),
        Slot::Duration(place) => *place(target) = section.duration(name, problems),
        Slot::File(place) => {
            let file = section.text(name, problems).zip(section.get(name).map(span_of));
            if let Some((_, span)) = file.filter(|(path, _)| path.is_empty()) {
                let help = "write the path of a file, from the folder of the configuration".to_owned();
                problems.invalid(span, format!("`{name}` has an empty path"), help);
            }
            *place(target) = file.map(|(path, place)| NamedFile { path: path.to_owned(), place });
        }
        Slot::Files(place) => {
            let files = section.texts(name, problems).unwrap_or_default();
            for (_, span) in files.iter().filter(|(path, _)| path.is_empty()) {
                let help = "write the path of a file, from the folder of the configuration".to_owned();
                problems.invalid(*span, format!("`{name}` has an empty path"), help);
            }
            *place(target) =
                files.into_iter().map(|(path, place)| NamedFile { path: path.to_owned(), place }).collect();
        }
        Slot::Rules(place) => *place(target) = rules(section, name, problems),
        Slot::Version(place) => *place(target) = section.version(name, problems),
        Slot::TextByName(place) => *place(target) = text_by_name(section, name, problems),
        Slot::Sites(place) => {
            let sites = text_by_name(section, name, problems);
            check_sites(section, name, &sites, problems);
            *place(target) = sites;
        }
        Slot::Text(place) => *place(target) = section.text(name, problems).map(str::to_owned),
        Slot::Number(place) => *place(target) = section.number(name, problems),
        Slot::Pattern(place) => *place(target) = section.pattern(name, problems),
        Slot::Patterns(place) => {
            let texts = section.texts(name, problems).unwrap_or_default();
            *place(target) = texts.into_iter().filter_map(|(text, span)| pattern(name, text, span, problems)).collect();
        }
        Slot::PatternsByName(place) => {
            let Some(table) = section.table(name, problems) else { return };
            let section = Section::with_any_keys(table, &format!("`{name}`"));
            let names = table.keys().map(|name| name.get_ref().as_ref());
            *place(target) =
                names.filter_map(|name: &str| Some((name.to_owned(), section.pattern(name, problems)?))).collect();
        }
        Slot::DurationsByName(place) => {
            let Some(table) = section.table(name, problems) else { return };
            let section = Section::with_any_keys(table, &format!("`{name}`"));
            let names = table.keys().map(|name| name.get_ref().as_ref());
            *place(target) =
                names.filter_map(|name: &str| Some((name.to_owned(), section.duration(name, problems)?))).collect();
        }
    }
}

fn text_by_name(section: &Section<'_>, key: &str, problems: &mut Problems<'_>) -> BTreeMap<String, String> {
    let Some(table) = section.table(key, problems) else { return BTreeMap::new() };
    let section = Section::with_any_keys(table, &format!("`{key}`"));
    let names = table.keys().map(|name| name.get_ref().as_ref());
    names.filter_map(|name: &str| Some((name.to_owned(), section.text(name, problems)?.to_owned()))).collect()
}

/// Addresses begin with a scheme, folders lie in the repository, and a `{path}` in one of the two wants one in the other.
fn check_sites(section: &Section<'_>, key: &str, sites: &BTreeMap<String, String>, problems: &mut Problems<'_>) {
    let Some(span) = section.place(key) else { return };
    for (url, place) in sites {
        let (what, help) = if !url.contains("://") {
            (format!("`{url}` is no beginning of an address"), "write it with `https://`")
        } else if Path::new(place).is_absolute() || normalize(Path::new(place)).starts_with("..") {
            let help = "write a path from the folder of the configuration to a folder below it";
            (format!("`{place}` lies outside of the folder of the configuration"), help)
        } else if url.contains("{path}") != place.contains("{path}") {
            let help = "write it in both, or in none: then what follows the address is the path in the folder";
            (format!("there is a `{{path}}` in only one of `{url}` and `{place}`"), help)
        } else {
            continue;
        };
        problems.invalid(span, what, help.to_owned());
    }
}

fn texts_by_name(section: &Section<'_>, key: &str, problems: &mut Problems<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(table) = section.table(key, problems) else { return BTreeMap::new() };
    let section = Section::with_any_keys(table, &format!("`{key}`"));
    let texts = |name: &str| {
        let texts = section.texts(name, problems).unwrap_or_default();
        (name.to_owned(), texts.into_iter().map(|(text, _)| text.to_owned()).collect())
    };
    table.keys().map(|name| name.get_ref().as_ref()).map(texts).collect()
}

fn some_of(section: &Section<'_>, key: &str, known: &[&str], problems: &mut Problems<'_>) -> Vec<String> {
    let texts = section.texts(key, problems).unwrap_or_default();
    let (known_ones, unknown): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(word, _)| known.contains(word));
    for (word, span) in unknown {
        let help = match words::nearest_or_longer(word, known.iter().copied()) {
            Some(near) => words::did_you_mean(near),
            None => format!("there are {}", words::list(known)),
        };
        problems.invalid(span, format!("`{key}` does not know `{word}`"), help);
    }
    known_ones.into_iter().map(|(word, _)| word.to_owned()).collect()
}

fn patterns(section: &Section<'_>, key: &str, problems: &mut Problems<'_>) -> Patterns {
    let mut patterns = Patterns::default();
    for (text, span) in section.texts(key, problems).unwrap_or_default() {
        if let Err(error) = patterns.add(text) {
            let message = format!("`{text}` is not a path pattern: {}", error.msg);
            problems.invalid(span, message, "`*` and `?` stop at a slash, `**` does not".to_owned());
        }
    }
    patterns
}

/// A list of rules and categories, each named in full.
fn rules(section: &Section<'_>, key: &str, problems: &mut Problems<'_>) -> Vec<Spanned<Name>> {
    let mut names = Vec::new();
    for (text, span) in section.texts(key, problems).unwrap_or_default() {
        match Name::exact(text) {
            Some(name) => names.push(Spanned::new(name, span)),
            None => {
                let Misnamed { message, help } = Misnamed::unknown(text);
                problems.invalid(span, message, help);
            }
        }
    }
    names
}

/// Reports levels that contradict what is locked.
fn check_locks(config: &Config, problems: &mut Problems<'_>) {
    let levels = config.general_levels();
    // A category is locked by its name, a rule by its own or by its category's.
    let locks = |name: &str| levels.is_locked(name);
    let off = config.levels.places().filter(|(name, level, _)| *level == Level::Off && locks(name));
    for (name, _, place) in off {
        let message = format!("`{name}` is switched off, and locked");
        problems.invalid(place, message, "remove one of the two".to_owned());
    }
    for locked in &config.locked {
        let Name::Rule(rule) = locked.value else { continue };
        let level_of = |wanted: &str| config.levels.places().find(|(name, ..)| *name == wanted);
        let category = rule.split('/').next().unwrap_or_default();
        // A rule's own level wins over its category's.
        if let (None, Some((_, Level::Off, place)), false) = (level_of(rule), level_of(category), locks(category)) {
            let message = format!("`{category}` is switched off, and `{rule}` locked");
            problems.invalid(place, message, format!("remove one of the two, or give `{rule}` a level of its own"));
        }
    }
    for (name, _, place) in config.overrides.iter().flat_map(|special| special.levels.places()) {
        if locks(name) {
            let message = format!("`{name}` is locked: `[[overrides]]` cannot change its level");
            problems.invalid(place, message, "set it in `[rules]`, or remove it from `locked`".to_owned());
        }
    }
}

/// `"category/name" = "level"`, `"category/*" = "level"`, `category = "level"`.
fn levels(table: &DeTable<'_>, problems: &mut Problems<'_>) -> Levels {
    let mut levels = Levels::default();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let known = Name::exact(name);
        if known.is_none() {
            let Misnamed { message, help } = Misnamed::unknown(name);
            problems.unknown_rule(span_of(key), message, help);
        }
        let word = value.get_ref().as_str();
        match (known, word.and_then(Level::from_word)) {
            (Some(known), Some(level)) => levels.set(known, level, span_of(key)),
            (_, None) => {
                let message = format!("`{name}` has a level that does not exist");
                problems.invalid(span_of(value), message, format!("the levels are {}", words::list(Level::WORDS)));
            }
            (None, Some(_)) => {}
        }
    }
    levels
}
