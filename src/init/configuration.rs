//! `promproof.toml`: what is found is written down with where it was found. What every rule has is demanded of the next
//! one, and what nearly every rule has stands in a comment.

use std::sync::Arc;

use crate::lint::Config;
use crate::lint::config::string_text;
use crate::rules::Dialect;
use crate::source::{SourceFile, words};

use super::surroundings::Surroundings;
use super::survey::{Survey, Uses, is_link_name};

/// Where the keys are described.
const REFERENCE: &str =
    "`promproof config --reference` describes all keys, `promproof config` shows what holds and why.";
/// With fewer alerts, only labels and annotations that everybody knows are demanded.
const FEW_ALERTS: usize = 10;
/// Known to be meant for every alert.
const COMMON: [&str; 5] = ["severity", "priority", "summary", "description", "message"];
/// The label whose values are listed.
const LISTED: [&str; 2] = ["severity", "priority"];

/// A setting of the configuration.
#[derive(Debug)]
pub(super) struct Setting {
    /// Its table; empty for the top of the file.
    section: &'static str,
    /// What was found and where, one line each.
    comments: Vec<String>,
    /// `key = value`
    code: String,
    /// Whether it holds; else it stands in a comment.
    is_on: bool,
    /// The lint rules that hold rules to it, or to what it needs.
    rules: Vec<&'static str>,
}

impl Setting {
    fn new(section: &'static str, comment: impl Into<String>, code: impl Into<String>) -> Self {
        Setting { section, comments: vec![comment.into()], code: code.into(), is_on: true, rules: Vec::new() }
    }

    fn of_rule(mut self, rule: &'static str) -> Self {
        self.rules.push(rule);
        self
    }

    fn on(self, is_on: bool) -> Self {
        Setting { is_on, ..self }
    }

    /// Keeps the setting as a suggestion where rules do not keep to it.
    pub(super) fn doubt(&mut self, broken: &[&str]) -> bool {
        let is_broken = self.is_on && self.rules.iter().any(|rule| broken.contains(rule));
        if is_broken {
            self.is_on = false;
            self.comments.push("Not everything keeps to it yet.".to_owned());
        }
        is_broken
    }

    /// Whether a configuration with it alone can be read: names and values in rules may be anything.
    fn is_sound(&self) -> bool {
        let header = if self.section.is_empty() { String::new() } else { format!("[{}]\n", self.section) };
        let file = SourceFile::new("promproof.toml", format!("{header}{}\n", self.code));
        Config::parse(&Arc::new(file)).is_ok()
    }
}

/// The settings that follow from what was found.
pub(super) fn settings(survey: &Survey, around: &Surroundings) -> Vec<Setting> {
    let mut settings = Vec::new();
    top(survey, around, &mut settings);
    tests(survey, &mut settings);
    labels(survey, &mut settings);
    annotations(survey, &mut settings);
    runbook(survey, around, &mut settings);
    facts(around, &mut settings);
    settings.retain(Setting::is_sound);
    settings
}

/// The text of the file.
pub(super) fn text(survey: &Survey, settings: &[Setting]) -> String {
    let mut out = format!(
        "# Written by `promproof init` from what is here: {}, {}, {}.\n# {REFERENCE}\n",
        words::counted(survey.rule_files(), "rule file"),
        words::counted(survey.alerts, "alert"),
        words::counted(survey.recordings, "recording rule")
    );
    if settings.is_empty() {
        out.push_str("\n# Nothing to say yet.\n");
    }
    let mut section = "";
    for setting in settings {
        out.push('\n');
        if setting.section != section {
            section = setting.section;
            out.push_str(&format!("[{section}]\n"));
        }
        for comment in &setting.comments {
            out.push_str(&format!("# {comment}\n"));
        }
        out.push_str(&format!("{}{}\n", if setting.is_on { "" } else { "# " }, setting.code));
    }
    out
}

