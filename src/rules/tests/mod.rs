//! What the loader says about rule files.

mod fields;
mod samples;
mod shapes;

use std::sync::Arc;

use super::*;
use crate::source::SourceFile;
use crate::source::testing::render;
use crate::yaml;

fn load_text(text: &str) -> Option<RuleFile> {
    let file = Arc::new(SourceFile::new("a.yml", text));
    load(&yaml::parse(&file), &file, &LoadOptions::default()).ok()
}

fn problems(text: &str) -> String {
    let file = Arc::new(SourceFile::new("a.yml", text));
    let options = LoadOptions { dialect: Some(Dialect::Prometheus), ..LoadOptions::default() };
    render(&load_rules(&yaml::parse(&file), &file, &options).problems)
}

/// The problems of one rule with the lines `rule`.
fn rule_problems(rule: &str) -> String {
    let lines: Vec<String> = rule.lines().map(|line| format!("    {line}\n")).collect();
    problems(&format!("groups:\n- name: g\n  rules:\n  - {}", lines.concat().trim_start()))
}
