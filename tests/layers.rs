//! The layers of `src/lib.rs`: a module imports only from modules further down the list. Read from the `use crate::`
//! lines and the `crate::` paths of the source, so that no arrow upwards can come in unnoticed.

#![allow(clippy::unwrap_used, reason = "a source file that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;

/// How often a module names another: `(from, to)` to the count.
type Arrows = BTreeMap<(String, String), usize>;

fn source() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The modules in the order of the table in `src/lib.rs`, uppermost first.
fn floors() -> Vec<String> {
    let lib = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let row = Regex::new(r"(?m)^//! \| \[`(\w+)`\] \|").unwrap();
    row.captures_iter(&lib).map(|row| row[1].to_owned()).collect()
}

/// Every mention of a module of the crate in another module's files, tests within the files included.
fn arrows() -> Arrows {
    let single = Regex::new(r"\bcrate::(\w+)").unwrap();
    let group = Regex::new(r"use crate::\{([^;]*)\};").unwrap();
    let name = Regex::new(r"(?:^|,)\s*(\w+)").unwrap();
    let mut arrows = Arrows::new();
    for entry in ignore::Walk::new(source()) {
        let path = entry.unwrap().into_path();
        let inside = path.strip_prefix(source()).unwrap();
        if path.extension().is_none_or(|extension| extension != "rs") || inside.components().count() < 2 {
            continue;
        }
        let from = inside.components().next().unwrap().as_os_str().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .fold(String::new(), |code, line| code + line + "\n");
        let mut targets: Vec<String> = single.captures_iter(&code).map(|found| found[1].to_owned()).collect();
        for list in group.captures_iter(&code) {
            let top_level = without_nested_lists(&list[1]);
            targets.extend(name.captures_iter(&top_level).map(|found| found[1].to_owned()));
        }
        for to in targets.into_iter().filter(|to| *to != from) {
            *arrows.entry((from.clone(), to)).or_default() += 1;
        }
    }
    arrows
}

/// What stands outside of the braces of `a::{b, c}, d`.
fn without_nested_lists(list: &str) -> String {
    let mut depth = 0_usize;
    let outside = list.chars().filter(|&letter| {
        depth += usize::from(letter == '{');
        let is_outside = depth == 0;
        depth -= usize::from(letter == '}');
        is_outside
    });
    outside.collect()
}

#[test]
fn every_module_stands_in_the_list() {
    let floors = floors();
    let mut folders: Vec<String> = std::fs::read_dir(source())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let mut listed = floors.clone();
    folders.sort();
    listed.sort();
    assert_eq!(folders, listed);
    let contributing = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md")).unwrap();
    let row = Regex::new(r"(?m)^\| `(\w+)` \|").unwrap();
    let map: Vec<String> = row.captures_iter(&contributing).map(|row| row[1].to_owned()).collect();
    assert_eq!(map, floors, "the table of CONTRIBUTING.md is the one of src/lib.rs");
}

#[test]
fn no_arrow_points_upwards() {
    let floors = floors();
    let floor = |module: &str| floors.iter().position(|other| other == module);
    let mut upwards = Vec::new();
    for ((from, to), count) in arrows() {
        match (floor(&from), floor(&to)) {
            (Some(above), Some(below)) if above < below => println!("{from} -> {to}: {count}"),
            (Some(_), Some(_)) => upwards.push(format!("{from} -> {to}: {count}")),
            // Items of `lib.rs` itself.
            _ => {}
        }
    }
    assert_eq!(upwards, Vec::<String>::new(), "see the table in src/lib.rs");
}

/// What is printed in a workflow of GitHub goes through one guard (`report/workflow.rs`), so nothing may print past it.
#[test]
fn the_streams_have_one_owner() {
    let stream = Regex::new(r"\banstream::std(out|err)\b|\b(io::|\{|, )std(out|err)\(|\be?print(ln)?!").unwrap();
    let mut others = Vec::new();
    for entry in ignore::Walk::new(source()) {
        let path = entry.unwrap().into_path();
        let inside = path.strip_prefix(source()).unwrap().to_string_lossy().replace('\\', "/");
        // The session asks the streams whether they are terminals; tests say what they skip.
        let is_owner = ["cli/streams.rs", "cli/session.rs", "source/testing.rs"].contains(&inside.as_str());
        if path.extension().is_none_or(|extension| extension != "rs") || is_owner || inside.contains("tests") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        others.extend(code.filter(|line| stream.is_match(line)).map(|line| format!("{inside}: {}", line.trim())));
    }
    assert_eq!(others, Vec::<String>::new());
}
