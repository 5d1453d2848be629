//! `promproof rules`

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::selection::PolicyArgs;
use super::{Error, ExitStatus, Session};
use crate::lint::config::HeldRule;
use crate::report::text::severity_name;
use crate::report::workflow::Syntax;
use crate::report::{Style, documentation_url};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RulesArgs {
    /// What holds for this file, `[[overrides]]` among it
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// How to print the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Table)]
    pub output_format: ListFormat,

    #[command(flatten)]
    pub policy: PolicyArgs,
}

const EXAMPLES: &str = "\
A rule is on, off, or waits for a key to be configured. It is certain of what it says, finds it
likely, or has an opinion; --pedantic switches on what is off. The number is the version of
promproof that a rule came with.

Examples:
  promproof rules                      all rules, as the configuration has them
  promproof rules --no-config          as they are by default
  promproof rules legacy/old.yml       as they are for a file
  promproof rules | grep opinion
  promproof explain missing-label      the page of a rule

Exit code: 0, or 2 where the configuration makes no sense.";

/// How a list of rules is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A table
    Table,
    /// A JSON array
    Json,
}

/// A rule as JSON.
#[derive(Serialize)]
pub(super) struct RuleJson {
    id: &'static str,
    category: &'static str,
    severity: &'static str,
    confidence: &'static str,
    enabled_by_default: bool,
    state: &'static str,
    waits_for: Option<&'static str>,
    fixable: bool,
    since: &'static str,
    summary: &'static str,
    documentation: String,
}

impl RuleJson {
    /// What there is to know of a rule, its page excepted.
    pub(super) fn of(held: &HeldRule) -> Self {
        let meta = held.rule;
        RuleJson {
            id: meta.id,
            category: meta.category(),
            severity: severity_name(held.state.severity),
            confidence: meta.confidence.word(),
            enabled_by_default: meta.enabled_by_default,
            state: held.word(),
            waits_for: meta.waits_for,
            fixable: meta.is_fixable,
            since: meta.since,
            summary: meta.summary,
            documentation: documentation_url(meta.id),
        }
    }
}

/// Prints the list.
///
/// # Errors
/// Where the configuration makes no sense, or the output cannot be written.
pub(super) fn run(args: &RulesArgs, session: &Session) -> Result<ExitStatus, Error> {
    let config = args.policy.load(session)?;
    let name = args.file.as_ref().map(|file| file.display().to_string());
    let rules = config.held_rules(name.as_deref());
    let syntax = if args.output_format == ListFormat::Json { Syntax::Json } else { Syntax::Text };
    let mut stdout = session.stdout(syntax);
    match args.output_format {
        ListFormat::Table => write_table(&mut stdout, &session.style, &rules)?,
        ListFormat::Json => write_json(&mut stdout, &rules)?,
    }
    stdout.flush()?;
    Ok(ExitStatus::Clean)
}

/// Writes `rules` as a JSON array.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_json(out: &mut dyn Write, rules: &[HeldRule]) -> std::io::Result<()> {
    let rules: Vec<RuleJson> = rules.iter().map(RuleJson::of).collect();
    serde_json::to_writer_pretty(&mut *out, &rules)?;
    writeln!(out)
}

/// Writes a table of `rules`: id, severity, confidence, whether it is on, since which version there is such a rule, summary.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_table(out: &mut dyn Write, style: &Style, rules: &[HeldRule]) -> std::io::Result<()> {
    let width = rules.iter().map(|held| held.rule.id.len()).max().unwrap_or(0);
    for held in rules {
        let (meta, severity) = (held.rule, held.state.severity);
        let severity = style.paint(Style::severity(severity), format!("{:<7}", severity_name(severity)));
        let confidence = meta.confidence.word();
        let state =
            style.paint(if held.word() == "on" { Style::GOOD } else { Style::FAINT }, format!("{:<5}", held.word()));
        let waits = held.waits_for.map(|key| format!(" (waits for {key})")).unwrap_or_default();
        let fixable = if meta.is_fixable { " (fixable)" } else { "" };
        let id = style.link(&documentation_url(meta.id), format!("{:<width$}", meta.id));
        let since = style.paint(Style::FAINT, meta.since);
        write!(out, "{id}  {severity}  {confidence:<7}  {state}  {since}  {}", meta.summary)?;
        match format!("{fixable}{waits}") {
            notes if notes.is_empty() => writeln!(out)?,
            notes => writeln!(out, "{}", style.paint(Style::FAINT, notes))?,
        }
    }
    Ok(())
}
