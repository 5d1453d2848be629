//! What kind of file a YAML file is, judged by what is in it.

mod helm_values;
mod kubernetes;
mod marks;
mod part;
mod templated;
mod test_file;

use std::sync::Arc;

use crate::source::SourceFile;
use crate::yaml::{self, Document, Node, Parsed};

pub(super) use kubernetes::dialect_of_kind;
use marks::Ground;
pub(super) use part::{Part, PartKind};
pub use templated::Templating;

/// What kind of file a YAML file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileShape {
    /// Holds rule groups: `groups:` at the top, Kubernetes objects that hold them, the values of a Helm chart, or rules
    /// without a group.
    Rules,
    /// A unit-test file as promtool reads it.
    Tests,
    /// Would be one of the two, but is a template: what Prometheus reads is rendered from it. Nothing can be said about
    /// what is in it.
    Templated(Templating),
    /// Alert rules or tests of another program, which this one does not read.
    Foreign(Foreign),
    /// Anything else.
    Other,
}

/// A program whose rules or tests look like Prometheus' and are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Foreign {
    /// Alert rules that Grafana itself evaluates, from its provisioning files.
    Grafana,
    /// Unit tests of vmalert-tool, with expressions in MetricsQL.
    VmalertTool,
}

impl Foreign {
    /// What reports call such a file.
    pub fn name(self) -> &'static str {
        match self {
            Foreign::Grafana => "Grafana-managed alert rules",
            Foreign::VmalertTool => "unit tests of vmalert-tool",
        }
    }
}

/// What kind of file this is, by its first document that says so.
pub fn classify(parsed: &Parsed, file: &Arc<SourceFile>) -> FileShape {
    of_documents(parsed, file).0
}

/// What kind of file this is, and what each of its documents holds.
pub(super) fn of_documents<'d>(parsed: &'d Parsed, file: &Arc<SourceFile>) -> (FileShape, Vec<DocumentShape<'d>>) {
    let documents: Vec<DocumentShape<'_>> =
        parsed.documents.iter().map(|document| of_document(document, file)).collect();
    (of_shapes(&documents, parsed, file), documents)
}

/// A rule file, or a template of one: what is around it decides.
const QUOTES: FileShape = FileShape::Templated(Templating::Quotes);

fn of_shapes(documents: &[DocumentShape<'_>], parsed: &Parsed, file: &SourceFile) -> FileShape {
    let mut found = FileShape::Other;
    for document in documents {
        let shape = match document {
            DocumentShape::Rules(_) => FileShape::Rules,
            DocumentShape::Tests => FileShape::Tests,
            DocumentShape::Quotes(_) => QUOTES,
            DocumentShape::Templated(templating) => return FileShape::Templated(*templating),
            DocumentShape::Foreign(foreign) => FileShape::Foreign(*foreign),
            DocumentShape::Other => continue,
        };
        // One document that leaves it open does so for the file.
        if found == FileShape::Other || shape == QUOTES {
            found = shape;
        }
    }
    match templated::in_comments(parsed, file) {
        Some(templating) if matches!(found, FileShape::Rules | FileShape::Tests | QUOTES) => {
            FileShape::Templated(templating)
        }
        _ => found,
    }
}

/// Whether a text may be a rule file or a test file. A cheap look at its bytes, which spares the parser all the other
/// YAML of a repository: false means certainly not.
pub fn may_hold_rules_or_tests(text: &str) -> bool {
    const WORDS: [&str; 8] =
        ["groups", "tests", "rule_files", "PrometheusRule", "VMRule", "serverFiles", "GlobalRules", "ClusterRules"];
    // `"gro\u0075ps"` is a key, too.
    const ESCAPES: [&str; 3] = ["\\x", "\\u", "\\U"];
    WORDS.iter().chain(&ESCAPES).any(|word| text.contains(word)) || text.contains("expr") && has_rule_line(text)
}

/// Whether a line begins with the name of a rule that stands in no group.
fn has_rule_line(text: &str) -> bool {
    ["alert", "record"].iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let line = before.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
            line.bytes().all(|byte| b"- [{\"'\t".contains(&byte))
        })
    })
}

/// What one document holds.
#[derive(Clone, Debug)]
pub(super) enum DocumentShape<'d> {
    /// Rule groups, in these parts; a broken document has none.
    Rules(Vec<Part<'d>>),
    /// Rule groups in which braces stand in quotes, and nothing else of a template.
    Quotes(Vec<Part<'d>>),
    /// A test file.
    Tests,
    /// A template of one of the two.
    Templated(Templating),
    /// Something of another program.
    Foreign(Foreign),
    /// Anything else.
    Other,
}

/// What this document holds.
fn of_document<'d>(document: &'d Document, file: &Arc<SourceFile>) -> DocumentShape<'d> {
    match &document.root {
        Some(root) => of_root(root, document, file),
        None if document.broken => of_broken(document, file),
        None => DocumentShape::Other,
    }
}

