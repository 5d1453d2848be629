//! The rules that people publish.

use std::path::{Path, PathBuf};

use crate::rules::{LoadOptions, load};
use crate::source::testing::{render, shared};
use crate::workspace::{Discovery, Lookup, discover, read};
use crate::yaml;

fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let Discovery { files: found, errors, .. } = discover(&[folder.to_owned()], &Lookup::default());
    assert_eq!(errors, []);
    found.into_iter().map(|found| found.path).collect()
}

/// Files, groups, rules and problems below a folder of the corpus.
fn count(folder: &Path) -> (usize, usize, usize, String) {
    let (mut files, mut groups, mut rules, mut problems) = (0, 0, 0, Vec::new());
    for path in rule_files(folder) {
        let file = read(&path).unwrap().file;
        let Ok(loaded) = load(&yaml::parse(&file), &file, &LoadOptions::default()) else { continue };
        files += 1;
        groups += loaded.groups.len();
        rules += loaded.groups.iter().map(|group| group.rules.len()).sum::<usize>();
        problems.extend(loaded.problems);
        for rule in loaded.groups.iter().flat_map(|group| &group.rules) {
            let end = rule.expr.text().trim_end().len();
            let first = rule.expr.file_span(crate::source::Span::new(0, 1));
            assert_eq!(first.slice(file.text()), &rule.expr.text()[..1]);
            assert!(rule.expr.scalar.file_offset(end) <= file.text().len());
        }
    }
    (files, groups, rules, render(&problems))
}

#[test]
fn published_rules_load_without_problems() {
    let Some(corpus) = shared("corpus") else { return };
    assert_eq!(count(&corpus.join("awesome")), (112, 112, 954, String::new()));
    assert_eq!(count(&corpus.join("srerun")), (81, 81, 594, String::new()));
    assert_eq!(count(&corpus.join("kube-prometheus")), (8, 38, 234, String::new()));
}
