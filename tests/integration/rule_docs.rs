//! The pages of the rules are their tests.
//!
//! Each page in `docs/rules` shows YAML blocks (or TOML, or lines of a baseline) marked `bad` or `good`. A good block must be clean; a bad one must
//! be reported by the page's rule and by no other, and the `text` block behind it shows what promproof prints. Run with
//! `UPDATE_DOCS=1` to write these `text` blocks anew. `file NAME` is a file that the configuration behind it names, `page NAME`
//! a runbook page beside the rules of the next block, `json answers` what servers say of links.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use promproof::lint::config::Choice;
use promproof::lint::{self, Baseline, Confidence, Config, Gone, Meta, Scope};
use promproof::online::Answers;
use promproof::report::Style;
use promproof::report::diagnostics::full;
use promproof::rules::{FileShape, classify};
use promproof::source::{Diagnostic, SourceFile};
use promproof::workspace::{Document, Purpose, Workspace};
use promproof::yaml;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A fenced block of a page.
struct Block {
    /// What stands behind the opening fence.
    info: String,
    text: String,
    /// The block's bytes in the page, fences included.
    bytes: Range<usize>,
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules")
}

fn page_path(id: &str) -> PathBuf {
    docs().join(format!("{id}.md"))
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (event, bytes) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                blocks.push(Block { info: info.to_string(), text: String::new(), bytes });
                inside = true;
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => blocks.last_mut().unwrap().text.push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// The day of all pages, 2026-12-01, in milliseconds since the Unix epoch.
const NOW_MS: i64 = 1_796_083_200_000;

fn lint_yaml(text: &str, pages: Vec<SourceFile>, config: &Config) -> Vec<Diagnostic> {
    let config = &config.clone().as_of(NOW_MS);
    let rules = Arc::new(SourceFile::new("rules.yml", text));
    if classify(&yaml::parse(&rules), &rules) == FileShape::Tests {
        let tests = Arc::new(SourceFile::new("test.yml", text));
        let mut workspace = Workspace::new(Purpose::Check, config.settings());
        workspace.add(Document::test_file(&tests, &config.settings()));
        return lint::run(&workspace, config);
    }
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    workspace.add(Document::rule_file(&rules, &config.settings()));
    pages.into_iter().for_each(|page| workspace.add_page(page));
    lint::run(&workspace, config)
}

/// What is wrong with a baseline, and what it knows in vain of `rules`.
fn read_baseline(text: &str, rules: &str, config: &Config) -> Vec<Diagnostic> {
    let file = Arc::new(SourceFile::new("promproof-baseline.jsonl", text));
    let baseline = match Baseline::parse(&file) {
        Ok(baseline) => baseline,
        Err(problems) => return problems,
    };
    let mut workspace = Workspace::new(Purpose::Check, config.settings());
    workspace.add(Document::rule_file(&Arc::new(SourceFile::new("rules.yml", rules)), &config.settings()));
    let found = lint::run(&workspace, config);
    let identities = lint::identify(&workspace, config, &found);
    let sifted = baseline.sift(&identities, &Scope::of(&workspace, config, &found));
    baseline.stale(&sifted.stale).into_iter().collect()
}

/// What only a change can have.
fn removed_but_used(before: &str, after: &str, config: &Config) -> Vec<Diagnostic> {
    let workspace = |text: &str| {
        let mut workspace = Workspace::new(Purpose::Check, config.settings());
        workspace.add(Document::rule_file(&Arc::new(SourceFile::new("rules.yml", text)), &config.settings()));
        workspace
    };
    let (before, after) = (workspace(before), workspace(after));
    let mut found = lint::run_since(&after, config, &Gone::between([&before], &after));
    found.retain(|found| found.rule == "rule/removed-but-used");
    found
}

fn read_config(text: &str) -> Result<Config, Vec<Diagnostic>> {
    Config::parse(&Arc::new(SourceFile::new("promproof.toml", text)))
}

/// What `check` prints, without the line that points to the page.
fn render(diagnostics: &[Diagnostic]) -> String {
    let mut out = Vec::new();
    for diagnostic in diagnostics {
        full::write_diagnostic(&mut out, &Style::plain(), diagnostic).unwrap();
        out.push(b'\n');
    }
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("more:")).map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// Checks the blocks of a page; yields what is wrong, and the page with `text` blocks as they should be.
fn check_page(id: &str, page: &str) -> (Vec<String>, String) {
    let blocks = blocks(page);
    let mut wrong = Vec::new();
    let mut updated = String::new();
    let mut copied = 0;
    // How rules were before a change.
    let mut before: Option<&String> = None;
    // The last rules, which a baseline is held against.
    let mut rules = "groups: []";
    let mut config = Config::default();
    // Files that a configuration names, by their paths.
    let mut files: BTreeMap<&str, Arc<SourceFile>> = BTreeMap::new();
    // Runbook pages for the rules of the next block of YAML.
    let mut runbooks = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        let found = match block.info.as_str() {
            "toml config" => {
                config = read_config(&block.text).unwrap_or_else(|errors| panic!("{id}: {}", render(&errors)));
                let mut read = |path: &Path| match path.to_str().and_then(|path| files.get(path)) {
                    Some(file) => Ok(Arc::clone(file)),
                    None => Err("no block of the page has this name".to_owned()),
                };
                config.learn(&mut read).unwrap_or_else(|errors| panic!("{id}: {}", render(&errors)));
                continue;
            }
            info if info.starts_with("file ") => {
                let name = &info["file ".len()..];
                files.insert(name, Arc::new(SourceFile::new(name, &block.text)));
                continue;
            }
            "yaml before" => {
                before = Some(&block.text);
                continue;
            }
            "yaml bad" | "yaml good" => {
                rules = &block.text;
                let mut found = lint_yaml(rules, std::mem::take(&mut runbooks), &config);
                found.extend(before.into_iter().flat_map(|before| removed_but_used(before, rules, &config)));
                found
            }
            "jsonl bad" | "jsonl good" => read_baseline(&block.text, rules, &config),
            "json answers" => {
                config = config.knowing(Answers::parse(&block.text).unwrap());
                continue;
            }
            info if info.starts_with("markdown page ") => {
                runbooks.push(SourceFile::new(&info["markdown page ".len()..], &block.text));
                continue;
            }
            "toml bad" | "toml good" => read_config(&block.text).err().unwrap_or_default(),
            "text" => continue,
            other => panic!("{id}: what is a `{other}` block?"),
        };
        let rendered = render(&found);
        if block.info.ends_with("good") {
            if !found.is_empty() {
                wrong.push(format!("{id}: a good block is reported:\n{rendered}"));
            }
            continue;
        }
        if found.is_empty() || found.iter().any(|diagnostic| diagnostic.rule != id) {
            wrong.push(format!("{id}: a bad block must be reported by {id} and nothing else:\n{rendered}"));
        }
        let shown = blocks.get(at + 1).filter(|next| next.info == "text");
        if shown.is_none_or(|shown| shown.text != rendered) {
            wrong.push(format!("{id}: the page does not show what is printed (run with UPDATE_DOCS=1):\n{rendered}"));
        }
        updated.push_str(page[copied..block.bytes.end].trim_end());
        write!(updated, "\n\n```text\n{rendered}```").unwrap();
        copied = shown.map_or(block.bytes.end, |shown| shown.bytes.end);
        if !page[copied..].starts_with('\n') {
            updated.push('\n');
        }
    }
    updated.push_str(&page[copied..]);
    (wrong, updated)
}

