//! `promproof config`

mod import;

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::selection::FailingPolicyArgs;
use super::{Error, ExitStatus, Session};
use crate::report::configuration::{self, HeldView};
use crate::report::markdown;
use crate::report::text::one_line;
use crate::report::workflow::Syntax;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct ConfigCommandArgs {
    #[command(subcommand)]
    pub command: Option<ConfigCommand>,

    /// What holds for this file, `[[overrides]]` among it
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ConfigFormat::Toml)]
    pub output_format: ConfigFormat,

    /// Print a JSON Schema of `promproof.toml`, for editors
    #[arg(long, conflicts_with_all = ["file", "output_format"])]
    pub schema: bool,

    /// Print the reference of all keys
    #[arg(long, conflicts_with_all = ["file", "output_format", "schema"])]
    pub reference: bool,

    #[command(flatten)]
    pub policy: FailingPolicyArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    Import(import::ImportArgs),
}

/// How the configuration is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ConfigFormat {
    /// As a configuration file with comments; of rules, those that are not as by default
    Toml,
    /// One JSON object with all keys and rules
    Json,
}

const EXAMPLES: &str = "\
Examples:
  promproof config                   what holds here
  promproof config legacy/old.yml    what holds for a file
  promproof config --pedantic        what an option would change
  promproof config --schema > promproof.schema.json
  promproof config import .pint.hcl  a configuration from pint's

Exit code: 0, or 2 where the configuration makes no sense.";

/// Prints what holds, or how a configuration is written.
///
/// # Errors
/// Where the configuration makes no sense, or the output cannot be written.
pub(super) fn run(args: &ConfigCommandArgs, session: &Session) -> Result<ExitStatus, Error> {
    if let Some(ConfigCommand::Import(args)) = &args.command {
        return import::run(args, session);
    }
    let is_json = args.schema || args.output_format == ConfigFormat::Json;
    let mut stdout = session.stdout(if is_json { Syntax::Json } else { Syntax::Text });
    if args.schema {
        serde_json::to_writer_pretty(&mut stdout, &configuration::schema()).map_err(std::io::Error::from)?;
        writeln!(stdout)?;
    } else if args.reference {
        markdown::write(&mut stdout, &session.style, &configuration::page())?;
    } else {
        let config = args.policy.load(session)?;
        let name = args.file.as_ref().map(|file| file.display().to_string());
        if let (Some(file), Some(name)) = (&args.file, &name)
            && !file.exists()
        {
            writeln!(session.stderr(), "note: there is no file `{}`", one_line(name))?;
        }
        let view = HeldView {
            source: config.source().map(|source| source.name()),
            file: name.as_deref(),
            is_excluded: args.file.as_ref().is_some_and(|file| config.files().excludes(file)),
            overrides: config.override_count(),
            keys: &config.held(name.as_deref()),
            rules: &config.held_rules(name.as_deref()),
            parts: &config.held_overrides(name.as_deref()),
        };
        match args.output_format {
            ConfigFormat::Toml => configuration::write_toml(&mut stdout, &session.style, &view)?,
            ConfigFormat::Json => configuration::write_json(&mut stdout, &view)?,
        }
    }
    stdout.flush()?;
    Ok(ExitStatus::Clean)
}
