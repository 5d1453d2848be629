//! Rule files to rules that can be evaluated.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::engine::{self, Engine, EvalError, Prepared};
use crate::model::Labels;
use crate::promql::{Expr, ParseOptions};
use crate::rules::{Field, Rule, RuleFile, RuleGroup, RuleKind};
use crate::source::{Diagnostic, Label, Severity};
use crate::template::{self, Template, TemplateError};

use super::RuleId;
use super::plan::Plan;

/// What rules are compiled with.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Evaluates expressions and the queries of templates.
    pub engine: Engine,
    /// How the queries of templates are read.
    pub parse: ParseOptions,
    /// What templates see as external labels.
    pub external_labels: Labels,
    /// What templates see as the external URL.
    pub external_url: String,
    /// Names of groups in the order in which they are evaluated; groups that are not listed come first, in the order
    /// of the files.
    pub group_order: Vec<String>,
}

/// Rules of any number of files, ready to run. Copies share the rules.
#[derive(Clone, Debug)]
pub struct RuleSet {
    groups: Arc<[CompiledGroup]>,
    options: Arc<CompileOptions>,
    /// How the groups are run, made when first asked for, with the time of the first evaluation that it is for.
    plan: Arc<OnceLock<(i64, Arc<Plan>)>>,
}

/// A rule group, ready to run.
#[derive(Clone, Debug)]
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
    pub rules: Vec<Arc<CompiledRule>>,
}

/// A rule, ready to run.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// The index of the rule in its group in the file.
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
    /// The expression.
    pub expr: Expr,
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
    pub template: Option<Result<Template, TemplateError>>,
}

impl RuleSet {
    /// Compiles the rules of `files`. What does not compile is left out; there is a diagnostic for it unless the
    /// file's own problems tell of it already.
    pub fn compile(files: &[Arc<RuleFile>], options: CompileOptions) -> (RuleSet, Vec<Diagnostic>) {
        let mut groups = Vec::new();
        let mut problems = Vec::new();
        for (file_index, file) in files.iter().enumerate() {
            for (index, group) in file.groups.iter().enumerate() {
                let rules = group.rules.iter().enumerate().filter_map(|(index, rule)| {
                    compile_rule(file, group, rule, index, &options).unwrap_or_else(|problem| {
                        problems.push(*problem);
                        None
                    })
                });
                groups.push(CompiledGroup {
                    file: file_index,
                    index,
                    name: group.name.text().to_owned(),
                    query_offset_ms: group.query_offset_ms.unwrap_or(0),
                    limit: group.limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0),
                    rules: rules.collect(),
                });
            }
        }
        let order: BTreeMap<&str, usize> = options.group_order.iter().map(String::as_str).zip(1..).collect();
        groups.sort_by_key(|group| order.get(group.name.as_str()).copied().unwrap_or(0));
        (RuleSet { groups: groups.into(), options: Arc::new(options), plan: Arc::default() }, problems)
    }

    /// The templates of alerting rules that do not parse: Prometheus does not load the file then. `files` are those that
    /// were compiled.
    pub fn template_problems(&self, files: &[Arc<RuleFile>]) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for group in self.groups.iter() {
            let Some(file) = files.get(group.file) else { continue };
            for compiled in &group.rules {
                let rule = file.groups.get(group.index).and_then(|group| group.rules.get(compiled.index));
                let Some(rule) = rule else { continue };
                problems.extend(broken_templates("label", &compiled.labels, &rule.labels, file));
                problems.extend(broken_templates("annotation", &compiled.annotations, &rule.annotations, file));
            }
        }
        problems
    }

    /// The same rules, with what templates see as external labels and external URL.
    #[must_use]
    pub fn with_external(&self, external_labels: Labels, external_url: String) -> Self {
        let options = CompileOptions { external_labels, external_url, ..CompileOptions::clone(&self.options) };
        RuleSet { options: Arc::new(options), ..self.clone() }
    }

    /// The same rules, evaluated by another engine.
    #[must_use]
    pub fn with_engine(&self, engine: Engine) -> Self {
        let options = CompileOptions { engine, ..CompileOptions::clone(&self.options) };
        RuleSet { options: Arc::new(options), ..self.clone() }
    }

    /// The same rules, where every evaluation has to be done at `deadline`; `None`: it may take any time.
    #[must_use]
    pub fn with_deadline(self, deadline: Option<Instant>) -> Self {
        if self.options.engine.options().deadline == deadline {
            return self;
        }
        let options = engine::Options { deadline, ..self.options.engine.options().clone() };
        self.with_engine(Engine::new(options))
    }

    /// The same rules, the one called `id` with another expression. Nothing else is compiled again, and all other rules
    /// are shared; without such a rule it is the set as it was.
    ///
    /// # Errors
    /// The expression cannot be prepared, as [`Engine::prepare`] says.
    pub fn with_expr(&self, id: RuleId, expr: Expr) -> Result<Self, EvalError> {
        let prepared = self.options.engine.prepare(&expr)?;
        Ok(self.with_rule(id, |rule| {
            rule.expr = expr;
            rule.prepared = prepared;
        }))
    }

    /// The same rules, of which the one called `id` waits so many milliseconds before its alerts fire, and keeps them
    /// firing for so many.
    #[must_use]
    pub fn with_durations(&self, id: RuleId, for_ms: i64, keep_firing_for_ms: i64) -> Self {
        self.with_rule(id, |rule| {
            rule.for_ms = for_ms;
            rule.keep_firing_for_ms = keep_firing_for_ms;
        })
    }

    /// The same rules, the one called `id` with these labels in place of its own and those of its group; of two with the
    /// same name the later one counts.
    #[must_use]
    pub fn with_labels<'a>(&self, id: RuleId, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.with_rule(id, |rule| rule.labels = fields(labels.into_iter(), rule.kind == RuleKind::Alerting))
    }

    /// Copies one rule and the list that it stands in, and shares the rest.
    fn with_rule(&self, id: RuleId, change: impl FnOnce(&mut CompiledRule)) -> Self {
        let mut groups: Arc<[CompiledGroup]> = Arc::clone(&self.groups);
        let found = Arc::make_mut(&mut groups).get_mut(id.group).and_then(|group| group.rules.get_mut(id.rule));
        if let Some(rule) = found {
            change(Arc::make_mut(rule));
        }
        RuleSet { groups, options: Arc::clone(&self.options), plan: Arc::default() }
    }

    /// How runs go whose first evaluation is at `start_ms`.
    pub(super) fn plan(&self, start_ms: i64) -> Arc<Plan> {
        let (planned_for, plan) = self.plan.get_or_init(|| (start_ms, Arc::new(Plan::new(self, start_ms))));
        if *planned_for == start_ms { Arc::clone(plan) } else { Arc::new(Plan::new(self, start_ms)) }
    }

    /// The groups in the order of evaluation.
    pub fn groups(&self) -> &[CompiledGroup] {
        &self.groups
    }

    /// The options that the rules were compiled with.
    pub fn options(&self) -> &CompileOptions {
        &self.options
    }

    pub(super) fn shared_options(&self) -> Arc<CompileOptions> {
        Arc::clone(&self.options)
    }

    /// The group and the rule behind an id.
    pub fn rule(&self, id: RuleId) -> Option<(&CompiledGroup, &CompiledRule)> {
        let group = self.groups.get(id.group)?;
        Some((group, group.rules.get(id.rule)?))
    }

    /// All rules in the order of evaluation.
    pub fn rule_ids(&self) -> impl Iterator<Item = RuleId> {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(group, compiled)| (0..compiled.rules.len()).map(move |rule| RuleId { group, rule }))
    }
}

