//! Writes what a test found into the test file, in place of what it expected.
//!
//! Only the bytes that have to change do: a value that differs is replaced in its own style of quotes, an alert that
//! does not fire is taken out with its lines, one that is missing is put behind the others. Comments, order and
//! everything else stay.

mod changes;
mod extensions;
mod render;
mod shared;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::decode::decode;
use super::report::{Assertion, FileReport, Outcome};
use crate::source::{Diagnostic, Edit, SourceFile, Span};
use crate::yaml::{self, Mapping, Node};

use changes::Change;
use render::Value;
use shared::Shared;

/// A test file as it should be.
#[derive(Debug)]
pub struct Update {
    /// The whole new text.
    pub text: String,
    /// How many assertions were rewritten.
    pub changed: usize,
    /// Assertions that failed and had to stay as they are.
    pub left: Vec<Left>,
    /// The first mistake that the update would bring into the file. If there is one, the text is the old one.
    pub broken: Option<Box<Diagnostic>>,
}

/// An assertion that failed and had to stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its mapping in the file.
    pub span: Span,
    /// Why it stays.
    pub why: Why,
}

/// Why an assertion cannot be updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What would have to change is read at other places, too: through an alias or a merge.
    Shared,
    /// It comes through an alias or a merge, could not be decided, or says what must never be or what a text is to be
    /// like.
    Fixed,
}

/// The file of `report` with each assertion that does not hold rewritten to what is there.
pub fn update(report: &FileReport) -> Update {
    let parsed = yaml::parse(&report.file);
    let root = parsed.documents.first().and_then(|document| document.root.as_ref());
    let updater = Updater { file: &report.file, shared: Shared::of(root, &report.file) };
    let (mut edits, mut changed, mut left) = (Vec::new(), 0, Vec::new());
    let tests = root.and_then(Node::as_mapping).and_then(|root| list(root, "tests"));
    for group in &report.groups {
        let written = tests.and_then(|tests| tests.get(group.index)).map(Written::of).unwrap_or_default();
        for assertion in group.assertions.iter().filter(|assertion| assertion.outcome.failed()) {
            match updater.assertion(&written, assertion) {
                Ok(more) => {
                    changed += 1;
                    edits.extend(more);
                }
                Err(why) => left.push(Left { span: assertion.span, why }),
            }
        }
    }
    // An assertion that is repeated through an alias stands at one place only.
    let mut seen = FxHashSet::default();
    left.retain(|left| seen.insert(left.span));
    let text = apply(report.file.text(), edits);
    match new_problem(&report.file, &text) {
        Some(problem) => {
            let text = report.file.text().to_owned();
            Update { text, changed: 0, left, broken: Some(Box::new(problem)) }
        }
        None => Update { text, changed, left, broken: None },
    }
}

/// The first thing that is wrong with `text` and not with the file as it is.
fn new_problem(file: &Arc<SourceFile>, text: &str) -> Option<Diagnostic> {
    if file.text() == text {
        return None;
    }
    let known = decode(&yaml::parse(file), file).problems;
    let known: FxHashSet<_> = known.iter().map(|problem| (problem.rule, problem.message.as_str())).collect();
    let new = Arc::new(SourceFile::new(file.name(), text));
    let problems = decode(&yaml::parse(&new), &new).problems;
    problems.into_iter().find(|problem| !known.contains(&(problem.rule, problem.message.as_str())))
}

/// The assertions of a test group as they are written, by their places.
#[derive(Default)]
struct Written<'n> {
    alerts: FxHashMap<Span, &'n Node>,
    exprs: FxHashMap<Span, &'n Node>,
    timelines: FxHashMap<Span, &'n Node>,
}

impl<'n> Written<'n> {
    /// Those of the test group `group`; none where it comes from elsewhere.
    fn of(group: &'n Node) -> Self {
        let Some(mapping) = group.as_mapping().filter(|_| group.alias.is_none()) else { return Written::default() };
        let items = |name: &str| {
            let items = list(mapping, name).unwrap_or_default().iter();
            items.filter(|item| item.alias.is_none()).map(|item| (item.span, item)).collect()
        };
        Written {
            alerts: items("alert_rule_test"),
            exprs: items("promql_expr_test"),
            timelines: items("alert_timeline"),
        }
    }
}

