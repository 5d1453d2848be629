//! Where the configuration comes from.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{Error, Session, environment};
use crate::lint::Config;
use crate::lint::codeowners::{self, CodeOwners};
use crate::lint::config::PROMQL_FEATURES;
use crate::report::text::one_line;
use crate::report::{CheckReport, Format, Summary, write_check};
use crate::source::{Diagnostic, SourceFile, words};
use crate::unittest::RunOptions;
use crate::workspace::{self, Home, Lookup, ReadError, config_file};

/// Options that choose the configuration and add to it: the same in every command that reads rules.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigArgs {
    #[command(flatten)]
    pub file: ConfigFileArgs,

    #[command(flatten)]
    pub language: LanguageArgs,
}

/// How rule files and expressions are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct LanguageArgs {
    /// Features that Prometheus is started with, besides those of the configuration, comma-separated
    ///
    /// promql-experimental-functions, promql-delayed-name-removal, promql-extended-range-selectors,
    /// promql-binop-fill-modifiers, promql-duration-expr; others are warned of, as promtool does.
    #[arg(long, value_name = "FEATURES", value_delimiter = ',', help_heading = "Configuration")]
    pub enable_feature: Vec<String>,

    /// Accept fields in rule files that nobody knows, as promtool does with this option
    #[arg(long, help_heading = "Configuration")]
    pub ignore_unknown_fields: bool,
}

impl LanguageArgs {
    /// Adds to what the configuration says.
    ///
    /// # Errors
    /// Where standard error cannot be written.
    fn add_to(&self, config: &mut Config, session: &Session) -> Result<(), Error> {
        config.ignore_unknown_fields |= self.ignore_unknown_fields;
        for feature in self.enable_feature.iter().map(|feature| feature.trim()).filter(|feature| !feature.is_empty()) {
            if !PROMQL_FEATURES.contains(&feature) {
                // As promtool does: features of the server that mean nothing here must not break a test.
                let meant = words::nearest_or_longer(feature, PROMQL_FEATURES).map(words::did_you_mean);
                let meant = meant.map(|meant| format!("; {meant}")).unwrap_or_default();
                let feature = one_line(feature);
                writeln!(session.stderr(), "warning: unknown feature `{feature}` in --enable-feature{meant}")?;
            }
            if !config.promql.features.iter().any(|known| known == feature) {
                config.promql.features.push(feature.to_owned());
            }
            config.set_by_option("promql.features", "--enable-feature");
        }
        Ok(())
    }
}

/// Options that choose the configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(super) struct ConfigFileArgs {
    /// Read this configuration instead of the nearest `promproof.toml` [env: PROMPROOF_CONFIG]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,

    #[command(flatten)]
    pub files: FilesArgs,
}

/// Options that say which files are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FilesArgs {
    /// Look at files that .gitignore and .ignore name, too
    #[arg(long)]
    pub no_ignore: bool,

    /// Read nothing outside of the repository (of this directory where there is none), for code that nobody has read
    /// yet; only --config may lie elsewhere [env: PROMPROOF_SANDBOX]
    #[arg(long)]
    pub sandbox: bool,
}

impl FilesArgs {
    /// What may be read.
    pub(super) fn home(&self, current_dir: &Path, paths: &[PathBuf]) -> Home {
        if self.sandbox || environment::sandbox() { Home::closed(current_dir) } else { Home::of(current_dir, paths) }
    }

    /// Where files are looked for.
    pub(super) fn lookup(&self, config: &Config, paths: &[PathBuf]) -> Lookup {
        // Without a current directory nothing relative could be read.
        let current_dir = std::env::current_dir().unwrap_or_default();
        Lookup { filter: config.files().clone(), no_ignore: self.no_ignore, home: self.home(&current_dir, paths) }
    }
}

/// The configuration of [`load_file`], with what the other arguments add.
///
/// # Errors
/// As [`load_file`]; where standard error cannot be written.
pub(super) fn load(args: &ConfigArgs, session: &Session) -> Result<Config, Error> {
    let mut config = load_file(&args.file, session)?.as_of(session.now_ms());
    args.language.add_to(&mut config, session)?;
    Ok(config)
}

/// Reads the files that `[facts]` of the configuration names, and who owns the files where a policy asks for it.
///
/// # Errors
/// Where one of them cannot be read, which has been shown on standard error.
pub(super) fn learn(config: &mut Config, files: &FilesArgs, session: &Session) -> Result<(), Error> {
    let Some(source) = config.source().map(|source| source.name().to_owned()) else { return Ok(()) };
    // Without a current directory nothing relative could be read.
    let current_dir = std::env::current_dir().unwrap_or_default();
    let (root, home) = (config.files().root().to_owned(), files.home(&current_dir, &[]));
    let mut read = |path: &Path| read_facts(&root.join(path), &current_dir, &home);
    if let Err(diagnostics) = config.learn(&mut read) {
        return Err(refusal(diagnostics, Path::new(&source), session)?);
    }
    if config.asks_for_owners() {
        find_owners(config, &root, &current_dir, &home)?;
    }
    Ok(())
}

