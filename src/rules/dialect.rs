//! Whose rules a file holds: several programs read Prometheus' rule files and add fields of their own.

use std::fmt;

use crate::model::duration::{self, DurationError};
use crate::promql;
use crate::yaml::{Mapping, Node};

/// A program that evaluates rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Prometheus, and what reads its files as they are.
    #[default]
    Prometheus,
    /// Thanos Ruler.
    Thanos,
    /// Mimir and Cortex, also as mimirtool takes them.
    Mimir,
    /// Loki: expressions in LogQL.
    Loki,
    /// vmalert of VictoriaMetrics: expressions in MetricsQL.
    Vmalert,
}

impl Dialect {
    /// The names in the configuration.
    pub const WORDS: [&'static str; 5] = ["prometheus", "thanos", "mimir", "loki", "vmalert"];

    /// The dialect with this name in the configuration.
    pub fn from_word(word: &str) -> Option<Dialect> {
        use Dialect::{Loki, Mimir, Prometheus, Thanos, Vmalert};
        [Prometheus, Thanos, Mimir, Loki, Vmalert].into_iter().find(|dialect| dialect.word() == word)
    }

    /// Its name in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Prometheus => "prometheus",
            Dialect::Thanos => "thanos",
            Dialect::Mimir => "mimir",
            Dialect::Loki => "loki",
            Dialect::Vmalert => "vmalert",
        }
    }

    /// What messages call the program.
    pub fn program(self) -> &'static str {
        match self {
            Dialect::Prometheus => "Prometheus",
            Dialect::Thanos => "Thanos Ruler",
            Dialect::Mimir => "Mimir",
            Dialect::Loki => "Loki",
            Dialect::Vmalert => "vmalert (VictoriaMetrics)",
        }
    }

    /// The milliseconds of a duration in a rule file, as the program reads it.
    pub(super) fn duration(self, text: &str) -> Result<i64, DurationError> {
        match self {
            Dialect::Vmalert => duration::parse_victoria_duration(text),
            _ => duration::parse_duration(text),
        }
    }

    /// The fields that the program adds to a rule group.
    pub(super) fn group_fields(self) -> &'static [&'static str] {
        match self {
            Dialect::Prometheus => &[],
            Dialect::Thanos => &["partial_response_strategy"],
            Dialect::Mimir => {
                &["evaluation_delay", "source_tenants", "align_evaluation_time_on_interval", "remote_write"]
            }
            Dialect::Loki => &["remote_write"],
            Dialect::Vmalert => &[
                "concurrency",
                "type",
                "tenant",
                "params",
                "headers",
                "notifier_headers",
                "eval_offset",
                "eval_delay",
                "eval_alignment",
                "debug",
                "update_entries_limit",
                "extra_filter_labels",
            ],
        }
    }

    /// The fields that the program adds to a rule.
    pub(super) fn rule_fields(self) -> &'static [&'static str] {
        match self {
            Dialect::Vmalert => &["debug", "update_entries_limit"],
            _ => &[],
        }
    }

    /// The fields that the program adds to the top of a file.
    pub(super) fn file_fields(self) -> &'static [&'static str] {
        match self {
            Dialect::Mimir | Dialect::Loki => &["namespace"],
            _ => &[],
        }
    }

    /// The fields that the program adds to the `spec` of a Kubernetes object.
    pub(super) fn spec_fields(self) -> &'static [&'static str] {
        match self {
            Dialect::Loki => &["tenantID"],
            _ => &[],
        }
    }
}

/// The dialect whose fields a file has, by the mapping at its top (or an object's `spec`) and its groups; `None` where
/// nothing says so.
pub(super) fn recognised(top: &Mapping) -> Option<Dialect> {
    let has = |name: &str| top.get(name).is_some();
    let groups = top.get("groups").and_then(|entry| entry.value.as_sequence());
    let groups = groups.map(|list| list.items.as_slice()).unwrap_or_default();
    let in_groups = groups.iter().filter_map(Node::as_mapping).find_map(of_group);
    in_groups
        .or_else(|| has("tenantID").then_some(Dialect::Loki))
        .or_else(|| has("namespace").then_some(Dialect::Mimir))
}

fn of_group(group: &Mapping) -> Option<Dialect> {
    [Dialect::Thanos, Dialect::Mimir, Dialect::Vmalert]
        .into_iter()
        .find(|dialect| dialect.group_fields().iter().any(|name| group.get(name).is_some()))
}

/// The language of an expression that is not held to be PromQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Loki's.
    LogQl,
    /// VictoriaMetrics', where it goes beyond PromQL.
    MetricsQl,
    /// Another one that vmalert sends to its data source: VictoriaLogs', VictoriaTraces', Graphite's.
    Other,
}

