//! What a rule file says, with the place of each word.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::fields::Place;
use super::load::{self, LoadOptions};
use super::{Dialect, Language};

use crate::promql;
use crate::source::{Diagnostic, Edit, SourceFile, Span};
use crate::yaml::edit::Refusal;
use crate::yaml::{Comment, Entry, Node, Scalar};

/// A file that holds rule groups.
#[derive(Debug)]
pub struct RuleFile {
    /// The file.
    pub file: Arc<SourceFile>,
    /// How its rule groups are wrapped.
    pub shape: Shape,
    /// Whose rules they are: as configured, or as the file shows.
    pub dialect: Dialect,
    /// Whether the configuration said so; else the file shows it.
    pub is_dialect_given: bool,
    /// The groups of all its documents, in the order of the file.
    pub groups: Vec<RuleGroup>,
    /// The comments of YAML inside of YAML (a ConfigMap's rule files); those of the file itself are in
    /// [`crate::yaml::Parsed::comments`].
    pub nested_comments: Vec<Comment>,
    /// How many expressions are in which language that is not PromQL; they have no [`Rule::parsed`].
    pub unchecked: BTreeMap<Language, usize>,
    /// What is wrong with it as a rule file: fields, types, durations, names, expressions. A part with an error is left
    /// out of `groups` only where nothing usable remains of it.
    pub problems: Vec<Diagnostic>,
    pub(super) reread: Reread,
}

/// What is read again where somebody asks for it. Trees take more memory than all else of a file, and few ask for them.
#[derive(Debug, Default)]
pub(super) struct Reread {
    pub(super) options: LoadOptions,
    /// The nodes of the rules, in the order of the file.
    pub(super) nodes: OnceLock<Vec<Arc<Node>>>,
    /// Whether all templates are escaped.
    pub(super) escaped: OnceLock<bool>,
}

impl RuleFile {
    /// The YAML of one of its rules, for what the model does not name. The first question reads the file again.
    pub fn node_of(&self, rule: &Rule) -> Option<&Arc<Node>> {
        let nodes = self.reread.nodes.get_or_init(|| load::nodes(&self.file, &self.reread.options));
        nodes.get(rule.at).filter(|node| node.span == rule.span)
    }

    /// Whether a program renders the Kubernetes objects of the file before Prometheus sees them: all templates of its rules
    /// are quoted inside of others, as in `{{"{{"}} $value {{"}}"}}`. The first question looks at all rules.
    pub fn is_rendered_first(&self) -> bool {
        let look = || {
            let rules = self.groups.iter().flat_map(|group| &group.rules);
            let texts =
                rules.flat_map(|rule| rule.labels.iter().chain(&rule.annotations)).map(|(_, value)| value.text());
            let mut templates = texts.filter(|text| text.contains("{{")).peekable();
            self.shape == Shape::Kubernetes && templates.peek().is_some() && templates.all(is_escaped)
        };
        *self.reread.escaped.get_or_init(look)
    }
}

impl RuleFile {
    /// What of its rules Prometheus would not find in the file, where another program makes a rule file of it.
    pub fn what_is_bare(&self) -> Option<Bare> {
        let is_nameless = |group: &RuleGroup| group.name.text().is_empty();
        (self.shape == Shape::Bare).then(|| match self.groups.iter().all(is_nameless) {
            true => Bare::Rules,
            false => Bare::Groups,
        })
    }
}

/// What stands in a file without what Prometheus wants around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Rules in no group.
    Rules,
    /// Groups under no `groups:`.
    Groups,
}

impl Bare {
    /// What is wrong with that, as part of a sentence.
    pub fn problem(self) -> &'static str {
        match self {
            Bare::Rules => "its rules stand in no group",
            Bare::Groups => "its groups stand under no `groups:`",
        }
    }
}

/// How rule groups are wrapped in a file, from least to most: where several occur, the last one holds for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// `groups:` at the top, as Prometheus reads it.
    Plain,
    /// Rules in no group, or groups under no `groups:`: other programs make a rule file of it.
    Bare,
    /// In the values of a Helm chart, which makes a rule file of it.
    Values,
    /// One or more Kubernetes objects that hold rule groups: `kind: PrometheusRule`, also inside a `kind: List`, and
    /// `kind: ConfigMap` whose values are rule files.
    Kubernetes,
}

