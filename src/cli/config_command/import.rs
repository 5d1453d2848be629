//! `promproof config import`

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::{Error, ExitStatus, Session, config};
use crate::lint::import::{self, Imported, Tool};
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::source::words;
use crate::workspace::{self, config_file};

/// Begin a `promproof.toml` with what the configuration of pint (`.pint.hcl`) or promruval (YAML) says, and name what has
/// no counterpart
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ImportArgs {
    /// The configuration of the other tool; its name says whose it is: `.hcl`, or `.yaml`, `.yml`, `.json`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Write `promproof.toml` into the current folder instead of printing it; one that is there is left alone
    #[arg(long)]
    pub write: bool,
}

const EXAMPLES: &str = "\
Examples:
  promproof config import .pint.hcl
  promproof config import validation.yaml --write

What is left out is told on standard error, each with its place and the reason.

Exit code: 0, or 2 where the file cannot be read or promproof.toml cannot be written.";

/// Prints or writes the configuration.
///
/// # Errors
/// Where the file is none of the two, cannot be read, or something cannot be written.
pub(in crate::cli) fn run(args: &ImportArgs, session: &Session) -> Result<ExitStatus, Error> {
    let shown = args.file.display().to_string();
    let tool = Tool::of(&shown).ok_or_else(|| {
        Error::new(format!("{} is neither pint's nor promruval's configuration", one_line(&shown)))
            .help("pint's ends in .hcl, promruval's in .yaml, .yml or .json")
    })?;
    let read = workspace::read_named(&args.file).map_err(|error| Error::new(error.to_string()))?;
    if let Some(problem) = read.problem {
        return Err(Error::new(format!("{}: {}", one_line(&shown), problem.message)));
    }
    let Imported { toml, left_out } = match import::import(&read.file, tool) {
        Ok(imported) => imported,
        Err(problems) => {
            config::show(problems, session)?;
            return Err(Error::new(format!("{} cannot be imported", one_line(&shown))));
        }
    };
    let count = left_out.len();
    if args.write {
        write(&toml)?;
    } else {
        let mut stdout = session.stdout(Syntax::Text);
        stdout.write_all(toml.as_bytes())?;
        stdout.flush()?;
    }
    config::show(left_out, session)?;
    if args.write {
        let notes = if count == 0 { String::new() } else { format!("; see {} above", words::counted(count, "note")) };
        writeln!(session.stderr(), "wrote {CONFIG_FILE}{notes}")?;
    }
    Ok(ExitStatus::Clean)
}

/// Where the configuration is written.
const CONFIG_FILE: &str = "promproof.toml";

/// Writes the configuration where there is none.
fn write(toml: &str) -> Result<(), Error> {
    let is_there = |name: &str| {
        Error::new(format!("{name} is there already"))
            .help("without --write the configuration is printed, to be merged by hand")
    };
    if let Some(name) = config_file::FILE_NAMES.iter().find(|name| Path::new(name).symlink_metadata().is_ok()) {
        return Err(is_there(name));
    }
    // Who has made one meanwhile keeps it, and no link is followed.
    let file = File::options().write(true).create_new(true).open(CONFIG_FILE);
    file.and_then(|mut file| file.write_all(toml.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_there(CONFIG_FILE),
        _ => Error::new(format!("cannot write {CONFIG_FILE}: {error}")),
    })
}
