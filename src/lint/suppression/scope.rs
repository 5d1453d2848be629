//! Which bytes of a file a suppression comment speaks for.

use std::ops::Range;

use super::comment::Reach;
use crate::promql;
use crate::rules::{Rule, RuleFile};
use crate::source::{SourceFile, Span, region_at};
use crate::workspace::Document;
use crate::yaml::{Entry, Mapping};

/// The parts of a rule file that a comment can speak for, by the line on which they begin.
struct Regions {
    /// Sorted by start; an outer region before the inner ones that begin at the same byte.
    regions: Vec<Region>,
    /// Those of rules, sorted by start.
    rules: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Region {
    span: Span,
    /// The rule that this is a direct entry of.
    entry_of: Option<Span>,
}

/// A comment in the file.
#[derive(Clone, Copy)]
pub(super) struct Comment {
    /// From the `#` to the end of the line.
    pub(super) span: Span,
    /// For a comment inside an expression: what follows it there.
    pub(super) following: Option<Span>,
}

impl Regions {
    fn of(file: &RuleFile) -> Regions {
        let mut regions = Vec::new();
        for group in &file.groups {
            regions.push(Region { span: group.span, entry_of: None });
            for rule in &group.rules {
                rule_regions(file, rule, &mut regions);
            }
        }
        // The sort is stable, and outer regions were added first.
        regions.sort_by_key(|region| region.span.start());
        let rules = file.groups.iter().flat_map(|group| &group.rules);
        let mut rules: Vec<Span> = rules.map(|rule| rule.span).collect();
        rules.sort();
        Regions { regions, rules }
    }

    /// The rule that holds the byte `offset`.
    fn rule_around(&self, offset: usize) -> Option<Span> {
        region_at(&self.rules, offset, |rule| *rule).and_then(|index| self.rules.get(index)).copied()
    }

    /// The rule that begins in `line`.
    fn rule_in(&self, line: Span) -> Option<Span> {
        let at = self.rules.partition_point(|rule| rule.start() < line.start());
        self.rules.get(at).filter(|rule| rule.start() < line.end()).copied()
    }

    /// The outermost region that begins in `line`.
    fn beginning_in(&self, line: Span) -> Option<Region> {
        let at = self.regions.partition_point(|region| region.span.start() < line.start());
        self.regions.get(at).filter(|region| region.span.start() < line.end()).copied()
    }
}

fn rule_regions(file: &RuleFile, rule: &Rule, regions: &mut Vec<Region>) {
    regions.push(Region { span: rule.span, entry_of: None });
    let Some(mapping) = file.node_of(rule).and_then(|node| node.as_mapping()) else { return };
    // What came through an alias or a merge stands elsewhere in the file.
    let own = |entry: &&Entry| entry.key.span.start() >= rule.span.start() && entry.value.span.end() <= rule.span.end();
    for entry in mapping.entries.iter().filter(own) {
        regions.push(Region { span: entry.key.span.to(entry.value.span), entry_of: Some(rule.span) });
        let inner: &[Entry] = entry.value.as_mapping().map_or(&[], |inner: &Mapping| &inner.entries);
        for entry in inner.iter().filter(own) {
            regions.push(Region { span: entry.key.span.to(entry.value.span), entry_of: None });
        }
    }
}

/// The comments of a document that may hold a suppression, in their order: those of YAML, and those of PromQL inside
/// expressions.
pub(super) fn comments(document: &Document) -> Vec<Comment> {
    let mut comments: Vec<Comment> = document.comments().map(|span| Comment { span, following: None }).collect();
    let rules = document.rules().into_iter().flat_map(|file| &file.groups).flat_map(|group| &group.rules);
    rules.for_each(|rule| comments_in(rule, &mut comments));
    comments.sort_by_key(|comment| comment.span);
    // Rules may share an expression through an alias.
    comments.dedup_by_key(|comment| comment.span);
    comments
}

/// The comments in the expression of a rule.
fn comments_in(rule: &Rule, comments: &mut Vec<Comment>) {
    let expr = &rule.expr;
    let decoded = promql::comments(expr.text());
    if decoded.is_empty() {
        return;
    }
    let lines = ExprLines::of(rule);
    // From the last to the first: what follows one comment of a block is what follows the next.
    let mut after: Option<(usize, Span)> = None;
    for comment in decoded.into_iter().rev() {
        let rest = expr.text().get(comment.end()..).unwrap_or_default();
        let at = comment.end() + (rest.len() - rest.trim_start().len());
        let following = match after {
            Some((next, following)) if next == at => following,
            _ => lines.beginning_at(at).map_or(expr.span, |decoded| expr.file_span(decoded)),
        };
        after = Some((comment.start(), following));
        comments.push(Comment { span: expr.file_span(comment), following: Some(following) });
    }
}

/// An expression by its lines; bytes are those of its decoded text.
struct ExprLines<'r> {
    text: &'r str,
    /// Of its nodes, sorted by start, the outer ones first; none where it does not parse.
    nodes: Vec<Span>,
}

