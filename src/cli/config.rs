//! Where the configuration comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Session, Trouble};
use crate::lint::Config;
use crate::lint::config::{self, PROMQL_FEATURES};
use crate::report::{CheckReport, Format, Summary, write_check};
use crate::workspace;

/// Options that choose the configuration and add to it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigArgs {
    #[command(flatten)]
    pub file: ConfigFileArgs,

    /// Accept PromQL that Prometheus accepts only with this feature flag; may be repeated
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = PROMQL_FEATURES)]
    pub enable_feature: Vec<String>,
}

/// Options that choose the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigFileArgs {
    /// Read this configuration instead of the nearest `promproof.toml`
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
}

/// The configuration of [`load_file`], with the features of the arguments.
///
/// # Errors
/// As [`load_file`].
pub(super) fn load(args: &ConfigArgs, session: &Session) -> Result<Config, Trouble> {
    let mut config = load_file(&args.file, session)?;
    config.promql.features.extend(args.enable_feature.iter().cloned());
    Ok(config)
}

/// The configuration that the arguments name, or the one of this directory or the nearest one above, or the defaults.
///
/// # Errors
/// Where it cannot be read, or says what makes no sense; in the second case it has been shown on standard error where.
pub(super) fn load_file(args: &ConfigFileArgs, session: &Session) -> Result<Config, Trouble> {
    let current_dir = std::env::current_dir()
        .map_err(|error| Trouble::new(format!("cannot find out the current directory: {error}")))?;
    match path(args, &current_dir) {
        Some(path) => read(&path, &current_dir, session),
        None => Ok(Config::default().located(&current_dir, &current_dir)),
    }
}

/// The file that [`load_file`] reads, if it reads one.
pub(super) fn path(args: &ConfigFileArgs, current_dir: &Path) -> Option<PathBuf> {
    match &args.config {
        _ if args.no_config => None,
        Some(path) => Some(path.clone()),
        None => config::find(current_dir),
    }
}

/// Reads a configuration file.
fn read(path: &Path, current_dir: &Path, session: &Session) -> Result<Config, Trouble> {
    // As the user would write it: a configuration of a directory above stays absolute.
    let shown = path.strip_prefix(current_dir).unwrap_or(path);
    let read =
        workspace::read(shown).map_err(|error| Trouble::new(format!("cannot read the configuration: {error}")))?;
    let parsed = match read.problem {
        Some(problem) => Err(vec![problem]),
        None => Config::parse(&read.file),
    };
    match parsed {
        Ok(config) => Ok(config.located(config::root_of(&current_dir.join(path)), current_dir)),
        Err(diagnostics) => {
            let summary = Summary::of(&diagnostics, 1);
            let report = CheckReport {
                diagnostics,
                failures: Vec::new(),
                passed_over: Vec::new(),
                unchecked: BTreeMap::new(),
                summary,
                quiet: true,
            };
            write_check(&mut session.stderr(), Format::Full, &session.error_look, &report)?;
            Err(Trouble::new(format!("the configuration {} is not valid", shown.display())))
        }
    }
}
