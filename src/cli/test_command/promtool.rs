//! `promproof test --to-promtool`: writes test files as promtool reads them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::super::options::output_file;
use super::super::{Error, ExitStatus, Session, atomic};
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::source::Severity;
use crate::unittest::{self, RuleSource, RunOptions, Translation};
use crate::workspace::copies::HEADER;
use crate::workspace::paths::normalize;
use crate::workspace::{TestInput, Workspace};

/// The folder below DIR for what lies outside of the current folder.
const OUTSIDE: &str = "outside";

/// What `--to-promtool` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct PromtoolArgs {
    /// Write the test files as promtool reads them below DIR, with the same verdicts, and stop
    ///
    /// Repeated series, timelines and tolerances are put in promtool's words. Rule files that promtool does not read
    /// (Kubernetes objects, several documents) are written as plain ones. Files that are there already are replaced
    /// only if this has written them. `promproof test` and `promproof check` pass them over beside their originals.
    // What would say how the tests went is refused, not left out silently.
    #[arg(
        long,
        value_name = "DIR",
        value_parser = output_file(),
        conflicts_with_all = ["list", "update", "junit", "html", "coverage", "coverage_json", "coverage_lcov",
            "fail_under", "timings", "output_format"]
    )]
    pub to_promtool: Option<PathBuf>,
}

impl PromtoolArgs {
    /// What comes from standard input has no name to write to.
    pub(super) fn forbid_stdin(&self, paths: &[PathBuf]) -> Result<(), Error> {
        if self.to_promtool.is_none() || paths.iter().all(|path| path != Path::new("-")) {
            return Ok(());
        }
        Err(Error::new("--to-promtool cannot write what comes from standard input")
            .help("name the test file instead of `-`"))
    }
}

/// Writes the translations of `inputs` below `dir`. Nothing is written where one of the files cannot be.
///
/// # Errors
/// Where a test file is broken, a file in the way is not one of ours, or something cannot be written.
pub(super) fn write(
    dir: &Path,
    workspace: &Workspace,
    mut inputs: Vec<Arc<TestInput>>,
    options: &RunOptions,
    session: &Session,
) -> Result<ExitStatus, Error> {
    let failure = |error: std::io::Error| Error::new(format!("cannot write to {}: {error}", dir.display()));
    atomic::forbid_leaving(dir)?;
    std::fs::create_dir_all(dir).map_err(failure)?;
    let folder = dir.canonicalize().map_err(failure)?;
    inputs.retain(|input| !is_below(&folder, Path::new(input.test.file.name())));
    if inputs.is_empty() {
        return Err(Error::new("there is no test file to translate")
            .help(format!("what is below {} itself does not count", dir.display())));
    }
    let broken = broken(&inputs, session);
    inputs.retain(|input| !is_broken(input));

    let translations = unittest::to_promtool(workspace, &inputs, options);
    let mut files = Files { folder, texts: BTreeMap::new() };
    for translation in &translations {
        files.add(translation)?;
    }
    files.refuse_foreign()?;
    files.write()?;
    warn(&translations, session)?;
    let mut stdout = session.stdout(Syntax::Text);
    for path in files.texts.keys() {
        writeln!(stdout, "{}", one_line(&dir.join(path).display().to_string()))?;
    }
    stdout.flush()?;
    Ok(if broken { ExitStatus::Failed } else { ExitStatus::Clean })
}

