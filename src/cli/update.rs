//! `promproof test --update`: shows what changes in test files, and writes it.

use std::io::Write as _;
use std::path::Path;

use similar::TextDiff;

use super::{Session, Trouble, atomic};
use crate::report::Look;
use crate::report::text::one_line;
use crate::unittest::report::{FileReport, TestReport};
use crate::unittest::{self, Left, Why};

/// Shows the changes of all test files with assertions that do not hold, and writes them unless it is a dry run. Says
/// whether something was written.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn write(report: &TestReport, dry_run: bool, session: &Session) -> Result<bool, Trouble> {
    let mut written = false;
    let mut stdout = session.stdout();
    for file in report.files.iter().filter(|file| file.failed()) {
        let update = unittest::update(file);
        for left in &update.left {
            session.report(&cannot_update(file, *left));
        }
        if let Some(problem) = &update.broken {
            let name = file.file.name();
            let message =
                format!("{name} is not updated: it would no longer be a valid test file: {}", problem.message);
            session.report(&Trouble::new(message).help("change the expectations by hand"));
        }
        if update.changed == 0 {
            continue;
        }
        show(&mut stdout, &session.look, file, &update.text)?;
        if !dry_run {
            atomic::write(Path::new(file.file.name()), |out| out.write_all(update.text.as_bytes()))?;
            written = true;
        }
    }
    stdout.flush()?;
    Ok(written)
}

/// Why an assertion stays as it is.
fn cannot_update(file: &FileReport, left: Left) -> Trouble {
    let place = format!("{}:{}", file.file.name(), file.file.position(left.span.start).line);
    match left.why {
        Why::Shared => Trouble::new(format!(
            "{place}: this assertion cannot be updated: it shares its values with another place through an alias"
        ))
        .help("what fits one may be wrong for the other: write the values out, or change them by hand"),
        Why::Fixed => Trouble::new(format!("{place}: this assertion cannot be updated")).help(
            "it comes through an alias, its expression fails, or it says `never`, `contains` or `matches`, which stay",
        ),
    }
}

/// The changed lines with a few around them.
fn show(out: &mut dyn std::io::Write, look: &Look, file: &FileReport, new: &str) -> std::io::Result<()> {
    let name = one_line(file.file.name());
    let diff = TextDiff::from_lines(file.file.text(), new);
    for line in diff.unified_diff().context_radius(2).header(&name, &name).to_string().lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => Look::BAD,
            Some(b'+') => Look::GOOD,
            Some(b'@') => Look::FAINT,
            _ => anstyle::Style::new(),
        };
        writeln!(out, "{}", look.paint(style, one_line(line)))?;
    }
    writeln!(out)
}
