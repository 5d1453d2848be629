//! Configurations made from the table of keys, with values that fit, do not fit, or are hostile: read, described, read
//! back, and used to check a small file.

use std::sync::Arc;

use promproof::lint::config::{KeyInfo, Kind, Level, SectionInfo, key_text, sections};
use promproof::lint::{self, Config, registry};
use promproof::report::Style;
use promproof::report::configuration::{self, HeldView};
use promproof::source::SourceFile;
use promproof::workspace::{self, Document, Purpose, Workspace};

use super::apart::{self, Plan};
use super::{once_in, size};
use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;

const FILE: &str = "rules/a.yml";
const RULES: &str = "groups:
  - name: g
    rules:
      - {record: 'job:up:sum', expr: sum by (job) (up)}
      - {alert: Down, expr: up == 0, labels: {severity: page}, annotations: {summary: '{{ $labels.nope }}'}}
";

#[test]
fn generated() {
    let plan = Plan { test: "hostile::configuration::generated", inputs: 500, share: 2_000 };
    let table = sections();
    apart::run(
        &plan,
        move |seed| try_one(&mut Generator::new(seed), &table),
        |tally| {
            tally.comes_to("hold", 20);
            tally.comes_to("are checked with", 15);
        },
    );
}

fn try_one(random: &mut Generator, table: &[SectionInfo]) -> Outcome {
    let mut text = any(random, table);
    if once_in(random, 12) {
        let mut bytes = text.into_bytes();
        mutate::bytes(random, &mut bytes, &["\"", "'", "[", "]", "{", "}", "=", "\n", ".", "#", "\"\"\"", "\0", "1e9"]);
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    fuzz::show(&text);
    let file = Arc::new(SourceFile::new("promproof.toml", text.as_str()));
    let config = match Config::parse(&file) {
        Ok(config) => config.located("/work/repository", "/work/repository"),
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(
                    problem.primary.span.end() <= text.len() && problem.message.len() < 10_000,
                    "{}",
                    problem.message
                );
            }
            return Outcome::Refused;
        }
    };
    fuzz::reached("hold");
    let name = [None, Some(FILE), Some("../outside.yml"), Some("/")][random.below(4)];
    describe(&config, name);
    if once_in(random, 4) && text.len() < 50_000 {
        return Outcome::Empty;
    }
    fuzz::reached("are checked with");
    let file = workspace::from_bytes(FILE, RULES.as_bytes().to_vec()).file;
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    workspace.add(Document::rule_file(&file, &config.settings()));
    let found = lint::run(&workspace, &config);
    found.iter().for_each(|found| assert!(found.primary.span.end() <= found.primary.file.text().len()));
    if found.is_empty() { Outcome::Empty } else { Outcome::Result }
}

/// What is printed of a configuration is one.
fn describe(config: &Config, name: Option<&str>) {
    let (keys, rules) = (config.held(name), config.held_rules(name));
    let view = HeldView {
        source: config.source().map(|source| source.name()),
        file: name,
        is_excluded: name.is_some_and(|name| config.files().excludes(name.as_ref())),
        overrides: config.override_count(),
        keys: &keys,
        rules: &rules,
        parts: &config.held_overrides(name),
    };
    let (mut toml, mut json) = (Vec::new(), Vec::new());
    configuration::write_toml(&mut toml, &Style::plain(), &view).unwrap();
    configuration::write_json(&mut json, &view).unwrap();
    serde_json::from_slice::<serde_json::Value>(&json).unwrap();
    let toml = String::from_utf8(toml).unwrap();
    let again = Config::parse(&Arc::new(SourceFile::new("promproof.toml", toml.as_str())));
    let again = again.unwrap_or_else(|problems| panic!("{}: {toml}", problems[0].message));
    let values = |config: &Config, name| config.held(name).into_iter().map(|held| held.value).collect::<Vec<_>>();
    assert_eq!(values(&again, None), values(config, name), "{toml}");
}

