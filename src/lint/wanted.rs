//! What other commands than `check` find, as far as `check` would tell of it too: levels, the rules that the command line
//! chooses, and comments hold for them.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Config;
use super::registry::find;
use super::suppression::{self, Suppressions};
use crate::source::{Diagnostic, FileId, Label, Severity, SourceFile};
use crate::unittest::Seen;
use crate::unittest::rendering::{RenderedField, Rendering};
use crate::workspace::Workspace;

/// Leaves of what is found in `source`, a file of the workspace, that which [`super::run`] would tell too: neither switched off, nor suppressed, nor
/// mere information. What is configured decides how severe each is.
pub fn keep_wanted(workspace: &Workspace, source: &SourceFile, found: &mut Vec<Diagnostic>, config: &Config) {
    if found.is_empty() {
        return;
    }
    let document = workspace.document(source.id());
    let levels = match &document {
        Some(document) => config.levels_in(document),
        None => config.levels(source.name()).into(),
    };
    found.retain_mut(|found| levels.apply(found) && found.severity >= Severity::Warning);
    // Elsewhere no suppression is among the comments.
    if let Some(document) = document.filter(|_| suppression::may_hold_some(source.text())) {
        let suppressions = Suppressions::read(&document, config.now_ms());
        found.retain(|found| !suppressions.silences(found, &levels));
    }
}

/// A remark: the file and the byte where the text of its field begins, and its rule.
type Remark = (FileId, usize, &'static str);

/// Leaves the remarks on rendered alerts that are wanted; those behind which no lint rule stands are.
pub fn keep_wanted_remarks(workspace: &Workspace, renderings: &mut Seen<Rendering>, config: &Config) {
    let mut by_file: FxHashMap<FileId, (Arc<SourceFile>, Vec<Diagnostic>)> = FxHashMap::default();
    each_field(renderings, |file, field| {
        let Some(span) = field.span else { return };
        for meta in field.problems.iter().filter_map(|problem| find(problem.rule?)).map(|rule| rule.meta()) {
            let (_, found) = by_file.entry(file.id()).or_insert_with(|| (Arc::clone(file), Vec::new()));
            found.push(meta.diagnostic("", Label::new(file, span, "")));
        }
    });
    let mut wanted: FxHashSet<Remark> = FxHashSet::default();
    for (id, (file, mut found)) in by_file {
        keep_wanted(workspace, &file, &mut found, config);
        wanted.extend(found.iter().map(|found| (id, found.primary.span.start(), found.rule)));
    }
    each_field(renderings, |file, field| {
        let Some(start) = field.span.map(|span| span.start()) else { return };
        field.problems.retain(|problem| problem.rule.is_none_or(|rule| wanted.contains(&(file.id(), start, rule))));
    });
}

/// Calls `visit` for each rendered label and annotation, with the file of its rule.
fn each_field(renderings: &mut Seen<Rendering>, mut visit: impl FnMut(&Arc<SourceFile>, &mut RenderedField)) {
    for rule in renderings.iter_mut().flat_map(|rendering| &mut rendering.rules) {
        for alert in &mut rule.alerts {
            let fields = alert.labels.iter_mut().chain(&mut alert.annotations);
            fields.for_each(|field| visit(&rule.rule.file, field));
        }
    }
}
