//! `promproof man`

use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::{Cli, Error, ExitStatus, Session, options, outputs};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// The command, by its words; promproof itself without any
    #[arg(value_name = "COMMAND", conflicts_with = "output_dir")]
    pub command: Vec<String>,

    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "DIR", value_parser = options::output_file())]
    pub output_dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  promproof man check | man -l -
  promproof man runbook new | man -l -
  promproof man --output-dir ~/.local/share/man/man1

Exit code: 0, or 2 where there is no such command, or a page cannot be written.";

/// Prints or writes pages.
///
/// # Errors
/// Where there is no such command, or something cannot be written.
pub(super) fn run(args: &ManArgs, session: &Session) -> Result<ExitStatus, Error> {
    let mut all = Cli::command();
    // Gives every command its whole name.
    all.build();
    match &args.output_dir {
        Some(folder) => write_below(&all, folder)?,
        None => session.print_exactly(&page(find(&all, &args.command)?)?)?,
    }
    Ok(ExitStatus::Clean)
}

fn find<'c>(all: &'c Command, words: &[String]) -> Result<&'c Command, Error> {
    words.iter().try_fold(all, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let names = command.get_subcommands().map(Command::get_name);
            let error = Error::new(format!("there is no command `{word}`"));
            match crate::source::words::nearest_or_longer(word, names.collect::<Vec<_>>()) {
                Some(near) => error.help(crate::source::words::did_you_mean(near)),
                None => error.help("`promproof --help` lists them"),
            }
        })
    })
}

fn write_below(command: &Command, folder: &Path) -> Result<(), Error> {
    let text = page(command)?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    outputs::write(&folder.join(format!("{name}.1")), |out| out.write_all(text.as_bytes()))?;
    command.get_subcommands().try_for_each(|command| write_below(command, folder))
}

fn page(command: &Command) -> Result<String, Error> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
