//! The baseline: findings that are known and wait, so that only new ones are told.
//!
//! A finding is known by its [`Key`], not by its line, and as often as the baseline says. A file that was renamed takes its
//! known findings along. What is not found any more is stale, and told: a baseline that only grows would hide mistakes.

mod read;
mod sift;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::identity::Key;
use super::rules::baseline::STALE;
use crate::source::words::counted;
use crate::source::{Diagnostic, Label, SourceFile, Span};

pub use sift::{Scope, Sifted};

/// The version of the form of a baseline.
const VERSION: u64 = 1;

/// Of the stale entries so many are shown.
const MAX_SHOWN: usize = 10;

/// Known findings.
#[derive(Debug)]
pub struct Baseline {
    file: Arc<SourceFile>,
    entries: BTreeMap<Key, Entry>,
}

/// How often a finding is known, and which line says so.
#[derive(Clone, Copy, Debug)]
struct Entry {
    count: usize,
    line: Span,
}

impl Baseline {
    /// A baseline without findings, to be written to the file called `name`.
    pub fn empty(name: &str) -> Baseline {
        Baseline { file: Arc::new(SourceFile::new(name, "")), entries: BTreeMap::new() }
    }

    /// Its file.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// What there is to say of entries that are stale: one finding at the first of them. `None` where there are none.
    pub fn stale(&self, stale: &[(Key, usize)]) -> Option<Diagnostic> {
        let mut places = stale.iter().filter_map(|(key, count)| {
            let entry = self.entries.get(key)?;
            let about = if key.name.is_empty() { &key.group } else { &key.name };
            let about = if about.is_empty() { String::new() } else { format!(" of `{about}`") };
            let gone =
                if *count == entry.count { "gone".to_owned() } else { format!("{count} of {} gone", entry.count) };
            let text = format!("{gone}: {}{about} in {}", key.rule, key.file);
            Some(Label::new(&self.file, entry.line, text))
        });
        let primary = places.next()?;
        let related: Vec<Label> = places.take(MAX_SHOWN - 1).collect();
        let more = stale.len().saturating_sub(MAX_SHOWN);
        // A baseline can say any number.
        let count = stale.iter().fold(0_usize, |sum, (_, count)| sum.saturating_add(*count));
        let message = match count {
            1 => "the baseline knows a finding that is gone".to_owned(),
            count => format!("the baseline knows {} that are gone", counted(count, "finding")),
        };
        let more = if more > 0 { format!("; {} not shown", counted(more, "more entry")) } else { String::new() };
        let mut diagnostic = STALE
            .diagnostic(message, primary)
            .help(format!("take what is gone out of it: `promproof check --update-baseline`{more}"));
        diagnostic.related = related;
        Some(diagnostic)
    }
}
