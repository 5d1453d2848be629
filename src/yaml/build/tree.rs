//! Collections, documents and comments.

use std::sync::Arc;

use memchr::memchr;

use super::alias::Anchors;
use super::join::Ended;
use super::{Attempt, Source, SyntaxError};
use crate::source::{Label, Meta, Span};
use crate::yaml::event::{Event, Properties};
use crate::yaml::findings::{DUPLICATE_KEY, SYNTAX};
use crate::yaml::granit::Mistake;
use crate::yaml::mapping::{self, Duplicate};
use crate::yaml::repair::Insertions;
use crate::yaml::text::Holder;
use crate::yaml::{Comment, Document, Entry, Mapping, Node, NodeKind, Parsed, Sequence};

/// What a node counts besides its text.
pub(super) const NODE_COST: usize = 128;
/// How many values a file may hold. Each takes up to 200 bytes of memory; the largest rule files that are known hold
/// some hundred thousand. (Less in this module's tests, which run without optimisation.)
pub(super) const MAX_VALUES: usize = if cfg!(test) { 300_000 } else { 2_000_000 };
/// After so many problems the rest of the file is not read: it is not YAML that somebody meant to write.
const MAX_PROBLEMS: usize = 500;

/// A finished node with what it weighs.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) node: Node,
    /// Text and nodes in it, what aliases stand for included.
    pub(super) cost: usize,
    pub(super) depth: usize,
}

/// A collection that is still open.
pub(super) struct Frame {
    /// Where its bracket stands; `None` for one in lines.
    pub(super) bracket: Option<usize>,
    pub(super) properties: Properties,
    /// From the first to the last value so far, in bytes of the file.
    pub(super) extent: Option<Span>,
    pub(super) cost: usize,
    pub(super) depth: usize,
    pub(super) content: Content,
}

/// What an open collection holds so far, as the index of its first one among those of all that are open.
pub(super) enum Content {
    Sequence { first: usize },
    Mapping { first: usize, key: Option<Node> },
}

