//! What a word names: a rule, all rules of a category, or a rule without its category.

use std::fmt;

use super::registry::{RUN_TIME_IDS, find, nearest, registry};
use super::rule::Meta;
use crate::source::words;

/// Rules that a word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// `category/name`
    Rule(&'static str),
    /// All rules of a category.
    Category(&'static str),
}

impl Name {
    /// The rule or category that is written in full: `template/missing-label`, `template/*`, `template`.
    pub fn exact(word: &str) -> Option<Name> {
        if let Some(rule) = find(word) {
            return Some(Name::Rule(rule.meta().id));
        }
        let category = word.strip_suffix("/*").or_else(|| word.strip_suffix('/')).unwrap_or(word);
        let mut known = registry().iter().map(|rule| rule.meta().category());
        known.find(|known| *known == category).map(Name::Category)
    }

    /// As [`Name::exact`]; also `missing-label`, where one rule alone has that name.
    ///
    /// # Errors
    /// Where nothing has that name, or several rules have it.
    pub fn find(word: &str) -> Result<Name, Misnamed> {
        if let Some(name) = Name::exact(word) {
            return Ok(name);
        }
        let namesakes: Vec<&'static str> = namesakes(word).collect();
        match namesakes.as_slice() {
            [] => Err(Misnamed::unknown(word)),
            [id] => Ok(Name::Rule(id)),
            several => Err(Misnamed::ambiguous(word, several)),
        }
    }

    /// Every category.
    pub(super) fn categories() -> impl Iterator<Item = Name> {
        let mut before = "";
        let categories = registry().iter().map(|rule| rule.meta().category());
        // The registry is in order.
        categories.filter(move |category| std::mem::replace(&mut before, category) != *category).map(Name::Category)
    }

    /// Whether the rule `id` is meant.
    pub fn covers(self, id: &str) -> bool {
        match self {
            Name::Rule(rule) => rule == id,
            Name::Category(category) => id.split_once('/').is_some_and(|(of_id, _)| of_id == category),
        }
    }

    /// The rules that are meant.
    pub fn rules(self) -> impl Iterator<Item = &'static Meta> {
        registry().iter().map(|rule| rule.meta()).filter(move |meta| self.covers(meta.id))
    }
}

impl fmt::Display for Name {
    /// `category/name` or `category/*`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Rule(id) => f.write_str(id),
            Name::Category(category) => write!(f, "{category}/*"),
        }
    }
}

/// Why a word names no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Misnamed {
    /// Nothing has the name `word`.
    pub(super) fn unknown(word: &str) -> Misnamed {
        if RUN_TIME_IDS.contains(&word) {
            return Misnamed {
                message: format!("`{word}` is a failure of a run, not a lint rule"),
                help: "it cannot be switched off or selected".to_owned(),
            };
        }
        let message = match word.contains('/') {
            true => format!("there is no rule `{word}`"),
            false => format!("there is no rule and no category `{word}`"),
        };
        let help = match likely(word) {
            Some(known) => words::did_you_mean(known),
            None => "`promproof rules` lists them all".to_owned(),
        };
        Misnamed { message, help }
    }

    fn ambiguous(word: &str, ids: &[&'static str]) -> Misnamed {
        let message = format!("`{word}` is the name of {}", words::counted(ids.len(), "rule"));
        Misnamed { message, help: format!("write {}", words::choice(ids)) }
    }
}

/// The rule or category (`runbook/*`) that was probably meant by `word`.
pub(super) fn likely(word: &str) -> Option<String> {
    let categories = || registry().iter().map(|rule| rule.meta().category());
    let category = word.strip_suffix("/*").or((!word.contains('/')).then_some(word));
    match category.and_then(|category| words::nearest(category, categories())) {
        Some(known) => Some(format!("{known}/*")),
        None => nearest(word).map(str::to_owned),
    }
}

/// The ids of the rules whose name behind the slash is `word`.
fn namesakes(word: &str) -> impl Iterator<Item = &'static str> {
    let ids = registry().iter().map(|rule| rule.meta().id);
    ids.filter(move |id| id.split_once('/').is_some_and(|(_, name)| name == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(word: &str) -> String {
        match Name::find(word) {
            Ok(name) => format!("{name:?}"),
            Err(Misnamed { message, help }) => format!("{message} ({help})"),
        }
    }

    #[test]
    fn words_name_rules_and_categories() {
        insta::assert_snapshot!(shown("template/missing-label"), @r#"Rule("template/missing-label")"#);
        insta::assert_snapshot!(shown("missing-label"), @r#"Rule("template/missing-label")"#);
        for category in ["runbook", "runbook/", "runbook/*"] {
            assert_eq!(shown(category), r#"Category("runbook")"#);
        }
        insta::assert_snapshot!(shown("syntax"), @"`syntax` is the name of 4 rules (write `config/syntax`, `promql/syntax`, `template/syntax` or `yaml/syntax`)");
        insta::assert_snapshot!(shown("mising-label"), @"there is no rule and no category `mising-label` (did you mean `template/missing-label`?)");
        insta::assert_snapshot!(shown("templates"), @"there is no rule and no category `templates` (did you mean `template/*`?)");
        insta::assert_snapshot!(shown("x/y"), @"there is no rule `x/y` (`promproof rules` lists them all)");
        insta::assert_snapshot!(shown("test/timeout"), @"`test/timeout` is a failure of a run, not a lint rule (it cannot be switched off or selected)");
        assert!(Name::exact("missing-label").is_none(), "files write names in full");
    }

    #[test]
    fn no_rule_is_called_like_a_category() {
        for rule in registry() {
            assert_eq!(namesakes(rule.meta().category()).next(), None);
        }
    }
}
