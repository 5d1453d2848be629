//! Writes rules as they are into the pages that show them.

use rustc_hash::FxHashMap;

use super::Config;
use super::pages::Pages;
use crate::runbook;
use crate::source::{self, Edit, FileId, Label, Span};
use crate::workspace::Workspace;

/// After so many rounds there is nothing more that could be written: a block with several rules is written rule by rule.
const MAX_ROUNDS: usize = 64;

/// What came of it.
#[derive(Debug, Default)]
pub struct Synced {
    /// How many rules were written.
    pub count: usize,
    /// The rules in pages that are different and could not be written; the text is their name.
    pub left: Vec<Label>,
}

/// Gives the pages of the workspace the rules that they show, as they are. Nothing is written to the disk.
pub fn sync_pages(workspace: &mut Workspace, config: &Config) -> Synced {
    let mut synced = Synced::default();
    for _ in 0..MAX_ROUNDS {
        let (texts, left) = round(workspace, config);
        synced.left = left;
        if texts.is_empty() {
            break;
        }
        for (file, text, count) in texts {
            synced.count += count;
            workspace.set_page_text(file, text);
        }
    }
    synced
}

/// The new texts of pages, with how many rules are in each, and what could not be written. Of each block one rule is.
fn round(workspace: &Workspace, config: &Config) -> (Vec<(FileId, String, usize)>, Vec<Label>) {
    let pages = Pages::new(workspace, config);
    let options = config.promql.parse_options();
    let mut edits: FxHashMap<FileId, Vec<Edit>> = FxHashMap::default();
    let mut left = Vec::new();
    for shown in pages.shown(config).iter().filter(|shown| !shown.drift.is_empty()) {
        let (page, rule) = (&shown.entry.page, shown.alert.place.rule);
        let all: Vec<_> = shown.drift.fields.iter().chain(&shown.drift.links).cloned().collect();
        let of_page = edits.entry(page.file.id()).or_default();
        if of_page.iter().any(|edit| edit.span == shown.copy.block) {
            continue;
        }
        match runbook::refreshed(page, shown.copy, rule, &all, &config.runbook.keys, &options) {
            Some(edit) => of_page.push(edit),
            None => left.push(shown.in_page(shown.copy.name.span, shown.copy.name.text())),
        }
    }
    let texts = pages.library.entries().iter().filter_map(|entry| {
        let edits = edits.get(&entry.page.file.id()).filter(|edits| !edits.is_empty())?;
        let text = source::apply(entry.page.file.text(), edits).ok()?;
        (text != entry.page.slice(Span::new(0, entry.page.file.text().len())))
            .then(|| (entry.page.file.id(), text, edits.len()))
    });
    (texts.collect(), left)
}
