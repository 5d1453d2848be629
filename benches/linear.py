#!/usr/bin/env python3
"""Time of `promproof check` on inputs that grow: each at half its size and in full.

    benches/linear.py target/release/promproof

What takes time in proportion to its input doubles from one column to the next. A quotient above 2.6 is marked.
The inputs are what rule files are full of when they are full: many rules in many files and in one, one name for all, long
templates, long chains of operands, many recorded names that are read, and an inventory beside misspelt names.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

RULE = """  - alert: Alert{at}
    expr: sum by (job, instance) (rate(http_requests_{at}_total{{code=~"5.."}}[5m])) / sum by (job, instance) (rate(http_requests_{at}_total[5m])) > 0.0{at}
    for: 10m
    labels:
      severity: warning
    annotations:
      summary: "{{{{ $labels.job }}}} on {{{{ $labels.instance }}}} fails: {{{{ $value | humanizePercentage }}}}"
"""


def group(name, rules):
    return f"groups:\n- name: {name}\n  rules:\n" + "".join(rules)


def rules_in_files(count, folder):
    per_file = 100
    for file in range(count // per_file):
        rules = [RULE.format(at=file * per_file + at) for at in range(per_file)]
        (folder / f"{file}.yml").write_text(group(f"g{file}", rules))


def rules_in_one_file(count, folder):
    (folder / "rules.yml").write_text(group("g", (RULE.format(at=at) for at in range(count))))


def one_name(count, folder):
    rules = (f"  - alert: Same\n    expr: up{{job=\"{at}\"}} == 0\n    labels: {{severity: s{at % 7}}}\n" for at in range(count))
    (folder / "rules.yml").write_text(group("g", rules))


def equal_rules(count, folder):
    rules = ["  - alert: Same\n    expr: up{job=\"a\"} == 0\n    labels: {severity: page}\n"] * count
    (folder / "rules.yml").write_text(group("g", rules))


def templates(count, folder):
    actions = " ".join("{{ $labels.job }} in the last 5 minutes above 90%" for _ in range(count))
    rule = f"  - alert: A\n    expr: up == 0\n    for: 5m\n    annotations:\n      summary: '{actions}'\n"
    (folder / "rules.yml").write_text(group("g", [rule]))


def many_templates(count, folder):
    annotations = "".join(f"      a{at}: '{{{{ $labels.job }}}} of {{{{ $value }}}}%'\n" for at in range(count))
    rule = f"  - alert: A\n    expr: up / up > 0.5\n    annotations:\n{annotations}"
    (folder / "rules.yml").write_text(group("g", [rule]))


def chain(operator):
    def write(count, folder):
        expr = f" {operator} ".join(f'rate(x_total{{a="{at}"}}[5m])' for at in range(count))
        (folder / "rules.yml").write_text(group("g", [f"  - alert: A\n    expr: {expr} > 1\n    for: 5m\n"]))

    return write


def numbers(count, folder):
    expr = " * ".join("1" for _ in range(count))
    (folder / "rules.yml").write_text(
        group("g", [f"  - alert: A\n    expr: up > {expr}\n    annotations: {{summary: for more than 5 minutes}}\n"])
    )


def nested(count, folder):
    expr = "sum(" * count + "up" + ")" * count + " > 0"
    (folder / "rules.yml").write_text(group("g", [f"  - alert: A\n    expr: {expr}\n"]))


def matchers(count, folder):
    expr = "up{" + ",".join(f'a{at}=~"x|y"' for at in range(count)) + "} == 0"
    (folder / "rules.yml").write_text(group("g", [f"  - alert: A\n    expr: {expr}\n"]))


def recorded(count, folder):
    rules = []
    for at in range(count):
        rules.append(f"  - record: job:x{at}:sum\n    expr: sum by (job) (job:x{max(at - 1, 0)}:sum)\n")
        rules.append(f"  - alert: A{at}\n    expr: job:x{count - at - 1}:sum > 1\n    annotations: {{s: '{{{{ $labels.pod }}}}'}}\n")
    (folder / "rules.yml").write_text(group("g", rules))


def recorded_once(count, folder):
    """Everybody records, and reads, one name."""
    rules = [f"  - record: job:x:sum\n    expr: sum by (job) (x{{a=\"{at}\"}})\n" for at in range(count)]
    rules += [f"  - alert: A{at}\n    expr: job:x:sum > {at}\n" for at in range(count)]
    (folder / "rules.yml").write_text(group("g", rules))


def recorded_labels(count, folder):
    """Each record of one name has labels and values of its own, and everybody reads all of them."""
    values = "|".join(f"e{at}" for at in range(count))
    rules = [f"  - record: job:x0:sum\n    expr: sum by (env) (x{{env=~\"{values}\"}})\n"]
    for at in range(count):
        rules.append(f"  - record: job:x:sum\n    expr: sum by (l{at}) (x)\n    labels: {{slo: s{at}}}\n")
        rules.append(f"  - record: job:x{at + 1}:sum\n    expr: job:x{at}:sum\n")
        rules.append(f"  - alert: A{at}\n    expr: job:x:sum{{slo=~\"s{at}.*\"}} > 1\n")
    (folder / "rules.yml").write_text(group("g", rules))


def inventory(count, folder):
    (folder / "metrics.txt").write_text("".join(f'metric_{at}_total{{job="a",instance="b"}} 1\n' for at in range(count)))
    (folder / "promproof.toml").write_text('[facts]\ninventory = ["metrics.txt"]\n')
    rules = (f"  - alert: A{at}\n    expr: rate(metric_{at}_totl[5m]) > 1\n" for at in range(count))
    (folder / "rules.yml").write_text(group("g", rules))


CASES = [
    ("rules, 100 a file", rules_in_files, 100_000),
    ("rules in one file", rules_in_one_file, 100_000),
    ("alerts of one name", one_name, 10_000),
    ("equal alerts", equal_rules, 1_000),
    ("actions in one template", templates, 20_000),
    ("templates of one rule", many_templates, 20_000),
    ("operands of `or`", chain("or"), 5_000),
    ("operands of `+`", chain("+"), 5_000),
    ("operands of `and`", chain("and"), 5_000),
    ("numbers that are multiplied", numbers, 5_000),
    ("aggregations within each other", nested, 400),
    ("matchers of one selector", matchers, 5_000),
    ("recorded names, each read", recorded, 10_000),
    ("definitions of one recorded name", recorded_once, 10_000),
    ("labels of recorded series", recorded_labels, 10_000),
    ("misspelt metrics beside an inventory", inventory, 10_000),
]
MARK = 2.6


def measure(binary, write, count):
    """Seconds of the processor that `check` takes with all rules, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        write(count, Path(folder))
        command = [binary, "check", "--pedantic", "--output-format", "concise", "."]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime, code


def main():
    binary = str(Path(sys.argv[1]).resolve())
    print("| input | size | s | s of half | quotient |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, write, count in CASES:
        half, _ = measure(binary, write, count // 2)
        full, code = measure(binary, write, count)
        quotient = full / max(half, 0.01)
        mark = " **" if quotient > MARK and full > 0.1 else ""
        failed = "" if code in (0, 1) else f" (exit {code})"
        print(f"| {name}{failed} | {count:,} | {full:.2f} | {half:.2f} | {quotient:.1f}{mark} |", flush=True)


if __name__ == "__main__":
    main()
