//! Running test files within this process.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::sync::Arc;

use promproof::report::run::{self, Shown, TestView};
use promproof::report::{Format, Style};
use promproof::source::SourceFile;
use promproof::unittest::report::TestReport;
use promproof::unittest::{self, RunOptions};
use promproof::workspace::{TestInput, Workspace};

/// A folder with rule files, and the test files that are run in it.
pub struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Folder { dir: tempfile::tempdir().unwrap() }
    }

    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        for (name, text) in files {
            std::fs::write(folder.dir.path().join(name), text).unwrap();
        }
        folder
    }

    /// Runs `text` as the file `test.yml`.
    pub fn run(&self, text: &str) -> TestReport {
        let source = Arc::new(SourceFile::new("test.yml", text));
        let input = TestInput::read(&source, self.dir.path());
        unittest::run(&Workspace::default(), &[input], &RunOptions::default())
    }

    /// Runs `text` and prints the report. The folder's own name is left out.
    pub fn run_as(&self, format: Format, text: &str) -> String {
        let report = self.run(text);
        let mut out = Vec::new();
        run::write(
            &mut out,
            format,
            &Style { width: 100, ..Style::plain() },
            &Shown::of(&report, &TestView::default()),
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        let folder = format!("{}/", self.dir.path().display());
        // Blanks at the ends of lines are nothing that a reader sees.
        text.replace(&folder, "").lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    pub fn full(&self, text: &str) -> String {
        self.run_as(Format::Full, text)
    }

    pub fn concise(&self, text: &str) -> String {
        self.run_as(Format::Concise, text)
    }
}

/// A share of errors per backend: `api` is above 5 % from 4m to 12m, `web` never.
pub const TRAEFIK: (&str, &str) = (
    "rules.yml",
    "groups:
  - name: traefik
    rules:
      - alert: HighErrorRate
        expr: sum by (backend) (rate(requests_total{code=~\"5..\"}[2m])) / sum by (backend) (rate(requests_total[2m])) > 0.05
        for: 3m
        labels: {severity: critical}
        annotations:
          summary: Backend {{ $labels.backend }} answers {{ $value | humanizePercentage }} of its requests with an error
",
);

/// Its input series, as a part of a test group.
pub const TRAEFIK_SERIES: &str = r#"
    input_series:
      - {series: 'requests_total{backend="api", code="200"}', values: 0+90x20}
      - {series: 'requests_total{backend="api", code="500"}', values: 0x4 10+10x8 90x10}
      - {series: 'requests_total{backend="web", code="200"}', values: 0+100x20}
"#;
