//! A test group: what it asserts, alert by alert and expression by expression, those that fail first.

use std::fmt::{self, Write as _};

use super::escape::Text;
use super::frame::Frame;
use super::marks::{self, Class, Mark};
use super::shapes::Shapes;
use super::subject::{Picture, Subject, about, subjects};
use super::{axis::Axis, bands, diagnostic, failure, picture};
use crate::model::duration::format_duration;
use crate::report::run::words;
use crate::source::Severity;
use crate::source::words::counted;
use crate::unittest::report::{Assertion, AssertionKind, FileReport, GroupReport};
use crate::unittest::story::Story;

/// So many alerts and expressions are shown together.
const MAX_SUBJECTS: usize = 60;
/// So many assertions on one subject are listed.
const MAX_LISTED: usize = 100;
/// So many failures on one subject are explained.
const MAX_EXPLAINED: usize = 25;

/// A group on its page.
pub(super) struct GroupPage<'a> {
    pub(super) file: &'a FileReport,
    /// The file's place in the report; part of ids.
    pub(super) file_index: usize,
    pub(super) group: &'a GroupReport,
    /// What its picture needs.
    pub(super) story: Option<&'a Story>,
    /// Whether there is room for pictures.
    pub(super) pictures: bool,
    /// Whether times are shown, which differ from run to run.
    pub(super) timed: bool,
}

/// Where a link to an assertion leads.
pub(super) fn assertion_id(file_index: usize, group: &GroupReport, assertion: usize) -> String {
    format!("a{file_index}-{}-{assertion}", group.index)
}

/// Where a link to a group leads.
pub(super) fn group_id(file_index: usize, group: &GroupReport) -> String {
    format!("g{file_index}-{}", group.index)
}

impl<'a> GroupPage<'a> {
    /// Writes the group, folded unless it fails.
    pub(super) fn write(&self, page: &mut String, shapes: &mut Shapes) -> fmt::Result {
        let group = self.group;
        let failed = group.failed() || self.file.has_rule_errors();
        let class = if failed {
            "bad"
        } else if group.skipped {
            "off"
        } else {
            "ok"
        };
        let open = if group.failed() { " open" } else { "" };
        write!(page, "<details class=\"group {class}\" id=\"{}\"{open}><summary>", group_id(self.file_index, group))?;
        self.headline(page, shapes, class)?;
        page.push_str("</summary><div class=\"body\">");
        for error in &group.errors {
            diagnostic::write(page, error, Severity::Error)?;
        }
        let story = self.story.filter(|_| self.pictures);
        if self.story.is_some() && !self.pictures {
            page.push_str(
                "<p class=\"none\">Its pictures are left out to keep this page small; run fewer tests to see them.</p>",
            );
        }
        let (asserted, others): (Vec<_>, Vec<_>) =
            subjects(group, story).into_iter().partition(|subject| !subject.assertions.is_empty());
        let (failing, passing): (Vec<_>, Vec<_>) = asserted.into_iter().partition(|subject| self.fails(subject));
        self.subjects(page, shapes, &failing, story)?;
        if failing.is_empty() {
            self.subjects(page, shapes, &passing, story)?;
        } else {
            self.folded(page, shapes, &passing, story, "asserted on, and as expected")?;
        }
        self.folded(page, shapes, &others, story, "pending or firing too, and not asserted on")?;
        if let Some(story) = story {
            left_out(page, story)?;
        }
        page.write_str("</div></details>")
    }

