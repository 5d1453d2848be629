//! Options that choose lint rules, and which findings fail the run.

use clap::{Args, ValueEnum};

use super::completions::RuleName;
use super::config::{self, ConfigArgs, ConfigFileArgs, FilesArgs};
use super::{Error, Session, environment};
use crate::lint::config::{Choice, FailOn};
use crate::lint::{Config, Misnamed, Name};

/// Options that say what holds in a run: the lint rules and the configuration.
#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    #[command(flatten)]
    pub select: SelectArgs,

    #[command(flatten)]
    pub config: ConfigArgs,
}

impl PolicyArgs {
    /// The configuration, with the lint rules that the command line chooses.
    ///
    /// # Errors
    /// Where a chosen rule is none, and as [`config::load`].
    pub(super) fn load(&self, session: &Session) -> Result<Config, Error> {
        // A misspelt rule is told before anything is read.
        let choice = self.select.choice()?;
        Ok(config::load(&self.config, session)?.choosing(choice))
    }
}

/// [`PolicyArgs`], and which findings fail the run.
#[derive(Debug, Args)]
pub(super) struct FailingPolicyArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,

    #[command(flatten)]
    pub fail: FailArgs,
}

impl FailingPolicyArgs {
    /// The configuration, with what the command line chooses.
    ///
    /// # Errors
    /// As [`PolicyArgs::load`].
    pub(super) fn load(&self, session: &Session) -> Result<Config, Error> {
        let mut config = self.policy.load(session)?;
        self.fail.set(&mut config);
        Ok(config)
    }

    /// Where the configuration comes from.
    pub(super) fn config_file(&self) -> &ConfigFileArgs {
        &self.policy.config.file
    }

    /// Which files are read.
    pub(super) fn files(&self) -> &FilesArgs {
        &self.config_file().files
    }
}

/// Options that choose lint rules.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct SelectArgs {
    /// Only these rules or categories, comma-separated: missing-label,runbook
    ///
    /// `missing-label` is short for `template/missing-label`; a category, `template`, stands for all of its rules. Those
    /// that the configuration switches off by their own name have to be selected by it. What cannot be read is reported
    /// all the same.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub select: Vec<String>,

    /// Not these rules or categories, comma-separated
    ///
    /// The more exact name counts: `--select template --ignore missing-label` are all of `template` but one.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub ignore: Vec<String>,

    /// Also rules that are likely or an opinion: all that the configuration does not switch off
    #[arg(long)]
    pub pedantic: bool,
}

impl SelectArgs {
    /// What is chosen.
    ///
    /// # Errors
    /// Where a name is none of a rule, or of several.
    fn choice(&self) -> Result<Choice, Error> {
        let (select, ignore) = (names("--select", &self.select)?, names("--ignore", &self.ignore)?);
        Ok(Choice { select, ignore, pedantic: self.pedantic })
    }
}

/// The rules that the values of an option name.
fn names(option: &str, words: &[String]) -> Result<Vec<Name>, Error> {
    let words = words.iter().map(|word| word.trim());
    let names: Vec<Name> = words
        .clone()
        // A comma at the end does no harm.
        .filter(|word| !word.is_empty())
        .map(|word| Name::find(word).map_err(|misnamed| misnamed_error(option, misnamed)))
        .collect::<Result<_, _>>()?;
    if names.is_empty() && words.len() > 0 {
        return Err(Error::new(format!("{option} names no rule")).help("`promproof rules` lists them all"));
    }
    Ok(names)
}

fn misnamed_error(option: &str, Misnamed { message, help }: Misnamed) -> Error {
    Error::new(format!("{option}: {message}")).help(help)
}

/// Options that say which findings fail the run.
#[derive(Clone, Debug, Args)]
pub(super) struct FailArgs {
    /// The least severity that fails the run [default: error] [env: PROMPROOF_FAIL_ON]
    ///
    /// The same in `check` and `test`, and `fail-on` in the configuration. What is less severe is told all the same.
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Rules")]
    pub fail_on: Option<FailOnWord>,

    /// Short for `--fail-on warning`
    #[arg(long, conflicts_with = "fail_on", help_heading = "Rules")]
    pub strict: bool,
}

impl FailArgs {
    /// Lets the command line win over the configuration.
    fn set(&self, config: &mut Config) {
        let (word, option) = match self.fail_on {
            _ if self.strict => (Some(FailOnWord::Warning), "--strict"),
            Some(word) => (Some(word), "--fail-on"),
            None => (environment::fail_on(), environment::FAIL_ON),
        };
        let fail_on = match word {
            Some(FailOnWord::Error) => FailOn::Error,
            Some(FailOnWord::Warning) => FailOn::Warning,
            None => return,
        };
        config.fail_on = fail_on;
        config.set_by_option("fail-on", option);
    }
}

/// The severities by their names on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOnWord {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
}
