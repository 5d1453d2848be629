//! Valid but nasty expressions over small stores of nasty data: no panic, no hang, nothing out of shape,
//! and all steps in one pass give what each step gives alone.

mod agreement;
mod expressions;
mod mutations;
mod query;
mod shape;
mod stores;

use crate::expressions::Generator;
use crate::fuzz::{self, Outcome};
use promproof::engine::Store;
use promproof::promql::{self, ParseOptions};

/// So many consecutive inputs ask the same store: making one takes longer than most questions.
const INPUTS_PER_STORE: u64 = 64;

#[test]
fn generated_expressions() {
    let mut last: Option<(u64, Store)> = None;
    let tally = fuzz::run("generated expressions", 4_000, move |seed| {
        let era = seed / INPUTS_PER_STORE;
        if last.as_ref().is_none_or(|(of, _)| *of != era) {
            last = Some((era, stores::random(&mut Generator::new(!era))));
        }
        let mut random = Generator::new(seed);
        let depth = random.below(6);
        let text = expressions::expression(&mut random, depth);
        fuzz::show(&text);
        let Ok(expr) = promql::parse(&text, &ParseOptions::all()) else { return Outcome::Refused };
        let Some((_, store)) = &last else { return Outcome::Refused };
        query::check(&mut random, store, &text, &expr)
    });
    tally.check();
}

#[test]
fn changed_expressions_of_people() {
    let expressions = [
        crate::corpora::suite_expressions(),
        crate::corpora::rule_expressions(),
        Some(crate::corpora::own_expressions()),
    ];
    let expressions: Vec<String> = expressions.into_iter().flatten().flatten().collect();
    let tally = fuzz::run("changed expressions of people", 4_000, move |seed| {
        let mut random = Generator::new(seed);
        let text = mutations::changed(&mut random, &expressions);
        fuzz::show(&text);
        let Ok(expr) = promql::parse(&text, &ParseOptions::all()) else { return Outcome::Refused };
        let store = stores::fitting(&mut random, &expr);
        query::check(&mut random, &store, &text, &expr)
    });
    tally.check();
}