/// The items of the list `name`, unless the list comes from elsewhere.
fn list<'n>(mapping: &'n Mapping, name: &str) -> Option<&'n [Node]> {
    let entry = mapping.get(name).filter(|entry| !entry.merged && entry.value.alias.is_none())?;
    Some(&entry.value.as_sequence()?.items)
}

/// The text with the edits, which do not overlap.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &edits {
        out.push_str(text.get(at..edit.span.start).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = edit.span.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

struct Updater<'a> {
    file: &'a Arc<SourceFile>,
    shared: Shared,
}

impl Updater<'_> {
    /// The edits of one assertion of a test group. They lie within its own text, and so collide with no others.
    fn assertion(&self, group: &Written<'_>, assertion: &Assertion) -> Result<Vec<Edit>, Why> {
        let edits = self.own_edits(group, assertion).ok_or(Why::Fixed)?;
        if self.shared.touched_by(&edits) { Err(Why::Shared) } else { Ok(edits) }
    }

    /// The edits of one assertion, whatever else reads what they change; `None` where that cannot be done.
    fn own_edits(&self, group: &Written<'_>, assertion: &Assertion) -> Option<Vec<Edit>> {
        let (tests, key) = match &assertion.outcome {
            Outcome::Alerts(_) => (&group.alerts, "exp_alerts"),
            Outcome::Samples(_) => (&group.exprs, "exp_samples"),
            Outcome::Timeline(_) => (&group.timelines, ""),
            Outcome::Message(_) => (&group.exprs, ""),
            _ => return None,
        };
        let node = *tests.get(&assertion.span)?;
        let mapping = node.as_mapping()?;
        match &assertion.outcome {
            Outcome::Timeline(failure) => return extensions::of_timeline(self.file, mapping, failure),
            Outcome::Message(failure) => return extensions::of_message(self.file, mapping, failure),
            _ => {}
        }
        let written = match mapping.get(key) {
            Some(entry) if entry.merged || entry.value.alias.is_some() => return None,
            Some(entry) if !entry.value.is_null() => entry.value.as_sequence()?.items.as_slice(),
            _ => &[],
        };
        let (changes, all) = match &assertion.outcome {
            Outcome::Alerts(failure) => changes::of_alerts(self.file, written, failure)?,
            Outcome::Samples(failure) => changes::of_samples(self.file, written, failure)?,
            _ => return None,
        };
        self.edits_of(node, mapping, key, written, changes, &all)
    }

    /// The edits that bring the list `key` of the assertion `node` from `written` to `all`.
    fn edits_of(
        &self,
        node: &Node,
        mapping: &Mapping,
        key: &str,
        written: &[Node],
        changes: Vec<Change>,
        all: &[Value],
    ) -> Option<Vec<Edit>> {
        let in_flow = self.starts_with(node.span, '{');
        let Some(entry) = mapping.get(key) else {
            return self.insert_key(node, mapping, key, all, in_flow);
        };
        let indent = self.column(entry.key.span.start);
        if written.is_empty() {
            // `exp_alerts:`, `exp_alerts: ~`, `exp_alerts: []`
            let value = if entry.value.is_null() && entry.value.span.is_empty() {
                Span::at(self.behind_colon(entry.key.span.end)?)
            } else {
                entry.value.span
            };
            if in_flow {
                return Some(vec![Edit { span: value, replacement: format!(" {}", render::flow_list(all)) }]);
            }
            let line_end = self.line_end(value.end);
            let items = render::block_list(all, indent + 2);
            let mut edits = vec![Edit { span: Span::at(line_end), replacement: format!("\n{items}") }];
            if !value.is_empty() {
                let blank = self.blank_before(value.start);
                edits.push(Edit { span: Span::new(blank, value.end), replacement: String::new() });
            }
            return Some(edits);
        }
        if self.starts_with(entry.value.span, '[') {
            return Some(vec![Edit { span: entry.value.span, replacement: render::flow_list(all) }]);
        }
        if all.is_empty() {
            let span = Span::new(self.behind_colon(entry.key.span.end)?, self.content_end(entry.value.span));
            return Some(vec![Edit { span, replacement: " []".to_owned() }]);
        }
        self.block_edits(written, changes)
    }

    /// Edits within a list of which each item has its lines to itself.
    fn block_edits(&self, written: &[Node], changes: Vec<Change>) -> Option<Vec<Edit>> {
        let dashes: Option<Vec<usize>> = written.iter().map(|item| self.dash(item)).collect();
        let dashes = dashes?;
        let last = written.last()?;
        let end = self.line_end(self.content_end(last.span));
        let mut edits = Vec::new();
        for change in changes {
            match change {
                Change::Remove(index) => {
                    let start = self.line_start(*dashes.get(index)?);
                    // Of the last one only its own lines go: what comes behind belongs to something else.
                    let (start, end) = match dashes.get(index + 1) {
                        Some(next) => (start, self.line_start(*next)),
                        None => (start.saturating_sub(1), end),
                    };
                    edits.push(Edit { span: Span::new(start, end), replacement: String::new() });
                }
                Change::Replace(index, value) => {
                    let item = written.get(index)?;
                    let span = Span::new(item.span.start, self.content_end(item.span));
                    let replacement = if self.starts_with(item.span, '{') {
                        value.flow()
                    } else {
                        value.block(self.column(item.span.start))
                    };
                    edits.push(Edit { span, replacement });
                }
                Change::Edit(more) => edits.extend(more),
                Change::Add(value) => {
                    let indent = self.column(*dashes.first()?);
                    let item = render::block_list(std::slice::from_ref(&value), indent);
                    edits.push(Edit { span: Span::at(end), replacement: format!("\n{item}") });
                }
            }
        }
        Some(edits)
    }

    fn insert_key(&self, node: &Node, mapping: &Mapping, key: &str, all: &[Value], in_flow: bool) -> Option<Vec<Edit>> {
        let last = mapping.entries.iter().rfind(|entry| !entry.merged)?;
        let end = self.content_end(last.key.span.to(last.value.span));
        if in_flow {
            let replacement = format!(", {key}: {}", render::flow_list(all));
            return Some(vec![Edit { span: Span::at(end), replacement }]);
        }
        let indent = self.column(node.span.start);
        let replacement = format!("\n{:indent$}{key}:\n{}", "", render::block_list(all, indent + 2));
        Some(vec![Edit { span: Span::at(self.line_end(end)), replacement }])
    }

    fn starts_with(&self, span: Span, c: char) -> bool {
        span.slice(self.file.text()).starts_with(c)
    }

    /// The byte of the `-` of an item of a block list, if it is the first on its line.
    fn dash(&self, item: &Node) -> Option<usize> {
        let before = self.file.text().get(..item.span.start)?.trim_end();
        let dash = before.len().checked_sub(1).filter(|_| before.ends_with('-') && item.alias.is_none())?;
        let blank = before.get(self.line_start(dash)..dash)?.trim().is_empty();
        blank.then_some(dash)
    }

    /// The end of the content, without the line breaks and blanks behind it.
    fn content_end(&self, span: Span) -> usize {
        span.start + span.slice(self.file.text()).trim_end().len()
    }

    fn line_start(&self, offset: usize) -> usize {
        let line = self.file.line_span(self.file.line_index(offset));
        line.map_or(offset, |line| line.start)
    }

    fn line_end(&self, offset: usize) -> usize {
        let line = self.file.line_span(self.file.line_index(offset));
        line.map_or(offset, |line| line.end)
    }

    fn column(&self, offset: usize) -> usize {
        offset - self.line_start(offset)
    }

    /// The byte behind the `:` of a key.
    fn behind_colon(&self, key_end: usize) -> Option<usize> {
        let text = self.file.text().get(key_end..)?;
        let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
        text.trim_start_matches([' ', '\t']).starts_with(':').then_some(key_end + blanks + 1)
    }

    /// The first of the blanks in front of `offset`.
    fn blank_before(&self, offset: usize) -> usize {
        let before = self.file.text().get(..offset).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).len()
    }
}
