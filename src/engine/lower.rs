//! Lowers a parsed expression to a [`Plan`].
//!
//! Parentheses and unary plus vanish, functions are resolved, regular expressions compiled, durations computed where
//! they do not depend on the query, and the largest parts that yield the same at each step are wrapped.

use rustc_hash::FxHashSet;

use crate::model::Labels;
use crate::model::labels::METRIC_NAME;
use crate::promql::ast::{
    AggregateExpr, BinaryExpr, Call, Expr, ExprKind, MatchOp, Matcher, Modifiers, RangeExtension, SubqueryExpr,
    UnaryExpr, VectorSelector,
};
use crate::promql::functions::TimeUse;
use crate::promql::regex::{AnchoredRegex, ReplaceRegex};
use crate::source::Span;

use super::functions::{self, Implementation};
use super::plan::{
    AggregateNode, BinaryNode, CallNode, LabelMatcher, LabelTest, Length, MatrixNode, Node, NodeId, NodeKind, Plan,
    Selector, SubqueryNode,
};
use super::{EvalError, detected_resets};

/// Lowers `expr`.
pub(crate) fn lower(expr: &Expr) -> Result<Plan, EvalError> {
    let mut lowering = Lowering { nodes: Vec::new(), ordered: true };
    let root = lowering.lower(expr)?;
    let root = lowering.wrap(root);
    Ok(Plan { nodes: lowering.nodes, root, value_type: expr.value_type() })
}

struct Lowering {
    nodes: Vec<Node>,
    /// Whether no aggregation is around the node.
    ordered: bool,
}

/// A lowered node.
#[derive(Clone, Copy)]
struct Lowered {
    id: NodeId,
    /// Whether it yields the same at each step.
    invariant: bool,
    /// Whether it is worth a wrapper: literals and range vectors are not.
    wrap: bool,
}

impl Lowering {
    fn push(&mut self, span: Span, kind: NodeKind) -> NodeId {
        self.nodes.push(Node { span, kind });
        NodeId(self.nodes.len() - 1)
    }

    fn wrap(&mut self, lowered: Lowered) -> NodeId {
        if !(lowered.invariant && lowered.wrap) {
            return lowered.id;
        }
        let span = self.nodes.get(lowered.id.0).map_or(Span::at(0), |node| node.span);
        self.push(span, NodeKind::StepInvariant(lowered.id))
    }

    fn lower(&mut self, expr: &Expr) -> Result<Lowered, EvalError> {
        // Walk down the left spine, then build it up from the bottom.
        let mut spine = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary(binary) = &leftmost.kind {
            spine.push((leftmost.span, binary));
            leftmost = &binary.lhs;
        }
        let mut lowered = self.lower_leaf(leftmost)?;
        while let Some((span, binary)) = spine.pop() {
            let rhs = self.lower(&binary.rhs)?;
            lowered = self.binary(span, binary, lowered, rhs);
        }
        Ok(lowered)
    }

