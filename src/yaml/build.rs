//! Events to documents.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::escapes;
use super::event::{Event, Properties, ScalarEvent};
use super::fast;
use super::findings::{DUPLICATE_KEY, SYNTAX};
use super::granit::{Events, Mistake};
use super::mapping::{self, Duplicate};
use super::place::{Origin, Place};
use super::repair::Insertions;
use super::tags::{self, Meaning};
use super::{Comment, Document, Mapping, Node, NodeKind, Parsed, Scalar, ScalarStyle, Sequence};
use crate::source::{Label, Meta, SourceFile, Span, words};

/// How much aliases and merges may add to what is written in a file, in bytes of text plus [`NODE_COST`] a node.
/// Ordinary files stay far below; the few lines of an alias bomb would fill the memory of those who walk the tree.
const MAX_ALIASED: usize = 64 * 1024 * 1024;
/// What a node counts besides its text.
const NODE_COST: usize = 128;
/// How many values a file may hold. Each takes up to 300 bytes of memory; the largest rule files that are known hold
/// some hundred thousand. (Less in this module's tests, which run without optimisation.)
const MAX_VALUES: usize = if cfg!(test) { 300_000 } else { 2_000_000 };
/// How deep a tree may be, with what aliases stand for. The parser bounds what is written (255 blocks, 255 brackets).
const MAX_DEPTH: usize = 512;
/// After so many problems the rest of the file is not read: it is not YAML that somebody meant to write.
const MAX_PROBLEMS: usize = 500;

/// What a text is read from and what its places are called.
pub(super) struct Source {
    /// The file, for diagnostics.
    pub(super) file: Arc<SourceFile>,
    /// The text.
    pub(super) origin: Origin,
}

impl Source {
    /// A label of bytes of the origin's text.
    pub(super) fn label(&self, span: Span, text: impl Into<String>) -> Label {
        Label::new(&self.file, self.origin.file_span(span), text)
    }
}

/// A syntax error as the parser reports it, in bytes of the origin's text.
#[derive(Debug)]
pub(super) struct SyntaxError {
    /// What is wrong.
    pub(super) kind: granit_parser::ErrorKind,
    /// Where.
    pub(super) at: usize,
    /// The innermost `[` or `{` that is still open there.
    pub(super) open_bracket: Option<usize>,
}

/// What came of reading a text once.
pub(super) struct Attempt {
    /// The documents, comments and problems other than syntax errors.
    pub(super) parsed: Parsed,
    /// One syntax error for each broken document.
    pub(super) errors: Vec<SyntaxError>,
    /// The quoted scalars that reach over several lines, in bytes of the text that was parsed (with the insertions).
    pub(super) folded_quotes: Vec<Span>,
    /// The scalars and the brackets that reach over several lines, in bytes of the origin's text.
    pub(super) long_spans: Vec<Span>,
}

/// Reads `text`, which is the text of `source` with `insertions`.
pub(super) fn build(source: &Source, text: &str, insertions: &Insertions) -> Attempt {
    let usual = if insertions.is_empty() { build_usual(source, text, insertions) } else { None };
    usual.unwrap_or_else(|| build_any(source, text, insertions))
}

/// With the fast reader; `None` where the text is not for it.
fn build_usual(source: &Source, text: &str, insertions: &Insertions) -> Option<Attempt> {
    let mut builder = Builder::new(source, text, insertions);
    let read = fast::read(text, |event| {
        builder.event(event);
        if builder.is_full() { Err(fast::Unusual) } else { Ok(()) }
    });
    read.ok().map(|()| builder.finish())
}

fn build_any(source: &Source, text: &str, insertions: &Insertions) -> Attempt {
    let mut builder = Builder::new(source, text, insertions);
    let mut events = Events::new(text);
    while let Some(next) = events.next() {
        match next {
            Ok(event) => builder.event(event),
            Err(mistake) => {
                builder.syntax_error(mistake);
                if builder.is_full() || !next_document(&mut events, &mut builder) {
                    break;
                }
            }
        }
        if builder.is_full() {
            break;
        }
    }
    builder.finish()
}

fn next_document(events: &mut Events<'_>, builder: &mut Builder<'_>) -> bool {
    events.next_document().unwrap_or_else(|mistake| {
        builder.syntax_error(mistake);
        false
    })
}

