//! `SECURITY.md` names a test for each promise, and these tests are there.

use std::path::Path;

#[test]
fn each_promise_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let promises: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).collect();
    let mut named = 0;
    for promise in promises.iter().skip(1) {
        let tests: Vec<&str> =
            promise.split('`').filter(|word| word.starts_with("tests/") && word.contains("::")).collect();
        assert!(!tests.is_empty(), "no test: {promise}");
        for test in tests {
            let (file, function) = test.split_once("::").unwrap();
            let code = std::fs::read_to_string(root.join(file)).unwrap_or_else(|_| panic!("{test}: no such file"));
            assert!(code.contains(&format!("fn {function}(")), "{test}: no such test");
            named += 1;
        }
    }
    assert!(named >= 10, "{named}");
}
