//! The tree of a PromQL expression. Every span is in bytes of the expression's own text.
//!
//! Nesting is bounded by [`MAX_NESTING`]; only the left spine of binary operators (`a + b + c + …`) may be longer
//! than that, so whatever walks a tree recursively goes down the left spine in a loop ([`BinaryExpr::lhs`]).
//! Cloning, comparing and dropping do so already ([`super::tree`]).

use std::num::NonZeroU32;

use crate::source::{Span, Spanned};

/// How many levels an expression's tree may have (parentheses, calls, signs, subqueries, right operands, terms of a
/// duration …), not counting the left spine of binary operators. Prometheus has no such bound; no rule that people
/// write comes near.
pub const MAX_NESTING: usize = 256;

/// Names a node of one parsed expression: from 0, no two alike, children before their parents, so that the root has the
/// greatest and what is known of the nodes can be kept in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The place in a list of all nodes.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An expression and the bytes it was parsed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which node of the whole expression it is.
    pub id: NodeId,
    /// From the first to the last token, modifiers and parentheses of its own included.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `1`, `0x1F`, `1h30m` (a duration is a number of seconds).
    Number(NumberLiteral),
    /// `"text"`
    String(Box<StringLiteral>),
    /// `up{job="api"} offset 5m`
    Vector(Box<VectorSelector>),
    /// `up{job="api"}[5m]`
    Matrix(Box<MatrixSelector>),
    /// `expr[1h:5m]`
    Subquery(Box<SubqueryExpr>),
    /// `-expr`, `+expr`
    Unary(Box<UnaryExpr>),
    /// `a + b`
    Binary(Box<BinaryExpr>),
    /// `sum by (job) (expr)`
    Aggregate(Box<AggregateExpr>),
    /// `rate(expr)`
    Call(Box<Call>),
    /// `(expr)`
    Paren(Box<Expr>),
}

/// The four types of PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// One number at each time.
    Scalar,
    /// One sample of each series at each time: `instant vector`.
    Vector,
    /// A window of samples of each series: `range vector`.
    Matrix,
    /// A text.
    String,
}

/// A number.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberLiteral {
    /// The value; for a duration its seconds.
    pub value: f64,
    /// Whether it was written as a duration and is printed as one.
    pub is_duration: bool,
}

/// A text; bytes, because `"\xff"` is legal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringLiteral {
    /// The decoded bytes.
    pub value: Vec<u8>,
}

/// `name{matchers} @ t offset d anchored`.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSelector {
    /// The metric's name, written before the braces or as a quoted text inside them.
    pub name: Option<Spanned<Box<str>>>,
    /// The bytes from `{` to `}`, if there are braces.
    pub braces: Option<Span>,
    /// The matchers as written inside the braces, without the one for [`Self::name`].
    pub matchers: Vec<Matcher>,
    /// `offset`, `@`, `anchored` and `smoothed`. Those written behind the range of a matrix selector are here too.
    pub modifiers: Modifiers,
}

/// One label matcher.
#[derive(Clone, Debug, PartialEq)]
pub struct Matcher {
    /// The whole matcher.
    pub span: Span,
    /// The label's name.
    pub name: Spanned<String>,
    /// `=`, `!=`, `=~`, `!~`.
    pub op: MatchOp,
    /// The operator's bytes.
    pub op_span: Span,
    /// The decoded value; its span has the quotes.
    pub value: Spanned<Vec<u8>>,
}

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends
    Regex,
    /// `!~`, anchored at both ends
    NotRegex,
}

/// What may follow a selector or a subquery. Few have any, and those pay for it: trees of all rules are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Modifiers {
    /// `offset d`; the span covers the keyword too.
    pub offset: Option<Box<Spanned<DurationExpr>>>,
    /// `@ t`; the span covers the `@` too.
    pub at: Option<Box<Spanned<AtModifier>>>,
    /// `anchored` or `smoothed` (not on subqueries).
    pub extension: Option<Box<Spanned<RangeExtension>>>,
}

/// The time that `@` names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AtModifier {
    /// Milliseconds since the Unix epoch.
    Timestamp(i64),
    /// `start()`
    Start,
    /// `end()`
    End,
}

/// How a range selector treats the ends of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RangeExtension {
    /// Reaches back for the last sample before the window.
    Anchored,
    /// Interpolates at both ends.
    Smoothed,
}

/// `selector[range]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixSelector {
    /// The selector with its own span (up to the `[`); it holds the modifiers written behind the range as well.
    pub selector: Spanned<VectorSelector>,
    /// The range inside the brackets.
    pub range: DurationExpr,
}

/// `expr[range:step]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SubqueryExpr {
    /// What is evaluated at each step.
    pub expr: Expr,
    /// The range.
    pub range: DurationExpr,
    /// The step; absent in `[1h:]`.
    pub step: Option<DurationExpr>,
    /// `offset` and `@`.
    pub modifiers: Modifiers,
}

/// A duration, or arithmetic that yields one.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationExpr {
    /// Its bytes, without brackets or keyword.
    pub span: Span,
    /// What it is.
    pub kind: DurationKind,
}

impl DurationExpr {
    /// Milliseconds, where it is written as a number; `None` where it is computed.
    pub fn literal_ms(&self) -> Option<i64> {
        match self.kind {
            DurationKind::Literal { seconds, .. } => Some((seconds * 1000.0).round() as i64),
            _ => None,
        }
    }
}

