//! A YAML tree to a [`RuleFile`].

use std::sync::Arc;

use super::decode::Grammar;
use super::dialect::{self, Dialect};
use super::fields::Place;
use super::file::Reread;
use super::findings::MULTIPLE_DOCUMENTS;
use super::reader::Reader;
use super::shape::{self, DocumentShape, Part, PartKind};
use super::{FileShape, RuleFile, RuleGroup, Shape, decode};
use crate::promql;
use crate::source::{Diagnostic, SourceFile};
use crate::yaml::{self, Comment, Mapping, Node, Scalar};

/// How rule files are read.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Which PromQL is accepted.
    pub parse: promql::ParseOptions,
    /// Accepts fields that Prometheus does not know, as `promtool --ignore-unknown-fields` does.
    pub ignore_unknown_fields: bool,
    /// The program whose rules they are; `None` recognises it by what is in the file.
    pub dialect: Option<Dialect>,
    /// Whether somebody named the file: where groups stand under no `groups:` in it, that was forgotten.
    pub is_named: bool,
}

/// The rule groups of all documents of a file.
///
/// What is wrong is in [`RuleFile::problems`]. What is wrong as YAML is in [`yaml::Parsed::problems`] and not repeated. Many
/// groups, and long ones, are read by several threads: not to be called while a lock is held that others may want.
///
/// # Errors
/// The shape that it has, where that is not the one of a rule file.
pub fn load(parsed: &yaml::Parsed, file: &Arc<SourceFile>, options: &LoadOptions) -> Result<RuleFile, FileShape> {
    match shape::of_documents(parsed, file) {
        (FileShape::Rules, shapes) => {
            let reader = Reader::new(file, options.ignore_unknown_fields).with_threads();
            Ok(load_shapes(parsed, shapes, reader, options))
        }
        (shape, _) => Err(shape),
    }
}

/// As [`load`], of a file that is to be a rule file whatever it looks like, and by this thread alone.
pub fn load_rules(parsed: &yaml::Parsed, file: &Arc<SourceFile>, options: &LoadOptions) -> RuleFile {
    let reader = Reader::new(file, options.ignore_unknown_fields);
    load_shapes(parsed, shape::of_documents(parsed, file).1, reader, options)
}

fn load_shapes(
    parsed: &yaml::Parsed,
    shapes: Vec<DocumentShape<'_>>,
    reader: Reader<'_>,
    options: &LoadOptions,
) -> RuleFile {
    let shape = shape_of(&shapes, options);
    let loader = Loader::of_documents(parsed, shapes, shape, reader, options);
    let Loader { file, reader, mut groups, comments, nested_problems, dialect, .. } = loader;
    let rules = groups.iter_mut().flat_map(|group| &mut group.rules);
    rules.enumerate().for_each(|(at, rule)| rule.at = at);
    groups.shrink_to_fit();
    let (mut problems, unchecked) = reader.into_parts();
    problems.extend(nested_problems);
    problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    RuleFile {
        file: Arc::clone(file),
        shape,
        dialect,
        is_dialect_given: options.dialect.is_some(),
        groups,
        nested_comments: comments,
        unchecked,
        problems,
        reread: Reread { options: options.clone(), ..Reread::default() },
    }
}

/// The nodes of the rules of a file, in the order of its groups.
pub(super) fn nodes(file: &Arc<SourceFile>, options: &LoadOptions) -> Vec<Arc<Node>> {
    let parsed = yaml::parse(file);
    let shapes = shape::of_documents(&parsed, file).1;
    let shape = shape_of(&shapes, options);
    Loader::of_documents(&parsed, shapes, shape, Reader::of_nodes(file), options).reader.into_nodes()
}

