//! `promproof check`

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::baseline::{BaselineArgs, Found, Known};
use super::inputs::Inputs;
use super::online::OnlineArgs;
use super::options::{FormatArgs, Output};
use super::selection::FailingPolicyArgs;
use super::since::SinceArgs;
use super::{Error, ExitStatus, Session, config, fix, history, ignores, outputs};
use crate::lint::{self, Config};
use crate::report::workflow::Annotations;
use crate::report::{
    CheckReport, Failure, Findings, Format, Summary, passed_over, word_on_limits, write_check, write_statistics,
};
use crate::rules::Language;
use crate::workspace::{Document, PassedOver, Purpose, Workspace};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    /// Files or directories; `-` reads standard input
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// What messages call standard input
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_filename: String,

    #[command(flatten)]
    pub format: FormatArgs,

    /// Print the findings and nothing else
    #[arg(short, long)]
    pub quiet: bool,

    /// Count the findings by rule, most frequent first
    #[arg(long)]
    pub statistics: bool,

    /// Apply the fixes that keep what a file means; `-` writes the fixed text to standard output
    #[arg(long, help_heading = "Fixing")]
    pub fix: bool,

    /// Also fixes that are probably right and change what a file means
    #[arg(long, help_heading = "Fixing")]
    pub unsafe_fixes: bool,

    /// Show what --fix or --add-ignores would change, and write nothing; exit with 1 if something would change
    #[arg(long, help_heading = "Fixing", conflicts_with_all = ["output_format", "output", "statistics", "baseline", "update_baseline"])]
    pub diff: bool,

    /// Excuse all findings with comments in their files, for this reason; `until=2027-01-31` in it is the last day on
    /// which they hold
    #[arg(long, value_name = "REASON", help_heading = "Fixing", conflicts_with_all = ["fix", "unsafe_fixes", "update_baseline"])]
    pub add_ignores: Option<String>,

    /// Demand a test that looks at each rule (`test/untested-rule`); with values, at rules whose label `severity` is one
    /// of them: --require-tests=page,critical
    ///
    /// With --since or --staged, of rules that the change has brought, touched or affected. Tests count that are among
    /// the files of the run.
    #[arg(long, value_name = "SEVERITIES", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "")]
    pub require_tests: Option<Vec<String>>,

    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub exit_zero: bool,

    /// Succeed where there is no rule file at all
    #[arg(long)]
    pub allow_none: bool,

    #[command(flatten)]
    pub changes: SinceArgs,

    #[command(flatten)]
    pub online: OnlineArgs,

    #[command(flatten)]
    pub baseline: BaselineArgs,

    #[command(flatten)]
    pub policy: FailingPolicyArgs,
}

const EXAMPLES: &str = "\
Examples:
  promproof check                           all rule files below this directory
  promproof check rules/ alerts.yml         a directory and a file
  promproof check --output-format concise   one line per finding
  promproof check -o sarif=out.sarif        also a report for code scanning
  kubectl get prometheusrule -A -o yaml | promproof check -
  promproof check --diff --unsafe-fixes     what could be fixed, as a patch
  promproof check --add-ignores 'before the move, until=2027-01-31'
  promproof check --select missing-label    one rule
  promproof check --baseline known.jsonl    only what is new
  promproof check --since origin/main       only what this branch concerns
  promproof check --pedantic                also what is likely or an opinion
  promproof check --online                  also ask whether runbooks are there

To excuse a finding, name its rule in a comment at the end of the line or above the rule, in promproof.toml, or with --ignore:
  expr: sum(up)  # promproof: ignore[alert/no-condition] fires on purpose
  [rules]
  \"alert/no-condition\" = \"off\"

Exit code: 0 without errors (with --fail-on warning: and warnings), 1 with some, 2 where a file could not be read or an argument makes no sense.";

impl CheckArgs {
    /// Adds what --require-tests demands.
    ///
    /// # Errors
    /// Where it names more severities than a regular expression can hold.
    fn demand_tests(&self, config: &mut Config) -> Result<(), Error> {
        let Some(severities) = &self.require_tests else { return Ok(()) };
        let severities: Vec<&str> = severities.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
        config.require_tests(&severities).map_err(|_| Error::new("--require-tests has too many values"))
    }

