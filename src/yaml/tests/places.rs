//! Each byte of a decoded scalar finds its byte of the file.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

/// Bytes that must stand in the file as they are decoded: all but white space, which folding makes, and what an escape
/// stands for. The number of bytes that do.
fn check_places(text: &str, scalar: &Scalar) -> Result<usize, String> {
    let mut exact = 0;
    let mut last = 0;
    for (offset, byte) in scalar.value().bytes().enumerate() {
        let source = scalar.file_offset(offset);
        if source < last {
            return Err(format!("byte {offset} goes back from {last} to {source} in {:?}", scalar.value()));
        }
        last = source;
        let found = text.as_bytes().get(source).copied();
        let escaped = scalar.style == ScalarStyle::DoubleQuoted && found == Some(b'\\');
        if found == Some(byte) {
            exact += 1;
        } else if !escaped && !byte.is_ascii_whitespace() {
            return Err(format!("byte {offset} ({byte:#x}) of {:?} maps to {source}: {found:?}", scalar.value()));
        }
    }
    Ok(exact)
}

fn check_all(text: &str) -> Result<usize, String> {
    let mut result = Ok(0);
    for root in read(text).documents.iter().filter_map(|document| document.root.as_ref()) {
        for_each_scalar(root, &mut |_, scalar| {
            if let Ok(sum) = result.as_mut() {
                match check_places(text, scalar) {
                    Ok(exact) => *sum += exact,
                    Err(error) => result = Err(error),
                }
            }
        });
    }
    result
}

/// A line of a scalar: words, with what each style treats in a way of its own.
fn line() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-z]{1,4}", 1 => Just("é".to_owned()), 1 => Just("😀".to_owned()), 1 => Just("{{ $x }}".to_owned()), 1 => Just("a'b".to_owned()),
        1 => Just("a\"b".to_owned()), 1 => Just("a\\b".to_owned()), 1 => Just("a#b".to_owned()), 1 => Just("a:b".to_owned()),
    ];
    (prop::collection::vec(word, 0..4), "[ ]{0,2}", "[ \t]{0,2}")
        .prop_map(|(words, before, after)| format!("{before}{}{after}", words.join(" ")))
}

fn quoted(lines: &[String], quote: char, indent: &str) -> String {
    let escape = |line: &String| match quote {
        '\'' => line.replace('\'', "''"),
        _ => line.replace('\\', "\\\\").replace('"', "\\\"").replace('é', "\\u00e9").replace('😀', "\\ud83d\\ude00"),
    };
    let continued = if quote == '"' { "\\\n" } else { "\n" };
    let mut out = quote.to_string();
    for (index, line) in lines.iter().map(escape).enumerate() {
        if index > 0 {
            out.push_str(if index % 3 == 2 { continued } else { "\n" });
            out.push_str(indent);
        }
        out.push_str(&line);
    }
    out.push(quote);
    out
}

fn block(lines: &[String], header: &str, indent: &str) -> String {
    let mut out = format!("{header}2\n");
    for line in lines {
        out.push_str(&format!("{indent}{line}\n"));
    }
    out
}

fn plain(lines: &[String], indent: &str) -> String {
    let lines = lines.iter().map(|line| line.trim().trim_start_matches("{{ ").replace("a#b", "c"));
    format!("x{}", lines.collect::<Vec<_>>().join(&format!("\n{indent}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn every_style_maps_back(lines in prop::collection::vec(line(), 1..6), style in 0..9, crlf: bool) {
        let value = match style {
            0 => plain(&lines, "    "),
            1 => quoted(&lines, '\'', "    "),
            2 => quoted(&lines, '"', "    "),
            3 => quoted(&lines, '\'', ""),
            _ => block(&lines, ["|", "|-", "|+", ">", ">+"][style as usize - 4], "    "),
        };
        let text = format!("- k:\n    v: {value}\n").replace("  v: |", "v: |");
        let text = if style >= 4 { format!("k:\n  v: {value}\nz: 1\n") } else { text };
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let result = check_all(&text);
        prop_assert!(result.is_ok(), "{text:?} {result:?}");
    }
}

#[test]
fn a_range_ends_with_its_last_byte() {
    let cases: [(&str, &str, &str); 7] = [
        ("a: |\n  up\n  == 0\n", "up", "up"),
        ("a: |\n  up\n  == 0\n", "up\n==", "up\n  =="),
        ("a: >\n  up\n  == 0\n", "== 0", "== 0"),
        ("a: 'it''s up'", "'s", "''s"),
        ("a: \"\\u00e9t\\u00e9\"", "té", "t\\u00e9"),
        ("a: \"x \\\n    y\"", "y", "y"),
        ("a: 'x{\n}'\n", "{ }", "{\n}"),
    ];
    for (text, decoded, expected) in cases {
        let tree = root(text);
        let scalar = tree.as_mapping().unwrap().get("a").unwrap().value.as_scalar().unwrap();
        let start = scalar.value().find(decoded).unwrap();
        let span = scalar.file_span(Span::new(start, start + decoded.len()));
        assert_eq!(span.slice(text), expected, "{text:?}");
    }
}

/// The files with YAML endings below a folder.
pub(super) fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            found.push(path);
        }
    }
}

/// Whether a text that is no YAML becomes some when Helm or ERB renders it.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("<%")
}

#[test]
fn all_scalars_of_the_corpora_map_back() {
    let Some(folder) = crate::source::testing::shared("") else { return };
    let mut files = Vec::new();
    yaml_files(&folder, &mut files);
    let (mut templates, mut scalars, mut bytes, mut exact) = (0, 0, 0, 0);
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let parsed = read(&text);
        if !parsed.problems.is_empty() && is_template(&text) {
            templates += 1;
            continue;
        }
        assert_eq!(render(&parsed.problems), "", "{}", path.display());
        for root in parsed.documents.iter().filter_map(|document| document.root.as_ref()) {
            for_each_scalar(root, &mut |_, scalar| {
                scalars += 1;
                bytes += scalar.value().len();
                exact += check_places(&text, scalar).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            });
        }
    }
    assert_eq!((files.len(), templates, scalars, bytes, exact), (788, 168, 141_973, 2_670_768, 2_665_327));
}
