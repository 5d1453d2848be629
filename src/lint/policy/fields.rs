//! What policies say of labels, and in the same way of annotations.

use super::{FieldPolicy, Policy};
use crate::lint::context::RuleContext;
use crate::lint::rule::Meta;
use crate::rules::{Field, RuleKind};
use crate::source::words;
use crate::source::{Diagnostic, Label};

/// Labels or annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lint) enum Fields {
    Labels,
    Annotations,
}

/// Among so many values the one that was meant is looked for: each finding compares its own with all of them.
const MAX_COMPARED: usize = 200;

/// So many values are listed.
const MAX_LISTED: usize = 20;

impl Fields {
    /// `label`
    fn word(self) -> &'static str {
        match self {
            Fields::Labels => "label",
            Fields::Annotations => "annotation",
        }
    }

    fn policy(self, policy: &Policy) -> &FieldPolicy {
        match self {
            Fields::Labels => &policy.labels,
            Fields::Annotations => &policy.annotations,
        }
    }

    /// Those of the rule, by name and value; labels of the group among them.
    fn of<'a>(self, cx: &RuleContext<'a>) -> Vec<(&'a Field, &'a Field)> {
        match self {
            Fields::Labels => cx.static_labels(),
            Fields::Annotations => cx.rule.annotations.iter().map(|(name, value)| (name, value)).collect(),
        }
    }

    /// The policies that say something of the rule, with what `part` takes of them where that is there.
    fn each<'c, P: ?Sized + 'c>(
        self,
        cx: &RuleContext<'c>,
        part: impl Fn(&'c FieldPolicy) -> Option<&'c P>,
        mut visit: impl FnMut(&'c Policy, &'c P, &[(&'c Field, &'c Field)]),
    ) {
        // A recording rule cannot have annotations.
        if self == Fields::Annotations && cx.rule.kind == RuleKind::Recording {
            return;
        }
        let mut own = None;
        for policy in cx.policies() {
            if let Some(part) = part(self.policy(policy)) {
                visit(policy, part, own.get_or_insert_with(|| self.of(cx)));
            }
        }
    }

    /// Whether the rule's results have it for certain: it is set, or the expression gives it.
    fn is_there(self, cx: &RuleContext<'_>, own: &[(&Field, &Field)], accepts: impl Fn(&str) -> bool) -> bool {
        if own.iter().any(|(name, value)| accepts(name.text()) && !value.text().trim().is_empty()) {
            return true;
        }
        let Some(facts) = cx.facts().filter(|_| self == Fields::Labels) else { return false };
        // An empty value of the rule's own removes the label.
        let is_own = |label: &str| own.iter().any(|(name, _)| name.text() == label);
        facts.guaranteed_labels().any(|label| accepts(label) && !is_own(label))
    }

    /// Where a finding stands that something is missing.
    fn missing_at(own: &[(&Field, &Field)], cx: &RuleContext<'_>, accepts: impl Fn(&str) -> bool) -> Label {
        let empty = own.iter().find(|(name, _)| accepts(name.text())).map(|(name, _)| *name);
        cx.file().field(empty.unwrap_or(&cx.rule.name), "")
    }

    pub(in crate::lint) fn required(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(
            cx,
            |policy| Some(policy.required.as_slice()).filter(|required| !required.is_empty()),
            |policy, required, own| {
                for name in required {
                    let accepts = |text: &str| name.accepts(text, Some(cx));
                    if self.is_there(cx, own, accepts) {
                        continue;
                    }
                    let (word, text) = (self.word(), name.text());
                    let is_name = text.chars().all(|character| character.is_alphanumeric() || character == '_');
                    let (message, help) = if is_name {
                        (format!("{} has no {word} `{text}`", subject(cx)), format!("add `{text}: …` to its {word}s"))
                    } else {
                        let message = format!("{} has no {word} whose name matches `{text}`", subject(cx));
                        (message, format!("add one to its {word}s"))
                    };
                    out.push(policy.finding(meta, message, Self::missing_at(own, cx, accepts), help));
                }
            },
        );
    }

    pub(in crate::lint) fn any_of(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(
            cx,
            |policy| Some(policy.any_of.as_slice()).filter(|names| !names.is_empty()),
            |policy, names, own| {
                let accepts = |text: &str| names.iter().any(|name| name == text);
                if !self.is_there(cx, own, accepts) {
                    let message = match names {
                        [only] => format!("{} has no {} `{only}`", subject(cx), self.word()),
                        _ => format!("{} has none of the {}s {}", subject(cx), self.word(), words::list(names)),
                    };
                    let at = Self::missing_at(own, cx, accepts);
                    out.push(policy.finding(meta, message, at, "add one of them".to_owned()));
                }
            },
        );
    }

    pub(in crate::lint) fn exclusive(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(
            cx,
            |policy| Some(policy.exclusive.as_slice()).filter(|names| !names.is_empty()),
            |policy, names, own| {
                let is_named = |name: &Field| names.iter().any(|other| other == name.text());
                let mut there = own.iter().filter(|(name, value)| is_named(name) && !value.text().is_empty());
                let Some((first, _)) = there.next() else { return };
                for (name, _) in there {
                    let (a, b) = (first.text(), name.text());
                    let message = format!(
                        "{} has the {}s `{a}` and `{b}`, but only one of them is allowed",
                        subject(cx),
                        self.word()
                    );
                    let at = cx.file().field(name, "");
                    let found = policy.finding(meta, message, at, "remove one of them".to_owned());
                    out.push(found.related(cx.file().field(first, "the other one")));
                }
            },
        );
    }

    pub(in crate::lint) fn forbidden(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(cx, Some, |policy, of_fields, own| {
            for (name, value) in own {
                let word = self.word();
                if of_fields.forbids(name, cx) {
                    let message = format!("the {word} `{}` is not allowed here", name.text());
                    out.push(policy.finding(meta, message, cx.file().field(name, ""), "remove it".to_owned()));
                    continue;
                }
                let forbidden = of_fields.forbidden_values.as_ref().filter(|no| no.accepts(value.text(), Some(cx)));
                if let Some(pattern) = forbidden {
                    let text = words::cropped(value.text(), 80);
                    let message = format!("the {word} `{}` has the value `{text}`, which is not allowed", name.text());
                    let help = format!("the configuration forbids values that match `{}`", pattern.text());
                    out.push(policy.finding(meta, message, cx.file().field(value, ""), help));
                }
            }
        });
    }

    pub(in crate::lint) fn values(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(
            cx,
            |policy| Some(policy).filter(|policy| !policy.values.is_empty()),
            |policy, of_fields, own| {
                let allowed = &of_fields.values;
                for (name, value) in own.iter().filter(|(name, _)| !of_fields.forbids(name, cx)) {
                    let text = value.text();
                    let Some(allowed) = allowed.get(name.text()) else { continue };
                    // What a template yields is known only when the alert fires.
                    if text.is_empty() || text.contains("{{") || allowed.iter().any(|one| one == text) {
                        continue;
                    }
                    let cropped = words::cropped(text, 80);
                    let message = format!(
                        "the {} `{}` has the value `{cropped}`, which is not allowed",
                        self.word(),
                        name.text()
                    );
                    let (hint, help) = allowed_instead(text, allowed);
                    out.push(policy.finding(meta, message, cx.file().field(value, hint), help));
                }
            },
        );
    }

    pub(in crate::lint) fn patterns(self, meta: &Meta, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        self.each(
            cx,
            |policy| Some(policy).filter(|policy| !policy.patterns.is_empty()),
            |policy, of_fields, own| {
                let patterns = &of_fields.patterns;
                for (name, value) in own.iter().filter(|(name, _)| !of_fields.forbids(name, cx)) {
                    let text = value.text();
                    let Some(pattern) = patterns.get(name.text()) else { continue };
                    // What a template of a label yields is known only when the alert fires; that of an annotation is text
                    // that people read, and what they read may be demanded.
                    let is_unknown = self == Fields::Labels && text.contains("{{");
                    if text.is_empty() || is_unknown || pattern.accepts(text, Some(cx)) {
                        continue;
                    }
                    let cropped = words::cropped(text, 80);
                    let message = format!(
                        "the {} `{}` is `{cropped}`, which does not match `{}`",
                        self.word(),
                        name.text(),
                        pattern.text()
                    );
                    let help = "the whole value has to match".to_owned();
                    out.push(policy.finding(meta, message, cx.file().field(value, ""), help));
                }
            },
        );
    }
}

