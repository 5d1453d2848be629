//! Folders with links in circles, out of the tree and to nowhere, pipes, UTF-16, bytes that are no text, ignore files,
//! configurations that are no files, and tests whose patterns name all of it: found, read, linted and tested as the
//! program does. What lies outside must never be shown.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use promproof::lint::{self, Config};
use promproof::report::run::{self, Shown, TestView};
use promproof::report::{self, CheckReport, Failure, Format, Style, Summary};
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{self, Home, Lookup, Purpose, Settings, TestInput, Workspace, config_file};

use super::apart::{self, Plan, SECRET};
use super::{once_in, size};
use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;

const RULES: &str = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0, labels: {l: '{{ $labels.nope }}'}}\n";
const TESTS: &str = "tests:\n- input_series: [{series: up, values: 0 0 0}]\n  \
                     alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: [{exp_labels: {l: x}}]}]\n";

#[test]
fn generated() {
    let plan = Plan { test: "hostile::trees::generated", inputs: 150, share: 200 };
    let ground = Ground::new();
    apart::run(
        &plan,
        move |seed| try_one(&mut Generator::new(seed), &ground),
        |tally| {
            tally.comes_to("have a document", 40);
            tally.comes_to("run a test", 10);
            tally.comes_to("have a link", 30);
        },
    );
}

/// What all trees share: the folder around them, and what lies outside.
struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::create_dir_all(outside.join("below")).unwrap();
        for name in ["secret.yml", "below/passwd", "promproof.toml"] {
            fs::write(outside.join(name), format!("root:x:{SECRET}\n{SECRET}: [groups: {SECRET}\n")).unwrap();
        }
        let status = std::process::Command::new("mkfifo").arg(outside.join("pipe")).status().unwrap();
        assert!(status.success());
        Ground { folder }
    }

    fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join("outside").join(name)
    }
}

fn try_one(random: &mut Generator, ground: &Ground) -> Outcome {
    let root = ground.folder.path().join("tree");
    fs::create_dir(&root).unwrap();
    // The name under which the folder is known is that without links.
    let root = root.canonicalize().unwrap();
    plant(random, &root, ground);
    let outcome = look(random, &root);
    if fuzz::number("PROMPROOF_FUZZ_INPUTS") == Some(1) {
        list(&root);
    }
    fs::remove_dir_all(&root).unwrap();
    outcome
}

/// Prints the tree.
fn list(folder: &Path) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let kind = path.symlink_metadata().unwrap().file_type();
        match fs::read_link(&path) {
            Ok(to) => fuzz::show(&format!("{} -> {}", path.display(), to.display())),
            Err(_) if kind.is_dir() => list(&path),
            Err(_) if kind.is_file() => {
                fuzz::show(&format!("{}: {:?}", path.display(), String::from_utf8_lossy(&fs::read(&path).unwrap())));
            }
            Err(_) => fuzz::show(&format!("{}: {kind:?}", path.display())),
        }
    }
}

/// Makes the tree. What cannot be made, because it is there, is left out.
fn plant(random: &mut Generator, root: &Path, ground: &Ground) {
    let mut folders = vec![root.to_owned()];
    let mut has_link = false;
    if once_in(random, 2) {
        fs::create_dir_all(root.join(".git/info")).unwrap();
    }
    match random.below(8) {
        0 => fs::write(root.join("promproof.toml"), content(random)).unwrap(),
        1 | 2 => fs::write(root.join("promproof.toml"), policy(random)).unwrap(),
        _ => {}
    }
    for _ in 0..2 + size(random, 60) {
        let folder = folders[random.below(folders.len())].clone();
        let path = folder.join(name(random));
        match random.below(12) {
            0 | 1 => {
                if fs::create_dir(&path).is_ok() {
                    folders.push(path);
                }
            }
            2 | 3 => has_link |= link(random, &path, root, ground),
            4 if once_in(random, 2) => {
                // A hard link: no process has to be started for it.
                let _ = fs::hard_link(ground.outside("pipe"), &path);
            }
            4 => ignore(random, &folder),
            _ => {
                if path.symlink_metadata().is_err() {
                    fs::write(&path, content(random)).unwrap();
                }
            }
        }
    }
    if has_link {
        fuzz::reached("have a link");
    }
}

