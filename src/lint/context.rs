//! What a lint rule gets to see.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::analysis::LabelFlow;
use crate::rules::{Field, Rule, RuleFile, RuleGroup};
use crate::source::{Label, SourceFile, Span};

use super::{Config, Document};

/// One rule file.
#[derive(Clone, Copy)]
pub struct FileContext<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The file as YAML.
    pub document: &'a Document,
    /// The file as rule groups.
    pub rules: &'a RuleFile,
}

impl FileContext<'_> {
    /// The file.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.document.source
    }

    /// A label at bytes of the file.
    pub fn label(&self, span: Span, text: impl Into<String>) -> Label {
        Label::new(self.source(), span, text)
    }

    /// A label at a field as a whole.
    pub fn field(&self, field: &Field, text: impl Into<String>) -> Label {
        self.label(field.span, text)
    }

    /// A label at bytes of a field's decoded text: of an expression, of a template.
    pub fn inside(&self, field: &Field, decoded: Span, text: impl Into<String>) -> Label {
        self.label(field.file_span(decoded), text)
    }
}

/// One rule group.
#[derive(Clone, Copy)]
pub struct GroupContext<'a> {
    /// Its file.
    pub file: FileContext<'a>,
    /// The group.
    pub group: &'a RuleGroup,
}

/// One alerting or recording rule, with what the analyses know about it; each is computed when first asked for.
pub struct RuleContext<'a> {
    /// Its group.
    pub group: GroupContext<'a>,
    /// The rule.
    pub rule: &'a Rule,
    label_flow: OnceCell<Option<LabelFlow>>,
}

impl<'a> RuleContext<'a> {
    pub(super) fn new(group: GroupContext<'a>, rule: &'a Rule) -> Self {
        RuleContext { group, rule, label_flow: OnceCell::new() }
    }

    /// The configuration.
    pub fn config(&self) -> &'a Config {
        self.group.file.config
    }

    /// The file: also the way to labels of diagnostics.
    pub fn file(&self) -> FileContext<'a> {
        self.group.file
    }

    /// Which labels the expression's result can have; `None` where the expression does not parse.
    pub fn label_flow(&self) -> Option<&LabelFlow> {
        self.label_flow.get_or_init(|| self.rule.parsed.as_ref().map(LabelFlow::of)).as_ref()
    }

    /// The labels that the rule puts on its results, the group's and its own, by name and without what is overridden,
    /// in the order of the file.
    pub fn static_labels(&self) -> Vec<(&'a Field, &'a Field)> {
        let own = &self.rule.labels;
        let inherited = self.group.group.labels.iter().filter(|(name, _)| !has(own, name.text()));
        inherited.chain(own).map(|(name, value)| (name, value)).collect()
    }
}

fn has(labels: &[(Field, Field)], name: &str) -> bool {
    labels.iter().any(|(other, _)| other.text() == name)
}

/// All files at once.
#[derive(Clone, Copy)]
pub struct WorkspaceContext<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The files, in the order in which they were given.
    pub documents: &'a [Document],
}

impl<'a> WorkspaceContext<'a> {
    /// The rule files among them.
    pub fn rule_files(&self) -> impl Iterator<Item = FileContext<'a>> {
        let config = self.config;
        self.documents
            .iter()
            .filter_map(move |document| document.rules.as_ref().map(|rules| FileContext { config, document, rules }))
    }
}
