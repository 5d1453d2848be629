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
mod lazy;
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
mod stale;
mod streams;
mod test_command;
mod threads;
mod update;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Error, ExitStatus};
use lazy::Lazy;
use options::Color;
use session::Session;
use streams::Streams;

use crate::report::Failure;
use crate::report::workflow::Syntax;
use crate::workspace::{self, Read};

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
    /// Set up a repository: a configuration, a hook, a workflow and a first test, from what is found in it
    ///
    /// Looks at the rules below the current directory, and asks nothing. What is there already is left alone.
    Init(Lazy<init::InitArgs>),

    /// Lint rule files and their unit tests
    ///
    /// Files are found by what is in them: a `groups:` list at the top, Kubernetes objects of kind PrometheusRule, or tests
    /// as promtool takes them.
    /// Other YAML files, hidden files and what .gitignore names are passed over.
    Check(Lazy<check::CheckArgs>),

    /// Run unit tests of rules
    ///
    /// Test files are promtool's: a `tests:` list with input series and what alerts and expressions make of them. They are
    /// found by what is in them. Their `rule_files` are relative to the test file and may also be Kubernetes objects of
    /// kind PrometheusRule.
    Test(Lazy<test_command::TestArgs>),

    /// Show what alerts look like: their labels and annotations over the data of tests
    ///
    /// Each alerting rule is rendered when it first fires in the tests, or is first pending where it never fires. Templates
    /// that fail, render to nothing or print a label that the alert does not have are remarked on.
    Render(Lazy<render::RenderArgs>),

    /// Evaluate one expression over series given here, in a test file or in a dump
    Eval(Lazy<eval::EvalArgs>),

    /// Explain a lint rule, with a bad and a good example
    Explain(Lazy<explain::ExplainArgs>),

    /// List the lint rules, and whether they run here
    Rules(Lazy<rules::RulesArgs>),

    /// List the runbook pages of alerts, keep the rules that they show up to date, begin new ones
    Runbook(Lazy<runbook::RunbookArgs>),

    /// Show the configuration: what holds, for which file, and where each value comes from
    Config(Lazy<config_command::ConfigCommandArgs>),

    /// Work on the reports of `promproof test`
    Report(Lazy<report::ReportArgs>),

    /// Print a script with which a shell completes commands, options and the ids of lint rules
    Completions(Lazy<completions::CompletionsArgs>),

    /// Print the manual page of a command, or write the pages of all
    Man(Lazy<man::ManArgs>),
}

/// Runs the command that the arguments name and returns the exit code: 0 for clean, 1 for findings or failed tests,
/// 2 where the tool could not do what it was asked to.
pub fn main() -> ExitCode {
    let streams = Streams::new();
    streams.end_at_panics();
    let threads = threads::start();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return print_usage(&message, streams),
    };
    memory::keep_freed_memory();
    let ended = match threads {
        Ok(threads) => threads.work(move || run(&cli, streams)),
        Err(error) => {
            let _ = writeln!(streams.stderr(), "error: {error}");
            None
        }
    };
    ended.unwrap_or(ExitStatus::Failed).into()
}

/// Prints help, the version, or what is wrong with the arguments.
fn print_usage(message: &clap::Error, streams: Streams) -> ExitCode {
    let text = message.render();
    Color::asked_for_in(std::env::args_os()).or_else(environment::color).unwrap_or(Color::Auto).set_globally();
    if message.use_stderr() {
        // Where standard error is gone, the exit code has to do.
        let _ = write!(streams.stderr(), "{}", text.ansi());
        return ExitStatus::Failed.into();
    }
    let mut stdout = streams.stdout(Syntax::Text);
    let shown = if streams.takes_colours() { text.ansi().to_string() } else { text.to_string() };
    match write!(stdout, "{shown}").and_then(|()| stdout.flush()) {
        Ok(()) => ExitStatus::Clean.into(),
        Err(error) => {
            let _ = writeln!(streams.stderr(), "error: {}", Error::from(error));
            ExitStatus::Failed.into()
        }
    }
}

/// Runs the command; reports on standard error what kept it from its work.
fn run(cli: &Cli, streams: Streams) -> ExitStatus {
    let session = Session::new(&cli.shared, streams);
    let result = environment::check().and_then(|()| match &cli.command {
        Command::Init(Lazy(args)) => init::run(args, &session),
        Command::Check(Lazy(args)) => check::run(args, &session),
        Command::Test(Lazy(args)) => test_command::run(args, &session),
        Command::Render(Lazy(args)) => render::run(args, &session),
        Command::Eval(Lazy(args)) => eval::run(args, &session),
        Command::Explain(Lazy(args)) => explain::run(args, &session),
        Command::Rules(Lazy(args)) => rules::run(args, &session),
        Command::Runbook(Lazy(args)) => runbook::run(args, &session),
        Command::Config(Lazy(args)) => config_command::run(args, &session),
        Command::Report(Lazy(args)) => report::run(args, &session),
        Command::Completions(Lazy(args)) => completions::run(args, &session),
        Command::Man(Lazy(args)) => man::run(args, &session),
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

    /// The command line with the arguments of every command.
    fn whole() -> clap::Command {
        let mut cli = Cli::command();
        cli.build();
        cli
    }

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
        let cli = whole();
        for command in acting(&cli) {
            let help = after_help(command);
            assert!(help.contains("Examples:\n  "), "{} has no examples", command.get_name());
            assert!(help.contains("\nExit code: 0"), "{} does not say its exit codes", command.get_name());
        }
    }

    #[test]
    fn every_variable_is_in_the_help_of_its_option() {
        let cli = whole();
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
        let cli = whole();
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