fn top(survey: &Survey, around: &Surroundings, settings: &mut Vec<Setting>) {
    if !around.vendored.is_empty() {
        let comment = "Other people's files.";
        settings.push(Setting::new("", comment, format!("exclude = {}", list(around.vendored.iter()))));
    }
    let other = survey.dialects.iter().filter(|(dialect, _)| **dialect != Dialect::Prometheus).max_by_key(|(_, n)| **n);
    if let Some((dialect, count)) = other {
        let comment = format!(
            "{} of {} shows by its fields or expressions that it is for {}; without this line each file shows it itself.",
            count,
            words::counted(survey.rule_files(), "rule file"),
            dialect.program()
        );
        let is_only = survey.dialects.len() == 1;
        settings.push(Setting::new("", comment, format!("dialect = {}", string_text(dialect.word()))).on(is_only));
    }
}

/// What is said of tests whose rules are rendered first: in the repository as it lies, it is no mistake that they are missing.
fn tests(survey: &Survey, settings: &mut Vec<Setting>) {
    let waiting = survey.words_of_waiting();
    if !waiting.is_empty() {
        let comment = one_line(&format!("Rules are rendered from templates before they are tested: {waiting}."));
        settings.push(Setting::new("rules", comment, "\"test/unmatched-rule-file\" = \"off\""));
    }
}

fn labels(survey: &Survey, settings: &mut Vec<Setting>) {
    let rule = "labels/required";
    settings.extend(required("labels", &survey.labels, survey, rule));
    let listed = LISTED.iter().find_map(|name| Some((*name, survey.labels.get(*name)?)));
    if let Some((name, uses)) = listed
        && !uses.values.is_empty()
    {
        let counts: Vec<String> = uses.values.iter().map(|(value, count)| format!("{value} {count}")).collect();
        let comment = one_line(&format!("So often they occur: {}.", counts.join(", ")));
        // What a few alerts happen to have is not all that there may be.
        let is_on = !uses.is_open && survey.alerts >= FEW_ALERTS;
        let code = format!("allowed-values = {{ {name} = {} }}", list(uses.values.keys()));
        settings.push(Setting::new("labels", comment, code).of_rule("labels/allowed-values").on(is_on));
    }
}

fn annotations(survey: &Survey, settings: &mut Vec<Setting>) {
    settings.extend(required("annotations", &survey.annotations, survey, "annotations/required"));
}

/// What all alerts have, and what nearly all have.
fn required(
    section: &'static str,
    all: &std::collections::BTreeMap<String, Uses>,
    survey: &Survey,
    rule: &'static str,
) -> Option<Setting> {
    let meant = |name: &str| {
        let is_plain = !is_link_name(name) && !name.chars().any(words::is_unprintable);
        is_plain && (survey.alerts >= FEW_ALERTS || COMMON.contains(&name))
    };
    let named = |holds: &dyn Fn(&Uses) -> bool| -> Vec<(&str, usize)> {
        all.iter()
            .filter(|(name, uses)| meant(name) && holds(uses))
            .map(|(name, uses)| (name.as_str(), uses.alerts))
            .collect()
    };
    let always = named(&|uses| uses.alerts == survey.alerts);
    let mostly = named(&|uses| uses.alerts < survey.alerts && uses.alerts * 10 >= survey.alerts * 8);
    let alerts = survey.alerts;
    let near: Vec<String> = mostly.iter().map(|(name, count)| format!("`{name}` is on {count} of {alerts}")).collect();
    let near = if near.is_empty() { String::new() } else { format!("; {}", near.join(", ")) };
    match (always.as_slice(), mostly.as_slice()) {
        ([], []) => None,
        ([], mostly) => {
            let comment = one_line(&format!("On nearly all alerts{near}."));
            Some(
                Setting::new(section, comment, format!("required = {}", list(mostly.iter().map(|(name, _)| name))))
                    .on(false),
            )
        }
        (always, _) => {
            let whole = if alerts == 1 { "the only alert".to_owned() } else { format!("all {alerts} alerts") };
            let comment = one_line(&format!("On {whole}{near}."));
            let code = format!("required = {}", list(always.iter().map(|(name, _)| name)));
            Some(Setting::new(section, comment, code).of_rule(rule))
        }
    }
}

