//! What `promproof init` finds out about a repository, and the files that it proposes: a configuration, a hook, a job of
//! CI, a first test. Nothing is asked that can be seen, and nothing is proposed where something is already.
//!
//! `survey` reads the rules, `surroundings` what lies around them; `configuration` and `automation` write texts;
//! [`starter()`] finds the test. Whoever calls this writes the files.

mod automation;
mod configuration;
mod starter;
mod surroundings;
mod survey;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use configuration::Setting;
use surroundings::Surroundings;
use survey::Survey;

pub use automation::RELEASED;
pub use starter::{Starter, starter};

use crate::lint::{self, Config};
use crate::rules::Shape;
use crate::source::{Diagnostic, Severity, SourceFile, words};
use crate::unittest::RunOptions;
use crate::workspace::config_file::FILE_NAMES;
use crate::workspace::paths::slashed;
use crate::workspace::{Lookup, Workspace, discover};

/// What was found, and what follows from it.
#[derive(Debug, Default)]
pub struct Plan {
    /// What was found: a word on what it is about, and the finding.
    pub found: Vec<(&'static str, String)>,
    /// The files to write, in this order.
    pub files: Vec<Proposal>,
    /// What is left alone, and why.
    pub kept: Vec<Kept>,
    /// The commands that come next.
    pub next: Vec<Next>,
}

/// A command that comes next.
#[derive(Debug)]
pub struct Next {
    /// The command.
    pub command: String,
    /// What it does.
    pub about: String,
    /// The file among those to write without which there is nothing to it.
    pub needs: Option<PathBuf>,
}

/// A file to write.
#[derive(Debug)]
pub struct Proposal {
    /// Where, from the current folder.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
    /// What it is.
    pub about: String,
}

/// Something that is not written.
#[derive(Debug)]
pub struct Kept {
    /// What would have been written.
    pub what: String,
    /// Why it is not.
    pub why: String,
    /// What to put there by hand; empty where there is nothing to do.
    pub by_hand: String,
}

/// What to know before.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The configuration that holds without the one that is proposed.
    pub config: &'a Config,
    /// Its file, where there is one.
    pub config_path: Option<&'a Path>,
    /// Where files were looked for.
    pub lookup: &'a Lookup,
    /// How tests run.
    pub options: RunOptions,
}

/// Looks at the current folder, whose rule files and test files `workspace` holds; `None` where there is nothing that
/// promproof is about.
pub fn plan(workspace: &mut Workspace, ground: &Ground<'_>) -> Option<Plan> {
    let survey = Survey::of(workspace);
    let folders = discover(&[PathBuf::from(".")], ground.lookup).folders;
    let around = Surroundings::of(&folders, &survey);
    if survey.is_empty() && around.jsonnet.is_none() {
        return None;
    }
    let mut plan = Plan { found: found(&survey, &around), ..Plan::default() };
    let diagnostics = plan.configuration(workspace, ground, &survey, &around);
    plan.automation(&survey, &around);
    let first_test = plan.first_test(workspace, ground, &survey);
    plan.next_commands(&survey, &around, &diagnostics, first_test);
    Some(plan)
}

impl Plan {
    /// Proposes a file, unless something is there; whether it does.
    fn propose(&mut self, path: impl Into<PathBuf>, text: String, about: impl Into<String>, by_hand: String) -> bool {
        let path = path.into();
        let is_there = path.symlink_metadata().is_ok();
        if is_there {
            let what = path.display().to_string();
            let has_it = std::fs::read_to_string(&path).is_ok_and(|text| text.contains("promproof"));
            let (why, by_hand) = match has_it {
                true => ("it is there and names promproof", String::new()),
                false if by_hand.is_empty() => ("it is there", by_hand),
                false => ("it is there; to add:", by_hand),
            };
            self.kept.push(Kept { what, why: why.to_owned(), by_hand });
        } else {
            self.files.push(Proposal { path, text, about: about.into() });
        }
        !is_there
    }

    /// The configuration, which demands nothing that rules do not keep to. Gives what is found under it.
    fn configuration(
        &mut self,
        workspace: &mut Workspace,
        ground: &Ground<'_>,
        survey: &Survey,
        around: &Surroundings,
    ) -> Vec<Diagnostic> {
        if let Some(path) = ground.config_path {
            let what = path.display().to_string();
            self.kept.push(Kept { what, why: "it is there and holds".to_owned(), by_hand: String::new() });
            return lint::run(workspace, ground.config);
        }
        let path = FILE_NAMES.first().copied().unwrap_or_default();
        let mut settings = configuration::settings(survey, around);
        loop {
            let text = configuration::text(survey, &settings);
            let Some(diagnostics) = found_under(&text, workspace, ground) else {
                let why = "what was found does not make a configuration that can be read".to_owned();
                self.kept.push(Kept { what: path.to_owned(), why, by_hand: String::new() });
                return lint::run(workspace, ground.config);
            };
            // Each round takes a setting away, so it ends.
            if !doubt(&mut settings, &diagnostics) {
                self.propose(path, text, "the configuration", String::new());
                return diagnostics;
            }
        }
    }

