//! The walk over a template's nodes: blocks, branches, calls of definitions.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::{Span, Spanned};
use crate::template::Template;
use crate::template::ast::{Branch, List, NodeKind};
use crate::template::definitions::Definitions;

use super::guards::Guards;
use super::kind::{ArgsTable, Kind, Literal};
use super::variables::Variables;
use super::{LabelOwner, LabelReference, QueryReference, Reference, ReferenceKind, References};

/// How deep `template` is followed.
const MAX_CALLS: usize = 16;
/// How many nodes and operands may be looked at in any template, and how many more for each of its bytes: the text
/// itself has at most one a byte, what calls of definitions look at again comes on top.
const WORK: usize = 1_000;
const WORK_PER_BYTE: usize = 8;

pub(super) fn walk(template: &Template) -> References {
    let mut walker = Walker::new(template);
    walker.list(Kind::Root, &template.root);
    walker.finish()
}

pub(super) struct Walker<'a> {
    definitions: &'a Definitions,
    pub(super) args: ArgsTable<'a>,
    pub(super) variables: Variables<'a>,
    pub(super) guards: Guards<'a>,
    /// Whether only the truth of the present operand matters.
    pub(super) presence: bool,
    /// Whether the present operand is inside of `not`.
    pub(super) negated: bool,
    /// The definitions that were walked, with the kinds of their dots.
    visited: FxHashSet<(&'a str, Kind<'a>)>,
    calls: usize,
    /// How many more nodes and operands may be looked at.
    work: usize,
    incomplete: bool,
    labels: Vec<LabelReference>,
    /// Where in `labels` the one of a place and an owner is.
    label_at: FxHashMap<(Span, LabelOwner), usize>,
    uses: FxHashSet<(Span, ReferenceKind)>,
    /// Calls of `query`, with what is known of the text.
    pub(super) queries: FxHashSet<(Span, Kind<'a>)>,
}

impl<'a> Walker<'a> {
    fn new(template: &'a Template) -> Self {
        let variables = Variables::new(&[
            ("$", Kind::Root),
            ("$labels", Kind::Labels(LabelOwner::Alert)),
            ("$externalLabels", Kind::Labels(LabelOwner::External)),
            ("$externalURL", Kind::Other),
            ("$value", Kind::Other),
        ]);
        Walker {
            definitions: &template.definitions,
            args: ArgsTable::default(),
            variables,
            guards: Guards::default(),
            presence: false,
            negated: false,
            visited: FxHashSet::default(),
            calls: 0,
            work: WORK.saturating_add(template.text().len().saturating_mul(WORK_PER_BYTE)),
            incomplete: false,
            labels: Vec::new(),
            label_at: FxHashMap::default(),
            uses: FxHashSet::default(),
            queries: FxHashSet::default(),
        }
    }

    /// Counts work; false where all of it is used up, and then the walk is to end.
    pub(super) fn charge(&mut self, work: usize) -> bool {
        match self.work.checked_sub(work) {
            Some(left) => self.work = left,
            None => {
                self.work = 0;
                self.incomplete = true;
            }
        }
        self.work > 0
    }

    pub(super) fn leave_out(&mut self) {
        self.incomplete = true;
    }

    fn list(&mut self, dot: Kind<'a>, list: &'a List) {
        for node in &list.nodes {
            if !self.charge(1) {
                return;
            }
            match &node.kind {
                NodeKind::Text(_) | NodeKind::Break | NodeKind::Continue => {}
                NodeKind::Action(pipe) => {
                    let kind = self.pipeline(dot, pipe);
                    if pipe.variables.is_empty() {
                        self.whole(kind, pipe.span);
                    }
                }
                NodeKind::If(branch) => self.branch(dot, branch, false),
                NodeKind::With(branch) => self.branch(dot, branch, true),
                NodeKind::Range(branch) => self.range(dot, branch),
                NodeKind::Template { name, argument } => {
                    let dot = argument.as_ref().map_or(Kind::Other, |pipe| self.pipeline(dot, pipe));
                    self.call(&name.value, dot);
                }
            }
        }
    }

    fn branch(&mut self, dot: Kind<'a>, branch: &'a Branch, with: bool) {
        let mark = self.variables.mark();
        self.guards.begin_condition();
        let kind = self.with_presence(true, |walker| walker.pipeline(dot, &branch.pipe));
        let asked = self.guards.end_condition();
        self.guards.enter(&asked, false);
        self.list(if with { kind } else { dot }, &branch.list);
        self.guards.leave(&asked, false);
        if let Some(list) = &branch.else_list {
            self.guards.enter(&asked, true);
            self.list(dot, list);
            self.guards.leave(&asked, true);
        }
        self.variables.return_to(mark);
    }