/// How the groups of all documents are wrapped.
fn shape_of(documents: &[DocumentShape<'_>], options: &LoadOptions) -> Shape {
    let parts = || {
        documents.iter().flat_map(|document| match document {
            DocumentShape::Rules(parts) | DocumentShape::Quotes(parts) => parts.as_slice(),
            _ => &[],
        })
    };
    let widest = parts().map(shape_of_part).max().unwrap_or(Shape::Plain);
    // What Prometheus reads itself is what counts, whatever stands in further documents.
    let is_plain = |part: &Part<'_>| match part.kind {
        PartKind::File => true,
        PartKind::BareGroups => options.is_named,
        _ => false,
    };
    if widest == Shape::Bare && parts().any(is_plain) { Shape::Plain } else { widest }
}

fn shape_of_part(part: &Part<'_>) -> Shape {
    match part.kind {
        PartKind::File => Shape::Plain,
        PartKind::Bare | PartKind::BareGroups => Shape::Bare,
        PartKind::Values => Shape::Values,
        PartKind::Object | PartKind::Nested(_) => Shape::Kubernetes,
    }
}

/// Whether several documents are read as one rule file: vmalert does so, and one of them shows it for all.
fn is_one_file(parsed: &yaml::Parsed, options: &LoadOptions) -> bool {
    let shows_it = |mapping: &Mapping| dialect::recognised(mapping) == Some(Dialect::Vmalert);
    parsed.documents.len() > 1
        && match options.dialect {
            Some(dialect) => dialect == Dialect::Vmalert,
            None => {
                let roots = parsed.documents.iter().filter_map(|document| document.root.as_ref());
                roots.filter_map(Node::as_mapping).any(shows_it)
            }
        }
}

struct Loader<'a> {
    file: &'a Arc<SourceFile>,
    options: &'a LoadOptions,
    reader: Reader<'a>,
    groups: Vec<RuleGroup>,
    comments: Vec<Comment>,
    /// What is wrong as YAML with YAML inside of YAML.
    nested_problems: Vec<Diagnostic>,
    parts: usize,
    /// Where the groups of this part begin.
    part_start: usize,
    /// Whether all documents are one rule file, as for vmalert.
    is_one_file: bool,
    /// The first dialect that is not Prometheus' own.
    dialect: Dialect,
}

impl<'a> Loader<'a> {
    /// Reads all documents, whose groups are wrapped as `shape` says.
    fn of_documents(
        parsed: &yaml::Parsed,
        shapes: Vec<DocumentShape<'_>>,
        shape: Shape,
        reader: Reader<'a>,
        options: &'a LoadOptions,
    ) -> Self {
        let mut loader = Loader {
            file: reader.file(),
            options,
            reader,
            groups: Vec::new(),
            comments: Vec::new(),
            nested_problems: Vec::new(),
            parts: 0,
            part_start: 0,
            is_one_file: shape == Shape::Plain && is_one_file(parsed, options),
            dialect: Dialect::Prometheus,
        };
        let mut is_first = true;
        for (document, of_document) in parsed.documents.iter().zip(shapes) {
            let Some(root) = &document.root else { continue };
            match of_document {
                // Beside PrometheusRules, other Kubernetes objects are none of our business.
                DocumentShape::Rules(parts) | DocumentShape::Quotes(parts)
                    if shape != Shape::Plain || parts.iter().all(|part| shape_of_part(part) == Shape::Plain) =>
                {
                    parts.iter().filter(|part| shape_of_part(part) >= shape).for_each(|part| loader.part(part));
                }
                _ if shape != Shape::Plain => {}
                // Prometheus looks at the first document only; that there are more is said.
                _ if !is_first && !loader.is_one_file && root.as_mapping().is_none() => {}
                _ => loader.plain(root),
            }
            is_first = false;
        }
        match shape {
            Shape::Plain if loader.is_one_file => loader.end_part(),
            Shape::Plain => loader.report_further_documents(parsed),
            _ => {}
        }
        loader
    }

    /// Reads what follows in the dialect of the configuration, or else in the one that `mapping` shows.
    fn enter(&mut self, mapping: &Mapping, default: Dialect) {
        let recognised = || dialect::recognised(mapping).unwrap_or(default);
        self.reader.dialect = self.options.dialect.unwrap_or_else(recognised);
        self.dialect = if self.dialect == Dialect::Prometheus { self.reader.dialect } else { self.dialect };
    }

