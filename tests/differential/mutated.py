#!/usr/bin/env python3
"""Spoils test files at random and holds promproof's verdict to promtool's.

Usage: tests/differential/mutated.py --promtool PATH --promproof PATH [--count 500] [--seed 1] [--show 5] [FILE ...]

Each FILE is a promtool test file that runs from its own folder; without any, one that is written here is taken. Of each,
`count` mutants are made: once or twice a line is repeated, deleted, indented or swapped, or a word is replaced by another
word of the file, by a neighbouring number, or by something odd. Both programs run every mutant; passing and failing must
agree, and so must the number of assertions that do not hold. Mutants with a key that only promproof knows are left out. The exit status is 1 where verdicts
differ.
"""
import argparse, json, os, random, re, subprocess, sys, tempfile

RULES = """\
groups:
  - name: g
    interval: 1m
    labels: {team: x}
    rules:
      - record: job:m:sum
        expr: sum by (job) (m)
      - alert: High
        expr: job:m:sum > 5
        for: 2m
        keep_firing_for: 3m
        labels: {severity: page, job: "{{ $labels.job }}-x"}
        annotations:
          summary: "{{ $labels.job }} is at {{ $value | humanize }} of {{ $externalLabels.region }}"
      - alert: Gone
        expr: absent(n{job="a"})
"""
TEST = """\
rule_files:
  - rules.yml
evaluation_interval: 1m
fuzzy_compare: false
group_eval_order: [g]
tests:
  - name: first
    interval: 1m
    external_labels: {region: eu}
    external_url: http://prom/x
    input_series:
      - series: 'm{job="a", instance="1"}'
        values: '1+1x10 stale _x2 4'
      - series: m{job="b",instance="1"}
        values: 0 3x4 6-1x5 NaN stale+1x2
      - series: n{job="b"}
        values: "{{schema:1 sum:3 count:4 buckets:[1 2 1]}}x5"
    alert_rule_test:
      - eval_time: 4m
        alertname: High
      - eval_time: 8m
        alertname: High
        exp_alerts:
          - exp_labels:
              severity: page
              job: a-x
              team: x
            exp_annotations:
              summary: a is at 9 of eu
      - {eval_time: 0s, alertname: Gone, exp_alerts: [{exp_labels: {job: a, team: x}}]}
    promql_expr_test:
      - expr: job:m:sum
        eval_time: 3m
        exp_samples:
          - labels: 'job:m:sum{job="a", team="x"}'
            value: 4
          - labels: job:m:sum{job="b", team="x"}
            value: 3
      - {expr: count(m) > bool 1, eval_time: 1m, exp_samples: [{value: 1}]}
      - expr: n
        eval_time: 2m
        exp_samples:
          - labels: n{job="b"}
            histogram: "{{schema:1 sum:3 count:4 counter_reset_hint:not_reset buckets:[1 2 1]}}"
  - interval: 30s
    input_series: [{series: m, values: 1 2 3}]
    promql_expr_test:
      - {expr: m offset 30s, eval_time: 1m, exp_samples: [{labels: m, value: 2}]}
"""
ODD = ["~", "null", "[]", "{}", "''", '""', "#", "-", "*a", "&a", "!!str", "true", "yes", "0x10", "1_000", "1e3", ".5", "-1", "NaN",
       "Inf", "5m", "1h30m", "0", "1.5m", "stale", "_", "_x3", "1x0", "1+x3", "2x-1", "|", ">-", "{{", "}}", ":", ",", "\t",
       "2001-01-01", "0o7", "1:30", "<<", "%", "@", "`", "ä"]
OURS = re.compile(r"alert_timeline|repeat|exp_fail|tolerance|start_timestamp")
WORD = re.compile(r"[A-Za-z0-9_.+$-]+|[^\sA-Za-z0-9_]")


