//! What a template reads: labels, external labels, the value, queries.
//!
//! The template is walked as the evaluator walks it, with kinds of values in the place of values, so that a label is
//! recognised through variables, `with`, `range`, `template` and `args`.

use std::rc::Rc;

use crate::source::{Span, Spanned};

use super::Template;
use super::ast::{Branch, Command, List, NodeKind, Operand, OperandKind, Pipeline};

/// Everything that a template reads by name.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Labels that are read by a fixed name, in the order of the text.
    pub labels: Vec<LabelReference>,
    /// Uses of the alert's whole label set (`{{ $labels }}`, `range $k, $v := $labels`), external ones not included.
    pub all_labels: Vec<Reference>,
    /// Uses of the value, the external URL and what else is not a label.
    pub others: Vec<Reference>,
    /// Calls of `query`.
    pub queries: Vec<QueryReference>,
    /// Whether something was not followed, because `template` or `args` nest too deep: there may be more references.
    pub incomplete: bool,
}

/// A label that a template reads by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelReference {
    /// The label's name.
    pub name: String,
    /// The name's bytes (without the dot, without quotes) in the template's text.
    pub name_span: Span,
    /// The whole reference: `$labels.job`, `.Labels.job`, `index $labels "job"`.
    pub span: Span,
    /// Whose label it is.
    pub owner: LabelOwner,
    /// Whether it is read only where a condition on the same label holds: `{{ if $labels.job }}{{ $labels.job }}`,
    /// `{{ with $labels.job }}`; also the condition itself, and an operand of `or`.
    pub guarded: bool,
}

/// Whose label a reference reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabelOwner {
    /// The element of the alert's expression.
    Alert,
    /// Prometheus' configuration.
    External,
    /// An element of what `query` gives.
    Query,
}

/// A use of something that is not one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What is used.
    pub kind: ReferenceKind,
    /// Its bytes in the template's text.
    pub span: Span,
}

/// What a [`Reference`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// The alert's whole label set.
    AllLabels,
    /// All external labels.
    AllExternalLabels,
    /// `$externalURL`
    ExternalUrl,
    /// `$value`
    Value,
}

/// A call of `query`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryReference {
    /// The call's bytes.
    pub span: Span,
    /// The query and the bytes of its literal, quotes included, where it is given as a literal.
    pub literal: Option<Spanned<String>>,
    /// The format and the bytes of its literal, where the query is made by `printf`.
    pub format: Option<Spanned<String>>,
}

/// What is known of a value without data.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The dot that an expansion begins with.
    Root,
    /// A label set.
    Labels(LabelOwner),
    /// What `query` gives.
    Vector,
    /// An element of it.
    Sample,
    /// What `args` makes.
    Args(Rc<[Kind]>),
    /// A literal text.
    Literal(Spanned<String>),
    /// What `printf` makes of a literal format.
    Formatted(Spanned<String>),
    /// Anything else.
    Other,
}

/// How deep `template` is followed, and `args` inside `args`.
const MAX_DEPTH: usize = 16;

pub(super) fn references(template: &Template) -> References {
    let owner = |owner| Kind::Labels(owner);
    let variables = vec![
        ("$", Kind::Root),
        ("$labels", owner(LabelOwner::Alert)),
        ("$externalLabels", owner(LabelOwner::External)),
        ("$externalURL", Kind::Other),
        ("$value", Kind::Other),
    ];
    let mut walker = Walker {
        template,
        found: References::default(),
        variables,
        guards: Vec::new(),
        tested: Vec::new(),
        presence: false,
        negated: false,
        visited: Vec::new(),
        depth: 0,
    };
    walker.list(&Kind::Root, &template.root);
    let mut found = walker.found;
    found.sort();
    found
}

/// A label by owner and name.
type LabelKey = (LabelOwner, String);

