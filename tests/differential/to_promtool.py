#!/usr/bin/env python3
"""Holds what `promproof test --to-promtool` writes against promtool.

Usage: tests/differential/to_promtool.py --promtool PATH --promproof PATH [--count 200] [--seed 1] [--show 5] [DIR ...]

Every test file below the DIRs (by default testdata) is translated. promtool must come to the same verdict on the
translated file as on the original where that is one that promtool reads, else as promproof on the original.

Then `count` random cases: rules and data of alerting.py, partly repeated, and one assertion that promtool does not know
(a timeline, a tolerance, an expression that must fail). Most of these do not hold, so of each timeline that does not
another one is made of what promproof says that is there, which must hold. promproof on the original, promtool on the
translated file and promproof on the translated file must agree. The exit status is 1 where verdicts differ.
"""
import argparse, importlib.util, json, os, random, re, shutil, subprocess, sys, tempfile

spec = importlib.util.spec_from_file_location("alerting", os.path.join(os.path.dirname(os.path.abspath(__file__)), "alerting.py"))
alerting = importlib.util.module_from_spec(spec)
spec.loader.exec_module(alerting)

EXTENSIONS = re.compile(r"^\s*(- )?(repeat|alert_timeline|exp_fail|tolerance):", re.M)


class Cases(alerting.Generator):
    """Random assertions that promtool does not know."""

    def duration(self, step):
        return f"{step}m"

    def times(self):
        return sorted({self.rng.randint(0, alerting.STEPS) for _ in range(self.rng.randint(1, 2))})

    def pattern(self, texts):
        text = self.pick(texts)
        return self.pick([text, {"contains": text[:3]}, {"matches": ".*" + re.escape(text[1:])}, {"exact": text}])

    def timeline(self, name):
        entry = {"alertname": name}
        if self.chance(0.5):
            entry["labels"] = {"job": self.pattern(["a", "b"])}
        if self.chance(0.3):
            entry["labels"] = {"instance": self.pattern(["1", "2"])}
        for key in ("pending_at", "fires_at", "resolves_at"):
            if self.chance(0.4):
                entry[key] = [self.duration(t) for t in self.times()]
        if self.chance(0.3):
            state = self.pick(["pending", "firing", "resolved", "active"])
            keys = {"pending": ["pending_at"], "firing": ["fires_at"], "resolved": ["resolves_at"], "active": ["pending_at", "fires_at"]}
            for key in keys[state]:
                entry.pop(key, None)
            entry["never"] = state
        if self.chance(0.2) and not any(key.endswith("_at") for key in entry):
            entry["count"] = self.rng.randint(0, 3)
        if self.chance(0.2) and entry.get("never") not in ("firing", "active"):
            entry["annotations"] = {self.pick(["summary", "all"]): self.pattern(["1 of a is 7", "low", "map[job:a]"])}
        if self.chance(0.2):
            entry["until"] = self.duration(self.rng.randint(alerting.STEPS // 2, alerting.STEPS))
            for key in ("pending_at", "fires_at", "resolves_at"):
                if key in entry:
                    entry[key] = [t for t in entry[key] if int(t[:-1]) <= int(entry["until"][:-1])]
                    if not entry[key]:
                        del entry[key]
                        entry.setdefault("never", "resolved" if key == "resolves_at" else "pending")
        if not set(entry) & {"pending_at", "fires_at", "resolves_at", "never", "count", "annotations"}:
            entry["never"] = "firing"
        if set(entry) >= {"never", "pending_at"} and entry["never"] in ("pending", "active"):
            del entry["pending_at"]
        if set(entry) >= {"never", "resolves_at"} and entry["never"] == "resolved":
            del entry["resolves_at"]
        if entry.get("never") in ("firing", "active"):
            entry.pop("fires_at", None)
            entry.pop("annotations", None)
        return entry

    def expression(self):
        expr = self.pick(["sum(m)", "m", "sum by (job) (m) / 3", "rate(n[5m])", "1 / 3", "avg by (instance) (n)", "m + on (job) n", "m > 3"])
        entry = {"expr": expr, "eval_time": self.duration(self.rng.randint(0, alerting.STEPS))}
        if self.chance(0.3):
            entry["exp_fail"] = self.pick(["", "many-to-many", {"matches": ".*duplicate.*"}, {"contains": "many"}])
        else:
            entry["tolerance"] = self.pick([0, 0.5, "10%", "1%", 3])
            entry["exp_samples"] = [{"value": self.rng.randint(0, 9)}]
        return entry

    def repeated(self, series):
        """The series of two instances as one, where there are both."""
        out = []
        for item in series:
            if 'instance="2"' in item["series"] and self.chance(0.5):
                item = {"series": item["series"].replace('"2"', '"{i}"'), "values": item["values"] + " {i}x2",
                        "repeat": self.pick([{"i": "2..4"}, {"i": ["2", "x"]}])}
            out.append(item)
        return out

    def case(self):
        rules = self.rules()
        names = [rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
        test = {"name": "t", "interval": "1m", "input_series": self.repeated(self.series())}
        if names and self.chance(0.8):
            test["alert_timeline"] = [self.timeline(self.pick(names))]
        else:
            test["promql_expr_test"] = [self.expression()]
        return rules, {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}


def run(argv, cwd):
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout + done.stderr


class Comparison:
    def __init__(self, args):
        self.promtool, self.promproof, self.show = os.path.abspath(args.promtool), os.path.abspath(args.promproof), args.show
        self.compared = self.different = self.passed = self.refused = 0

    def passes(self, tool, path, cwd):
        argv = [self.promtool, "test", "rules", path] if tool == "promtool" else [self.promproof, "test", path]
        code, out = run(argv, cwd)
        if tool == "promproof" and code not in (0, 1):
            raise SystemExit(f"promproof: exit {code} for {path}\n{out}")
        return code == 0

    def translate(self, path, cwd, into):
        code, out = run([self.promproof, "test", path, "--to-promtool", into], cwd)
        if code != 0:
            return None, out
        written = [line for line in out.splitlines() if line.endswith(os.path.basename(path))]
        return os.path.abspath(os.path.join(cwd, written[0])), out

    def equal(self, what, verdicts, files):
        self.compared += 1
        self.passed += all(verdicts.values())
        if len(set(verdicts.values())) == 1:
            return
        self.different += 1
        if self.different <= self.show:
            print(f"--- {what}: " + ", ".join(f"{name} {'passes' if verdict else 'fails'}" for name, verdict in verdicts.items()))
            for path in files:
                print(f"----- {path}\n" + open(path, errors="replace").read()[:6000])

    def file(self, path):
        """A test file that is there."""
        folder, name = os.path.split(os.path.abspath(path))
        text = open(path, errors="replace").read()
        with tempfile.TemporaryDirectory() as out:
            written, message = self.translate(name, folder, out)
            if written is None:
                self.refused += 1
                if self.passes("promtool", name, folder):
                    print(f"--- {path}: not translated, but promtool passes it: {message}")
                    self.different += 1
                return
            tool = "promproof" if EXTENSIONS.search(text) else "promtool"
            verdicts = {f"{tool} on the original": self.passes(tool, name, folder),
                        "promtool on the translation": self.passes("promtool", written, folder)}
            self.equal(path, verdicts, [written])
            own = {"promproof on the original": self.passes("promproof", name, folder),
                   "promproof on the translation": self.passes("promproof", written, folder)}
            self.equal(path, own, [written])

    def case(self, rules, tests, what):
        """A generated one. Gives what promproof says of its only assertion."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("rules.yml", rules), ("t.yml", tests)):
                with open(os.path.join(folder, name), "w") as f:
                    json.dump(content, f, indent=1)
            code, out = run([self.promproof, "test", "t.yml", "--output-format", "json"], folder)
            report = json.loads(out)
            if code not in (0, 1) or report["files"][0]["errors"]:
                raise SystemExit(f"{what}: the generator makes mistakes\n{out[:3000]}\n{json.dumps(tests, indent=1)}")
            written, message = self.translate("t.yml", folder, "out")
            if written is None:
                raise SystemExit(f"{what}: not translated: {message}")
            verdicts = {"promproof": code == 0, "promtool on the translation": self.passes("promtool", written, folder),
                        "promproof on the translation": self.passes("promproof", written, folder)}
            self.equal(what, verdicts, [os.path.join(folder, "t.yml"), os.path.join(folder, "rules.yml"), written])
            group = report["files"][0]["groups"][0]
            return group["assertions"][0]


def as_it_is(rng, entry, alert):
    """A timeline that holds, from what promproof found."""
    labels = {name: value for name, value in alert["labels"].items() if name != "alertname"}
    true = {"alertname": entry["alertname"], "labels": labels}
    keys = [("pending_at", "pending_at_ms", "pending"), ("fires_at", "fires_at_ms", "firing"), ("resolves_at", "resolves_at_ms", "resolved")]
    nevers = []
    for key, times, state in keys:
        if rng.random() < 0.8:
            if alert[times]:
                true[key] = [f"{t // 1000}s" for t in alert[times]]
            else:
                nevers.append(state)
    if nevers:
        true["never"] = nevers
    if len(true) == 2:
        true["count"] = 1
    if "until" in entry:
        true["until"] = entry["until"]
    return true


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--promtool", required=True)
    parser.add_argument("--promproof", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5)
    parser.add_argument("dirs", nargs="*", default=["testdata"])
    args = parser.parse_args()
    comparison = Comparison(args)
    for root in args.dirs:
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(name for name in names if name.endswith((".yml", ".yaml"))):
                path = os.path.join(folder, name)
                if re.search(r"^tests:", open(path, errors="replace").read(), re.M):
                    comparison.file(path)
    print(f"files: {comparison.compared} verdicts compared, {comparison.different} different, {comparison.refused} files with mistakes not translated")
    files = comparison.compared
    cases = Cases(args.seed)
    for number in range(args.count):
        rules, tests = cases.case()
        comparison.case(rules, tests, f"case {number}")
        test = tests["tests"][0]
        if "alert_timeline" not in test:
            continue
        entry = test["alert_timeline"][0]
        probe = {key: entry[key] for key in ("alertname", "until") if key in entry}
        test["alert_timeline"] = [{**probe, "count": 99}]
        assertion = comparison.case(rules, tests, f"case {number}, other count")
        alerts = (assertion.get("failure") or {}).get("alerts")
        if alerts:
            test["alert_timeline"] = [as_it_is(cases.rng, probe, cases.pick(alerts))]
            comparison.case(rules, tests, f"case {number} as it is")
    print(f"generated: {comparison.compared - files} compared, {comparison.passed} passing in all, {comparison.different} different in all")
    return 1 if comparison.different else 0


if __name__ == "__main__":
    sys.exit(main())