fn name(random: &mut Generator) -> PathBuf {
    let stem = random.pick(&["a", "b", "c", "d", "rules", "test", "é", "::error::x", "x\ny", ".hidden", "\u{202e}z"]);
    let ending = random.pick(&[".yml", ".yml", ".yaml", ".YML", ".rules", ".json", ".txt", "", ""]);
    if once_in(random, 20) {
        return random.pick(&["promproof.toml", ".config", ".gitignore", ".ignore", ".git"]).into();
    }
    if once_in(random, 30) {
        use std::os::unix::ffi::OsStringExt as _;
        return std::ffi::OsString::from_vec(b"\xff\xfe.yml".to_vec()).into();
    }
    format!("{stem}{ending}").into()
}

fn link(random: &mut Generator, path: &Path, root: &Path, ground: &Ground) -> bool {
    let to = match random.below(12) {
        0 | 1 => ".".into(),
        2 => "..".into(),
        3 => path.file_name().unwrap_or_default().into(),
        4 => "nowhere".into(),
        5 => ground.outside("secret.yml"),
        6 => ground.outside(""),
        7 => ground.outside(random.pick(&["promproof.toml", "pipe", "below/passwd", "below"])),
        // A pattern that leads there looks at a good part of the disk.
        8 if once_in(random, 400) => "/proc/self/root".into(),
        8 => random.pick(&["/proc/self/environ", "/dev/zero", "/proc/kmsg", "/dev/stdin"]).into(),
        9 => root.to_owned(),
        _ => name(random),
    };
    // Where something is already, it stays.
    symlink(to, path).is_ok()
}

fn ignore(random: &mut Generator, folder: &Path) {
    let path = folder.join(random.pick(&[".gitignore", ".ignore"]));
    let lines: Vec<&str> = (0..1 + random.below(4))
        .map(|_| random.pick(&["*", "a*", "!a.yml", "/rules", "**/b.yml", "[", "# x", "\\", "d/", "{a,b}", "\u{0}"]))
        .collect();
    if path.symlink_metadata().is_err() {
        fs::write(path, lines.join("\n")).unwrap();
    }
}

fn content(random: &mut Generator) -> Vec<u8> {
    let text = match random.below(12) {
        0..=3 => RULES.to_owned(),
        4..=6 => test(random),
        7 => "groups: [".to_owned(),
        8 => random.pick(&["", "x", "a: 1\n", "\0\0", "{}", "# nothing\n"]).to_owned(),
        9 => RULES.replace("groups", "\"gro\\u0075ps\""),
        10 => format!("{RULES}---\n{}", test(random)),
        _ => policy(random),
    };
    let mut bytes = match random.below(12) {
        0 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        1 => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        2 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        3 => [b"# f\xFCr\n", text.as_bytes()].concat(),
        _ => text.into_bytes(),
    };
    if once_in(random, 8) {
        mutate::bytes(random, &mut bytes, &["\n", "- ", "{", "]", "\u{feff}", "groups:", "tests:"]);
    }
    bytes
}

fn policy(random: &mut Generator) -> String {
    let path = random.pick(&["**", "*.yml", "a*", "rules", "outside", "*.txt"]);
    let category = random.pick(&["template", "promql", "test", "nope"]);
    let key = random.pick(&["exclude", "include"]);
    format!("{key} = ['{path}']\n[rules]\n{category} = 'off'\n[[overrides]]\npaths = ['{path}']\ndialect = 'thanos'\n")
}

