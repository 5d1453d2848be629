//! `.pint.hcl`.

mod checks;
mod conditions;
mod policy;

use std::sync::Arc;

use hcl_edit::structure::{Attribute, Block, Body, Structure};

use super::draft::{Draft, Keys, text};
use super::hcl::{self, head, place, title};
use super::{SERVER, globs::globs, names::is_anything};
use crate::lint::config::Value;
use crate::source::{Diagnostic, SourceFile};

/// Translates the file.
///
/// # Errors
/// It is no HCL.
pub(super) fn read(file: &Arc<SourceFile>, draft: &mut Draft<'_>) -> Result<(), Vec<Diagnostic>> {
    let body = hcl::parse(file)?;
    for structure in &body {
        match structure {
            Structure::Attribute(attribute) => unknown_key(attribute, draft),
            Structure::Block(block) => read_block(block, draft),
        }
    }
    Ok(())
}

fn read_block(block: &Block, draft: &mut Draft<'_>) {
    let mut leave_out = |why: &str| draft.leave_out(head(block), &title(block), why);
    match block.ident.as_str() {
        "rule" => read_rule(&block.body, draft),
        "checks" => checks::global(&block.body, draft),
        "parser" => read_parser(&block.body, draft),
        "prometheus" | "discovery" => leave_out(SERVER),
        "check" => leave_out(match hcl::label(block).rsplit('/').next() {
            Some("series") => SERVER,
            _ => "there are no settings of this check; `promproof rules` lists the rules, which `[rules]` switches",
        }),
        "ci" => read_ci(&block.body, draft),
        "owners" => leave_out("owners are named by labels or `CODEOWNERS` here: see `allowed-owners` of `[[policy]]`"),
        "repository" => leave_out("comments on changes are the affair of CI; see docs/reports.md"),
        _ => leave_out("this version of promproof knows no such block"),
    }
}

/// A `rule { … }`: conditions, and what holds where they do.
fn read_rule(body: &Body, draft: &mut Draft<'_>) {
    let scopes = conditions::scopes(body, draft);
    if scopes.is_empty() {
        return;
    }
    let mut demands = Vec::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => match attribute.key.as_str() {
                key @ ("enable" | "disable") => checks::in_rule(attribute, key == "enable", &scopes, draft),
                "locked" if attribute.value.as_bool() == Some(false) => {}
                "locked" => draft.leave_out(
                    place(attribute),
                    "`locked`",
                    "rules are locked by name and everywhere: `locked = [\"labels/required\"]`",
                ),
                _ => unknown_key(attribute, draft),
            },
            Structure::Block(block) if matches!(block.ident.as_str(), "match" | "ignore") => {}
            Structure::Block(block) => demands.extend(policy::demand(block, draft).map(|demand| (block, demand))),
        }
    }
    for scope in &scopes {
        for (block, demand) in &demands {
            if !draft.step(head(block)) {
                return;
            }
            draft.demand(&title(block), demand.clone(), scope, head(block));
        }
    }
}

/// Which files are read, and how.
fn read_parser(body: &Body, draft: &mut Draft<'_>) {
    for attribute in body.attributes() {
        let key = attribute.key.as_str();
        let at = place(attribute);
        match key {
            "schema" => match hcl::text(&attribute.value).as_deref() {
                Some(word @ ("prometheus" | "thanos")) => draft.set("dialect", text(word)),
                _ => draft.leave_out(at, "`schema`", "the value is not known"),
            },
            "exclude" => match paths(attribute) {
                Some(patterns) => draft.set("exclude", Value::Texts(patterns)),
                None => draft.leave_out(at, "`exclude`", NO_GLOB),
            },
            "include" => draft.leave_out(at, "`include`", "name the files or folders: `promproof check PATH`"),
            // Both are found by what they look like.
            "relaxed" => {}
            "names" if hcl::text(&attribute.value).as_deref() == Some("utf-8") => {}
            "names" => draft.leave_out(at, "`names`", "names may be any UTF-8, as in Prometheus 3"),
            _ => unknown_key(attribute, draft),
        }
    }
    body.blocks().for_each(|block| draft.leave_out(head(block), &title(block), "pint has no such block"));
}

fn read_ci(body: &Body, draft: &mut Draft<'_>) {
    for attribute in body.attributes() {
        let why = match attribute.key.as_str() {
            "baseBranch" => "the branch is an option: `promproof check --since origin/main`",
            "include" | "exclude" => "name the files or folders: `promproof check PATH`, `exclude`",
            _ => "`--since` compares all commits of a branch at once",
        };
        draft.leave_out(place(attribute), &format!("`{}`", attribute.key.as_str()), why);
    }
}

/// Why a pattern for paths is left out.
const NO_GLOB: &str =
    "paths are patterns here (`rules/**/*.yml`), and this expression is none that is sure to mean the same";

/// The path patterns of a list of regular expressions.
fn paths(attribute: &Attribute) -> Option<Vec<String>> {
    let mut patterns = Vec::new();
    for regex in hcl::texts(&attribute.value)? {
        let found = if is_anything(&regex) { vec!["**".to_owned()] } else { globs(&regex)? };
        patterns.extend(found);
    }
    Some(patterns)
}

fn unknown_key(attribute: &Attribute, draft: &mut Draft<'_>) {
    let what = format!("`{}`", attribute.key.as_str());
    draft.leave_out(place(attribute), &what, "this version of promproof knows no such key");
}

/// Conditions of which nothing is demanded: all rules.
fn everything() -> Keys {
    Keys::new()
}