fn runbook(survey: &Survey, around: &Surroundings, settings: &mut Vec<Setting>) {
    let keys = survey.link_keys();
    let Some((first, count)) = keys.first() else { return };
    let linked: usize = keys.iter().map(|(_, count)| count).sum();
    let comment = one_line(&format!("`{first}` is on {count} of {}.", words::counted(survey.alerts, "alert")));
    let code = format!("keys = {}", list(keys.iter().map(|(name, _)| name)));
    settings.push(Setting::new("runbook", comment, code).of_rule("runbook/invalid-url"));
    let comment = "Whether every alert has to have a link.";
    // What a few alerts happen to have is not demanded of the next one.
    let is_on = keys.len() == 1 && linked == survey.alerts && survey.alerts >= FEW_ALERTS;
    // Where `keys` does not hold, this does not either.
    let required = Setting::new("runbook", comment, "required = true").of_rule("runbook/missing");
    settings.push(required.of_rule("runbook/invalid-url").on(is_on));
    if let Some((beginning, count)) = survey.link_beginning() {
        let links = match count {
            1 => "1 link begins with this address".to_owned(),
            _ => format!("{count} links begin with this address"),
        };
        let (comment, folder, is_on) = match &around.pages {
            Some((folder, pages)) => {
                let pages = match pages {
                    1 => format!("1 page in {folder} has the name of an alert"),
                    _ => format!("{pages} pages in {folder} have names of alerts"),
                };
                let comment = format!("{links}, and {pages}: links are followed into this folder.");
                (comment, folder.trim_end_matches('/'), true)
            }
            None => (
                format!("{links}. Where the pages are in this repository, links can be followed to them."),
                "runbooks",
                false,
            ),
        };
        let code = format!("sites = {{ {} = {} }}", string_text(beginning), string_text(folder));
        settings.push(Setting::new("runbook", one_line(&comment), code).of_rule("runbook/page-missing").on(is_on));
    }
}

fn facts(around: &Surroundings, settings: &mut Vec<Setting>) {
    let Some((path, server)) = &around.server else { return };
    let from = one_line(&format!("`global` of {}.", path.display()));
    let keys = [("scrape-interval", &server.scrape_interval), ("evaluation-interval", &server.evaluation_interval)];
    for (key, value) in keys {
        if let Some(value) = value {
            settings.push(Setting::new("facts", from.clone(), format!("{key} = {}", string_text(value))));
        }
    }
}

fn one_line(text: &str) -> String {
    words::one_line(text).into_owned()
}

fn list<S: AsRef<str>>(texts: impl Iterator<Item = S>) -> String {
    let texts: Vec<String> = texts.map(|text| string_text(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_one_line_and_are_read_as_they_were() {
        for text in
            ["", "page", "a \"b\" \\ 'c'", "page\n[rules]\n\"x\" = 1\r\n", "\u{0}\u{7f}\u{85}\u{2028}\t", "é \"\"\""]
        {
            let quoted = string_text(text);
            assert!(!quoted.chars().any(char::is_control), "{quoted}");
            let table: toml::Table = toml::from_str(&format!("a = {quoted}\n")).unwrap();
            assert_eq!(table.get("a").and_then(toml::Value::as_str), Some(text), "{quoted}");
        }
    }

    #[test]
    fn what_the_configuration_refuses_is_no_setting() {
        assert!(Setting::new("labels", "", "required = [\"severity\"]").is_sound());
        assert!(Setting::new("", "", "dialect = \"thanos\"").on(false).is_sound());
        assert!(!Setting::new("labels", "", "required = [\"\"]").is_sound());
        assert!(!Setting::new("labels", "", "required = [").on(false).is_sound());
    }

    #[test]
    fn links_are_demanded_only_where_their_key_holds() {
        let mut required = Setting::new("runbook", "", "required = true").of_rule("runbook/missing");
        required = required.of_rule("runbook/invalid-url");
        assert!(!required.doubt(&["labels/required"]));
        assert!(required.doubt(&["runbook/invalid-url"]));
        assert!(!required.is_on);
    }
}