struct Walker<'a> {
    template: &'a Template,
    found: References,
    variables: Vec<(&'a str, Kind)>,
    /// The labels that are known to be there.
    guards: Vec<LabelKey>,
    /// The labels that the present condition reads, and whether inside of `not`.
    tested: Vec<(LabelKey, bool)>,
    /// Whether only the truth of the present operand matters.
    presence: bool,
    negated: bool,
    /// The definitions that were walked, with the kinds of their dots.
    visited: Vec<(&'a str, Kind)>,
    depth: usize,
}

impl<'a> Walker<'a> {
    fn list(&mut self, dot: &Kind, list: &'a List) {
        for node in &list.nodes {
            match &node.kind {
                NodeKind::Text(_) | NodeKind::Break | NodeKind::Continue => {}
                NodeKind::Action(pipe) => {
                    let kind = self.pipeline(dot, pipe);
                    if pipe.variables.is_empty() {
                        self.whole(&kind, pipe.span);
                    }
                }
                NodeKind::If(branch) | NodeKind::With(branch) => {
                    self.branch(dot, branch, matches!(node.kind, NodeKind::With(_)));
                }
                NodeKind::Range(branch) => self.range(dot, branch),
                NodeKind::Template { name, argument } => {
                    let dot = argument.as_ref().map_or(Kind::Other, |pipe| self.pipeline(dot, pipe));
                    self.call(&name.value, dot);
                }
            }
        }
    }

    fn branch(&mut self, dot: &Kind, branch: &'a Branch, with: bool) {
        let (variables, tested, guards) = (self.variables.len(), self.tested.len(), self.guards.len());
        let kind = self.with_presence(true, |walker| walker.pipeline(dot, &branch.pipe));
        let tested = self.tested.split_off(tested);
        let guarded = |negated: bool| tested.iter().filter(move |(_, n)| *n == negated).map(|(key, _)| key.clone());
        self.guards.extend(guarded(false));
        self.list(if with { &kind } else { dot }, &branch.list);
        self.guards.truncate(guards);
        if let Some(list) = &branch.else_list {
            self.guards.extend(guarded(true));
            self.list(dot, list);
            self.guards.truncate(guards);
        }
        self.variables.truncate(variables);
    }

    fn range(&mut self, dot: &Kind, branch: &'a Branch) {
        let variables = self.variables.len();
        let over = self.pipeline(dot, &branch.pipe);
        self.whole(&over, branch.pipe.span);
        let element = if over == Kind::Vector { Kind::Sample } else { Kind::Other };
        let declared = branch.pipe.variables.len();
        for (index, variable) in branch.pipe.variables.iter().enumerate() {
            // The last variable takes the element, the one before it the key.
            let kind = if index + 1 == declared { element.clone() } else { Kind::Other };
            self.assign(&variable.value, kind);
        }
        self.list(&element, &branch.list);
        if let Some(list) = &branch.else_list {
            self.list(dot, list);
        }
        self.variables.truncate(variables);
    }

    fn call(&mut self, name: &str, dot: Kind) {
        let definition = self.template.definitions.iter().find(|definition| definition.name.value == name);
        let Some(definition) = definition else { return };
        if self.depth >= MAX_DEPTH {
            self.found.incomplete = true;
            return;
        }
        let visit = (definition.name.value.as_str(), dot);
        if self.visited.contains(&visit) {
            return;
        }
        self.visited.push(visit.clone());
        let outside = std::mem::replace(&mut self.variables, vec![("$", visit.1.clone())]);
        self.depth += 1;
        self.list(&visit.1, &definition.body);
        self.depth -= 1;
        self.variables = outside;
    }

    fn with_presence<T>(&mut self, presence: bool, body: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.presence, presence);
        let result = body(self);
        self.presence = outside;
        result
    }

    fn pipeline(&mut self, dot: &Kind, pipe: &'a Pipeline) -> Kind {
        let mut kind = None;
        for (index, command) in pipe.commands.iter().enumerate() {
            // What goes into a function is used, not tested, but for the functions that only test.
            let next = pipe.commands.get(index + 1).map(function_name);
            let presence = match next {
                None => self.presence,
                Some(name) => matches!(name, Some("or" | "and" | "not")),
            };
            let negated = self.negated;
            self.negated ^= next == Some(Some("not"));
            kind = Some(self.with_presence(presence, |walker| walker.command(dot, command, kind)));
            self.negated = negated;
        }
        let kind = kind.unwrap_or(Kind::Other);
        for variable in &pipe.variables {
            if pipe.is_assignment {
                self.assign(&variable.value, kind.clone());
            } else {
                self.variables.push((&variable.value, kind.clone()));
            }
        }
        kind
    }

    fn assign(&mut self, name: &str, kind: Kind) {
        if let Some(slot) = self.variables.iter_mut().rev().find(|(known, _)| *known == name) {
            slot.1 = kind;
        }
    }

    fn command(&mut self, dot: &Kind, command: &'a Command, piped: Option<Kind>) -> Kind {
        let Some((first, arguments)) = command.operands.split_first() else { return Kind::Other };
        match &first.kind {
            OperandKind::Function(name) => self.function(dot, name, command.span, arguments, piped),
            _ => {
                let kind = self.operand(dot, first);
                for argument in arguments {
                    let kind = self.with_presence(false, |walker| walker.operand(dot, argument));
                    self.whole(&kind, argument.span);
                }
                kind
            }
        }
    }

    fn operand(&mut self, dot: &Kind, operand: &'a Operand) -> Kind {
        let start = operand.span.start;
        match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Field(fields) => self.fields(dot.clone(), fields, start),
            OperandKind::Variable { name, fields } => {
                let known = self.variables.iter().rev().find(|(known, _)| *known == name.value);
                let kind = known.map_or(Kind::Other, |(_, kind)| kind.clone());
                // Go lets a template name these again; then they are no longer what they were.
                match name.value.as_str() {
                    "$value" => drop(self.other(ReferenceKind::Value, operand.span)),
                    "$externalURL" => drop(self.other(ReferenceKind::ExternalUrl, operand.span)),
                    _ => {}
                }
                self.fields(kind, fields, start)
            }
            OperandKind::Chain { base, fields } => {
                let kind = self.with_presence(false, |walker| walker.operand(dot, base));
                self.fields(kind, fields, start)
            }
            OperandKind::Parenthesized(pipe) => self.pipeline(dot, pipe),
            OperandKind::Function(name) => self.function(dot, name, operand.span, &[], None),
            OperandKind::String { value, .. } => Kind::Literal(Spanned::new(value.clone(), operand.span)),
            OperandKind::Bool(_) | OperandKind::Nil | OperandKind::Number(_) => Kind::Other,
        }
    }

    fn fields(&mut self, base: Kind, fields: &[Spanned<String>], start: usize) -> Kind {
        let mut kind = base;
        for field in fields {
            let span = Span::new(start, field.span.end);
            kind = match (&kind, field.value.as_str()) {
                (Kind::Root, "Labels") => Kind::Labels(LabelOwner::Alert),
                (Kind::Root, "ExternalLabels") => Kind::Labels(LabelOwner::External),
                (Kind::Root, "ExternalURL") => self.other(ReferenceKind::ExternalUrl, span),
                (Kind::Root, "Value") => self.other(ReferenceKind::Value, span),
                (Kind::Sample, "Labels") => Kind::Labels(LabelOwner::Query),
                (Kind::Labels(owner), name) => self.label(*owner, name, field.span, span),
                (Kind::Args(kinds), name) => {
                    let index = name.strip_prefix("arg").and_then(|index| index.parse::<usize>().ok());
                    index.and_then(|index| kinds.get(index)).cloned().unwrap_or(Kind::Other)
                }
                _ => Kind::Other,
            };
        }
        kind
    }

    fn function(&mut self, dot: &Kind, name: &str, span: Span, arguments: &'a [Operand], piped: Option<Kind>) -> Kind {
        let tests = matches!(name, "or" | "and" | "not");
        let count = arguments.len() + usize::from(piped.is_some());
        let outside = self.negated;
        self.negated ^= name == "not";
        let mut kinds: Vec<Kind> = Vec::with_capacity(count);
        for (index, argument) in arguments.iter().enumerate() {
            // The last operand of `and` is its value; all of `or` stand in for each other.
            let is_value = name == "and" && index + 1 == count;
            let presence = if is_value { self.presence } else { tests };
            kinds.push(self.with_presence(presence, |walker| walker.operand(dot, argument)));
        }
        self.negated = outside;
        kinds.extend(piped);
        match (name, kinds.as_slice()) {
            ("query", _) => {
                let (literal, format) = match kinds.first() {
                    Some(Kind::Literal(text)) => (Some(text.clone()), None),
                    Some(Kind::Formatted(text)) => (None, Some(text.clone())),
                    _ => (None, None),
                };
                self.found.queries.push(QueryReference { span, literal, format });
                Kind::Vector
            }
            ("printf", [Kind::Literal(format), values @ ..]) => {
                for (kind, argument) in values.iter().zip(arguments.iter().skip(1)) {
                    self.whole(kind, argument.span);
                }
                if values.len() == arguments.len() {
                    values.iter().for_each(|kind| self.whole(kind, span));
                }
                Kind::Formatted(format.clone())
            }
            ("first", _) => Kind::Sample,
            ("sortByLabel", _) => Kind::Vector,
            ("args", _) if depth_of(&kinds) < MAX_DEPTH => Kind::Args(kinds.into()),
            ("label", [_, Kind::Sample]) => match arguments.first().and_then(literal) {
                Some(literal) => self.label(LabelOwner::Query, &literal.value, inside_quotes(literal.span), span),
                None => Kind::Other,
            },
            ("index", [first, ..]) => self.index(first.clone(), span, arguments),
            _ => {
                self.found.incomplete |= name == "args";
                for (index, kind) in kinds.iter().enumerate() {
                    self.whole(kind, arguments.get(index).map_or(span, |argument| argument.span));
                }
                Kind::Other
            }
        }
    }

    fn index(&mut self, first: Kind, span: Span, arguments: &'a [Operand]) -> Kind {
        let mut kind = first;
        for argument in arguments.iter().skip(1) {
            kind = match (&kind, literal(argument)) {
                (Kind::Labels(owner), Some(name)) => {
                    self.label(*owner, &name.value, inside_quotes(name.span), Span::new(span.start, argument.span.end))
                }
                (Kind::Labels(_), None) => {
                    self.whole(&kind, span);
                    Kind::Other
                }
                (Kind::Vector, _) => Kind::Sample,
                _ => Kind::Other,
            };
        }
        kind
    }

    fn label(&mut self, owner: LabelOwner, name: &str, name_span: Span, span: Span) -> Kind {
        let key = (owner, name.to_owned());
        let guarded = self.presence || self.guards.contains(&key);
        self.tested.push((key, self.negated));
        let known = self.found.labels.iter_mut().find(|label| label.span == span && label.owner == owner);
        match known {
            // The body of a definition may be read under several conditions.
            Some(known) => known.guarded &= guarded,
            None => {
                self.found.labels.push(LabelReference { name: name.to_owned(), name_span, span, owner, guarded });
            }
        }
        Kind::Other
    }

    fn other(&mut self, kind: ReferenceKind, span: Span) -> Kind {
        self.found.others.push(Reference { kind, span });
        Kind::Other
    }

    /// A use of a whole label set.
    fn whole(&mut self, kind: &Kind, span: Span) {
        match kind {
            Kind::Labels(LabelOwner::Alert) => {
                self.found.all_labels.push(Reference { kind: ReferenceKind::AllLabels, span });
            }
            Kind::Labels(LabelOwner::External) => {
                self.other(ReferenceKind::AllExternalLabels, span);
            }
            // Printed as a whole: everything that is in it.
            Kind::Root => {
                self.found.all_labels.push(Reference { kind: ReferenceKind::AllLabels, span });
                self.other(ReferenceKind::AllExternalLabels, span);
                self.other(ReferenceKind::ExternalUrl, span);
                self.other(ReferenceKind::Value, span);
            }
            Kind::Args(kinds) => kinds.iter().for_each(|kind| self.whole(kind, span)),
            _ => {}
        }
    }
}

