//! `[facts]`: what is known of the servers on which the rules run.

use std::collections::BTreeMap;

use crate::facts::TARGET_LABELS;
use crate::promql::Version;
use crate::promql::ast::{MatchOp, Matcher, VectorSelector};
use crate::promql::regex;
use crate::source::Span;

/// The label whose value is the name of a scrape job.
const JOB: &str = "job";

/// What is known of the servers on which the rules run. Nothing of it is assumed where it is not configured.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// `scrape-interval`: the time between two scrapes of a target, in milliseconds, where its job has none of its own.
    pub scrape_interval_ms: Option<i64>,
    /// `job-scrape-intervals`: the same for some jobs, by their names.
    pub job_scrape_intervals_ms: BTreeMap<String, i64>,
    /// `evaluation-interval`: the time between two evaluations of a group that has no `interval`, in milliseconds.
    pub evaluation_interval_ms: Option<i64>,
    /// `retention`: how long samples are kept, in milliseconds.
    pub retention_ms: Option<i64>,
    /// `prometheus-version`: the oldest version that has to run the rules.
    pub prometheus_version: Option<Version>,
    /// `external-labels`: what is added to alerts and to what leaves the server.
    pub external_labels: BTreeMap<String, String>,
    /// `target-labels`: the labels that every scraped series has.
    pub target_labels: Vec<String>,
    /// `metadata`: files that say what kind of metrics there are.
    pub metadata: Vec<NamedFile>,
    /// `inventory`: files that say which metrics, labels and values there are.
    pub inventory: Vec<NamedFile>,
}

/// A file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Its path, from the folder of the configuration.
    pub path: String,
    /// Where the configuration names it: bytes of the configuration file.
    pub place: Span,
}

impl Default for ServerFacts {
    fn default() -> Self {
        ServerFacts {
            scrape_interval_ms: None,
            job_scrape_intervals_ms: BTreeMap::new(),
            evaluation_interval_ms: None,
            retention_ms: None,
            prometheus_version: None,
            external_labels: BTreeMap::new(),
            target_labels: TARGET_LABELS.map(str::to_owned).to_vec(),
            metadata: Vec::new(),
            inventory: Vec::new(),
        }
    }
}

impl ServerFacts {
    /// Whether something is known of the time between two samples.
    pub fn knows_intervals(&self) -> bool {
        let has_jobs = !self.job_scrape_intervals_ms.is_empty();
        self.scrape_interval_ms.is_some() || self.evaluation_interval_ms.is_some() || has_jobs
    }

    /// The shortest time between two samples that a scraped series has which the selector can select, in milliseconds;
    /// `None` where it is not known.
    pub fn scrape_interval_of(&self, selector: &VectorSelector) -> Option<i64> {
        if self.job_scrape_intervals_ms.is_empty() {
            return self.scrape_interval_ms;
        }
        let matchers: Vec<&Matcher> = selector.matchers.iter().filter(|matcher| matcher.name.value == JOB).collect();
        let selected =
            self.job_scrape_intervals_ms.iter().filter(|(job, _)| matchers.iter().all(|m| regex::accepts(m, job)));
        let of_jobs = selected.map(|(_, interval)| *interval).min();
        // A job that is named in full is no other one.
        let is_one_job = matchers.iter().any(|matcher| matcher.op == MatchOp::Equal);
        match of_jobs {
            Some(of_job) if is_one_job => Some(of_job),
            Some(of_jobs) => self.scrape_interval_ms.map(|general| general.min(of_jobs)),
            None => self.scrape_interval_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{ParseOptions, parse};

    #[test]
    fn the_shortest_interval_that_a_selected_series_can_have() {
        let facts = ServerFacts {
            scrape_interval_ms: Some(60),
            job_scrape_intervals_ms: [("fast".to_owned(), 15), ("slow".to_owned(), 300)].into(),
            ..ServerFacts::default()
        };
        let without_general = ServerFacts { scrape_interval_ms: None, ..facts.clone() };
        let interval = |facts: &ServerFacts, text: &str| {
            let expr = parse(text, &ParseOptions::default()).unwrap();
            facts.scrape_interval_of(expr.selector().unwrap())
        };
        for (text, known, unknown) in [
            ("x", Some(15), None),
            ("x{job='slow'}", Some(300), Some(300)),
            ("x{job='other'}", Some(60), None),
            ("x{job!='fast'}", Some(60), None),
            ("x{job=~'fast|other'}", Some(15), None),
            ("x{job='slow', job!~'s.*'}", Some(60), None),
        ] {
            assert_eq!(interval(&facts, text), known, "{text}");
            assert_eq!(interval(&without_general, text), unknown, "{text}");
        }
    }
}
