//! What kind of file a YAML file is, judged by what is in it.

use crate::yaml::Parsed;

/// What kind of file a YAML file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileShape {
    /// Holds rule groups: `groups:` at the top, or Kubernetes objects with `kind: PrometheusRule`.
    Rules,
    /// A unit-test file as promtool reads it: `tests:` at the top, or `rule_files:` without a server's configuration.
    Tests,
    /// Anything else.
    Other,
}

/// What kind of file this is, by its first document that says so.
pub fn classify(parsed: &Parsed) -> FileShape {
    let _ = parsed;
    FileShape::Other
}

/// Whether a text may be a rule file or a test file. A cheap look at its bytes, which spares the parser all the other
/// YAML of a repository: false means certainly not.
pub fn may_hold_rules_or_tests(text: &str) -> bool {
    ["groups", "tests", "rule_files", "PrometheusRule"].iter().any(|word| text.contains(word))
}
