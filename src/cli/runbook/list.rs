//! `promproof runbook list`

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Error, ExitStatus, Session, read};
use crate::cli::config::ConfigArgs;
use crate::cli::online::OnlineArgs;
use crate::lint::{Pages, RecordedNames, page_rows};
use crate::report::runbooks::{self, ListFormat};
use crate::report::workflow::Syntax;

/// List alerts and their runbook pages: what is missing, and what pages show otherwise than it is
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ListArgs {
    /// Files or directories with rules
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How to print the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ListOutput::Table)]
    pub output_format: ListOutput,

    #[command(flatten)]
    pub online: OnlineArgs,

    #[command(flatten)]
    pub config: ConfigArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof runbook list
  promproof runbook list --output-format markdown > RUNBOOKS.md
  promproof runbook list --output-format csv | grep missing
  promproof runbook list --online

What a link leads to:
  ok          a page
  other case  a page, but for its capital letters
  moved       where a page was before
  missing     nothing
  elsewhere   none of the sites of pages; --online asks its server
  unknown     it depends on a label whose values nobody knows
  no link     the alert has none

Exit code: 0, or 2 where something cannot be read.";

/// The formats of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ListOutput {
    /// A table
    Table,
    /// A table in Markdown
    Markdown,
    /// Comma-separated values
    Csv,
    /// A JSON array
    Json,
}

/// Prints the list.
///
/// # Errors
/// Where nothing can be read or the output cannot be written.
pub(super) fn run(args: &ListArgs, session: &Session) -> Result<ExitStatus, Error> {
    args.online.forbid(&args.paths)?;
    let (config, inputs) = read(&args.config, &args.paths, session)?;
    let config = args.online.ask(&inputs.workspace, &config, session)?.unwrap_or(config);
    let recorded_names = RecordedNames::of(&inputs.workspace);
    let pages = Pages::new(&inputs.workspace, &config, &recorded_names);
    let rows = page_rows(&pages, &config);
    let (format, syntax) = match args.output_format {
        ListOutput::Table => (ListFormat::Table, Syntax::Text),
        ListOutput::Markdown => (ListFormat::Markdown, Syntax::Text),
        ListOutput::Csv => (ListFormat::Csv, Syntax::Text),
        ListOutput::Json => (ListFormat::Json, Syntax::Json),
    };
    let mut out = session.stdout(syntax);
    runbooks::write(&mut out, format, &session.style, &rows)?;
    out.flush()?;
    Ok(if inputs.failures.is_empty() { ExitStatus::Clean } else { ExitStatus::Failed })
}