impl<'r> ExprLines<'r> {
    fn of(rule: &'r Rule) -> Self {
        let mut nodes = Vec::new();
        if let Some(expr) = &rule.parsed {
            expr.walk(&mut |node| nodes.push(node.span));
        }
        nodes.sort_by_key(|node| (node.start(), std::cmp::Reverse(node.end())));
        ExprLines { text: rule.expr.text(), nodes }
    }

    /// The line from the byte `at` on, and all of the outermost node that begins in it. `None` where nothing does, or is
    /// known to.
    fn beginning_at(&self, at: usize) -> Option<Span> {
        let rest = self.text.get(at..)?;
        let line = Span::new(at, at + rest.find('\n').unwrap_or(rest.len()));
        let first = self.nodes.partition_point(|node| node.start() < at);
        Some(self.nodes.get(first).filter(|node| node.start() < line.end())?.to(line))
    }
}

/// Finds out which bytes comments speak for.
pub(super) struct Scopes<'d> {
    file: &'d SourceFile,
    regions: Option<Regions>,
    /// The lines, from 0, that were last searched for content, and what was found: comments come in blocks, and each
    /// line of one leads to the same place.
    searched: (Range<usize>, Option<Span>),
}

impl<'d> Scopes<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let regions = document.rules().map(|file| Regions::of(file));
        Scopes { file: &document.source, regions, searched: (0..0, None) }
    }

    /// The bytes that a comment reaches; `None` where there are none.
    pub(super) fn reached(&mut self, comment: Comment, reach: Reach) -> Option<Span> {
        let end = self.file.text().len();
        let line = self.file.line_index(comment.span.start());
        match reach {
            Reach::Place => Some(self.scope(comment)),
            Reach::File => Some(Span::new(0, end)),
            Reach::Rest => Some(comment.span.to(Span::at(end))),
            Reach::Line => self.file.line_span(line),
            Reach::NextLine => self.file.line_span(line + 1),
            Reach::Rule => {
                let regions = self.regions.as_ref()?;
                if let Some(rule) = regions.rule_around(comment.span.start()) {
                    return Some(rule);
                }
                let below = self.next_content(line + 1)?;
                self.regions.as_ref()?.rule_in(below)
            }
            Reach::Begin | Reach::End => None,
        }
    }

    /// The bytes that a comment speaks for where it stands.
    ///
    /// Behind something on the same line: that line, and what begins on it as a whole (an entry with its block of text,
    /// a rule). On a line of its own: the same for the next line that holds anything; and between the entries of a
    /// rule, the rule. In an expression: the line before it, or on a line of its own what follows (the next line, and
    /// what begins on it as a whole: an operand, a selector; before all of the expression, all of it).
    fn scope(&mut self, comment: Comment) -> Span {
        let index = self.file.line_index(comment.span.start());
        let start = self.file.line_span(index).map_or(comment.span.start(), |line| line.start());
        let before = content(Span::new(start, comment.span.start()), self.file);
        let own_line = before.is_empty();
        match comment.following {
            Some(following) if own_line => return following,
            Some(_) => return before,
            None => {}
        }
        let line = if own_line { self.next_content(index + 1).unwrap_or(comment.span) } else { before };
        let Some(region) = self.regions.as_ref().and_then(|regions| regions.beginning_in(line)) else { return line };
        match region.entry_of {
            Some(rule) if own_line => rule,
            _ => region.span.to(line),
        }
    }

    /// The next line that holds more than a comment, from the line `from` on.
    fn next_content(&mut self, from: usize) -> Option<Span> {
        if !self.searched.0.contains(&from) {
            let content = |index: usize| self.file.line_span(index).map(|line| content(line, self.file));
            let holds_something = |line: Span| !line.is_empty() && !line.slice(self.file.text()).starts_with('#');
            let lines = from..self.file.line_count();
            let found = lines.clone().find(|index| content(*index).is_some_and(holds_something));
            self.searched = (from..found.map_or(lines.end, |index| index + 1), found.and_then(content));
        }
        self.searched.1
    }
}

/// A span without the blanks at its ends.
fn content(span: Span, file: &SourceFile) -> Span {
    let text = span.slice(file.text());
    let start = span.start() + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}
