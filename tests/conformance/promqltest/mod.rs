//! Runs `.test` scripts: Prometheus' own suite for PromQL, and ours in `testdata/promql`.
//!
//! Prometheus' suite is read from `../shared/conformance/promqltest`; without that folder its tests say that they are
//! skipped. While working on the engine:
//!
//! ```text
//! cargo test --test conformance -- promqltest::upstream::histograms           one file
//! PROMQLTEST_ONLY=functions.test:120 cargo test --test conformance -- promqltest::upstream::functions --nocapture
//! PROMQLTEST_DIR=/my/scripts cargo test --test conformance -- promqltest::directory
//! ```
//!
//! What the script language means is described in Prometheus' `promql/promqltest/README.md`.

mod classic;
mod compare;
mod run;
mod script;
mod variants;

use std::path::{Path, PathBuf};

use run::Report;

/// Prometheus' scripts, below the shared folder.
const UPSTREAM: &str = "conformance/promqltest";

/// Runs one script, prints `name: passed of total` and every failure.
fn run_file(path: &Path) -> Report {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let report = run::run_script(&name, &text, std::env::var("PROMQLTEST_ONLY").ok().as_deref());
    println!("{name}: {} of {}", report.passed, report.total);
    for failure in &report.failures {
        println!("{failure}\n");
    }
    report
}

/// The `.test` files of a folder, by name.
fn scripts(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "test"));
    paths.sort();
    paths
}

/// Runs every script of a folder; fails when any evaluation fails or there is none.
fn run_directory(directory: &Path) {
    let reports: Vec<Report> = scripts(directory).iter().map(|path| run_file(path)).collect();
    let total: usize = reports.iter().map(|report| report.total).sum();
    let failures: usize = reports.iter().map(|report| report.failures.len()).sum();
    println!("{}: {} of {total}", directory.display(), reports.iter().map(|report| report.passed).sum::<usize>());
    assert!(total > 0, "{} has no evaluations", directory.display());
    assert_eq!(failures, 0, "failures in {}", directory.display());
}

#[test]
fn our_own_scripts() {
    run_directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/promql"));
}

/// The folder that `PROMQLTEST_DIR` names, for work on the engine.
#[test]
fn directory() {
    if let Some(directory) = std::env::var_os("PROMQLTEST_DIR") {
        run_directory(Path::new(&directory));
    }
}

/// Prometheus' own scripts, one test each, with the number of evaluations that each has.
mod upstream {
    use crate::shared::shared;

    macro_rules! scripts {
        ($($test:ident $file:literal $count:literal,)*) => {
            $(#[test]
            fn $test() {
                let Some(directory) = shared(super::UPSTREAM) else { return };
                let report = super::run_file(&directory.join($file));
                assert!(report.failures.is_empty(), "{} failures in {}", report.failures.len(), $file);
                if std::env::var_os("PROMQLTEST_ONLY").is_none() {
                    assert_eq!(report.passed, $count);
                }
            })*

            #[test]
            fn no_script_is_left_out() {
                let Some(directory) = shared(super::UPSTREAM) else { return };
                let found: Vec<_> = super::scripts(&directory);
                let found: Vec<_> = found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
                assert_eq!(found, [$($file),*]);
                assert_eq!([$($count),*].iter().sum::<usize>(), 2214);
            }
        };
    }

    scripts! {
        aggregators "aggregators.test" 160,
        at_modifier "at_modifier.test" 78,
        collision "collision.test" 2,
        duration_expression "duration_expression.test" 59,
        extended_vectors "extended_vectors.test" 169,
        fill_modifier "fill-modifier.test" 46,
        functions "functions.test" 431,
        histograms "histograms.test" 185,
        info "info.test" 53,
        limit "limit.test" 37,
        literals "literals.test" 25,
        name_label_dropping "name_label_dropping.test" 30,
        native_histograms "native_histograms.test" 522,
        operators "operators.test" 214,
        range_queries "range_queries.test" 18,
        selectors "selectors.test" 31,
        staleness "staleness.test" 17,
        start_timestamps "start_timestamps.test" 26,
        subquery "subquery.test" 34,
        trig_functions "trig_functions.test" 19,
        type_and_unit "type_and_unit.test" 58,
    }
}
