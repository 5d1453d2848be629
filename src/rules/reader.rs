//! Typed reading of YAML nodes as Prometheus' reader (go-yaml v3) does it; each mistake becomes a diagnostic and
//! reading goes on.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use super::Field;
use super::dialect::{Dialect, Language};
use super::fields::{self, Place};
use super::findings::{INVALID_DURATION, UNKNOWN_FIELD, WRONG_TYPE};
use crate::source::words;
use crate::source::{Diagnostic, Edit, Fix, Label, Meta, SourceFile, Span};
use crate::yaml::{Mapping, Node, Scalar, ScalarStyle};

/// After so many problems no further ones are kept: the file is not what it was taken for.
const MAX_PROBLEMS: usize = 1000;

/// Reads nodes of one file and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    ignore_unknown_fields: bool,
    /// Whose fields are known.
    pub(super) dialect: Dialect,
    /// How many expressions are in which language that is not PromQL.
    pub(super) unchecked: BTreeMap<Language, usize>,
    problems: Vec<Diagnostic>,
    /// The nodes of the rules; `None` where nobody asks for them.
    nodes: Option<Vec<Arc<Node>>>,
    /// Whether groups may be read by several threads.
    pub(super) use_threads: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn file(&self) -> &'a Arc<SourceFile> {
        self.file
    }

    pub(super) fn new(file: &'a Arc<SourceFile>, ignore_unknown_fields: bool) -> Self {
        Reader {
            file,
            ignore_unknown_fields,
            dialect: Dialect::Prometheus,
            unchecked: BTreeMap::new(),
            problems: Vec::new(),
            nodes: None,
            use_threads: false,
        }
    }

    /// Lets many groups, and long ones, be read by several threads. Not where somebody waits for this reader behind a lock:
    /// a thread that waits for others does other work meanwhile, which may come to the same lock.
    pub(super) fn with_threads(self) -> Self {
        Reader { use_threads: true, ..self }
    }

    /// A reader for the nodes of the rules alone: expressions are not parsed.
    pub(super) fn of_nodes(file: &'a Arc<SourceFile>) -> Self {
        Reader { nodes: Some(Vec::new()), ..Reader::new(file, true) }
    }

    /// Whether it is [for nodes](Self::of_nodes).
    pub(super) fn keeps_nodes(&self) -> bool {
        self.nodes.is_some()
    }

    /// Keeps the node of a rule, where nodes are kept.
    pub(super) fn keep(&mut self, node: &Node) {
        self.nodes.iter_mut().for_each(|nodes| nodes.push(Arc::new(node.clone())));
    }

    /// The nodes that were kept.
    pub(super) fn into_nodes(self) -> Vec<Arc<Node>> {
        self.nodes.unwrap_or_default()
    }

    /// A reader of another piece of the same file, which has found nothing yet.
    pub(super) fn fresh(&self) -> Self {
        let Reader { file, dialect, use_threads, .. } = *self;
        Reader { dialect, use_threads, ..Reader::new(file, self.ignore_unknown_fields) }
    }

    /// What is wrong, and how many expressions are in which language that is not PromQL.
    pub(super) fn into_parts(self) -> (Vec<Diagnostic>, BTreeMap<Language, usize>) {
        (self.problems, self.unchecked)
    }

    /// Takes over what another reader has found.
    pub(super) fn take(&mut self, other: Self) {
        other.problems.into_iter().for_each(|problem| self.report(problem));
        other.unchecked.into_iter().for_each(|(language, count)| *self.unchecked.entry(language).or_default() += count);
    }

    pub(super) fn label(&self, span: Span, text: impl Into<String>) -> Label {
        Label::new(self.file, span, text)
    }

    /// Whether further problems would not be kept.
    pub(super) fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        if !self.is_full() {
            self.problems.push(problem);
        }
    }

    /// An error at `span`, to be completed and given to [`Self::report`].
    pub(super) fn error(
        &self,
        finding: &'static Meta,
        message: impl Into<String>,
        span: Span,
        text: &str,
    ) -> Diagnostic {
        finding.diagnostic(message, self.label(span, text))
    }

    /// The mapping under `node`, whose fields must be those of `place`. Null is an empty mapping and yields `None`.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, place: Place) -> Option<&'n Mapping> {
        let mapping = self.mapping(node, place.name())?;
        if !self.ignore_unknown_fields && !self.is_full() {
            for entry in &mapping.entries {
                match entry.name() {
                    // Prometheus' reader drops what stands under null.
                    Some(_) if entry.key.is_null() => {}
                    Some(name) if place.has(name) || place.has_in(name, self.dialect) => {}
                    Some(name) => self.unknown_field(name, &entry.key, place, mapping),
                    None => self.wrong_type(&entry.key, "a field's name", "a text"),
                }
            }
        }
        Some(mapping)
    }

    /// The mapping under `node`; null yields `None` without a problem. `what` is written only if there is one.
    pub(super) fn mapping<'n>(&mut self, node: &'n Node, what: impl Display) -> Option<&'n Mapping> {
        if node.is_null() {
            return None;
        }
        if node.as_mapping().is_none() {
            self.wrong_type(node, what, "a mapping");
        }
        node.as_mapping()
    }

    /// The items of the list in the field `name`, without the empty ones, which Prometheus drops.
    pub(super) fn items<'n>(&mut self, mapping: &'n Mapping, name: &str) -> impl Iterator<Item = &'n Node> + use<'n> {
        let node = mapping.get(name).map(|entry| &entry.value).filter(|node| !node.is_null());
        if let Some(node) = node.filter(|node| node.as_sequence().is_none()) {
            self.wrong_type(node, format_args!("`{name}`"), "a list");
        }
        let items = node.and_then(Node::as_sequence).map(|sequence| sequence.items.as_slice()).unwrap_or_default();
        items.iter().filter(|item| !item.is_null())
    }

    /// The text in the field `name`; null counts as not given. Any scalar is a text, as it is written.
    pub(super) fn text(&mut self, mapping: &Mapping, name: &str) -> Option<Field> {
        let node = &mapping.get(name)?.value;
        self.scalar(node, format_args!("`{name}`")).filter(|_| !node.is_null())
    }

    fn scalar(&mut self, node: &Node, what: impl Display) -> Option<Field> {
        let field = Field::of(node);
        if field.is_none() {
            self.wrong_type(node, what, "a text");
        }
        field
    }

    /// The texts by name in the field `name`; a null value is an empty text.
    pub(super) fn texts(&mut self, mapping: &Mapping, name: &str) -> Box<[(Field, Field)]> {
        let Some(entry) = mapping.get(name) else { return Box::default() };
        let Some(texts) = self.mapping(&entry.value, format_args!("`{name}`")) else { return Box::default() };
        let mut pairs = Vec::with_capacity(texts.entries.len());
        for entry in texts.entries.iter().filter(|entry| !entry.key.is_null()) {
            let Some(key) = self.scalar(&entry.key, "a name") else { continue };
            if let Some(value) = self.scalar(&entry.value, format_args!("`{}`", key.text())) {
                pairs.push((key, value));
            }
        }
        pairs.into_boxed_slice()
    }

    /// The duration in the field `name`, in milliseconds.
    pub(super) fn duration(&mut self, mapping: &Mapping, name: &str) -> Option<i64> {
        let field = self.text(mapping, name)?;
        let (message, help) = match self.dialect.duration(field.text()) {
            // Only vmalert reads signs. It refuses such an interval, and takes the others for none at all.
            Ok(..0) => (format!("`{name}` is negative"), "write it without the sign".to_owned()),
            Ok(millis) => return Some(millis),
            Err(error) => (error.to_string(), duration_help(field.text(), self.dialect)),
        };
        let problem = self.error(&INVALID_DURATION, message, field.span, "");
        self.report(problem.help(help));
        None
    }

    /// The whole number in the field `name`.
    pub(super) fn integer(&mut self, mapping: &Mapping, name: &str) -> Option<i64> {
        let node = &mapping.get(name)?.value;
        if node.is_null() {
            return None;
        }
        let is_number = |scalar: &&Scalar| match node.tag() {
            // A tag says more than quotes.
            Some("!!int" | "!<tag:yaml.org,2002:int>") => true,
            Some("!!str" | "!<tag:yaml.org,2002:str>") => false,
            _ => scalar.style == ScalarStyle::Plain,
        };
        let number = node.as_scalar().filter(is_number).and_then(|scalar| parse_integer(scalar.value()));
        if number.is_none() {
            self.wrong_type(node, format_args!("`{name}`"), "a whole number without quotes");
        }
        number
    }

    fn wrong_type(&mut self, node: &Node, what: impl Display, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.describe());
        let mut problem = self.error(&WRONG_TYPE, message, node.span, &format!("this is {}", node.describe()));
        if node.span.slice(self.file.text()).starts_with("{{") {
            problem = problem.help("YAML reads `{{` as the start of a mapping: put the whole value in quotes");
        }
        self.report(problem);
    }

    fn unknown_field(&mut self, name: &str, key: &Node, place: Place, mapping: &Mapping) {
        let message = format!("unknown field `{name}` in {}", place.name());
        let text = format!("{} does not know this field", self.dialect.program());
        let problem = self.error(&UNKNOWN_FIELD, message, key.span, &text);
        self.report(match place.advice(name, self.dialect) {
            fields::Advice::Rename(known) => {
                let problem = problem.help(words::did_you_mean(known));
                if mapping.get(known).is_some() {
                    problem
                } else {
                    let edit = Edit { span: key.span, replacement: known.to_owned() };
                    problem.fix(Fix::unsafe_(format!("rename it to `{known}`"), vec![edit]))
                }
            }
            fields::Advice::Say(help) => problem.help(help),
        });
    }
}

