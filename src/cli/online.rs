//! `--online`: what servers say of links to runbooks.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::{Error, Session, outputs, threads};
use crate::lint::{self, Config};
use crate::model::duration::parse_duration;
use crate::online::{Answers, Options};
use crate::report::text::one_line;
use crate::source::words::counted;
use crate::workspace::{self, Workspace};

/// Options about asking.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(super) struct OnlineArgs {
    /// Ask the servers of links to runbooks whether the pages are there; nothing else is ever asked
    ///
    /// Each page once, a few at a time. What says 404 or 410 is dead, or has not the anchor; what does not answer, or with
    /// anything else, is only noted. Links to pages of this repository are not asked, and none of networks that are not
    /// public.
    #[arg(long)]
    pub online: bool,

    /// Keep the answers in this file, and ask only for what is old, missing or not in it; without --online go by it alone
    #[arg(long, value_name = "FILE")]
    pub online_cache: Option<PathBuf>,

    /// Ask again for pages that were there so long ago
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration, requires = "online")]
    pub online_max_age: Duration,

    /// Give a request up after so long
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration, requires = "online")]
    pub online_timeout: Duration,

    /// Ask this host, too, though it is of this machine or of a private network
    #[arg(long, value_name = "HOST", requires = "online")]
    pub online_allow: Vec<String>,
}

/// Of links that could not be asked so many are named.
const MAX_NAMED: usize = 5;

fn duration(text: &str) -> Result<Duration, String> {
    let millis = parse_duration(text).map_err(|error| error.to_string())?;
    Ok(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

impl OnlineArgs {
    /// Looks at the file that is written, before anything is asked.
    ///
    /// # Errors
    /// Where it is one that the run reads, or nobody can ask.
    pub(super) fn forbid(&self, paths: &[PathBuf]) -> Result<(), Error> {
        if self.online && !cfg!(feature = "online") {
            return Err(Error::new("this promproof was built without `--online`")
                .help("build it with the feature `online`, which is on by default"));
        }
        let written: Vec<_> = self.online_cache.iter().map(|path| ("--online-cache", path.as_path())).collect();
        outputs::forbid_overwriting(&written, paths)
    }

    /// The configuration with what servers say of the links in the workspace; `None` where nobody asks.
    ///
    /// # Errors
    /// Where the file of answers cannot be read or written.
    pub(super) fn ask(
        &self,
        workspace: &Workspace,
        config: &Config,
        session: &Session,
    ) -> Result<Option<Config>, Error> {
        let kept = match &self.online_cache {
            Some(path) => read(path, !self.online)?,
            None if !self.online => return Ok(None),
            None => Answers::default(),
        };
        if !self.online {
            return Ok(Some(config.clone().knowing(kept)));
        }
        let options = self.options(workspace, config, session);
        let links = lint::links_to_ask(workspace, config);
        // Servers are asked by threads of their own.
        threads::roam();
        let progress = session.progress("asking");
        let answers = ask(&links, &kept, &options);
        drop(progress);
        note(&answers, session)?;
        if let Some(path) = &self.online_cache {
            write(path, kept, &answers, &options)?;
        }
        Ok(Some(config.clone().knowing(answers)))
    }

    fn options(&self, workspace: &Workspace, config: &Config, session: &Session) -> Options {
        // With --sandbox nobody trusts the configuration, and only the command line opens hosts.
        let of_config = config.runbook.private_hosts.iter().filter(|_| !workspace.settings().home.is_closed());
        Options {
            allowed_hosts: of_config.chain(&self.online_allow).cloned().collect(),
            max_age: self.online_max_age,
            timeout: self.online_timeout,
            now_ms: session.now_ms(),
            ..Options::default()
        }
    }
}

#[cfg(feature = "online")]
use crate::online::ask;

#[cfg(not(feature = "online"))]
fn ask(_: &std::collections::BTreeSet<String>, _: &Answers, _: &Options) -> Answers {
    Answers::default()
}

/// The answers of an earlier run; none where there is no file yet, unless it `must_exist`.
fn read(path: &Path, must_exist: bool) -> Result<Answers, Error> {
    if !must_exist && path.symlink_metadata().is_err() {
        return Ok(Answers::default());
    }
    let read = workspace::read_named(path)
        .map_err(|error| Error::new(error.to_string()).help("with --online it is written"))?;
    let refusal = |why: String| {
        Error::new(format!("{} holds no answers: {why}", path.display())).help("remove it, and --online writes it anew")
    };
    match read.problem {
        Some(problem) => Err(refusal(problem.message)),
        None => Answers::parse(read.file.text()).map_err(refusal),
    }
}

/// Writes the answers, and those of earlier that are young enough: another run may have looked at other rules.
fn write(path: &Path, mut kept: Answers, answers: &Answers, options: &Options) -> Result<(), Error> {
    let before = kept.clone();
    kept.keep_asked_in(&options.fresh_times());
    for (link, answer) in answers.iter() {
        kept.insert(link.to_owned(), answer.clone());
    }
    if kept == before {
        return Ok(());
    }
    let text = kept.to_json().map_err(|error| Error::new(error.to_string()))?;
    outputs::write(path, |out| out.write_all(text.as_bytes()))
}

/// Says what could not be asked, which is no finding.
fn note(answers: &Answers, session: &Session) -> Result<(), Error> {
    let unclear: Vec<_> = answers.unclear().collect();
    if unclear.is_empty() {
        return Ok(());
    }
    let mut out = session.stderr();
    writeln!(out, "note: {} could not be asked, which says nothing of the pages:", counted(unclear.len(), "link"))?;
    for (link, why) in unclear.iter().take(MAX_NAMED) {
        writeln!(out, "  {}: {}", one_line(link), one_line(why))?;
    }
    if unclear.len() > MAX_NAMED {
        writeln!(out, "  and {} more; `promproof runbook list --online` names all", unclear.len() - MAX_NAMED)?;
    }
    Ok(())
}
