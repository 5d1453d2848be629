//! The fields of rule files, and what is probably meant by others.

use super::dialect::Dialect;
use crate::source::words;

/// A kind of mapping in a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The top of a plain rule file.
    File,
    /// The top of a Kubernetes object.
    Object,
    /// A PrometheusRule's `spec`.
    Spec,
    /// A rule group.
    Group,
    /// A rule group of a PrometheusRule.
    ObjectGroup,
    /// A rule.
    Rule,
}

/// What to say about an unknown field.
pub(super) enum Advice {
    /// A slip of the pen: this is the field that was meant.
    Rename(&'static str),
    /// Anything else.
    Say(String),
}

const GROUP: &[&str] = &["name", "interval", "query_offset", "limit", "labels", "rules"];
const OBJECT_GROUP: &[&str] =
    &["name", "interval", "query_offset", "limit", "labels", "rules", "partial_response_strategy"];
const RULE: &[&str] = &["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];

impl Place {
    /// What messages call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Place::File => "a rule file",
            Place::Object => "a PrometheusRule",
            Place::Spec => "`spec`",
            Place::Group | Place::ObjectGroup => "a rule group",
            Place::Rule => "a rule",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Place::File | Place::Spec => &["groups"],
            Place::Object => &["apiVersion", "kind", "metadata", "spec", "status"],
            Place::Group => GROUP,
            Place::ObjectGroup => OBJECT_GROUP,
            Place::Rule => RULE,
        }
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.fields().contains(&name)
    }

    /// Whether the field is one that `dialect` adds to those that [`Self::has`] knows.
    pub(super) fn has_in(self, name: &str, dialect: Dialect) -> bool {
        let added = match self {
            Place::File => dialect.file_fields(),
            Place::Spec => dialect.spec_fields(),
            Place::Group | Place::ObjectGroup => dialect.group_fields(),
            Place::Rule => dialect.rule_fields(),
            Place::Object => &[],
        };
        added.contains(&name)
    }

    /// What to say about a field that this place does not have.
    pub(super) fn advice(self, name: &str, dialect: Dialect) -> Advice {
        if let Some(known) = self.nearest(name) {
            return Advice::Rename(known);
        }
        if let Some(home) = self.home_of(name) {
            return Advice::Say(home);
        }
        let knows = |other: &Dialect| {
            [Place::File, Place::Spec, Place::Group, Place::Rule].iter().any(|place| place.has_in(name, *other))
        };
        let others = [Dialect::Thanos, Dialect::Mimir, Dialect::Vmalert, Dialect::Loki];
        let foreign = others.into_iter().filter(|other| *other != dialect).find(knows);
        Advice::Say(match foreign {
            Some(other) => {
                let (other, program) = (other.program(), dialect.program());
                format!("`{name}` is a field of {other}; {program} refuses a rule file that has it")
            }
            None => format!("the fields of {} are {}", self.name(), words::list(self.fields())),
        })
    }

    /// The field that `name` is a misspelling of, or that something more was written behind; case, `-` and `_` do not
    /// count. Also other words for a field.
    pub(super) fn nearest(self, name: &str) -> Option<&'static str> {
        let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
        let wanted = plain(name);
        let meant = match name {
            "query" | "promql" => Some("expr"),
            "duration" => Some("for"),
            _ => self.fields().iter().copied().find(|field| field.len() > 3 && wanted.starts_with(field)),
        };
        words::nearest(name, self.fields().iter().copied()).or(meant.filter(|field| self.has(field)))
    }

    /// Where a field belongs that stands in the wrong place.
    fn home_of(self, name: &str) -> Option<String> {
        let in_rule = self == Place::Rule;
        let in_group = matches!(self, Place::Group | Place::ObjectGroup);
        let home = match name {
            "severity" | "team" if in_rule => "under `labels` of the rule",
            "summary" | "description" | "message" | "runbook_url" | "runbook" | "dashboard" if in_rule => {
                "under `annotations` of the rule"
            }
            _ if RULE.contains(&name) && in_group => "in a rule, under `rules`",
            _ if RULE.contains(&name) && !in_rule => "in a rule, under `groups` and `rules`",
            _ if GROUP.contains(&name) && in_rule => "in the rule group",
            _ if GROUP.contains(&name) && !in_group => "in a rule group, under `groups`",
            "groups" if self == Place::Object => "under `spec`",
            "rules" | "groups" => return None,
            _ => return None,
        };
        Some(format!("`{name}` belongs {home}"))
    }
}
