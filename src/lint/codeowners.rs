//! `CODEOWNERS`, as GitHub and GitLab read it: who owns which files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::{MatchOptions, Pattern};
use rustc_hash::FxHashMap;

use crate::source::{SourceFile, Span};

/// Where it may lie, from the root of the repository: the first that is there counts.
pub const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// So many entries are looked at: each is compared with each rule file.
const MAX_ENTRIES: usize = 10_000;

/// `*` stops at a slash; `**` does not.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// The file, read.
#[derive(Clone, Debug)]
pub struct CodeOwners {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The folder of the configuration, from the root of the repository.
    below: PathBuf,
    /// GitLab's sections that have entries, the unnamed one first: each names owners of its own.
    sections: Vec<Section>,
}

/// An owner where it is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// `@user`, `@organisation/team`, an address, a role of GitLab.
    pub name: String,
    /// Its bytes in the file.
    pub span: Span,
}

#[derive(Clone, Debug, Default)]
struct Section {
    defaults: Vec<Owner>,
    entries: Vec<Entry>,
}

/// Paths and their owners; none where a path is said to have none.
#[derive(Clone, Debug)]
struct Entry {
    patterns: Vec<Pattern>,
    owners: Vec<Owner>,
}

impl CodeOwners {
    /// Reads the file. `below` is the folder of the configuration from the root of the repository, to which the file's paths
    /// are relative. What the servers would not understand is no entry; of more than 10,000 entries the rest is not looked
    /// at.
    pub fn read(file: &Arc<SourceFile>, below: impl Into<PathBuf>) -> CodeOwners {
        let mut sections = vec![Section::default()];
        let mut by_name: FxHashMap<String, usize> = FxHashMap::from_iter([(String::new(), 0)]);
        let mut current = 0;
        let mut offset = 0;
        let mut count = 0;
        for line in file.text().split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            if let Some((name, rest)) = heading(line) {
                // Names are compared without regard to case.
                current = *by_name.entry(name.to_lowercase()).or_insert_with(|| {
                    sections.push(Section::default());
                    sections.len() - 1
                });
                let at = start + (line.len() - rest.len());
                if let Some(section) = sections.get_mut(current) {
                    section.defaults = words(rest, at).into_iter().filter_map(owner).collect();
                }
                continue;
            }
            let mut words = words(line, start).into_iter();
            let (Some((path, _)), Some(section)) = (words.next(), sections.get_mut(current)) else { continue };
            let (path, is_excluded) = path.strip_prefix('!').map_or((path.as_str(), false), |path| (path, true));
            let Some(patterns) = patterns(path) else { continue };
            let mut owners: Vec<Owner> = words.filter_map(owner).collect();
            if is_excluded {
                owners.clear();
            } else if owners.is_empty() {
                owners.clone_from(&section.defaults);
            }
            count += 1;
            if count > MAX_ENTRIES {
                break;
            }
            section.entries.push(Entry { patterns, owners });
        }
        sections.retain(|section| !section.entries.is_empty());
        CodeOwners { file: Arc::clone(file), below: below.into(), sections }
    }

    /// The same file under another name.
    #[must_use]
    pub fn called(&self, name: &str) -> CodeOwners {
        CodeOwners { file: Arc::new(SourceFile::new(name, self.file.text())), ..self.clone() }
    }

    /// The owners of the file at `path`, which is relative to the folder of the configuration: in each section those of the
    /// last entry that is for it.
    pub fn of(&self, path: &Path) -> Vec<&Owner> {
        let path = self.below.join(path);
        let is_for = |entry: &&Entry| entry.patterns.iter().any(|pattern| pattern.matches_path_with(&path, OPTIONS));
        let last = self.sections.iter().filter_map(|section| section.entries.iter().rev().find(is_for));
        last.flat_map(|entry| &entry.owners).collect()
    }
}

