//! Unit tests of rules: test files, the runner, comparison of expected and actual.
