#!/usr/bin/env python3
"""Writes suites of unit tests for benchmarks, in promtool's format; the same seed writes the same files.

Usage: benches/generate_suite.py FOLDER [--seed 1]

    FOLDER/groups         1,000 test groups in 100 files, over 200 rules in 10 files
    FOLDER/month          one test of 30 days at steps of one minute
    FOLDER/steps-1 ..8    one test of 10,000 steps, twice, four times and eight times as many
    FOLDER/series-1 ..8   the same for 432 series
    FOLDER/rules-1 ..8    the same for 50 rules and 90 series

What is expected follows from how the series are made, so no tool had to say it: requests come at a steady rate of
which a known share fails. One test in twenty expects something else and must fail.
"""
import argparse, json, os, random

SHARES = [0, 0.01, 0.02, 0.1, 0.2, 0.5]  # of the requests; more than LIMIT fires
LIMIT, PER_STEP = 0.05, 600              # requests in one interval of a minute
KINDS = ("ratio", "recorded", "down", "slow")


def rule_file(names, pending="5m"):
    """For each name the rules of one service: a recording and an alert on it, or an alert of one of three kinds."""
    rules = []
    for i, name in enumerate(names):
        kind = KINDS[i % len(KINDS)]
        failing = f'sum by (job) (rate({name}_requests_total{{code=~"5.."}}[5m]))'
        share = f"{failing} / sum by (job) (rate({name}_requests_total[5m]))"
        if kind == "recorded":
            rules.append({"record": f"job:{name}_errors:ratio_rate5m", "expr": share})
            share = f"job:{name}_errors:ratio_rate5m"
        expr = {"ratio": f"{share} > {LIMIT}", "recorded": f"{share} > {LIMIT}", "down": f"{name}_up == 0",
                "slow": f"histogram_quantile(0.9, sum by (job, le) (rate({name}_seconds_bucket[5m]))) > 1"}[kind]
        summary = "{{ $labels.job }}: {{ $value | humanizePercentage }} fail" if kind in ("ratio", "recorded") else "{{ $labels.job }} is ill"
        rules.append({"alert": f"{name}_{kind}", "expr": expr, "for": pending, "labels": {"severity": "page"},
                      "annotations": {"summary": summary}})
    return {"groups": [{"name": names[0], "rules": rules}]}


def series(name, kind, job, share, steps, instances=1):
    """The series that the rules of `name` read: of the requests to `job`, `share` fail, or are slow."""
    out, bad = [], round(PER_STEP * share)
    for i in range(instances):
        labels = f'job="{job}",instance="i{i}"'
        if kind == "down":
            out.append((f"{name}_up{{{labels}}}", f"{0 if share > LIMIT else 1}x{steps}"))
        elif kind == "slow":
            fast = PER_STEP - 2 * bad  # more than a tenth is slow where `share` is above LIMIT
            for bound, count in (("0.5", fast), ("1", fast), ("2", PER_STEP), ("+Inf", PER_STEP)):
                out.append((f'{name}_seconds_bucket{{{labels},le="{bound}"}}', f"0+{count}x{steps}"))
        else:
            out.append((f'{name}_requests_total{{{labels},code="200"}}', f"0+{PER_STEP - bad}x{steps}"))
            out.append((f'{name}_requests_total{{{labels},code="500"}}', f"0+{bad}x{steps}"))
    return [{"series": s, "values": v} for s, v in out]


def alert_tests(name, kind, job, share, times, instances=1):
    """What is to be expected of the alert of `name` from 6m on, when its `for` of 5m has passed."""
    wrong = share > LIMIT
    summary = f"{job}: {share * 100:g}% fail" if kind in ("ratio", "recorded") else f"{job} is ill"
    alert = {"exp_labels": {"severity": "page", "job": job}, "exp_annotations": {"summary": summary}}
    alerts = [alert] if wrong else []
    if kind == "down" and wrong:
        alerts = [{**alert, "exp_labels": {**alert["exp_labels"], "instance": f"i{i}"}} for i in range(instances)]
    return [{"eval_time": f"{t}m", "alertname": f"{name}_{kind}", "exp_alerts": alerts if t >= 6 else []} for t in times]


def write(folder, name, data):
    """JSON is YAML, and what json.dump writes both tools read."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w") as f:
        json.dump(data, f, indent=1)


def one_test(folder, names, steps, instances):
    """A folder with one test group: all rules of `names`, `steps` steps of a minute."""
    write(folder, "rules.yml", rule_file(names))
    inputs, tests = [], []
    for i, name in enumerate(names):
        kind, share = KINDS[i % len(KINDS)], SHARES[i % len(SHARES)]
        inputs += series(name, kind, "job0", share, steps, instances)
        tests += alert_tests(name, kind, "job0", share, (3, steps // 2, steps), instances)
    write(folder, "test.yml", {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [
        {"interval": "1m", "input_series": inputs, "alert_rule_test": tests}]})


def groups(folder, rng):
    files = [[f"svc{f}_{i}" for i in range(16)] for f in range(10)]
    for f, names in enumerate(files):
        write(folder, f"rules-{f}.yml", rule_file(names))
    for number in range(100):
        tests = []
        for g in range(10):
            name_at, share, job = rng.randrange(16), rng.choice(SHARES), f"job{rng.randrange(1000)}"
            name, kind = files[number % 10][name_at], KINDS[name_at % len(KINDS)]
            expected = rng.choice(SHARES) if rng.random() < 0.05 else share
            tests.append({"name": f"{name} {kind} {number}.{g}", "interval": "1m", "input_series": series(name, kind, job, share, 30, 2),
                          "alert_rule_test": alert_tests(name, kind, job, expected, (3, 6, 10, 30), 2)})
        write(folder, f"test-{number:03}.yml", {"rule_files": [f"rules-{number % 10}.yml"], "evaluation_interval": "1m", "tests": tests})


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    groups(os.path.join(a.folder, "groups"), random.Random(a.seed))
    one_test(os.path.join(a.folder, "month"), ["m0", "m1", "m2", "m3"], 30 * 24 * 60, 1)
    for factor in (1, 2, 4, 8):
        one_test(os.path.join(a.folder, f"steps-{factor}"), ["a", "b", "c", "d"], 10_000 * factor, 1)
        one_test(os.path.join(a.folder, f"series-{factor}"), ["a", "b", "c", "d"], 200, 48 * factor)
        one_test(os.path.join(a.folder, f"rules-{factor}"), [f"r{i}" for i in range(40 * factor)], 100, 1)


if __name__ == "__main__":
    main()
