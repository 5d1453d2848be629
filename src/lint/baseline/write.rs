//! Writing a baseline: sorted, an entry a line, so that two branches that change it can be merged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Baseline, Scope, VERSION};
use crate::lint::identity::{Identity, Key};

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    rule: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    expr: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

impl Baseline {
    /// The text of a baseline that knows these findings, and those of this one that the run has not looked for.
    pub fn updated(&self, found: &[Identity], scope: &Scope<'_>) -> String {
        let kept = self.entries.iter().filter(|(key, _)| !scope.holds(key));
        let mut counts: BTreeMap<&Key, usize> = kept.map(|(key, entry)| (key, entry.count)).collect();
        for identity in found {
            let count = counts.entry(&identity.key).or_default();
            *count = count.saturating_add(1);
        }
        let mut text = format!("{{\"promproof-baseline\":{VERSION}}}\n");
        for (key, count) in counts {
            let line = Line {
                file: &key.file,
                group: &key.group,
                name: &key.name,
                rule: &key.rule,
                expr: if key.expr == 0 { String::new() } else { format!("{:032x}", key.expr) },
                count: Some(count).filter(|count| *count > 1),
            };
            // Texts and numbers can always be written.
            text.push_str(&serde_json::to_string(&line).unwrap_or_default());
            text.push('\n');
        }
        text
    }
}