    /// Says which of the severities that --require-tests names no rule has: a misspelt one demands nothing.
    ///
    /// # Errors
    /// Where standard error cannot be written.
    fn name_unknown_severities(&self, workspace: &Workspace, session: &Session) -> Result<(), Error> {
        let wanted = self.require_tests.iter().flatten().map(|word| word.trim()).filter(|word| !word.is_empty());
        let mut unknown: Vec<&str> = wanted.collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let groups = workspace.documents().iter().filter_map(|document| document.rules()).flat_map(|file| &file.groups);
        let labels =
            groups.flat_map(|group| group.rules.iter().flat_map(|rule| rule.labels.iter().chain(&group.labels)));
        for (_, value) in labels.filter(|(name, _)| name.text() == "severity") {
            unknown.retain(|word| *word != value.text());
        }
        for word in unknown {
            writeln!(session.stderr(), "note: no rule of this run has the severity `{word}` of --require-tests")?;
        }
        Ok(())
    }
}

/// Lints the paths and prints what was found.
///
/// # Errors
/// Where the configuration makes no sense, there is no rule file at all, or the output cannot be written.
pub(super) fn run(args: &CheckArgs, session: &Session) -> Result<ExitStatus, Error> {
    let files = args.format.files();
    let mut config = args.policy.load(session)?;
    args.demand_tests(&mut config)?;
    let named: Vec<PathBuf> = args.paths.iter().cloned().chain(args.baseline.path(&config)).collect();
    outputs::forbid_overwriting(&files, &named)?;
    let known = args.baseline.open(&config, args.policy.files(), session)?;
    config::learn(&mut config, args.policy.files(), session)?;
    args.changes.forbid(args)?;
    args.online.forbid(&args.paths)?;
    if let Some(reason) = &args.add_ignores {
        return ignores::run(args, reason, &mut config, known.as_ref(), session);
    }
    if args.fix || args.diff {
        return fix::run(args, &mut config, known.as_ref(), session);
    }
    let progress = session.progress("linting");
    let inputs = read(args, &mut config)?;
    drop(progress);
    let syntax = session.format(&args.format).syntax();
    report(args, &config, known.as_ref(), inputs, 0, &mut session.stdout(syntax), session)
}

/// The files of the arguments.
///
/// # Errors
/// Where there is no rule file at all, and --allow-none is not given.
pub(super) fn read(args: &CheckArgs, config: &mut Config) -> Result<Inputs, Error> {
    let lookup = args.policy.files().lookup(config, &args.paths);
    let mut inputs = Inputs::read(Purpose::Check, &args.paths, &args.stdin_filename, &lookup, config.settings());
    if inputs.workspace.documents().is_empty() && inputs.failures.is_empty() && !args.allow_none {
        return Err(nothing_to_lint(&args.paths, inputs.workspace.passed_over()));
    }
    outputs::forbid_overwriting_read(&args.format.files(), &inputs.workspace, config)?;
    let unread = lint::find_pages(&mut inputs.workspace, config, &lookup);
    inputs.failures.extend(unread.into_iter().map(Failure::from));
    if !inputs.workspace.pages().is_empty() {
        history::offer(config, &lookup.home);
    }
    Ok(inputs)
}

