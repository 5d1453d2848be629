//! The draft of a page about an alert.

use super::sync::print_rule;
use super::words::condition;
use crate::model::duration::format_duration;
use crate::rules::Rule;
use crate::source::words::{self, collapsed};

/// The template that is used where nobody has another one. `<<word>>` stands for what is known of the alert.
pub const TEMPLATE: &str = include_str!("draft.md");

/// What a page is written from.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The alerting rule.
    pub rule: &'a Rule,
    /// The file that it is in.
    pub file: &'a str,
    /// How often it is evaluated, in milliseconds, where that is known.
    pub interval_ms: Option<i64>,
    /// The labels that the series of the alert have, as far as they are known by name.
    pub labels: Vec<String>,
    /// Whether it can have no others.
    pub is_closed: bool,
    /// The labels that the rule adds, with their values.
    pub added: Vec<(String, String)>,
}

/// A `<<word>>` of a template that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl Draft<'_> {
    /// The words that a template can have.
    pub const WORDS: [&'static str; 7] = ["alert", "condition", "file", "labels", "rule", "summary", "when"];

    /// The page of an alert: of one rule, or of several with one name, as for a warning and for a page. Without a rule it is
    /// empty.
    ///
    /// # Errors
    /// Where the template has a word that stands for nothing.
    pub fn page(rules: &[Draft<'_>], template: &str) -> Result<String, UnknownWord> {
        if rules.is_empty() {
            return Ok(String::new());
        }
        let mut page = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("<<") {
            page.push_str(before);
            let Some((word, after)) = after.split_once(">>").filter(|(word, _)| is_word(word)) else {
                page.push_str("<<");
                rest = after;
                continue;
            };
            let text = together(rules, word).ok_or_else(|| UnknownWord(word.to_owned()))?;
            match is_front_matter_value(&page, after) {
                true => page.push_str(&yaml_text(text.trim_end())),
                false => page.push_str(text.trim_end()),
            }
            rest = after;
        }
        page.push_str(rest);
        // What there is nothing to say about leaves no hole.
        while page.contains("\n\n\n") {
            page = page.replace("\n\n\n", "\n\n");
        }
        Ok(page)
    }

    fn word(&self, word: &str) -> Option<String> {
        let annotation = |name: &str| {
            let found = self.rule.annotations.iter().find(|(key, _)| key.text() == name);
            found.map(|(_, value)| collapsed(value.text().trim()))
        };
        Some(match word {
            "alert" => self.rule.name.text().to_owned(),
            "file" => self.file.to_owned(),
            "rule" => print_rule(self.rule),
            "summary" => match annotation("summary") {
                // A template is for no reader.
                Some(text) if text.contains("{{") => String::new(),
                Some(text) => text,
                None => String::new(),
            },
            "condition" => match &self.rule.parsed {
                Some(expr) => condition(expr),
                None => format!("`{}` has a result", self.rule.expr.text().trim()),
            },
            "when" => self.when(),
            "labels" => self.labels(),
            _ => return None,
        })
    }

    /// What tells the rule from the others: the labels that it adds, and they do not, or not with these values. `None` where
    /// there is no such label.
    fn among(&self, rules: &[Draft<'_>]) -> Option<String> {
        let is_own = |label: &&(String, String)| rules.iter().any(|rule| !rule.added.contains(label));
        let own = self.added.iter().filter(is_own).map(|(name, value)| format!("`{name}` is `{value}`"));
        Some(own.collect::<Vec<_>>().join(", ")).filter(|own| !own.is_empty())
    }

    /// How soon it fires.
    fn when(&self) -> String {
        let held = self.rule.for_ms;
        let interval = self.interval_ms.filter(|interval| *interval > 0);
        let first = match (held, interval) {
            (0, None) => "It fires as soon as that holds.".to_owned(),
            (0, Some(interval)) => {
                format!("It fires within {} of that: so often the rule is evaluated.", format_duration(interval))
            }
            (held, None) => format!("It fires once that has held for {} without a break.", format_duration(held)),
            (held, Some(interval)) => {
                // Pending begins with the first evaluation, and firing is one of its multiples later.
                let steps = held.div_euclid(interval) + i64::from(held.rem_euclid(interval) > 0);
                let (soon, late) = (steps * interval, (steps + 1) * interval);
                format!(
                    "It fires once that has held for {} without a break: {} to {} after it begins, as the rule is \
                     evaluated every {}.",
                    format_duration(held),
                    format_duration(soon),
                    format_duration(late),
                    format_duration(interval)
                )
            }
        };
        match self.rule.keep_firing_for_ms {
            0 => first,
            keep => format!("{first} It goes on firing for {} after that has ended.", format_duration(keep)),
        }
    }

    /// Which labels arrive with the alert.
    fn labels(&self) -> String {
        let added = self.added.iter().map(|(name, value)| format!("`{name}` is `{value}`")).collect::<Vec<_>>();
        let added = if added.is_empty() { String::new() } else { format!(" {}.", added.join(", ")) };
        let from = match (self.labels.is_empty(), self.is_closed) {
            (true, true) => "Its series have no labels.".to_owned(),
            (true, false) => "It has the labels of its series.".to_owned(),
            (false, true) => format!("Its labels say which one it is: {}.", words::list(&self.labels)),
            (false, false) => format!("It has the labels of its series, among them {}.", words::list(&self.labels)),
        };
        format!("{from}{added}")
    }
}

/// What a word stands for where it may be something else for each of the rules: what they have in common once, and else
/// which of them it is about.
fn together(rules: &[Draft<'_>], word: &str) -> Option<String> {
    let is_common = |label: &(String, String)| rules.iter().all(|rule| rule.added.contains(label));
    // Labels in which they differ are what tells them apart.
    let without_own = |rule: &Draft<'_>| {
        let added = rule.added.iter().filter(|label| is_common(label)).cloned().collect();
        Draft { added, ..rule.clone() }.word(word)
    };
    let said = rules.iter().map(|rule| if word == "labels" { without_own(rule) } else { rule.word(word) });
    let mut texts: Vec<String> = said.collect::<Option<_>>()?;
    match (word, texts.as_slice()) {
        (_, [only]) => return Some(only.clone()),
        ("rule", _) => {
            let items = texts.iter().map(|text| format!("- {}\n", text.trim_end().replace('\n', "\n  ")));
            return Some(items.collect());
        }
        ("alert" | "summary", [first, ..]) => return Some(first.clone()),
        (_, [first, others @ ..]) if others.iter().all(|other| other == first) => return Some(first.clone()),
        ("file", _) => {
            texts.dedup();
            return Some(texts.join(", "));
        }
        _ => {}
    }
    let own = rules.iter().map(|rule| rule.among(rules));
    let told = own.zip(&texts).enumerate();
    if word == "condition" {
        // The end of a sentence.
        let parts = told.map(|(at, (own, text))| format!("{text} ({})", own.unwrap_or_else(|| the_rule(at))));
        return Some(parts.collect::<Vec<_>>().join(", or when "));
    }
    let title = if word == "when" { "How soon it fires:\n" } else { "Which labels it has:\n" };
    let items = told.map(|(at, (own, text))| {
        let which = own.map_or_else(|| the_rule(at), |own| format!("where {own}"));
        format!("\n- {which}: {}", without_capital(text))
    });
    Some(std::iter::once(title.to_owned()).chain(items).collect())
}

/// What a rule is called, by its place among those that the page shows, where no label tells it from the others.
fn the_rule(at: usize) -> String {
    const ORDINALS: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
    match ORDINALS.get(at) {
        Some(ordinal) => format!("the {ordinal} rule above"),
        None => format!("rule {} above", at + 1),
    }
}

/// A sentence of [`Draft::word`] as part of another one.
fn without_capital(sentence: &str) -> String {
    let mut rest = sentence.chars();
    rest.next().into_iter().flat_map(char::to_lowercase).chain(rest).collect()
}

/// Whether what stands between the two is the whole value of a key of the front matter.
fn is_front_matter_value(before: &str, after: &str) -> bool {
    before.starts_with("---\n")
        && !before.contains("\n---\n")
        && before.ends_with(": ")
        && (after.is_empty() || after.starts_with(['\n', '\r']))
}

/// A text as a value of YAML: in quotes where it would be something else without them.
fn yaml_text(text: &str) -> String {
    match serde_yaml::to_string(text) {
        Ok(plain) if plain.trim_end() == text => text.to_owned(),
        // A text in JSON is one in YAML.
        _ => serde_json::Value::from(text).to_string(),
    }
}

/// Whether it looks like one of the words: anything else in angle brackets is text.
fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}