/// A configuration: some keys of some tables, in the order of the table or not.
fn any(random: &mut Generator, table: &[SectionInfo]) -> String {
    let mut top = String::new();
    let mut rest = String::new();
    for section in table {
        let times = if section.is_list { size(random, 100) } else { random.below(3).min(1) };
        for _ in 0..times {
            let to = if section.name.is_empty() { &mut top } else { &mut rest };
            if section.is_list {
                to.push_str(&format!("[[{}]]\n", section.name));
            } else if !section.name.is_empty() {
                to.push_str(&format!("[{}]\n", section.name));
            }
            // A dialect is for whole files.
            let contrary: &[&str] = if once_in(random, 2) { &["dialect"] } else { &["groups", "names", "with-labels"] };
            // One key brings the other.
            let has_metrics = once_in(random, 3);
            for key in section.keys.iter().filter(|key| key.name != "required-matchers" || !has_metrics) {
                let is_contrary = !section.one_of.is_empty() && contrary.contains(&key.name);
                let is_needed = key.is_required || section.one_of.first() == Some(&key.name);
                if is_contrary && section.name != "policy" && !once_in(random, 400) {
                    continue;
                }
                if key.name == "matchers-for" && !has_metrics {
                    continue;
                }
                if is_needed && !once_in(random, 100) || once_in(random, 3) {
                    let name = if once_in(random, 400) { word(random) } else { key.name.to_owned() };
                    let value = if once_in(random, 150) { any_value(random, 3) } else { value(random, key) };
                    to.push_str(&format!("{} = {value}\n", key_text(&name)));
                }
            }
        }
    }
    if once_in(random, 30) {
        rest.push_str(&format!("[{}]\nx = {}\n", key_text(&word(random)), any_value(random, 4)));
    }
    top + &rest
}

