//! From the text of `promproof.toml` to a [`Config`].

use std::sync::Arc;

use toml::de::DeTable;

use crate::lint::naming::{Misnamed, Name};
use crate::lint::rules::config::SYNTAX;
use crate::rules::Dialect;
use crate::source::words;
use crate::source::{Diagnostic, Label, SourceFile, Span};
use crate::workspace::paths::Patterns;

use super::levels::{Level, Levels};
use super::section::{Problems, Section, Value, span_of};
use super::{Config, FailOn, Override, PROMQL_FEATURES};

const TOP_KEYS: [&str; 10] =
    ["annotations", "dialect", "exclude", "fail-on", "include", "labels", "overrides", "promql", "rules", "runbook"];

pub(super) fn read(file: &Arc<SourceFile>) -> Result<Config, Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(file.text());
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax_error(file, error)).collect());
    }
    let mut problems = Problems::new(file);
    let config = read_top(document.get_ref(), &mut problems);
    if problems.found.is_empty() {
        return Ok(config);
    }
    problems.found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Err(problems.found)
}

fn syntax_error(file: &Arc<SourceFile>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map_or(Span::at(0), Span::from);
    SYNTAX.diagnostic("this is not TOML", Label::new(file, span, error.message()))
}

fn read_top(table: &DeTable<'_>, problems: &mut Problems<'_>) -> Config {
    let mut config = Config::default();
    let top = Section::new(table, "the configuration", &TOP_KEYS, problems);

    config.files.exclude = patterns(&top, "exclude", problems);
    config.files.include = patterns(&top, "include", problems);
    config.dialect = dialect(&top, problems);
    config.fail_on = fail_on(&top, problems).unwrap_or_default();
    if let Some(rules) = top.table("rules", problems) {
        config.levels = levels(rules, problems);
    }
    if let Some(labels) = top.table("labels", problems) {
        read_labels(labels, &mut config, problems);
    }
    if let Some(annotations) = top.table("annotations", problems) {
        let section = Section::new(annotations, "`[annotations]`", &["required"], problems);
        config.annotations.required = section.names("required", problems).unwrap_or_default();
    }
    if let Some(runbook) = top.table("runbook", problems) {
        read_runbook(runbook, &mut config, problems);
    }
    if let Some(promql) = top.table("promql", problems) {
        read_promql(promql, &mut config, problems);
    }
    if let Some(overrides) = top.get("overrides") {
        config.overrides = read_overrides(overrides, problems);
    }
    config
}

fn read_labels(table: &DeTable<'_>, config: &mut Config, problems: &mut Problems<'_>) {
    let section = Section::new(table, "`[labels]`", &["allowed-values", "required"], problems);
    config.labels.required = section.names("required", problems).unwrap_or_default();
    let Some(allowed) = section.table("allowed-values", problems) else { return };
    let section = Section::with_any_keys(allowed, "`allowed-values`");
    for name in allowed.keys().map(|key| key.get_ref().as_ref()) {
        let values = section.texts(name, problems).unwrap_or_default();
        let values = values.into_iter().map(|(value, _)| value.to_owned()).collect();
        config.labels.allowed_values.insert(name.to_owned(), values);
    }
}

fn read_runbook(table: &DeTable<'_>, config: &mut Config, problems: &mut Problems<'_>) {
    let section = Section::new(table, "`[runbook]`", &["keys", "required"], problems);
    config.runbook.required = section.boolean("required", problems).unwrap_or(false);
    let Some(keys) = section.names("keys", problems) else { return };
    if let (true, Some(value)) = (keys.is_empty(), section.get("keys")) {
        let help = "name at least one annotation, for example `runbook_url`".to_owned();
        problems.invalid(span_of(value), "`keys` in `[runbook]` is empty".to_owned(), help);
    }
    config.runbook.keys = keys;
}

fn read_promql(table: &DeTable<'_>, config: &mut Config, problems: &mut Problems<'_>) {
    let section = Section::new(table, "`[promql]`", &["features"], problems);
    for (feature, span) in section.texts("features", problems).unwrap_or_default() {
        if PROMQL_FEATURES.contains(&feature) {
            config.promql.features.push(feature.to_owned());
            continue;
        }
        let message = format!("unknown PromQL feature `{feature}`");
        let help = match words::nearest_or_longer(feature, PROMQL_FEATURES) {
            Some(known) => words::did_you_mean(known),
            None => format!("the features are {}", words::list(PROMQL_FEATURES)),
        };
        problems.invalid(span, message, help);
    }
}

fn read_overrides(value: &Value<'_>, problems: &mut Problems<'_>) -> Vec<Override> {
    let tables: Option<Vec<_>> = value
        .get_ref()
        .as_array()
        .and_then(|items| items.iter().map(|item| Some((item.get_ref().as_table()?, span_of(item)))).collect());
    let Some(tables) = tables else {
        let help = "write `[[overrides]]`, with `paths` and `rules` below it".to_owned();
        problems.invalid(span_of(value), "`overrides` is a list of tables".to_owned(), help);
        return Vec::new();
    };
    let mut overrides = Vec::new();
    for (table, span) in tables {
        let section = Section::new(table, "`[[overrides]]`", &["dialect", "paths", "rules"], problems);
        let paths = patterns(&section, "paths", problems);
        if section.get("paths").is_none() {
            let help = "write `paths = [\"legacy/**\"]`".to_owned();
            problems.invalid(span, "these `[[overrides]]` are for no `paths`".to_owned(), help);
        }
        let levels = section.table("rules", problems).map(|rules| levels(rules, problems)).unwrap_or_default();
        let dialect = dialect(&section, problems);
        overrides.push(Override { paths, dialect, levels });
    }
    overrides
}

/// The program that `dialect` names.
fn dialect(section: &Section<'_>, problems: &mut Problems<'_>) -> Option<Dialect> {
    let value = section.get("dialect")?;
    let word = value.get_ref().as_str();
    let dialect = word.and_then(Dialect::from_word);
    if dialect.is_none() {
        let message = match word {
            Some(word) => format!("there is no dialect `{word}`"),
            None => "`dialect` has to be a text".to_owned(),
        };
        problems.invalid(span_of(value), message, format!("the dialects are {}", words::list(Dialect::WORDS)));
    }
    dialect
}

/// The severity that `fail-on` names.
fn fail_on(section: &Section<'_>, problems: &mut Problems<'_>) -> Option<FailOn> {
    let value = section.get("fail-on")?;
    let fail_on = value.get_ref().as_str().and_then(FailOn::from_word);
    if fail_on.is_none() {
        let message = format!("`fail-on` has to be {}", words::choice(FailOn::WORDS));
        problems.invalid(span_of(value), message, "it is the least severity that fails a run".to_owned());
    }
    fail_on
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
