//! Operators: how they are written and what kind they are.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::ast::{AggregateOp, BinaryOp, MatchOp, VectorSelector};
use crate::model::labels::METRIC_NAME;

impl BinaryOp {
    /// The operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "^",
            BinaryOp::Atan2 => "atan2",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::TrimUpper => "</",
            BinaryOp::TrimLower => ">/",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Unless => "unless",
        }
    }

    /// Whether it compares: `==`, `!=`, `<`, `<=`, `>`, `>=`. The trim operators do not.
    pub const fn is_comparison(self) -> bool {
        use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        matches!(self, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
    }

    /// The comparison that says the same with its sides exchanged: `>` for `<`. Other operators are their own.
    pub const fn mirrored(self) -> Self {
        match self {
            BinaryOp::Less => BinaryOp::Greater,
            BinaryOp::LessEqual => BinaryOp::GreaterEqual,
            BinaryOp::Greater => BinaryOp::Less,
            BinaryOp::GreaterEqual => BinaryOp::LessEqual,
            other => other,
        }
    }

    /// Whether it is `and`, `or` or `unless`.
    pub const fn is_set(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    }
}

impl AggregateOp {
    /// Every operator.
    pub const ALL: [AggregateOp; 14] = [
        AggregateOp::Sum,
        AggregateOp::Avg,
        AggregateOp::Min,
        AggregateOp::Max,
        AggregateOp::Count,
        AggregateOp::Group,
        AggregateOp::Stddev,
        AggregateOp::Stdvar,
        AggregateOp::TopK,
        AggregateOp::BottomK,
        AggregateOp::Quantile,
        AggregateOp::CountValues,
        AggregateOp::LimitK,
        AggregateOp::LimitRatio,
    ];

    /// The operator's name, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            AggregateOp::Sum => "sum",
            AggregateOp::Avg => "avg",
            AggregateOp::Min => "min",
            AggregateOp::Max => "max",
            AggregateOp::Count => "count",
            AggregateOp::Group => "group",
            AggregateOp::Stddev => "stddev",
            AggregateOp::Stdvar => "stdvar",
            AggregateOp::TopK => "topk",
            AggregateOp::BottomK => "bottomk",
            AggregateOp::Quantile => "quantile",
            AggregateOp::CountValues => "count_values",
            AggregateOp::LimitK => "limitk",
            AggregateOp::LimitRatio => "limit_ratio",
        }
    }

    /// Whether a parameter stands before what is aggregated.
    pub const fn has_param(self) -> bool {
        use AggregateOp::{BottomK, CountValues, LimitK, LimitRatio, Quantile, TopK};
        matches!(self, TopK | BottomK | Quantile | CountValues | LimitK | LimitRatio)
    }

    /// Whether it chooses among its elements and leaves them as they are.
    pub const fn chooses(self) -> bool {
        use AggregateOp::{BottomK, LimitK, LimitRatio, TopK};
        matches!(self, TopK | BottomK | LimitK | LimitRatio)
    }

    /// Whether it must be enabled.
    pub const fn is_experimental(self) -> bool {
        matches!(self, AggregateOp::LimitK | AggregateOp::LimitRatio)
    }
}

impl MatchOp {
    /// The operator that compares with a text as it is: `=` for `=~`, `!=` for `!~`.
    pub const fn of_texts(self) -> Self {
        match self {
            MatchOp::Regex => MatchOp::Equal,
            MatchOp::NotRegex => MatchOp::NotEqual,
            other => other,
        }
    }

    /// The operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        }
    }

    /// Whether the value is a regular expression.
    pub const fn is_regex(self) -> bool {
        matches!(self, MatchOp::Regex | MatchOp::NotRegex)
    }

    /// Whether the matcher selects what does not match: `!=`, `!~`.
    pub const fn is_negative(self) -> bool {
        matches!(self, MatchOp::NotEqual | MatchOp::NotRegex)
    }
}

impl VectorSelector {
    /// The name of the metric that is asked for, in front of the braces or inside; `None` where it may be any, and where
    /// it is not UTF-8.
    pub fn metric_name(&self) -> Option<&str> {
        if let Some(name) = &self.name {
            return Some(&name.value);
        }
        let is_name = |m: &&super::ast::Matcher| m.name.value == METRIC_NAME && m.op == MatchOp::Equal;
        std::str::from_utf8(&self.matchers.iter().find(is_name)?.value.value).ok()
    }

    /// A number that is the same for selectors with the same name and the same matchers, in whatever order.
    pub(super) fn fingerprint(&self) -> u64 {
        let name = FxBuildHasher.hash_one(self.metric_name());
        let matchers = self.matchers.iter().filter(|matcher| matcher.name.value != METRIC_NAME);
        let hashes = matchers.map(|m| FxBuildHasher.hash_one((&m.name.value, m.op, &m.value.value)));
        hashes.fold(name, u64::wrapping_add)
    }

    /// Whether the name stands in front of the braces (or there are none), not inside them.
    pub fn has_outer_name(&self) -> bool {
        match (&self.name, self.braces) {
            (Some(name), Some(braces)) => name.span.start() < braces.start(),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}
