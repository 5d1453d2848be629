#!/usr/bin/env python3
"""Runs the inputs that once did harm and prints a table: what each did then, and what it does now.

    benches/hostile.py target/release/promproof

Each of the first table runs under 1 GiB of address space, and is killed after a minute; the second one is of inputs that
did harm in another way (`hostile_outcomes.py`). `tests/hostile` holds the same as tests; this is for the figures. "then"
is version 321be09 of November 2026, measured without that limit on an idle machine.
"""

import os
import resource
import sys
import tempfile
import time

from hostile_outcomes import OUTCOMES, Folder

MEMORY = 1 << 30
SECONDS = 60


def rules(expr, label="", annotation=""):
    quoted = lambda text: "'" + text.replace("'", "''") + "'"
    text = f"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {quoted(expr)}\n"
    text += f"    labels: {{l: {quoted(label)}}}\n" if label else ""
    return text + (f"    annotations: {{d: {quoted(annotation)}}}\n" if annotation else "")


def test(series, assertions, pattern="r.yml"):
    return f"rule_files: ['{pattern}']\ntests:\n- input_series: [{series}]\n{assertions}"


def up(count, values="0 0 0"):
    return f"{{series: 'up{{i=\"{{n}}\"}}', values: '{values}', repeat: {{n: {count}}}}}"


NOTHING = "  alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: []}]\n"
SELF = '{{ define "x" }}{{ template "x" (args %s) }}{{ end }}{{ template "x" %s }}'
CHAIN = "".join(
    '{{ define "d%d" }}' % i
    + "".join('{{ template "d%d" (args %s) }}' % (i + 1 + k, dots) for k, dots in enumerate([". .", ". . .", "$ . . ."]))
    + "{{ end }}"
    for i in range(16)
) + '{{ template "d0" $labels }}'
THREE = '{{ define "a" }}{{ template "a" (args . $) }}{{ template "a" (args $ . .) }}{{ template "a" (args . . .) }}{{ end }}{{ template "a" $labels }}'
DOUBLED = "up"
for level in range(3):
    DOUBLED = f'label_replace({DOUBLED}, "l{level}", "{"$1" * 32}", "{"i" if level == 0 else f"l{level - 1}"}", "(.*)")'


def recorded(*exprs):
    return "groups:\n- name: g\n  rules:\n" + "".join(f"  - {{record: 'r:{i}', expr: '{e}'}}\n" for i, e in enumerate(exprs))


def same(count):
    return "  alert_rule_test:\n" + "  - {eval_time: 1m, alertname: A, exp_alerts: []}\n" * count


def timelines(count):
    return "  alert_timeline:\n" + "  - {alertname: A, never: firing, until: 2m}\n" * count


def unknown(count):
    names = "".join(f"  - {{eval_time: 1m, alertname: B{i}, exp_alerts: []}}\n" for i in range(count))
    return "  alert_rule_test:\n" + names


def many_rules(count):
    return "groups:\n- name: g\n  rules:\n" + "".join(f"  - {{alert: A{i}, expr: up == {i + 5}}}\n" for i in range(count))


def links(folder, depth):
    os.mkdir(f"{folder}/r")
    for index in range(10):
        os.symlink(".", f"{folder}/r/l{index}")
    with open(f"{folder}/r/a.yml", "w", encoding="utf-8") as file:
        file.write(rules("up == 0"))
    return "r/" + "*/" * depth + "*.yml"


N = 20_000
VARIABLES = "".join("{{ $v%d := $labels }}{{ $v%d.x }}" % (i, i) for i in range(N))
GUARDS = "".join("{{ if $labels.l%d }}{{ $labels.l%d }}{{ end }}" % (i, i) for i in range(N))
DEFINITIONS = "".join('{{ define "d%d" }}{{ .x }}{{ end }}{{ template "d%d" $labels }}' % (i, i) for i in range(N))
QUERIES = '{{ range query "up" }}{{ range query "up" }}{{ end }}{{ end }}'
TEXT = rules("up == 0", annotation="is {{ $labels.i }}")

