//! What the rules of a repository have in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::rules::{Dialect, Rule, RuleGroup, RuleKind, Shape, Templating};
use crate::source::words::{self, is_unprintable};
use crate::workspace::{Reason, Workspace};

/// What was found in rule files and test files.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// How many rule files there are, by how their groups are wrapped.
    pub shapes: BTreeMap<Shape, usize>,
    /// How many there are of each program.
    pub dialects: BTreeMap<Dialect, usize>,
    /// Files of which nothing can be said, by what they are: `Helm templates`.
    pub passed_over: BTreeMap<String, usize>,
    /// The Helm templates among them.
    pub helm_templates: Vec<String>,
    /// How many test files there are.
    pub tests: usize,
    /// Whether all of them name rule files that are not there, where there are templates: these are rendered first. Where
    /// one finds its rules, it is a mistake of the others.
    pub tests_wait: bool,
    /// How many alerting rules there are.
    pub alerts: usize,
    /// How many recording rules there are.
    pub recordings: usize,
    /// The labels that rules put on their alerts, those of groups included.
    pub labels: BTreeMap<String, Uses>,
    /// The annotations of alerts.
    pub annotations: BTreeMap<String, Uses>,
    /// How many links to runbooks begin so, for every folder of their addresses.
    pub link_folders: BTreeMap<String, usize>,
    /// How many links to pages of some site there are.
    pub links: usize,
    /// The names of alerts in lower case, as pages may be called.
    pub alert_names: BTreeSet<String>,
}

/// How a label or an annotation is used.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// On how many alerts it is.
    pub alerts: usize,
    /// Its values, where they are few; templates and values with control characters are not counted among them.
    pub values: BTreeMap<String, usize>,
    /// Whether some values are left out, or there are too many different ones.
    pub is_open: bool,
}

/// More values than this are not listed.
const MAX_VALUES: usize = 8;

impl Uses {
    fn add(&mut self, value: &str) {
        self.alerts += 1;
        let is_known = self.values.contains_key(value);
        // What cannot be seen is not proposed to anybody.
        let is_odd = value.contains("{{") || value.is_empty() || value.chars().any(is_unprintable);
        if is_odd || !is_known && self.values.len() == MAX_VALUES {
            self.is_open = true;
        } else {
            *self.values.entry(value.to_owned()).or_default() += 1;
        }
    }
}

impl Survey {
    /// Looks at all documents of the workspace.
    pub(super) fn of(workspace: &Workspace) -> Survey {
        let mut survey = Survey { tests: workspace.tests().count(), ..Survey::default() };
        for file in workspace.documents().iter().filter_map(|document| document.rules()) {
            *survey.shapes.entry(file.shape).or_default() += 1;
            *survey.dialects.entry(file.dialect).or_default() += 1;
            for group in &file.groups {
                group.rules.iter().for_each(|rule| survey.rule(group, rule));
            }
        }
        for passed_over in workspace.passed_over() {
            let what = match passed_over.reason {
                Reason::Template(templating) => {
                    if matches!(templating, Templating::Helm | Templating::Quotes) {
                        survey.helm_templates.push(passed_over.path.clone());
                    }
                    format!("{} template", templating.name())
                }
                Reason::Foreign(foreign) => format!("file of {}", foreign.name()),
                Reason::Ignored => "ignored file".to_owned(),
                Reason::Linked => "linked file".to_owned(),
            };
            *survey.passed_over.entry(what).or_default() += 1;
        }
        survey.tests_wait = !survey.passed_over.is_empty()
            && survey.tests > 0
            && workspace.tests().all(|test| !workspace.rules_of(test).unmatched.is_empty());
        survey
    }

    fn rule(&mut self, group: &RuleGroup, rule: &Rule) {
        if rule.kind == RuleKind::Recording {
            self.recordings += 1;
            return;
        }
        self.alerts += 1;
        self.alert_names.insert(rule.name.text().to_lowercase());
        for (name, value) in group.labels_of(rule) {
            self.labels.entry(name.text().to_owned()).or_default().add(value.text());
        }
        for (name, value) in &rule.annotations {
            self.annotations.entry(name.text().to_owned()).or_default().add(value.text());
            if is_link_name(name.text()) {
                let folders = folders(value.text());
                self.links += usize::from(!folders.is_empty());
                for folder in folders {
                    *self.link_folders.entry(folder.to_owned()).or_default() += 1;
                }
            }
        }
    }

    /// How many rule files there are.
    pub(super) fn rule_files(&self) -> usize {
        self.shapes.values().sum()
    }

    /// That tests wait for rule files, in words; empty where they do not.
    pub(super) fn words_of_waiting(&self) -> String {
        match self.tests_wait {
            true => format!("the rule files of {} are not there yet", words::counted(self.tests, "test file")),
            false => String::new(),
        }
    }

    /// Whether there is anything that this program is about.
    pub(super) fn is_empty(&self) -> bool {
        self.shapes.is_empty() && self.tests == 0 && self.passed_over.is_empty()
    }

    /// The annotations that hold links to runbooks, the most frequent first, with the number of alerts.
    pub(super) fn link_keys(&self) -> Vec<(&str, usize)> {
        let mut keys: Vec<(&str, usize)> = self
            .annotations
            .iter()
            .filter(|(name, _)| is_link_name(name))
            .map(|(name, uses)| (name.as_str(), uses.alerts))
            .collect();
        keys.sort_by_key(|(name, alerts)| (std::cmp::Reverse(*alerts), *name));
        keys
    }

    /// The longest beginning that most links have, with their number.
    pub(super) fn link_beginning(&self) -> Option<(&str, usize)> {
        most_specific(&self.link_folders, self.links)
    }
}

/// The longest of the names that stand for most of `all`, and for how many.
pub(super) fn most_specific<N: AsRef<str>>(counts: &BTreeMap<N, usize>, all: usize) -> Option<(&str, usize)> {
    let most = counts.iter().filter(|(_, count)| **count * 10 >= all * 8);
    let most = most.max_by_key(|(name, count)| (name.as_ref().len(), **count))?;
    Some((most.0.as_ref(), *most.1))
}

/// Whether an annotation of this name leads to a runbook.
pub(super) fn is_link_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    (lower.contains("runbook") || lower.contains("playbook")) && !name.chars().any(is_unprintable)
}

/// The addresses of the folders that a page lies in, the page itself not among them; none for what is no address.
fn folders(link: &str) -> Vec<&str> {
    let fixed = link.split("{{").next().unwrap_or(link);
    let fixed = fixed.split(['#', '?']).next().unwrap_or(fixed).trim_end_matches('/');
    if fixed.chars().any(is_unprintable) {
        return Vec::new();
    }
    let Some(host) = fixed.find("://").map(|at| at + 3) else { return Vec::new() };
    fixed
        .match_indices('/')
        .map(|(at, _)| at + 1)
        .filter(|end| *end > host)
        .filter_map(|end| fixed.get(..end))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::folders;

    #[test]
    fn links_lie_in_folders() {
        let page = "https://runbooks.example.com/alerts/HostDown/";
        assert_eq!(folders(page), ["https://runbooks.example.com/", "https://runbooks.example.com/alerts/"]);
        assert_eq!(folders("https://example.com/page.md#host-down"), ["https://example.com/"]);
        assert!(folders("docs/playbook.md").is_empty());
        assert!(folders("https://example.com").is_empty());
        assert!(folders("https://example.com/a\n[rules]/b").is_empty());
    }
}
