//! What runs promproof for everybody: a hook and a job of CI.

/// The release that users are told to take: this program itself or, of a development version, the one before; before the first
/// release, that one, which is still to come. `.ci/set-version` writes it.
pub const RELEASED: &str = "0.1.0";

/// Why tests do not run.
fn off_until(waiting: &str) -> String {
    format!("Off until what is tested is rendered first: {waiting}.")
}

/// The entry of pre-commit's `repos`. `waiting` says in words that tests wait for rule files; their hook is left out then, as
/// every commit would fail.
pub(super) fn hook_entry(waiting: &str) -> String {
    let test = match waiting {
        "" => "      - id: promproof-test\n".to_owned(),
        waiting => format!("      # {}\n      # - id: promproof-test\n", off_until(waiting)),
    };
    format!(
        "  - repo: https://github.com/promproof/promproof\n    rev: v{RELEASED}\n    hooks:\n      - id: promproof-check\n{test}"
    )
}

/// `.pre-commit-config.yaml` with this entry.
pub(super) fn hooks(entry: &str) -> String {
    format!("# https://pre-commit.com: `pre-commit install` runs these before every commit.\nrepos:\n{entry}")
}

/// `.github/workflows/promproof.yml`, with a step for each chart that has rules in its templates. `waiting` as in
/// [`hook_entry`].
pub(super) fn github_workflow(charts: &[String], waiting: &str) -> String {
    let steps: String = charts.iter().enumerate().map(|(index, chart)| helm_step(index, chart)).collect();
    let inputs = match waiting {
        "" => String::new(),
        waiting => format!("        with:\n          # {}\n          test: false\n", off_until(waiting)),
    };
    format!(
        "name: promproof
on:
  pull_request:
  push:
    branches: [main, master]
permissions:
  contents: read
jobs:
  rules:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
{steps}      - uses: promproof/promproof@v{RELEASED}
{inputs}"
    )
}

/// Whether a folder may stand in a command as it is; names that a shell could misunderstand are not written into one.
pub(super) fn is_plain(folder: &str) -> bool {
    !folder.starts_with('-') && folder.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
}

/// Helm is on GitHub's runners; what it makes of a chart is checked with the other files.
fn helm_step(index: usize, chart: &str) -> String {
    if !is_plain(chart) {
        return String::new();
    }
    format!(
        "      - name: Render the rules of the chart\n        run: helm template {chart} > rendered-{index}.yaml # checked below\n"
    )
}

/// `.gitlab-ci.yml`, or what belongs into it. Tests run after a finding, too, and the job fails at its end. `waiting` as in
/// [`hook_entry`].
pub(super) fn gitlab_job(waiting: &str) -> String {
    let (off, junit) = match waiting {
        "" => (String::new(), "\n      junit: promproof.xml"),
        waiting => (format!("# {}\n    # ", off_until(waiting)), ""),
    };
    format!(
        "promproof:
  image: python:3.13-slim
  script:
    - pip install promproof=={RELEASED}
    - failed=0
    - promproof check --allow-none -o gitlab=gl-code-quality-report.json || failed=$?
    {off}- promproof test --allow-none -o junit=promproof.xml || failed=$?
    - exit \"$failed\"
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json{junit}
"
    )
}
