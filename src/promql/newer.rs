//! What an expression needs of newer versions of Prometheus.
//!
//! Versions are those of Prometheus' changelog, without a feature flag where one was needed at first and is not any
//! more. Of what is older than 2.26 nothing is said.

use super::Expr;
use super::ast::{AggregateOp, BinaryOp, DurationExpr, DurationKind, ExprKind, Modifiers, VectorSelector};
use super::functions;
use super::version::Version;
use crate::source::Span;

/// A part of the language, and the version that it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// Its bytes in the expression.
    pub span: Span,
    /// What it is, as messages call it.
    pub what: String,
    /// The first version that has it.
    pub since: Version,
    /// The feature with which the given version has it, where that was not among those that are on.
    pub feature: Option<&'static str>,
}

const AT_AND_NEGATIVE_OFFSET: Version = Version::new(2, 33);
const ATAN2: Version = Version::new(2, 31);
const LIMITS: Version = Version::new(2, 54);
const NUMBERS_ARE_DURATIONS: Version = LIMITS;
const DURATION_ARITHMETIC: Version = Version::new(3, 14);
/// With [`DURATION_FEATURE`], which is on by default since [`DURATION_ARITHMETIC`].
const EARLY_DURATION_ARITHMETIC: Version = Version::new(3, 4);
const EARLY_DURATION_OF_QUERY: Version = Version::new(3, 6);
/// They were called `min` and `max` before.
const EARLY_DURATION_MIN_MAX: Version = Version::new(3, 13);
/// The name of the feature that computes durations.
pub const DURATION_FEATURE: &str = "promql-duration-expr";
const EXTENDED_RANGES: Version = Version::new(3, 7);
const FILL: Version = Version::new(3, 10);

/// The parts of an expression that came with a version later than `version`, in no particular order. `text` is the
/// expression's own. `features` says whether a feature that the version has, but not by default, is on there.
pub fn newer_than(expr: &Expr, text: &str, version: Version, features: &dyn Fn(&str) -> bool) -> Vec<Newer> {
    let mut found = Found { text, version, computes_durations: features(DURATION_FEATURE), newer: Vec::new() };
    expr.walk(&mut |part| found.look_at(part));
    found.newer
}

struct Found<'t> {
    text: &'t str,
    version: Version,
    computes_durations: bool,
    newer: Vec<Newer>,
}

impl Found<'_> {
    fn add(&mut self, span: Span, since: Version, what: impl Into<String>) {
        if since > self.version {
            self.newer.push(Newer { span, what: what.into(), since, feature: None });
        }
    }

    fn look_at(&mut self, part: &Expr) {
        match &part.kind {
            ExprKind::Call(call) => {
                if let Some(since) = call.function.since
                    && call.name_span.slice(self.text) != functions::HOLT_WINTERS
                {
                    self.add(call.name_span, since, format!("`{}`", call.function.name));
                }
            }
            ExprKind::Number(number) if number.is_duration => {
                self.add(part.span, NUMBERS_ARE_DURATIONS, "a duration in the place of a number");
            }
            ExprKind::Aggregate(aggregate) => {
                if matches!(aggregate.op, AggregateOp::LimitK | AggregateOp::LimitRatio) {
                    self.add(aggregate.op_span, LIMITS, format!("`{}`", aggregate.op.name()));
                }
            }
            ExprKind::Binary(operation) => {
                if operation.op == BinaryOp::Atan2 {
                    self.add(operation.op_span, ATAN2, "`atan2`");
                }
                let fills = |fill: Option<f64>| fill.is_some();
                if operation.matching.as_ref().is_some_and(|one| fills(one.fill_left) || fills(one.fill_right)) {
                    self.add(operation.op_span, FILL, "`fill`");
                }
            }
            ExprKind::Vector(selector) => self.selector(selector),
            ExprKind::Matrix(matrix) => {
                self.selector(&matrix.selector.value);
                self.duration(&matrix.range);
            }
            ExprKind::Subquery(subquery) => {
                self.modifiers(&subquery.modifiers);
                self.duration(&subquery.range);
                subquery.step.iter().for_each(|step| self.duration(step));
            }
            _ => {}
        }
    }

    fn selector(&mut self, selector: &VectorSelector) {
        self.modifiers(&selector.modifiers);
        let names = selector.name.iter().map(|name| name.span).chain(selector.matchers.iter().map(|one| one.name.span));
        let quoted =
            names.filter(|span| span.slice(self.text).starts_with(['"', '\'', '`'])).min_by_key(|span| span.start());
        // The value of `__name__` is in quotes, too.
        let is_name = |span: &Span| !span.slice(self.text).is_empty() && !self.is_behind_operator(*span);
        if let Some(span) = quoted.filter(is_name) {
            self.add(span, Version::V3, "a name in quotes");
        }
    }

    /// Whether a matcher's operator stands before the text at `span`.
    fn is_behind_operator(&self, span: Span) -> bool {
        self.text.get(..span.start()).is_some_and(|before| before.trim_end().ends_with(['=', '~']))
    }

    fn modifiers(&mut self, modifiers: &Modifiers) {
        if let Some(offset) = &modifiers.offset {
            if matches!(offset.value.kind, DurationKind::Literal { seconds, .. } if seconds < 0.0) {
                self.add(offset.span, AT_AND_NEGATIVE_OFFSET, "a negative offset");
            }
            self.duration(&offset.value);
        }
        if let Some(at) = &modifiers.at {
            self.add(at.span, AT_AND_NEGATIVE_OFFSET, "`@`");
        }
        if let Some(extension) = &modifiers.extension {
            let word = extension.span.slice(self.text).to_owned();
            self.add(extension.span, EXTENDED_RANGES, format!("`{word}`"));
        }
    }

    fn duration(&mut self, duration: &DurationExpr) {
        match duration.kind {
            DurationKind::Literal { is_duration: true, .. } => {}
            DurationKind::Literal { .. } => {
                self.add(duration.span, NUMBERS_ARE_DURATIONS, "a number in the place of a duration");
            }
            _ => self.computed(duration),
        }
    }

    fn computed(&mut self, duration: &DurationExpr) {
        let early = early_version(duration);
        if self.computes_durations {
            self.add(duration.span, early, "a computed duration");
            return;
        }
        let before = self.newer.len();
        self.add(duration.span, DURATION_ARITHMETIC, "a computed duration");
        let feature = (early <= self.version).then_some(DURATION_FEATURE);
        self.newer.iter_mut().skip(before).for_each(|newer| newer.feature = feature);
    }
}

