//! Where `promproof test` writes its reports: no report takes the place of a file of the tests, or of another report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::TestArgs;
use crate::cli::Error;
use crate::workspace::{self, Home, TestInput};

/// Looks at the files that the run would write, before anything is run.
///
/// # Errors
/// Where one is there and belongs to the tests, or two are the same.
pub(super) fn forbid_overwriting(args: &TestArgs) -> Result<(), Error> {
    let inputs: Vec<PathBuf> = args.paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut seen: Vec<(PathBuf, &str)> = Vec::new();
    for (option, path) in outputs(args) {
        let Some(target) = target(path) else { continue };
        // What is found below a folder has one of the endings; any other file is an input only by its name.
        let is_source = inputs.contains(&target)
            || workspace::has_extension(path)
            || workspace::has_extension(&target)
            || target.extension().is_some_and(|extension| extension == "toml");
        if is_source && target.is_file() {
            let message = format!("{option} would overwrite {}, which may be a file of the tests", path.display());
            return Err(Error::new(message)
                .help(format!("{option} takes the file to write; name one that is no test file and no rule file")));
        }
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == target) {
            let message = format!("{other} and {option} would both write {}", path.display());
            return Err(Error::new(message).help("the second would overwrite the first; give each a file of its own"));
        }
        seen.push((target, option));
    }
    Ok(())
}

/// Looks at the files that the run would write once it is known which rule files the tests name, whatever they are
/// called.
///
/// # Errors
/// Where a report would take the place of one of them.
pub(super) fn forbid_overwriting_rules(args: &TestArgs, inputs: &[Arc<TestInput>], home: &Home) -> Result<(), Error> {
    let there: Vec<(&str, &Path, PathBuf)> = outputs(args)
        .filter_map(|(option, path)| Some((option, path, target(path).filter(|target| target.is_file())?)))
        .collect();
    if there.is_empty() {
        return Ok(());
    }
    let patterns =
        inputs.iter().flat_map(|input| input.test.rule_files.iter().map(move |pattern| (input, pattern.text())));
    let files: FxHashSet<PathBuf> = patterns
        .flat_map(|(input, pattern)| workspace::rule_file_paths(&input.folder, pattern, home))
        .chain(inputs.iter().map(|input| PathBuf::from(input.test.file.name())))
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    match there.iter().find(|(_, _, target)| files.contains(target)) {
        Some((option, path, _)) => {
            let message = format!("{option} would overwrite {}, which the tests read", path.display());
            Err(Error::new(message).help(format!("{option} takes the file to write; name another one")))
        }
        None => Ok(()),
    }
}

/// The files to write, with the options that ask for them.
fn outputs(args: &TestArgs) -> impl Iterator<Item = (&'static str, &Path)> {
    let outputs = [
        ("--junit", &args.junit),
        ("--html", &args.page.html),
        ("--coverage-json", &args.coverage.coverage_json),
        ("--coverage-lcov", &args.coverage.coverage_lcov),
    ];
    outputs.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)))
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
