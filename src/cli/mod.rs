//! The command line: one file per subcommand, and what they share.
//!
//! This is the only layer that prints, reads the environment, and decides on an exit code. What a test would want to
//! call without a terminal lives further down.

mod atomic;
mod baseline;
mod changes;
mod check;
mod completions;
mod config;
mod config_command;
mod environment;
mod eval;
mod exit;
mod explain;
mod fix;
mod git;
mod history;
mod ignores;
mod init;
mod inputs;
mod man;
mod memory;
mod online;
mod options;
mod outputs;
mod progress;
mod render;
mod report;
mod rewrite;
mod rules;
mod runbook;
mod scratch;
mod selection;
mod session;
mod since;
mod streams;
mod test_command;
mod update;

use std::io::{self, Write as _};
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Error, ExitStatus};
use session::Session;
use streams::Streams;

use crate::report::Failure;
use crate::report::workflow::Syntax;
use crate::workspace::{self, Read};

/// Deep expressions and documents are bounded, but not small: every thread that works on input gets this much.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Lints and unit-tests Prometheus alert rules: one binary, no server, no network unless asked.
#[derive(Debug, Parser)]
#[command(name = "promproof", version, propagate_version = true, disable_help_subcommand = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    shared: options::SharedArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof init                    set up a repository
  promproof check rules/            find mistakes in rules
  promproof test                    run the tests of rules
  promproof explain missing-label   what a finding means

Environment: PROMPROOF_COLOR, PROMPROOF_CONFIG, PROMPROOF_FAIL_ON, PROMPROOF_OUTPUT_FORMAT and PROMPROOF_SANDBOX stand for the options of these names, where the command has them; what is on the command line wins. FORCE_HYPERLINK=1 makes links of rule ids in any terminal, 0 in none.

Exit code: 0 if all is well, 1 for findings or failed tests, 2 where something could not be done.";

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Test(test_command::TestArgs),
    Render(render::RenderArgs),
    Eval(eval::EvalArgs),
    Explain(explain::ExplainArgs),
    Rules(rules::RulesArgs),
    Runbook(runbook::RunbookArgs),
    Config(config_command::ConfigCommandArgs),
    Report(report::ReportArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the command that the arguments name and returns the exit code: 0 for clean, 1 for findings or failed tests,
/// 2 where the tool could not do what it was asked to.
pub fn main() -> ExitCode {
    let streams = Streams::new();
    streams.guard_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return print_usage(&message, streams),
    };
    memory::keep_freed_memory();
    // The threads are begun by one that does nothing from then on. Begun by one of them, which waits for the others, the two
    // often end up on one processor, where they take turns for 10 or 20 ms while the other processor is idle.
    if let Err(error) = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global() {
        let _ = writeln!(streams.stderr(), "error: the threads cannot be started: {error}");
        return ExitStatus::Failed.into();
    }
    let work = || rayon::scope(|_| run(&cli, streams));
    // A panic has been printed.
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(ExitStatus::Failed).into()
}

/// Prints help, the version, or what is wrong with the arguments.
fn print_usage(message: &clap::Error, streams: Streams) -> ExitCode {
    let text = message.render();
    // As clap does: whoever closed the stream does not want to know.
    let _ = if message.use_stderr() {
        write!(streams.stderr(), "{}", text.ansi())
    } else {
        let mut stdout = streams.stdout(Syntax::Text);
        let shown = if streams.takes_colours() { text.ansi().to_string() } else { text.to_string() };
        write!(stdout, "{shown}").and_then(|()| stdout.flush())
    };
    if message.use_stderr() { ExitStatus::Failed.into() } else { ExitStatus::Clean.into() }
}

/// Runs the command; reports on standard error what kept it from its work.
fn run(cli: &Cli, streams: Streams) -> ExitStatus {
    let session = Session::new(&cli.shared, streams);
    let result = environment::check().and_then(|()| match &cli.command {
        Command::Init(args) => init::run(args, &session),
        Command::Check(args) => check::run(args, &session),
        Command::Test(args) => test_command::run(args, &session),
        Command::Render(args) => render::run(args, &session),
        Command::Eval(args) => eval::run(args, &session),
        Command::Explain(args) => explain::run(args, &session),
        Command::Rules(args) => rules::run(args, &session),
        Command::Runbook(args) => runbook::run(args, &session),
        Command::Config(args) => config_command::run(args, &session),
        Command::Report(args) => report::run(args, &session),
        Command::Completions(args) => completions::run(args, &session),
        Command::Man(args) => man::run(args, &session),
    });
    result.unwrap_or_else(|error| session.report(&error))
}

/// Standard input, as far as a file may be large.
fn read_stdin(name: &str) -> Result<Read, Failure> {
    let bytes = workspace::read_bounded(io::stdin().lock());
    let bytes = bytes.map_err(|message| Failure { path: name.to_owned(), message })?;
    Ok(workspace::from_bytes(name, bytes))
}

#[cfg(test)]
mod once;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;
    use super::environment::{VARIABLES, Variable};

    fn commands(command: &clap::Command) -> Vec<&clap::Command> {
        let below = command.get_subcommands().flat_map(commands);
        std::iter::once(command).chain(below).collect()
    }

    /// Commands that do something, not those that only hold others.
    fn acting(cli: &clap::Command) -> Vec<&clap::Command> {
        commands(cli)
            .into_iter()
            .filter(|command| !command.has_subcommands() || command.get_name() == "promproof")
            .collect()
    }

    fn after_help(command: &clap::Command) -> String {
        let help = command.get_after_help().or(command.get_after_long_help());
        help.map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn every_help_has_examples_and_exit_codes() {
        let cli = Cli::command();
        for command in acting(&cli) {
            let help = after_help(command);
            assert!(help.contains("Examples:\n  "), "{} has no examples", command.get_name());
            assert!(help.contains("\nExit code: 0"), "{} does not say its exit codes", command.get_name());
        }
    }

    #[test]
    fn every_variable_is_in_the_help_of_its_option() {
        let cli = Cli::command();
        for Variable { name, option, .. } in VARIABLES {
            let args = commands(&cli).into_iter().flat_map(clap::Command::get_arguments);
            let is_documented = |arg: &clap::Arg| {
                arg.get_help().is_some_and(|help| help.to_string().contains(&format!("[env: {name}]")))
            };
            assert!(args.filter(|arg| arg.get_long() == Some(option)).any(is_documented), "{name}");
            assert!(super::EXAMPLES.contains(name), "{name}");
        }
    }

    #[test]
    fn examples_fit_a_narrow_terminal() {
        let cli = Cli::command();
        let mut examples = 0;
        for command in commands(&cli) {
            let help = command.get_after_help().or(command.get_after_long_help()).map(ToString::to_string);
            for line in help.iter().flat_map(|help| help.lines()).filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 80, "{}: {line}", command.get_name());
                examples += 1;
            }
        }
        assert!(examples > 20, "{examples}");
    }
}
