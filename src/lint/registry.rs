//! The list of all lint rules.

use std::sync::LazyLock;

use super::rule::LintRule;
use super::rules;
use crate::source::words;

static REGISTRY: LazyLock<Vec<&'static dyn LintRule>> = LazyLock::new(|| {
    let mut all: Vec<_> = rules::CATEGORIES.iter().flat_map(|category| category.iter().copied()).collect();
    all.sort_by_key(|rule| rule.meta().id);
    all
});

/// The ids of what goes wrong when tests or queries are run or a configuration is imported. No lint rule stands behind them: they have no level in the
/// configuration and no page.
pub const RUN_TIME_IDS: [&str; 13] = [
    "import/left-out",
    "import/syntax",
    "promql/evaluation",
    "test/expression-fails",
    "test/failed",
    "test/input-refused",
    "test/invalid-sample",
    "test/rule-fails",
    "test/timeout",
    "test/too-many-evaluations",
    "test/too-many-values",
    "test/too-much-output",
    "test/unreadable-rule-file",
];

/// Every lint rule, by id.
pub fn registry() -> &'static [&'static dyn LintRule] {
    &REGISTRY
}

/// The rule with the id `id`.
pub fn find(id: &str) -> Option<&'static dyn LintRule> {
    registry().binary_search_by(|rule| rule.meta().id.cmp(id)).ok().and_then(|at| registry().get(at).copied())
}

/// The id that was probably meant by `id`, if one comes near: the same name in another category, or a slip of the pen.
pub fn nearest(id: &str) -> Option<&'static str> {
    let ids = || registry().iter().map(|rule| rule.meta().id);
    let name = id.rsplit('/').next().unwrap_or(id);
    let name_of = |known: &&'static str| known.rsplit('/').next().unwrap_or(known);
    ids()
        .find(|known| name_of(known) == name)
        .or_else(|| words::nearest(id, ids()))
        // The category was left out or is another one, and the name is misspelt.
        .or_else(|| {
            words::nearest(name, ids().map(|known| name_of(&known)))
                .and_then(|near| ids().find(|known| name_of(known) == near))
        })
}
