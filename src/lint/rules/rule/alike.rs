//! Rules with the same expression, or for the same people: what the rules about alerts that are much alike ask.

use std::collections::hash_map::Entry;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::promql::Expr;
use crate::rules::Rule;

/// The first rule of each key and expression. Expressions are the same where Prometheus prints them the same; printing
/// is dear, so that only rules with equal keys and fingerprints are printed.
pub(super) struct FirstAlike<'a, K> {
    by_key: FxHashMap<(K, u64), Seen<'a>>,
}

enum Seen<'a> {
    One(&'a Rule, &'a Expr),
    /// By the printed expression.
    Several(FxHashMap<String, &'a Rule>),
}

impl<K> Default for FirstAlike<'_, K> {
    fn default() -> Self {
        FirstAlike { by_key: FxHashMap::default() }
    }
}

impl<'a, K: Eq + Hash> FirstAlike<'a, K> {
    /// The rule seen before with this key and the expression of `rule`; `None` for the first one, and for a rule whose
    /// expression does not parse.
    pub(super) fn before(&mut self, key: K, rule: &'a Rule) -> Option<&'a Rule> {
        let expr = rule.parsed.as_ref()?.without_parens();
        let seen = match self.by_key.entry((key, expr.fingerprint())) {
            Entry::Vacant(entry) => {
                entry.insert(Seen::One(rule, expr));
                return None;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        if let Seen::One(first, of_first) = seen {
            *seen = Seen::Several(FxHashMap::from_iter([(of_first.to_string(), *first)]));
        }
        let Seen::Several(by_expr) = seen else { return None };
        match by_expr.entry(expr.to_string()) {
            Entry::Occupied(first) => Some(first.get()),
            Entry::Vacant(entry) => {
                entry.insert(rule);
                None
            }
        }
    }
}

/// Whether a label may say for whom an alert is: it has one value, and is not about how severe the alert is.
pub(super) fn is_address(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !["severity", "priority", "level"].iter().any(|word| name.contains(word)) && !value.contains("{{")
}
