//! `--html FILE`: a test run as one page that needs nothing else.
//!
//! No script, no font, no image, no request: the page is HTML with inline SVG and one style sheet, and a content
//! security policy that forbids the rest. Drawings are placed in percent across and in pixels down, so that the same
//! page fits a screen, a phone and paper, and their words keep their size. Colour never says anything alone: states
//! have heights and patterns, assertions have signs, curves have dashes, and each drawing is told in words below it.
//!
//! What failed comes first and is open, the rest is folded, on a large page file by file. Shapes that occur again are
//! written once (`shapes`), and no line is drawn finer than a quarter of a pixel (`frame`), so that a page of a
//! thousand groups stays small. All that comes from files goes through
//! `escape::Text`. The page is the same for the same report, but for the time that it took.

mod axis;
mod bands;
mod curves;
mod diagnostic;
mod difference;
mod escape;
mod excerpt;
mod failure;
mod frame;
mod group;
mod marks;
mod numbers;
mod picture;
mod shapes;
mod subject;
mod summary;

use std::fmt::{self, Write as _};
use std::io;

use escape::Text;
use group::GroupPage;
use shapes::Shapes;

use super::run::{TestView, words};
use crate::source::Severity;
use crate::source::words::counted;
use crate::unittest::Seen;
use crate::unittest::report::{FileReport, GroupReport, TestReport};
use crate::unittest::story::Story;

/// How large the page may become, in bytes.
struct Room {
    /// From here on groups get no pictures.
    pictures: usize,
    /// From here on groups are only counted.
    groups: usize,
}

const MIB: usize = 1024 * 1024;

/// For groups that fail.
const FAILED: Room = Room { pictures: 16 * MIB, groups: 24 * MIB };

/// For other groups, which must leave room for those that fail in files further down.
const PASSED: Room = Room { pictures: 6 * MIB, groups: 12 * MIB };

/// On a page of more groups those that pass are folded file by file, and stay folded in print.
const MANY_GROUPS: usize = 50;

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

/// Writes the page, with a picture of each group that there is a story of. `view.elapsed` is shown if it is given.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn io::Write, report: &TestReport, stories: &Seen<Story>, view: &TestView) -> io::Result<()> {
    let mut sheet = Sheet { out, page: String::new(), written: 0, shapes: Shapes::default(), stories, view };
    head(&mut sheet.page, report, view).map_err(io::Error::other)?;
    let (failed, passed): (Vec<_>, Vec<_>) =
        report.files.iter().enumerate().partition(|(_, file)| words::file_failed(file, view));
    for (index, file) in failed.into_iter().chain(passed) {
        file_head(&mut sheet.page, index, file, view).map_err(io::Error::other)?;
        let fails = |group: &&GroupReport| group.failed();
        let (failed, others): (Vec<_>, Vec<_>) = file.groups.iter().partition(fails);
        sheet.groups(index, file, &failed, &FAILED)?;
        let folded = is_large(report) && !others.is_empty();
        if folded {
            let count = words_of(file, &others);
            sheet.page.push_str(&format!("<details class=\"passing\"><summary>{count}</summary>"));
        }
        sheet.groups(index, file, &others, &PASSED)?;
        sheet.page.push_str(if folded { "</details></section>\n" } else { "</section>\n" });
    }
    sheet.page.push_str(FOOT);
    sheet.flush()
}

fn is_large(report: &TestReport) -> bool {
    report.files.iter().map(|file| file.groups.len()).sum::<usize>() > MANY_GROUPS
}

/// What became of groups that are folded.
fn words_of(file: &FileReport, groups: &[&GroupReport]) -> String {
    let skipped = groups.iter().filter(|group| group.skipped).count();
    let rest = counted(groups.len() - skipped, "group");
    match (skipped, file.has_rule_errors()) {
        (0, true) => format!("{rest} not run"),
        (0, false) => format!("{rest} passed"),
        (skipped, _) if skipped == groups.len() => format!("{} skipped", counted(skipped, "group")),
        (skipped, true) => format!("{rest} not run, {skipped} skipped"),
        (skipped, false) => format!("{rest} passed, {skipped} skipped"),
    }
}

/// The page in the making.
struct Sheet<'a> {
    out: &'a mut dyn io::Write,
    /// What is not written yet.
    page: String,
    /// How many bytes are written.
    written: usize,
    shapes: Shapes,
    stories: &'a Seen<Story>,
    view: &'a TestView,
}

impl Sheet<'_> {
    /// Writes groups of one file, as long as there is room.
    fn groups(&mut self, file_index: usize, file: &FileReport, groups: &[&GroupReport], room: &Room) -> io::Result<()> {
        for (index, group) in groups.iter().enumerate() {
            self.flush()?;
            if self.written >= room.groups {
                let more = counted(groups.len() - index, "more group");
                self.page.push_str(&format!("<p class=\"more\">and {more}, left out to keep this page small</p>"));
                break;
            }
            let (pictures, timed) = (self.written < room.pictures, self.view.elapsed.is_some());
            let story = self.stories.of(file_index, group.index);
            let group = GroupPage { file, file_index, group, story, pictures, timed };
            group.write(&mut self.page, &mut self.shapes).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.page.as_bytes())?;
        self.written += self.page.len();
        self.page.clear();
        Ok(())
    }
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
         <title>{} – promproof test</title>\n<style>\n{STYLE}</style>\n</head>\n<body{}>\n{DEFINITIONS}",
        Text(&title),
        if is_large(report) { " class=\"large\"" } else { "" },
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
    let (class, word) = if words::file_failed(file, view) { ("bad", "failed") } else { ("ok", "passed") };
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
    write!(
        page,
        "<details class=\"warnings\"{}><summary>{}</summary>",
        if words::failing_warnings(file, view) > 0 { " open" } else { "" },
        counted(file.warnings.len(), "warning")
    )?;
    for warning in file.warnings.iter().take(MAX_WARNINGS) {
        diagnostic::write(page, warning, words::warning_severity(warning, view))?;
    }
    if file.warnings.len() > MAX_WARNINGS {
        write!(page, "<p class=\"more\">and {} more</p>", file.warnings.len() - MAX_WARNINGS)?;
    }
    page.write_str("</details>\n")
}