fn depth_of(kinds: &[Kind]) -> usize {
    let inside = |kind: &Kind| match kind {
        Kind::Args(kinds) => 1 + depth_of(kinds),
        _ => 0,
    };
    kinds.iter().map(inside).max().unwrap_or(0)
}

fn function_name(command: &Command) -> Option<&str> {
    match command.operands.first().map(|operand| &operand.kind) {
        Some(OperandKind::Function(name)) => Some(name),
        _ => None,
    }
}

fn literal(operand: &Operand) -> Option<Spanned<String>> {
    match &operand.kind {
        OperandKind::String { value, .. } => Some(Spanned::new(value.clone(), operand.span)),
        _ => None,
    }
}

fn inside_quotes(span: Span) -> Span {
    Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1))
}

impl References {
    fn sort(&mut self) {
        self.labels.sort_by_key(|label| label.span);
        self.all_labels.sort_by_key(|reference| reference.span);
        self.all_labels.dedup();
        self.others.sort_by_key(|reference| reference.span);
        self.others.dedup();
        self.queries.sort_by_key(|query| query.span);
        self.queries.dedup();
    }
}

#[cfg(test)]
mod tests {
    fn shown(text: &str) -> String {
        let found = crate::template::parse(text).unwrap().references();
        let mut out = String::new();
        for label in &found.labels {
            let guarded = if label.guarded { " guarded" } else { "" };
            out += &format!("{:?} {} <{}>{guarded}\n", label.owner, label.name, label.span.slice(text));
            assert_eq!(label.name_span.slice(text), label.name);
        }
        for other in found.all_labels.iter().chain(&found.others) {
            out += &format!("{:?} <{}>\n", other.kind, other.span.slice(text));
        }
        for query in &found.queries {
            let (literal, format) = (query.literal.as_ref(), query.format.as_ref());
            out += &format!("query {:?} {:?}\n", literal.map(|l| &l.value), format.map(|f| &f.value));
        }
        out
    }

