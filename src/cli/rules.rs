//! `promproof rules`

use std::io::Write;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Error, ExitStatus, Session};
use crate::lint::{LintRule, registry};
use crate::report::text::severity_name;
use crate::report::workflow::Syntax;
use crate::report::{Style, documentation_url};

/// List the lint rules
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// How to print the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Table)]
    pub output_format: ListFormat,
}

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
    waits_for: Option<&'static str>,
    fixable: bool,
    summary: &'static str,
    documentation: String,
}

impl RuleJson {
    /// What there is to know of `rule`, its page excepted.
    pub(super) fn of(rule: &dyn LintRule) -> Self {
        let meta = rule.meta();
        RuleJson {
            id: meta.id,
            category: meta.category(),
            severity: severity_name(meta.severity),
            confidence: meta.confidence.word(),
            enabled_by_default: meta.enabled_by_default,
            waits_for: meta.waits_for,
            fixable: meta.is_fixable,
            summary: meta.summary,
            documentation: documentation_url(meta.id),
        }
    }
}

/// Prints the list.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn run(args: &RulesArgs, session: &Session) -> Result<ExitStatus, Error> {
    let syntax = if args.output_format == ListFormat::Json { Syntax::Json } else { Syntax::Text };
    let mut stdout = session.stdout(syntax);
    match args.output_format {
        ListFormat::Table => write_table(&mut stdout, &session.style, registry())?,
        ListFormat::Json => {
            let rules: Vec<RuleJson> = registry().iter().map(|rule| RuleJson::of(*rule)).collect();
            serde_json::to_writer_pretty(&mut stdout, &rules).map_err(std::io::Error::from)?;
            writeln!(stdout)?;
        }
    }
    stdout.flush()?;
    Ok(ExitStatus::Clean)
}

/// Writes a table of `rules`: id, severity, summary.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_table(out: &mut dyn Write, style: &Style, rules: &[&dyn LintRule]) -> std::io::Result<()> {
    let width = rules.iter().map(|rule| rule.meta().id.len()).max().unwrap_or(0);
    for rule in rules {
        let meta = rule.meta();
        let severity = style.paint(Style::severity(meta.severity), format!("{:<7}", severity_name(meta.severity)));
        let off = if meta.enabled_by_default { "" } else { " (off by default)" };
        writeln!(out, "{:<width$}  {severity}  {}{}", meta.id, meta.summary, style.paint(Style::FAINT, off))?;
    }
    Ok(())
}
