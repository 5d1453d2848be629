//! A prepared expression: a flat arena of nodes.
//!
//! The arena keeps chains of 100,000 operators from being dropped, walked or cloned recursively.

use crate::model::Labels;
use crate::promql::ast::{AggregateOp, AtModifier, BinaryOp, DurationExpr, RangeExtension, ValueType, VectorMatching};
use crate::promql::regex::{AnchoredRegex, ReplaceRegex};
use crate::source::Span;

use super::functions::Implementation;

/// The place of a node in its [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(pub(super) usize);

/// All nodes of an expression; children come before their parents.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
    /// The type of the whole expression.
    pub(super) value_type: ValueType,
}

/// One node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its bytes in the expression.
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

/// What a node does. Parentheses and unary plus leave no node.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Number(f64),
    String(Vec<u8>),
    Selector(Selector),
    Matrix(MatrixNode),
    Subquery(SubqueryNode),
    Negate(NodeId),
    Binary(Box<BinaryNode>),
    Aggregate(Box<AggregateNode>),
    Call(Box<CallNode>),
    /// Its child yields the same at each step: it is evaluated once.
    StepInvariant(NodeId),
}

/// An instant selector.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    /// The name that series must have, where a matcher asks for exactly one.
    pub(crate) name: Option<String>,
    /// The other matchers.
    pub(crate) matchers: Vec<LabelMatcher>,
    pub(crate) offset: Length,
    pub(crate) at: Option<AtModifier>,
    pub(crate) extension: Option<RangeExtension>,
    /// Whether counter resets between histograms are looked for while reading, see [`super::detected_resets`].
    pub(crate) detects_resets: bool,
    /// Whether samples of the very time at which it looks count as not there yet, see [`super::Prepared::before`].
    pub(crate) sees_only_before: bool,
}

/// A compiled label matcher.
#[derive(Clone, Debug)]
pub(crate) struct LabelMatcher {
    pub(crate) name: String,
    pub(crate) test: LabelTest,
}

/// What a matcher asks of a label's value; a missing label is empty.
#[derive(Clone, Debug)]
pub(crate) enum LabelTest {
    Equal(Vec<u8>),
    NotEqual(Vec<u8>),
    Regex(AnchoredRegex),
    NotRegex(AnchoredRegex),
}

impl LabelMatcher {
    /// Whether a series with these labels passes.
    pub(crate) fn passes(&self, labels: &Labels) -> bool {
        self.matches(labels.get(&self.name).unwrap_or_default())
    }

    /// Whether the value (empty for a missing label) passes.
    pub(crate) fn matches(&self, value: &str) -> bool {
        match &self.test {
            LabelTest::Equal(wanted) => value.as_bytes() == wanted.as_slice(),
            LabelTest::NotEqual(unwanted) => value.as_bytes() != unwanted.as_slice(),
            LabelTest::Regex(regex) => regex.is_match(value),
            LabelTest::NotRegex(regex) => !regex.is_match(value),
        }
    }
}

/// A length of time, known at once or only when the query's range and step are.
#[derive(Clone, Debug)]
pub(crate) enum Length {
    /// Milliseconds.
    Fixed(i64),
    /// An expression with `step()` or `range()`.
    Dynamic(Box<DurationExpr>),
}

/// A range selector.
#[derive(Clone, Debug)]
pub(crate) struct MatrixNode {
    pub(crate) selector: Selector,
    pub(crate) range: Length,
}

/// A subquery.
#[derive(Clone, Debug)]
pub(crate) struct SubqueryNode {
    pub(crate) inner: NodeId,
    pub(crate) range: Length,
    pub(crate) step: Option<Length>,
    pub(crate) offset: Length,
    pub(crate) at: Option<AtModifier>,
}

/// A binary operation.
#[derive(Clone, Debug)]
pub(crate) struct BinaryNode {
    pub(crate) lhs: NodeId,
    pub(crate) rhs: NodeId,
    pub(crate) op: BinaryOp,
    pub(crate) return_bool: bool,
    /// Present where both sides are instant vectors.
    pub(crate) matching: Option<VectorMatching>,
}

/// An aggregation.
#[derive(Clone, Debug)]
pub(crate) struct AggregateNode {
    pub(crate) op: AggregateOp,
    pub(crate) without: bool,
    pub(crate) labels: Vec<String>,
    pub(crate) param: Option<NodeId>,
    pub(crate) input: NodeId,
    /// Whether the order of an instant result can be seen; see [`CallNode::ordered`].
    pub(crate) ordered: bool,
}

/// A function call.
#[derive(Clone, Debug)]
pub(crate) struct CallNode {
    pub(crate) name: &'static str,
    /// Whether elements keep their metric's name.
    pub(crate) keeps_name: bool,
    pub(crate) implementation: Implementation,
    pub(crate) args: Vec<NodeId>,
    /// The bytes of the arguments, from the first to the last.
    pub(crate) args_span: Span,
    /// For `absent` and `absent_over_time`: the labels of their result.
    pub(crate) absent_labels: Labels,
    /// Whether the order of an instant result can be seen. Within an aggregation it cannot, and must not matter: the
    /// last bit of a sum would depend on whether there is one step or there are many.
    pub(crate) ordered: bool,
    /// For `label_replace`: its regular expression, anchored.
    pub(crate) regex: Option<ReplaceRegex>,
}

impl Plan {
    /// The node `id`.
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        const NOTHING: &Node = &Node { span: Span::at(0), kind: NodeKind::Number(f64::NAN) };
        self.nodes.get(id.0).unwrap_or(NOTHING)
    }

    /// The node `id` without the wrapper of a step-invariant one.
    pub(crate) fn unwrapped(&self, id: NodeId) -> &Node {
        match self.node(id) {
            Node { kind: NodeKind::StepInvariant(inner), .. } => self.node(*inner),
            node => node,
        }
    }

    /// The text of a string argument.
    pub(crate) fn text(&self, id: NodeId) -> String {
        match &self.unwrapped(id).kind {
            NodeKind::String(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        }
    }
}
