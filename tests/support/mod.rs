//! Running the program from outside.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use tempfile::TempDir;

/// Variables that the program heeds.
const HEEDED: [&str; 9] = [
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_HYPERLINK",
    "GITHUB_ACTIONS",
    "PROMPROOF_COLOR",
    "PROMPROOF_CONFIG",
    "PROMPROOF_FAIL_ON",
    "PROMPROOF_OUTPUT_FORMAT",
    "PROMPROOF_SANDBOX",
];

/// A directory with files, to run the program in.
pub struct Sandbox {
    directory: TempDir,
}

/// How a run ended, and what it said. `to_string` is for snapshots.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// An empty directory.
    pub fn new() -> Self {
        Sandbox { directory: TempDir::new().unwrap() }
    }

    /// A directory with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        for (name, text) in files {
            sandbox.write(name, text);
        }
        sandbox
    }

    /// A copy of `testdata/traefik`.
    pub fn traefik() -> Self {
        let sandbox = Sandbox::new();
        for entry in std::fs::read_dir(repository().join("testdata/traefik")).unwrap() {
            let path = entry.unwrap().path();
            sandbox.write(&format!("traefik/{}", path.file_name().unwrap().display()), std::fs::read(&path).unwrap());
        }
        sandbox
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The whole path of a file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs the program here.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command().args(args))
    }

    /// Runs the program here with something on its standard input.
    pub fn run_with_stdin(&self, args: &[&str], stdin: impl Into<Vec<u8>>) -> Run {
        Run::of(self.command().args(args).write_stdin(stdin))
    }

    /// The program, to be run here without colours and with none of the variables that it heeds.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_promproof"));
        command.current_dir(self.directory.path()).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        for name in HEEDED {
            command.env_remove(name);
        }
        command
    }

    /// The same for those that need more than [`Command`] can do.
    pub fn plain_command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_promproof"));
        command.current_dir(self.directory.path()).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("GITHUB_ACTIONS");
        command
    }
}

impl Run {
    /// Runs a command to its end. One that takes more than a minute fails the test.
    pub fn of(command: &mut Command) -> Self {
        let output = command.timeout(std::time::Duration::from_secs(60)).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Paths as on other systems.
        let shown = |text: &str| if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
        f.write_str(&shown(&self.stdout))?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", shown(&self.stderr))?;
        }
        let code = self.code.map_or("killed".to_owned(), |code| code.to_string());
        writeln!(f, "--- exit code {code}")
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