/// `[Name]`, `^[Name][2]`: the name, and what follows.
fn heading(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let (name, rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((count, rest)) if count.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    // A pattern goes on.
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((name.trim(), rest))
}

/// The words of a line that begins at the byte `start`, up to a comment; a blank behind a backslash is part of a word.
fn words(line: &str, start: usize) -> Vec<(String, Span)> {
    let mut words: Vec<(String, Span)> = Vec::new();
    let mut word = String::new();
    let mut begin = 0;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character.is_whitespace() {
            if !word.is_empty() {
                words.push((std::mem::take(&mut word), Span::new(start + begin, start + at)));
            }
            continue;
        }
        if word.is_empty() {
            if character == '#' {
                return words;
            }
            begin = at;
        }
        match characters.peek() {
            Some((_, next)) if character == '\\' && (*next == ' ' || *next == '#') => {
                word.push(*next);
                characters.next();
            }
            _ => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push((word, Span::new(start + begin, start + line.len())));
    }
    words
}

fn owner((name, span): (String, Span)) -> Option<Owner> {
    name.contains('@').then_some(Owner { name, span })
}

/// The patterns for what a path of the file stands for; `None` where it stands for nothing.
fn patterns(path: &str) -> Option<Vec<Pattern>> {
    let (inner, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
    let is_anchored = inner.contains('/');
    let inner = inner.trim_start_matches('/');
    // Brackets mean themselves.
    let inner = inner.replace('[', "[[]");
    let inner = if is_anchored { inner } else { format!("**/{inner}") };
    // What is directly in a folder, and no deeper.
    let is_flat = is_anchored && inner.rsplit('/').next() == Some("*");
    let whole = format!("{}/**", inner.trim_end_matches('/'));
    let texts = match (inner.as_str(), is_folder) {
        ("", _) => vec!["**".to_owned()],
        (_, true) => vec![whole],
        (_, false) if is_flat || inner.ends_with("**") => vec![inner],
        (_, false) => vec![inner, whole],
    };
    texts.iter().map(|text| Pattern::new(text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(text: &str, path: &str) -> String {
        let file = Arc::new(SourceFile::new("CODEOWNERS", text));
        let read = CodeOwners::read(&file, "");
        let names = read.of(Path::new(path)).into_iter().map(|owner| {
            assert_eq!(owner.span.slice(text), owner.name);
            owner.name.as_str()
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_last_entry_counts() {
        let text = "# all\n*       @all\n*.yml   @yaml you@example.com # not @me\n/rules/ @org/sre\n/rules/free\ndocs/*  @docs\n\
                    apps/   @apps\n/a\\ b/  @blank\n**/logs @logs\n/deep/**/x.yml @deep\nnobody-is-one someone\n[a-b].yml @range\n";
        for (path, expected) in [
            ("x.txt", "@all"),
            ("a/x.yml", "@yaml you@example.com"),
            ("rules/a.yml", "@org/sre"),
            ("sub/rules/a.yml", "@yaml you@example.com"),
            ("rules/free/a.yml", ""),
            ("docs/a.md", "@docs"),
            ("docs/a/b.md", "@all"),
            ("x/apps/y/a.yml", "@apps"),
            ("a b/x", "@blank"),
            ("x/logs/y.yml", "@logs"),
            ("deep/x.yml", "@deep"),
            ("deep/a/b/x.yml", "@deep"),
            ("nobody-is-one", ""),
            ("a.yml", "@yaml you@example.com"),
        ] {
            assert_eq!(owners(text, path), expected, "{path}");
        }
        assert_eq!(owners("", "a.yml"), "");
        assert_eq!(owners("/ @root", "a/b.yml"), "@root");
    }

    /// Compared each with each they would take minutes.
    #[test]
    fn as_many_sections_as_lines() {
        let mut text: String = (0..300_000).map(|index| format!("[s{index}]\n")).collect();
        text.push_str("*.yml @last\n[S7] @seven\n*.yml\n");
        assert_eq!(owners(&text, "a.yml"), "@seven @last");
    }

    #[test]
    fn each_section_of_gitlab_has_owners() {
        let text = "* @all\n[SRE][2] @sre\n/rules/\n/rules/x.yml @x\n^[Docs]\n*.md @docs\n[sre]\n!/rules/free.yml\n";
        assert_eq!(owners(text, "rules/a.yml"), "@all @sre");
        assert_eq!(owners(text, "rules/x.yml"), "@all @x");
        assert_eq!(owners(text, "rules/free.yml"), "@all");
        assert_eq!(owners(text, "rules/a.md"), "@all @sre @docs");
    }
}
