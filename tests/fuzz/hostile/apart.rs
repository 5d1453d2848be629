//! A generator in a process of its own, whose address space is limited.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fuzz::{self, Outcome, Tally};

/// What a process may have, in KiB. What is allocated beyond it aborts the process.
const MEMORY_KIB: u64 = 1 << 20;
/// Says to the process that it is the one, and where it notes the seed that it tries.
const NOTES: &str = "PROMPROOF_FUZZ_NOTES";

/// Stands where no report may show what stands there.
pub(super) const SECRET: &str = "hunter2";

/// A generator and its part of the work.
pub(super) struct Plan {
    /// The test that calls [`run`], as libtest names it.
    pub(super) test: &'static str,
    /// So many inputs where nobody says how many.
    pub(super) inputs: u64,
    /// So many of 10,000 inputs of `PROMPROOF_FUZZ_INPUTS` are for this generator.
    pub(super) share: u64,
}

/// Runs the test `plan.test` again in a process of its own, or, in that process, tries the inputs and gives `check` the
/// tally.
pub(super) fn run(
    plan: &Plan,
    try_one: impl FnMut(u64) -> Outcome + Send + 'static,
    check: impl FnOnce(&Tally) + Send + 'static,
) {
    match std::env::var_os(NOTES) {
        Some(notes) => check(&work(plan, Path::new(&notes), try_one)),
        None => spawn(plan),
    }
}

fn work(plan: &Plan, notes: &Path, try_one: impl FnMut(u64) -> Outcome + Send + 'static) -> Tally {
    let inputs = fuzz::number("PROMPROOF_FUZZ_INPUTS").map_or(plan.inputs, |all| (all * plan.share / 10_000).max(1));
    // An error means that there is a pool already, which serves as well.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(8 << 20).build_global();
    let file = std::fs::File::create(notes).unwrap();
    let note = move |seed: u64| {
        use std::os::unix::fs::FileExt as _;
        file.write_all_at(&seed.to_le_bytes(), 0).unwrap();
    };
    fuzz::run_noting(plan.test, inputs, note, try_one)
}

#[expect(clippy::print_stdout, reason = "a test reports")]
fn spawn(plan: &Plan) {
    let folder = tempfile::tempdir().unwrap();
    let notes: PathBuf = folder.path().join("seed");
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {MEMORY_KIB}; ulimit -c 0; exec \"$0\" \"$@\""));
    command.arg(std::env::current_exe().unwrap()).args(["--exact", plan.test, "--nocapture"]);
    // Each thread reserves address space; how many there are must not depend on the machine.
    command.env("RAYON_NUM_THREADS", "2").env("MALLOC_ARENA_MAX", "2").env(NOTES, &notes);
    // Whoever reads the environment as a file shows it.
    command.env("PROMPROOF_TOKEN", SECRET);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // Who repeats one input wants to see it.
    let is_whole = !output.status.success() || fuzz::number("PROMPROOF_FUZZ_INPUTS") == Some(1);
    text.lines().filter(|line| is_whole || line.starts_with(plan.test)).for_each(|line| println!("{line}"));
    assert!(text.contains("1 passed") || !output.status.success(), "{}: no such test", plan.test);
    let seed = std::fs::read(&notes).ok().and_then(|bytes| Some(u64::from_le_bytes(bytes.try_into().ok()?)));
    assert!(
        output.status.success(),
        "{}: {} at the input {seed:?}; PROMPROOF_FUZZ_SEED with PROMPROOF_FUZZ_INPUTS=1 repeats it\n{}",
        plan.test,
        output.status,
        String::from_utf8_lossy(&output.stderr),
    );
}