/// A finished node with what it weighs.
#[derive(Clone)]
struct Built {
    node: Node,
    /// Text and nodes in it, what aliases stand for included.
    cost: usize,
    depth: usize,
}

/// A collection that is still open.
struct Frame {
    /// Where its bracket stands; `None` for one in lines.
    bracket: Option<usize>,
    properties: Properties,
    cost: usize,
    depth: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Node, Node)>, key: Option<Node> },
}

struct Builder<'a> {
    source: &'a Source,
    text: &'a str,
    insertions: &'a Insertions,
    attempt: Attempt,
    frames: Vec<Frame>,
    /// The document's value once it is complete.
    root: Option<Node>,
    document_start: Option<usize>,
    /// The document cannot be used although its syntax is right.
    refused: bool,
    /// The values of the document's anchors; `None` while the value is still open.
    anchors: FxHashMap<usize, Option<Built>>,
    anchor_names: Vec<String>,
    aliased: usize,
    /// The values of the file so far.
    values: usize,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, text: &'a str, insertions: &'a Insertions) -> Self {
        let attempt = Attempt {
            parsed: Parsed::default(),
            errors: Vec::new(),
            folded_quotes: Vec::new(),
            long_spans: Vec::new(),
        };
        Builder {
            source,
            text,
            insertions,
            attempt,
            frames: Vec::new(),
            root: None,
            document_start: None,
            refused: false,
            anchors: FxHashMap::default(),
            anchor_names: Vec::new(),
            aliased: 0,
            values: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.values > MAX_VALUES || self.attempt.parsed.problems.len() + self.attempt.errors.len() >= MAX_PROBLEMS
    }

    fn finish(mut self) -> Attempt {
        if self.document_start.is_some() {
            self.end_document(true);
        }
        self.attempt.parsed.comments.sort_by_key(|comment| comment.span.start);
        self.attempt
    }

    /// Bytes of the origin's text.
    fn original(&self, span: Span) -> Span {
        let start = self.insertions.original(span.start);
        Span::new(start, self.insertions.original(span.end).max(start))
    }

    /// Bytes of the file.
    fn in_file(&self, span: Span) -> Span {
        self.source.origin.file_span(span)
    }

    fn problem(&mut self, finding: &'static Meta, message: impl Into<String>, label: Label, help: impl Into<String>) {
        let diagnostic = finding.diagnostic(message, label).help(help);
        self.attempt.parsed.problems.push(diagnostic);
    }

    fn syntax_error(&mut self, (kind, at): Mistake) {
        let at = self.insertions.original(at.unwrap_or(usize::MAX).min(self.text.len()));
        let open_bracket = self.frames.last().and_then(|frame| frame.bracket);
        self.attempt.errors.push(SyntaxError { kind, at, open_bracket });
        self.document_start.get_or_insert(at);
        self.end_document(true);
    }

    fn event(&mut self, event: Event<'_>) {
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
                self.open(bracket, properties, Content::Sequence(Vec::new()));
            }
            Event::MappingStart { bracket, properties } => {
                self.open(bracket, properties, Content::Mapping { entries: Vec::new(), key: None });
            }
            Event::End(at) => self.close(self.insertions.original(at)),
        }
    }

    fn end_document(&mut self, broken: bool) {
        let broken = broken || self.refused;
        let root = self.root.take().filter(|root| !broken && (!root.is_null() || !root.span.is_empty()));
        let start = self.document_start.take().unwrap_or_default();
        let start = self.in_file(Span::at(start)).start;
        let end = root.as_ref().map_or(start, |root| root.span.end.max(start));
        self.attempt.parsed.documents.push(Document { span: Span::new(start, end), root, broken });
        self.frames.clear();
        self.anchors.clear();
        self.anchor_names.clear();
        self.refused = false;
    }

    fn open(&mut self, bracket: Option<usize>, properties: Properties, content: Content) {
        if properties.anchor != 0 {
            self.anchors.insert(properties.anchor, None);
        }
        let bracket = bracket.map(|at| self.insertions.original(at));
        self.frames.push(Frame { bracket, properties, cost: NODE_COST, depth: 1, content });
    }

    /// Completes the innermost collection, which ends before `end` if it has brackets.
    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        let Frame { bracket, properties, cost, depth, content } = frame;
        let is_block = bracket.is_none();
        let brackets = bracket.map(|start| Span::new(start, end.max(start)));
        if let Some(brackets) = brackets {
            self.note_long(brackets);
        }
        let mut extent = brackets.map(|brackets| self.in_file(brackets));
        let kind = match content {
            Content::Sequence(items) => {
                for item in items.iter().filter(|_| is_block) {
                    cover(&mut extent, item);
                }
                NodeKind::Sequence(Arc::new(Sequence { items, in_brackets: !is_block }))
            }
            Content::Mapping { entries, .. } => {
                if !is_block {
                    self.refuse_leading_colons(&entries);
                }
                for (key, value) in entries.iter().filter(|_| is_block) {
                    cover(&mut extent, key);
                    cover(&mut extent, value);
                }
                NodeKind::Mapping(Arc::new(self.mapping(entries, is_block)))
            }
        };
        // A collection in lines has at least one value.
        let span = extent.unwrap_or_else(|| self.in_file(Span::at(end)));
        self.complete(
            Built { node: Node { span, tag: properties.tag, alias: None, kind }, cost, depth },
            properties.anchor,
        );
    }

    /// Within braces a `:` always begins a value, and there can be only one.
    fn refuse_leading_colons(&mut self, entries: &[(Node, Node)]) {
        let begins_with_colon = |node: &Node| {
            let plain = node.as_scalar().filter(|scalar| scalar.style == ScalarStyle::Plain && scalar.in_flow);
            plain.is_some_and(|scalar| scalar.value.starts_with(':'))
        };
        let wrong = |(key, value): &(Node, Node)| {
            if begins_with_colon(value) {
                return Some(value.span);
            }
            (begins_with_colon(key) && !value.span.is_empty()).then_some(key.span)
        };
        for span in entries.iter().filter_map(wrong).collect::<Vec<_>>() {
            let label = Label::new(&self.source.file, span, "begins with `:`");
            let message = "within braces a text that begins with `:` needs quotes";
            self.problem(&SYNTAX, message, label, "put it in quotes");
            self.refused = true;
        }
    }

    fn note_long(&mut self, span: Span) {
        if span.slice(self.source.origin.text()).contains('\n') {
            self.attempt.long_spans.push(span);
        }
    }

    /// Hands a finished value to what it belongs to.
    fn complete(&mut self, built: Built, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, Some(built.clone()));
        }
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
        match &mut frame.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping { entries, key } => match key.take() {
                None => *key = Some(node),
                Some(key) => {
                    if node.is_null() && node.span.is_empty() {
                        node.span = behind_colon(self.source.file.text(), key.span.end);
                    }
                    entries.push((key, node));
                }
            },
        }
    }

    fn scalar(&mut self, scalar: ScalarEvent<'_>, Properties { anchor, tag }: Properties) {
        let span = self.original(scalar.span);
        let plain = scalar.style == ScalarStyle::Plain;
        let value = scalar.value.as_ref();
        let is_null = match &tag {
            None => plain && (span.is_empty() || matches!(value, "~" | "null" | "Null" | "NULL")),
            Some(tag) => self.is_null_by_tag(tag, value, plain, span),
        };
        let node = if is_null || (plain && span.is_empty()) {
            let span = self.in_file(span);
            let scalar = Scalar { is_null, ..Scalar::null(span.start) };
            Node { span, tag, alias: None, kind: NodeKind::Scalar(Arc::new(scalar)) }
        } else {
            self.text_node(scalar, tag)
        };
        let cost = NODE_COST + node.as_scalar().map_or(0, |scalar| scalar.value.len());
        self.complete(Built { node, cost, depth: 1 }, anchor);
    }

    fn is_in_flow(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.bracket.is_some())
    }

    /// Whether a tag makes null of a scalar; refuses what contradicts it.
    fn is_null_by_tag(&mut self, tag: &str, value: &str, plain: bool, span: Span) -> bool {
        let text = self.source.origin.text();
        let behind = text.get(span.start..).and_then(|rest| rest.chars().next());
        let in_flow = self.is_in_flow();
        let is_bare = plain && span.is_empty() && in_flow && text.get(..span.start).is_some_and(|it| it.ends_with(tag));
        match tags::meaning(tag, value, plain) {
            _ if is_bare && matches!(behind, Some(',' | '}' | ']')) => {
                let help = "put a space behind it, or quotes around it if it is a text";
                self.refuse(
                    Span::new(span.start - tag.len(), span.start),
                    "a tag ends with a space",
                    "no space behind",
                    help,
                );
                false
            }
            Meaning::Contradiction => {
                let message = format!("the value is no `{tag}`");
                self.refuse(span, message, "Prometheus refuses the file because of it", "leave the tag out");
                false
            }
            meaning => meaning == Meaning::Null,
        }
    }

    fn text_node(&mut self, scalar: ScalarEvent<'_>, tag: Option<String>) -> Node {
        let ScalarEvent { value, style, span: read, is_long, indent } = scalar;
        let span = self.original(read);
        let origin = &self.source.origin;
        let (extent, content) = match style {
            ScalarStyle::Plain => (span, span),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                if is_long {
                    self.attempt.folded_quotes.push(read);
                }
                (span, Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1)))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let content = span.slice(origin.text()).trim_end().len();
                (Span::new(span.start, span.start + content), span)
            }
        };
        if style.is_block() {
            // Its only line may begin with a tab, behind the spaces that its header tells.
            self.attempt.long_spans.push(extent);
        } else {
            self.note_long(extent);
        }
        if style == ScalarStyle::DoubleQuoted {
            self.refuse_escaped_slash(content);
            self.refuse_surrogates(content);
        }
        let in_flow = self.is_in_flow();
        match style {
            ScalarStyle::Plain if in_flow => self.refuse_question_mark(content),
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => self.refuse_line_separator(content),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {}
        }
        let origin = &self.source.origin;
        let mut value = value.into_owned();
        if style == ScalarStyle::DoubleQuoted {
            value = escapes::with_single_quotes(content.slice(origin.text()), value);
        }
        if style.is_block() && value.ends_with('\n') && ends_without_break(origin.text(), &value, span, indent) {
            value.pop();
        }
        let place = Place::new(origin, &value, style, content, indent);
        let kind = NodeKind::Scalar(Arc::new(Scalar { value, style, is_null: false, in_flow, place }));
        Node { span: self.in_file(extent), tag, alias: None, kind }
    }

    /// libyaml ends a line where newer YAML sees a character like any other; what follows is not indented, and so no part
    /// of the text any more.
    fn refuse_line_separator(&mut self, content: Span) {
        let text = content.slice(self.source.origin.text());
        let mut separators = text.char_indices().filter(|(_, c)| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'));
        let found = separators.find(|(at, c)| {
            let behind = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
            behind.is_some_and(|next| !next.is_whitespace())
        });
        if let Some((at, c)) = found {
            let start = content.start + at;
            let message = format!("the invisible character U+{:04X} ends the line here", u32::from(c));
            let help = "delete it, or put the text in quotes: Prometheus reads what follows as another line";
            self.refuse(Span::new(start, start + c.len_utf8()), message, "a line separator", help);
        }
    }

    /// Reports what is wrong at these bytes of the origin's text, for which the document cannot be used although its
    /// syntax is right.
    fn refuse(&mut self, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) {
        self.problem(&SYNTAX, message, self.source.label(span, label), help);
        self.refused = true;
    }

    fn refuse_escaped_slash(&mut self, content: Span) {
        let Some(at) = escapes::escaped_slash(content.slice(self.source.origin.text())) else { return };
        let at = content.start + at;
        self.refuse(
            Span::new(at, at + 2),
            "`\\/` is no escape here",
            "Prometheus' reader does not know it",
            "write `/`, which needs no backslash",
        );
    }

    /// To libyaml and its ports a `?` ends a plain text within brackets.
    fn refuse_question_mark(&mut self, content: Span) {
        let Some(at) = content.slice(self.source.origin.text()).find('?') else { return };
        let at = content.start + at;
        self.refuse(
            Span::new(at, at + 1),
            "a text without quotes holds a `?` within brackets or braces",
            "this `?` ends the text for Prometheus' reader",
            "put the text in quotes",
        );
    }

    fn refuse_surrogates(&mut self, content: Span) {
        let Some(at) = escapes::escaped_surrogate(content.slice(self.source.origin.text())) else { return };
        let at = content.start + at;
        self.refuse(
            Span::new(at, at + 6),
            "Prometheus' reader does not take a character in two `\\u` escapes, as JSON writes it",
            "half a character",
            "write the character itself, or `\\U` with eight digits",
        );
    }

    fn alias(&mut self, id: usize, span: Span) {
        let (message, help) = match self.anchors.get(&id) {
            Some(Some(built)) => {
                let depth = self.frames.len() + built.depth;
                let aliased = self.aliased.saturating_add(built.cost);
                if depth <= MAX_DEPTH && aliased <= MAX_ALIASED {
                    let mut built = built.clone();
                    self.aliased = aliased;
                    built.node.alias = Some(self.in_file(span));
                    return self.complete(built, 0);
                }
                (
                    "the aliases of this document expand to too much",
                    "an alias stands for a copy of its anchor's value; copies of copies grow without bound",
                )
            }
            _ => ("an alias inside the value of its own anchor", "the value would contain itself without end"),
        };
        if !self.refused {
            self.problem(&SYNTAX, message, self.source.label(span, "this alias"), help);
        }
        self.refused = true;
        self.scalar_null(span);
    }

    /// To libyaml other names are none.
    fn anchor(&mut self, name: String, span: Span) {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            let help =
                "the names of anchors are ASCII letters, digits, `_` and `-`; a comment needs a space before its `#`";
            self.refuse(span, format!("`&{name}` is no name of an anchor"), "this anchor", help);
        }
        self.anchor_names.push(name);
    }

    fn unknown_alias(&mut self, name: &str, span: Span) {
        let help = match words::nearest_or_longer(name, self.anchor_names.iter().map(String::as_str)) {
            Some(near) => format!("the nearest anchor is `&{near}`"),
            None => format!(
                "an anchor `&{name}` must stand before it in the same document; to write a text that begins with `*`, put it in quotes"
            ),
        };
        self.refuse(span, format!("the alias `*{name}` has no anchor"), "no such anchor", help);
        self.scalar_null(span);
    }

    fn scalar_null(&mut self, span: Span) {
        let span = self.in_file(span);
        let kind = NodeKind::Scalar(Arc::new(Scalar::null(span.start)));
        self.complete(Built { node: Node { span, tag: None, alias: None, kind }, cost: NODE_COST, depth: 1 }, 0);
    }

    fn mapping(&mut self, pairs: Vec<(Node, Node)>, is_block: bool) -> Mapping {
        let (mut entries, duplicates) = mapping::without_duplicates(pairs);
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
                let place = wrong.alias.unwrap_or(wrong.span);
                let label = Label::new(&self.source.file, place, format!("this is {}", wrong.describe()));
                let help = "`<<: *name` takes over the entries of the mapping `&name`";
                self.problem(&SYNTAX, "`<<` needs a mapping, or a list of mappings", label, help);
                self.refused = true;
            }
        }
        Mapping { entries, in_braces: !is_block }
    }
}

