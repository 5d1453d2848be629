//! Every id that a diagnostic can have is a lint rule's, with a page, or is listed as one of a run.

use std::collections::BTreeSet;
use std::path::Path;

use promproof::lint::{RUN_TIME_IDS, find};
use regex::Regex;

/// The string literals of the form `category/name` in the sources, without those of tests.
fn ids_in_the_sources() -> BTreeSet<String> {
    let literal = Regex::new("\"([a-z]+/[a-z]+(?:-[a-z]+)*)\"").unwrap();
    let mut ids = BTreeSet::new();
    for entry in ignore::Walk::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        let of_tests = path.iter().any(|part| part == "tests" || part == "tests.rs");
        let is_the_list = path.ends_with("lint/registry.rs");
        if of_tests || is_the_list || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        ids.extend(lines.flat_map(|line| literal.captures_iter(line)).map(|found| found[1].to_owned()));
    }
    ids
}

#[test]
fn every_id_is_a_lint_rule_or_listed() {
    let ids = ids_in_the_sources();
    assert!(ids.contains("template/missing-label") && ids.contains("test/rule-fails"));
    let unknown: Vec<&String> =
        ids.iter().filter(|id| find(id).is_none() && !RUN_TIME_IDS.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "neither a lint rule nor in RUN_TIME_IDS: {unknown:?}");
}

#[test]
fn what_is_listed_is_in_use_and_no_lint_rule() {
    let ids = ids_in_the_sources();
    for id in RUN_TIME_IDS {
        assert!(ids.contains(id) && find(id).is_none(), "{id}");
    }
}