# What it is; the arguments; what it did then; its files.
ATTACKS = [
    ("`args` of ten dots, calling itself", "check .", "> 30 s", {"r.yml": rules("up == 0", annotation=SELF % (". " * 10, "(args $labels $labels)"))}),
    ("`args` of four dots", "check .", "14.6 s", {"r.yml": rules("up == 0", annotation=SELF % (". " * 4, "."))}),
    ("three calls of itself with other `args`", "check .", "> 60 s", {"r.yml": rules("up == 0", annotation=THREE)}),
    ("16 definitions that each call the next three", "check .", "> 60 s", {"r.yml": rules("up == 0", annotation=CHAIN)}),
    ("the same", "test t.yml", "> 60 s", {"r.yml": rules("up == 0", annotation=CHAIN), "t.yml": test(up(1), NOTHING)}),
    ("10,000 annotations of 1 MB", "test t.yml", "134, 27 s, 11.5 GiB", {"r.yml": rules("up == 0", annotation='{{ printf "%1000000d" 1 }}'), "t.yml": test(up(10_000), NOTHING)}),
    ("10,000 labels of 1 MB", "test t.yml", "134, 23 s, 11.5 GiB", {"r.yml": rules("up == 0", '{{ printf "%1000000d" 1 }}{{ $labels.i }}'), "t.yml": test(up(10_000), NOTHING)}),
    ("1,000 labels of 1 MiB by `label_replace`, copied three times", "test t.yml", "134, 34 s, 11.5 GiB", {"r.yml": recorded(DOUBLED, "r:0", "r:0", "r:0"), "t.yml": test("{series: 'up{i=\"01234567890123456789012345{n}\"}', values: '0', repeat: {n: 1000}}", "  promql_expr_test: [{expr: 'r:0', exp_samples: []}]\n")}),
    ("`count_values` over 100,000 series, 100 minutes", "test t.yml", "90 s, 8.2 GiB", {"r.yml": recorded('count_values("v", up)', 'count_values without (x) ("w", up + time())', 'count_values("z", up + time())'), "t.yml": test(up(100_000, "0x100"), "  promql_expr_test: [{expr: 'vector(1)', eval_time: 100m, exp_samples: []}]\n")}),
    ("two records and an alert, 100,000 series, 190 steps", "test t.yml", "31 s, 3.2 GiB", {"r.yml": recorded("up + 0", "up + 1") + "  - {alert: A, expr: up == 0}\n", "t.yml": test(up(100_000, "0x190"), "  alert_rule_test: [{eval_time: 190m, alertname: A, exp_alerts: []}]\n")}),
    ("800 assertions x 8,000 alerts", "test t.yml", "19 s, 5.0 GiB", {"r.yml": TEXT, "t.yml": test(up(8_000), same(800))}),
    ("4,000 timelines x 4,000 alerts", "test t.yml", "8 s, 2.5 GiB", {"r.yml": TEXT, "t.yml": test(up(4_000), timelines(4_000))}),
    ("8,000 timelines x 8,000 alerts", "test t.yml", "28 s", {"r.yml": TEXT, "t.yml": test(up(8_000), timelines(8_000))}),
    ("`rule_files: /*/*`", "test t.yml", "> 60 s, 704 MiB", {"t.yml": test(up(1), "", "/*/*")}),
    ("`rule_files: /*/*/*`", "test t.yml", "13 s, 2.9 GiB", {"t.yml": test(up(1), "", "/*/*/*")}),
    ("`rule_files: /*/*/*/*`", "check .", "36 s, 5.8 GiB", {"t.yml": test(up(1), "", "/*/*/*/*")}),
    ("`rule_files: /proc/kmsg`", "test t.yml", "> 10 s", {"t.yml": test(up(1), "", "/proc/kmsg")}),
    ("`rule_files: /sys/*/*/*/*/*/*`", "test t.yml", "13 s, 250 MiB", {"t.yml": test(up(1), "", "/sys/*/*/*/*/*/*")}),
    ("ten links to `.`, seven deep", "test t.yml", "> 60 s, 377 MiB", lambda folder: {"t.yml": test(up(1), "", links(folder, 7))}),
    ("2.4 MB of `{{ $labels.x }}`", "check .", "70 s, 207 MiB", {"r.yml": rules("up == 0", annotation="{{ $labels.x }}" * 150_000)}),
    ("20,000 variables and uses", "check .", "5.8 s", {"r.yml": rules("up == 0", annotation=VARIABLES)}),
    ("20,000 guards and uses", "check .", "6.4 s", {"r.yml": rules("up == 0", annotation=GUARDS)}),
    ("20,000 definitions and calls", "check .", "2.7 s", {"r.yml": rules("up == 0", annotation=DEFINITIONS)}),
    ("queries within queries over 10,000 alerts", "test t.yml", "> 60 s", {"r.yml": rules("up == 0", annotation=QUERIES), "t.yml": test(up(10_000), NOTHING)}),
    ("`stddev_over_time(up[30d])` for 60 days", "eval stddev_over_time(up[30d]) --step 1m --timeout 10s --series", "30 s", ["up 0.5+1x86400"]),
    ("80,000 assertions on unknown alerts x 80,000 rules", "test t.yml -q", "35 s", {"r.yml": many_rules(80_000), "t.yml": test(up(1), unknown(80_000))}),
    ("50,000 keys of `allowed-values`", "check .", "14.7 s", {"r.yml": rules("up == 0"), "promproof.toml": "[labels.allowed-values]\n" + "".join(f'l{i} = ["a"]\n' for i in range(50_000))}),
]


