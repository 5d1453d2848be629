//! `promproof config --reference`, and `docs/configuration.md`: every key with its default, its meaning and an example.

use std::fmt::{self, Write as _};

use crate::lint::config::{KeyInfo, Kind, Level, SectionInfo, Value, sections};
use crate::report::text::wrapped;
use crate::source::words;

const BEFORE: &str = include_str!("before.md");
const AFTER: &str = include_str!("after.md");

/// The page, Markdown.
pub fn page() -> String {
    let mut page = BEFORE.to_owned();
    for section in sections() {
        // `write!` to a string cannot fail.
        let _ = write_section(&mut page, &section);
    }
    page.push('\n');
    page.push_str(AFTER);
    page
}

fn write_section(page: &mut String, section: &SectionInfo) -> fmt::Result {
    match section.name {
        "" => writeln!(page, "\n## Files, and what fails\n")?,
        name if section.is_list => writeln!(page, "\n## `[[{name}]]`\n")?,
        name => writeln!(page, "\n## `[{name}]`\n")?,
    }
    writeln!(page, "{}", lines(section.about))?;
    section.keys.iter().try_for_each(|key| write_key(page, section, key))
}

fn write_key(page: &mut String, section: &SectionInfo, key: &KeyInfo) -> fmt::Result {
    writeln!(page, "\n### `{}`\n\n{}\n", key.path(), lines(key.about))?;
    writeln!(page, "- Value: {}", kind(key.kind))?;
    match &key.default {
        _ if key.is_required => writeln!(page, "- Required")?,
        Value::None => writeln!(page, "- Default: none")?,
        value => writeln!(page, "- Default: `{value}`")?,
    }
    writeln!(page, "\n```toml\n{}\n```", example(section, key))
}

/// A text in lines as wide as those of the other pages.
fn lines(text: &str) -> String {
    wrapped(text, 120).join("\n")
}

/// The example under the head of its table.
fn example(section: &SectionInfo, key: &KeyInfo) -> String {
    match section.name {
        "" => key.example.to_owned(),
        name if section.is_list => {
            let condition = section.one_of.first().filter(|_| !section.one_of.contains(&key.name));
            let is_needed = |other: &&KeyInfo| other.is_required || condition.is_some_and(|name| *name == other.name);
            let required = section.keys.iter().filter(|other| is_needed(other) && other.name != key.name);
            let lines: Vec<&str> = required.map(|other| other.example).chain([key.example]).collect();
            format!("[[{name}]]\n{}", lines.join("\n"))
        }
        name => format!("[{name}]\n{}", key.example),
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Names { at_least_one: false } => "a list of names".to_owned(),
        Kind::Names { at_least_one: true } => "a list of names, at least one".to_owned(),
        Kind::OneOf(known) => words::choice(known.iter().map(|word| format!("\"{word}\""))),
        Kind::SomeOf(known) => format!("a list of {}", words::choice(known.iter().map(|word| format!("\"{word}\"")))),
        Kind::Paths => "a list of path patterns".to_owned(),
        Kind::Levels => {
            let levels = words::choice(Level::WORDS.iter().map(|word| format!("\"{word}\"")));
            format!("a table: for rules and categories, {levels}")
        }
        Kind::TextsByName => "a table: for names, lists of texts".to_owned(),
        Kind::Duration => "a duration: `30s`, `1m30s`, `15d`".to_owned(),
        Kind::File => "a file, from the folder of the configuration".to_owned(),
        Kind::Files => "a list of files, from the folder of the configuration".to_owned(),
        Kind::TextByName => "a table: for names, texts".to_owned(),
        Kind::Rules => "a list of rules and categories".to_owned(),
        Kind::Version => "a version of Prometheus: `3.5`, `2.53.1`; `3` is 3.0".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Number => "a whole number".to_owned(),
        Kind::Pattern => "a regular expression".to_owned(),
        Kind::Patterns => "a list of names, or of regular expressions for them".to_owned(),
        Kind::PatternsByName => "a table: for names, regular expressions".to_owned(),
        Kind::DurationsByName => "a table: for names, durations".to_owned(),
    }
}
