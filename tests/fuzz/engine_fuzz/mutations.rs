//! Expressions that people wrote, with a few words exchanged for others of their kind.

use promproof::promql::functions::FUNCTIONS;

use crate::expressions::Generator;

const NUMBERS: [&str; 9] = ["0", "-1", "NaN", "Inf", "1e308", "0.5", "9223372036854775807", "1e-9", "3"];
const DURATIONS: [&str; 8] = ["1ms", "15s", "1m", "5m", "1h", "1d", "100y", "step()"];
const OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "%", "^", " atan2 ", "==", "!=", "<", ">=", "</", ">/", " and ", " or ", " unless "];
const MODIFIERS: [&str; 8] = [
    " offset 1m",
    " offset -1h",
    " @ 300",
    " @ start()",
    " anchored",
    " smoothed",
    " @ -9223372036854774",
    " offset (step() - 1s)",
];
const WRAPPERS: [(&str, &str); 10] = [
    ("sum by (instance) (", ")"),
    ("topk(2, ", ")"),
    ("limit_ratio(-0.5, ", ")"),
    ("count_values(\"le\", ", ")"),
    ("max_over_time((", ")[2m:20s])"),
    ("rate((", ")[5m:1m] offset 1m)"),
    ("histogram_quantile(0.9, ", ")"),
    ("label_replace(", ", \"x\", \"$1\", \"instance\", \"(.*)\")"),
    ("info(", ")"),
    ("absent(", ")"),
];

/// One of `expressions`, changed in up to three places.
pub(crate) fn changed(random: &mut Generator, expressions: &[String]) -> String {
    let mut text = expressions[random.below(expressions.len())].clone();
    for _ in 0..random.below(4) {
        text = change(random, &text, expressions);
    }
    text
}

fn change(random: &mut Generator, text: &str, expressions: &[String]) -> String {
    match random.below(9) {
        0 => {
            let (before, after) = WRAPPERS[random.below(WRAPPERS.len())];
            format!("{before}{text}{after}")
        }
        1 => {
            let other = &expressions[random.below(expressions.len())];
            format!("({text}) {} ({other})", random.pick(&OPERATORS))
        }
        2 => insert_after(random, text, &[']', '}', ')'], &MODIFIERS),
        3 | 4 => replace_word(
            random,
            text,
            |word| word.starts_with(|c: char| c.is_ascii_digit()),
            |random, word| {
                if word.ends_with(|c: char| c.is_ascii_digit()) {
                    random.pick(&NUMBERS)
                } else {
                    random.pick(&DURATIONS)
                }
            },
        ),
        5 | 6 => replace_word(
            random,
            text,
            |word| FUNCTIONS.iter().any(|known| known.name == word),
            |random, word| {
                // Of the same types, so that the whole stays valid.
                let same = FUNCTIONS.iter().find(|known| known.name == word);
                let same = |known: &&promproof::promql::functions::Function| {
                    same.is_some_and(|other| known.args == other.args && known.returns == other.returns)
                };
                let names: Vec<&str> = FUNCTIONS.iter().filter(same).map(|known| known.name).collect();
                names[random.below(names.len())]
            },
        ),
        _ => replace_word(
            random,
            text,
            |word| matches!(word, "and" | "or" | "unless"),
            |random, _| random.pick(&OPERATORS),
        ),
    }
}

/// Exchanges one of the words that `is_meant`, if there is one.
fn replace_word(
    random: &mut Generator,
    text: &str,
    is_meant: impl Fn(&str) -> bool,
    other: impl Fn(&mut Generator, &str) -> &'static str,
) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.');
    let mut words = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find(is_word).map(|start| rest + start) {
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |length| start + length);
        if is_meant(&text[start..end]) {
            words.push(start..end);
        }
        rest = end;
    }
    if words.is_empty() {
        return text.to_owned();
    }
    let place = words[random.below(words.len())].clone();
    let replacement = other(random, &text[place.clone()]);
    format!("{}{replacement}{}", &text[..place.start], &text[place.end..])
}

/// Puts one of `pieces` behind one of the characters `ends`, if there is one.
fn insert_after(random: &mut Generator, text: &str, ends: &[char], pieces: &[&str]) -> String {
    let places: Vec<usize> = text.match_indices(ends).map(|(start, end)| start + end.len()).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let (before, after) = text.split_at(places[random.below(places.len())]);
    format!("{before}{}{after}", random.pick(pieces))
}