def run(command, folder):
    """Exit code (or why there is none), seconds, and MiB at most."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(folder)
        out = os.open("/dev/null", os.O_RDWR)
        for stream in range(3):
            os.dup2(out, stream)
        os.execve(command[0], command, {"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"})
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        took = time.monotonic() - began
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return (str(code) if code >= 0 else f"signal {-code}"), took, usage.ru_maxrss / 1024
        if took > SECONDS:
            os.kill(child, 9)
            _, _, usage = os.wait4(child, 0)
            return "killed", took, usage.ru_maxrss / 1024
        time.sleep(0.005)


def costs(program):
    """The table of what takes time and memory; how many ended as they must not."""
    print("| input | command | then | now: exit | s | MiB |\n| --- | --- | --- | ---: | ---: | ---: |")
    bad = 0
    for name, arguments, then, files in ATTACKS:
        with tempfile.TemporaryDirectory() as folder:
            words = arguments.split()
            if isinstance(files, list):
                words, files = words + files, {}
            for path, text in (files(folder) if callable(files) else files).items():
                with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
                    file.write(text)
            code, seconds, memory = run([program] + words, folder)
        bad += code not in ("0", "1", "2")
        print(f"| {name} | `{words[0]}` | {then} | {code} | {seconds:.1f} | {memory:.0f} |", flush=True)
    return bad


def outcomes(program):
    """The table of what happens; how many are not as they should be."""
    print("\n| input | command | then | now |\n| --- | --- | --- | --- |")
    bad = 0
    for _, name, command, then, case in OUTCOMES:
        with tempfile.TemporaryDirectory() as folder:
            ok, now = case(Folder(program, os.path.realpath(folder)))
        bad += not ok
        print(f"| {name} | `{command}` | {then} | {'' if ok else '**WRONG** '}{now} |", flush=True)
    return bad


def main():
    program = os.path.abspath(sys.argv[1])
    bad = 0 if "--outcomes" in sys.argv else costs(program)
    sys.exit(1 if bad + outcomes(program) else 0)


if __name__ == "__main__":
    main()
