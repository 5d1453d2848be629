#!/usr/bin/env python3
"""How many instructions `promproof check` takes on two fixed inputs, counted by callgrind.

    benches/instructions.py target/release/promproof [BEFORE] [--word TEXT]

Counts, unlike times, come out the same on a busy machine. With BEFORE, another build of the program, it fails where a
count has grown by more than 5 %, unless TEXT, the message of the commit, has a line that begins with `slower:` and says why.
One input is many small files with findings, one a single large file without any. Needs valgrind.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ALLOWED = 1.05

SERVICES = ["api", "billing", "search", "mail", "login", "images", "orders", "stock"]

# An alert with what alerts have: a ratio, grouping, templates, a link; every fifth one has a label that is lost.
ALERT = """  - alert: {Service}Errors{at}
    expr: |
      sum by (job, cluster) (rate({service}_requests_total{{code=~"5..", job="{service}"}}[5m]))
        / sum by (job, cluster) (rate({service}_requests_total{{job="{service}"}}[5m])) > 0.0{digit}
    for: {minutes}m
    labels:
      severity: {severity}
      team: '{service}'
    annotations:
      summary: '{{{{ $labels.job }}}} on {{{{ $labels.{label} }}}} fails'
      description: "{{{{ $value | humanizePercentage }}}} of the requests to {{{{ $labels.job }}}} fail."
      runbook_url: https://runbooks.example.com/{service}/errors-{at}
"""

RECORD = """  - record: 'job:{service}_requests:rate{minutes}m'
    expr: sum by (job) (rate({service}_requests_total{{job="{service}"}}[{minutes}m]))
"""


def alert(at):
    service = SERVICES[at % len(SERVICES)]
    return ALERT.format(
        service=service,
        Service=service.title(),
        at=at,
        digit=at % 9 + 1,
        minutes=at % 20 + 5,
        severity=["page", "ticket", "info"][at % 3],
        label="instance" if at % 5 == 0 else "cluster",
    )


def many_files(folder):
    for file in range(80):
        rules = "".join(alert(file * 8 + at) for at in range(8))
        (folder / f"{file}.yml").write_text(f"groups:\n- name: g{file}\n  rules:\n{rules}")


def one_file(folder):
    records = "".join(RECORD.format(service=f"{SERVICES[at % 8]}_{at}", minutes=at % 50 + 5) for at in range(5_000))
    (folder / "rules.yml").write_text(f"groups:\n- name: g\n  rules:\n{records}")


INPUTS = {"80 files of 8 alerts": many_files, "one file of 5,000 records": one_file}


def instructions(program, folder):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "check", "."]
    # On one thread the count does not depend on who takes which file.
    env = os.environ | {"RAYON_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return int(found[1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("before", nargs="?")
    arguments.add_argument("--word", default="")
    given = arguments.parse_args()
    programs = [os.path.abspath(program) for program in (given.before, given.program) if program]
    is_said = re.search(r"^slower:", given.word, re.MULTILINE) is not None
    slower = False
    print("| input | " + ("before, M | now, M | |" if given.before else "M |"))
    print("| --- | ---: |" + (" ---: | ---: |" if given.before else ""))
    for name, make in INPUTS.items():
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder))
            counts = [instructions(program, folder) for program in programs]
        ratio = counts[-1] / counts[0]
        slower |= ratio > ALLOWED
        shown = " | ".join(f"{count / 1e6:.1f}" for count in counts)
        print(f"| {name} | {shown} |" + (f" {(ratio - 1) * 100:+.1f} % |" if given.before else ""), flush=True)
    if slower and not is_said:
        sys.exit("more than 5 % more instructions: a line `slower: …` in the commit's message has to say why")


if __name__ == "__main__":
    main()
