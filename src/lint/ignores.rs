//! Writes suppression comments for what is found: `promproof check --add-ignores`.
//!
//! A comment stands at the end of the line of its finding. Where that is the middle of a text, or where a comment stands
//! already, it stands above the rule, or above the line where there is none. A file is changed only if its YAML means the same
//! afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::config::FileLevels;
use super::fix::FixedFile;
use super::registry::find;
use super::rules::suppression;
use super::{Config, run};
use crate::source::words::collapsed;
use crate::source::{self, Diagnostic, Edit, FileId, SourceFile, Span, region_at};
use crate::workspace::{Document, Workspace};
use crate::yaml::{self, Node, NodeKind, ScalarStyle};

/// What came of it.
#[derive(Debug, Default)]
pub struct Ignored {
    /// The files that changed, in the order of the documents.
    pub files: Vec<FixedFile>,
    /// How many findings have a comment now.
    pub excused: usize,
    /// The findings for which no comment can stand, in the files as they were.
    pub left: Vec<Diagnostic>,
}

/// Writes comments for all findings in the documents of the workspace, with `reason` on one line. Nothing is written to the
/// disk.
pub fn add_ignores(workspace: &mut Workspace, config: &Config, reason: &str) -> Ignored {
    let reason = collapsed(reason);
    let mut ignored = Ignored::default();
    let mut by_file: FxHashMap<FileId, Vec<Diagnostic>> = FxHashMap::default();
    for found in run(workspace, config) {
        by_file.entry(found.primary.file.id()).or_default().push(found);
    }
    let mut changed = Vec::new();
    for document in workspace.documents() {
        let Some(found) = by_file.remove(&document.source.id()) else { continue };
        let levels = config.levels_in(document);
        let mut comments = Comments::default();
        let places = Places::of(document);
        let (placed, left): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|found| can_be_excused(found, &levels) && comments.place(found, &places));
        ignored.left.extend(left);
        match with_comments(document, &comments.edits(&places, &reason)) {
            Some(new) => {
                let (before, after) = (Arc::clone(&document.source), Arc::clone(&new.source));
                ignored.files.push(FixedFile { before, after, applied: placed.len() });
                ignored.excused += placed.len();
                changed.push(new);
            }
            None => ignored.left.extend(placed),
        }
    }
    // In files that are no documents nobody reads comments.
    ignored.left.extend(by_file.into_values().flatten());
    ignored.left.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    changed.into_iter().for_each(|document| workspace.replace(document));
    ignored
}

/// Whether a comment counts for it: not where it cannot be read, where it is locked, and not for what is said of comments.
fn can_be_excused(found: &Diagnostic, levels: &FileLevels) -> bool {
    let rule = find(found.rule).map(|rule| rule.meta());
    rule.is_some_and(|rule| !rule.stops_reading && rule.category() != suppression::UNUSED.category())
        && !levels.is_locked(found.rule)
}

/// The document with the edits; `None` where there are none, or they would change what its YAML means.
fn with_comments(document: &Document, edits: &[Edit]) -> Option<Document> {
    let old = &document.source;
    let text = (!edits.is_empty()).then(|| source::apply(old.text(), edits).ok())??;
    let new = document.with_text(text);
    mean_the_same(old, &new.source).then_some(new)
}

/// The rules of the comments that are to be written.
#[derive(Default)]
struct Comments {
    /// By the line, from 0, at whose end they stand.
    at_end_of: BTreeMap<usize, BTreeSet<&'static str>>,
    /// By the line above which they stand.
    above: BTreeMap<usize, BTreeSet<&'static str>>,
}

impl Comments {
    /// Finds a place for the comment that excuses `found`; says whether there is one.
    fn place(&mut self, found: &Diagnostic, places: &Places<'_>) -> bool {
        let at = found.primary.span.start();
        let line = places.file.line_index(at);
        if places.has_room_behind(line) {
            self.at_end_of.entry(line).or_default().insert(found.rule);
            return true;
        }
        let above = match places.rule_around(at) {
            Some(rule) => places.line_of_rule(rule),
            None => Some(line),
        };
        let Some(above) = above.filter(|line| places.has_room_above(*line)) else { return false };
        self.above.entry(above).or_default().insert(found.rule);
        true
    }

    fn edits(&self, places: &Places<'_>, reason: &str) -> Vec<Edit> {
        let file = places.file;
        let text = |rules: &BTreeSet<&str>| {
            let rules: Vec<&str> = rules.iter().copied().collect();
            format!("# promproof: ignore[{}] {reason}", rules.join(", "))
        };
        let behind = self.at_end_of.iter().filter_map(|(line, rules)| {
            let line = file.line_span(*line)?;
            Some(Edit::insert(line.end(), format!(" {}", text(rules))))
        });
        let above = self.above.iter().filter_map(|(line, rules)| {
            let line = file.line_span(*line)?;
            let content = line.slice(file.text());
            let indent = content.get(..content.len() - content.trim_start().len()).unwrap_or_default();
            let line_break = if file.text().contains("\r\n") { "\r\n" } else { "\n" };
            Some(Edit::insert(line.start(), format!("{indent}{}{line_break}", text(rules))))
        });
        behind.chain(above).collect()
    }
}

/// Where comments can stand in a file.
struct Places<'d> {
    file: &'d SourceFile,
    /// The texts of several lines, by their start: no two share a byte.
    texts: Vec<Text>,
    /// The comments, by their start.
    comments: Vec<Span>,
    /// The rules, by their start.
    rules: Vec<Span>,
}

