//! `promproof check --fix` and `--diff`: writes what findings suggest, or shows it.

use std::io::Write as _;
use std::path::Path;

use super::baseline::Known;
use super::check::{self, CheckArgs};
use super::inputs::Inputs;
use super::{Error, ExitStatus, Session, changes, rewrite};
use crate::lint::{self, Config, Fixed, Refused};
use crate::report::Failure;
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::source::words::counted;
use crate::source::{Applicability, SourceFile};

/// Fixes the files of the arguments and says what is left; with `--diff`, shows what would change and writes nothing.
///
/// # Errors
/// Where there is no rule file at all, standard input is one of several, or the output cannot be written.
pub(super) fn run(
    args: &CheckArgs,
    config: &mut Config,
    known: Option<&Known>,
    session: &Session,
) -> Result<ExitStatus, Error> {
    let from_stdin = args.paths.iter().any(|path| path == Path::new("-"));
    if from_stdin && args.paths.len() > 1 && !args.diff {
        return Err(Error::new(
            "--fix writes what comes from standard input to standard output, where no other file fits",
        )
        .help("name `-` alone"));
    }
    let progress = session.progress("linting");
    let mut inputs = check::read(args, config)?;
    let least = if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
    let mut fixed = lint::fix(&mut inputs.workspace, config, least);
    drop(progress);
    if args.changes.hook {
        return hook(args, &mut fixed, session);
    }
    for refused in &fixed.refused {
        session.report(&refusal(refused));
    }
    if args.diff {
        return diff(&fixed, &inputs, session);
    }
    if from_stdin {
        let count = fixed.files.iter().map(|file| file.applied).sum();
        print_text(&inputs, session)?;
        return check::report(args, config, known, inputs, count, &mut session.stderr(), session);
    }
    let (mut count, mut has_failed) = (0, false);
    for file in &fixed.files {
        match rewrite::replace(&file.before, file.after.text()) {
            Ok(()) => count += file.applied,
            Err(failure) => {
                session.report(&failure);
                has_failed = true;
                // Findings are about what the disk holds.
                if let Err(error) = inputs.workspace.set_text(file.before.id(), None) {
                    inputs.failures.push(error.into());
                }
            }
        }
    }
    let outcome = check::report(
        args,
        config,
        known,
        inputs,
        count,
        &mut session.stdout(session.format(&args.format).syntax()),
        session,
    )?;
    Ok(if has_failed { ExitStatus::Failed } else { outcome })
}

/// Fixes what is part of the change, and says what it has fixed and nothing of what is left: a hook fails by having
/// changed a file.
fn hook(args: &CheckArgs, fixed: &mut Fixed, session: &Session) -> Result<ExitStatus, Error> {
    if let Some(changed) = args.changes.files()? {
        let is_changed =
            |file: &SourceFile| Path::new(file.name()).canonicalize().is_ok_and(|path| changed.contains(&path));
        fixed.files.retain(|file| is_changed(&file.before));
        fixed.refused.retain(|refused| is_changed(&refused.place.file));
    }
    for refused in &fixed.refused {
        session.report(&refusal(refused));
    }
    let mut status = ExitStatus::Clean;
    let mut out = session.stdout(Syntax::Text);
    for file in &fixed.files {
        match rewrite::replace(&file.before, file.after.text()) {
            Ok(()) => writeln!(out, "{}: {} fixed", one_line(file.before.name()), counted(file.applied, "finding"))?,
            Err(failure) => {
                session.report(&failure);
                status = ExitStatus::Failed;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// What came from standard input, as it should be; also where nothing had to change.
fn print_text(inputs: &Inputs, session: &Session) -> Result<(), Error> {
    inputs.workspace.documents().iter().try_for_each(|document| session.print_exactly(document.source.text()))
}

/// Shows what would change.
fn diff(fixed: &Fixed, inputs: &Inputs, session: &Session) -> Result<ExitStatus, Error> {
    let mut out = session.stdout(Syntax::Text);
    for file in &fixed.files {
        changes::write(&mut out, &session.style, &file.before, file.after.text())?;
    }
    out.flush()?;
    let count: usize = fixed.files.iter().map(|file| file.applied).sum();
    if count > 0 {
        let files = counted(fixed.files.len(), "file");
        let fixes = if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") };
        writeln!(session.stderr(), "{fixes} would be applied in {files}")?;
    }
    for Failure { path, message } in &inputs.failures {
        session.report(&Error::new(format!("{path}: {message}")));
    }
    Ok(match (inputs.failures.is_empty(), fixed.files.is_empty()) {
        (false, _) => ExitStatus::Failed,
        (true, false) => ExitStatus::Findings,
        (true, true) => ExitStatus::Clean,
    })
}

fn refusal(refused: &Refused) -> Error {
    let Refused { place, title, why } = refused;
    let line = place.file.position(place.span.start()).line;
    Error::new(format!("{}:{line}: a fix is not applied ({title}): {why}", place.file.name())).help("change it by hand")
}
