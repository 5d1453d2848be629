//! The run over the files as they were before a change, which finds again only what can have been otherwise.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Config;
use super::config::FileLevels;
use super::recording::RecordedNames;
use super::run::{check_document, check_workspace, hand_out, settle, settle_elsewhere};
use crate::source::{Diagnostic, FileId, Label};
use crate::workspace::{Document, Workspace};

/// What a run leaves to the one over the files as they were. Nothing of it is settled: severities and suppressions come
/// later.
#[derive(Debug, Default)]
pub struct Kept {
    /// For each document, which rules run in it.
    levels: Vec<Arc<FileLevels>>,
    /// For each document, what is found in it by itself.
    own: Vec<Vec<Diagnostic>>,
    /// What the hooks find that see all files.
    of_all: Vec<Diagnostic>,
    /// The recorded names on which what is found in a document depends.
    names: FxHashSet<String>,
    /// Whether something is said of suppressions, for which it counts what there is to suppress.
    speaks_of_suppressions: bool,
}

impl Kept {
    pub(super) fn new(
        levels: Vec<Arc<FileLevels>>,
        own: Vec<Vec<Diagnostic>>,
        of_all: Vec<Diagnostic>,
        names: &RecordedNames<'_>,
        settled: &[Diagnostic],
    ) -> Kept {
        let names = names.get().iter().map(|name| (*name).to_owned()).collect();
        let speaks_of_suppressions = settled.iter().any(|found| found.rule.starts_with("suppression/"));
        Kept { levels, own, of_all, names, speaks_of_suppressions }
    }
}

/// What there was to find before a change.
#[derive(Debug, Default)]
pub struct Earlier {
    /// The findings that are not in one of the files of `unchanged`. Those of rules that find nothing any more may be missing.
    pub diagnostics: Vec<Diagnostic>,
    /// Files in which the same was found.
    pub unchanged: FxHashSet<FileId>,
}

/// Lints `before`, which is how `after` was and shares with it the documents that have not changed. `kept` is what a run
/// over `after` has left; `config` differs from the one of that run in the owners of files at most.
///
/// Takes as much time as the documents that have changed, and the rules which see all files and find something in `after`.
pub fn run_earlier(before: &Workspace, config: &Config, after: &Workspace, kept: &Kept) -> Earlier {
    let shared = Shared::new(after, kept);
    let documents = before.documents();
    let recorded_names = RecordedNames::of(before);
    let has_same_names = recorded_names.get().len() == kept.names.len()
        && recorded_names.get().iter().all(|name| kept.names.contains(*name));
    let levels: Vec<Arc<FileLevels>> = documents
        .par_iter()
        .map(|document| match shared.of(document) {
            Some(same) => Arc::clone(same.levels),
            None => Arc::new(config.levels_in(document)),
        })
        .collect();
    let own: Vec<Own<'_>> = documents
        .par_iter()
        .zip(&levels)
        .map(|(document, levels)| {
            let same = shared.of(document).filter(|_| match document.tests() {
                Some(input) => Arc::ptr_eq(&before.rules_of(input), &after.rules_of(input)),
                None => has_same_names || document.rules().is_none(),
            });
            match same {
                Some(same) => Own::Same(same),
                None => Own::Found(check_document(before, document, config, levels, &recorded_names)),
            }
        })
        .collect();
    let finding: FxHashSet<&str> = kept.of_all.iter().map(|found| found.rule).collect();
    let is_wanted = |id: &str| kept.speaks_of_suppressions || finding.contains(id);
    let of_all = check_workspace(before, config, |lint| is_wanted(lint.meta().id), &recorded_names);
    let mut handed_out = vec![Vec::new(); documents.len()];
    let elsewhere = hand_out(of_all, documents, &mut handed_out);

    let mut earlier = Earlier::default();
    for (((document, levels), own), of_all) in documents.iter().zip(&levels).zip(own).zip(handed_out) {
        let mut found = match own {
            Own::Same(same) if same.is_handed(&of_all) => {
                earlier.unchanged.insert(document.source.id());
                continue;
            }
            Own::Same(same) => same.own.to_vec(),
            Own::Found(found) => found,
        };
        found.extend(of_all);
        earlier.diagnostics.extend(settle(document, levels, config.now_ms(), found));
    }
    earlier.diagnostics.extend(settle_elsewhere(elsewhere, before, config));
    earlier
}

/// What is found in a document by itself.
enum Own<'k> {
    Same(&'k OfDocument<'k>),
    Found(Vec<Diagnostic>),
}

/// What was kept of a document.
struct OfDocument<'k> {
    document: &'k Arc<Document>,
    levels: &'k Arc<FileLevels>,
    own: &'k [Diagnostic],
    /// What rules that see all files find in it, in their order.
    of_all: Vec<&'k Diagnostic>,
}

/// What was kept, by file.
struct Shared<'k>(FxHashMap<FileId, OfDocument<'k>>);

impl<'k> Shared<'k> {
    fn new(after: &'k Workspace, kept: &'k Kept) -> Shared<'k> {
        let of_each = after.documents().iter().zip(&kept.levels).zip(&kept.own);
        let mut by_file: FxHashMap<FileId, OfDocument<'k>> = of_each
            .map(|((document, levels), own)| {
                (document.source.id(), OfDocument { document, levels, own, of_all: Vec::new() })
            })
            .collect();
        for found in &kept.of_all {
            if let Some(of_document) = by_file.get_mut(&found.primary.file.id()) {
                of_document.of_all.push(found);
            }
        }
        Shared(by_file)
    }

    /// What was kept of a document that both workspaces have.
    fn of(&self, document: &Arc<Document>) -> Option<&OfDocument<'k>> {
        self.0.get(&document.source.id()).filter(|kept| Arc::ptr_eq(kept.document, document))
    }
}

impl OfDocument<'_> {
    /// Whether rules that see all files find the same in it.
    fn is_handed(&self, of_all: &[Diagnostic]) -> bool {
        self.of_all.len() == of_all.len() && self.of_all.iter().zip(of_all).all(|(now, then)| is_same(now, then))
    }
}

/// Whether two findings are the same for all that settles them and tells them from others.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    let place = |label: &Label| (label.file.id(), label.span);
    a.rule == b.rule
        && a.message == b.message
        && a.severity == b.severity
        && a.primary.text == b.primary.text
        && place(&a.primary) == place(&b.primary)
        && a.related.iter().map(place).eq(b.related.iter().map(place))
}