/// A value that the key may have, mostly.
fn value(random: &mut Generator, key: &KeyInfo) -> String {
    match key.kind {
        // Bounds that contradict each other and functions that do not exist are mistakes.
        _ if key.section == "policy" && key.name.ends_with("-min") => text("1ms"),
        _ if key.section == "policy" && key.name.ends_with("-max") && key.kind == Kind::Duration => text("100y"),
        _ if key.name == "forbidden-functions" => r#"["rate", "sum"]"#.to_owned(),
        _ if key.name == "matchers-for" => "\"a.*\"\nrequired-matchers = [\"job\"]".to_owned(),
        Kind::Boolean => random.pick(&["true", "false"]).to_owned(),
        Kind::Names { at_least_one } => {
            let count = size(random, 1_000).max(usize::from(at_least_one));
            list(random, count, |random| random.pick(&["severity", "team", "summary", "läbel", "a b"]).to_owned())
        }
        Kind::OneOf(words) => text(random.pick(words)),
        Kind::SomeOf(words) => {
            let count = random.below(3) + 1;
            list(random, count, |random| random.pick(words).to_owned())
        }
        Kind::Paths => {
            let count = size(random, 1_000) + 1;
            list(random, count, path)
        }
        Kind::Levels => {
            let count = size(random, 1_000);
            let mut levels: Vec<String> = (0..count)
                .map(|_| format!("{} = {}", key_text(&rule(random)), text(random.pick(&Level::WORDS))))
                .collect();
            levels.sort_unstable();
            levels.dedup_by(|a, b| a.split('=').next() == b.split('=').next());
            format!("{{ {} }}", levels.join(", "))
        }
        Kind::File => text(&path(random)),
        // Files that are not there are a mistake.
        Kind::Files => {
            let count = if once_in(random, 10) { 1 } else { 0 };
            list(random, count, path)
        }
        // What contradicts the levels is a mistake.
        Kind::Rules => {
            let count = if once_in(random, 10) { size(random, 1_000) } else { 0 };
            list(random, count, rule)
        }
        Kind::Duration => text(duration(random)),
        Kind::Version => text(random.pick(&["3.0", "3.5.1", "2.55", "v3.4", "99.99.99", "3"])),
        Kind::DurationsByName => by_name(random, |random| duration(random).to_owned()),
        Kind::TextByName => by_name(random, word),
        Kind::Text => text(random.pick(&["see the wiki", "##[stop-commands]x", "\u{202e}x"])),
        Kind::Number => random.below(30).to_string(),
        Kind::Pattern => text(pattern(random, key)),
        Kind::Patterns => {
            let count = size(random, 300);
            list(random, count, |random| pattern(random, key).to_owned())
        }
        Kind::PatternsByName => by_name(random, |random| pattern(random, key).to_owned()),
        Kind::TextsByName => {
            let count = size(random, 300);
            let values = |random: &mut Generator| {
                let count = size(random, 300);
                list(random, count, word)
            };
            let entries: Vec<String> = (0..count).map(|index| format!("l{index} = {}", values(random))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn pattern(random: &mut Generator, key: &KeyInfo) -> &'static str {
    const PATTERNS: [&str; 7] = ["a", "a.*", "(a*)*b", "[A-Z]+", "", "{{ $alert }}", "x{{ $labels.severity }}|y"];
    // Overrides know no rule that variables could speak of.
    let known = if key.section == "overrides" { 5 } else { PATTERNS.len() };
    if once_in(random, 2_000) { "(" } else { random.pick(PATTERNS.get(..known).unwrap_or(&PATTERNS)) }
}

fn duration(random: &mut Generator) -> &'static str {
    if once_in(random, 60) { "0" } else { random.pick(&["5m", "1h30m", "100y", "1ms"]) }
}

fn by_name(random: &mut Generator, mut one: impl FnMut(&mut Generator) -> String) -> String {
    let entries: Vec<String> =
        (0..size(random, 300)).map(|index| format!("l{index} = {}", text(&one(random)))).collect();
    format!("{{ {} }}", entries.join(", "))
}

fn list(random: &mut Generator, count: usize, mut one: impl FnMut(&mut Generator) -> String) -> String {
    let items: Vec<String> = (0..count).map(|_| text(&one(random))).collect();
    format!("[{}]", items.join(", "))
}

/// A text as TOML has it.
fn text(text: &str) -> String {
    let escaped = |character: char| match character {
        '"' | '\\' => format!("\\{character}"),
        _ if character.is_control() => format!("\\u{:04x}", u32::from(character)),
        _ => character.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

fn rule(random: &mut Generator) -> String {
    let rules = registry();
    let id = rules[random.below(rules.len())].meta().id;
    let category = id.split('/').next().unwrap_or_default();
    match random.below(400) {
        0 => word(random),
        1 => format!("{id}x"),
        2..=60 => category.to_owned(),
        61..=100 => format!("{category}/*"),
        _ => id.to_owned(),
    }
}

fn path(random: &mut Generator) -> String {
    let parts = 1 + size(random, 40);
    let part = |random: &mut Generator| {
        random
            .pick(&["a", "*", "**", "rules", "?.yml", "*.yml", "[a-z]*", "{a,b}", "é", ".", "..", "*a*a*a*a*b"])
            .to_owned()
    };
    let parts: Vec<String> = (0..parts).map(|_| part(random)).collect();
    let path = parts.join("/");
    match random.below(400) {
        0..=20 => format!("/{path}"),
        21..=30 => format!("!{path}"),
        31 => format!("{path}["),
        _ => path,
    }
}

fn word(random: &mut Generator) -> String {
    let word = random.pick(&[
        "a",
        "",
        "severity",
        "requred",
        "##[stop-commands]x",
        "::error::x",
        "\u{202e}x",
        "\u{1b}[31m",
        "x\ny",
        "ä",
        "labels",
        "rules.x",
        "\"",
        "true",
    ]);
    if once_in(random, 50) { word.repeat(10_000) } else { word.to_owned() }
}

/// Something that is a value of TOML.
fn any_value(random: &mut Generator, depth: usize) -> String {
    match random.below(if depth == 0 { 5 } else { 7 }) {
        0 => {
            random.pick(&["0", "-1", "9223372036854775807", "1e308", "nan", "0x7f", "1979-05-27T07:32:00Z"]).to_owned()
        }
        1 => random.pick(&["true", "false"]).to_owned(),
        2 => format!("\"\"\"\n{}\"\"\"", "x\n".repeat(size(random, 3_000))),
        3 | 4 => text(&word(random)),
        5 => {
            let items: Vec<String> = (0..size(random, 20)).map(|_| any_value(random, depth - 1)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => {
            let items: Vec<String> =
                (0..size(random, 20)).map(|index| format!("k{index} = {}", any_value(random, depth - 1))).collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}
