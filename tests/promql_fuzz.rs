//! Broken input: random changes to valid expressions, patterns and metrics. Nothing may panic, every error has a
//! place, and what is accepted can be printed and read again.
//!
//! `PROMPROOF_FUZZ_INPUTS` sets how many inputs there are.

#[path = "support/expressions.rs"]
#[allow(dead_code, reason = "only the generator is needed")]
mod expressions;

use expressions::Generator;
use promproof::promql::{self, ParseOptions, regex};

/// Pieces that change what comes after them.
const PIECES: [&str; 40] = [
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "=~",
    "!~",
    "==",
    "\"",
    "'",
    "`",
    "\\",
    "#",
    "\n",
    "@",
    "^",
    "-",
    "+",
    "</",
    " offset ",
    " by ",
    " on ",
    " bool ",
    " group_left ",
    "fill(",
    "step()",
    "start()",
    "1h",
    "0x",
    "1e",
    "_",
    "\u{fffd}",
    "é",
    "inf",
    "5m1",
    "sum",
];

fn inputs() -> u64 {
    std::env::var("PROMPROOF_FUZZ_INPUTS").ok().and_then(|count| count.parse().ok()).unwrap_or(20_000)
}

/// Changes, removes, repeats or adds a few bytes.
fn mutate(random: &mut Generator, input: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        match random.below(6) {
            0 if at < input.len() => input[at] = random.below(256) as u8,
            1 => {
                let end = (at + 1 + random.below(8)).min(input.len());
                input.drain(at.min(end)..end);
            }
            2 => {
                let end = (at + random.below(20)).min(input.len());
                let copy = input[at..end].to_vec();
                let target = random.below(input.len() + 1);
                input.splice(target..target, copy);
            }
            3 => input.truncate(at),
            _ => {
                let piece = random.pick(&PIECES);
                input.splice(at..at, piece.bytes());
            }
        }
    }
}

fn check_expression(input: &[u8]) -> bool {
    let shown = || String::from_utf8_lossy(input).into_owned();
    let strict = promql::parse_bytes(input, &ParseOptions::default());
    match promql::parse_bytes(input, &ParseOptions::all()) {
        Ok(expr) => {
            let printed = expr.to_string();
            let again = promql::parse(&printed, &ParseOptions::all());
            // Less than a millisecond is printed as nothing, which is no range.
            let vanished = |error: &promql::ParseError| error.message == "duration must be greater than 0";
            match again {
                // Prometheus prints the number as `+Inf`, and before `^` the sign reads as an operator of its own.
                Ok(_) if printed.contains("+Inf ^") => {}
                Ok(again) => assert_eq!(again.to_string(), printed, "{}", shown()),
                Err(errors) => assert!(errors.iter().any(vanished), "{} printed as {printed}: {errors:?}", shown()),
            }
            true
        }
        Err(errors) => {
            assert!(strict.is_err(), "{}", shown());
            assert!(!errors.is_empty(), "{}", shown());
            for error in errors {
                assert!(error.span.start <= error.span.end && error.span.end <= input.len(), "{}: {error:?}", shown());
                assert!(!error.message.is_empty());
            }
            false
        }
    }
}

#[test]
fn broken_expressions() {
    let mut accepted = 0;
    for seed in 0..inputs() {
        let mut random = Generator::new(seed);
        let depth = random.below(5);
        let mut input = random.expression(depth).into_bytes();
        mutate(&mut random, &mut input);
        accepted += u64::from(check_expression(&input));
    }
    // Both ways must have been taken, or nothing was tried.
    assert!(accepted > inputs() / 100 && accepted < inputs());
}

const PATTERNS: [&str; 12] = [
    "api|web",
    "(?i:a[^b-d\\d[:alpha:]]+)?",
    "a{2,5}b*?c??",
    "(?P<name>x|y)(?<other>\\pL\\p{Greek})",
    "\\Qa.b\\E\\x{1F600}\\012\\w\\b",
    "^(?ms:.$)",
    "[]a-]{1000}",
    "{|}[[a&&b]",
    "(?U)a+(b|)",
    "\\.\\*\\_",
    "((((a))))",
    "[\\]\\-^]",
];

#[test]
fn broken_patterns() {
    let mut accepted = 0;
    for seed in 0..inputs() {
        let mut random = Generator::new(seed);
        let mut input = random.pick(&PATTERNS).as_bytes().to_vec();
        mutate(&mut random, &mut input);
        let pattern = String::from_utf8_lossy(&input).into_owned();
        match regex::translate(&pattern) {
            Ok(translated) => {
                accepted += 1;
                let compiled = ::regex::RegexBuilder::new(&translated).nest_limit(1_000).build();
                let too_large = matches!(compiled, Err(::regex::Error::CompiledTooBig(_)));
                assert!(compiled.is_ok() || too_large, "{pattern} as {translated}: {compiled:?}");
            }
            Err(error) => {
                assert!(error.span.end <= pattern.len(), "{pattern}: {error:?}");
                assert!(error.message.starts_with("error parsing regexp: "), "{pattern}: {error:?}");
            }
        }
    }
    assert!(accepted > inputs() / 100 && accepted < inputs());
}

#[test]
fn broken_metrics() {
    let mut accepted = 0;
    for seed in 0..inputs() {
        let mut random = Generator::new(seed);
        let mut input =
            random.pick(&["up{a=\"b\"}", "{\"x y\", a='b', \"ü\"=`c`}", "{}", "", "sum{}"]).as_bytes().to_vec();
        mutate(&mut random, &mut input);
        accepted += u64::from(promql::parse_metric(&String::from_utf8_lossy(&input)).is_ok());
    }
    assert!(accepted > inputs() / 100 && accepted < inputs());
}