fn compile_rule(
    file: &RuleFile,
    group: &RuleGroup,
    rule: &Rule,
    index: usize,
    options: &CompileOptions,
) -> Result<Option<Arc<CompiledRule>>, Box<Diagnostic>> {
    let Some(expr) = &rule.parsed else { return Ok(None) };
    let prepared = options.engine.prepare(expr).map_err(|error| {
        let span = error.span.map_or(rule.expr.span, |span| rule.expr.file_span(span));
        let label = Label::new(&file.file, span, "");
        Box::new(Diagnostic::new("promql/evaluation", Severity::Error, error.message, label))
    })?;
    let templated = rule.kind == RuleKind::Alerting;
    let annotations: &[(Field, Field)] = if templated { &rule.annotations } else { &[] };
    Ok(Some(Arc::new(CompiledRule {
        index,
        kind: rule.kind,
        name: rule.name.text().to_owned(),
        for_ms: rule.for_ms,
        keep_firing_for_ms: rule.keep_firing_for_ms,
        labels: fields(texts(group.labels.iter().chain(&rule.labels)), templated),
        annotations: fields(texts(annotations.iter()), templated),
        expr: expr.clone(),
        prepared,
    })))
}

/// A diagnostic for each of a rule's own fields whose template does not parse.
fn broken_templates<'a>(
    kind: &'a str,
    compiled: &'a [TemplateField],
    own: &'a [(Field, Field)],
    file: &'a RuleFile,
) -> impl Iterator<Item = Diagnostic> + 'a {
    compiled.iter().filter_map(move |field| {
        let Some(Err(error)) = &field.template else { return None };
        let (name, text) = own.iter().rfind(|(name, _)| name.text() == field.name)?;
        let message = format!("{kind} `{}` is not a valid template: {}", name.text(), error.message);
        let place = Label::new(&file.file, text.file_span(error.span), "");
        let found = Diagnostic::new("template/syntax", Severity::Error, message, place);
        Some(error.help.iter().cloned().fold(found, Diagnostic::help))
    })
}

/// Names and texts, sorted by name; of two with the same name the later one counts.
fn fields<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, templated: bool) -> Vec<TemplateField> {
    let merged: BTreeMap<&str, &str> = pairs.collect();
    let field = |(name, text): (&str, &str)| TemplateField {
        name: name.to_owned(),
        text: text.to_owned(),
        template: (templated && text.contains("{{")).then(|| template::parse(text)),
    };
    merged.into_iter().map(field).collect()
}

fn texts<'a>(pairs: impl Iterator<Item = &'a (Field, Field)>) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.map(|(name, value)| (name.text(), value.text()))
}
