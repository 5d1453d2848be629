//! `group/name-pattern`: a group whose name is not of the form that a policy wants.

use crate::lint::context::GroupContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta = meta!("group/name-pattern", Error, certain, "a group whose name is not of the form that is wanted")
    .waits_for("policy.group-pattern");

pub(super) struct NamePattern;

impl LintRule for NamePattern {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        for policy in cx.policies() {
            let Some(pattern) = &policy.group_name else { continue };
            let name = cx.group.name.text();
            if !pattern.accepts(name, None) {
                let message = format!("the name of the group `{name}` does not match `{}`", pattern.text());
                let help = "the whole name has to match".to_owned();
                out.push(policy.finding(&META, message, cx.file.field(&cx.group.name, ""), help));
            }
        }
    }
}