impl Language {
    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Language::LogQl => "LogQL",
            Language::MetricsQl => "MetricsQL",
            Language::Other => "another language",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The language of the expressions of a group, where the group itself says it: in `type`, or in what they contain.
pub(super) fn language_of_group(group: &Mapping, dialect: Dialect) -> Option<Language> {
    let kind = group.get("type").and_then(|entry| entry.value.as_scalar()).map(|scalar| scalar.value());
    if dialect == Dialect::Vmalert && kind.is_some_and(|kind| !matches!(kind, "" | "prometheus")) {
        return Some(Language::Other);
    }
    let rules = group.get("rules").and_then(|entry| entry.value.as_sequence());
    let rules = rules.map(|list| list.items.as_slice()).unwrap_or_default();
    language(rules.iter().filter_map(Node::as_mapping), dialect)
}

/// The language of the expressions of `rules`, which one program evaluates.
pub(super) fn language<'n>(rules: impl Iterator<Item = &'n Mapping>, dialect: Dialect) -> Option<Language> {
    let otherwise = match dialect {
        Dialect::Loki => return Some(Language::LogQl),
        Dialect::Vmalert => Some(Language::MetricsQl),
        Dialect::Prometheus | Dialect::Thanos | Dialect::Mimir => None,
    };
    let expressions = rules.filter_map(|rule| rule.get("expr")?.value.as_scalar()).map(|scalar| scalar.value());
    let recognised = expressions.filter_map(|text| match text {
        text if is_logql(text) => Some(Language::LogQl),
        text if is_metricsql(text) => Some(Language::MetricsQl),
        _ => None,
    });
    recognised.min().or(otherwise)
}

/// Whether a text is LogQL and certainly not PromQL: PromQL has no `|` outside of texts.
fn is_logql(text: &str) -> bool {
    if !text.contains(['|', '`']) && !text.contains("bytes_") {
        return false;
    }
    let bare = promql::without_texts(text);
    const STAGES: [&str; 14] = [
        "json",
        "logfmt",
        "unpack",
        "pattern",
        "regexp",
        "line_format",
        "label_format",
        "unwrap",
        "decolorize",
        "drop",
        "keep",
        "detected_level",
        "distinct",
        "__error__",
    ];
    let mut before = "";
    let parts = bare.split('|').map(|part| (std::mem::replace(&mut before, part), part));
    let pipes = parts.skip(1).any(|(before, rest)| {
        let word_end = rest.trim_start().find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let rest = rest.trim_start();
        let word = word_end.map_or(rest, |end| rest.get(..end).unwrap_or_default());
        let behind = rest.get(word.len()..).unwrap_or_default().trim_start();
        // A filter of a label; `{…} == 0 | x == 1` is somebody's `or`.
        let filters = !word.is_empty() && before.trim_end().ends_with('}') && behind.starts_with(['=', '>', '<', '!']);
        rest.starts_with(['=', '~', '>']) && bare.contains('{') || STAGES.contains(&word) || filters
    });
    pipes || bare.contains("bytes_over_time(") || bare.contains("bytes_rate(")
}

/// Whether a text is MetricsQL and certainly not PromQL, by words that PromQL does not have.
fn is_metricsql(text: &str) -> bool {
    if !["keep_metric_names", "ifnot", "WITH"].iter().any(|word| text.contains(word)) {
        return false;
    }
    let bare = promql::without_texts(text);
    let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    let keyword = words.into_iter().any(|word| matches!(word, "keep_metric_names" | "ifnot"));
    keyword || bare.trim_start().starts_with("WITH (") || bare.trim_start().starts_with("WITH(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logql_is_known_by_its_pipes() {
        for text in [
            "sum(rate({app=\"x\"} |= \"error\" [5m])) > 1",
            "sum by (a) (count_over_time({app=\"x\"} | json | level = \"error\" [5m]))",
            "count_over_time({app=\"x\"} |~ `a|b` [1m])",
            "rate({app=\"x\"} != \"a\" |> \"<_> b\" [1m])",
            "sum(bytes_over_time({app=\"x\"}[1m]))",
            "avg_over_time({a=\"b\"} | unwrap duration [5m])",
            "count_over_time({a=\"b\"} | status >= 500 [5m])",
        ] {
            assert!(is_logql(text), "{text}");
        }
        for text in ["up == 0 || x == 1", "up | x", "a{b=~\"x|y\"} # |= \"z\"", "up |", "sum(node_bytes_rate)"] {
            assert!(!is_logql(text), "{text}");
        }
    }

    #[test]
    fn metricsql_is_known_by_its_words() {
        assert!(is_metricsql("rate(x[5m]) keep_metric_names > 1"));
        assert!(is_metricsql("WITH (x = 1) y > x"));
        assert!(is_metricsql("a ifnot b"));
        assert!(!is_metricsql("up{a=\"ifnot\"} == 0"));
    }
}
