//! Files that become rule files or tests when something renders them: what is in them now is not what Prometheus reads.

use super::marks::{self, Ground};
use crate::source::SourceFile;
use crate::yaml::{Comment, Entry, Node, NodeKind, Parsed};

/// A template language, by its marks in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Templating {
    /// Helm's Go templates: `{{ .Values.x }}`, ``{{ `{{ $labels.x }}` }}``.
    Helm,
    /// Nothing but braces in quotes where Prometheus itself expands templates, ``{{ `{{ $labels.x }}` }}``: Helm's where a
    /// chart is around the file, and else left over from one.
    Quotes,
    /// Jinja, also in Ansible and Salt: `{% if x %}`, `{{ x | default('y') }}`.
    Jinja,
    /// ERB, also Puppet's EPP: `<%= x %>`.
    Erb,
    /// `{{ x }}` where Prometheus expands nothing, without a sign of which program does it.
    Braces,
    /// `[[ .x ]]`.
    Brackets,
    /// ytt: `#@ x`.
    Ytt,
    /// Names to be replaced: `${X}`, `$X`, `%(x)s`.
    Placeholders,
    /// The same as Juju and others write it: `%%x%%`.
    Percents,
}

impl Templating {
    /// Whether the marks belong to this language alone.
    fn is_sure(self) -> bool {
        !matches!(self, Templating::Quotes | Templating::Braces | Templating::Placeholders | Templating::Percents)
    }

    /// The first language that its marks alone show, or else the first.
    pub(super) fn surest(found: impl Iterator<Item = Templating>) -> Option<Templating> {
        let mut first = None;
        for templating in found {
            if templating.is_sure() {
                return Some(templating);
            }
            first = first.or(Some(templating));
        }
        first
    }

    /// What reports call it, as in "a Helm template".
    pub fn name(self) -> &'static str {
        match self {
            Templating::Helm | Templating::Quotes => "Helm",
            Templating::Jinja => "Jinja",
            Templating::Erb => "ERB",
            Templating::Braces => "{{ }}",
            Templating::Brackets => "[[ ]]",
            Templating::Ytt => "ytt",
            Templating::Placeholders => "${ }",
            Templating::Percents => "%% %%",
        }
    }

    /// How its result can be checked.
    pub fn advice(self) -> &'static str {
        match self {
            Templating::Helm | Templating::Quotes => {
                "check what Helm makes of them: `helm template . | promproof check -`"
            }
            Templating::Ytt => "check what ytt makes of them: `ytt -f . | promproof check -`",
            Templating::Placeholders => {
                "check what comes out of them: `envsubst < FILE | promproof check -`, for example"
            }
            _ => "check what is rendered from them: `promproof check -` reads standard input",
        }
    }
}

/// The language of the marks in a value of a parsed document. `ground` is what `node` itself stands on; the labels and
/// annotations of a rule below it are recognised.
pub(super) fn in_tree(node: &Node, file: &SourceFile, ground: Ground) -> Option<Templating> {
    match &node.kind {
        NodeKind::Scalar(scalar) => marks::find(scalar.value(), ground),
        NodeKind::Sequence(list) => {
            Templating::surest(list.items.iter().filter_map(|item| in_tree(item, file, ground)))
        }
        NodeKind::Mapping(mapping) => {
            if mapping.in_braces
                && let Some(action) = unquoted_action(node, file)
            {
                return marks::of_action(action, ground);
            }
            let entries = mapping.entries.iter();
            let is_rule =
                entries.clone().any(|entry| matches!(entry.name(), Some("expr" | "alert" | "record" | "rules")));
            Templating::surest(entries.filter_map(|entry| in_entry(entry, file, is_rule, ground)))
        }
    }
}

fn in_entry(entry: &Entry, file: &SourceFile, is_rule: bool, ground: Ground) -> Option<Templating> {
    let below = match entry.name() {
        Some("labels" | "annotations") if is_rule => Ground::AlertTemplate,
        _ => ground,
    };
    let both = [(&entry.key, ground), (&entry.value, below)];
    Templating::surest(both.into_iter().filter_map(|(node, ground)| in_tree(node, file, ground)))
}

/// What stands between the braces where `{{ x }}` without quotes has become a mapping whose key is a mapping.
fn unquoted_action<'f>(node: &Node, file: &'f SourceFile) -> Option<&'f str> {
    let inner = node.span.slice(file.text()).strip_prefix("{{")?;
    Some(inner.split("}}").next().unwrap_or(inner))
}

/// The language that the comments of a file speak: statements are often put into them, so that the file stays YAML.
pub(super) fn in_comments(parsed: &Parsed, file: &SourceFile) -> Option<Templating> {
    parsed.comments.iter().find_map(|comment| in_comment(comment, file))
}

fn in_comment(comment: &Comment, file: &SourceFile) -> Option<Templating> {
    let text = comment.span.slice(file.text());
    if text.starts_with("#@ ") || text.starts_with("#@data/") || text.starts_with("#@overlay/") {
        return Some(Templating::Ytt);
    }
    let words = text.trim_start_matches('#').trim_start();
    let statement = words.starts_with("{%") || words.starts_with("<%") || words.starts_with("{#");
    let managed = words.contains("{{") && words.contains("ansible_managed");
    if managed {
        return Some(Templating::Jinja);
    }
    statement.then(|| marks::find(words, Ground::AlertTemplate)).flatten()
}

/// The language of the marks in a text that is not YAML, which is looked at line by line.
pub(super) fn in_lines<'t>(lines: impl Iterator<Item = &'t str>, all_ours: bool) -> Option<Templating> {
    // The indentation of the `labels:` or `annotations:` that a line stands under.
    let mut under: Option<usize> = None;
    let mut found = None;
    for line in lines {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() {
            continue;
        }
        if under.is_some_and(|outer| indent <= outer) && !content.starts_with("{{") {
            under = None;
        }
        if content.starts_with('#') {
            continue;
        }
        // In lines of its own it is a statement: `{{- if … }}`, `{{ end }}`.
        let ground = if under.is_some() || all_ours { Ground::AlertTemplate } else { Ground::Plain };
        let in_braces = content.contains("annotations:") || content.contains("labels:");
        match marks::find(content, if in_braces { Ground::AlertTemplate } else { ground }) {
            Some(sure) if sure.is_sure() => return Some(sure),
            weak => found = found.or(weak),
        }
        if matches!(content.trim_end(), "labels:" | "annotations:") {
            under = Some(indent);
        }
    }
    found
}