/// What a duration is.
#[derive(Clone, Debug, PartialEq)]
pub enum DurationKind {
    /// `5m`, or a plain number of seconds. A sign directly before it is folded in.
    Literal {
        /// Seconds.
        seconds: f64,
        /// Whether it was written with units.
        is_duration: bool,
    },
    /// `step()`
    Step,
    /// `range()`
    Range,
    /// `-d`, `+d`
    Unary {
        /// Whether the sign is `-`.
        negative: bool,
        /// The operand.
        operand: Box<DurationExpr>,
    },
    /// `a + b`
    Binary {
        /// One of `+ - * / % ^`.
        op: BinaryOp,
        /// Left side.
        lhs: Box<DurationExpr>,
        /// Right side.
        rhs: Box<DurationExpr>,
    },
    /// `min_of(a, b)` (`max` false) or `max_of(a, b)` (`max` true).
    MinMax {
        /// Whether it is `max_of`.
        max: bool,
        /// First argument.
        lhs: Box<DurationExpr>,
        /// Second argument.
        rhs: Box<DurationExpr>,
    },
    /// `(d)`
    Paren(Box<DurationExpr>),
}

/// `-expr`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnaryExpr {
    /// Whether the sign is `-` (else `+`).
    pub negative: bool,
    /// The operand.
    pub operand: Expr,
}

/// `lhs op rhs`. `Clone`, `PartialEq` and `Drop` are written by hand in [`super::tree`]: the left spine may be long.
#[derive(Debug)]
pub struct BinaryExpr {
    /// Left side. Chains of left-associative operators are long here: walk them in a loop.
    pub lhs: Expr,
    /// The operator.
    pub op: BinaryOp,
    /// The operator's bytes.
    pub op_span: Span,
    /// `bool`, if given.
    pub bool_modifier: Option<BoolModifier>,
    /// How series are matched; present if and only if both sides are instant vectors.
    pub matching: Option<Box<VectorMatching>>,
    /// Right side.
    pub rhs: Expr,
}

/// The `bool` of a comparison. Only where it begins is kept: there are many binary operations, and few have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoolModifier(NonZeroU32);

impl BoolModifier {
    /// The keyword at `span`; `None` at the very beginning of an expression, where it is none.
    pub fn at(span: Span) -> Option<BoolModifier> {
        u32::try_from(span.start()).ok().and_then(NonZeroU32::new).map(BoolModifier)
    }

    /// Its bytes.
    pub fn span(self) -> Span {
        let start = self.0.get() as usize;
        Span::new(start, start + "bool".len())
    }
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator that it is named after")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `</`: keeps the part of a native histogram below a bound.
    TrimUpper,
    /// `>/`: keeps the part of a native histogram above a bound.
    TrimLower,
    And,
    Or,
    Unless,
}

/// How the two sides of a binary operator find each other.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorMatching {
    /// How many of each side may share a match group.
    pub cardinality: Cardinality,
    /// `on (…)` or `ignoring (…)`; absent means `ignoring ()`.
    pub clause: Option<MatchingClause>,
    /// `group_left (…)` or `group_right (…)`: the labels copied from the "one" side, with the clause's bytes.
    pub include: Option<Spanned<Vec<Spanned<String>>>>,
    /// `fill (v)` or `fill_left (v)`.
    pub fill_left: Option<f64>,
    /// `fill (v)` or `fill_right (v)`.
    pub fill_right: Option<f64>,
}

/// `on (a, b)` or `ignoring (a, b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchingClause {
    /// Keyword, parentheses and labels.
    pub span: Span,
    /// Whether it is `on`.
    pub on: bool,
    /// The labels.
    pub labels: Vec<Spanned<String>>,
}

/// How many of each side may share a match group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cardinality {
    /// The default of arithmetic and comparison.
    OneToOne,
    /// `group_left`
    ManyToOne,
    /// `group_right`
    OneToMany,
    /// `and`, `or`, `unless`
    ManyToMany,
}

/// `sum by (job) (expr)`, `topk(5, expr)`.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateExpr {
    /// The operator.
    pub op: AggregateOp,
    /// The operator's bytes.
    pub op_span: Span,
    /// `by` or `without`; absent means `by ()`.
    pub grouping: Option<Grouping>,
    /// The first argument of those that take two (`topk`, `quantile`, `count_values` …).
    pub param: Option<Box<Expr>>,
    /// What is aggregated.
    pub expr: Expr,
}

/// `by (a, b)` or `without (a, b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Keyword, parentheses and labels.
    pub span: Span,
    /// Whether it is `without`.
    pub without: bool,
    /// The labels.
    pub labels: Vec<Spanned<String>>,
}

/// An aggregation operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator that it is named after")]
pub enum AggregateOp {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Group,
    Stddev,
    Stdvar,
    TopK,
    BottomK,
    Quantile,
    CountValues,
    LimitK,
    LimitRatio,
}

/// `name(args)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function, from the table in [`crate::promql::functions`].
    pub function: &'static crate::promql::functions::Function,
    /// The name's bytes.
    pub name_span: Span,
    /// The arguments. For `info` the second one is a [`ExprKind::Vector`] without a name.
    pub args: Vec<Expr>,
}