/// Hears events and makes a tree of them.
pub(super) struct Builder<'a> {
    pub(super) source: &'a Source,
    pub(super) holder: Arc<Holder>,
    pub(super) text: &'a str,
    insertions: &'a Insertions,
    pub(super) attempt: Attempt,
    pub(super) frames: Vec<Frame>,
    /// The items of all sequences that are open, those of the innermost one last. So each finished list is allocated
    /// once, in its size.
    pub(super) items: Vec<Node>,
    /// The entries of all mappings that are open, likewise.
    pub(super) entries: Vec<Entry>,
    /// The document's value once it is complete.
    root: Option<Node>,
    document_start: Option<usize>,
    /// The document cannot be used although its syntax is right.
    pub(super) refused: bool,
    /// The document's anchors.
    pub(super) anchors: Anchors,
    pub(super) aliased: usize,
    /// The values of the file so far.
    pub(super) values: usize,
    /// Whether anybody asks for texts over several lines: they matter where there are tabs.
    has_tabs: bool,
    /// How many of the open collections have begun in an earlier piece of the text.
    pub(super) inherited: usize,
    /// What they hold further, those that end in this piece: the innermost one first.
    pub(super) ended: Vec<Ended>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source, text: &'a str, insertions: &'a Insertions) -> Self {
        let attempt = Attempt {
            parsed: Parsed::default(),
            errors: Vec::new(),
            folded_quotes: Vec::new(),
            long_spans: Vec::new(),
        };
        Builder {
            source,
            holder: Holder::new(&source.file),
            text,
            insertions,
            attempt,
            frames: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            root: None,
            document_start: None,
            refused: false,
            anchors: Anchors::default(),
            aliased: 0,
            values: 0,
            has_tabs: memchr(b'\t', text.as_bytes()).is_some(),
            inherited: 0,
            ended: Vec::new(),
        }
    }

    /// Whether enough has been read.
    pub(super) fn is_full(&self) -> bool {
        self.values > MAX_VALUES || self.attempt.parsed.problems.len() + self.attempt.errors.len() >= MAX_PROBLEMS
    }

    /// The values so far.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    /// Whether there is nothing to complain about.
    pub(super) fn is_sound(&self) -> bool {
        self.attempt.parsed.problems.is_empty() && self.attempt.errors.is_empty() && !self.refused
    }

    pub(super) fn finish(mut self) -> Attempt {
        if self.document_start.is_some() {
            self.end_document(true);
        }
        self.attempt.parsed.comments.sort_by_key(|comment| comment.span.start());
        self.attempt
    }

    /// Bytes of the origin's text.
    pub(super) fn original(&self, span: Span) -> Span {
        let start = self.insertions.original(span.start());
        Span::new(start, self.insertions.original(span.end()).max(start))
    }

    /// Bytes of the file.
    pub(super) fn in_file(&self, span: Span) -> Span {
        self.source.origin.file_span(span)
    }

    /// Whether what is read now stands within brackets.
    pub(super) fn is_in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.bracket.is_some())
    }

    /// Whether what is read now is a key.
    pub(super) fn is_at_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| matches!(frame.content, Content::Mapping { key: None, .. }))
    }

    /// How many collections are open.
    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn problem(
        &mut self,
        finding: &'static Meta,
        message: impl Into<String>,
        label: Label,
        help: impl Into<String>,
    ) {
        let diagnostic = finding.diagnostic(message, label).help(help);
        self.attempt.parsed.problems.push(diagnostic);
    }

    pub(super) fn syntax_error(&mut self, (kind, at): Mistake) {
        let at = self.insertions.original(at.unwrap_or(usize::MAX).min(self.text.len()));
        let open_bracket = self.frames.last().and_then(|frame| frame.bracket);
        self.attempt.errors.push(SyntaxError { kind, at, open_bracket });
        self.document_start.get_or_insert(at);
        self.end_document(true);
    }

    pub(super) fn event(&mut self, event: Event<'_>) {
        match event {
            Event::DocumentStart(at) => self.document_start = Some(self.insertions.original(at)),
            Event::DocumentEnd => self.end_document(false),
            Event::Comment(span) => {
                let span = self.in_file(self.original(span));
                self.attempt.parsed.comments.push(Comment { span });
            }
            Event::Anchor(name, span) => self.anchor(name, self.original(span)),
            Event::Alias(id, span) => self.alias(id, self.original(span)),
            Event::UnknownAlias(name, span) => self.unknown_alias(&name, self.original(span)),
            Event::Scalar(scalar, properties) => self.scalar(scalar, properties),
            Event::SequenceStart { bracket, properties } => {
                self.open(bracket, properties, Content::Sequence { first: self.items.len() });
            }
            Event::MappingStart { bracket, properties } => {
                self.open(bracket, properties, Content::Mapping { first: self.entries.len(), key: None });
            }
            Event::End(at) => self.close(self.insertions.original(at)),
        }
    }

    fn end_document(&mut self, broken: bool) {
        let broken = broken || self.refused;
        let root = self.root.take().filter(|root| !broken && (!root.is_null() || !root.span.is_empty()));
        let start = self.document_start.take().unwrap_or_default();
        let start = self.in_file(Span::at(start)).start();
        let end = root.as_ref().map_or(start, |root| root.span.end().max(start));
        self.attempt.parsed.documents.push(Document { span: Span::new(start, end), root, broken });
        self.frames.clear();
        self.items.clear();
        self.entries.clear();
        self.anchors = Anchors::default();
        self.refused = false;
    }

    fn open(&mut self, bracket: Option<usize>, properties: Properties, content: Content) {
        self.anchors.begin(properties.anchor);
        let bracket = bracket.map(|at| self.insertions.original(at));
        self.frames.push(Frame { bracket, properties, extent: None, cost: NODE_COST, depth: 1, content });
    }

    /// Completes the innermost collection, which ends before `end` if it has brackets.
    pub(super) fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        if self.frames.len() < self.inherited {
            return self.end_inherited(frame);
        }
        let Frame { bracket, properties, extent, cost, depth, content } = frame;
        let brackets = bracket.map(|start| Span::new(start, end.max(start)));
        if let Some(brackets) = brackets {
            self.note_long(brackets);
        }
        let in_brackets = bracket.is_some();
        let kind = match content {
            Content::Sequence { first } => {
                let items = self.items.drain(first..).collect();
                NodeKind::Sequence(Arc::new(Sequence { items, in_brackets }))
            }
            Content::Mapping { first, .. } => {
                let entries = self.entries.drain(first..).collect();
                NodeKind::Mapping(Arc::new(self.mapping(entries, in_brackets)))
            }
        };
        // A collection in lines has at least one value.
        let span = brackets.map(|brackets| self.in_file(brackets)).or(extent).unwrap_or_else(|| Span::at(end));
        self.complete(Built { node: Node::new(span, properties.tag, kind), cost, depth }, properties.anchor);
    }

    /// Remembers a text or brackets over several lines.
    pub(super) fn note_long(&mut self, span: Span) {
        if self.has_tabs && span.slice(self.source.origin.text()).contains('\n') {
            self.attempt.long_spans.push(span);
        }
    }

    /// Hands a finished value to what it belongs to.
    pub(super) fn complete(&mut self, built: Built, anchor: usize) {
        self.anchors.complete(anchor, &built);
        self.values += 1;
        if self.values == MAX_VALUES + 1 {
            let label = Label::new(&self.source.file, built.node.span, "one too many");
            let message = format!("the file holds more than {MAX_VALUES} values");
            self.problem(&SYNTAX, message, label, "split it into several files");
        }
        let Built { mut node, cost, depth } = built;
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.cost = frame.cost.saturating_add(cost);
        frame.depth = frame.depth.max(depth + 1);
        // What came through an alias stands at the alias, not at its definition.
        let mut place = node.alias().unwrap_or(node.span);
        match &mut frame.content {
            Content::Sequence { .. } => self.items.push(node),
            Content::Mapping { key, .. } => match key.take() {
                None => *key = Some(node),
                Some(key) => {
                    if node.is_null() && node.span.is_empty() {
                        node.span = behind_colon(self.source.file.text(), key.span.end());
                        place = node.alias().unwrap_or(node.span);
                    }
                    self.entries.push(Entry { key, value: node });
                }
            },
        }
        frame.extent = Some(frame.extent.map_or(place, |extent| extent.to(place)));
    }

    fn mapping(&mut self, mut entries: Vec<Entry>, in_braces: bool) -> Mapping {
        if in_braces {
            self.refuse_leading_colons(&entries);
        }
        let duplicates = mapping::take_duplicates(&mut entries);
        for Duplicate { name, first, second } in duplicates.into_iter().take(MAX_PROBLEMS) {
            let label = Label::new(&self.source.file, second, "again here");
            let diagnostic = DUPLICATE_KEY
                .diagnostic(format!("the key `{name}` appears twice"), label)
                .related(Label::new(&self.source.file, first, "first here"))
                .help("keep one of the two; Prometheus refuses a file with both");
            self.attempt.parsed.problems.push(diagnostic);
        }
        for source in mapping::take_merges(&mut entries) {
            // What an alias stood for that was refused has been reported.
            let refused_alias = self.refused && source.is_null();
            if let Err(wrong) = mapping::merge(&mut entries, &source)
                && !refused_alias
            {
                let place = wrong.alias().unwrap_or(wrong.span);
                let label = Label::new(&self.source.file, place, format!("this is {}", wrong.describe()));
                let help = "`<<: *name` takes over the entries of the mapping `&name`";
                self.problem(&SYNTAX, "`<<` needs a mapping, or a list of mappings", label, help);
                self.refused = true;
            }
        }
        Mapping { entries, in_braces }
    }
}

/// The empty span behind the colon that follows a key, where its value would stand.
fn behind_colon(text: &str, key_end: usize) -> Span {
    let rest = text.get(key_end..).unwrap_or_default();
    let blanks = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let colon = rest.as_bytes().get(blanks) == Some(&b':');
    Span::at(if colon { key_end + blanks + 1 } else { key_end })
}