/// What was probably meant by a value that is none of the `allowed`, and the help that lists these.
pub(in crate::lint) fn allowed_instead(value: &str, allowed: &[String]) -> (String, String) {
    let compared = allowed.get(..MAX_COMPARED).unwrap_or(allowed);
    let nearest = words::nearest_or_longer(value, compared.iter().map(String::as_str));
    let help = match allowed.get(..MAX_LISTED) {
        Some(first) if allowed.len() > MAX_LISTED => {
            let more = allowed.len() - MAX_LISTED;
            format!("the configuration allows {} and {more} more", words::list(first))
        }
        _ => format!("the configuration allows {}", words::list(allowed)),
    };
    (nearest.map(words::did_you_mean).unwrap_or_default(), help)
}

impl FieldPolicy {
    /// Whether such a name must not be there at all, so that its value does not matter.
    fn forbids(&self, name: &Field, cx: &RuleContext<'_>) -> bool {
        self.forbidden.iter().any(|pattern| pattern.accepts(name.text(), Some(cx)))
    }
}

/// ``the alert `A` ``, ``the rule `a:b` ``
pub(in crate::lint) fn subject(cx: &RuleContext<'_>) -> String {
    let kind = match cx.rule.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "recording rule",
    };
    format!("the {kind} `{}`", cx.rule.name.text())
}