    fn lower_leaf(&mut self, expr: &Expr) -> Result<Lowered, EvalError> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(number) => Ok(self.literal(span, NodeKind::Number(number.value))),
            ExprKind::String(text) => Ok(self.literal(span, NodeKind::String(text.value.clone()))),
            ExprKind::Paren(inner) => self.lower(inner),
            ExprKind::Unary(unary) => self.unary(span, unary),
            ExprKind::Vector(selector) => {
                let selector = self.selector(selector)?;
                let invariant = selector.at.is_some();
                let id = self.push(span, NodeKind::Selector(selector));
                Ok(Lowered { id, invariant, wrap: true })
            }
            ExprKind::Matrix(matrix) => {
                let selector = self.selector(&matrix.selector.value)?;
                let invariant = selector.at.is_some();
                let range = Length::compile(&matrix.range)?;
                let id = self.push(span, NodeKind::Matrix(MatrixNode { selector, range }));
                Ok(Lowered { id, invariant, wrap: false })
            }
            ExprKind::Subquery(subquery) => self.subquery(span, subquery),
            ExprKind::Aggregate(aggregate) => self.aggregate(span, aggregate),
            ExprKind::Call(call) => self.call(span, call),
            ExprKind::Binary(_) => self.lower(expr),
        }
    }

    fn literal(&mut self, span: Span, kind: NodeKind) -> Lowered {
        Lowered { id: self.push(span, kind), invariant: true, wrap: false }
    }

    fn unary(&mut self, span: Span, unary: &UnaryExpr) -> Result<Lowered, EvalError> {
        let operand = self.lower(&unary.operand)?;
        let id = if unary.negative { self.push(span, NodeKind::Negate(operand.id)) } else { operand.id };
        Ok(Lowered { id, ..operand })
    }

    fn binary(&mut self, span: Span, binary: &BinaryExpr, lhs: Lowered, rhs: Lowered) -> Lowered {
        let invariant = lhs.invariant && rhs.invariant;
        let (lhs, rhs) = if invariant { (lhs.id, rhs.id) } else { (self.wrap(lhs), self.wrap(rhs)) };
        let node = BinaryNode {
            lhs,
            rhs,
            op: binary.op,
            return_bool: binary.bool_modifier.is_some(),
            matching: binary.matching.as_deref().cloned(),
        };
        let id = self.push(span, NodeKind::Binary(Box::new(node)));
        Lowered { id, invariant, wrap: true }
    }

    fn subquery(&mut self, span: Span, subquery: &SubqueryExpr) -> Result<Lowered, EvalError> {
        let inner = self.lower(&subquery.expr)?;
        let inner = self.wrap(inner);
        let at = subquery.modifiers.at.as_ref().map(|at| at.value);
        let step = subquery.step.as_ref().map(Length::compile).transpose()?;
        let (range, offset) = (Length::compile(&subquery.range)?, offset(&subquery.modifiers)?);
        let id = self.push(span, NodeKind::Subquery(SubqueryNode { inner, range, step, offset, at }));
        Ok(Lowered { id, invariant: at.is_some(), wrap: false })
    }

    fn aggregate(&mut self, span: Span, aggregate: &AggregateExpr) -> Result<Lowered, EvalError> {
        let ordered = std::mem::replace(&mut self.ordered, false);
        let input = self.lower(&aggregate.expr)?;
        self.ordered = ordered;
        let param = aggregate.param.as_ref().map(|param| self.lower(param)).transpose()?;
        let invariant = input.invariant && param.is_none_or(|param| param.invariant);
        let wrap = |this: &mut Self, lowered: Lowered| if invariant { lowered.id } else { this.wrap(lowered) };
        let (input, param) = (wrap(self, input), param.map(|param| wrap(self, param)));
        let (without, labels) = match &aggregate.grouping {
            Some(grouping) => (grouping.without, grouping.labels.iter().map(|label| label.value.clone()).collect()),
            None => (false, Vec::new()),
        };
        let node = AggregateNode { op: aggregate.op, without, labels, param, input, ordered };
        let id = self.push(span, NodeKind::Aggregate(Box::new(node)));
        Ok(Lowered { id, invariant, wrap: true })
    }

    fn call(&mut self, span: Span, call: &Call) -> Result<Lowered, EvalError> {
        let name = call.function.name;
        let implementation = functions::lookup(name)
            .ok_or_else(|| EvalError::new(format!("function {name:?} cannot be evaluated"), Some(span)))?;
        self.check_extension(name, call)?;
        let args = call.args.iter().map(|arg| self.lower(arg)).collect::<Result<Vec<_>, _>>()?;
        let mut invariant = call.function.time == TimeUse::None && args.iter().all(|arg| arg.invariant);
        if let Implementation::Call(_) = implementation {
            // Names of series come and go with the info metrics.
            invariant &= name != "info";
        }
        // What a function does with its selector at each step is its own affair.
        let keep = invariant || name == "info";
        let args: Vec<NodeId> = args.into_iter().map(|arg| if keep { arg.id } else { self.wrap(arg) }).collect();
        if detected_resets::reads_statistics(name) {
            args.iter().for_each(|arg| detected_resets::mark(&mut self.nodes, *arg));
        }
        let first = args.first().and_then(|id| self.nodes.get(id.0)).map_or(span, |node| node.span);
        let last = args.last().and_then(|id| self.nodes.get(id.0)).map_or(span, |node| node.span);
        let node = CallNode {
            name,
            keeps_name: call.function.keeps_name,
            implementation,
            args,
            args_span: first.to(last),
            ordered: self.ordered,
            absent_labels: call.args.first().map(absent_labels).unwrap_or_default(),
            regex: if name == "label_replace" { Some(label_replace_regex(call)?) } else { None },
        };
        let id = self.push(span, NodeKind::Call(Box::new(node)));
        Ok(Lowered { id, invariant, wrap: true })
    }

    /// Only some functions know what to do with `anchored` and `smoothed`.
    fn check_extension(&self, name: &str, call: &Call) -> Result<(), EvalError> {
        for arg in &call.args {
            let ExprKind::Matrix(matrix) = &arg.without_parens().kind else { continue };
            let Some(extension) = &matrix.selector.value.modifiers.extension else { continue };
            let (word, allowed): (_, &[&str]) = match extension.value {
                RangeExtension::Anchored => ("anchored", &["changes", "delta", "increase", "rate", "resets"]),
                RangeExtension::Smoothed => ("smoothed", &["delta", "increase", "rate"]),
            };
            if !allowed.contains(&name) {
                let allowed = allowed.join(", ");
                let message = format!("{word} modifier can only be used with: {allowed} - not with {name}");
                return Err(EvalError::new(message, Some(extension.span)));
            }
        }
        Ok(())
    }

    fn selector(&self, selector: &VectorSelector) -> Result<Selector, EvalError> {
        let mut name = selector.name.as_ref().map(|name| name.value.to_string());
        let mut matchers = Vec::with_capacity(selector.matchers.len());
        for matcher in &selector.matchers {
            let matcher = compile_matcher(matcher)?;
            match (&matcher.test, &name) {
                (LabelTest::Equal(value), None) if matcher.name == METRIC_NAME && !value.is_empty() => {
                    match String::from_utf8(value.clone()) {
                        Ok(value) => name = Some(value),
                        Err(_) => matchers.push(matcher),
                    }
                }
                _ => matchers.push(matcher),
            }
        }
        Ok(Selector {
            name,
            matchers,
            offset: offset(&selector.modifiers)?,
            at: selector.modifiers.at.as_ref().map(|at| at.value),
            extension: selector.modifiers.extension.as_ref().map(|extension| extension.value),
            detects_resets: false,
            sees_only_before: false,
        })
    }
}

