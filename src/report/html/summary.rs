//! The head of the page: the verdict, the figures, links to all that failed, and the files.

use std::fmt::{self, Write as _};

use super::escape::Text;
use super::group::{assertion_id, group_id};
use crate::report::run::{TestView, words};
use crate::source::words::counted;
use crate::unittest::report::{Counts, FileReport, TestReport};
use crate::unittest::{PartOf, Partition};

/// So many failures have a link here.
const MAX_LINKS: usize = 100;

/// Of more failures only the first one of each group has a link here.
const MAX_SINGLE_LINKS: usize = 25;

/// The verdict in one line.
pub(super) fn verdict(report: &TestReport, view: &TestView) -> String {
    let counts = report.counts();
    let all = counts.passed + counts.failed + counts.not_run;
    let failing: usize = report.files.iter().map(|file| words::failing_warnings(file, view)).sum();
    if report.failed() {
        match counts.failed {
            0 => format!("{} failed", of(counts.failed_files, counts.files, "test file")),
            failed => format!("{} failed", of(failed, all, "assertion")),
        }
    } else if failing > 0 {
        words::warnings_text(counts.warnings, failing)
    } else if all == 0 {
        "nothing to check".to_owned()
    } else {
        format!("{} passed", counted(all, "assertion"))
    }
}

fn of(failed: usize, all: usize, word: &str) -> String {
    format!("{failed} of {}", counted(all, word))
}

/// Writes the head of the page.
pub(super) fn write(page: &mut String, report: &TestReport, view: &TestView) -> fmt::Result {
    let counts = report.counts();
    let failed = words::Closing { report, view }.failed();
    let (class, badge) = if failed { ("bad", "failed") } else { ("ok", "passed") };
    write!(page, "<header class=\"{class}\"><p class=\"brand\">promproof test")?;
    if let Some(PartOf { partition: Partition { index, count }, groups }) = report.part {
        write!(page, ", part {index} of {count} of {}", counted(groups, "test group"))?;
    }
    page.push_str("</p>");
    write!(page, "<h1><span class=\"badge\">{badge}</span> {}</h1>", Text(&verdict(report, view)))?;
    figures(page, &counts, view)?;
    page.push_str("</header>");
    if failed {
        failures(page, report, view)?;
    }
    if report.files.len() > 1 {
        files(page, report, view)?;
    }
    Ok(())
}

fn figures(page: &mut String, counts: &Counts, view: &TestView) -> fmt::Result {
    page.push_str("<dl class=\"tiles\">");
    let mut tile = |word: &str, value: &str, class: &str| {
        write!(page, "<div class=\"{class}\"><dt>{word}</dt><dd>{value}</dd></div>")
    };
    tile("files", &counts.files.to_string(), "")?;
    tile("groups", &counts.groups.to_string(), "")?;
    tile("assertions", &(counts.passed + counts.failed + counts.not_run).to_string(), "")?;
    tile("passed", &counts.passed.to_string(), if counts.passed > 0 { "ok" } else { "" })?;
    tile("failed", &counts.failed.to_string(), if counts.failed > 0 { "bad" } else { "" })?;
    for (word, count) in [("not checked", counts.not_run), ("skipped groups", counts.skipped_groups)] {
        if count > 0 {
            tile(word, &count.to_string(), "")?;
        }
    }
    if counts.warnings > 0 {
        tile("warnings", &counts.warnings.to_string(), "warn")?;
    }
    if let Some(elapsed) = view.elapsed {
        tile("time", &words::seconds(elapsed), "")?;
    }
    page.push_str("</dl>");
    Ok(())
}

/// A link to something that failed.
struct Link {
    /// The id that it leads to.
    to: String,
    text: String,
    /// The place in the file.
    place: String,
    /// How many failures of the same group have no link.
    more: usize,
}

fn failures(page: &mut String, report: &TestReport, view: &TestView) -> fmt::Result {
    page.push_str("<nav aria-labelledby=\"failures\"><h2 id=\"failures\">What failed</h2><ul>");
    let failures = report.counts().failed;
    let mut links = Vec::new();
    for (index, file) in report.files.iter().enumerate().filter(|(_, file)| words::file_failed(file, view)) {
        collect(&mut links, index, file, view, failures > MAX_SINGLE_LINKS);
    }
    for Link { to, text, place, more } in links.iter().take(MAX_LINKS) {
        let (text, place) = (Text(text), Text(place));
        write!(page, "<li><a href=\"#{to}\">{text}</a> <span class=\"place\">{place}</span>")?;
        if *more > 0 {
            write!(page, " <span class=\"more\">and {more} more in this group</span>")?;
        }
        page.push_str("</li>");
    }
    if links.len() > MAX_LINKS {
        write!(page, "<li class=\"more\">and {} more below</li>", links.len() - MAX_LINKS)?;
    }
    page.push_str("</ul></nav>");
    Ok(())
}

/// A link for each failure; with `grouped` only for the first one of each group.
fn collect(links: &mut Vec<Link>, index: usize, file: &FileReport, view: &TestView, grouped: bool) {
    let name = file.file.name();
    let mut whole = |text: String| {
        links.push(Link { to: format!("f{index}"), text, place: name.to_owned(), more: 0 });
    };
    if !file.problems.is_empty() {
        whole(format!("the file cannot be run: {}", counted(file.problems.len(), "error")));
    }
    match words::failing_warnings(file, view) {
        0 => {}
        failing => whole(words::warnings_text(file.warnings.len(), failing)),
    }
    if file.has_rule_errors() {
        whole(format!("the rules cannot be loaded: {}", counted(file.rule_problems.len(), "error")));
        return;
    }
    for group in &file.groups {
        let line_of = |start: usize| format!("{name}:{}", file.file.position(start).line);
        for error in &group.errors {
            links.push(Link {
                to: group_id(index, group),
                text: error.message.clone(),
                place: line_of(group.span.start()),
                more: 0,
            });
        }
        let failed = || group.assertions.iter().enumerate().filter(|(_, assertion)| assertion.outcome.failed());
        let all = failed().count();
        for (at, assertion) in failed().take(if grouped { 1 } else { all }) {
            let text = format!("{}: {}", words::subject(assertion).replace('`', ""), words::verdict(assertion));
            let place = line_of(words::places(file, assertion).0.span.start());
            links.push(Link {
                to: assertion_id(index, group, at),
                text,
                place,
                more: if grouped { all - 1 } else { 0 },
            });
        }
    }
}

fn files(page: &mut String, report: &TestReport, view: &TestView) -> fmt::Result {
    write!(page, "<details class=\"files\"><summary>{}</summary><ul>", counted(report.files.len(), "test file"))?;
    for (index, file) in report.files.iter().enumerate() {
        let (class, sign) = if words::file_failed(file, view) { ("bad", "✗ failed") } else { ("ok", "✓ passed") };
        let assertions: usize = file.groups.iter().map(|group| group.assertions.len()).sum();
        write!(
            page,
            "<li class=\"{class}\"><span class=\"sign\">{sign}</span> <a href=\"#f{index}\">{}</a> <span class=\"figures\">{}, {}</span></li>",
            Text(file.file.name()),
            counted(file.groups.len(), "group"),
            counted(assertions, "assertion"),
        )?;
    }
    page.push_str("</ul></details>");
    Ok(())
}