/// What the line below the title of a rule's page says: what else would have to be looked up in a list.
fn facts(meta: &Meta) -> String {
    let default = match (meta.enabled_by_default, meta.waits_for) {
        (true, None) => "on by default".to_owned(),
        (true, Some(key)) => format!("on once `{key}` is configured"),
        (false, _) => "off by default".to_owned(),
    };
    let fixes = if meta.is_fixable { ", has fixes" } else { "" };
    let severity = format!("{:?}", meta.severity).to_lowercase();
    format!("*{severity}, {}, {default}{fixes}, since {}*", meta.confidence.word(), meta.since)
}

/// The page with that line.
fn with_facts(meta: &Meta, page: &str) -> String {
    let (title, rest) = page.split_once("\n\n").unwrap();
    let text = match rest.split_once("\n\n") {
        Some((line, text)) if line.starts_with('*') && line.ends_with('*') => text,
        _ => rest,
    };
    format!("{title}\n\n{}\n\n{text}", facts(meta))
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let rules: BTreeSet<String> = lint::registry().iter().map(|rule| rule.meta().id.to_owned()).collect();
    let mut pages = BTreeSet::new();
    for category in std::fs::read_dir(docs()).unwrap() {
        let category = category.unwrap();
        for page in std::fs::read_dir(category.path()).unwrap() {
            let name = page.unwrap().file_name().into_string().unwrap();
            let category = category.file_name().into_string().unwrap();
            pages.insert(format!("{category}/{}", name.strip_suffix(".md").unwrap()));
        }
    }
    assert_eq!(rules, pages);
}

