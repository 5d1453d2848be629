//! Patterns of `rule_files`, which mean what Go's `filepath.Glob` means, over the `glob` crate.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// `*` stops at `/` and matches names that begin with a dot, as in Go.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// The files that `pattern` names, relative to `folder` unless it is absolute; sorted. `None` where the pattern is
/// malformed.
pub fn find(folder: &Path, pattern: &str) -> Option<Vec<PathBuf>> {
    let translated = translate(pattern)?;
    if !has_meta(pattern) {
        let path = folder.join(pattern);
        return Some(if path.exists() { vec![path] } else { Vec::new() });
    }
    let full = if Path::new(pattern).is_absolute() {
        translated
    } else {
        // The folder's own name is no pattern.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        format!("{}/{translated}", Pattern::escape(&folder.to_string_lossy()))
    };
    let paths = glob::glob_with(&full, OPTIONS).ok()?;
    let mut found: Vec<PathBuf> = paths.filter_map(Result::ok).collect();
    found.sort();
    Some(found)
}

/// Whether it is more than a name, as Go sees it: an escape makes a pattern, except on Windows.
fn has_meta(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[']) || !cfg!(windows) && pattern.contains('\\')
}

/// Go's pattern in the notation of the `glob` crate; `None` where Go calls it malformed.
///
/// The two differ in escapes (`\*` against `[*]`), in negated classes (`[^a]` against `[!a]`), and in `**`, which is
/// nothing special in Go.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                if !out.ends_with('*') {
                    out.push('*');
                }
            }
            '[' => push_class(&mut out, &mut chars)?,
            // On Windows the backslash separates folders and nothing can be escaped.
            '\\' if !cfg!(windows) => out.push_str(&Pattern::escape(&chars.next()?.to_string())),
            c => out.push(c),
        }
    }
    Some(out)
}

fn push_class(out: &mut String, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<()> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
        let low = class_char(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { class_char(chars)? } else { low };
        ranges.push((low, high));
    }
    let single = |wanted: char| ranges.iter().any(|(low, high)| *low == wanted && *high == wanted);
    // `[!]` would begin a negation.
    if !negated && ranges.iter().all(|range| *range == ('!', '!')) {
        out.push('!');
        return Some(());
    }
    out.push_str(if negated { "[!" } else { "[" });
    // Where a class stands decides what `]`, `-` and `!` mean: the first comes first, the others come last.
    if single(']') {
        out.push(']');
    }
    for (low, high) in &ranges {
        match (*low, *high) {
            (low, high) if low == high && matches!(low, ']' | '-' | '!') => {}
            (low, high) if low == high => out.push(low),
            (low, high) => out.extend([low, '-', high]),
        }
    }
    if single('!') {
        out.push('!');
    }
    if single('-') {
        out.push('-');
    }
    out.push(']');
    Some(())
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' if !cfg!(windows) => chars.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn notation() {
        let cases = [
            ("rules/*.yml", "rules/*.yml"),
            ("**/x?.yml", "*/x?.yml"),
            ("[^a-c].yml", "[!a-c].yml"),
            ("[!a].yml", "[a!].yml"),
            ("[!].yml", "!.yml"),
            (r"a\*b\[.yml", "a[*]b[[].yml"),
            (r"[\]\-x]", "[]x-]"),
            ("{a,b}.yml", "{a,b}.yml"),
        ];
        for (go, wanted) in cases {
            assert_eq!(translate(go).as_deref(), Some(wanted), "{go}");
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn an_escape_alone_makes_a_pattern() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("[x].yml"), "").unwrap();
        let found = super::find(folder.path(), r"\[x\].y\ml").unwrap();
        assert_eq!(found, [folder.path().join("[x].yml")]);
    }

    #[test]
    fn malformed() {
        for pattern in ["[a", "[]a]", "[a-]", "x\\", "[-a]", "["] {
            assert_eq!(translate(pattern), None, "{pattern}");
        }
    }
}