fn duration_help(text: &str, dialect: Dialect) -> String {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact != text && dialect.duration(&compact).is_ok() {
        return format!("write it without spaces: `{compact}`");
    }
    if dialect == Dialect::Vmalert {
        return "write numbers with units: `1h30m`, `1.5h`, `500ms`; a number alone is seconds".to_owned();
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("a number needs a unit: `{text}s`, `{text}m`");
    }
    "write whole numbers with units from long to short, each once: `1h30m`, `5m`, `500ms`".to_owned()
}

/// A whole number as go-yaml reads it into an integer: decimal, `0x`, `0o`, `0b`, a leading zero for octal, `_` between
/// digits; decimal fractions are cut off.
fn parse_integer(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, unsigned) = match digits.strip_prefix(['-', '+']) {
        Some(rest) => (digits.starts_with('-'), rest),
        None => (false, digits.as_str()),
    };
    let (radix, unsigned) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, unsigned.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, unsigned.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, unsigned.get(2..)?),
        [b'0', _, ..] if unsigned.bytes().all(|b| (b'0'..=b'7').contains(&b)) => (8, unsigned),
        _ => (10, unsigned),
    };
    if unsigned.starts_with(['-', '+']) {
        return None;
    }
    match i128::from_str_radix(unsigned, radix) {
        Ok(number) => i64::try_from(if negative { -number } else { number }).ok(),
        Err(_) if radix == 10 && unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            let number: f64 = digits.parse().ok()?;
            (number.abs() < 9.2e18).then_some(number as i64)
        }
        Err(_) => None,
    }
}