/// The version that first computes the duration where [`DURATION_FEATURE`] is on.
fn early_version(duration: &DurationExpr) -> Version {
    match &duration.kind {
        DurationKind::Literal { .. } => EARLY_DURATION_ARITHMETIC,
        DurationKind::Step | DurationKind::Range => EARLY_DURATION_OF_QUERY,
        DurationKind::Unary { operand: inner, .. } | DurationKind::Paren(inner) => early_version(inner),
        DurationKind::Binary { lhs, rhs, .. } => early_version(lhs).max(early_version(rhs)),
        DurationKind::MinMax { .. } => EARLY_DURATION_MIN_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{ParseOptions, parse};

    fn shown(text: &str, version: Version) -> String {
        shown_with(text, version, &[])
    }

    fn shown_with(text: &str, version: Version, features: &[&str]) -> String {
        let expr = parse(text, &ParseOptions::all()).unwrap();
        let newer = newer_than(&expr, text, version, &|feature| features.contains(&feature));
        let line = |newer: &Newer| format!("{} {} [{}]", newer.since, newer.what, newer.span.slice(text));
        newer.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_came_later_is_found_at_its_place() {
        for (text, newer) in [
            ("mad_over_time(x[5m]) > 1", "2.49 `mad_over_time` [mad_over_time]"),
            ("rate(x[5m + 1m])", "3.14 a computed duration [5m + 1m]"),
            ("rate(x[300])", "2.54 a number in the place of a duration [300]"),
            ("rate(x[5m] smoothed)", "3.7 `smoothed` [smoothed]"),
            ("a + fill(0) b", "3.10 `fill` [+]"),
            ("a atan2 b", "2.31 `atan2` [atan2]"),
            ("a offset -5m", "2.33 a negative offset [offset -5m]"),
            ("a @ 100", "2.33 `@` [@ 100]"),
            ("limitk(1, x)", "2.54 `limitk` [limitk]"),
            ("time() - x > 5m", "2.54 a duration in the place of a number [5m]"),
            ("{\"my.metric\"} == 1", "3.0 a name in quotes [\"my.metric\"]"),
            ("{\"my.label\"=\"1\", x=\"y\"}", "3.0 a name in quotes [\"my.label\"]"),
            ("{__name__=\"x\", y=\"z\"} offset 5m", ""),
            ("sum by (a) (rate(x{b=~\"c\"}[5m] offset 1h))", ""),
        ] {
            assert_eq!(shown(text, Version::new(2, 26)), newer, "{text}");
            assert_eq!(shown(text, Version::new(3, 14)), "", "{text}");
        }
    }

    #[test]
    fn durations_are_computed_earlier_with_a_feature() {
        let with = |text: &str, minor: u16| shown_with(text, Version::new(3, minor), &[DURATION_FEATURE]);
        for (text, minor) in [("x[5m + 1m]", 4), ("x offset (1m + step())", 6), ("x[max_of(1m, step())]", 13)] {
            assert_eq!(with(text, minor), "", "{text}");
            assert!(with(text, minor - 1).starts_with(&format!("3.{minor} a computed duration")), "{text}");
            let feature = |minor: u16| {
                let expr = parse(text, &ParseOptions::all()).unwrap();
                newer_than(&expr, text, Version::new(3, minor), &|_| false)[0].feature
            };
            assert_eq!((feature(minor), feature(minor - 1)), (Some(DURATION_FEATURE), None), "{text}");
        }
    }
}
