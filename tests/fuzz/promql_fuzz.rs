//! Broken input: random changes to valid expressions, patterns and metrics. Nothing may panic, every error has a
//! place, and what is accepted can be printed and read again.
//!
//! `PROMPROOF_FUZZ_INPUTS` sets how many inputs there are, `PROMPROOF_FUZZ_SEED` which comes first.

use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use crate::mutate;
use promproof::promql::{self, ParseOptions, regex};

/// How many inputs each test tries unless the environment says otherwise.
const INPUTS: u64 = 20_000;

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

/// Changes, removes, repeats or adds a few bytes.
fn mutate(random: &mut Generator, input: &mut Vec<u8>) {
    mutate::bytes(random, input, &PIECES);
}

fn check_expression(input: &[u8]) -> Outcome {
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
                // As upstream: less than a millisecond is printed, as nothing, which is not printed again.
                Ok(again) if printed.contains(" offset 0s") => {
                    assert_eq!(again.to_string(), printed.replace(" offset 0s", ""), "{}", shown());
                }
                Ok(again) => assert_eq!(again.to_string(), printed, "{}", shown()),
                Err(errors) => assert!(errors.iter().any(vanished), "{} printed as {printed}: {errors:?}", shown()),
            }
            Outcome::Result
        }
        Err(errors) => {
            assert!(strict.is_err(), "{}", shown());
            assert!(!errors.is_empty(), "{}", shown());
            for error in errors {
                assert!(
                    error.span.start() <= error.span.end() && error.span.end() <= input.len(),
                    "{}: {error:?}",
                    shown()
                );
                assert!(!error.message.is_empty());
            }
            Outcome::Refused
        }
    }
}

#[test]
fn broken_expressions() {
    let tally = fuzz::run("broken expressions", INPUTS, |seed| {
        let mut random = Generator::new(seed);
        let depth = random.below(5);
        let mut input = random.expression(depth).into_bytes();
        mutate(&mut random, &mut input);
        fuzz::show(&String::from_utf8_lossy(&input));
        check_expression(&input)
    });
    tally.check();
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
    let tally = fuzz::run("broken patterns", INPUTS, |seed| {
        let mut random = Generator::new(seed);
        let mut input = random.pick(&PATTERNS).as_bytes().to_vec();
        mutate(&mut random, &mut input);
        let pattern = String::from_utf8_lossy(&input).into_owned();
        fuzz::show(&pattern);
        match regex::translate(&pattern) {
            Ok(translated) => {
                let compiled = ::regex::RegexBuilder::new(&translated).nest_limit(1_000).build();
                let too_large = matches!(compiled, Err(::regex::Error::CompiledTooBig(_)));
                assert!(compiled.is_ok() || too_large, "{pattern} as {translated}: {compiled:?}");
                Outcome::Result
            }
            Err(error) => {
                assert!(error.span.end() <= pattern.len(), "{pattern}: {error:?}");
                assert!(error.message.starts_with("error parsing regexp: "), "{pattern}: {error:?}");
                Outcome::Refused
            }
        }
    });
    tally.check();
}

const METRICS: [&str; 5] = ["up{a=\"b\"}", "{\"x y\", a='b', \"ü\"=`c`}", "{}", "", "sum{}"];

#[test]
fn broken_metrics() {
    let tally = fuzz::run("broken metrics", INPUTS, |seed| {
        let mut random = Generator::new(seed);
        let mut input = random.pick(&METRICS).as_bytes().to_vec();
        mutate(&mut random, &mut input);
        let metric = String::from_utf8_lossy(&input).into_owned();
        fuzz::show(&metric);
        match promql::parse_metric(&metric) {
            Ok(labels) if labels.is_empty() => Outcome::Empty,
            Ok(_) => Outcome::Result,
            Err(error) => {
                assert!(error.span.end() <= metric.len() && !error.message.is_empty(), "{metric}: {error:?}");
                Outcome::Refused
            }
        }
    });
    tally.check();
}
