//! `promproof check --baseline`: only what is new is told.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use rustc_hash::FxHashSet;

use super::config::FilesArgs;
use super::{Error, Session, atomic, config, outputs};
use crate::lint::{self, Baseline, Config, Identity, Scope};
use crate::source::words::counted;
use crate::source::{Diagnostic, SourceFile};
use crate::workspace::{self, Home, Workspace};

/// Options about known findings.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Baseline")]
pub(super) struct BaselineArgs {
    /// Tell only findings that FILE does not know, and what it knows in vain
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run into the baseline
    ///
    /// What it knows of files and rules that this run leaves out stays in it. The file is that of --baseline or of
    /// `baseline` in the configuration.
    #[arg(long)]
    pub update_baseline: bool,
}

/// A baseline that a run goes by.
pub(super) struct Known {
    baseline: Baseline,
    path: PathBuf,
    is_updated: bool,
}

/// The findings of a run.
pub(super) struct Found {
    pub diagnostics: Vec<Diagnostic>,
    /// For each of them, which it is; empty where nobody asks.
    pub identities: Vec<Identity>,
    /// How many more there are that the baseline knows.
    pub known: usize,
}

impl Found {
    /// Leaves only some findings, and what is said of the baseline itself.
    pub(super) fn keep(&mut self, concerned: &FxHashSet<Identity>) {
        let kept: Vec<bool> = self
            .identities
            .iter()
            .zip(&self.diagnostics)
            .map(|(identity, found)| concerned.contains(identity) || found.rule.starts_with("baseline/"))
            .collect();
        let (mut of_diagnostics, mut of_identities) = (kept.iter(), kept.iter());
        self.diagnostics.retain(|_| *of_diagnostics.next().unwrap_or(&true));
        self.identities.retain(|_| *of_identities.next().unwrap_or(&true));
    }
}

impl BaselineArgs {
    /// The file that the arguments or the configuration name, if any.
    pub(super) fn path(&self, config: &Config) -> Option<PathBuf> {
        let configured = || Some(config.files().root().join(&config.baseline.as_ref()?.path));
        self.baseline.clone().or_else(configured)
    }

    /// Reads the baseline, if there is to be one.
    ///
    /// # Errors
    /// Where it cannot be read or is none, or none is named that could be written.
    pub(super) fn open(&self, config: &Config, files: &FilesArgs, session: &Session) -> Result<Option<Known>, Error> {
        let Some(path) = self.path(config) else {
            return match self.update_baseline {
                true => Err(Error::new("--update-baseline does not know which file to write")
                    .help("name it: --baseline FILE, or `baseline = \"FILE\"` in promproof.toml")),
                false => Ok(None),
            };
        };
        // Without a current directory nothing relative could be read.
        let current_dir = std::env::current_dir().unwrap_or_default();
        let shown = config::shown(&path, &current_dir).to_owned();
        let baseline = match read(&path, &shown, files, &current_dir)? {
            Some(file) if self.update_baseline => Baseline::parse_to_update(&file),
            Some(file) => Baseline::parse(&file),
            None if self.update_baseline => Ok(Baseline::empty(&shown.to_string_lossy())),
            None => {
                return Err(Error::new(format!("there is no baseline {}", shown.display()))
                    .help("`promproof check --update-baseline` writes it"));
            }
        };
        match baseline {
            Ok(baseline) => Ok(Some(Known { baseline, path: shown, is_updated: self.update_baseline })),
            Err(problems) => {
                config::show(problems, session)?;
                Err(Error::new(format!("the baseline {} cannot be used", shown.display())))
            }
        }
    }
}

/// The text of a baseline; `None` where there is no file.
fn read(path: &Path, shown: &Path, files: &FilesArgs, current_dir: &Path) -> Result<Option<Arc<SourceFile>>, Error> {
    let failure = |why: &str| Error::new(format!("cannot read the baseline {}: {why}", shown.display()));
    atomic::forbid_leaving(path).map_err(|_| failure("a link leads out of this folder"))?;
    let canonical = match path.canonicalize() {
        Ok(canonical) => canonical,
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            // It is to be written: only where it could be read.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let is_admitted = |folder: &Path| files.home(current_dir, &[]).admits(folder);
            return match folder.canonicalize() {
                Ok(folder) if !is_admitted(&folder) => Err(failure(&format!("it {}", Home::REFUSAL))),
                _ => Ok(None),
            };
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(failure("it is a link that leads nowhere")),
        Err(error) => return Err(failure(&error.to_string())),
    };
    let home = files.home(current_dir, &[]);
    let read = workspace::read_foreign(shown, &canonical, &home).map_err(|error| failure(&error.message))?;
    match read.problem {
        Some(problem) => Err(failure(&problem.message)),
        None => Ok(Some(read.file)),
    }
}

impl Known {
    /// Leaves of what was found what is new, and adds what is known in vain; or writes all of it as known.
    ///
    /// # Errors
    /// Where the baseline cannot be written.
    pub(super) fn apply(
        &self,
        found: Found,
        workspace: &Workspace,
        config: &Config,
        session: &Session,
    ) -> Result<Found, Error> {
        let scope = Scope::of(workspace, config, &found.diagnostics);
        if self.is_updated {
            return self.update(&found, &scope, session);
        }
        let sifted = self.baseline.sift(&found.identities, &scope);
        let Found { diagnostics, identities, .. } = found;
        let all = diagnostics.into_iter().zip(identities);
        let (mut diagnostics, mut identities): (Vec<_>, Vec<_>) =
            all.zip(&sifted.is_known).filter(|(_, is_known)| !**is_known).map(|(found, _)| found).unzip();
        let levels = config.levels(self.baseline.file().name());
        let stale = self.baseline.stale(&sifted.stale);
        if let Some(stale) = stale.and_then(|mut stale| levels.apply(&mut stale).then_some(stale)) {
            identities.extend(lint::identify(workspace, config, std::slice::from_ref(&stale)));
            diagnostics.push(stale);
        }
        let known = sifted.is_known.iter().filter(|is_known| **is_known).count();
        Ok(Found { diagnostics, identities, known })
    }

    /// Leaves of what tests warn of what is new.
    pub(super) fn keep_new(&self, diagnostics: &mut Vec<Diagnostic>, workspace: &Workspace, config: &Config) {
        let identities = lint::identify(workspace, config, diagnostics);
        let sifted = self.baseline.sift(&identities, &Scope::of(workspace, config, diagnostics));
        let mut is_known = sifted.is_known.into_iter();
        diagnostics.retain(|_| !is_known.next().unwrap_or(false));
    }

    fn update(&self, found: &Found, scope: &Scope<'_>, session: &Session) -> Result<Found, Error> {
        let text = self.baseline.updated(&found.identities, scope);
        if text != self.baseline.file().text() {
            outputs::write(&self.path, |out| out.write_all(text.as_bytes()))?;
        }
        let known = found.identities.len();
        writeln!(session.stderr(), "{} knows {} of this run", self.path.display(), counted(known, "finding"))?;
        Ok(Found { diagnostics: Vec::new(), identities: Vec::new(), known })
    }
}
