//! Which rules the command line chooses, on top of the configuration.

use crate::lint::naming::Name;
use crate::lint::rule::Meta;

/// `--select`, `--ignore` and `--pedantic`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only these rules run; all that the configuration lets, if there are none.
    pub select: Vec<Name>,
    /// These do not run.
    pub ignore: Vec<Name>,
    /// Every rule runs, whatever its confidence, that nothing switches off.
    pub pedantic: bool,
}

/// How exactly a rule is named: the greater is the more exact one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exactness {
    /// With its whole category.
    Category,
    /// By its own name.
    Rule,
}

impl Choice {
    /// How exactly `--select` names the rule, if it does.
    pub(super) fn selects(&self, rule: &Meta) -> Option<Exactness> {
        exactness(&self.select, rule)
    }

    /// Whether `--ignore` takes the rule away: where both name it, the more exact one counts, and `--ignore` if they are
    /// equally exact.
    pub(super) fn ignores(&self, rule: &Meta) -> bool {
        let ignored = exactness(&self.ignore, rule);
        ignored.is_some() && ignored >= self.selects(rule)
    }
}

fn exactness(names: &[Name], rule: &Meta) -> Option<Exactness> {
    let of = |name: &Name| match name {
        Name::Rule(_) => Exactness::Rule,
        Name::Category(_) => Exactness::Category,
    };
    names.iter().filter(|name| name.covers(rule.id)).map(of).max()
}
