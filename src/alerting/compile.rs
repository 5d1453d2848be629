//! Rule files to rules that can be evaluated.

use std::sync::Arc;

use crate::engine::{Engine, Prepared};
use crate::model::Labels;
use crate::rules::{RuleFile, RuleKind};
use crate::source::Diagnostic;
use crate::template::Template;

/// What rules are compiled with.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Evaluates expressions and the queries of templates.
    pub engine: Engine,
    /// What templates see as external labels.
    pub external_labels: Labels,
    /// What templates see as the external URL.
    pub external_url: String,
    /// Names of groups in the order in which they are evaluated; groups that are not listed come first, in the order
    /// of the files.
    pub group_order: Vec<String>,
}

/// Rules of any number of files, ready to run.
#[derive(Debug)]
pub struct RuleSet {
    pub(super) groups: Vec<CompiledGroup>,
    pub(super) options: CompileOptions,
}

/// A rule group, ready to run.
#[derive(Debug)]
pub struct CompiledGroup {
    /// The index of its file in what was compiled.
    pub file: usize,
    /// The index of the group in its file.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// How far before the evaluation time its expressions are evaluated, in milliseconds.
    pub query_offset_ms: i64,
    /// How many alerts or series a rule may produce; `None`: any number.
    pub limit: Option<usize>,
    /// Its rules, without those that do not parse.
    pub rules: Vec<CompiledRule>,
}

/// A rule, ready to run.
#[derive(Debug)]
pub struct CompiledRule {
    /// The index of the rule in its group.
    pub index: usize,
    /// Alerting or recording.
    pub kind: RuleKind,
    /// The alert's or the recorded series' name.
    pub name: String,
    /// How long the expression must hold before the alert fires, in milliseconds.
    pub for_ms: i64,
    /// How long the alert keeps firing after the expression ceased to hold, in milliseconds.
    pub keep_firing_for_ms: i64,
    /// Labels with their texts, the group's included, sorted by name.
    pub labels: Vec<TemplateField>,
    /// Annotations with their texts, sorted by name.
    pub annotations: Vec<TemplateField>,
    pub(super) expr: crate::promql::Expr,
    pub(super) prepared: Prepared,
}

/// A label or an annotation of a rule.
#[derive(Clone, Debug)]
pub struct TemplateField {
    /// Its name.
    pub name: String,
    /// Its text as written.
    pub text: String,
    /// The parsed text; `None` where there is nothing to evaluate in it, or the rule is a recording rule. A template
    /// that does not parse expands to its error.
    pub template: Option<Result<Template, crate::template::TemplateError>>,
}

impl RuleSet {
    /// Compiles the rules of `files`. What does not compile is left out; there is a diagnostic for it unless the
    /// file's own problems tell of it already.
    pub fn compile(files: &[Arc<RuleFile>], options: CompileOptions) -> (RuleSet, Vec<Diagnostic>) {
        let _ = files;
        (RuleSet { groups: Vec::new(), options }, Vec::new())
    }

    /// The groups in the order of evaluation.
    pub fn groups(&self) -> &[CompiledGroup] {
        &self.groups
    }

    /// The options that the rules were compiled with.
    pub fn options(&self) -> &CompileOptions {
        &self.options
    }
}
