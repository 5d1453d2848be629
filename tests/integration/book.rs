//! The documentation as a site: its pages are in the summary, links lead somewhere, commands print what the pages show.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use promproof::lint::{self, Meta};
use regex::Regex;

use super::support::{Run, Sandbox, repository};

/// Pages whose commands are run.
const EXECUTED: [&str; 3] = ["tutorial.md", "migrating.md", "trophies.md"];

fn docs() -> PathBuf {
    repository().join("docs")
}

/// All pages, from the folder of the documentation.
fn pages() -> BTreeSet<PathBuf> {
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    let files = ignore::Walk::new(docs()).map(|entry| entry.unwrap().into_path()).filter(|path| is_page(path));
    files.map(|path| path.strip_prefix(docs()).unwrap().to_owned()).collect()
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(docs().join(page)).unwrap()
}

/// A fenced block: its language and its text.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some((_, block)), _) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// A page without its blocks and code.
fn prose(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        !inside && !is_fence
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    Regex::new("`[^`\n]*`").unwrap().replace_all(&text, "").into_owned()
}

/// Rules by category.
fn rules() -> BTreeMap<&'static str, Vec<&'static Meta>> {
    let mut rules: BTreeMap<&str, Vec<&Meta>> = BTreeMap::new();
    for meta in lint::registry().iter().map(|rule| rule.meta()) {
        rules.entry(meta.category()).or_default().push(meta);
    }
    rules
}

/// What stands between the two marks of a page is `text`; with UPDATE_DOCS it is written.
fn generated(page: &str, text: &str) {
    let path = docs().join(page);
    let written = std::fs::read_to_string(&path).unwrap();
    let (start, end) =
        ("<!-- generated: UPDATE_DOCS=1 cargo test --test integration book -->\n", "<!-- /generated -->");
    let (before, rest) = written.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let wanted = format!("{before}{start}{text}{end}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert!(written == wanted, "docs/{page} is not up to date: run with UPDATE_DOCS=1");
    }
}

#[test]
fn the_lists_of_rules_are_up_to_date() {
    let (mut summary, mut index) = ("\n- [Rules](rules.md)\n".to_owned(), String::new());
    for (category, rules) in rules() {
        writeln!(summary, "  - [{category}]()").unwrap();
        writeln!(index, "\n## {category}\n\n| rule | finds | severity | by default |\n| --- | --- | --- | --- |")
            .unwrap();
        for meta in rules {
            writeln!(summary, "    - [{}](rules/{}.md)", meta.id, meta.id).unwrap();
            let default = match (meta.enabled_by_default, meta.waits_for) {
                (true, None) => "on".to_owned(),
                (true, Some(key)) => format!("once `{key}` is configured"),
                (false, _) => format!("off ({})", meta.confidence.word()),
            };
            let severity = format!("{:?}", meta.severity).to_lowercase();
            let finds = meta.summary.replace('|', "\\|");
            writeln!(index, "| [{}](rules/{}.md) | {finds} | {severity} | {default} |", meta.id, meta.id).unwrap();
        }
    }
    generated("SUMMARY.md", &format!("{summary}\n"));
    generated("rules.md", &format!("{index}\n"));
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = read(Path::new("SUMMARY.md"));
    let link = Regex::new(r"\]\(([^)]+)\)").unwrap();
    let listed: BTreeSet<PathBuf> = link.captures_iter(&summary).map(|link| PathBuf::from(&link[1])).collect();
    let mut all = pages();
    all.remove(Path::new("SUMMARY.md"));
    assert_eq!(listed, all);
}

/// The name by which GitHub and mdBook know a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(text: &str) -> Vec<String> {
    let mut inside = false;
    let headings = text.lines().filter(|line| {
        inside ^= line.starts_with("```");
        !inside && line.starts_with('#')
    });
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]*)\)").unwrap();
    let mut count = 0;
    for page in pages() {
        for found in link.captures_iter(&prose(&read(&page))) {
            let target = &found[1];
            if target.contains("://") || target.is_empty() {
                continue;
            }
            count += 1;
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let shown = format!("{}: {target}", page.display());
            let whole = docs().join(&file).canonicalize().unwrap_or_else(|error| panic!("{shown}: {error}"));
            // The site has nothing of what lies outside.
            assert!(whole.starts_with(docs().canonicalize().unwrap()), "{shown} leads out of docs");
            if !fragment.is_empty() {
                let anchors = anchors(&std::fs::read_to_string(whole).unwrap());
                assert!(anchors.iter().any(|anchor| anchor == fragment), "{shown}: {anchors:?}");
            }
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn links_to_this_repository_lead_somewhere() {
    let link = Regex::new(
        r"https://(?:github\.com|raw\.githubusercontent\.com)/promproof/promproof/(?:blob/|edit/)?main/([^)\s#`\x22]+)",
    )
    .unwrap();
    let texts = pages().into_iter().map(|page| prose(&read(&page)));
    let mut count = 0;
    for text in texts.chain([std::fs::read_to_string(docs().join("llms.txt")).unwrap()]) {
        for found in link.captures_iter(&text) {
            assert!(repository().join(&found[1]).exists(), "{}", &found[0]);
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

/// The words of a command line, as a shell takes them apart; only single quotes are used here.
fn words(call: &str) -> Vec<&str> {
    let pieces = call.split('\'').enumerate();
    pieces.flat_map(|(i, piece)| if i % 2 == 1 { vec![piece] } else { piece.split_whitespace().collect() }).collect()
}

/// The name of the file that a block is, from its first line: `# rules.yml`.
fn file_name(block: &str) -> Option<&str> {
    let name = block.lines().next()?.strip_prefix("# ")?;
    let is_name = name.ends_with(".yml") || name.ends_with(".toml");
    (is_name && !name.contains(' ')).then_some(name)
}

/// Whether `output` has the lines of `shown` in it; a line `…` stands for any lines.
fn shows(output: &str, shown: &str) -> bool {
    let mut rest = output;
    shown.split("…\n").all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

fn copy(sandbox: &Sandbox, folder: &str) {
    for entry in ignore::Walk::new(repository().join(folder)).map(Result::unwrap) {
        if entry.path().is_file() {
            let name = entry.path().strip_prefix(repository()).unwrap().to_str().unwrap();
            sandbox.write(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn commands_print_what_the_pages_show() {
    for page in EXECUTED {
        let text = read(Path::new(page));
        let sandbox = Sandbox::new();
        if text.contains(" testdata/") {
            copy(&sandbox, "testdata/traefik");
            copy(&sandbox, "testdata/dead");
        }
        let (mut last, mut commands): (Option<Run>, usize) = (None, 0);
        for (language, block) in blocks(&text) {
            match language.as_str() {
                "yaml" | "toml" => {
                    if let Some(name) = file_name(&block) {
                        sandbox.write(name, &block);
                    }
                }
                "console" => {
                    for line in block.lines() {
                        let call = line.strip_prefix("promproof ").unwrap_or_else(|| panic!("{page}: {line}"));
                        let run = sandbox.run(&words(call));
                        assert!(matches!(run.code, Some(0 | 1)), "{page}: {line}\n{run}");
                        (last, commands) = (Some(run), commands + 1);
                    }
                }
                "text" => {
                    let run = last.as_ref().unwrap_or_else(|| panic!("{page}: nothing was run before\n{block}"));
                    assert!(shows(&run.stdout, &block), "{page} shows\n{block}\nand what is printed is\n{run}");
                }
                _ => {}
            }
        }
        assert!(commands >= 3, "{page}: {commands}");
    }
}
