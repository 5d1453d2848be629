//! `promproof config`: what holds, as the configuration file that would say it, each line with where it comes from.

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use crate::lint::config::{Held, HeldOverride, HeldRule, Level, Origin, Value, Why, key_text};
use crate::report::Style;
use crate::report::diagnostics::json::VERSION;
use crate::report::text::{one_line, severity_name};
use crate::source::words::counted;

/// What holds, and for what.
#[derive(Debug)]
pub struct HeldView<'a> {
    /// The configuration file, if there is one.
    pub source: Option<&'a str>,
    /// The file that is asked about, if one is.
    pub file: Option<&'a str>,
    /// Whether `exclude` leaves that file out.
    pub is_excluded: bool,
    /// How many `[[overrides]]` there are.
    pub overrides: usize,
    /// The keys but the levels of rules.
    pub keys: &'a [Held],
    /// The rules.
    pub rules: &'a [HeldRule],
    /// The overrides for some groups and rules.
    pub parts: &'a [HeldOverride],
}

/// A comment does not begin further to the right than this column.
const MAX_COLUMN: usize = 56;

/// Writes it as TOML, with comments.
///
/// # Errors
/// What `out` reports.
pub fn write_toml(out: &mut dyn Write, style: &Style, view: &HeldView<'_>) -> io::Result<()> {
    let mut head = match view.source {
        Some(source) => format!("what {} says", one_line(source)),
        None => "there is no configuration file: the defaults".to_owned(),
    };
    match view.file {
        Some(file) => head.push_str(&format!(", for {}", one_line(file))),
        None if view.overrides > 0 => {
            let count = counted(view.overrides, "more table");
            head.push_str(&format!("; {count} of [[overrides]] for some files: `promproof config FILE`"));
        }
        None => {}
    }
    comment(out, style, &head)?;
    if view.is_excluded {
        comment(out, style, "this file is excluded: it is read only where it is named")?;
    }
    let mut section = "";
    for held in view.keys {
        if held.key.section != section {
            section = held.key.section;
            writeln!(out, "\n[{section}]")?;
        }
        let line = match held.value {
            Value::None => format!("# {} is {}", held.key.name, held.value),
            _ => format!("{} = {}", held.key.name, held.value),
        };
        let from: Vec<String> = held.from.iter().map(origin).collect();
        line_from(out, style, &line, &from.join(", "))?;
    }
    write_rules(out, style, view.rules)?;
    view.parts.iter().try_for_each(|held| write_override(out, style, held))
}

fn write_override(out: &mut dyn Write, style: &Style, held: &HeldOverride) -> io::Result<()> {
    writeln!(out)?;
    line_from(out, style, "[[overrides]]", &origin(&held.from))?;
    held.keys.iter().try_for_each(|(key, value)| writeln!(out, "{}", one_line(&format!("{key} = {value}"))))
}

/// The rules that are not as by default; of those that `--select` leaves out, how many they are.
fn write_rules(out: &mut dyn Write, style: &Style, rules: &[HeldRule]) -> io::Result<()> {
    let is_left_out = |held: &&HeldRule| held.state.why == Why::NotSelected;
    let changed = rules.iter().filter(|held| !held.is_default());
    let (left_out, changed): (Vec<&HeldRule>, Vec<&HeldRule>) = changed.partition(is_left_out);
    writeln!(out)?;
    if changed.is_empty() && left_out.is_empty() {
        return comment(out, style, "all rules are as by default; `promproof rules` shows them");
    }
    writeln!(out, "[rules]")?;
    for held in changed {
        let line = format!("{} = \"{}\"", key_text(held.rule.id), level(held).word());
        line_from(out, style, &line, &origin(&held.from))?;
    }
    match left_out.len() {
        0 => Ok(()),
        count => comment(out, style, &format!("and without {} that --select leaves out", counted(count, "rule"))),
    }
}

fn comment(out: &mut dyn Write, style: &Style, text: &str) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Style::FAINT, format_args!("# {text}")))
}

fn line_from(out: &mut dyn Write, style: &Style, line: &str, from: &str) -> io::Result<()> {
    let line = one_line(line);
    writeln!(out, "{line:MAX_COLUMN$}  {}", style.paint(Style::FAINT, format_args!("# {from}")))
}

/// The level that makes the rule what it is.
fn level(held: &HeldRule) -> Level {
    match held.state.is_on {
        false => Level::Off,
        true if held.state.severity == held.rule.severity => Level::On,
        true => Level::At(held.state.severity),
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(label) => {
            format!("{}:{}", one_line(label.file.name()), label.file.position(label.span.start()).line)
        }
        Origin::Option(option) => (*option).to_owned(),
    }
}

/// Where something comes from, as JSON.
fn origin_json(origin: &Origin) -> Json {
    match origin {
        Origin::Default => json!({ "kind": "default" }),
        Origin::File(label) => {
            let at = label.file.position(label.span.start());
            json!({ "kind": "file", "file": label.file.name(), "line": at.line, "column": at.column })
        }
        Origin::Option(option) => json!({ "kind": "option", "option": option }),
    }
}

/// Writes it as one JSON object, with all rules.
///
/// # Errors
/// What `out` reports.
pub fn write_json(out: &mut dyn Write, view: &HeldView<'_>) -> io::Result<()> {
    let key = |held: &Held| {
        let from: Vec<Json> = held.from.iter().map(origin_json).collect();
        json!({ "key": held.key.path(), "value": held.value, "from": from })
    };
    let rule = |held: &HeldRule| {
        let severity = severity_name(held.state.severity);
        json!({ "id": held.rule.id, "on": held.state.is_on, "severity": severity, "from": origin_json(&held.from) })
    };
    let part = |held: &HeldOverride| {
        let keys: Map<String, Json> = held.keys.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        json!({ "keys": keys, "from": origin_json(&held.from) })
    };
    let document = json!({
        "version": VERSION,
        "configuration": view.source,
        "file": view.file,
        "excluded": view.is_excluded,
        "keys": view.keys.iter().map(key).collect::<Vec<_>>(),
        "rules": view.rules.iter().map(rule).collect::<Vec<_>>(),
        "overrides": view.parts.iter().map(part).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
