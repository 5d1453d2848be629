//! Files that would be rules or tests, and of which nothing can be said: they are counted and named once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::text::wrapped;
use super::{CheckReport, Style};
use crate::source::words::counted;
use crate::workspace::{PassedOver, Reason};

impl Reason {
    /// What `count` files of this kind are called: "3 Helm templates".
    fn counted(self, count: usize) -> String {
        match self {
            Reason::Template(templating) => counted(count, &format!("{} template", templating.name())),
            Reason::Foreign(foreign) => format!("{} of {}", counted(count, "file"), foreign.name()),
            Reason::Ignored => counted(count, "ignored file"),
            Reason::Linked => counted(count, "linked file"),
        }
    }

    /// The kind, as programs read it.
    fn kind(self) -> &'static str {
        match self {
            Reason::Template(_) => "template",
            Reason::Foreign(_) => "foreign",
            Reason::Ignored => "ignored",
            Reason::Linked => "linked",
        }
    }

    /// The language or the program.
    fn name(self) -> &'static str {
        match self {
            Reason::Template(templating) => templating.name(),
            Reason::Foreign(foreign) => foreign.name(),
            Reason::Ignored => "ignore files",
            Reason::Linked => "symbolic links",
        }
    }

    /// How they can be checked nevertheless.
    fn advice(self) -> Option<&'static str> {
        match self {
            Reason::Template(templating) => Some(templating.advice()),
            Reason::Foreign(_) => None,
            Reason::Ignored => Some("--no-ignore looks at what .gitignore and .ignore name"),
            Reason::Linked => Some("name a link to follow it"),
        }
    }
}

/// The files by why they were passed over.
fn by_reason(files: &[PassedOver]) -> BTreeMap<Reason, Vec<&str>> {
    let mut by_reason: BTreeMap<Reason, Vec<&str>> = BTreeMap::new();
    for file in files {
        by_reason.entry(file.reason).or_default().push(&file.path);
    }
    by_reason
}

/// How many files of which kind were passed over, in one line: "113 Helm templates and 1 ERB template".
pub fn in_words(files: &[PassedOver]) -> String {
    let parts: Vec<String> = by_reason(files).iter().map(|(reason, paths)| reason.counted(paths.len())).collect();
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What to do about them: one piece of advice, for what there is most of.
pub fn advice(files: &[PassedOver]) -> Option<&'static str> {
    let by_reason = by_reason(files);
    let templates = by_reason.iter().filter(|(reason, _)| reason.advice().is_some());
    templates.max_by_key(|(_, paths)| paths.len()).and_then(|(reason, _)| reason.advice())
}

/// Files of one kind that were passed over, as programs read it.
#[derive(Serialize)]
pub(super) struct PassedOverJson<'a> {
    /// `template`, `foreign` for what other programs read, `ignored`, or `linked` for symbolic links.
    kind: &'static str,
    /// The template language or the program.
    name: &'static str,
    files: Vec<&'a str>,
    help: Option<&'static str>,
}

/// The files, as programs read them.
pub(super) fn json(files: &[PassedOver]) -> Vec<PassedOverJson<'_>> {
    let of = |(reason, files): (Reason, _)| PassedOverJson {
        kind: reason.kind(),
        name: reason.name(),
        files,
        help: reason.advice(),
    };
    by_reason(files).into_iter().map(of).collect()
}

/// Writes a line before the closing one: which files were passed over, if any.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, style: &Style, files: &[PassedOver]) -> io::Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let advice = advice(files).map(|advice| format!("; {advice}")).unwrap_or_default();
    say(out, style, &format!("passed over {}{advice}", in_words(files)))
}

/// As [`write`], and which expressions were not checked.
///
/// # Errors
/// What `out` reports.
pub(super) fn write_all(out: &mut dyn Write, style: &Style, report: &CheckReport) -> io::Result<()> {
    write(out, style, &report.passed_over)?;
    for (language, count) in &report.unchecked {
        let verb = if *count == 1 { "was" } else { "were" };
        say(out, style, &format!("{} in {language} {verb} not checked", counted(*count, "expression")))?;
    }
    Ok(())
}

fn say(out: &mut dyn Write, style: &Style, text: &str) -> io::Result<()> {
    let mut lines = wrapped(text, style.width.max(40)).into_iter();
    lines.try_for_each(|line| writeln!(out, "{}", style.paint(Style::FAINT, line)))
}
