//! `promproof check --add-ignores`: writes comments that excuse what is found.

use std::io::Write as _;
use std::path::Path;

use super::baseline::Known;
use super::check::{self, CheckArgs};
use super::{Error, ExitStatus, Session, changes, rewrite};
use crate::lint::{self, Config, Ignored};
use crate::report::text::one_line;
use crate::report::workflow::Syntax;
use crate::source::words::counted;

/// Excuses today's findings in their files, for `reason`, and says what is left; with `--diff`, shows what would change and
/// writes nothing.
///
/// # Errors
/// Where there is no reason, there is no rule file at all, a file comes from standard input, or the output cannot be
/// written.
pub(super) fn run(
    args: &CheckArgs,
    reason: &str,
    config: &mut Config,
    known: Option<&Known>,
    session: &Session,
) -> Result<ExitStatus, Error> {
    if reason.trim().is_empty() {
        return Err(Error::new("--add-ignores needs a reason").help(
            "say why the findings are excused, and until when: `--add-ignores 'before the move, until=2027-01-31'`",
        ));
    }
    if let Err((why, help)) = lint::check_reason(reason, Some(session.now_ms())) {
        return Err(Error::new(format!("--add-ignores: {why}")).help(help));
    }
    if !args.diff && args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(
            Error::new("--add-ignores writes to files, and standard input is none").help("name files, or add --diff")
        );
    }
    let progress = session.progress("linting");
    let mut inputs = check::read(args, config)?;
    let ignored = lint::add_ignores(&mut inputs.workspace, config, reason);
    drop(progress);
    if args.diff {
        let mut out = session.stdout(Syntax::Text);
        for file in &ignored.files {
            changes::write(&mut out, &session.style, &file.before, file.after.text())?;
        }
        out.flush()?;
        for failure in &inputs.failures {
            session.report(&Error::new(failure.to_string()));
        }
        return Ok(match (inputs.failures.is_empty(), ignored.files.is_empty()) {
            (false, _) => ExitStatus::Failed,
            (true, false) => ExitStatus::Findings,
            (true, true) => ExitStatus::Clean,
        });
    }
    let mut excused = ignored.excused;
    let mut is_written = true;
    for file in &ignored.files {
        if let Err(failure) = rewrite::replace(&file.before, file.after.text()) {
            session.report(&failure);
            excused -= file.applied;
            is_written = false;
            // Findings are about what the disk holds.
            if let Err(error) = inputs.workspace.set_text(file.before.id(), None) {
                inputs.failures.push(error.into());
            }
        }
    }
    tell(&ignored, excused, session)?;
    let mut out = session.stdout(session.format(&args.format).syntax());
    let outcome = check::report(args, config, known, inputs, 0, &mut out, session)?;
    Ok(if is_written { outcome } else { ExitStatus::Failed })
}

/// Says how many findings were excused, and which could not be.
fn tell(ignored: &Ignored, excused: usize, session: &Session) -> Result<(), Error> {
    let mut err = session.stderr();
    let files = counted(ignored.files.len(), "file");
    writeln!(err, "{} excused in {files}", counted(excused, "finding"))?;
    for left in &ignored.left {
        let place = &left.primary;
        let line = place.file.position(place.span.start()).line;
        let name = one_line(place.file.name());
        writeln!(err, "{name}:{line}: no comment can excuse {} here", left.rule)?;
    }
    Ok(())
}
