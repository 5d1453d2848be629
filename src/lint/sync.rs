//! Writes rules as they are into the pages that show them.

use rustc_hash::FxHashMap;

use super::Config;
use super::pages::{Pages, Shown};
use super::recording::RecordedNames;
use crate::runbook;
use crate::source::{self, Edit, FileId, Label, Span};
use crate::workspace::Workspace;

/// After so many rounds no more is written. The rules of a block are written together, or, where they cannot be, one in
/// each round.
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

/// The new texts of pages, with how many rules are in each, and what could not be written.
fn round(workspace: &Workspace, config: &Config) -> (Vec<(FileId, String, usize)>, Vec<Label>) {
    let recorded_names = RecordedNames::of(workspace);
    let pages = Pages::new(workspace, config, &recorded_names);
    let options = config.parse_options();
    let mut blocks: FxHashMap<(FileId, usize), Vec<Shown<'_, '_>>> = FxHashMap::default();
    let mut order = Vec::new();
    for shown in pages.shown(config).into_iter().filter(|shown| !shown.drift.is_empty()) {
        let key = (shown.entry.page.file.id(), shown.copy.block.start());
        let block = blocks.entry(key).or_default();
        if block.is_empty() {
            order.push(key);
        }
        block.push(shown);
    }
    let mut edits: FxHashMap<FileId, (Vec<Edit>, usize)> = FxHashMap::default();
    let mut left = Vec::new();
    for key in order {
        let block = blocks.remove(&key).unwrap_or_default();
        let Some(page) = block.first().map(|shown| &shown.entry.page) else { continue };
        let all = |shown: &Shown<'_, '_>| shown.drift.fields.iter().chain(&shown.drift.links).cloned().collect();
        let rules: Vec<(_, _, Vec<_>)> =
            block.iter().map(|shown| (shown.copy, shown.alert.place.rule, all(shown))).collect();
        let together = match rules.len() {
            1 => None,
            _ => runbook::refreshed_together(page, &rules, &config.runbook.keys, &options),
        };
        let (edit, is_written) = match together {
            Some((edit, is_written)) => (Some(edit), is_written),
            None => {
                let alone = rules.iter().enumerate().find_map(|(at, (copy, rule, all))| {
                    let edit = runbook::refreshed(page, copy, rule, all, &config.runbook.keys, &options)?;
                    Some((at, edit))
                });
                let (at, edit) = alone.map_or((rules.len(), None), |(at, edit)| (at, Some(edit)));
                (edit, (0..rules.len()).map(|other| other == at).collect())
            }
        };
        if let Some(edit) = edit {
            let (of_page, count) = edits.entry(key.0).or_default();
            of_page.push(edit);
            *count += is_written.iter().filter(|is_written| **is_written).count();
        }
        // What is not written now may be in the next round; after the last one it is left.
        let not_written = block.iter().zip(is_written).filter(|(_, is_written)| !is_written);
        left.extend(not_written.map(|(shown, _)| shown.in_page(shown.copy.name.span, shown.copy.name.text())));
    }
    let texts = pages.library.entries().iter().filter_map(|entry| {
        let (edits, count) = edits.get(&entry.page.file.id())?;
        let text = source::apply(entry.page.file.text(), edits).ok()?;
        (text != entry.page.slice(Span::new(0, entry.page.file.text().len())))
            .then(|| (entry.page.file.id(), text, *count))
    });
    (texts.collect(), left)
}