    /// Hooks and jobs, at the root of a repository, which is where they are looked for.
    fn automation(&mut self, survey: &Survey, around: &Surroundings) {
        if around.is_below_git_root {
            let why = "they belong into the root of the repository; run `promproof init` there for them".to_owned();
            self.kept.push(Kept { what: "hook and workflow".to_owned(), why, by_hand: String::new() });
            return;
        }
        let charts = charts(survey, around);
        let hook = "a hook for every commit (`pre-commit install` switches it on)";
        let waiting = survey.words_of_waiting();
        let entry = automation::hook_entry(&waiting);
        self.propose(".pre-commit-config.yaml", automation::hooks(&entry), hook, entry);
        if around.github.is_some() {
            let text = automation::github_workflow(&charts, &waiting);
            let about = "checks and tests every pull request";
            self.propose(".github/workflows/promproof.yml", text, about, String::new());
        }
        if around.gitlab.is_some() {
            let job = automation::gitlab_job(&waiting);
            self.propose(".gitlab-ci.yml", job.clone(), "checks and tests every merge request", job);
        }
        if around.github.is_none() && around.gitlab.is_none() {
            let why = "nothing shows where CI runs; any other runs `promproof check` and `promproof test`".to_owned();
            self.kept.push(Kept { what: "workflow".to_owned(), why, by_hand: String::new() });
        }
    }

    /// A first test, where there is none yet; the file that is proposed for it.
    fn first_test(&mut self, workspace: &Workspace, ground: &Ground<'_>, survey: &Survey) -> Option<PathBuf> {
        let kept = |why: String| Kept { what: "first test".to_owned(), why, by_hand: String::new() };
        if survey.tests > 0 {
            let tests = words::counted(survey.tests, "test file");
            let verb = if survey.tests == 1 { "is" } else { "are" };
            self.kept.push(kept(format!("{tests} {verb} there already")));
            return None;
        }
        let Some(starter) = starter(workspace, &ground.options) else {
            let why = match survey.alerts {
                0 => "there is no alert that could be tested: rules have to be rendered first",
                _ => "no rule is simple enough for a test without you; docs/tests.md says how to write one",
            };
            self.kept.push(kept(why.to_owned()));
            return None;
        };
        let minutes = |ms: i64| crate::model::duration::format_duration(ms);
        let pending = match starter.pending_ms == starter.firing_ms {
            true => String::new(),
            false => format!("pending at {}, ", minutes(starter.pending_ms)),
        };
        let about =
            format!("a test of {}, which passes: {pending}firing at {}", starter.alert, minutes(starter.firing_ms));
        let path = starter.path.clone();
        self.propose(starter.path, starter.text, about, String::new()).then_some(path)
    }

    fn next_commands(
        &mut self,
        survey: &Survey,
        around: &Surroundings,
        found: &[Diagnostic],
        first_test: Option<PathBuf>,
    ) {
        let mut add =
            |command: &str, about: String| self.next.push(Next { command: command.to_owned(), about, needs: None });
        let mut charts = charts(survey, around);
        charts.retain(|chart| automation::is_plain(chart));
        for chart in charts.iter().take(3) {
            add(&format!("helm template {chart} | promproof check -"), "check what Helm makes of the chart".to_owned());
        }
        if survey.rule_files() > 0 {
            let count = |severity: Severity| found.iter().filter(|finding| finding.severity == severity).count();
            let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
            let counts = [(errors, "error"), (warnings, "warning")];
            let counts: Vec<String> = counts
                .iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| words::counted(*count, word))
                .collect();
            let told = if counts.is_empty() { "nothing".to_owned() } else { counts.join(" and ") };
            add("promproof check", format!("finds {told} today"));
            if errors > 0 {
                add(
                    "promproof check --baseline promproof-baseline.jsonl --update-baseline",
                    "takes them as known".to_owned(),
                );
            }
        } else if charts.is_empty() && !survey.passed_over.is_empty() {
            add("promproof check -", "checks what is rendered from the templates, on standard input".to_owned());
        } else if around.jsonnet.is_some() {
            add(
                "jsonnet -S rules.jsonnet | promproof check -",
                "check what jsonnet makes, with your command for it".to_owned(),
            );
        }
        if first_test.is_some() || survey.tests > 0 {
            let about = match survey.words_of_waiting() {
                words if words.is_empty() => "runs the tests".to_owned(),
                words => format!("runs the tests; {words}"),
            };
            let command = "promproof test".to_owned();
            self.next.push(Next { command, about, needs: first_test });
        }
    }
}

