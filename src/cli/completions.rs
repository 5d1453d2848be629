//! `promproof completions`

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Error, ExitStatus, Session};
use crate::lint;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  promproof completions bash >> ~/.bash_completion
  promproof completions zsh > ~/.zfunc/_promproof
  promproof completions fish > ~/.config/fish/completions/promproof.fish

Exit code: 0, or 2 where there is no such shell.";

/// Prints the script.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn run(args: &CompletionsArgs, session: &Session) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "promproof", &mut script);
    session.print_exactly(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Clean)
}

/// Reads the name of a rule or a category. Any text is taken, for there are short names and those who use it say what is
/// wrong with others; shells complete whole ids and categories.
#[derive(Clone, Debug)]
pub(super) struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let rules = lint::registry().iter().map(|rule| rule.meta());
        let mut categories: Vec<&str> = rules.clone().map(|meta| meta.category()).collect();
        categories.dedup();
        let ids = rules.map(|meta| PossibleValue::new(meta.id).help(meta.summary));
        Some(Box::new(categories.into_iter().map(PossibleValue::new).chain(ids)))
    }
}
