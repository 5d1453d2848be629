//! Between which bounds values lie.
//!
//! Bounds are exact: the operations of floating point never fall where their operands rise, so the bounds of a result
//! are the results of the bounds.

use crate::promql::ast::BinaryOp;

/// All numbers from `low` to `high`, both included; none where `low > high`. NaN lies in no interval and is noted apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least value, perhaps `-Inf`.
    pub low: f64,
    /// The greatest value, perhaps `+Inf`.
    pub high: f64,
    /// Whether a value may be NaN.
    pub nan: bool,
}

/// Whether a comparison holds for values of two intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Always,
    Never,
    Maybe,
}

impl Interval {
    /// Every value.
    pub const ANY: Interval = Interval { low: f64::NEG_INFINITY, high: f64::INFINITY, nan: true };

    /// Numbers from `low` to `high`.
    pub const fn new(low: f64, high: f64) -> Interval {
        Interval { low, high, nan: false }
    }

    /// One value.
    pub const fn constant(value: f64) -> Interval {
        if value.is_nan() {
            Interval { low: f64::INFINITY, high: f64::NEG_INFINITY, nan: true }
        } else {
            Interval::new(value, value)
        }
    }

    /// The value, if there is but one.
    pub fn as_constant(self) -> Option<f64> {
        if self.low > self.high {
            return self.nan.then_some(f64::NAN);
        }
        (self.low == self.high && !self.nan).then_some(self.low)
    }

    /// Whether every number lies in it.
    pub fn is_any(self) -> bool {
        self.low == f64::NEG_INFINITY && self.high == f64::INFINITY
    }

    /// The values of either.
    #[must_use]
    pub fn or(self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high), nan: self.nan || other.nan }
    }

    fn has_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    /// With NaN where `nan`.
    pub(super) fn or_nan(self, nan: bool) -> Interval {
        Interval { nan: self.nan || nan, ..self }
    }

    /// The values with the other sign.
    pub(super) fn negated(self) -> Interval {
        Interval { low: -self.high, high: -self.low, nan: self.nan }
    }

    /// What `f`, which never falls where its operand rises, yields for the values.
    pub(super) fn map(self, f: fn(f64) -> f64) -> Interval {
        if self.low > self.high { self } else { Interval { low: f(self.low), high: f(self.high), nan: self.nan } }
    }

    /// The sums of one or more of the values.
    pub(super) fn summed(self) -> Interval {
        let low = if self.low >= 0.0 { self.low } else { f64::NEG_INFINITY };
        let high = if self.high <= 0.0 { self.high } else { f64::INFINITY };
        let opposite = self.low == f64::NEG_INFINITY && self.high == f64::INFINITY;
        Interval { low, high, nan: self.nan || opposite }
    }

    /// What an arithmetic operator yields.
    pub(super) fn arithmetic(self, op: BinaryOp, other: Interval) -> Interval {
        if let (Some(left), Some(right)) = (self.as_constant(), other.as_constant())
            && let Some(value) = super::binary::arithmetic(op, left, right)
        {
            return Interval::constant(value);
        }
        if self.low > self.high || other.low > other.high {
            return Interval { nan: true, ..Interval::ANY };
        }
        let nan = self.nan || other.nan;
        match op {
            BinaryOp::Add => corners(self, other, |a, b| a + b).or_nan(nan),
            BinaryOp::Sub => corners(self, other.negated(), |a, b| a + b).or_nan(nan),
            BinaryOp::Mul => {
                let meets = |a: Interval, b: Interval| a.has_zero() && (b.low.is_infinite() || b.high.is_infinite());
                corners(self, other, |a, b| a * b).or_nan(nan || meets(self, other) || meets(other, self))
            }
            BinaryOp::Div => divided(self, other).or_nan(nan),
            BinaryOp::Mod if self.low >= 0.0 => {
                let high = if other.nan || other.low < 0.0 { self.high } else { self.high.min(other.high) };
                Interval { low: 0.0, high, nan: true }
            }
            BinaryOp::Mod => {
                let bound = other.low.abs().max(other.high.abs());
                Interval { low: -bound, high: bound, nan: true }
            }
            BinaryOp::Pow if self.low >= 0.0 => Interval { low: 0.0, high: f64::INFINITY, nan },
            _ => Interval::ANY,
        }
    }

    /// Whether `self op other` holds, `op` being a comparison.
    pub(super) fn compare(self, op: BinaryOp, other: Interval) -> Holds {
        let nan = self.nan || other.nan;
        // Of nothing but NaN only `!=` is true.
        if self.low > self.high || other.low > other.high {
            return match (op, self.as_constant().is_some() || other.as_constant().is_some()) {
                (BinaryOp::NotEqual, true) => Holds::Always,
                (_, true) => Holds::Never,
                _ => Holds::Maybe,
            };
        }
        let apart = self.high < other.low || other.high < self.low;
        let equal = matches!((self.as_constant(), other.as_constant()), (Some(a), Some(b)) if a == b);
        let (never, always) = match op {
            BinaryOp::Equal => (apart, equal),
            BinaryOp::NotEqual => (equal, apart),
            BinaryOp::Less => (self.low >= other.high, self.high < other.low),
            BinaryOp::LessEqual => (self.low > other.high, self.high <= other.low),
            BinaryOp::Greater => (self.high <= other.low, self.low > other.high),
            BinaryOp::GreaterEqual => (self.high < other.low, self.low >= other.high),
            _ => (false, false),
        };
        match (never, always) {
            // `NaN != x` is true, everything else of NaN is false.
            (true, _) if !(nan && op == BinaryOp::NotEqual) => Holds::Never,
            (_, true) if !nan || op == BinaryOp::NotEqual => Holds::Always,
            _ => Holds::Maybe,
        }
    }

    /// The values for which `self op other` can hold.
    #[must_use]
    pub fn passing(self, op: BinaryOp, other: Interval) -> Interval {
        let (low, high) = match op {
            BinaryOp::Equal => (other.low, other.high),
            BinaryOp::Less => (f64::NEG_INFINITY, other.high.next_down()),
            BinaryOp::LessEqual => (f64::NEG_INFINITY, other.high),
            BinaryOp::Greater => (other.low.next_up(), f64::INFINITY),
            BinaryOp::GreaterEqual => (other.low, f64::INFINITY),
            _ => return self,
        };
        Interval { low: self.low.max(low), high: self.high.min(high), nan: false }
    }
}