#[test]
fn every_page_has_its_parts() {
    for rule in lint::registry() {
        let meta = rule.meta();
        assert!(meta.page.starts_with(&format!("# {}\n", meta.id)), "{}: the title is the id", meta.id);
        for heading in ["## Why it matters", "## Example", "## Instead"] {
            assert!(meta.page.contains(&format!("\n{heading}\n")), "{}: no heading `{heading}`", meta.id);
        }
        let blocks = blocks(meta.page);
        for word in ["bad", "good"] {
            assert!(blocks.iter().any(|block| block.info.ends_with(word)), "{}: no {word} block", meta.id);
        }
        assert!(!meta.summary.ends_with('.') && !meta.summary.contains('\n'), "{}: {}", meta.id, meta.summary);
    }
}

#[test]
fn pages_say_what_the_metas_say() {
    for rule in lint::registry() {
        let meta = rule.meta();
        let shows_a_fix =
            blocks(meta.page).iter().any(|block| block.text.lines().any(|line| line.starts_with("  fix: ")));
        assert_eq!(meta.is_fixable, shows_a_fix, "{}: fixable, and a fix on its page", meta.id);
        // Besides the line below the title, in a sentence that says why.
        let text = meta.page.replacen(&facts(meta), "", 1);
        let is_off = ["ff by default", "is off unless"].iter().any(|words| text.contains(words));
        assert_eq!(!meta.enabled_by_default, is_off, "{}: off, and its page says so", meta.id);
        let waits = text.contains("Says nothing until");
        assert_eq!(meta.waits_for.is_some(), waits, "{}: waits for a key, and its page says so", meta.id);
        assert!(meta.confidence != Confidence::Certain || meta.enabled_by_default, "{}: certain and off", meta.id);
    }
}

/// Whatever is wrong with a file, comments that excuse it change nothing else, and leave nothing to be said but what
/// cannot be excused.
#[test]
fn every_bad_block_can_be_excused() {
    let (mut excused, mut left) = (0, BTreeSet::new());
    for rule in lint::registry().iter().map(|rule| rule.meta()) {
        let page = std::fs::read_to_string(page_path(rule.id)).unwrap();
        let pedantic = Choice { pedantic: true, ..Choice::default() };
        let config = Config::default().as_of(NOW_MS).choosing(pedantic);
        for block in blocks(&page).iter().filter(|block| block.info == "yaml bad") {
            let source = Arc::new(SourceFile::new("rules.yml", &block.text));
            let mut workspace = Workspace::new(Purpose::Check, config.settings());
            workspace.add(match classify(&yaml::parse(&source), &source) {
                FileShape::Tests => Document::test_file(&source, &config.settings()),
                _ => Document::rule_file(&source, &config.settings()),
            });
            let before = lint::run(&workspace, &config).len();
            let ignored = lint::add_ignores(&mut workspace, &config, "as it is today");
            assert_eq!(before, ignored.excused + ignored.left.len(), "{}", rule.id);
            let message = |found: &Diagnostic| format!("{} {}", found.rule, found.message);
            let mut after: Vec<String> = lint::run(&workspace, &config).iter().map(message).collect();
            let mut expected: Vec<String> = ignored.left.iter().map(message).collect();
            after.sort();
            expected.sort();
            assert_eq!(after, expected, "{}:\n{}", rule.id, workspace.documents()[0].source.text());
            left.extend(ignored.left.iter().map(|found| found.rule));
            excused += ignored.excused;
            // YAML in YAML's eyes.
            let value = |text: &str| serde_yaml::from_str::<serde_yaml::Value>(text).ok();
            assert_eq!(value(&block.text), value(workspace.documents()[0].source.text()), "{}", rule.id);
        }
    }
    assert!(excused > 100, "{excused}");
    let left: Vec<&str> = left.into_iter().collect();
    insta::assert_snapshot!(left.join("\n"), @"
    promql/syntax
    promql/type
    schema/wrong-type
    suppression/expired
    suppression/invalid
    suppression/unused
    template/syntax
    test/dropped-series
    yaml/syntax
    ");
}

#[test]
fn blocks_report_what_their_pages_say() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut wrong = Vec::new();
    for rule in lint::registry() {
        let id = rule.meta().id;
        let page = std::fs::read_to_string(page_path(id)).unwrap();
        let (mut problems, updated) = check_page(id, &page);
        let updated = with_facts(rule.meta(), &updated);
        if problems.is_empty() && updated != page {
            problems.push(format!(
                "{id}: the line below the title is not `{}`: run with UPDATE_DOCS=1",
                facts(rule.meta())
            ));
        }
        wrong.extend(problems);
        if update && updated != page {
            std::fs::write(page_path(id), updated).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