    /// Subjects that are of less interest.
    fn folded(
        &self,
        page: &mut String,
        shapes: &mut Shapes,
        subjects: &[Subject<'a>],
        story: Option<&Story>,
        what: &str,
    ) -> fmt::Result {
        if subjects.is_empty() {
            return Ok(());
        }
        write!(page, "<details class=\"rest\"><summary>{} more: {what}</summary>", subjects.len())?;
        self.subjects(page, shapes, subjects, story)?;
        page.write_str("</details>")
    }

    /// Some subjects, one below the other.
    fn subjects(
        &self,
        page: &mut String,
        shapes: &mut Shapes,
        subjects: &[Subject<'a>],
        story: Option<&Story>,
    ) -> fmt::Result {
        for subject in subjects.iter().take(MAX_SUBJECTS) {
            self.subject(page, shapes, subject, story)?;
        }
        if subjects.len() > MAX_SUBJECTS {
            write!(page, "<p class=\"more\">and {} more</p>", subjects.len() - MAX_SUBJECTS)?;
        }
        Ok(())
    }

    fn fails(&self, subject: &Subject<'_>) -> bool {
        subject.assertions.iter().filter_map(|index| self.group.assertions.get(*index)).any(|a| a.outcome.failed())
    }

    fn headline(&self, page: &mut String, shapes: &mut Shapes, class: &str) -> fmt::Result {
        let group = self.group;
        let word = match class {
            "bad" => "failed",
            "off" => "skipped",
            _ => "passed",
        };
        write!(
            page,
            "<span class=\"badge\">{word}</span> <span class=\"name\">{}</span>",
            Text(&words::group_name(group))
        )?;
        let failed = group.assertions.iter().filter(|assertion| assertion.outcome.failed()).count();
        let all = counted(group.assertions.len(), "assertion");
        let of = if failed > 0 { format!("{failed} of {all} failed") } else { all };
        let line = self.file.file.position(group.span.start()).line;
        write!(page, " <span class=\"figures\">line {line} · {of}")?;
        if let Some(story) = self.story {
            let every = format_duration(story.schedule.interval_ms);
            write!(page, " · {} every {every}", counted(story.steps, "evaluation"))?;
        }
        if self.timed {
            write!(page, " · {}", words::seconds(group.elapsed))?;
        }
        page.push_str("</span>");
        match self.story.filter(|_| self.pictures) {
            Some(story) => bands::strip(page, shapes, story),
            None => Ok(()),
        }
    }

    fn subject(
        &self,
        page: &mut String,
        shapes: &mut Shapes,
        subject: &Subject<'a>,
        story: Option<&Story>,
    ) -> fmt::Result {
        let assertions: Vec<(usize, &Assertion)> =
            subject.assertions.iter().filter_map(|index| Some((*index, self.group.assertions.get(*index)?))).collect();
        let kind = if subject.is_alert { "alert" } else { "expression" };
        write!(page, "<section class=\"subject\"><h3><span class=\"kind\">{kind}</span> ")?;
        if subject.is_alert {
            write!(page, "{}</h3>", Text(subject.name))?;
        } else {
            write!(page, "<code>{}</code></h3>", Text(&words::shortened(subject.name, 160)))?;
        }
        let has_picture = !matches!(subject.picture, Picture::None);
        let mut drawn = story
            .filter(|_| has_picture)
            .map(|story| (story, Frame { axis: Axis::of(story), marks: self.marks(story, subject), shapes }));
        if let Some((story, frame)) = &mut drawn {
            match subject.picture {
                Picture::None => {}
                Picture::Rule(rule) => picture::rule(page, story, rule, frame)?,
                Picture::Expression(expr) => picture::expression(page, expr, frame)?,
            }
        }
        let failed: Vec<_> = assertions.iter().filter(|(_, assertion)| assertion.outcome.failed()).collect();
        for (index, assertion) in failed.iter().take(MAX_EXPLAINED) {
            failure::write(page, &assertion_id(self.file_index, self.group, *index), self.file, assertion)?;
        }
        if failed.len() > MAX_EXPLAINED {
            write!(page, "<p class=\"more\">and {} more failed</p>", failed.len() - MAX_EXPLAINED)?;
        }
        if let (Some((_, frame)), Picture::Rule(rule)) = (&mut drawn, subject.picture) {
            picture::inputs(page, &self.file.file, rule, frame)?;
        }
        self.list(page, &assertions)?;
        page.write_str("</section>")
    }

    /// The marks of a subject: all assertions that are about it, also where another rule has its name.
    fn marks(&self, story: &Story, subject: &Subject<'a>) -> Vec<Mark> {
        let says = |(index, assertion): (usize, &'a Assertion)| {
            let (number, at, word) = (index + 1, time(assertion), Class::of(assertion).word());
            let text = format!("#{number}, {at}: {word}; expects {}", self.expectation(index));
            (index, assertion, text)
        };
        let about = |(index, assertion): &(usize, &'a Assertion)| {
            about(*index, assertion, Some(story)) == (subject.name, subject.is_alert)
        };
        let assertions = self.group.assertions.iter().enumerate().filter(about).map(says);
        marks::of(&Axis::of(story), assertions)
    }

    fn expectation(&self, index: usize) -> &'a str {
        let story = self.story;
        story.and_then(|story| story.expectations.get(index)).map_or("", |expectation| &expectation.text)
    }

    /// The assertions, a row each.
    fn list(&self, page: &mut String, assertions: &[(usize, &Assertion)]) -> fmt::Result {
        if assertions.is_empty() {
            return page.write_str("<p class=\"none\">Nothing is asserted on it.</p>");
        }
        page.push_str("<table class=\"asserts\"><thead><tr><th>#</th><th>time</th><th>expects</th><th>verdict</th></tr></thead><tbody>");
        for (index, assertion) in assertions.iter().take(MAX_LISTED) {
            let class = Class::of(assertion);
            let sign = match class {
                Class::Passed => "✓ passed".to_owned(),
                Class::NotRun => "– not checked".to_owned(),
                Class::Failed => {
                    let id = assertion_id(self.file_index, self.group, *index);
                    format!("<a href=\"#{id}\">✗ failed</a>: {}", Text(&words::verdict(assertion)))
                }
            };
            let line = self.file.file.position(assertion.span.start()).line;
            write!(
                page,
                "<tr{}><td>{}</td><td>{}</td><td><code>{}</code></td><td>{sign} <i>line {line}</i></td></tr>",
                row_class(class),
                index + 1,
                time(assertion),
                Text(&words::shortened(self.expectation(*index), 240)),
            )?;
        }
        page.push_str("</tbody></table>");
        if assertions.len() > MAX_LISTED {
            write!(page, "<p class=\"more\">and {} more</p>", assertions.len() - MAX_LISTED)?;
        }
        Ok(())
    }
}

/// The class of an assertion's row; most pass, and theirs is left out.
const fn row_class(class: Class) -> &'static str {
    match class {
        Class::Passed => "",
        Class::NotRun => " class=\"off\"",
        Class::Failed => " class=\"bad\"",
    }
}

/// When an assertion looks.
fn time(assertion: &Assertion) -> String {
    match assertion.kind {
        AssertionKind::Timeline(_) => "always".to_owned(),
        AssertionKind::Alert(_) | AssertionKind::Expr(_) => format_duration(assertion.eval_time_ms),
    }
}

/// What the story does not tell.
fn left_out(page: &mut String, story: &Story) -> fmt::Result {
    let mut parts = Vec::new();
    if story.more_rules > 0 {
        parts.push(format!("{} that were active are not drawn", counted(story.more_rules, "more alerting rule")));
    }
    if story.more_expressions > 0 {
        parts.push(format!("{} not drawn", counted(story.more_expressions, "more expression")));
    }
    if story.silent_rules > 0 {
        parts.push(format!(
            "{} stayed silent and {} not asserted on",
            counted(story.silent_rules, "alerting rule"),
            if story.silent_rules == 1 { "is" } else { "are" }
        ));
    }
    if parts.is_empty() { Ok(()) } else { write!(page, "<p class=\"more\">{}.</p>", parts.join("; ")) }
}