/// The least and the greatest of an operation's results at the corners; NaN there says that it may come out.
fn corners(a: Interval, b: Interval, op: fn(f64, f64) -> f64) -> Interval {
    let mut result = Interval { low: f64::INFINITY, high: f64::NEG_INFINITY, nan: false };
    for value in [op(a.low, b.low), op(a.low, b.high), op(a.high, b.low), op(a.high, b.high)] {
        if value.is_nan() {
            // `Inf * 0` and `Inf - Inf`: beside them everything may come out.
            return Interval { low: least(a, b, op), high: greatest(a, b, op), nan: true };
        }
        result.low = result.low.min(value);
        result.high = result.high.max(value);
    }
    result
}

fn least(a: Interval, b: Interval, op: fn(f64, f64) -> f64) -> f64 {
    if a.low >= 0.0 && b.low >= 0.0 { op(a.low, b.low).max(0.0) } else { f64::NEG_INFINITY }
}

fn greatest(a: Interval, b: Interval, op: fn(f64, f64) -> f64) -> f64 {
    if a.high <= 0.0 && b.high <= 0.0 && op(-1.0, -1.0) < 0.0 { 0.0 } else { f64::INFINITY }
}

fn divided(a: Interval, b: Interval) -> Interval {
    let infinite = a.high.is_infinite() || a.low.is_infinite();
    let by_infinity = b.high.is_infinite() || b.low.is_infinite();
    let by_zero = b.low <= 0.0 && b.high >= 0.0;
    let zero = a.low <= 0.0 && a.high >= 0.0;
    let nan = (zero && by_zero) || (infinite && by_infinity);
    if b.low > 0.0 || b.high < 0.0 {
        let mut result = Interval { low: f64::INFINITY, high: f64::NEG_INFINITY, nan };
        for value in [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high] {
            let (low, high) = if value.is_nan() { (f64::NEG_INFINITY, f64::INFINITY) } else { (value, value) };
            result.low = result.low.min(low);
            result.high = result.high.max(high);
        }
        if a.low >= 0.0 && b.low > 0.0 {
            result.low = result.low.max(0.0);
        }
        return result;
    }
    match (a.low >= 0.0, b.low >= 0.0) {
        (true, true) => Interval { low: 0.0, high: f64::INFINITY, nan },
        _ => Interval { nan, ..Interval::ANY },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [f64; 11] =
        [f64::NEG_INFINITY, -100.0, -2.0, -0.5, 0.0, 0.25, 1.0, 3.0, 100.0, f64::MAX, f64::INFINITY];

    fn intervals() -> Vec<Interval> {
        let pairs = POINTS.iter().flat_map(|low| POINTS.iter().map(move |high| (*low, *high)));
        pairs.filter(|(low, high)| low <= high).map(|(low, high)| Interval::new(low, high)).collect()
    }

    fn inside(interval: Interval) -> impl Iterator<Item = f64> {
        POINTS.into_iter().filter(move |value| (interval.low..=interval.high).contains(value))
    }

    #[test]
    fn results_of_operators_lie_in_their_interval() {
        use BinaryOp::*;
        for a in intervals() {
            for b in intervals() {
                for op in [Add, Sub, Mul, Div, Mod, Pow] {
                    let result = a.arithmetic(op, b);
                    for (x, y) in inside(a).flat_map(|x| inside(b).map(move |y| (x, y))) {
                        let value = super::super::binary::arithmetic(op, x, y).unwrap();
                        let fits =
                            if value.is_nan() { result.nan } else { result.low <= value && value <= result.high };
                        assert!(fits, "{x} {op:?} {y} = {value} is not in {result:?} of {a:?}, {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn comparisons_agree_with_their_values() {
        use BinaryOp::*;
        let holds = |op, x: f64, y: f64| match op {
            Equal => x == y,
            NotEqual => x != y,
            Less => x < y,
            LessEqual => x <= y,
            Greater => x > y,
            _ => x >= y,
        };
        for a in intervals().into_iter().chain([Interval::ANY, Interval::constant(f64::NAN)]) {
            for b in intervals() {
                for op in [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual] {
                    let (claim, rest) = (a.compare(op, b), a.passing(op, b));
                    let with_nan = inside(a).chain(a.nan.then_some(f64::NAN));
                    for (x, y) in with_nan.flat_map(|x| inside(b).map(move |y| (x, y))) {
                        let held = holds(op, x, y);
                        assert!(claim != Holds::Always || held, "{x} {op:?} {y} in {a:?}, {b:?}");
                        assert!(claim != Holds::Never || !held, "{x} {op:?} {y} in {a:?}, {b:?}");
                        assert!(!held || x.is_nan() || (rest.low <= x && x <= rest.high), "{x} {op:?} {y}: {rest:?}");
                    }
                }
            }
        }
    }
}