/// A rule group.
#[derive(Debug)]
pub struct RuleGroup {
    /// The group's mapping in the file.
    pub span: Span,
    /// Which of the file's independent parts it belongs to, from 0: a document, a Kubernetes object, a value of a
    /// ConfigMap. What Prometheus demands to be unique within a file is unique within a part.
    pub part: usize,
    /// Its name; empty where it is missing.
    pub name: Field,
    /// How often it is evaluated, in milliseconds.
    pub interval_ms: Option<i64>,
    /// How far its evaluation looks back, in milliseconds.
    pub query_offset_ms: Option<i64>,
    /// How many alerts or series a rule may produce; `None` or 0 or less: any number.
    pub limit: Option<i64>,
    /// Where the values of the last three stand.
    pub places: GroupPlaces,
    /// Labels given to all rules; a rule's own win.
    pub labels: Box<[(Field, Field)]>,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl RuleGroup {
    /// The labels that one of its rules puts on its results, the group's and its own, by name and without what is
    /// overridden, in the order of the file.
    pub fn labels_of<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = (&'a Field, &'a Field)> {
        // Most groups have no labels: then no names need to be compared.
        let own: FxHashSet<&str> = match self.labels.is_empty() {
            true => FxHashSet::default(),
            false => rule.labels.iter().map(|(name, _)| name.text()).collect(),
        };
        let inherited = self.labels.iter().filter(move |(name, _)| !own.contains(name.text()));
        inherited.chain(&rule.labels).map(|(name, value)| (name, value))
    }
}

/// Whether every action of a template prints a text in quotes, and nothing else.
fn is_escaped(template: &str) -> bool {
    let mut rest = template;
    while let Some((_, action)) = rest.split_once("{{") {
        let action = action.trim_start_matches('-').trim_start();
        let Some(quote) = action.chars().next().filter(|first| matches!(first, '"' | '`')) else { return false };
        let Some((_, behind)) = action.get(1..).and_then(|quoted| quoted.split_once(quote)) else { return false };
        rest = behind;
    }
    true
}

/// Where a group's values stand; `None` where it has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupPlaces {
    /// Of `interval`.
    pub interval: Option<Span>,
    /// Of `query_offset`.
    pub query_offset: Option<Span>,
    /// Of `limit`.
    pub limit: Option<Span>,
}

/// An alerting or a recording rule.
#[derive(Debug)]
pub struct Rule {
    /// The rule's mapping in the file.
    pub span: Span,
    /// Which of the two it is.
    pub kind: RuleKind,
    /// The value of `alert` or `record`.
    pub name: Field,
    /// The value of `expr`.
    pub expr: Field,
    /// The parsed expression; `None` where it does not parse (there is a problem that says so).
    pub parsed: Option<promql::Expr>,
    /// `for`, in milliseconds; 0 where it is not given.
    pub for_ms: i64,
    /// `keep_firing_for`, in milliseconds; 0 where it is not given.
    pub keep_firing_for_ms: i64,
    /// The rule's own labels, in the order of the file.
    pub labels: Box<[(Field, Field)]>,
    /// The annotations, in the order of the file.
    pub annotations: Box<[(Field, Field)]>,
    /// Its other entries.
    pub places: RulePlaces,
    /// Which of the file's rules it is, from 0.
    pub(super) at: usize,
}

impl Rule {
    /// Its `for` and its `keep_firing_for`: their names, milliseconds, and how they are written, where they are.
    pub fn durations(&self) -> [(&'static str, i64, Option<&Written>); 2] {
        let places = &self.places;
        [
            ("for", self.for_ms, places.for_.as_ref()),
            ("keep_firing_for", self.keep_firing_for_ms, places.keep_firing_for.as_deref()),
        ]
    }
}

impl Rule {
    /// The names among labels or annotations that are fields of a rule and have no value: fields that are indented too far,
    /// as `annotations:` below `labels:`.
    pub fn fields_among(entries: &[(Field, Field)]) -> impl Iterator<Item = &Field> {
        let is_field = |name: &Field, value: &Field| value.text().is_empty() && Place::Rule.has(name.text());
        entries.iter().filter(move |(name, value)| is_field(name, value)).map(|(name, _)| name)
    }
}

/// Where entries of a rule stand, and how durations are written; `None` where there is no such entry.
#[derive(Clone, Debug, Default)]
pub struct RulePlaces {
    /// The key of `expr`.
    pub expr_key: Option<Span>,
    /// `for`
    pub for_: Option<Written>,
    /// `keep_firing_for`; boxed, as few rules have one and the rules of all files stay in memory.
    pub keep_firing_for: Option<Box<Written>>,
}

/// An entry as it is written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its key.
    pub key: Span,
    /// Its value.
    pub value: Span,
    scalar: Option<Scalar>,
}

impl Written {
    pub(super) fn of(entry: &Entry) -> Self {
        let scalar = entry.value.as_scalar().cloned();
        Written { key: entry.key.span, value: entry.value.span, scalar }
    }

    /// The decoded value, where it is a text.
    pub fn text(&self) -> Option<&str> {
        self.scalar.as_ref().map(Scalar::value)
    }
}

/// Which kind of rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// `alert:`
    Alerting,
    /// `record:`
    Recording,
}

/// A text of the file: its decoded value, its place, and the way from a decoded byte to a byte of the file.
#[derive(Clone, Debug)]
pub struct Field {
    /// The scalar it came from.
    pub scalar: Scalar,
    /// Its bytes in the file, quotes included.
    pub span: Span,
}

impl Field {
    /// The text that `node` is, if it is a scalar.
    pub fn of(node: &Node) -> Option<Field> {
        Some(Field { scalar: node.as_scalar()?.clone(), span: node.span })
    }

    /// YAML's null at the byte `at` of the file: an empty text.
    pub fn null(at: usize) -> Field {
        Field { scalar: Scalar::null(at), span: Span::at(at) }
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        self.scalar.value()
    }

    /// The bytes of the file under a range of bytes of the decoded text (of the expression, of the template).
    pub fn file_span(&self, decoded: Span) -> Span {
        self.scalar.file_span(decoded)
    }

    /// The edits of `file`, in which this text stands, that make `edits` of the decoded text (of the expression, of the
    /// template).
    ///
    /// # Errors
    /// As for [`Scalar::edits`].
    pub fn edits(&self, file: &SourceFile, edits: &[Edit]) -> Result<Vec<Edit>, Refusal> {
        self.scalar.edits(file, edits)
    }
}
