//! Which files of a repository are worth reading: by their endings, and where those say nothing, by their beginnings.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Endings of rule files and test files: these are read.
const ENDINGS: [&str; 5] = ["yml", "yaml", "rules", "rule", "alerts"];

/// Endings of what is certainly something else, and makes up most of a repository: these are not even opened.
const OTHER_ENDINGS: [&str; 78] = [
    "adoc",
    "bash",
    "bat",
    "bin",
    "bmp",
    "bz2",
    "c",
    "cc",
    "class",
    "cpp",
    "cs",
    "css",
    "csv",
    "dll",
    "dylib",
    "eot",
    "ex",
    "exe",
    "exs",
    "gif",
    "go",
    "gz",
    "h",
    "hcl",
    "hpp",
    "htm",
    "html",
    "ico",
    "ipynb",
    "jar",
    "java",
    "jpeg",
    "jpg",
    "js",
    "jsonl",
    "jsonnet",
    "jsx",
    "kt",
    "less",
    "libsonnet",
    "lock",
    "log",
    "lua",
    "map",
    "md",
    "mod",
    "mp4",
    "o",
    "parquet",
    "pdf",
    "php",
    "pl",
    "png",
    "proto",
    "ps1",
    "py",
    "rb",
    "rs",
    "rst",
    "scss",
    "sh",
    "so",
    "sql",
    "sum",
    "svg",
    "swift",
    "tar",
    "tf",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "ttf",
    "vue",
    "war",
    "webp",
    "woff",
    "woff2",
];

/// Of a file with another ending so many bytes are looked at.
const PREFIX_BYTES: u64 = 4096;

/// Keys with which a rule file, a test file or a Kubernetes object begins.
const FIRST_KEYS: [&str; 10] = [
    "apiVersion",
    "evaluation_interval",
    "fuzzy_compare",
    "group_eval_order",
    "groups",
    "kind",
    "metadata",
    "namespace",
    "rule_files",
    "tests",
];

/// Whether the name of `path` ends as those of rule files and test files do.
pub fn has_extension(path: &Path) -> bool {
    has_ending(path, &ENDINGS)
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Whether a file that was found in a folder is worth reading: by its ending, or because it begins as rule files and
/// test files do.
pub fn is_worth_reading(path: &Path) -> bool {
    has_extension(path) || !has_ending(path, &OTHER_ENDINGS) && begin(path).is_some_and(|bytes| begins_well(&bytes))
}

/// The first bytes of a file; `None` where it cannot be read, which then is nobody's loss.
fn begin(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(PREFIX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Whether the first thing in a text is a key with which such files begin; in JSON, whether one is near the beginning.
fn begins_well(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    if text.contains('\0') {
        // UTF-16 has many, and a mark.
        return matches!(bytes.get(..2), Some([0xFF, 0xFE] | [0xFE, 0xFF]));
    }
    let says_nothing = |line: &&str| line.is_empty() || line.starts_with(['#', '%']) || line.starts_with("---");
    let Some(first) = text.lines().map(str::trim_start).find(|line| !says_nothing(line)) else { return false };
    if first.starts_with('{') {
        return FIRST_KEYS.iter().any(|key| text.contains(&format!("\"{key}\"")));
    }
    let Some((key, _)) = first.split_once(':') else { return false };
    FIRST_KEYS.contains(&key.trim_end().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_do_not_know_case() {
        for name in ["a.yml", "a.YML", "a.Yaml", "a.rules", "a.rule", "a.alerts"] {
            assert!(has_extension(Path::new(name)), "{name}");
        }
        for name in ["a.json", "a", "yml", "a.yml.j2"] {
            assert!(!has_extension(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn files_with_other_endings_show_what_they_are_at_their_beginning() {
        let yes = [
            "groups:\n- name: g\n",
            "# Copyright\n\n---\n  groups :\n",
            "'groups': []",
            "apiVersion: monitoring.coreos.com/v1\n",
            "{\n  \"groups\": [\n",
            "{\"apiVersion\": \"v1\", \"kind\": \"List\"}",
            "\u{feff}rule_files: [a]\n",
        ];
        for text in yes {
            assert!(begins_well(text.as_bytes()), "{text}");
        }
        let no: [&[u8]; 6] = [
            b"# Title\n\nSome text: groups\n",
            b"local groups = import 'x';\n",
            b"{\"panels\": []}",
            b"\x7fELF\0\0groups:\n",
            b"",
            b"# nothing but remarks\n",
        ];
        for text in no {
            assert!(!begins_well(text), "{}", text.escape_ascii());
        }
    }
}