fn is_broken(input: &TestInput) -> bool {
    input.test.problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Says which files have mistakes of their own, and whether one has.
fn broken(inputs: &[Arc<TestInput>], session: &Session) -> bool {
    for input in inputs.iter().filter(|input| is_broken(input)) {
        let message = format!("{} has mistakes and is not translated", input.test.file.name());
        session.report(&Error::new(message).help("`promproof check` shows them"));
    }
    inputs.iter().any(|input| is_broken(input))
}

/// Says what is not the same as before.
fn warn(translations: &[Translation<'_>], session: &Session) -> Result<(), Error> {
    let mut stderr = session.stderr();
    for translation in translations {
        let file = &translation.input.test.file;
        for (span, message) in &translation.warnings {
            let line = file.position(span.start()).line;
            writeln!(stderr, "warning: {}:{line}: {}", one_line(file.name()), one_line(message))?;
        }
    }
    Ok(())
}

/// What is to be written: texts by paths below `folder`.
struct Files {
    folder: PathBuf,
    texts: BTreeMap<PathBuf, String>,
}

impl Files {
    fn add(&mut self, translation: &Translation<'_>) -> Result<(), Error> {
        let source = Path::new(translation.input.test.file.name());
        let target = mirrored(source)?;
        let below = target.parent().unwrap_or(Path::new("")).to_owned();
        let from = self.folder.join(&below);
        self.forbid_leaving(&from)?;
        std::fs::create_dir_all(&from)
            .map_err(|error| Error::new(format!("cannot write to {}: {error}", from.display())))?;
        let mut rule_files = Vec::new();
        for rules in &translation.rules {
            match rules {
                RuleSource::Pattern(pattern) if Path::new(pattern).is_absolute() => rule_files.push(pattern.clone()),
                RuleSource::Pattern(pattern) => {
                    let folder = canonical(&translation.input.folder)?;
                    let prefix = escaped(&relative(&from, &folder)?);
                    rule_files.push(if prefix.is_empty() { pattern.clone() } else { format!("{prefix}/{pattern}") });
                }
                RuleSource::File(path) => rule_files.push(escaped(&relative(&from, &canonical(path)?)?)),
                RuleSource::Plain { path, texts } => {
                    for (index, text) in texts.iter().enumerate() {
                        let target = numbered(&mirrored(path)?, index);
                        rule_files.push(escaped(&relative(&from, &self.folder.join(&target))?));
                        self.texts.insert(target, text.clone());
                    }
                }
            }
        }
        self.texts.insert(target, translation.text(&rule_files));
        Ok(())
    }

    /// Refuses what a link below DIR would put elsewhere.
    fn forbid_leaving(&self, path: &Path) -> Result<(), Error> {
        let nearest = path.ancestors().find_map(|path| path.canonicalize().ok());
        if nearest.is_some_and(|nearest| nearest.starts_with(&self.folder)) {
            return Ok(());
        }
        Err(Error::new(format!("{} is not written: a link leads out of the folder", path.display()))
            .help("nothing is written; name another folder, or remove the link"))
    }

    /// Nothing is replaced that something else has written, and nothing is written elsewhere.
    fn refuse_foreign(&self) -> Result<(), Error> {
        for path in self.texts.keys().map(|path| self.folder.join(path)) {
            self.forbid_leaving(&path)?;
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            let ours = metadata.is_file() && std::fs::read(&path).is_ok_and(|text| text.starts_with(HEADER.as_bytes()));
            if !ours {
                return Err(Error::new(format!("{} is there and was not written by --to-promtool", path.display()))
                    .help("nothing is written; name another folder, or move the file away"));
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Error> {
        for (path, text) in &self.texts {
            let path = self.folder.join(path);
            let failure = |error: std::io::Error| Error::new(format!("cannot write {}: {error}", path.display()));
            std::fs::create_dir_all(path.parent().unwrap_or(&self.folder)).map_err(failure)?;
            atomic::write(&path, |out| out.write_all(text.as_bytes()))?;
        }
        Ok(())
    }
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    path.canonicalize().map_err(|error| Error::new(format!("cannot find {}: {error}", path.display())))
}

fn is_below(folder: &Path, file: &Path) -> bool {
    file.canonicalize().is_ok_and(|file| file.starts_with(folder))
}

/// The path below DIR of what is written for `source`: the same as below the current folder.
fn mirrored(source: &Path) -> Result<PathBuf, Error> {
    let failure = |error: std::io::Error| Error::new(format!("cannot find {}: {error}", source.display()));
    let here = std::path::absolute(".").map_err(failure)?;
    let source = normalize(&std::path::absolute(source).map_err(failure)?);
    if let Ok(inside) = source.strip_prefix(normalize(&here)) {
        return Ok(inside.to_owned());
    }
    let names = source.components().filter(|component| matches!(component, Component::Normal(_)));
    Ok([Component::Normal(OUTSIDE.as_ref())].into_iter().chain(names).collect())
}

/// `rules.yml`, `rules.2.yml`, `rules.3.yml`
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map_or_else(String::new, |extension| format!(".{}", extension.to_string_lossy()));
    path.with_file_name(format!("{stem}.{}{extension}", index + 1))
}

/// The way from one folder to a path, both absolute, with slashes; empty where they are the same.
fn relative(from: &Path, to: &Path) -> Result<String, Error> {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..");
    let mut parts: Vec<&str> = up.collect();
    for component in to.components().skip(common) {
        let part = component.as_os_str().to_str();
        parts.push(part.ok_or_else(|| Error::new(format!("{} is no UTF-8 and cannot be named", to.display())))?);
    }
    Ok(parts.join("/"))
}

/// The path as a pattern that means only itself.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to)).unwrap_or_default();
        assert_eq!(way("/a/out/x", "/a/rules"), "../../rules");
        assert_eq!(way("/a", "/a/b/c.yml"), "b/c.yml");
        assert_eq!(way("/a", "/a"), "");
    }

    #[test]
    fn names_are_not_patterns() {
        assert_eq!(escaped("a[1]/b*"), "a\\[1]/b\\*");
        assert_eq!(numbered(Path::new("d/rules.yml"), 1), Path::new("d/rules.2.yml"));
        assert_eq!(numbered(Path::new("d/rules.yml"), 0), Path::new("d/rules.yml"));
    }
}
