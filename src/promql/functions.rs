//! The table of PromQL's functions (Prometheus 3.14, `promql/parser/functions.go`).

use super::ast::ValueType;
use super::version::Version;
use Measures::{Observed, PerSecond, Timestamp};
use TimeUse::{Evaluation, Range};
use ValueType::{Matrix, Scalar, String as Text, Vector};
use Values::{Between, Constant, Monotone, OfCounter, Same, Within};
use Wants::{Buckets, Counter, Gauge, NativeHistogram};

/// A function of the language, with everything about it that others need to know.
#[derive(Debug)]
pub struct Function {
    /// Its name, lower case.
    pub name: &'static str,
    /// The types of its arguments; the last one repeats where `variadic` allows more.
    pub args: &'static [ValueType],
    /// 0: exactly `args`; n > 0: the last argument is optional and may stand up to n times; -1: any number of times,
    /// none included. As upstream's `Variadic`.
    pub variadic: i32,
    /// What it returns.
    pub returns: ValueType,
    /// Whether it must be enabled.
    pub experimental: bool,
    /// Whether elements keep their metric's name.
    pub keeps_name: bool,
    /// Whether there may be a result although no series is there. So it is also where a call has no arguments.
    pub from_nothing: bool,
    /// Whether the result changes with time though the arguments do not.
    pub time: TimeUse,
    /// What it is meant for; `None` where it takes anything.
    pub wants: Option<Wants>,
    /// The values that it yields.
    pub values: Values,
    /// What these values measure.
    pub measures: Measures,
    /// The version of Prometheus that it came with, or one before; `None` for what was there before 2.26.
    pub since: Option<Version>,
}

/// What a function's results measure, given what its input does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measures {
    /// A number without a unit, or nothing that is known.
    Other,
    /// The same as its input.
    Same,
    /// Its input per second.
    PerSecond,
    /// What was observed, of histograms.
    Observed,
    /// Seconds since the epoch.
    Timestamp,
}

/// How a function's result depends on the time beside its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUse {
    /// It does not.
    None,
    /// On the time of the evaluation: `time()`, `hour()`.
    Evaluation,
    /// On the query's range or step: `start()`, `step()`.
    Range,
}

/// What a function is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// Something that only grows, and restarts at 0.
    Counter,
    /// Something that goes up and down.
    Gauge,
    /// Classic buckets with their label `le`, or native histograms.
    Buckets,
    /// Native histograms.
    NativeHistogram,
}

/// The values that a function yields.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// Nothing is known.
    Any,
    /// Those of its input.
    Same,
    /// Between the least and the greatest of its input.
    Within,
    /// This one.
    Constant(f64),
    /// Within these bounds, both included, or NaN where the input is.
    Between(f64, f64),
    /// What this yields for those of its input; it never falls where its input rises.
    Monotone(fn(f64) -> f64),
    /// As [`Values::Between`], if the input is never negative, as a counter should be.
    OfCounter(f64, f64),
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// Whether it yields something where there is nothing: `absent`, `absent_over_time`.
    pub fn is_absent(&self) -> bool {
        matches!(self.name, "absent" | "absent_over_time")
    }

    /// Whether it may yield something although no series is there.
    pub fn makes_from_nothing(&self) -> bool {
        self.from_nothing || self.args.is_empty()
    }

    /// The argument, from 0, that holds the vector or the range it works on; `None` where it has none.
    pub fn vector_arg(&self) -> Option<usize> {
        self.args.iter().position(|arg| matches!(arg, Vector | Matrix))
    }

    /// The fewest arguments that it takes.
    pub fn min_args(&self) -> usize {
        if self.variadic == 0 { self.args.len() } else { self.args.len().saturating_sub(1) }
    }

    /// The most arguments that it takes; `None` for any number.
    pub fn max_args(&self) -> Option<usize> {
        match self.variadic {
            0 => Some(self.args.len()),
            more => usize::try_from(more).ok().map(|more| self.min_args() + more),
        }
    }

    /// The type of the argument at `index` (from 0); the last type repeats. `None` for a function without arguments.
    pub fn arg_type(&self, index: usize) -> Option<ValueType> {
        self.args.get(index).or(self.args.last()).copied()
    }
}

