#!/usr/bin/env python3
"""Runs the hooks with the real pre-commit, on a repository made here, without a registry.

    .ci/hooks.py    what .ci/run runs, after .ci/packages.py, whose wheel it installs

The hooks come from a copy of this repository with a tag, as users name one. Where pre-commit cannot be installed, or on
Windows, it is left out, and that is said.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tools import ROOT, WHEELS, expect, offline, python_tools, run

RECORDED = """\
groups:
  - name: records
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors_total[5m]))
"""
ALERT = """\
groups:
  - name: alerts
    rules:
      - alert: ManyErrors
        expr: job:errors:rate5m > 5
        for: 5m
        annotations:
          summary: Many errors in {{ $labels.job }}
"""
TEST = """\
rule_files: [records.yml, alerts.yml]
tests:
  - input_series:
      - {series: 'errors_total{job="shop",pod="a"}', values: 0+600x20}
    alert_rule_test:
      - eval_time: 15m
        alertname: ManyErrors
        exp_alerts:
          - exp_labels: {job: shop}
            exp_annotations: {summary: Many errors in shop}
"""
# There from before the hooks, and no concern of the commits here.
OLD = """\
groups:
  - name: old
    rules:
      - alert: Old
        expr: sum(old_total) > 1
        annotations: {summary: 'Old on {{ $labels.instance }}'}
      - record: old:total
        expr: sum(old_total)
        labels: {empty: ''}
"""
TAG = "v1.2.3"
CONFIGURATION = """\
repos:
  - repo: %s
    rev: %s
    hooks:
      - id: promproof-fix
      - id: promproof-check
      - id: promproof-test
"""


class Repository:
    """The sample repository, in which someone works."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments, code=0):
        return run("git", *arguments, code=code, cwd=self.folder, env=self.environment)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def commit(self, *names, code=0, says=(), silent_on=()):
        """Commits files, and looks at what the hooks say to that; gives the seconds that it took."""
        self.git("add", *names)
        started = time.monotonic()
        said = self.git("commit", "--message", "a change", code=code)
        took = time.monotonic() - started
        for text in says:
            expect(text in said, f"the hooks do not say `{text}`:\n{said}")
        for text in silent_on:
            expect(text not in said, f"the hooks speak of `{text}`:\n{said}")
        return took


def identity():
    """Variables for git: somebody, and no configuration of the machine."""
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        nobody |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.com"}
    return nobody


def a_copy_of_this_repository(folder, environment):
    """With what git would commit, and a tag."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"], ["tag", TAG]):
        run("git", *command, cwd=folder, env=environment)


def commits(repository):
    """What each commit is answered with."""
    repository.write("rules/alerts.yml", ALERT.replace("> 5", "> 4"))
    times = [repository.commit("rules/alerts.yml", says=["Passed"], silent_on=["Failed"])]

    mistake = ALERT.replace("job:errors:rate5m >", "sum by (job) (rate(errors_total[5m])) >").replace(".job", ".pod")
    repository.write("rules/alerts.yml", mistake)
    says = ["rules/alerts.yml:8:", "template/missing-label", "Failed"]
    times.append(repository.commit("rules/alerts.yml", code=1, says=says, silent_on=["old.yml"]))

    repository.write("rules/alerts.yml", ALERT.replace("for: 5m", "for: 30m"))
    repository.commit("rules/alerts.yml", code=1, says=["rules/alerts_test.yml:9", "it does not fire", "Failed"])

    # A rule in a file that is not part of the commit reads what the commit takes away.
    repository.write("rules/alerts.yml", ALERT)
    repository.write("rules/records.yml", RECORDED.replace("job:errors:rate5m", "job:errors:rate10m"))
    says = ["rule/removed-but-used", "rules/alerts.yml:5:"]
    repository.commit("rules/alerts.yml", "rules/records.yml", code=1, says=says)
    repository.write("rules/records.yml", RECORDED)

    # The fix is made in the file of the commit alone, and holds when it is committed.
    repository.write("rules/records.yml", RECORDED + "        labels: {empty: ''}\n")
    says = ["files were modified by this hook", "rules/records.yml: 1 finding fixed"]
    repository.commit("rules/records.yml", code=1, says=says)
    expect((repository.folder / "rules/records.yml").read_text() == RECORDED, "the fix leaves something else behind")
    expect((repository.folder / "rules/old.yml").read_text() == OLD, "a file is fixed that is not part of the commit")

    # What is saved and not staged is no part of the commit.
    repository.write("rules/alerts.yml", ALERT.replace("> 5", "> 3"))
    repository.git("add", "rules")
    repository.write("rules/alerts.yml", mistake)
    times.append(repository.commit("rules/records.yml", says=["Passed"], silent_on=["Failed"]))
    return times


def main():
    if os.name == "nt":
        print("skipped: the hooks are not run on Windows")
        return
    tools = python_tools()
    if not any(WHEELS.glob("promproof-*.whl")):
        sys.exit("there is no wheel; run .ci/packages.py first")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        environment = offline(PRE_COMMIT_HOME=folder / "home", **identity())
        (folder / "promproof").mkdir()
        a_copy_of_this_repository(folder / "promproof", environment)

        repository = Repository(folder / "sample", environment)
        for name, text in [("records", RECORDED), ("alerts", ALERT), ("alerts_test", TEST), ("old", OLD)]:
            repository.write(f"rules/{name}.yml", text)
        repository.write(".pre-commit-config.yaml", CONFIGURATION % (folder / "promproof", TAG))
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", "before the hooks")

        started = time.monotonic()
        pre_commit = tools / "pre-commit"
        run(pre_commit, "install", "--install-hooks", cwd=repository.folder, env=environment)
        print(f"pre-commit install --install-hooks: {time.monotonic() - started:.1f} s")
        times = commits(repository)

        said = run(pre_commit, "run", "--all-files", code=1, cwd=repository.folder, env=environment)
        expect("rules/old.yml" in said, f"--all-files leaves old findings out:\n{said}")
        between = ["--from-ref", "HEAD~1", "--to-ref", "HEAD"]
        repository.git("checkout", "--quiet", "--", "rules")
        run(pre_commit, "run", *between, cwd=repository.folder, env=environment)
        print(f"a commit with three hooks: {min(times):.2f} to {max(times):.2f} s")
        said = run(pre_commit, "run", "--verbose", *between, cwd=repository.folder, env=environment)
        durations = [line.split(": ")[1] for line in said.splitlines() if line.startswith("- duration")]
        print(f"each hook: {', '.join(durations)}")


if __name__ == "__main__":
    sys.exit(main())
