//! Writes suppression comments for what is found: `promproof check --add-ignores`.
//!
//! A comment stands at the end of the line of its finding. Where that is the middle of a text, or where a comment stands
//! already, it stands above the rule, or above the line where there is none. A file is changed only if its YAML means the same
//! afterwards: a finding whose comment would change that is left without one. A rule file that is a literal text, as in a
//! ConfigMap, has its comments inside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::config::FileLevels;
use super::fix::FixedFile;
use super::halves::in_halves;
use super::registry::find;
use super::rules::suppression;
use super::{Config, run};
use crate::source::words::collapsed;
use crate::source::{self, Diagnostic, Edit, FileId, SourceFile, Span, region_at};
use crate::workspace::{Document, Workspace};
use crate::yaml::{self, Node, NodeKind, Parsed, Scalar, ScalarStyle};

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
        let places = Places::of(document);
        let (placed, left): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|found| can_be_excused(found, &levels) && Comments::default().place(found, &places));
        ignored.left.extend(left);
        let placed: Vec<&Diagnostic> = placed.iter().collect();
        let tried = in_halves(&placed, |found| with_comments(document, &places, &reason, found).ok_or(()));
        ignored.left.extend(tried.refused.into_iter().map(|(left, _)| left.clone()));
        if let Some(new) = tried.document {
            let (before, after) = (Arc::clone(&document.source), Arc::clone(&new.source));
            ignored.files.push(FixedFile { before, after, applied: tried.accepted.len() });
            ignored.excused += tried.accepted.len();
            changed.push(new);
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

/// The document with the comments of these findings; `None` where one has no place, or they would change what its YAML means.
fn with_comments(document: &Document, places: &Places<'_>, reason: &str, found: &[&Diagnostic]) -> Option<Document> {
    let mut comments = Comments::default();
    let all_there = found.iter().all(|found| comments.place(found, places));
    let text = source::apply(document.source.text(), &comments.edits(places, reason)).ok()?;
    let new = document.with_text(text);
    (all_there && mean_the_same(document, &new)).then_some(new)
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
        let rules = rules_of(document);
        let mut places = Places { file: &document.source, texts: Vec::new(), comments: Vec::new(), rules };
        places.read(&document.source, &yaml::parse(&document.source));
        places.texts.sort_by_key(|text| text.span);
        places.comments.sort();
        places
    }

    /// Notes the texts and comments of `file`, or of a text of it.
    fn read(&mut self, file: &Arc<SourceFile>, parsed: &Parsed) {
        self.comments.extend(parsed.comments.iter().map(|comment| comment.span));
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            each_scalar(root, &mut |span, scalar| {
                if let Some(inner) = rule_file_in(file, scalar, span, &self.rules) {
                    return self.read(file, &inner);
                }
                let is_block = scalar.style.is_block();
                if is_block || span.slice(file.text()).contains('\n') {
                    self.texts.push(Text { span, is_block });
                }
            });
        }
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
            // Blanks at the end of a line are text, too, though the span of the last one ends before them.
            true => line.start() < text.span.end(),
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

/// The rules of a document, by their start.
fn rules_of(document: &Document) -> Vec<Span> {
    let groups = document.rules().into_iter().flat_map(|rules| &rules.groups);
    let mut rules: Vec<Span> = groups.flat_map(|group| &group.rules).map(|rule| rule.span).collect();
    rules.sort();
    rules
}

/// The YAML of a literal text at `span` that some of the rules of its document were read from, as in a ConfigMap; `None` where
/// it is another text. Its lines are lines of the file, and so are the comments at their ends.
fn rule_file_in(file: &Arc<SourceFile>, scalar: &Scalar, span: Span, rules: &[Span]) -> Option<Parsed> {
    let next = rules.get(rules.partition_point(|rule| rule.start() < span.start()))?;
    // An expression holds no rule, and in other styles lines and comments are not what they seem.
    let is_rule_file = scalar.style == ScalarStyle::Literal && next.start() < span.end();
    is_rule_file.then(|| yaml::parse_nested(file, scalar))
}

/// Shows `visit` each scalar below `root` with its place, where it is written.
fn each_scalar(root: &Node, visit: &mut dyn FnMut(Span, &Scalar)) {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if node.alias().is_some() {
            continue;
        }
        match &node.kind {
            NodeKind::Scalar(scalar) => visit(node.span, scalar),
            NodeKind::Mapping(mapping) => {
                let written = mapping.entries.iter().filter(|entry| !entry.is_merged());
                pending.extend(written.flat_map(|entry| [&entry.key, &entry.value]));
            }
            NodeKind::Sequence(sequence) => pending.extend(&sequence.items),
        }
    }
}

