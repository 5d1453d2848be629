#!/usr/bin/env python3
"""Generates rules with their data, learns from promtool what fires when, and holds promproof to it.

Usage: tests/differential/alerting.py --promtool PATH --promproof PATH [--count 200] [--seed 1] [--show 5]

For each of `count` random rule files (alerting and recording rules, `for`, `keep_firing_for`, label and annotation
templates, group labels, rules on ALERTS) a test file first expects something impossible of every alert at every step;
what promtool says it got becomes the real expectation. promtool must then pass, and so must promproof. Then one
expectation is spoiled, and both must fail. The exit status is 1 where the verdicts differ.
"""
import argparse, copy, json, os, random, re, subprocess, sys, tempfile

STEP, STEPS = 60, 24
QUOTED = r'"(?:[^"\\]|\\.)*"'


class Generator:
    """Random rules and series; every rule file is one that promtool accepts."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def pick(self, items):
        return self.rng.choice(items)

    def chance(self, p):
        return self.rng.random() < p

    def values(self):
        parts = []
        while len(parts) < 6:
            parts.append(self.pick([f"{self.rng.randint(0, 9)}x{self.rng.randint(0, 5)}", f"_x{self.rng.randint(1, 7)}", "stale",
                                    f"{self.rng.randint(0, 5)}+{self.rng.randint(0, 3)}x{self.rng.randint(1, 6)}", "NaN", "0", "7"]))
        return " ".join(parts)

    def series(self):
        return [{"series": f'{name}{{job="{job}",instance="{instance}"}}', "values": self.values()}
                for name in ("m", "n") for job in ("a", "b") for instance in ("1", "2") if self.chance(0.8)]

    def expr(self, recorded):
        metric = lambda: self.pick(["m", "n", 'm{job="a"}', "n offset 1m"] + recorded)
        return self.pick([
            lambda: f"{metric()} > {self.rng.randint(0, 6)}",
            lambda: f"{metric()} == {self.rng.randint(0, 6)}",
            lambda: f"sum by (job) ({metric()}) > {self.rng.randint(0, 9)}",
            lambda: f"max_over_time({metric().split(' ')[0]}[3m]) >= {self.rng.randint(2, 8)}",
            lambda: f"rate({metric().split(' ')[0]}[5m]) > 0",
            lambda: f"absent({metric().split(' ')[0]})",
            lambda: f"({metric()}) and on (job) (n > 1)",
            lambda: f"count(m) by (job) < 2 or m > 5",
            lambda: f"m > on (job, instance) n",
            lambda: f"changes({metric().split(' ')[0]}[4m]) > 1",
        ])()

    def labels(self):
        choices = {"severity": self.pick(["page", "ticket"]), "team": "{{ $labels.job }}-team", "job": self.pick(["", "other"]),
                   "static": "x"}
        return {k: v for k, v in choices.items() if self.chance(0.3)}

    def annotations(self):
        choices = {"summary": "{{ $labels.instance }} of {{ $labels.job }} is {{ $value }}",
                   "value": '{{ $value | humanize }} {{ printf "%.2f" $value }}', "all": "{{ $labels }}",
                   "if": "{{ if gt $value 3.0 }}high{{ else }}low{{ end }}", "empty": ""}
        return {k: v for k, v in choices.items() if self.chance(0.4)}

    def rules(self):
        groups, recorded = [], []
        for g in range(self.rng.randint(1, 2)):
            rules = []
            for r in range(self.rng.randint(1, 4)):
                if self.chance(0.25):
                    name = f"rec:{g}:{r}"
                    rules.append({"record": name, "expr": self.pick(["sum by (job) (m)", "m + 1", "rate(n[3m])", "avg(n)"])})
                    recorded.append(name)
                    continue
                rule = {"alert": f"Alert{g}{r}", "expr": self.expr(recorded), "labels": self.labels(), "annotations": self.annotations()}
                if self.chance(0.6):
                    rule["for"] = self.pick(["0s", "1m", "2m", "90s", "5m"])
                if self.chance(0.3):
                    rule["keep_firing_for"] = self.pick(["1m", "3m", "150s"])
                rules.append(rule)
            if self.chance(0.3):
                rules.append({"alert": f"Meta{g}", "expr": 'count(ALERTS{alertstate="firing",alertname!~"Meta.*"}) > 0'})
            group = {"name": f"g{g}", "rules": rules}
            if self.chance(0.2):
                group["labels"] = {"severity": "group", "origin": "group"}
            groups.append(group)
        return {"groups": groups}


def run(argv, cwd):
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def pairs(text):
    """`a="b", c="d"` as a dictionary; values are quoted as in Go, which JSON reads but for \\a, \\v and \\x."""
    return {k: json.loads(v) for k, v in re.findall(r"([A-Za-z_][A-Za-z0-9_]*)=(" + QUOTED + ")", text)}


def got_alerts(output):
    """What promtool says it got: {(alertname, time): [(labels, annotations)]}."""
    out = {}
    for item in re.split(r"(?m)^    alertname: ", output)[1:]:
        name, time = re.match(r"(\w+), time: ([^,]*),", item).groups()
        got = item[item.index("got:["):]
        found = re.findall(r"Labels:\{((?:[^\"{}]|" + QUOTED + r")*)\}\s*Annotations:\{((?:[^\"{}]|" + QUOTED + r")*)\}", got)
        out[(name, time)] = [(pairs(l), pairs(a)) for l, a in found]
    return out


def seconds(text):
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+)([hms])", text))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--promtool", required=True)
    p.add_argument("--promproof", required=True)
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--show", type=int, default=5)
    a = p.parse_args()
    different = skipped = assertions = firing = 0
    promtool, promproof = os.path.abspath(a.promtool), os.path.abspath(a.promproof)
    for case in range(a.count):
        g = Generator(a.seed * 1_000_003 + case)
        rules, series = g.rules(), g.series()
        names = [r["alert"] for group in rules["groups"] for r in group["rules"] if "alert" in r]
        if not names:
            skipped += 1
            continue
        test = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": [
            {"eval_time": f"{i * STEP}s", "alertname": name, "exp_alerts": [{"exp_labels": {"impossible": "yes"}}]}
            for i in range(STEPS) for name in names]}], "group_eval_order": [group["name"] for group in rules["groups"]]}
        with tempfile.TemporaryDirectory(prefix="promproof-differential-") as folder:
            write = lambda name, data: json.dump(data, open(os.path.join(folder, name), "w"), indent=1)
            write("rules.yml", rules)
            write("test.yml", test)
            _, output = run([promtool, "test", "rules", "test.yml"], folder)
            if "err:" in output or "got:[" not in output:
                # A rule that fails stops the whole group: only that both fail can be compared.
                code, ours = run([promproof, "test", "test.yml"], folder)
                skipped += 1
                if code != 1:
                    different += 1
                    print(f"--- case {case}: promtool stops with an error, promproof exits {code}\n{output[:600]}\n{ours[:600]}")
                continue
            got = {(name, seconds(time)): alerts for (name, time), alerts in got_alerts(output).items()}
            for item in test["tests"][0]["alert_rule_test"]:
                alerts = got.get((item["alertname"], seconds(item["eval_time"])), [])
                item["exp_alerts"] = [{"exp_labels": {k: v for k, v in l.items() if k != "alertname"}, "exp_annotations": an} for l, an in alerts]
                assertions += 1
                firing += len(alerts)
            write("good.yml", test)
            spoiled = copy.deepcopy(test)
            item = g.pick(spoiled["tests"][0]["alert_rule_test"])
            item["exp_alerts"] = item["exp_alerts"][1:] if item["exp_alerts"] else [{"exp_labels": {"spoiled": "yes"}}]
            write("bad.yml", spoiled)
            for name in ("good.yml", "bad.yml"):
                theirs, t_out = run([promtool, "test", "rules", name], folder)
                ours, o_out = run([promproof, "test", name], folder)
                if (theirs == 0) != (name == "good.yml"):
                    skipped += 1  # promtool is not even of one mind with itself (random series order)
                elif (theirs == 0) != (ours == 0):
                    different += 1
                    if different <= a.show:
                        print(f"--- case {case} {name}: promtool {theirs}, promproof {ours}\n{json.dumps(rules, indent=1)}\n{json.dumps(series, indent=1)}\n{t_out[-1500:]}\n{o_out[:3000]}")
    print(f"{a.count} rule files (seed {a.seed}), {assertions} assertions on {firing} firing alerts, {skipped} not comparable: {different} verdicts differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