/// What `double_exponential_smoothing` was called before Prometheus 3.
pub const HOLT_WINTERS: &str = "holt_winters";

/// The function called `name`, whatever its feature gate.
pub fn by_name(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().and_then(|index| FUNCTIONS.get(index))
}

const fn stable(name: &'static str, args: &'static [ValueType], variadic: i32, returns: ValueType) -> Function {
    Function {
        name,
        args,
        variadic,
        returns,
        experimental: false,
        keeps_name: false,
        from_nothing: false,
        time: TimeUse::None,
        wants: None,
        values: Values::Any,
        measures: Measures::Other,
        since: None,
    }
}

const fn experimental(name: &'static str, args: &'static [ValueType], variadic: i32, returns: ValueType) -> Function {
    Function { experimental: true, ..stable(name, args, variadic, returns) }
}

impl Function {
    const fn keeps_name(self) -> Function {
        Function { keeps_name: true, ..self }
    }

    const fn out_of_nothing(self) -> Function {
        Function { from_nothing: true, ..self }
    }

    const fn time(self, time: TimeUse) -> Function {
        Function { time, ..self }
    }

    const fn wants(self, wants: Wants) -> Function {
        Function { wants: Some(wants), ..self }
    }

    const fn yields(self, values: Values) -> Function {
        Function { values, ..self }
    }

    const fn measures(self, measures: Measures) -> Function {
        Function { measures, ..self }
    }

    const fn since(self, major: u16, minor: u16) -> Function {
        Function { since: Some(Version::new(major, minor)), ..self }
    }
}

const POSITIVE: Values = Between(0.0, f64::INFINITY);
const COUNTER_RATE: Values = OfCounter(0.0, f64::INFINITY);
/// How often something was there: never more than this many samples.
const COUNT: Values = Between(1.0, f64::MAX);
const HALF_PI: f64 = std::f64::consts::FRAC_PI_2;

