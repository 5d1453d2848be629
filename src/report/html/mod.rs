//! `--html FILE`: a test run as one page that needs nothing else.
//!
//! No script, no font, no image, no request: the page is HTML with inline SVG and one style sheet, and a content
//! security policy that forbids the rest. Drawings are placed in percent across and in pixels down, so that the same
//! page fits a screen, a phone and paper, and their words keep their size. Colour never says anything alone: states
//! have heights and patterns, assertions have signs, curves have dashes, and each drawing is told in words below it.
//!
//! What failed comes first and is open, the rest is folded. All that comes from files goes through
//! [`escape::Text`]. The page is the same for the same report, but for the time that it took.

mod axis;
mod bands;
mod curves;
mod diagnostic;
mod difference;
mod escape;
mod excerpt;
mod failure;
mod group;
mod marks;
mod numbers;
mod picture;
mod subject;
mod summary;

use std::fmt::{self, Write as _};
use std::io;

use escape::Text;
use group::GroupPage;

use super::summary::counted;
use super::test::{TestView, words};
use crate::source::Severity;
use crate::unittest::report::{FileReport, GroupReport, TestReport};

/// Once the page has so many bytes, further groups get no pictures. Those that fail come first.
const PICTURES_BYTES: usize = 16 * 1024 * 1024;

/// Once the page has so many bytes, further groups are only counted.
const GROUPS_BYTES: usize = 2 * PICTURES_BYTES;

/// So many warnings of one file are shown.
const MAX_WARNINGS: usize = 50;

const STYLE: &str = include_str!("style.css");

/// Patterns and signs that drawings refer to.
const DEFINITIONS: &str = r##"<svg class="definitions" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch" width="2.5" height="6"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="dots-ground" width="6" height="6"/><circle class="dots" cx="3" cy="3" r="1.6"/></pattern>
<g id="ok"><circle r="6.5"/><path d="M-3 0.2L-0.9 2.5L3.2 -2.4"/></g>
<g id="bad"><path class="body" d="M0 -8.5L8.5 0L0 8.5L-8.5 0Z"/><path d="M-2.7 -2.7L2.7 2.7M2.7 -2.7L-2.7 2.7"/></g>
<g id="off"><circle r="6.5"/><path d="M-3 0H3"/></g>
</defs></svg>
"##;

/// Writes the page. `view.elapsed` is shown if it is given.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn io::Write, report: &TestReport, view: &TestView) -> io::Result<()> {
    let mut written = 0;
    let mut flush = |page: &mut String| {
        written += page.len();
        let result = out.write_all(page.as_bytes());
        page.clear();
        result.map(|()| written)
    };
    let mut page = String::new();
    head(&mut page, report, view).map_err(io::Error::other)?;
    let (failed, passed): (Vec<_>, Vec<_>) = report.files.iter().enumerate().partition(|(_, file)| file.failed());
    for (index, file) in failed.into_iter().chain(passed) {
        file_head(&mut page, index, file, view).map_err(io::Error::other)?;
        let fails = |group: &&GroupReport| group.failed();
        let (failed, passed): (Vec<_>, Vec<_>) = file.groups.iter().partition(fails);
        let mut more = 0;
        for group in failed.into_iter().chain(passed) {
            let written = flush(&mut page)?;
            if written >= GROUPS_BYTES {
                more += 1;
                continue;
            }
            let (pictures, timed) = (written < PICTURES_BYTES, view.elapsed.is_some());
            let group = GroupPage { file, file_index: index, group, pictures, timed };
            group.write(&mut page).map_err(io::Error::other)?;
        }
        if more > 0 {
            page.push_str(&format!("<p class=\"more\">and {}</p>", counted(more, "more group")));
        }
        page.push_str("</section>\n");
    }
    page.push_str(FOOT);
    flush(&mut page).map(|_| ())
}

const FOOT: &str = "</main>\n<footer>Time runs from the start of each test. A value stands until the next evaluation. \
Written by promproof.</footer>\n</body>\n</html>\n";

fn head(page: &mut String, report: &TestReport, view: &TestView) -> fmt::Result {
    let title = summary::verdict(report, view);
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} – promproof test</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{DEFINITIONS}",
        Text(&title),
    )?;
    summary::write(page, report, view)?;
    legend(page);
    page.push_str("<main>\n");
    Ok(())
}

/// What the signs mean.
fn legend(page: &mut String) {
    page.push_str("<ul class=\"signs\" aria-label=\"Signs\">");
    for (class, word) in [("pending", "pending"), ("firing", "firing"), ("kept", "kept firing by keep_firing_for")] {
        let (y, height) = match class {
            "pending" => (7, 9),
            "kept" => (3, 13),
            _ => (0, 16),
        };
        // `push_str` of known words: nothing to escape.
        page.push_str(&format!(
            "<li><svg class=\"key\" aria-hidden=\"true\"><rect class=\"{class}\" x=\"1\" width=\"24\" y=\"{y}\" height=\"{height}\"/></svg>{word}</li>"
        ));
    }
    page.push_str("<li><svg class=\"key\" aria-hidden=\"true\"><circle class=\"resolved\" cx=\"13\" cy=\"9\" r=\"3.5\"/></svg>resolved</li>");
    for (class, word) in [("ok", "assertion holds"), ("bad", "assertion fails")] {
        page.push_str(&format!(
            "<li><svg class=\"key marks\" aria-hidden=\"true\"><g class=\"{class}\"><use href=\"#{class}\" x=\"13\" y=\"9\"/></g></svg>{word}</li>"
        ));
    }
    page.push_str("</ul>\n");
}

/// The heading of a file, and what is wrong with it as a whole.
fn file_head(page: &mut String, index: usize, file: &FileReport, view: &TestView) -> fmt::Result {
    let (class, word) = if file.failed() { ("bad", "failed") } else { ("ok", "passed") };
    let assertions: usize = file.groups.iter().map(|group| group.assertions.len()).sum();
    writeln!(
        page,
        "<section class=\"file {class}\" id=\"f{index}\"><h2>{} <span class=\"figures\">{word}: {}, {}</span></h2>",
        Text(file.file.name()),
        counted(file.groups.len(), "group"),
        counted(assertions, "assertion"),
    )?;
    let rule_problems = file.rule_problems.iter().filter(|_| file.has_rule_errors());
    for problem in file.problems.iter().chain(rule_problems) {
        diagnostic::write(page, problem, Severity::Error)?;
    }
    if file.warnings.is_empty() {
        return Ok(());
    }
    write!(page, "<details class=\"warnings\"><summary>{}</summary>", counted(file.warnings.len(), "warning"))?;
    for warning in file.warnings.iter().take(MAX_WARNINGS) {
        diagnostic::write(page, warning, words::warning_severity(view))?;
    }
    if file.warnings.len() > MAX_WARNINGS {
        write!(page, "<p class=\"more\">and {} more</p>", file.warnings.len() - MAX_WARNINGS)?;
    }
    page.write_str("</details>\n")
}