    #[test]
    fn every_way_to_name_a_label() {
        insta::assert_snapshot!(shown(
            "{{ $labels.a }} {{ .Labels.b }} {{ $.Labels.c }} {{ index $labels \"d-e\" }} {{ $l := .Labels }}{{ $l.f }}\
             {{ with $labels }}{{ .g }}{{ end }}{{ (.Labels).h }} {{ $labels.i | title }} {{ $externalLabels.cluster }}"
        ), @r#"
        Alert a <$labels.a>
        Alert b <.Labels.b>
        Alert c <$.Labels.c>
        Alert d-e <index $labels "d-e">
        Alert f <$l.f>
        Alert g <.g>
        Alert h <(.Labels).h>
        Alert i <$labels.i>
        External cluster <$externalLabels.cluster>
        "#);
    }

    #[test]
    fn labels_of_queries_are_not_the_alerts() {
        insta::assert_snapshot!(shown(
            "{{ range query \"up\" }}{{ .Labels.instance }} {{ label \"job\" . }} {{ $labels.job }}{{ end }}\
             {{ with printf \"x{job='%s'}\" $labels.job | query }}{{ (first .).Labels.x }} {{ . | first | value }}{{ end }}"
        ), @r#"
        Query instance <.Labels.instance>
        Query job <label "job" .>
        Alert job <$labels.job>
        Alert job <$labels.job>
        Query x <(first .).Labels.x>
        query Some("up") None
        query None Some("x{job='%s'}")
        "#);
    }

    #[test]
    fn conditions_guard_what_they_ask_for() {
        insta::assert_snapshot!(shown(
            "{{ if $labels.a }}{{ $labels.a }}{{ $labels.b }}{{ else }}{{ $labels.a }}{{ end }}\
             {{ if not $labels.c }}none{{ else }}{{ $labels.c }}{{ end }}{{ or $labels.d $labels.e }}\
             {{ if eq $labels.f \"x\" }}{{ $labels.f }}{{ end }}{{ with $labels.g }}{{ . }}{{ end }}\
             {{ if and $labels.h (gt $value 1.0) }}{{ $labels.h }}{{ end }}"
        ), @r"
        Alert a <$labels.a> guarded
        Alert a <$labels.a> guarded
        Alert b <$labels.b>
        Alert a <$labels.a>
        Alert c <$labels.c> guarded
        Alert c <$labels.c> guarded
        Alert d <$labels.d> guarded
        Alert e <$labels.e> guarded
        Alert f <$labels.f>
        Alert f <$labels.f> guarded
        Alert g <$labels.g> guarded
        Alert h <$labels.h> guarded
        Alert h <$labels.h> guarded
        Value <$value>
        ");
    }

    #[test]
    fn definitions_are_read_with_the_dot_they_are_given() {
        insta::assert_snapshot!(shown(
            "{{ define \"x\" }}{{ .Labels.a }}{{ end }}{{ template \"x\" . }}\
             {{ define \"y\" }}{{ .arg0.b }}{{ template \"y\" . }}{{ end }}{{ template \"y\" (args $labels $value) }}\
             {{ define \"unused\" }}{{ .Labels.c }}{{ end }}"
        ), @r"
        Alert a <.Labels.a>
        Alert b <.arg0.b>
        Value <$value>
        ");
    }

    #[test]
    fn whole_label_sets() {
        insta::assert_snapshot!(shown(
            "{{ $labels }}{{ range $k, $v := $labels }}{{ $k }}={{ $v }}{{ end }}{{ $externalLabels }}{{ $externalURL }}"
        ), @r"
        AllLabels <$labels>
        AllLabels <$k, $v := $labels>
        AllExternalLabels <$externalLabels>
        ExternalUrl <$externalURL>
        ");
    }
}