/// The charts that have templates of rules.
fn charts(survey: &Survey, around: &Surroundings) -> Vec<String> {
    let has_rules = |chart: &&PathBuf| survey.helm_templates.iter().any(|path| Path::new(path).starts_with(chart));
    let shown = |chart: &PathBuf| match chart.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => slashed(chart),
    };
    around.charts.iter().filter(has_rules).map(shown).collect()
}

/// What is found under a configuration with this text; `None` where it cannot be read.
fn found_under(text: &str, workspace: &mut Workspace, ground: &Ground<'_>) -> Option<Vec<Diagnostic>> {
    let file = Arc::new(SourceFile::new("promproof.toml", text));
    let config = Config::parse(&file).ok()?;
    let files = ground.config.files();
    let mut config = config.located(files.root(), files.root());
    // Pages that cannot be read are found by `check`, and no reason against a setting.
    let _ = lint::find_pages(workspace, &mut config, ground.lookup);
    let mut found = lint::run(workspace, &config);
    // What the configuration leaves out has been read already.
    found.retain(|finding| !config.files().excludes(Path::new(finding.primary.file.name())));
    Some(found)
}

/// Makes suggestions of settings that rules do not keep to; whether there is one.
fn doubt(settings: &mut [Setting], diagnostics: &[Diagnostic]) -> bool {
    let broken: FxHashSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.rule).collect();
    let broken: Vec<&str> = broken.into_iter().collect();
    // All of them are asked.
    settings.iter_mut().map(|setting| setting.doubt(&broken)).filter(|is_doubted| *is_doubted).count() > 0
}

/// What was found, in words.
fn found(survey: &Survey, around: &Surroundings) -> Vec<(&'static str, String)> {
    let mut found = vec![("rules", rules(survey))];
    if let Some(path) = &around.jsonnet {
        found.push((
            "jsonnet",
            format!("{} is here: fixes belong there where rule files are made from it", path.display()),
        ));
    }
    let passed_over = survey.passed_over.iter().map(|(what, count)| words::counted(*count, what)).collect::<Vec<_>>();
    if !passed_over.is_empty() {
        found.push(("not read", format!("{}: what Prometheus reads is made from them", passed_over.join(", "))));
    }
    if survey.rule_files() > 0 {
        let dialects = survey.dialects.keys().map(|dialect| dialect.program());
        found.push(("dialect", dialects.collect::<Vec<_>>().join(", ")));
    }
    if let Some(uses) = survey.labels.get("severity") {
        let values = uses.values.keys().cloned().collect::<Vec<_>>().join(", ");
        found.push(("severity", format!("on {} of {}: {values}", uses.alerts, words::counted(survey.alerts, "alert"))));
    }
    for (key, count) in survey.link_keys().into_iter().take(1) {
        let beginning = survey.link_beginning().map_or(String::new(), |(beginning, _)| format!(": {beginning}"));
        found
            .push(("runbooks", format!("`{key}` on {count} of {}{beginning}", words::counted(survey.alerts, "alert"))));
    }
    if let Some((path, server)) = &around.server {
        let intervals =
            [&server.scrape_interval, &server.evaluation_interval].map(|value| value.clone().unwrap_or("?".to_owned()));
        found.push((
            "server",
            format!("{}: scrapes every {}, evaluates every {}", path.display(), intervals[0], intervals[1]),
        ));
    }
    found
        .push(("tests", if survey.tests == 0 { "none".to_owned() } else { words::counted(survey.tests, "test file") }));
    let ci: Vec<&str> = [around.github, around.gitlab].into_iter().flatten().collect();
    found.push(("CI", if ci.is_empty() { "nothing that says where it runs".to_owned() } else { ci.join("; ") }));
    found
}

fn rules(survey: &Survey) -> String {
    if survey.rule_files() == 0 {
        return "no rule file that can be read as it is".to_owned();
    }
    let name = |shape: Shape| match shape {
        Shape::Plain => "plain",
        Shape::Bare => "rules without groups",
        Shape::Values => "in values of Helm charts",
        Shape::Kubernetes => "of Kubernetes objects",
    };
    let shapes: Vec<String> = survey.shapes.iter().map(|(shape, count)| format!("{count} {}", name(*shape))).collect();
    format!(
        "{} ({}), {}, {}",
        words::counted(survey.rule_files(), "file"),
        shapes.join(", "),
        words::counted(survey.alerts, "alert"),
        words::counted(survey.recordings, "recording rule")
    )
}
