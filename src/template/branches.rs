//! The branches of a template, and which of them an expansion takes.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::source::Span;

use super::Template;
use super::ast::{Branch, List, NodeKind};

/// An `if`, `with` or `range` of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchSite {
    /// Which of them.
    pub kind: BranchKind,
    /// The bytes of its condition, or of what is ranged over, in the template's text.
    pub span: Span,
    /// Whether it has an `else`.
    pub has_else: bool,
}

/// What begins a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// `if`, `else if`
    If,
    /// `with`
    With,
    /// `range`
    Range,
}

/// Which ways expansions went.
#[derive(Debug, Default)]
pub struct TakenBranches {
    taken: RefCell<BTreeSet<(usize, bool)>>,
}

impl TakenBranches {
    /// Whether the body (`true`) or what is there instead of it (`false`) was expanded, for the branch whose condition
    /// is at `span`.
    pub fn has(&self, span: Span, body: bool) -> bool {
        self.taken.borrow().contains(&(span.start(), body))
    }

    pub(super) fn note(&self, span: Span, body: bool) {
        self.taken.borrow_mut().insert((span.start(), body));
    }
}

impl Template {
    /// All its `if`, `with` and `range`, in the order of the text.
    pub fn branches(&self) -> Vec<BranchSite> {
        let mut sites = Vec::new();
        let mut pending: Vec<&List> = vec![&self.root];
        pending.extend(self.definitions().iter().map(|definition| &definition.body));
        while let Some(list) = pending.pop() {
            for node in &list.nodes {
                let (kind, branch) = match &node.kind {
                    NodeKind::If(branch) => (BranchKind::If, branch),
                    NodeKind::With(branch) => (BranchKind::With, branch),
                    NodeKind::Range(branch) => (BranchKind::Range, branch),
                    _ => continue,
                };
                let Branch { pipe, list, else_list } = branch;
                sites.push(BranchSite { kind, span: pipe.span, has_else: else_list.is_some() });
                pending.push(list);
                pending.extend(else_list);
            }
        }
        sites.sort_by_key(|site| site.span);
        sites
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Labels, SampleValue};
    use crate::template::{Context, NoQueries, parse};

    /// Each branch with the ways that one expansion takes.
    fn ways(text: &str, value: f64) -> String {
        let template = parse(text).expect("a template");
        let context = Context {
            name: "test",
            labels: &Labels::from_pairs([("job", "api")]),
            external_labels: &Labels::empty(),
            external_url: "",
            value: &SampleValue::Float(value),
            t_ms: 0,
            querier: &NoQueries,
        };
        let taken = TakenBranches::default();
        template.expand_observed(&context, &taken).expect("an expansion");
        let way = |site: BranchSite| {
            let ways: Vec<&str> = [(true, "body"), (false, "else")]
                .into_iter()
                .filter_map(|(body, name)| taken.has(site.span, body).then_some(name))
                .collect();
            format!("{:?} {}: {}", site.kind, site.span.slice(text), ways.join("+"))
        };
        template.branches().into_iter().map(way).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_way_that_is_taken_is_noted() {
        let text = "{{ if gt $value 1.0 }}a{{ else if eq $value 1.0 }}b{{ end }}";
        assert_eq!(ways(text, 2.0), "If gt $value 1.0: body; If eq $value 1.0: ");
        assert_eq!(ways(text, 1.0), "If gt $value 1.0: else; If eq $value 1.0: body");
        assert_eq!(ways(text, 0.0), "If gt $value 1.0: else; If eq $value 1.0: else");
        assert_eq!(ways("{{ with .Labels.job }}{{ . }}{{ end }}", 0.0), "With .Labels.job: body");
        assert_eq!(ways("{{ with .Labels.none }}{{ . }}{{ end }}", 0.0), "With .Labels.none: else");
        assert_eq!(ways("{{ range query \"up\" }}{{ . }}{{ else }}none{{ end }}", 0.0), "Range query \"up\": else");
        assert_eq!(ways("{{ range .Labels }}{{ . }}{{ end }}", 0.0), "Range .Labels: body");
    }
}
