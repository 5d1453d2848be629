//! What a lint rule gets to see.

use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use crate::facts::{self, Facts, Premises};
use crate::promql::ast::Matcher;
use crate::rules::{Dialect, Field, Rule, RuleFile, RuleGroup, RuleKind};
use crate::source::{Label, SourceFile, Span};
use crate::template::{self, ReferenceKind, Template, TemplateError};

use super::Config;
use super::alert_labels::Given;
use super::known::Known;
use super::pages::Pages;
use super::parts::Parts;
use super::policy::Policy;
use super::recorded_series::RecordedFacts;
use super::recording::{Place, RecordedNames, Recording};
use crate::workspace::{Document, Workspace};

/// One rule file.
#[derive(Clone, Copy)]
pub struct FileContext<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The file as YAML.
    pub document: &'a Document,
    /// The file as rule groups.
    pub rules: &'a RuleFile,
    /// What the rules of all files record under names that have no colon, as scraped metrics have none.
    pub recorded_names: &'a RecordedNames<'a>,
}

impl<'a> FileContext<'a> {
    /// What is known of the series that its rules select.
    pub fn premises(&self) -> Premises<'a> {
        Premises { recorded_names: Some(self.recorded_names.get()), ..self.config.premises() }
    }

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
    /// The names of its labels.
    pub label_names: &'a FxHashSet<&'a str>,
    /// The templates in its labels: read once, not for each rule that inherits them.
    pub templates: &'a [TemplateField<'a>],
}

/// One alerting or recording rule, with what the analyses know about it; each is computed when first asked for.
pub struct RuleContext<'a> {
    /// Its group.
    pub group: GroupContext<'a>,
    /// The rule.
    pub rule: &'a Rule,
    parts: OnceCell<Parts<'a>>,
    facts: OnceCell<Option<Facts<'a>>>,
    given: OnceCell<Option<Given<'a>>>,
    own_templates: OnceCell<Vec<TemplateField<'a>>>,
    policies: OnceCell<Vec<&'a Policy>>,
}

/// A label or an annotation whose value is a template.
#[derive(Debug)]
pub struct TemplateField<'a> {
    /// The label's or annotation's name.
    pub name: &'a Field,
    /// The template's text.
    pub value: &'a Field,
    /// Where it stands.
    pub place: TemplatePlace,
    /// The template.
    pub parsed: Result<Template, TemplateError>,
}

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePlace {
    /// In the labels of the group.
    GroupLabel,
    /// In the labels of the rule.
    Label,
    /// In the annotations of the rule.
    Annotation,
}

impl<'a> GroupContext<'a> {
    /// The policies that are for the group or for one of its rules, in the order of the configuration.
    pub fn policies(&self) -> impl Iterator<Item = &'a Policy> + use<'a, '_> {
        self.file.config.policies().iter().filter(|policy| policy.is_for_group(self))
    }
}

impl<'a> TemplateField<'a> {
    /// The templates among `fields`; what holds no action is not one.
    pub(super) fn among(fields: &'a [(Field, Field)], place: TemplatePlace) -> impl Iterator<Item = TemplateField<'a>> {
        fields.iter().filter(|(_, value)| value.text().contains("{{")).map(move |(name, value)| TemplateField {
            name,
            value,
            place,
            parsed: template::parse(value.text()),
        })
    }

    /// Whether something can be said of it. vmalert has functions and variables of its own; what does not parse may be
    /// good there.
    pub(super) fn is_for(&self, dialect: Dialect) -> bool {
        dialect != Dialect::Vmalert || self.parsed.is_ok()
    }

    /// Whether it reads the value of the alert.
    pub fn reads_value(&self) -> bool {
        let reads = |parsed: &Template| {
            parsed.references().others.iter().any(|reference| reference.kind == ReferenceKind::Value)
        };
        self.parsed.as_ref().is_ok_and(reads)
    }

    /// What messages call it: ``the annotation `summary` ``.
    pub fn describe(&self) -> String {
        let kind = if self.place == TemplatePlace::Annotation { "annotation" } else { "label" };
        format!("the {kind} `{}`", self.name.text())
    }
}

impl<'a> RuleContext<'a> {
    pub(super) fn new(group: GroupContext<'a>, rule: &'a Rule) -> Self {
        RuleContext {
            group,
            rule,
            parts: OnceCell::new(),
            facts: OnceCell::new(),
            given: OnceCell::new(),
            own_templates: OnceCell::new(),
            policies: OnceCell::new(),
        }
    }

    /// The configuration.
    pub fn config(&self) -> &'a Config {
        self.group.file.config
    }