fn test(random: &mut Generator) -> String {
    let patterns: Vec<String> = (0..random.below(4)).map(|_| format!("'{}'", pattern(random))).collect();
    format!("rule_files: [{}]\n{TESTS}", patterns.join(", "))
}

fn pattern(random: &mut Generator) -> String {
    let part = |random: &mut Generator| {
        random.pick(&["*", "*", "**", "*.yml", "a.yml", "rules", "..", ".", "a*", "?.yml", "[a-c].yml", "[", "outside"])
    };
    let parts: Vec<&str> = (0..1 + random.below(6)).map(|_| part(random)).collect();
    match random.below(12) {
        0 => format!("/proc/self/{}", random.pick(&["environ", "*", "fd/*"])),
        1 => "../outside/*".to_owned(),
        _ => parts.join("/"),
    }
}

/// Reads the tree as a command does.
fn look(random: &mut Generator, root: &Path) -> Outcome {
    let closed = once_in(random, 3);
    let paths = [root.to_owned()];
    let home = if closed { Home::closed(root) } else { Home::of(root, &paths) };
    let Some(config) = configuration(root, &home) else { return Outcome::Refused };
    let lookup = Lookup { filter: config.files().clone(), no_ignore: once_in(random, 4), home };
    let purpose = if once_in(random, 2) { Purpose::Check } else { Purpose::Test };
    let mut workspace = Workspace::new(purpose, Settings { home: lookup.home.clone(), ..config.settings() });
    let failures: Vec<Failure> = workspace
        .find(&paths, &lookup)
        .into_iter()
        .map(|error| Failure { path: error.path.display().to_string(), message: error.message })
        .collect();
    let documents = workspace.documents().len();
    if documents > 0 {
        fuzz::reached("have a document");
    }
    if root.join("promproof.toml").exists() {
        fuzz::reached("have a configuration");
    }
    let mut shown = Vec::new();
    if purpose == Purpose::Check {
        lint_all(random, &workspace, &config, failures, &mut shown);
    } else {
        test_all(random, &workspace, &mut shown);
    }
    // What a test file of the tree says itself is no secret; nothing in the tree holds the word.
    let shown = String::from_utf8_lossy(&shown);
    assert!(!shown.contains(SECRET), "{shown}");
    match documents {
        0 => Outcome::Empty,
        _ => Outcome::Result,
    }
}

/// The configuration that holds; `None` where it is refused.
fn configuration(root: &Path, home: &Home) -> Option<Config> {
    let Some(path) = config_file::find(root, home).ok()? else { return Some(Config::default().located(root, root)) };
    let read = workspace::read(&path).ok()?;
    assert!(!read.file.text().contains(SECRET), "{}", path.display());
    let config = Config::parse(&read.file).ok()?;
    Some(config.located(config_file::directory_of(&path), root))
}

fn lint_all(
    random: &mut Generator,
    workspace: &Workspace,
    config: &Config,
    failures: Vec<Failure>,
    shown: &mut Vec<u8>,
) {
    let diagnostics = lint::run(workspace, config);
    let summary = Summary::of(&diagnostics, workspace.documents().len());
    let passed_over = workspace.passed_over().to_vec();
    let identities = lint::identify(workspace, config, &diagnostics);
    let report = CheckReport { diagnostics, identities, failures, passed_over, summary, ..CheckReport::default() };
    let format = Format::ALL[random.below(Format::ALL.len())];
    report::write_check(shown, format, &Style::plain(), &report).unwrap();
}

fn test_all(random: &mut Generator, workspace: &Workspace, shown: &mut Vec<u8>) {
    let inputs: Vec<Arc<TestInput>> = workspace.tests().cloned().collect();
    let report = unittest::run(workspace, &inputs, &RunOptions::default());
    if report.files.iter().any(|file| !file.groups.is_empty()) {
        fuzz::reached("run a test");
    }
    let format = Format::ALL[random.below(Format::ALL.len())];
    run::write(shown, format, &Style::plain(), &Shown::of(&report, &TestView::default())).unwrap();
}