class Mutator:
    def __init__(self, text, rng):
        self.lines, self.rng = text.splitlines(), rng
        self.words = WORD.findall(text)

    def mutant(self):
        lines = list(self.lines)
        for _ in range(self.rng.choice([1, 1, 2])):
            self.change(lines)
        return "\n".join(lines) + "\n"

    def change(self, lines):
        at = self.rng.randrange(len(lines))
        kind = self.rng.randrange(25)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[at])
        elif kind == 2:
            lines[at] = "  " + lines[at]
        elif kind == 3 and lines[at].startswith("  "):
            lines[at] = lines[at][2:]
        elif kind == 4:
            other = self.rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = self.word(lines[at])
        if not lines:
            lines.append("")

    def word(self, line):
        # Values rather than keys, most of the time.
        begin = line.find(":") + 1 if self.rng.random() < 0.8 else 0
        found = list(WORD.finditer(line, begin)) or list(WORD.finditer(line))
        if not found:
            return line
        match = self.rng.choice(found)
        word = match.group()
        number = re.search(r"\d+", word)
        if number and self.rng.random() < 0.7:
            new = str(max(0, int(number.group()) + self.rng.choice([-1, 1, 2, 60])))
            new = word[: number.start()] + new + word[number.end():]
        else:
            new = self.rng.choice([self.rng.choice(self.words), self.rng.choice(ODD), "", word + self.rng.choice(ODD)])
        return line[: match.start()] + new + line[match.end():]


def run(argv, folder):
    try:
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    return done.returncode, done.stdout + done.stderr


def failed_by_promtool(said):
    """How many assertions do not hold; `None` where something else is wrong."""
    return len(re.findall(r"(?m)^    (?:alertname: .*, time: |expr: .*, time: )", said)) or None


def failed(told):
    """The same of promproof."""
    files = json.loads(told)["files"]
    groups = [group for file in files for group in file["groups"]]
    outcomes = [assertion["outcome"] for group in groups for assertion in group["assertions"]]
    if any(part["errors"] for part in files + groups) or {"error", "not_run"} & set(outcomes):
        return None
    return outcomes.count("failed")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--promtool", required=True)
    p.add_argument("--promproof", required=True)
    p.add_argument("--count", type=int, default=500)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--show", type=int, default=5)
    p.add_argument("files", nargs="*")
    a = p.parse_args()
    own = tempfile.mkdtemp()
    with open(os.path.join(own, "rules.yml"), "w") as f:
        f.write(RULES)
    a.promtool, a.promproof = os.path.abspath(a.promtool), os.path.abspath(a.promproof)
    seeds = [(os.path.dirname(os.path.abspath(name)), open(name).read()) for name in a.files] or [(own, TEST)]
    rng = random.Random(a.seed)
    total = {"pass": 0, "fail": 0, "differ": 0, "left out": 0}
    for folder, text in seeds:
        mutator = Mutator(text, rng)
        for number in range(a.count):
            mutant = mutator.mutant()
            if OURS.search(mutant) and not OURS.search(text):
                total["left out"] += 1
                continue
            with tempfile.NamedTemporaryFile("w", suffix=".yml", delete=False) as f:
                f.write(re.sub(r"(?m)^(\s*- )(\S+\.ya?ml)$", lambda m: f"{m[1]}{os.path.join(folder, m[2])}", mutant))
            theirs, said = run([a.promtool, "test", "rules", f.name], folder)
            ours, told = run([a.promproof, "test", "--output-format", "json", f.name], folder)
            counts = (failed_by_promtool(said), failed(told)) if ours in (0, 1) else (None, None)
            if ours == theirs and (None in counts or counts[0] == counts[1] or ours == 0):
                total["pass" if ours == 0 else "fail"] += 1
                os.unlink(f.name)
                continue
            total["differ"] += 1
            if total["differ"] <= a.show:
                diff = subprocess.run(["diff", "-", f.name], input=text, capture_output=True, text=True).stdout
                print(f"--- {f.name}: promtool {theirs}, promproof {ours}\n{diff}promtool: {said[-900:]}\npromproof: {told[-1500:]}")
    print(", ".join(f"{count} {what}" for what, count in total.items()))
    return 1 if total["differ"] else 0


sys.exit(main())