    fn range(&mut self, dot: Kind<'a>, branch: &'a Branch) {
        let mark = self.variables.mark();
        let over = self.pipeline(dot, &branch.pipe);
        self.whole(over, branch.pipe.span);
        let element = match over {
            Kind::Vector(query) => Kind::Sample(query),
            _ => Kind::Other,
        };
        let declared = branch.pipe.variables.len();
        for (index, variable) in branch.pipe.variables.iter().enumerate() {
            // The last variable takes the element, the one before it the key.
            self.variables.assign(&variable.value, if index + 1 == declared { element } else { Kind::Other });
        }
        self.list(element, &branch.list);
        if let Some(list) = &branch.else_list {
            self.list(dot, list);
        }
        self.variables.return_to(mark);
    }

    fn call(&mut self, name: &str, dot: Kind<'a>) {
        let Some(definition) = self.definitions.get(name) else { return };
        if self.calls >= MAX_CALLS {
            self.incomplete = true;
            return;
        }
        if !self.visited.insert((definition.name.value.as_str(), dot)) {
            return;
        }
        let outside = std::mem::replace(&mut self.variables, Variables::new(&[("$", dot)]));
        self.calls += 1;
        self.list(dot, &definition.body);
        self.calls -= 1;
        self.variables = outside;
    }

    pub(super) fn with_presence<T>(&mut self, presence: bool, body: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.presence, presence);
        let result = body(self);
        self.presence = outside;
        result
    }

    /// A label is read.
    pub(super) fn label(&mut self, owner: LabelOwner, name: &'a str, name_span: Span, span: Span) {
        let guarded = self.presence || self.guards.hold((owner, name));
        self.guards.note((owner, name), self.negated);
        let known = self.label_at.get(&(span, owner)).and_then(|at| self.labels.get_mut(*at));
        match known {
            // The body of a definition may be read under several conditions.
            Some(known) => known.guarded &= guarded,
            None => {
                self.label_at.insert((span, owner), self.labels.len());
                self.labels.push(LabelReference { name: name.to_owned(), name_span, span, owner, guarded });
            }
        }
    }

    /// Something else than a label is used.
    pub(super) fn other(&mut self, kind: ReferenceKind, span: Span) {
        self.uses.insert((span, kind));
    }

    /// A use of a value as a whole: everything that is in it.
    pub(super) fn whole(&mut self, kind: Kind<'a>, span: Span) {
        let holds = self.args.holds(kind);
        if holds.labels || holds.root {
            self.other(ReferenceKind::AllLabels, span);
        }
        if holds.external_labels || holds.root {
            self.other(ReferenceKind::AllExternalLabels, span);
        }
        if holds.root {
            self.other(ReferenceKind::ExternalUrl, span);
            self.other(ReferenceKind::Value, span);
        }
    }

    /// What was found, in the order of the text.
    fn finish(self) -> References {
        let mut labels = self.labels;
        labels.sort_by_key(|label| label.span);
        let mut uses: Vec<(Span, ReferenceKind)> = self.uses.into_iter().collect();
        uses.sort_unstable();
        let uses = uses.into_iter().map(|(span, kind)| Reference { kind, span });
        let (all_labels, others) = uses.partition(|reference| reference.kind == ReferenceKind::AllLabels);
        let mut texts = Texts::default();
        let mut queries: Vec<QueryReference> = self
            .queries
            .into_iter()
            .map(|(span, kind)| match kind {
                Kind::Literal(literal) => QueryReference { span, literal: Some(texts.share(literal)), format: None },
                Kind::Formatted(literal) => QueryReference { span, literal: None, format: Some(texts.share(literal)) },
                _ => QueryReference { span, literal: None, format: None },
            })
            .collect();
        let place = |text: &Option<Spanned<Arc<str>>>| text.as_ref().map(|text| text.span);
        queries.sort_by_key(|query| (query.span, place(&query.literal), place(&query.format)));
        References { labels, all_labels, others, queries, incomplete: self.incomplete }
    }
}

/// The texts of literals, each once.
#[derive(Default)]
struct Texts(FxHashMap<Span, Arc<str>>);

impl Texts {
    fn share(&mut self, literal: Literal<'_>) -> Spanned<Arc<str>> {
        let text = self.0.entry(literal.span).or_insert_with(|| literal.text.into());
        Spanned::new(Arc::clone(text), literal.span)
    }
}
