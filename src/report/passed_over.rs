//! Files that would be rules or tests, and of which nothing can be said: they are counted and named once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::wrapped;
use super::{CheckReport, Look};
use crate::rules::{FileShape, Foreign, Templating};
use crate::source::words::counted;

/// A file that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// What messages call the file.
    pub path: String,
    /// Why nothing can be said of it.
    pub reason: Reason,
}

/// Why nothing can be said of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is a template: what Prometheus reads is rendered from it.
    Template(Templating),
    /// It is for another program.
    Foreign(Foreign),
}

impl PassedOver {
    /// The file called `path`, if one of this shape is passed over with a word.
    pub fn of(path: &str, shape: FileShape) -> Option<PassedOver> {
        let reason = match shape {
            FileShape::Templated(templating) => Reason::Template(templating),
            FileShape::Foreign(foreign) => Reason::Foreign(foreign),
            FileShape::Rules | FileShape::Tests | FileShape::Other => return None,
        };
        Some(PassedOver { path: path.to_owned(), reason })
    }
}

impl Reason {
    /// What `count` files of this kind are called: "3 Helm templates".
    fn counted(self, count: usize) -> String {
        match self {
            Reason::Template(templating) => counted(count, &format!("{} template", templating.name())),
            Reason::Foreign(foreign) => format!("{} of {}", counted(count, "file"), foreign.name()),
        }
    }

    /// The kind, as programs read it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Reason::Template(_) => "template",
            Reason::Foreign(_) => "foreign",
        }
    }

    /// The language or the program.
    pub(super) fn name(self) -> &'static str {
        match self {
            Reason::Template(templating) => templating.name(),
            Reason::Foreign(foreign) => foreign.name(),
        }
    }

    /// How they can be checked nevertheless.
    pub(super) fn advice(self) -> Option<&'static str> {
        match self {
            Reason::Template(templating) => Some(templating.advice()),
            Reason::Foreign(_) => None,
        }
    }
}

/// The files by why they were passed over.
pub(super) fn by_reason(files: &[PassedOver]) -> BTreeMap<Reason, Vec<&str>> {
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

/// Writes the lines before the closing one: which files were passed over and which expressions were not checked.
///
/// # Errors
/// What `out` reports.
pub(super) fn write(out: &mut dyn Write, look: &Look, report: &CheckReport) -> io::Result<()> {
    let mut say = |text: &str| {
        let mut lines = wrapped(text, look.width.max(40)).into_iter();
        lines.try_for_each(|line| writeln!(out, "{}", look.paint(Look::FAINT, line)))
    };
    let files = &report.passed_over;
    if !files.is_empty() {
        let advice = advice(files).map(|advice| format!("; {advice}")).unwrap_or_default();
        say(&format!("passed over {}{advice}", in_words(files)))?;
    }
    for (language, count) in &report.unchecked {
        let verb = if *count == 1 { "was" } else { "were" };
        say(&format!("{} in {language} {verb} not checked", counted(*count, "expression")))?;
    }
    Ok(())
}