/// Every function, sorted by name.
#[rustfmt::skip]
pub static FUNCTIONS: &[Function] = &[
    stable("abs", &[Vector], 0, Vector).yields(POSITIVE).measures(Measures::Same),
    stable("absent", &[Vector], 0, Vector).out_of_nothing().yields(Constant(1.0)),
    stable("absent_over_time", &[Matrix], 0, Vector).out_of_nothing().yields(Constant(1.0)),
    stable("acos", &[Vector], 0, Vector).yields(Between(0.0, std::f64::consts::PI)).since(2, 31),
    stable("acosh", &[Vector], 0, Vector).yields(POSITIVE).since(2, 31),
    stable("asin", &[Vector], 0, Vector).yields(Between(-HALF_PI, HALF_PI)).since(2, 31),
    stable("asinh", &[Vector], 0, Vector).since(2, 31),
    stable("atan", &[Vector], 0, Vector).yields(Between(-HALF_PI, HALF_PI)).since(2, 31),
    stable("atanh", &[Vector], 0, Vector).since(2, 31),
    stable("avg_over_time", &[Matrix], 0, Vector).yields(Within).measures(Measures::Same),
    stable("ceil", &[Vector], 0, Vector).yields(Monotone(f64::ceil)).measures(Measures::Same),
    stable("changes", &[Matrix], 0, Vector).yields(Between(0.0, f64::MAX)),
    stable("clamp", &[Vector, Scalar, Scalar], 0, Vector).measures(Measures::Same).since(2, 26),
    stable("clamp_max", &[Vector, Scalar], 0, Vector).measures(Measures::Same),
    stable("clamp_min", &[Vector, Scalar], 0, Vector).measures(Measures::Same),
    stable("cos", &[Vector], 0, Vector).yields(Between(-1.0, 1.0)).since(2, 31),
    stable("cosh", &[Vector], 0, Vector).yields(Between(1.0, f64::INFINITY)).since(2, 31),
    stable("count_over_time", &[Matrix], 0, Vector).yields(COUNT),
    stable("day_of_month", &[Vector], 1, Vector).time(Evaluation).yields(Between(1.0, 31.0)),
    stable("day_of_week", &[Vector], 1, Vector).time(Evaluation).yields(Between(0.0, 6.0)),
    stable("day_of_year", &[Vector], 1, Vector).time(Evaluation).yields(Between(1.0, 366.0)).since(2, 37),
    stable("days_in_month", &[Vector], 1, Vector).time(Evaluation).yields(Between(28.0, 31.0)),
    stable("deg", &[Vector], 0, Vector).since(2, 31),
    stable("delta", &[Matrix], 0, Vector).wants(Gauge).measures(Measures::Same),
    stable("deriv", &[Matrix], 0, Vector).wants(Gauge).measures(PerSecond),
    experimental("double_exponential_smoothing", &[Matrix, Scalar, Scalar], 0, Vector).wants(Gauge).measures(Measures::Same).since(3, 0),
    experimental("end", &[], 0, Scalar).time(Range).measures(Timestamp).since(3, 12),
    stable("exp", &[Vector], 0, Vector).yields(POSITIVE),
    stable("first_over_time", &[Matrix], 0, Vector).keeps_name().yields(Same).measures(Measures::Same).since(3, 7),
    stable("floor", &[Vector], 0, Vector).yields(Monotone(f64::floor)).measures(Measures::Same),
    stable("histogram_avg", &[Vector], 0, Vector).wants(NativeHistogram).measures(Observed).since(2, 51),
    stable("histogram_count", &[Vector], 0, Vector).wants(NativeHistogram).since(2, 40),
    stable("histogram_fraction", &[Scalar, Scalar, Vector], 0, Vector).wants(Buckets).since(2, 40),
    stable("histogram_quantile", &[Scalar, Vector], 0, Vector).wants(Buckets).measures(Observed),
    experimental("histogram_quantiles", &[Vector, Text, Scalar, Scalar], 9, Vector).wants(Buckets).measures(Observed).since(3, 11),
    stable("histogram_stddev", &[Vector], 0, Vector).wants(NativeHistogram).measures(Observed).since(2, 47),
    stable("histogram_stdvar", &[Vector], 0, Vector).wants(NativeHistogram).since(2, 47),
    stable("histogram_sum", &[Vector], 0, Vector).wants(NativeHistogram).measures(Observed).since(2, 40),
    stable("hour", &[Vector], 1, Vector).time(Evaluation).yields(Between(0.0, 23.0)),
    stable("idelta", &[Matrix], 0, Vector).wants(Gauge).measures(Measures::Same),
    stable("increase", &[Matrix], 0, Vector).wants(Counter).yields(COUNTER_RATE).measures(Measures::Same),
    experimental("info", &[Vector, Vector], 1, Vector).keeps_name().yields(Same).measures(Measures::Same).since(2, 55),
    stable("irate", &[Matrix], 0, Vector).wants(Counter).yields(COUNTER_RATE).measures(PerSecond),
    stable("label_join", &[Vector, Text, Text, Text], -1, Vector).keeps_name().yields(Same).measures(Measures::Same),
    stable("label_replace", &[Vector, Text, Text, Text, Text], 0, Vector).keeps_name().yields(Same).measures(Measures::Same),
    stable("last_over_time", &[Matrix], 0, Vector).keeps_name().yields(Same).measures(Measures::Same).since(2, 26),
    stable("ln", &[Vector], 0, Vector),
    stable("log10", &[Vector], 0, Vector),
    stable("log2", &[Vector], 0, Vector),
    experimental("mad_over_time", &[Matrix], 0, Vector).yields(POSITIVE).measures(Measures::Same).since(2, 49),
    experimental("max_of", &[Scalar, Scalar], 0, Scalar).measures(Measures::Same).since(3, 6),
    stable("max_over_time", &[Matrix], 0, Vector).yields(Same).measures(Measures::Same),
    experimental("min_of", &[Scalar, Scalar], 0, Scalar).measures(Measures::Same).since(3, 6),
    stable("min_over_time", &[Matrix], 0, Vector).yields(Same).measures(Measures::Same),
    stable("minute", &[Vector], 1, Vector).time(Evaluation).yields(Between(0.0, 59.0)),
    stable("month", &[Vector], 1, Vector).time(Evaluation).yields(Between(1.0, 12.0)),
    stable("pi", &[], 0, Scalar).yields(Constant(std::f64::consts::PI)).since(2, 31),
    stable("predict_linear", &[Matrix, Scalar], 0, Vector).wants(Gauge).time(Evaluation).measures(Measures::Same),
    stable("present_over_time", &[Matrix], 0, Vector).yields(Constant(1.0)).since(2, 29),
    stable("quantile_over_time", &[Scalar, Matrix], 0, Vector).measures(Measures::Same),
    stable("rad", &[Vector], 0, Vector).since(2, 31),
    experimental("range", &[], 0, Scalar).time(Range).since(3, 12),
    stable("rate", &[Matrix], 0, Vector).wants(Counter).yields(COUNTER_RATE).measures(PerSecond),
    stable("resets", &[Matrix], 0, Vector).wants(Counter).yields(Between(0.0, f64::MAX)),
    stable("round", &[Vector, Scalar], 1, Vector).measures(Measures::Same),
    stable("scalar", &[Vector], 0, Scalar).out_of_nothing().measures(Measures::Same),
    stable("sgn", &[Vector], 0, Vector).yields(Between(-1.0, 1.0)).since(2, 26),
    stable("sin", &[Vector], 0, Vector).yields(Between(-1.0, 1.0)).since(2, 31),
    stable("sinh", &[Vector], 0, Vector).since(2, 31),
    stable("sort", &[Vector], 0, Vector).keeps_name().yields(Same).measures(Measures::Same),
    experimental("sort_by_label", &[Vector, Text], -1, Vector).keeps_name().yields(Same).measures(Measures::Same).since(2, 49),
    experimental("sort_by_label_desc", &[Vector, Text], -1, Vector).keeps_name().yields(Same).measures(Measures::Same).since(2, 49),
    stable("sort_desc", &[Vector], 0, Vector).keeps_name().yields(Same).measures(Measures::Same),
    stable("sqrt", &[Vector], 0, Vector).yields(POSITIVE),
    experimental("start", &[], 0, Scalar).time(Range).measures(Timestamp).since(3, 12),
    experimental("start_timestamp", &[Vector], 0, Vector).measures(Timestamp).since(3, 6),
    stable("stddev_over_time", &[Matrix], 0, Vector).yields(POSITIVE).measures(Measures::Same),
    stable("stdvar_over_time", &[Matrix], 0, Vector).yields(POSITIVE),
    experimental("step", &[], 0, Scalar).time(Range).since(3, 12),
    stable("sum_over_time", &[Matrix], 0, Vector).measures(Measures::Same),
    stable("tan", &[Vector], 0, Vector).since(2, 31),
    stable("tanh", &[Vector], 0, Vector).yields(Between(-1.0, 1.0)).since(2, 31),
    stable("time", &[], 0, Scalar).time(Evaluation).measures(Timestamp),
    stable("timestamp", &[Vector], 0, Vector).time(Evaluation).measures(Timestamp),
    experimental("ts_of_first_over_time", &[Matrix], 0, Vector).measures(Timestamp).since(3, 7),
    experimental("ts_of_last_over_time", &[Matrix], 0, Vector).measures(Timestamp).since(3, 5),
    experimental("ts_of_max_over_time", &[Matrix], 0, Vector).measures(Timestamp).since(3, 5),
    experimental("ts_of_min_over_time", &[Matrix], 0, Vector).measures(Timestamp).since(3, 5),
    stable("vector", &[Scalar], 0, Vector).out_of_nothing().yields(Same).measures(Measures::Same),
    stable("year", &[Vector], 1, Vector).time(Evaluation),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_sorted() {
        assert_eq!(FUNCTIONS.len(), 90);
        assert_eq!(FUNCTIONS.iter().filter(|function| function.experimental).count(), 17);
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(by_name("rate").map(|function| function.returns), Some(Vector));
        assert_eq!(by_name("RATE"), None);
    }

    #[test]
    fn argument_counts() {
        let counts = |name| by_name(name).map(|function| (function.min_args(), function.max_args()));
        assert_eq!(counts("rate"), Some((1, Some(1))));
        assert_eq!(counts("hour"), Some((0, Some(1))));
        assert_eq!(counts("label_join"), Some((3, None)));
        assert_eq!(counts("histogram_quantiles"), Some((3, Some(12))));
    }
}
