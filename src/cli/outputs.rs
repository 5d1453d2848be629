//! Where `check` and `test` write their reports: no report takes the place of a file that the run reads, or of another
//! report.

use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{Error, Session, atomic};
use crate::lint::Config;
use crate::report::Style;
use crate::report::workflow::{Annotations, Guard};
use crate::workspace::{self, Workspace};

/// A file that a run writes, and the option that asks for it.
pub(super) type Asked<'a> = (&'static str, &'a Path);

/// Looks at the files that the run would write, before anything is run. `paths` are those that it reads.
///
/// # Errors
/// Where one is there and may be one that is read, or two are the same.
pub(super) fn forbid_overwriting(outputs: &[Asked<'_>], paths: &[PathBuf]) -> Result<(), Error> {
    let inputs: Vec<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut seen: Vec<(PathBuf, &str)> = Vec::new();
    for (option, path) in outputs {
        let Some(target) = target(path) else { continue };
        // What is found below a folder has one of the endings; any other file is an input only by its name.
        let is_source = inputs.contains(&target)
            || workspace::has_extension(path)
            || workspace::has_extension(&target)
            || target.extension().is_some_and(|extension| extension == "toml");
        if is_source && target.is_file() {
            let message = format!("{option} would overwrite {}, which may be a file of rules or tests", path.display());
            return Err(Error::new(message)
                .help(format!("{option} takes the file to write; name one that is no test file and no rule file")));
        }
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == target) {
            let message = if other == option {
                format!("{option} would write {} twice", path.display())
            } else {
                format!("{other} and {option} would both write {}", path.display())
            };
            return Err(Error::new(message).help("the second would overwrite the first; give each a file of its own"));
        }
        seen.push((target, option));
    }
    Ok(())
}

/// Looks at the files that the run would write once it is known what it reads, whatever that is called.
///
/// # Errors
/// Where a report would take the place of one of them.
pub(super) fn forbid_overwriting_read(
    outputs: &[Asked<'_>],
    workspace: &Workspace,
    config: &Config,
) -> Result<(), Error> {
    let there: Vec<(&Asked<'_>, PathBuf)> = outputs
        .iter()
        .filter_map(|output| Some((output, target(output.1).filter(|target| target.is_file())?)))
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let tests = || workspace.tests();
    let patterns = tests().flat_map(|input| input.test.rule_files.iter().map(move |pattern| (input, pattern.text())));
    let files: FxHashSet<PathBuf> = patterns
        .flat_map(|(input, pattern)| workspace::rule_file_paths(&input.folder, pattern, &workspace.settings().home))
        .chain(workspace.documents().iter().map(|document| PathBuf::from(document.source.name())))
        .chain(named_files(config))
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    match there.iter().find(|(_, target)| files.contains(target)) {
        Some(((option, path), _)) => {
            let message = format!("{option} would overwrite {}, which the run reads", path.display());
            Err(Error::new(message).help(format!("{option} takes the file to write; name another one")))
        }
        None => Ok(()),
    }
}

/// The configuration, and the files that it names.
fn named_files(config: &Config) -> impl Iterator<Item = PathBuf> {
    let root = config.files().root();
    let facts = config.facts.inventory.iter().chain(&config.facts.metadata).map(|file| root.join(&file.path));
    config.source().map(|source| PathBuf::from(source.name())).into_iter().chain(facts)
}

/// Writes a report to `path`, and makes the folder where there is none.
///
/// # Errors
/// As [`atomic::write`]; where the folder cannot be made.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut dyn Annotations) -> io::Result<()>) -> Result<(), Error> {
    atomic::forbid_leaving(path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::new(format!("cannot create the folder {}: {error}", folder.display())))?;
    }
    // No runner reads along.
    atomic::write(path, |out| content(&mut Guard::new(out, None)))
}

/// How text looks in a file.
pub(super) fn style(session: &Session) -> Style {
    Style { unicode: session.style.unicode, ..Style::plain() }
}

/// Tells what went wrong, the last of it by way of the result.
///
/// # Errors
/// Where anything did.
pub(super) fn all(written: impl IntoIterator<Item = Result<(), Error>>, session: &Session) -> Result<(), Error> {
    let mut failures: Vec<Error> = written.into_iter().filter_map(Result::err).collect();
    let Some(last) = failures.pop() else { return Ok(()) };
    for failure in &failures {
        session.report(failure);
    }
    Err(last)
}

/// The file that writing to `path` makes or replaces, whichever way leads to it; `None` for a pipe or a device, where
/// nothing is lost.
fn target(path: &Path) -> Option<PathBuf> {
    if let Ok(target) = path.canonicalize() {
        return target.is_file().then_some(target);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A folder that is not there is reported where the file is written.
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => Some(folder.join(name)),
        _ => Some(path.to_owned()),
    }
}