    /// Whether other languages are recognised. Whoever says that it is Prometheus wants to hear of what is not PromQL.
    fn recognises(&self) -> bool {
        self.options.dialect != Some(Dialect::Prometheus)
    }

    fn part(&mut self, part: &Part<'_>) {
        match &part.kind {
            PartKind::File => self.plain(part.node),
            PartKind::Object => self.object(part.node),
            PartKind::Nested(scalar) => self.nested(scalar),
            PartKind::Values => {
                if let Some(mapping) = part.node.as_mapping() {
                    self.enter(mapping, Dialect::Prometheus);
                    self.groups(mapping, Place::Group);
                }
            }
            PartKind::Bare => self.bare(part.node, decode::bare),
            PartKind::BareGroups => self.bare(part.node, decode::bare_groups),
        }
    }

    /// `groups:` at the top of a document.
    fn plain(&mut self, root: &Node) {
        let default = if self.is_one_file { Dialect::Vmalert } else { Dialect::Prometheus };
        match root.as_mapping() {
            Some(mapping) => self.enter(mapping, default),
            None => self.reader.dialect = self.options.dialect.unwrap_or(default),
        }
        if let Some(mapping) = self.reader.fields(root, Place::File) {
            self.groups(mapping, Place::Group);
        }
    }

    fn groups(&mut self, mapping: &Mapping, place: Place) {
        let grammar = Grammar::new(&self.options.parse, self.recognises());
        let groups = decode::groups(&mut self.reader, &grammar, mapping, place, self.parts);
        self.groups.extend(groups);
        if !self.is_one_file {
            self.end_part();
        }
    }

    /// What has been read since the last part is one.
    fn end_part(&mut self) {
        let groups = self.groups.get(self.part_start..).unwrap_or_default();
        decode::report_repeated_names(&mut self.reader, groups);
        self.part_start = self.groups.len();
        self.parts += 1;
    }

    /// A Kubernetes object with groups under `spec`.
    fn object(&mut self, object: &Node) {
        let own = shape::dialect_of_kind(object);
        self.reader.dialect = self.options.dialect.unwrap_or(own);
        let Some(mapping) = self.reader.fields(object, Place::Object) else { return };
        let Some(spec) = mapping.get("spec") else { return };
        if let Some(spec) = spec.value.as_mapping() {
            self.enter(spec, own);
        }
        if let Some(spec) = self.reader.fields(&spec.value, Place::Spec) {
            self.groups(spec, Place::ObjectGroup);
        }
    }

    /// A text that is a rule file.
    fn nested(&mut self, text: &Scalar) {
        let parsed = yaml::parse_nested(self.file, text);
        self.comments.extend(&parsed.comments);
        self.is_one_file = is_one_file(&parsed, self.options);
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            self.plain(root);
        }
        if std::mem::take(&mut self.is_one_file) {
            self.end_part();
        }
        self.nested_problems.extend(parsed.problems);
    }

    /// Rules without a group, or groups without `groups:`.
    fn bare(&mut self, node: &Node, decode: impl Fn(&mut Reader<'a>, &Grammar<'_>, &Node, usize) -> Vec<RuleGroup>) {
        self.reader.dialect = self.options.dialect.unwrap_or_default();
        let grammar = Grammar::new(&self.options.parse, self.recognises());
        self.groups.extend(decode(&mut self.reader, &grammar, node, self.parts));
        self.end_part();
    }

    /// Prometheus reads the first document of a plain rule file and nothing else.
    fn report_further_documents(&mut self, parsed: &yaml::Parsed) {
        let Some(second) = parsed.documents.iter().skip(1).find(|document| document.root.is_some()) else { return };
        let message = "Prometheus reads only the first document of a rule file";
        let label = self.reader.label(second.marker(self.file), "what follows is ignored");
        let problem = MULTIPLE_DOCUMENTS.diagnostic(message, label);
        self.reader.report(problem.help("put all groups under one `groups:`, or each document in a file of its own"));
    }
}