fn offset(modifiers: &Modifiers) -> Result<Length, EvalError> {
    modifiers.offset.as_ref().map_or(Ok(Length::Fixed(0)), |offset| Length::compile(&offset.value))
}

pub(crate) fn compile_matcher(matcher: &Matcher) -> Result<LabelMatcher, EvalError> {
    let value = matcher.value.value.clone();
    let compiled = || {
        let pattern = String::from_utf8_lossy(&value);
        AnchoredRegex::new(&pattern).map_err(|error| EvalError::new(error.message, Some(matcher.value.span)))
    };
    let test = match matcher.op {
        MatchOp::Equal => LabelTest::Equal(value),
        MatchOp::NotEqual => LabelTest::NotEqual(value),
        MatchOp::Regex => LabelTest::Regex(compiled()?),
        MatchOp::NotRegex => LabelTest::NotRegex(compiled()?),
    };
    Ok(LabelMatcher { name: matcher.name.value.clone(), test })
}

fn label_replace_regex(call: &Call) -> Result<ReplaceRegex, EvalError> {
    let Some(arg) = call.args.get(4).map(Expr::without_parens) else {
        return Err(EvalError::new("label_replace needs five arguments", Some(call.name_span)));
    };
    let pattern = match &arg.kind {
        ExprKind::String(text) => String::from_utf8_lossy(&text.value).into_owned(),
        _ => String::new(),
    };
    ReplaceRegex::new(&pattern).map_err(|_| {
        EvalError::new(format!("invalid regular expression in label_replace(): {pattern}"), Some(arg.span))
    })
}

/// The labels that a selector asks for by equality, each once: what `absent` can say about the missing series.
fn absent_labels(arg: &Expr) -> Labels {
    let selector = match &arg.without_parens().kind {
        ExprKind::Vector(selector) => selector,
        ExprKind::Matrix(matrix) => &matrix.selector.value,
        _ => return Labels::empty(),
    };
    let mut builder = crate::model::LabelsBuilder::default();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for matcher in &selector.matchers {
        let name = matcher.name.value.as_str();
        if name == METRIC_NAME {
            continue;
        }
        if matcher.op == MatchOp::Equal && !seen.contains(name) {
            builder.set(name, &String::from_utf8_lossy(&matcher.value.value));
            seen.insert(name);
        } else {
            builder.delete(name);
        }
    }
    builder.build()
}