/// Lints the files and prints what was found, after `fixed` findings were fixed.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn report(
    args: &CheckArgs,
    config: &Config,
    known: Option<&Known>,
    mut inputs: Inputs,
    fixed: usize,
    out: &mut dyn Annotations,
    session: &Session,
) -> Result<ExitStatus, Error> {
    args.name_unknown_severities(&inputs.workspace, session)?;
    let asked = args.online.ask(&inputs.workspace, config, session)?;
    let config = asked.as_ref().unwrap_or(config);
    let before = args.changes.before(&mut inputs, &args.paths, config, args.policy.files(), session)?;
    let since = before.is_some();
    let progress = session.progress("linting");
    let (diagnostics, kept) = match &before {
        Some(before) => lint::run_keeping(&inputs.workspace, config, &before.gone),
        None => (lint::run(&inputs.workspace, config), lint::Kept::default()),
    };
    let mut formats = args.format.formats(session.format(&args.format));
    // Each costs the printing of an expression, and people are not told.
    let identities = match known.is_some() || since || formats.any(|format| !format.is_for_people()) {
        true => lint::identify(&inputs.workspace, config, &diagnostics),
        false => Vec::new(),
    };
    drop(progress);
    let workspace = &inputs.workspace;
    let concerned = before.map(|before| before.concerned(workspace, config, &kept, &diagnostics, &identities));
    let mut found = Found { diagnostics, identities, known: 0 };
    if let Some(known) = known {
        found = known.apply(found, &inputs.workspace, config, session)?;
    }
    if let Some(concerned) = concerned {
        found.keep(&concerned);
    }
    let Found { diagnostics, identities, known } = found;

    let passed_over = inputs.workspace.passed_over().to_vec();
    let Inputs { workspace, failures } = inputs;
    let documents = workspace.documents();
    let unchecked = unchecked_expressions(documents);
    let looked_at = documents.len() + workspace.pages().len();
    let mut summary = Summary { fixed, known, since, ..Summary::of(&diagnostics, looked_at) };
    let is_empty = documents.is_empty();
    let files = documents.iter().map(|document| document.source.name().to_owned()).collect();
    // The process is about to end, which frees all trees at once; taking them apart is a twentieth of a run.
    std::mem::forget(workspace);
    summary.elapsed = session.elapsed_for_people();
    // Where nothing could be read, there is nothing to sum up.
    let quiet = args.quiet || is_empty;
    // Nothing was checked, so nothing is said to be clean.
    if is_empty && failures.is_empty() && session.format(&args.format).is_for_people() {
        writeln!(session.stderr(), "{}", nothing_to_lint(&args.paths, &passed_over))?;
    }
    let fail_on = config.fail_on;
    let report =
        CheckReport { diagnostics, identities, files, fail_on, failures, passed_over, unchecked, summary, quiet };
    // Where a file cannot be written the result is still to be seen, and the others are written.
    let written = write_files(args, session, &report);
    print(args, session, &report, out)?;
    outputs::all(written, session)?;
    Ok(if !report.failures.is_empty() {
        ExitStatus::Failed
    } else if report.summary.fails(config.fail_on) && !args.exit_zero {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

/// How many expressions are in which language that is not PromQL.
fn unchecked_expressions(documents: &[Arc<Document>]) -> BTreeMap<Language, usize> {
    let mut unchecked = BTreeMap::new();
    let files = documents.iter().filter_map(|document| document.rules());
    for (language, count) in files.flat_map(|file| &file.unchecked) {
        *unchecked.entry(*language).or_default() += count;
    }
    unchecked
}

/// Writes the report to the files that are asked for.
fn write_files(args: &CheckArgs, session: &Session, report: &CheckReport) -> Vec<Result<(), Error>> {
    let write = |output: &Output| {
        outputs::write(&output.path, |out| {
            write_check(out, output.format, &outputs::style(session), report)?;
            if args.statistics && output.format.is_for_people() {
                write_statistics(out, &outputs::style(session), &report.diagnostics)?;
            }
            Ok(())
        })?;
        tell_limits(output.format, &report.findings(), session)
    };
    args.format.output.iter().map(write).collect()
}

/// Says on standard error what the readers of a format do not take.
///
/// # Errors
/// Where standard error cannot be written.
pub(super) fn tell_limits(format: Format, findings: &Findings<'_>, session: &Session) -> Result<(), Error> {
    if let Some(word) = word_on_limits(format, findings) {
        writeln!(session.stderr(), "warning: {word}")?;
    }
    Ok(())
}

/// Prints the report, and what could not be read on standard error.
fn print(args: &CheckArgs, session: &Session, report: &CheckReport, out: &mut dyn Annotations) -> Result<(), Error> {
    let format = session.format(&args.format);
    write_check(out, format, &session.style, report)?;
    if args.statistics && format.is_for_people() {
        write_statistics(out, &session.style, &report.diagnostics)?;
    }
    out.flush()?;
    tell_limits(format, &report.findings(), session)?;
    // On GitHub they are annotations among the others.
    if format != Format::Github {
        for failure in &report.failures {
            session.report(&Error::new(failure.to_string()));
        }
    }
    Ok(())
}

/// A run that lints nothing proves nothing.
fn nothing_to_lint(paths: &[PathBuf], passed_over: &[PassedOver]) -> Error {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    if !passed_over.is_empty() {
        let files = passed_over::in_words(passed_over);
        let error = Error::new(format!("nothing to lint in {}: only {files}", paths.join(", ")));
        return match passed_over::advice(passed_over) {
            Some(advice) => error.help(advice),
            None => error,
        };
    }
    Error::new(format!("no rule file in {}", paths.join(", ")))
        .help("a rule file has a `groups:` list at the top, or holds Kubernetes objects of kind PrometheusRule; --allow-none accepts that there is none")
}