fn of_root<'d>(root: &'d Node, document: &Document, file: &Arc<SourceFile>) -> DocumentShape<'d> {
    let parts = part::of_root(root);
    if !parts.is_empty() {
        if !marks::may_be_in(root.span.slice(file.text())) || is_final(document, file) {
            return DocumentShape::Rules(parts);
        }
        let templating = Templating::surest(parts.iter().filter_map(|part| in_part(part, file)));
        return match templating {
            None => DocumentShape::Rules(parts),
            Some(Templating::Quotes) => DocumentShape::Quotes(parts),
            Some(templating) => DocumentShape::Templated(templating),
        };
    }
    if part::is_grafana_file(root) {
        return DocumentShape::Foreign(Foreign::Grafana);
    }
    let Some(mapping) = root.as_mapping().filter(|mapping| mapping.get("kind").is_none()) else {
        return DocumentShape::Other;
    };
    match test_file::judge(mapping) {
        test_file::Verdict::Tests => {
            let templating = templated::in_tree(root, file, Ground::AlertTemplate);
            match templating {
                None | Some(Templating::Quotes) => DocumentShape::Tests,
                Some(templating) => DocumentShape::Templated(templating),
            }
        }
        test_file::Verdict::VmalertTool => DocumentShape::Foreign(Foreign::VmalertTool),
        test_file::Verdict::Other => DocumentShape::Other,
    }
}

/// The language in which a part with rules is a template.
fn in_part(part: &Part<'_>, file: &Arc<SourceFile>) -> Option<Templating> {
    match &part.kind {
        PartKind::Object if kubernetes::is_from_server(part.node) => None,
        PartKind::Nested(scalar) => {
            let parsed = yaml::parse_nested(file, scalar);
            let roots = parsed.documents.iter().map(|document| document.root.as_ref());
            let in_root = |root: Option<&Node>| match root {
                Some(root) => templated::in_tree(root, file, Ground::Plain),
                None => templated::in_lines(scalar.value().lines(), false),
            };
            Templating::surest(roots.into_iter().filter_map(in_root))
        }
        // Values of a chart are for Helm, wherever they lie.
        PartKind::Values => match templated::in_tree(part.node, file, Ground::Plain) {
            Some(Templating::Quotes) => Some(Templating::Helm),
            templating => templating,
        },
        _ => templated::in_tree(part.node, file, Ground::Plain),
    }
}

/// Whether a document is what Helm has rendered: it says from which template it comes.
fn is_final(document: &Document, file: &SourceFile) -> bool {
    lines_of(document, file).take(3).any(|line| line.starts_with("# Source: "))
}

/// The lines of a document, its `---` among them, and whatever stands before its first content: `{{- if .Values.x }}`
/// is a document of its own to the parser.
fn lines_of<'f>(document: &Document, file: &'f SourceFile) -> impl Iterator<Item = &'f str> {
    let before = file.text().get(..document.span.start()).unwrap_or_default();
    let is_marked = file.text().get(document.span.start()..).is_some_and(|rest| rest.starts_with("---"));
    let start = if is_marked { before.len() } else { before.rfind("\n---").map_or(0, |at| at + 1) };
    let text = file.text().get(start..).unwrap_or_default();
    let lines = text.lines().enumerate();
    lines.take_while(|(index, line)| *index == 0 || !line.starts_with("---")).map(|(_, line)| line)
}

/// A document whose syntax is broken is known by the beginnings of its lines. Many a template is no YAML before it is
/// rendered.
fn of_broken(document: &Document, file: &SourceFile) -> DocumentShape<'static> {
    let lines = || lines_of(document, file);
    let has_rules = || lines().any(is_rule_line);
    let (is_tests, is_rules) = (
        test_file::in_lines(lines()),
        lines().any(|line| line.starts_with("groups:") || kubernetes::is_kind_line(line)),
    );
    if !is_tests && !is_rules {
        return DocumentShape::Other;
    }
    match templated::in_lines(lines(), is_tests) {
        Some(templating) if is_tests || has_rules() => DocumentShape::Templated(templating),
        Some(_) => DocumentShape::Other,
        None if is_tests => DocumentShape::Tests,
        None => DocumentShape::Rules(Vec::new()),
    }
}

/// Whether a line gives a rule its name or its expression.
fn is_rule_line(line: &str) -> bool {
    let word = line.trim_start_matches(['-', ' ']);
    ["alert:", "record:", "expr:"].iter().any(|name| word.starts_with(name))
}
