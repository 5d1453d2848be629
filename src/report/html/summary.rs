//! The head of the page: the verdict, the figures, links to all that failed, and the files.

use std::fmt::{self, Write as _};

use super::escape::Text;
use super::group::{assertion_id, group_id};
use crate::report::summary::counted;
use crate::report::test::{TestView, words};
use crate::unittest::report::{Counts, FileReport, TestReport};

/// So many failures have a link here.
const MAX_LINKS: usize = 100;

/// The verdict in one line.
pub(super) fn verdict(report: &TestReport, view: &TestView) -> String {
    let counts = report.counts();
    let all = counts.passed + counts.failed + counts.not_run;
    if report.failed() {
        match counts.failed {
            0 => format!("{} failed", of(counts.failed_files, counts.files, "test file")),
            failed => format!("{} failed", of(failed, all, "assertion")),
        }
    } else if view.strict && counts.warnings > 0 {
        format!("{}, which --strict makes fail", counted(counts.warnings, "warning"))
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
    write!(page, "<header class=\"{class}\"><p class=\"brand\">promproof test</p>")?;
    write!(page, "<h1><span class=\"badge\">{badge}</span> {}</h1>", Text(&verdict(report, view)))?;
    figures(page, &counts, view)?;
    page.push_str("</header>");
    if report.failed() {
        failures(page, report)?;
    }
    if report.files.len() > 1 {
        files(page, report)?;
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

fn failures(page: &mut String, report: &TestReport) -> fmt::Result {
    page.push_str("<nav aria-labelledby=\"failures\"><h2 id=\"failures\">What failed</h2><ul>");
    let mut links = Vec::new();
    for (index, file) in report.files.iter().enumerate().filter(|(_, file)| file.failed()) {
        collect(&mut links, index, file);
    }
    for (href, place, text) in links.iter().take(MAX_LINKS) {
        let (place, text) = (Text(place), Text(text));
        write!(page, "<li><a href=\"#{href}\">{text}</a> <span class=\"place\">{place}</span></li>")?;
    }
    if links.len() > MAX_LINKS {
        write!(page, "<li class=\"more\">and {} more below</li>", links.len() - MAX_LINKS)?;
    }
    page.push_str("</ul></nav>");
    Ok(())
}

/// Where to go, the place in the file, and what is there.
fn collect(links: &mut Vec<(String, String, String)>, index: usize, file: &FileReport) {
    let name = file.file.name();
    if !file.problems.is_empty() {
        let text = format!("the file cannot be run: {}", counted(file.problems.len(), "error"));
        links.push((format!("f{index}"), name.to_owned(), text));
    }
    if file.has_rule_errors() {
        let text = format!("the rules cannot be loaded: {}", counted(file.rule_problems.len(), "error"));
        links.push((format!("f{index}"), name.to_owned(), text));
        return;
    }
    for group in &file.groups {
        for error in &group.errors {
            let line = file.file.position(group.span.start).line;
            links.push((group_id(index, group), format!("{name}:{line}"), error.message.clone()));
        }
        for (at, assertion) in group.assertions.iter().enumerate().filter(|(_, a)| a.outcome.failed()) {
            let line = file.file.position(words::places(file, assertion).0.span.start).line;
            let text = format!("{}: {}", words::subject(assertion).replace('`', ""), words::verdict(assertion));
            links.push((assertion_id(index, group, at), format!("{name}:{line}"), text));
        }
    }
}

fn files(page: &mut String, report: &TestReport) -> fmt::Result {
    write!(page, "<details class=\"files\"><summary>{}</summary><ul>", counted(report.files.len(), "test file"))?;
    for (index, file) in report.files.iter().enumerate() {
        let (class, sign) = if file.failed() { ("bad", "✗ failed") } else { ("ok", "✓ passed") };
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