/// Widens `extent` so that it covers `node`. What came through an alias stands at the alias, not at its definition.
fn cover(extent: &mut Option<Span>, node: &Node) {
    let span = node.alias.unwrap_or(node.span);
    *extent = Some(extent.map_or(span, |extent| extent.to(span)));
}

/// The empty span behind the colon that follows a key, where its value would stand.
fn behind_colon(text: &str, key_end: usize) -> Span {
    let rest = text.get(key_end..).unwrap_or_default();
    let blanks = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let colon = rest.as_bytes().get(blanks) == Some(&b':');
    Span::at(if colon { key_end + blanks + 1 } else { key_end })
}

/// Whether a block scalar ends with the file in a line that has no line break. The parser gives it one all the same;
/// libyaml, which Prometheus' reader follows, does not.
fn ends_without_break(text: &str, value: &str, span: Span, indent: usize) -> bool {
    let rest = text.get(span.start..).unwrap_or_default();
    if span.end < text.len() {
        return false;
    }
    if value.trim().is_empty() {
        // The span of a scalar without content begins with its header, whose line break is not content.
        return rest.matches('\n').count() == value.len();
    }
    let last_line = rest.rsplit(['\n', '\r']).next().unwrap_or_default();
    // The first line of the scalar begins behind its indentation.
    let is_first = last_line.len() == rest.len();
    last_line.len() > if is_first { 0 } else { indent }
}
