//! Which functions a template calls.

use super::Template;
use super::ast::{List, Node, NodeKind, Operand, OperandKind, Pipeline};

impl Template {
    /// Whether a call of `function` stands anywhere in the template, its definitions included.
    pub fn calls(&self, function: &str) -> bool {
        let bodies = self.definitions().iter().map(|definition| &definition.body);
        let mut lists = std::iter::once(&self.root).chain(bodies).flat_map(List::lists);
        lists.any(|list| list.nodes.iter().filter_map(pipeline_of).any(|pipeline| pipeline_calls(pipeline, function)))
    }
}

fn pipeline_of(node: &Node) -> Option<&Pipeline> {
    match &node.kind {
        NodeKind::Action(pipeline) => Some(pipeline),
        NodeKind::Template { argument, .. } => argument.as_ref(),
        kind => kind.branch().map(|branch| &branch.pipe),
    }
}

fn pipeline_calls(pipeline: &Pipeline, function: &str) -> bool {
    let mut pending: Vec<&Operand> = pipeline.commands.iter().flat_map(|command| &command.operands).collect();
    while let Some(operand) = pending.pop() {
        match &operand.kind {
            OperandKind::Function(name) if name == function => return true,
            OperandKind::Parenthesized(inner) => {
                pending.extend(inner.commands.iter().flat_map(|command| &command.operands));
            }
            OperandKind::Chain { base, .. } => pending.push(base),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::template::parse;

    #[test]
    fn only_calls_count() {
        let calls = |text: &str| parse(text).is_ok_and(|template| template.calls("now"));
        for text in [
            "{{ now }}",
            "{{ if true }}{{ else }}{{ (now).Unix }}{{ end }}",
            "{{ define \"t\" }}{{ . | printf \"%v %v\" now }}{{ end }}",
            "{{ template \"t\" (args now) }}{{ define \"t\" }}{{ end }}",
        ] {
            assert!(calls(text), "{text}");
        }
        for text in ["it is known now", "{{ $labels.now }} {{ \"now\" }}", "{{/* now */}}{{ $value }}"] {
            assert!(!calls(text), "{text}");
        }
    }
}
