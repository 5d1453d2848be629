//! `promproof runbook new`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rustc_hash::FxHashSet;

use super::{Error, ExitStatus, Session, read};
use crate::cli::config::ConfigArgs;
use crate::cli::{atomic, outputs};
use crate::lint::{Alert, Config, Pages, RecordedNames};
use crate::report::workflow::Syntax;
use crate::runbook::{Draft, TEMPLATE, Target};
use crate::source::words;
use crate::workspace;

/// Begin the runbook pages of alerts: the rule, what it means in plain words, which labels arrive, what is left to write
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct NewArgs {
    /// Names of alerts
    #[arg(required = true, value_name = "ALERT")]
    pub alerts: Vec<String>,

    /// Files or directories with rules
    #[arg(long = "rules", value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// A template instead of the one that is built in
    ///
    /// <<alert>>, <<file>>, <<rule>>, <<summary>>, <<condition>>, <<when>> and <<labels>> stand for what is known.
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// Print the pages instead of writing them
    #[arg(long)]
    pub stdout: bool,

    #[command(flatten)]
    pub config: ConfigArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof runbook new HostDown
  promproof runbook new HostDown DiskFull --template runbooks/template.md
  promproof runbook new HostDown --stdout

A page is written where the link of its alert leads to, or into the first folder of pages in the
configuration; one that is there already is left alone.

Exit code: 0, or 2 where there is no such alert, its page is there, or it cannot be written.";

/// Writes the pages.
///
/// # Errors
/// Where there is no such alert, nobody says where its page belongs, or something cannot be read or written.
pub(super) fn run(args: &NewArgs, session: &Session) -> Result<ExitStatus, Error> {
    let template = match &args.template {
        Some(path) => read_template(path)?,
        None => TEMPLATE.to_owned(),
    };
    let (config, inputs) = read(&args.config, &args.paths, session)?;
    let recorded_names = RecordedNames::of(&inputs.workspace);
    let pages = Pages::new(&inputs.workspace, &config, &recorded_names);
    let mut out = session.stdout(Syntax::Text);
    let mut failed = !inputs.failures.is_empty();
    let mut begun = FxHashSet::default();
    for name in args.alerts.iter().filter(|name| begun.insert(name.as_str())) {
        let alerts: Vec<&Alert<'_>> = pages.named(name).collect();
        let Some(alert) = alerts.first() else { return Err(unknown(name, &pages)) };
        // Rules for a warning and for a page have one name, and one page.
        let rules: Vec<Draft<'_>> = alerts.iter().map(|alert| alert.draft(&config)).collect();
        let page = Draft::page(&rules, &template).map_err(|unknown| {
            let words = Draft::WORDS.map(|word| format!("<<{word}>>"));
            Error::new(format!("the template has `<<{}>>`, which stands for nothing", unknown.0))
                .help(format!("there are {}", words::list(words)))
        })?;
        if args.stdout {
            out.write_all(page.as_bytes())?;
            continue;
        }
        match write(alert, &pages, &config, &page) {
            Ok(path) => writeln!(out, "{}", path.display())?,
            Err(error) => {
                session.report(&error);
                failed = true;
            }
        }
    }
    out.flush()?;
    Ok(if failed { ExitStatus::Failed } else { ExitStatus::Clean })
}

fn read_template(path: &Path) -> Result<String, Error> {
    let read = workspace::read_named(path).map_err(|error| Error::new(error.to_string()))?;
    match read.problem {
        Some(problem) => Err(Error::new(format!("{}: {}", path.display(), problem.message))),
        None => Ok(read.file.text().to_owned()),
    }
}

fn unknown(name: &str, pages: &Pages<'_>) -> Error {
    let error = Error::new(format!("no rule file has an alert `{name}`"));
    match words::nearest(name, pages.names()) {
        Some(near) => error.help(words::did_you_mean(near)),
        None => error,
    }
}

/// Writes the page of an alert where it belongs; gives its path.
fn write(alert: &Alert<'_>, pages: &Pages<'_>, config: &Config, page: &str) -> Result<PathBuf, Error> {
    let (folder, place) = place(alert, pages, config)?;
    let shown = |place: &Path| workspace::paths::normalize(&config.files().shown(place));
    let path = shown(&place);
    atomic::forbid_outside(&path, &shown(&folder), config.files().root())?;
    if path.symlink_metadata().is_ok() {
        return Err(Error::new(format!("{} is there already", path.display())).help("--stdout prints the page"));
    }
    outputs::write(&path, |out| out.write_all(page.as_bytes()))?;
    Ok(path)
}

/// The folder of the pages and the file of the page, from the folder of the configuration.
fn place(alert: &Alert<'_>, pages: &Pages<'_>, config: &Config) -> Result<(PathBuf, PathBuf), Error> {
    for link in &alert.links {
        for (_, target) in link.targets(&pages.library) {
            match target {
                Target::Missing(site, path) => {
                    return Ok((site.folder().to_owned(), site.file_for(&path, alert.name()).into()));
                }
                Target::Page(entry) | Target::OtherCase(entry, _) | Target::Moved(entry, _) => {
                    let message = format!("`{}` has a page: {}", alert.name(), entry.path);
                    return Err(Error::new(message).help("--stdout prints a new one"));
                }
                Target::Elsewhere => {}
            }
        }
    }
    // A name with a slash in it would be another place.
    let name: String =
        alert.name().chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    match config.runbook.folders().first() {
        Some(folder) => Ok((folder.clone(), folder.join(format!("{name}.md")))),
        None => Err(Error::new(format!("nobody says where the page of `{}` belongs", alert.name())).help(
            "name the folder of the pages in promproof.toml, as in `[runbook]` `pages = [\"runbooks\"]`; --stdout prints the page",
        )),
    }
}