/// Reads the `CODEOWNERS` of the repository in which the folder `root` of the configuration lies, where there is one.
///
/// # Errors
/// Where it cannot be read.
fn find_owners(config: &mut Config, root: &Path, current_dir: &Path, home: &Home) -> Result<(), Error> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let top = root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&root);
    let Some(path) = codeowners::PLACES.iter().map(|place| top.join(place)).find(|path| path.is_file()) else {
        return Ok(());
    };
    let file = read_facts(&path, current_dir, home)
        .map_err(|why| Error::new(format!("cannot read {}: {why}", shown(&path, current_dir).display())))?;
    config.set_owners(Some(CodeOwners::read(&file, root.strip_prefix(top).unwrap_or(Path::new("")))));
    Ok(())
}

/// Reads a file that the configuration names; says why it cannot be read.
fn read_facts(path: &Path, current_dir: &Path, home: &Home) -> Result<Arc<SourceFile>, String> {
    let canonical = path.canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })?;
    let read = workspace::read_foreign(shown(path, current_dir), &canonical, home).map_err(|error| error.message)?;
    match read.problem {
        Some(problem) => Err(problem.message),
        None => Ok(read.file),
    }
}

/// How tests run under this configuration.
pub(super) fn run_options(config: &Config) -> RunOptions {
    let delayed_name_removal = config.promql.delayed_name_removal();
    RunOptions { delayed_name_removal, ..RunOptions::default() }
}

/// The configuration that the arguments name, or the one of this directory or the nearest one above, or the defaults.
///
/// # Errors
/// Where it cannot be read, or says what makes no sense; in the second case it has been shown on standard error where.
fn load_file(args: &ConfigFileArgs, session: &Session) -> Result<Config, Error> {
    let current_dir = std::env::current_dir()
        .map_err(|error| Error::new(format!("cannot find out the current directory: {error}")))?;
    match path(args, &current_dir)? {
        Some(path) => match read(&path, &current_dir).map_err(|error| cannot_read(&error))? {
            Ok(config) => Ok(config),
            Err(diagnostics) => Err(refusal(diagnostics, shown(&path, &current_dir), session)?),
        },
        None => Ok(Config::default().located(&current_dir, &current_dir)),
    }
}

/// Shows on standard error what is wrong with the configuration at `path`.
///
/// # Errors
/// Where standard error cannot be written.
fn refusal(diagnostics: Vec<Diagnostic>, path: &Path, session: &Session) -> Result<Error, Error> {
    show(diagnostics, session)?;
    Ok(Error::new(format!("the configuration {} is not valid", path.display())))
}

/// Shows findings on standard error.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn show(diagnostics: Vec<Diagnostic>, session: &Session) -> Result<(), Error> {
    let summary = Summary::of(&diagnostics, 1);
    let report = CheckReport { diagnostics, summary, quiet: true, ..CheckReport::default() };
    Ok(write_check(&mut session.stderr(), Format::Full, &session.error_style, &report)?)
}

/// As [`load_file`], without a word where there is no sound configuration.
pub(super) fn load_sound(args: &ConfigFileArgs) -> Option<Config> {
    let current_dir = std::env::current_dir().ok()?;
    match path(args, &current_dir).ok()? {
        Some(path) => read(&path, &current_dir).ok()?.ok(),
        None => Some(Config::default().located(&current_dir, &current_dir)),
    }
}

/// The file that [`load_file`] reads, if it reads one.
///
/// # Errors
/// Where there is something of its name that is no file.
pub(super) fn path(args: &ConfigFileArgs, current_dir: &Path) -> Result<Option<PathBuf>, Error> {
    match args.config.clone().or_else(environment::config) {
        _ if args.no_config => Ok(None),
        Some(path) => Ok(Some(path)),
        None => config_file::find(current_dir, &args.files.home(current_dir, &[])).map_err(|error| cannot_read(&error)),
    }
}

fn cannot_read(error: &ReadError) -> Error {
    Error::new(format!("cannot read the configuration: {error}"))
}

/// Reads a configuration file; the inner error is what is wrong with it.
fn read(path: &Path, current_dir: &Path) -> Result<Result<Config, Vec<Diagnostic>>, ReadError> {
    // A file that the user named may be a pipe.
    let read = workspace::read_named(shown(path, current_dir))?;
    let parsed = match read.problem {
        Some(problem) => Err(vec![Diagnostic { rule: "config/syntax", ..problem }.help("save it as UTF-8")]),
        None => Config::parse(&read.file),
    };
    Ok(parsed.map(|config| config.located(config_file::directory_of(&current_dir.join(path)), current_dir)))
}

/// The path as the user would write it: a configuration of a directory above stays absolute.
pub(super) fn shown<'p>(path: &'p Path, current_dir: &Path) -> &'p Path {
    path.strip_prefix(current_dir).unwrap_or(path)
}
