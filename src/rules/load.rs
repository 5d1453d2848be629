//! A YAML tree to a [`RuleFile`].

use std::sync::Arc;

use super::fields::Place;
use super::reader::Reader;
use super::shape::{self, DocumentShape};
use super::{RuleFile, RuleGroup, Shape, decode};
use crate::promql;
use crate::source::{Diagnostic, Severity, SourceFile};
use crate::yaml::{self, Comment, Mapping, Node};

/// How rule files are read.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Which PromQL is accepted.
    pub parse: promql::ParseOptions,
    /// Accepts fields that Prometheus does not know, as `promtool --ignore-unknown-fields` does.
    pub ignore_unknown_fields: bool,
    /// Reads the file as a plain rule file whatever it looks like: its name was given as one.
    pub assume_rules: bool,
}

/// The rule groups of all documents of a file; `None` where nothing in it has the shape of a rule file.
///
/// Never fails: what is wrong is in [`RuleFile::problems`]. What is wrong as YAML is in [`yaml::Parsed::problems`] and
/// not repeated.
pub fn load(parsed: &yaml::Parsed, file: &Arc<SourceFile>, options: &LoadOptions) -> Option<RuleFile> {
    let shapes: Vec<DocumentShape> =
        parsed.documents.iter().map(|document| shape::of_document(document, file)).collect();
    let is_kubernetes = shapes.iter().any(|shape| matches!(shape, DocumentShape::Objects));
    // As `classify`: the first document that says so decides.
    let first = shapes.iter().find(|shape| **shape != DocumentShape::Other);
    if !matches!(first, Some(DocumentShape::Objects | DocumentShape::Groups)) && !options.assume_rules {
        return None;
    }
    let mut loader = Loader {
        file,
        options,
        reader: Reader::new(file, options.ignore_unknown_fields),
        groups: Vec::new(),
        comments: Vec::new(),
        nested_problems: Vec::new(),
        parts: 0,
    };
    for (document, shape) in parsed.documents.iter().zip(shapes) {
        let Some(root) = &document.root else { continue };
        match shape {
            DocumentShape::Objects => loader.object(root),
            // Beside PrometheusRules, other Kubernetes objects are none of our business.
            _ if is_kubernetes => {}
            _ => loader.plain(root),
        }
    }
    if !is_kubernetes {
        loader.report_further_documents(parsed);
    }
    let Loader { reader, groups, comments, nested_problems, .. } = loader;
    let mut problems = reader.into_problems();
    problems.extend(nested_problems);
    problems.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let shape = if is_kubernetes { Shape::Kubernetes } else { Shape::Plain };
    Some(RuleFile { file: Arc::clone(file), shape, groups, nested_comments: comments, problems })
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
}

impl Loader<'_> {
    /// `groups:` at the top of a document.
    fn plain(&mut self, root: &Node) {
        if let Some(mapping) = self.reader.fields(root, Place::File) {
            self.groups(mapping, Place::Group);
        }
    }

    fn groups(&mut self, mapping: &Mapping, place: Place) {
        let groups = decode::groups(&mut self.reader, &self.options.parse, mapping, place, self.parts);
        self.groups.extend(groups);
        self.parts += 1;
    }

    /// A Kubernetes object; of a list, each item.
    fn object(&mut self, root: &Node) {
        for object in shape::objects(root) {
            match shape::kind(object) {
                Some("PrometheusRule") => self.prometheus_rule(object),
                Some("ConfigMap") => self.config_map(object),
                _ => {}
            }
        }
    }

    fn prometheus_rule(&mut self, object: &Node) {
        let Some(mapping) = self.reader.fields(object, Place::Object) else { return };
        let Some(spec) = mapping.get("spec") else { return };
        if let Some(spec) = self.reader.fields(&spec.value, Place::Spec) {
            self.groups(spec, Place::ObjectGroup);
        }
    }

    /// A ConfigMap's values that are rule files.
    fn config_map(&mut self, object: &Node) {
        for value in shape::nested_rule_files(object) {
            let parsed = yaml::parse_nested(self.file, value);
            self.comments.extend(&parsed.comments);
            for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
                self.plain(root);
            }
            self.nested_problems.extend(parsed.problems);
        }
    }

    /// Prometheus reads the first document of a plain rule file and nothing else.
    fn report_further_documents(&mut self, parsed: &yaml::Parsed) {
        let Some(second) = parsed.documents.iter().skip(1).find(|document| document.root.is_some()) else { return };
        let message = "Prometheus reads only the first document of a rule file";
        let label = self.reader.label(second.marker(self.file), "what follows is ignored");
        let problem = Diagnostic::new("yaml/multiple-documents", Severity::Warning, message, label);
        self.reader.report(problem.help("put all groups under one `groups:`, or each document in a file of its own"));
    }
}
