//! `promproof explain`

use std::io::Write;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::completions::RuleName;
use super::rules::{self, RuleJson, write_table};
use super::{Error, ExitStatus, Session};
use crate::lint::config::HeldRule;
use crate::lint::{Config, Meta, Misnamed, Name, RUN_TIME_IDS};
use crate::report::workflow::Syntax;
use crate::report::{Style, documentation_url, excuse, markdown};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// A rule such as `template/missing-label`, `missing-label` for short, or a category such as `template`
    #[arg(value_name = "ID", value_parser = RuleName, hide_possible_values = true)]
    pub id: String,

    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PageFormat::Text)]
    pub output_format: PageFormat,
}

const EXAMPLES: &str = "\
Examples:
  promproof explain missing-label
  promproof explain template                   the rules of a category

Exit code: 0, or 2 where there is no such rule.";

/// How a page is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    /// For the terminal
    Text,
    /// The page as it is
    Markdown,
    /// A JSON object with the page in it
    Json,
}

/// A rule and its page as JSON.
#[derive(Serialize)]
struct PageJson {
    #[serde(flatten)]
    rule: RuleJson,
    page: &'static str,
}

/// Prints the page of the rule, or the rules of the category.
///
/// # Errors
/// Where nothing has that name, or the output cannot be written.
pub(super) fn run(args: &ExplainArgs, session: &Session) -> Result<ExitStatus, Error> {
    let syntax = if args.output_format == PageFormat::Json { Syntax::Json } else { Syntax::Text };
    let mut stdout = session.stdout(syntax);
    let (id, style, format) = (args.id.as_str(), &session.style, args.output_format);
    match Name::find(id) {
        Ok(name) => {
            let mut listed = Config::default().held_rules(None);
            listed.retain(|held| name.covers(held.rule.id));
            match (name, listed.first()) {
                (Name::Rule(_), Some(rule)) => write_page(&mut stdout, style, format, rule)?,
                _ => write_category(&mut stdout, style, format, &listed)?,
            }
        }
        Err(_) if RUN_TIME_IDS.contains(&id) => write_run_time(&mut stdout, format, id)?,
        Err(Misnamed { message, help }) => return Err(Error::new(message).help(help)),
    }
    stdout.flush()?;
    Ok(ExitStatus::Clean)
}

fn write_page(out: &mut dyn Write, style: &Style, format: PageFormat, held: &HeldRule) -> std::io::Result<()> {
    let meta = held.rule;
    match format {
        PageFormat::Text => {
            markdown::write(out, style, meta.page)?;
            writeln!(out)?;
            write_excuses(out, style, meta)?;
            writeln!(out, "{}", style.paint(Style::FAINT, documentation_url(meta.id)))
        }
        PageFormat::Markdown => out.write_all(meta.page.as_bytes()),
        PageFormat::Json => write_json(out, &PageJson { rule: RuleJson::of(held), page: meta.page }),
    }
}

fn write_excuses(out: &mut dyn Write, style: &Style, meta: &Meta) -> std::io::Result<()> {
    let ways = excuse::ways(meta);
    if !ways.is_empty() {
        writeln!(out, "{}", style.paint(Style::FAINT, "to excuse a finding"))?;
    }
    ways.iter().try_for_each(|way| writeln!(out, "{}", style.paint(Style::FAINT, format_args!("  {way}"))))
}

/// What there is to say about an id behind which no lint rule stands.
fn write_run_time(out: &mut dyn Write, format: PageFormat, id: &str) -> std::io::Result<()> {
    let page = format!(
        "`{id}` is a failure of a test run or a query, not a lint rule: it is found by evaluating, cannot be switched \
         off, and its message says what went wrong.\n"
    );
    match format {
        PageFormat::Text | PageFormat::Markdown => out.write_all(page.as_bytes()),
        PageFormat::Json => write_json(out, &serde_json::json!({ "id": id, "page": page })),
    }
}

fn write_category(out: &mut dyn Write, style: &Style, format: PageFormat, rules: &[HeldRule]) -> std::io::Result<()> {
    match format {
        PageFormat::Text => write_table(out, style, rules),
        PageFormat::Markdown => {
            rules.iter().try_for_each(|held| writeln!(out, "- `{}`: {}", held.rule.id, held.rule.summary))
        }
        PageFormat::Json => rules::write_json(out, rules),
    }
}

fn write_json(out: &mut dyn Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
