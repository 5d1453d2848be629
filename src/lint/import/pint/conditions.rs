//! `match` and `ignore`.

use std::collections::BTreeMap;

use hcl_edit::structure::{Attribute, Block, Body, Structure};

use super::{NO_GLOB, everything};
use crate::lint::config::Value;
use crate::lint::import::NO_CONDITION;
use crate::lint::import::draft::{Draft, Keys, text};
use crate::lint::import::globs::globs;
use crate::lint::import::hcl::{self, head, label, place, title};
use crate::lint::import::names::{either, is_anything, is_name};
use crate::source::Span;

/// So many `match` and `ignore` of one rule are read: each goes with each of the others.
const MAX_BLOCKS: usize = 100;

/// One condition of a `match` or an `ignore`.
enum Condition {
    Kind(&'static str),
    Paths(Vec<String>),
    Name(String),
    Label(String, String),
}

/// Something keeps a block from being said; the reason has been noted.
struct Unsaid;

/// For each `match` of a rule the conditions, all `ignore` among them; one without any where there is no `match`. What
/// cannot be said is noted, and is none of them.
pub(super) fn scopes(body: &Body, draft: &mut Draft<'_>) -> Vec<Keys> {
    let mut blocks = ["match", "ignore"].into_iter().flat_map(|name| body.get_blocks(name));
    if let Some(block) = blocks.nth(MAX_BLOCKS) {
        draft.leave_out(head(block), "the rule", format!("it has more than {MAX_BLOCKS} `match` and `ignore`"));
        return Vec::new();
    }
    let ignores: Result<Vec<(Condition, Span)>, Unsaid> =
        body.get_blocks("ignore").map(|block| ignored(block, draft)).filter_map(Result::transpose).collect();
    let Ok(ignores) = ignores else { return Vec::new() };
    let mut scopes: Vec<(Keys, Span)> = Vec::new();
    let mut has_match = false;
    for block in body.get_blocks("match") {
        has_match = true;
        if let Ok(keys) = conditions(block, draft).and_then(|found| matched(found, block, draft)) {
            scopes.push((keys, head(block)));
        }
    }
    if !has_match {
        scopes.push((everything(), ignores.first().map_or(Span::at(0), |(_, span)| *span)));
    }
    let excepted = |(mut keys, at): (Keys, Span)| {
        except(&ignores, &mut keys).map_or_else(
            |why| {
                draft.leave_out(at, "the rule", why);
                None
            },
            |()| Some(keys),
        )
    };
    scopes.into_iter().filter_map(excepted).collect()
}

/// The one condition of an `ignore`; `None` where it is for nothing.
fn ignored(block: &Block, draft: &mut Draft<'_>) -> Result<Option<(Condition, Span)>, Unsaid> {
    let mut found = conditions(block, draft)?;
    if found.len() > 1 {
        let why = "what is excepted has one condition here, and without these the policy would hold for more rules";
        draft.leave_out(head(block), "the rule with this `ignore`", why);
        return Err(Unsaid);
    }
    Ok(found.pop().map(|condition| (condition, head(block))))
}

/// The conditions that a block gives.
fn conditions(block: &Block, draft: &mut Draft<'_>) -> Result<Vec<Condition>, Unsaid> {
    let mut found = Vec::new();
    for structure in &block.body {
        match structure {
            Structure::Attribute(attribute) => found.extend(of_attribute(attribute, draft)?),
            Structure::Block(inner) => found.push(of_block(inner, draft)?),
        }
    }
    Ok(found)
}

fn of_attribute(attribute: &Attribute, draft: &mut Draft<'_>) -> Result<Option<Condition>, Unsaid> {
    let key = attribute.key.as_str();
    let mut unsaid = |why: &str| {
        draft.leave_out(place(attribute), &format!("the rule with `{key}`"), why);
        Err(Unsaid)
    };
    let value = hcl::text(&attribute.value);
    match (key, value.as_deref()) {
        ("kind", Some("alerting")) => Ok(Some(Condition::Kind("alert"))),
        ("kind", Some("recording")) => Ok(Some(Condition::Kind("record"))),
        ("path", Some(regex)) => match globs(regex) {
            Some(patterns) if patterns.is_empty() => Ok(None),
            Some(patterns) => Ok(Some(Condition::Paths(patterns))),
            None => unsaid(NO_GLOB),
        },
        ("name", Some(regex)) if is_anything(regex) => Ok(None),
        ("name", Some(regex)) => Ok(Some(Condition::Name(regex.to_owned()))),
        // Policies hold in every command; a server is watched by none of them.
        ("command", Some("ci" | "lint")) => {
            let message = "`command` is left out".to_owned();
            draft.note(place(attribute), message, "policies hold in every command");
            Ok(None)
        }
        ("state", _)
            if hcl::texts(&attribute.value).is_some_and(|states| states.iter().any(|state| state == "any")) =>
        {
            Ok(None)
        }
        ("state", _) => unsaid("`--since` and `--staged` choose by change, for all policies at once"),
        ("kind" | "path" | "name" | "command", None) => unsaid("its value is worked out when pint runs"),
        _ => unsaid(NO_CONDITION),
    }
}

fn of_block(block: &Block, draft: &mut Draft<'_>) -> Result<Condition, Unsaid> {
    let value = block.body.get_attribute("value").and_then(|attribute| hcl::text(&attribute.value));
    match (block.ident.as_str(), value) {
        ("label", Some(value)) if is_name(label(block)) => Ok(Condition::Label(label(block).to_owned(), value)),
        ("label", _) => {
            draft.leave_out(head(block), "the rule with this `label`", "a condition names one label, and a value");
            Err(Unsaid)
        }
        _ => {
            draft.leave_out(head(block), &format!("the rule with {}", title(block)), NO_CONDITION);
            Err(Unsaid)
        }
    }
}

/// The conditions of a `match` as keys.
fn matched(found: Vec<Condition>, block: &Block, draft: &mut Draft<'_>) -> Result<Keys, Unsaid> {
    let mut keys = Keys::new();
    let mut labels = BTreeMap::new();
    for condition in found {
        let repeated = match condition {
            Condition::Kind(kind) => keys.insert("kind", text(kind)).is_some(),
            Condition::Paths(patterns) => keys.insert("paths", Value::Texts(patterns)).is_some(),
            Condition::Name(regex) => keys.insert("names", text(regex)).is_some(),
            Condition::Label(name, regex) => labels.insert(name, text(regex)).is_some(),
        };
        if repeated {
            draft.leave_out(head(block), "the rule with this `match`", "it says the same twice");
            return Err(Unsaid);
        }
    }
    if !labels.is_empty() {
        keys.insert("with-labels", Value::ByName(labels));
    }
    Ok(keys)
}

/// Adds what a rule ignores.
fn except(ignores: &[(Condition, Span)], keys: &mut Keys) -> Result<(), &'static str> {
    let (mut paths, mut names) = (Vec::new(), Vec::new());
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (condition, _) in ignores {
        match condition {
            Condition::Kind(kind) => {
                let other = if *kind == "alert" { "record" } else { "alert" };
                if keys.insert("kind", text(other)).is_some_and(|known| known != text(other)) {
                    return Err("it matches no rule");
                }
            }
            Condition::Paths(patterns) => paths.extend(patterns.iter().cloned()),
            Condition::Name(regex) => names.push(regex.clone()),
            Condition::Label(name, regex) => labels.entry(name.clone()).or_default().push(regex.clone()),
        }
    }
    if !paths.is_empty() {
        keys.insert("except-paths", Value::Texts(paths));
    }
    if !names.is_empty() {
        keys.insert("except-names", text(either(&names)));
    }
    if !labels.is_empty() {
        let labels = labels.into_iter().map(|(name, values)| (name, text(either(&values))));
        keys.insert("except-labels", Value::ByName(labels.collect()));
    }
    Ok(())
}