    /// The policies that are for the rule, in the order of the configuration.
    pub fn policies(&self) -> impl Iterator<Item = &'a Policy> + use<'a, '_> {
        let all = self.config().policies();
        let own = self.policies.get_or_init(|| all.iter().filter(|policy| policy.is_for(self)).collect());
        own.iter().copied()
    }

    /// The file: also the way to labels of diagnostics.
    pub fn file(&self) -> FileContext<'a> {
        self.group.file
    }

    /// The parts of the expression; none where it does not parse.
    pub fn parts(&self) -> &Parts<'a> {
        self.parts.get_or_init(|| self.rule.parsed.as_ref().map(Parts::of).unwrap_or_default())
    }

    /// What is known of the expression and of each of its nodes; `None` where it does not parse.
    pub fn facts(&self) -> Option<&Facts<'a>> {
        let facts = || Some(Facts::under(self.rule.parsed.as_ref()?, self.file().premises()));
        self.facts.get_or_init(facts).as_ref()
    }

    /// Whether no element of the expression's result can have the label; false where nothing is known.
    pub fn lacks(&self, label: &str) -> bool {
        self.facts().is_some_and(|facts| facts::dropped(facts.branches(), label).is_some())
    }

    /// Whether templates in `place` may see the label whatever the expression says.
    pub fn is_given(&self, label: &str, place: TemplatePlace) -> bool {
        let given = self.given.get_or_init(|| Given::by(self.file(), self.group.group, self.rule));
        given.as_ref().is_some_and(|given| given.has(label, place))
    }

    /// Shows `look` each matcher of the expression.
    pub fn for_each_matcher(&self, look: impl FnMut(&Matcher)) {
        self.parts().selectors.iter().flat_map(|selector| &selector.matchers).for_each(look);
    }

    /// Shows `look` each matcher of the expression that has a regular expression.
    pub fn for_each_pattern(&self, mut look: impl FnMut(&Matcher)) {
        self.for_each_matcher(|matcher| {
            if matcher.op.is_regex() {
                look(matcher);
            }
        });
    }

    /// The templates of an alerting rule: in its labels, in the group's that it inherits, in its annotations. Labels of
    /// a recording rule are not templates.
    pub fn templates(&self) -> impl Iterator<Item = &TemplateField<'a>> {
        let inherited = match self.rule.kind {
            RuleKind::Alerting => self.group.templates,
            RuleKind::Recording => &[],
        };
        // Most groups have no labels: then no names need to be compared.
        let own = if inherited.is_empty() { FxHashSet::default() } else { names(&self.rule.labels) };
        inherited.iter().filter(move |field| !own.contains(field.name.text())).chain(self.own_templates())
    }

    fn own_templates(&self) -> &[TemplateField<'a>] {
        self.own_templates.get_or_init(|| {
            if self.rule.kind != RuleKind::Alerting {
                return Vec::new();
            }
            let labels = TemplateField::among(&self.rule.labels, TemplatePlace::Label);
            let annotations = TemplateField::among(&self.rule.annotations, TemplatePlace::Annotation);
            labels.chain(annotations).filter(|template| template.is_for(self.group.file.rules.dialect)).collect()
        })
    }

    /// The labels that the rule puts on its results, the group's and its own, by name and without what is overridden,
    /// in the order of the file.
    pub fn static_labels(&self) -> Vec<(&'a Field, &'a Field)> {
        self.group.group.labels_of(self.rule).collect()
    }
}

pub(super) fn names(labels: &[(Field, Field)]) -> FxHashSet<&str> {
    labels.iter().map(|(name, _)| name.text()).collect()
}

/// All files at once.
pub struct WorkspaceContext<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The files, in the order in which they were given.
    pub workspace: &'a Workspace,
    recorded_names: &'a RecordedNames<'a>,
    recording: OnceLock<Recording<'a>>,
    recorded: OnceLock<RecordedFacts>,
    known: OnceLock<Option<Known<'a>>>,
    pages: OnceLock<Pages<'a>>,
}

impl<'a> WorkspaceContext<'a> {
    pub(super) fn new(config: &'a Config, workspace: &'a Workspace, recorded_names: &'a RecordedNames<'a>) -> Self {
        WorkspaceContext {
            config,
            workspace,
            recorded_names,
            recording: OnceLock::new(),
            recorded: OnceLock::new(),
            known: OnceLock::new(),
            pages: OnceLock::new(),
        }
    }

    /// The rule files among them.
    pub fn rule_files(&self) -> impl Iterator<Item = FileContext<'a>> + use<'a> {
        let (config, recorded_names) = (self.config, self.recorded_names);
        let files = self.workspace.documents().iter();
        files.filter_map(move |document| {
            document.rules().map(|rules| FileContext { config, document, rules, recorded_names })
        })
    }

    /// All rules, in the order of the files.
    pub fn places(&self) -> impl Iterator<Item = Place<'a>> + use<'a> {
        self.rule_files().enumerate().flat_map(|(file_at, file)| Place::all_in(file, file_at))
    }

    /// What the rules record, and who reads it.
    pub fn recording(&self) -> &Recording<'a> {
        self.recording.get_or_init(|| Recording::of(self))
    }

    /// What is known of the recorded series that the rules read.
    pub(super) fn recorded(&self) -> &RecordedFacts {
        self.recorded.get_or_init(|| RecordedFacts::of(self))
    }

    /// What is known of the series of the server, and all selectors of the rules; `None` without an inventory.
    pub(super) fn known(&self) -> Option<&Known<'a>> {
        self.known.get_or_init(|| Known::of(self)).as_ref()
    }

    /// The runbook pages, and the alerts that lead to them. Known before the hooks run: see [`super::run`].
    pub fn pages(&self) -> &Pages<'a> {
        self.pages.get_or_init(|| Pages::of(self))
    }
}
