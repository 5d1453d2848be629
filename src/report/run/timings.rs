//! `--timings`: the slowest test groups.

use std::io::{self, Write};

use super::words;
use crate::report::Style;
use crate::report::text::one_line;
use crate::source::words::counted;
use crate::unittest::report::{FileReport, GroupReport, TestReport};

/// So many are listed.
const SLOWEST: usize = 10;

pub(super) fn write(out: &mut dyn Write, style: &Style, report: &TestReport) -> io::Result<()> {
    let mut groups: Vec<(&FileReport, &GroupReport)> =
        report.files.iter().flat_map(|file| file.groups.iter().map(move |group| (file, group))).collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.elapsed));
    writeln!(out, "{}", style.paint(Style::STRONG, "slowest:"))?;
    for (file, group) in groups.iter().take(SLOWEST) {
        writeln!(
            out,
            "  {:>10}  {} {} {}",
            words::seconds(group.elapsed),
            one_line(file.file.name()),
            one_line(&words::group_name(group)),
            style.paint(Style::FAINT, format_args!("({})", counted(group.steps, "evaluation"))),
        )?;
    }
    Ok(())
}
