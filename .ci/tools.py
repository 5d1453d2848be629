"""What the scripts beside this one share: tools of Python from the registry, and commands that must succeed."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
# In the target directory, which CI keeps.
TOOLS = TARGET / "ci-tools"
WHEELS = TOOLS / "wheels"
# setuptools makes the package that pre-commit installs.
PINNED = ("maturin==1.16.0", "pre-commit==4.7.0", "setuptools==80.9.0", "uv==0.13.9")


def scripts(environment):
    """Where a virtual environment has its programs."""
    return environment / ("Scripts" if os.name == "nt" else "bin")


def venv(folder):
    """A new virtual environment."""
    run(sys.executable, "-m", "venv", "--clear", folder)
    return scripts(folder)


def python_tools():
    """The folder of the pinned programs, installed once; ends the script, as passed, where there is no registry."""
    environment = TOOLS / "python"
    stamp, wanted = environment / "pinned", "\n".join(PINNED)
    if not stamp.exists() or stamp.read_text() != wanted:
        patience = ["--disable-pip-version-check", "--retries", "1", "--timeout", "15"]
        pip = [venv(environment) / "python", "-m", "pip", *patience]
        wheels = [*pip, "download", "--quiet", "--no-deps", "--dest", WHEELS, PINNED[2]]
        for command in ([*pip, "install", "--quiet", *PINNED], wheels):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
            if done.returncode != 0:
                last = (done.stderr.strip().splitlines() or ["no word why"])[-1]
                print(f"skipped: {', '.join(PINNED)} cannot be installed ({last})")
                sys.exit(0)
        stamp.write_text(wanted)
    return scripts(environment)


def offline(**more):
    """The environment of a command that has no registry but the wheels that were made here."""
    others = ("PIP_", "UV_", "GIT_", "PRE_COMMIT")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(others)},
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(WHEELS),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(WHEELS),
        "UV_NO_CONFIG": "1",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        **{name: str(value) for name, value in more.items()},
    }


def run(*command, code=0, **options):
    """Runs a command to its end and gives back what it said; any other exit code than `code` fails."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", timeout=1800, **options
    )
    if done.returncode != code:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}, not with {code}:\n{done.stdout}")
    return done.stdout


def expect(holds, message):
    """Fails with `message` where something does not hold."""
    if not holds:
        sys.exit(message)
