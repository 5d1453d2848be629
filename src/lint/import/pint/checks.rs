//! Checks that are switched on and off.

use hcl_edit::structure::{Attribute, Body};

use super::super::SERVER;
use super::super::draft::{Draft, Keys};
use super::super::hcl::{self, head, place, title};
use super::unknown_key;
use crate::lint::naming::Name;
use crate::lint::suppression::pint_counterparts;
use crate::promql::regex::AnchoredRegex;
use crate::source::Span;

/// The checks that ask a server, whatever is configured, and have no counterpart; with a blank between.
const ONLINE: &str = "alerts/count query/cost";

/// The keys of `[[overrides]]` that a policy's conditions may have.
const OVERRIDE_CONDITIONS: [&str; 3] = ["paths", "names", "with-labels"];

/// `checks { … }`
pub(super) fn global(body: &Body, draft: &mut Draft<'_>) {
    for attribute in body.attributes() {
        match attribute.key.as_str() {
            "disabled" => switch(attribute, false, &[Keys::new()], draft),
            "enabled" => {
                let why = "nothing is switched off by naming something else; `--select` runs some rules alone";
                draft.leave_out(place(attribute), "`enabled`", why);
            }
            _ => unknown_key(attribute, draft),
        }
    }
    body.blocks().for_each(|block| draft.leave_out(head(block), &title(block), "pint has no such block"));
}

/// `enable` and `disable` of a `rule { … }`.
pub(super) fn in_rule(attribute: &Attribute, is_enabled: bool, scopes: &[Keys], draft: &mut Draft<'_>) {
    let can_say = |scope: &Keys| scope.keys().all(|key| OVERRIDE_CONDITIONS.contains(key));
    if !scopes.iter().all(can_say) {
        let why = "`[[overrides]]` choose by `paths`, `groups`, `names` and `with-labels` alone";
        return draft.leave_out(place(attribute), &format!("`{}`", attribute.key.as_str()), why);
    }
    switch(attribute, is_enabled, scopes, draft);
}

/// Switches the rules that find what the checks of a list find.
fn switch(attribute: &Attribute, is_enabled: bool, scopes: &[Keys], draft: &mut Draft<'_>) {
    let Some(checks) = attribute.value.as_array() else {
        return draft.leave_out(place(attribute), &format!("`{}`", attribute.key.as_str()), "it is no list");
    };
    for item in checks.iter() {
        let at = hcl_edit::Span::span(item).map_or(place(attribute), Span::from);
        let Some(check) = hcl::text(item) else {
            draft.leave_out(at, "a check", "its name is worked out when pint runs");
            continue;
        };
        let names = rules_of(&check);
        if names.is_empty() {
            let why = if ONLINE.split(' ').any(|online| online == check) {
                SERVER
            } else {
                "no rule here finds what it does"
            };
            draft.leave_out(at, &format!("`{check}`"), why);
        }
        let level = if is_enabled { "on" } else { "off" };
        for scope in scopes {
            if !draft.step(at) {
                return;
            }
            draft.switch(names.iter().copied(), level, scope);
        }
    }
}

/// The rules that find what the checks do whose names match. A check for one server or with one setting is not the whole.
fn rules_of(check: &str) -> Vec<Name> {
    let Ok(regex) = AnchoredRegex::new(check) else { return Vec::new() };
    pint_counterparts().filter(|(known, _)| regex.is_match(known)).flat_map(|(_, names)| names).collect()
}