/// A text of several lines.
struct Text {
    span: Span,
    /// Whether it takes its lines as they are, to their ends.
    is_block: bool,
}

impl<'d> Places<'d> {
    fn of(document: &'d Document) -> Self {
        let file: &SourceFile = &document.source;
        let parsed = yaml::parse(&document.source);
        let mut texts = Vec::new();
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            each_scalar(root, |span, style| {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if is_block || span.slice(file.text()).contains('\n') {
                    texts.push(Text { span, is_block });
                }
            });
        }
        texts.sort_by_key(|text| text.span);
        let groups = document.rules().into_iter().flat_map(|rules| &rules.groups);
        let mut rules: Vec<Span> = groups.flat_map(|group| &group.rules).map(|rule| rule.span).collect();
        rules.sort();
        let comments = parsed.comments.iter().map(|comment| comment.span).collect();
        Places { file, texts, comments, rules }
    }

    /// The last text that begins up to the byte `at`.
    fn text_before(&self, at: usize) -> Option<&Text> {
        let behind = self.texts.partition_point(|text| text.span.start() <= at);
        self.texts.get(behind.checked_sub(1)?)
    }

    /// Whether what is written at the end of the line would be a comment, and the only one there.
    fn has_room_behind(&self, line: usize) -> bool {
        let Some(line) = self.file.line_span(line) else { return false };
        let is_inside = self.text_before(line.end()).is_some_and(|text| match text.is_block {
            true => line.end() <= text.span.end(),
            false => text.span.start() < line.end() && line.end() < text.span.end(),
        });
        let behind = self.comments.partition_point(|comment| comment.start() < line.start());
        let has_comment = self.comments.get(behind).is_some_and(|comment| comment.start() <= line.end());
        !is_inside && !has_comment && !line.slice(self.file.text()).trim().is_empty()
    }

    /// Whether a line that is put above this one would be a comment.
    fn has_room_above(&self, line: usize) -> bool {
        let Some(line) = self.file.line_span(line) else { return false };
        let is_inside = |text: &Text| {
            let begins_before =
                text.span.start() < line.start() || (text.is_block && text.span.start() == line.start());
            begins_before && line.start() < text.span.end()
        };
        !self.text_before(line.start()).is_some_and(is_inside)
    }

    fn rule_around(&self, at: usize) -> Option<Span> {
        region_at(&self.rules, at, |rule| *rule).and_then(|index| self.rules.get(index)).copied()
    }

    /// The line on which a rule begins, where nothing else does.
    fn line_of_rule(&self, rule: Span) -> Option<usize> {
        let line = self.file.line_index(rule.start());
        let before = Span::new(self.file.line_span(line)?.start(), rule.start()).slice(self.file.text());
        before.chars().all(|letter| matches!(letter, ' ' | '-')).then_some(line)
    }
}

/// Shows `visit` the place and style of each scalar below `root`, where it is written.
fn each_scalar(root: &Node, mut visit: impl FnMut(Span, ScalarStyle)) {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if node.alias().is_some() {
            continue;
        }
        match &node.kind {
            NodeKind::Scalar(scalar) => visit(node.span, scalar.style),
            NodeKind::Mapping(mapping) => {
                let written = mapping.entries.iter().filter(|entry| !entry.is_merged());
                pending.extend(written.flat_map(|entry| [&entry.key, &entry.value]));
            }
            NodeKind::Sequence(sequence) => pending.extend(&sequence.items),
        }
    }
}

/// Whether two texts are the same YAML but for comments and places.
fn mean_the_same(old: &Arc<SourceFile>, new: &Arc<SourceFile>) -> bool {
    let (old_yaml, new_yaml) = (yaml::parse(old), yaml::parse(new));
    let problems = |parsed: &yaml::Parsed| parsed.problems.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    old_yaml.documents.len() == new_yaml.documents.len()
        && problems(&old_yaml) == problems(&new_yaml)
        && old_yaml.documents.iter().zip(&new_yaml.documents).all(|(a, b)| match (&a.root, &b.root) {
            (Some(a), Some(b)) => are_equal((a, old), (b, new)),
            (a, b) => a.is_none() && b.is_none(),
        })
}

/// Whether two trees of YAML say the same. What stands behind an alias is compared where it is written.
fn are_equal((a, a_file): (&Node, &SourceFile), (b, b_file): (&Node, &SourceFile)) -> bool {
    let mut pending = vec![(a, b)];
    while let Some((a, b)) = pending.pop() {
        if a.tag() != b.tag() {
            return false;
        }
        match (a.alias(), b.alias()) {
            (Some(a), Some(b)) if a.slice(a_file.text()) == b.slice(b_file.text()) => continue,
            (None, None) => {}
            _ => return false,
        }
        match (&a.kind, &b.kind) {
            (NodeKind::Scalar(a), NodeKind::Scalar(b)) => {
                if (a.style, a.is_null) != (b.style, b.is_null) || *a.value() != *b.value() {
                    return false;
                }
            }
            (NodeKind::Mapping(a), NodeKind::Mapping(b)) if a.entries.len() == b.entries.len() => {
                for (a, b) in a.entries.iter().zip(&b.entries).filter(|(a, _)| !a.is_merged()) {
                    pending.extend([(&a.key, &b.key), (&a.value, &b.value)]);
                }
            }
            (NodeKind::Sequence(a), NodeKind::Sequence(b)) if a.items.len() == b.items.len() => {
                pending.extend(a.items.iter().zip(&b.items));
            }
            _ => return false,
        }
    }
    true
}
