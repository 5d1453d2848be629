//! Regular expressions against what promtool 3.5.3 answered: which patterns it refuses and how, and which of a list of
//! values each of the others matches as a label matcher (`tests/data/re2`).

use promproof::promql::regex::{AnchoredRegex, ReplaceRegex, SearchRegex, translate};
use promproof::promql::{self, ParseOptions};
use serde::Deserialize;

#[derive(Deserialize)]
struct Refused {
    pattern: String,
    error: String,
}

#[derive(Deserialize)]
struct Matches {
    pattern: String,
    /// Indices of the values.
    matches: Vec<usize>,
    /// Whether series without the label match.
    empty: bool,
}

fn rows<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn refuses_what_go_refuses_in_the_same_words() {
    let rows: Vec<Refused> = rows(include_str!("../data/re2/refused.jsonl"));
    assert_eq!(rows.len(), 77);
    for row in rows {
        let error = translate(&row.pattern).unwrap_err();
        assert_eq!(error.message, row.error, "{}", row.pattern);
        assert!(error.span.end() <= row.pattern.len(), "{}", row.pattern);
    }
}

#[test]
fn matches_what_go_matches() {
    let values: Vec<String> = serde_json::from_str(include_str!("../data/re2/values.json")).unwrap();
    let rows: Vec<Matches> = rows(include_str!("../data/re2/matches.jsonl"));
    assert_eq!((rows.len(), values.len()), (146, 53));
    for row in rows {
        let regex = AnchoredRegex::new(&row.pattern).unwrap();
        for (index, value) in values.iter().enumerate() {
            assert_eq!(regex.is_match(value), row.matches.contains(&index), "{} {value:?}", row.pattern);
        }
        assert_eq!(regex.is_match(""), row.empty, "{}", row.pattern);
        // A selector whose only matcher matches the empty text is refused.
        let selector = format!("{{a=~{}}}", promproof::model::gofmt::quote(row.pattern.as_bytes()));
        assert_eq!(promql::parse(&selector, &ParseOptions::default()).is_err(), row.empty, "{}", row.pattern);
    }
}

#[test]
fn patterns_are_written_without_relying_on_flags() {
    insta::assert_snapshot!(translate(r"(?i)a[\d&&x]\Q.\E$|.").unwrap(), @r#"(?i:a)(?i:[\x{30}-\x{39}\x{26}-\x{26}\x{26}-\x{26}\x{78}-\x{78}])(?i:\.)\z|[^\n]"#);
    insta::assert_snapshot!(translate(r"(?P<n>x{2,3}?)(?U:y*)\pN\b").unwrap(), @r#"((?:x){2,3}?)(?:(?:y)*?)[\p{gc=N}](?-u:\b)"#);
}

#[test]
fn replacements() {
    let expand = |pattern: &str, text: &str, to: &str| ReplaceRegex::new(pattern).unwrap().expand(text, to, usize::MAX);
    assert_eq!(
        expand("(.*):(?P<port>.*)", "host:80", "${1} $port $2x ${2}x $$ $").as_deref(),
        Some("host 80  80x $ $")
    );
    assert_eq!(expand("a", "ab", "x"), None);
    assert_eq!(expand("a.b", "a\nb", "x").as_deref(), Some("x"));
    assert_eq!(expand("(?P<n>a)|(?P<n>b)", "b", "<$n>").as_deref(), Some("<b>"));
    let search = SearchRegex::new("b*").unwrap();
    assert_eq!(search.replace_all("abbc", "<$0>", 100).as_deref(), Some("<>a<bb>c<>"));
    assert!(!SearchRegex::new("a.b").unwrap().is_match("a\nb"));
}

#[test]
fn lists_of_texts_need_no_engine() {
    let literals = |pattern: &str| AnchoredRegex::new(pattern).unwrap().literals().map(<[String]>::to_vec);
    assert_eq!(literals("api|web|").as_deref(), Some(&["api".to_owned(), "web".to_owned(), String::new()][..]));
    assert_eq!(literals("(a\\.b)").as_deref(), Some(&["a.b".to_owned()][..]));
    assert_eq!(literals("a.b"), None);
    assert_eq!(literals("(?i)a"), None);
}

#[test]
fn patterns_that_are_too_large_are_refused() {
    let error = AnchoredRegex::new("(?:\\pL{100}){10}").unwrap_err();
    assert_eq!(error.message, "error parsing regexp: expression too large: `(?:\\pL{100}){10}`");
    let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(translate(&deep).unwrap_err().message.starts_with("error parsing regexp: expression nests too deeply"));
}
