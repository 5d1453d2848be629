//! Which parts of the language that Prometheus keeps behind feature flags are on.

/// The feature gates of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// `promql-experimental-functions`: `info`, `mad_over_time`, `limitk` …
    pub experimental_functions: bool,
    /// `promql-duration-expr`: `[5m + step()]`. On by default in Prometheus 3.14's binaries.
    pub duration_expressions: bool,
    /// `promql-extended-range-selectors`: `anchored`, `smoothed`.
    pub extended_range_selectors: bool,
    /// `promql-binop-fill-modifiers`: `fill`, `fill_left`, `fill_right`.
    pub fill_modifiers: bool,
    /// `holt_winters`, as `double_exponential_smoothing` was called before Prometheus 3, when it was no experiment.
    pub old_names: bool,
}

impl ParseOptions {
    /// Everything on that Prometheus 3 has.
    pub const fn all() -> Self {
        ParseOptions {
            experimental_functions: true,
            duration_expressions: true,
            extended_range_selectors: true,
            fill_modifiers: true,
            old_names: false,
        }
    }
}

impl ParseOptions {
    /// What one of the two turns on.
    #[must_use]
    pub const fn and(self, other: ParseOptions) -> Self {
        ParseOptions {
            experimental_functions: self.experimental_functions || other.experimental_functions,
            duration_expressions: self.duration_expressions || other.duration_expressions,
            extended_range_selectors: self.extended_range_selectors || other.extended_range_selectors,
            fill_modifiers: self.fill_modifiers || other.fill_modifiers,
            old_names: self.old_names || other.old_names,
        }
    }
}

impl Default for ParseOptions {
    /// What promtool does without `--enable-feature`: only duration expressions are on.
    fn default() -> Self {
        ParseOptions {
            experimental_functions: false,
            duration_expressions: true,
            extended_range_selectors: false,
            fill_modifiers: false,
            old_names: false,
        }
    }
}