/// Whether two documents are the same YAML but for comments and places.
fn mean_the_same(old: &Document, new: &Document) -> bool {
    let [old, new] = [old, new].map(|document| Side { file: &document.source, rules: rules_of(document) });
    are_same(&yaml::parse(old.file), &yaml::parse(new.file), &old, &new)
}

/// One of two files that are compared.
struct Side<'d> {
    file: &'d Arc<SourceFile>,
    /// Its rules, by their start.
    rules: Vec<Span>,
}

fn are_same(a: &Parsed, b: &Parsed, of_a: &Side<'_>, of_b: &Side<'_>) -> bool {
    let problems = |parsed: &Parsed| parsed.problems.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    a.documents.len() == b.documents.len()
        && problems(a) == problems(b)
        && a.documents.iter().zip(&b.documents).all(|(a, b)| match (&a.root, &b.root) {
            (Some(a), Some(b)) => are_equal((a, of_a), (b, of_b)),
            (a, b) => a.is_none() && b.is_none(),
        })
}

/// Whether two trees of YAML say the same. What stands behind an alias is compared where it is written.
fn are_equal((a, of_a): (&Node, &Side<'_>), (b, of_b): (&Node, &Side<'_>)) -> bool {
    let mut pending = vec![(a, b)];
    while let Some((a, b)) = pending.pop() {
        if a.tag() != b.tag() {
            return false;
        }
        match (a.alias(), b.alias()) {
            (Some(a), Some(b)) if a.slice(of_a.file.text()) == b.slice(of_b.file.text()) => continue,
            (None, None) => {}
            _ => return false,
        }
        match (&a.kind, &b.kind) {
            (NodeKind::Scalar(one), NodeKind::Scalar(other)) => {
                if (one.style, one.is_null) != (other.style, other.is_null)
                    || (one.value() != other.value()
                        && !are_same_rule_files((one, a.span, of_a), (other, b.span, of_b)))
                {
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

/// Whether two texts that are not the same are rule files that are.
fn are_same_rule_files(a: (&Scalar, Span, &Side<'_>), b: (&Scalar, Span, &Side<'_>)) -> bool {
    let inner = |(scalar, span, of): (&Scalar, Span, &Side<'_>)| rule_file_in(of.file, scalar, span, &of.rules);
    match (inner(a), inner(b)) {
        (Some(inner_a), Some(inner_b)) => are_same(&inner_a, &inner_b, a.2, b.2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Label, Severity};

    #[test]
    fn a_comment_that_cannot_be_written_takes_no_other_with_it() {
        let text = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          up\n        for: 5m\n      - alert: B\n        expr: up\n";
        let source = Arc::new(SourceFile::new("r.yml", text));
        let document = Document::rule_file(&source, &Config::default().settings());
        // Whoever does not know of the text takes its line for one that has room.
        let mut places = Places::of(&document);
        places.texts.clear();
        let found = |rule: &'static str, on: &str| {
            let at = text.find(on).unwrap();
            Diagnostic::new(rule, Severity::Warning, "wrong", Label::new(&source, Span::new(at, at + on.len()), ""))
        };
        let found =
            [found("a/a", "A"), found("a/up", "  up\n"), found("a/for", "for"), found("a/b", "B"), found("a/c", "g\n")];
        let found: Vec<&Diagnostic> = found.iter().collect();
        let tried = in_halves(&found, |found| with_comments(&document, &places, "why", found).ok_or(()));
        let left: Vec<&str> = tried.refused.iter().map(|(left, _)| left.rule).collect();
        assert_eq!((left, tried.accepted.len()), (vec!["a/up"], 4));
        let mut expected = text.to_owned();
        for (line, rule) in [(": A\n", "a"), (": 5m\n", "for"), (": B\n", "b"), (": g\n", "c")] {
            let with = format!("{} # promproof: ignore[a/{rule}] why\n", line.trim_end());
            expected = expected.replacen(line, &with, 1);
        }
        assert_eq!(tried.document.map(|document| document.source.text().to_owned()), Some(expected));
    }
}
