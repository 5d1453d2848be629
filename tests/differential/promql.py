#!/usr/bin/env python3
"""Evaluates generated PromQL expressions with promtool and with promproof over the same data and compares the results.

Usage: tests/differential/promql.py --promtool PATH --promproof PATH [--count 2000] [--seed 1] [--show 20]

All expressions become `promql_expr_test` items of one promtool test file that expect something impossible, so that
promtool prints what it got; promproof evaluates the same ones with `eval --output-format notation`. Floats must be
equal to the last bit (both print the shortest text that reads back as the same float); those within 1e-12 of each
other are counted apart, because promtool appends its input series in random order and the last bit of a sum depends
on the order. The exit status is 1 where any other difference is found.

Only what Prometheus 3.5 has is generated; what changed between 3.5 and 3.14 is left out or named in KNOWN.
"""
import argparse, json, math, os, random, re, subprocess, sys, tempfile

# (pattern of the expression, why the two may differ)
KNOWN = [
    (r"histogram_fraction\(.*latency_seconds_bucket", "3.5 does not know classic histograms in histogram_fraction"),
    (r"-\(?native|-[0-9.]+ \* native|- ?sum|- .*native|-\(|-\w+\(native", "3.14 marks a histogram that a negative number multiplies as a gauge"),
    (r"(hour|minute|year|month|day_of_\w+|days_in_month)\((ln|log2|log10)\(", "the date of an infinite time is whatever Go's overflow makes of it"),
]
# What 3.14 also says where a comparison filters the second match out, and 3.5 then does not: no expression tells.
FILTERED = "many-to-one matching must be explicit"

SERIES = [
    ('up{job="api",instance="a"}', "1x10 0x5 1x30"),
    ('up{job="api",instance="b"}', "1x5 _x10 1x30"),
    ('up{job="db",instance="c"}', "1x12 stale _x3 0x20"),
    ('requests_total{job="api",instance="a",code="200"}', "0+10x12 3+7x40"),
    ('requests_total{job="api",instance="a",code="500"}', "0+1x40"),
    ('requests_total{job="api",instance="b",code="200"}', "100+13x8 _x4 220+5x30"),
    ('requests_total{job="db",instance="c",code="200"}', "5 9 4 8 15 16 23 42 1 2 3 5 8 13 21 34 55 89 144"),
    ('temperature{room="x"}', "20.5 21.25 -3 NaN 7 Inf 8 -Inf 9 1e300 -1e300 0.1 0.2 0.3+0.1x20"),
    ('temperature{room="y"}', "-5+0.7x40"),
    ('temperature{room="z",floor="1"}', "3.5x40"),
    ('limit{room="x"}', "10x40"),
    ('limit{room="y"}', "5x40"),
    ('room_info{room="x",owner="ann"}', "1x40"),
    ('room_info{room="y",owner="bob"}', "1x40"),
    ('latency_seconds_bucket{job="api",le="0.1"}', "0+3x40"),
    ('latency_seconds_bucket{job="api",le="0.5"}', "0+7x40"),
    ('latency_seconds_bucket{job="api",le="1"}', "0+9x40"),
    ('latency_seconds_bucket{job="api",le="+Inf"}', "0+10x40"),
    ('latency_seconds_bucket{job="db",le="0.1"}', "0+1x40"),
    ('latency_seconds_bucket{job="db",le="+Inf"}', "0+4x40"),
    ('native{job="api"}', "{{schema:0 sum:5 count:4 buckets:[1 2 1]}}+{{schema:0 sum:3 count:3 buckets:[1 1 1]}}x30"),
    ('native{job="db"}', "{{schema:1 sum:2 count:5 z_bucket:1 z_bucket_w:0.01 buckets:[1 2 1]}}x30"),
]
IMPOSSIBLE = [{"labels": '{impossible="yes"}', "value": 12345.678}]
# promtool loads samples up to the latest time of any assertion; a negative offset sees those that are loaded.
LAST = ("vector(0)", "1h")
LABELS = ["job", "instance", "code", "room", "owner", "le"]
INSTANT = ["up", "requests_total", "temperature", "limit", "room_info", "latency_seconds_bucket", "native",
           'up{job="api"}', 'requests_total{code=~"2.."}', 'temperature{room!="x"}', '{__name__=~"up|limit"}',
           'requests_total{instance!~"b|c"}', "missing", 'temperature{floor=""}']
RANGES = ["30s", "1m", "90s", "3m", "5m", "10m", "1h"]
UNARY = ["abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "round", "deg", "rad", "sin", "cos",
         "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "timestamp", "absent",
         "day_of_week", "day_of_month", "day_of_year", "days_in_month", "hour", "minute", "month", "year", "sort",
         "sort_desc", "histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar"]
OVER_TIME = ["rate", "increase", "irate", "delta", "idelta", "deriv", "changes", "resets", "avg_over_time",
             "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "stddev_over_time",
             "stdvar_over_time", "last_over_time", "present_over_time", "absent_over_time"]
AGGREGATES = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISON = ["==", "!=", "<", "<=", ">", ">="]


class Generator:
    """Random expressions of a bounded depth; most of them are free of type errors."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def pick(self, items):
        return self.rng.choice(items)

    def chance(self, p):
        return self.rng.random() < p

    def labels(self, most=2):
        return ", ".join(self.rng.sample(LABELS, self.rng.randint(0, most)))

    def modifiers(self):
        out = ""
        if self.chance(0.15):
            out += " offset " + self.pick(["30s", "1m", "5m", "-1m", "-30s"])
        if self.chance(0.1):
            out += " @ " + self.pick(["60", "300.5", "900", "start()", "end()"])
        return out

    def window(self, depth):
        if depth > 0 and self.chance(0.25):
            step = self.pick(["", "30s", "1m", "45s"])
            return f"({self.vector(depth - 1)})[{self.pick(RANGES[2:])}:{step}]{self.modifiers()}"
        return f"{self.pick(INSTANT)}[{self.pick(RANGES)}]{self.modifiers()}"

    def scalar(self, depth):
        if depth > 0 and self.chance(0.3):
            return self.pick([f"scalar({self.vector(depth - 1)})", "time()", f"(-{self.scalar(depth - 1)})",
                              f"({self.scalar(depth - 1)} {self.pick(ARITHMETIC)} {self.scalar(depth - 1)})", "pi()"])
        return self.pick(["0", "1", "2", "0.5", "-1.5", "10", "1e3", "Inf", "NaN", "100", "3m"])

    def vector(self, depth):
        if depth <= 0:
            return self.pick(INSTANT) + self.modifiers()
        makers = [(self.function, 3), (self.over_time, 5), (self.aggregate, 5), (self.binary, 7), (self.special, 3)]
        make = self.rng.choices([m for m, _ in makers], [w for _, w in makers])[0]
        return make(depth - 1)

    def function(self, depth):
        return f"{self.pick(UNARY)}({self.vector(depth)})"

    def over_time(self, depth):
        return f"{self.pick(OVER_TIME)}({self.window(depth)})"

    def aggregate(self, depth):
        grouping = self.pick(["", f" by ({self.labels()})", f" without ({self.labels()})"])
        inner = self.vector(depth)
        kind = self.rng.random()
        if kind < 0.1:
            # Ties are kept in storage order, which is random in promtool: only a k that takes all is comparable.
            return f"{self.pick(['topk', 'bottomk'])}{grouping} (100, {inner})"
        if kind < 0.2:
            return f"quantile{grouping} ({self.pick(['0', '0.3', '0.5', '0.99', '1', '1.5', '-1', 'NaN'])}, {inner})"
        if kind < 0.25:
            return f'count_values{grouping} ("value", {inner})'
        return f"{self.pick(AGGREGATES)}{grouping} ({inner})"

    def binary(self, depth):
        left, right = self.vector(depth), self.vector(depth)
        kind = self.rng.random()
        if kind < 0.3:
            op, other = self.pick(ARITHMETIC + COMPARISON), self.scalar(depth)
            flag = " bool" if op in COMPARISON and self.chance(0.3) else ""
            return f"({left} {op}{flag} {other})" if self.chance(0.6) else f"({other} {op}{flag} {left})"
        if kind < 0.5:
            clause = self.pick(["", f" on ({self.labels()})", f" ignoring ({self.labels()})"])
            return f"({left} {self.pick(['and', 'or', 'unless'])}{clause} {right})"
        op = self.pick(ARITHMETIC + COMPARISON)
        flag = " bool" if op in COMPARISON and self.chance(0.3) else ""
        clause = self.pick(["", f" on ({self.labels()})", f" ignoring ({self.labels(3)})"])
        if clause and self.chance(0.4):
            clause += f" {self.pick(['group_left', 'group_right'])}"
            if self.chance(0.4):
                clause += f" ({self.pick(['owner', 'floor', 'code'])})" if "owner" not in clause and "code" not in clause else ""
        return f"({left} {op}{flag}{clause} {right})"

    def special(self, depth):
        inner = self.vector(depth)
        return self.pick([
            f"histogram_quantile({self.pick(['0.5', '0.9', '0', '1', '2', 'NaN'])}, {self.pick(['latency_seconds_bucket', 'native', 'rate(latency_seconds_bucket[5m])', 'sum by (le) (rate(latency_seconds_bucket[5m]))', 'rate(native[5m])'])})",
            f"histogram_fraction({self.pick(['0, 1', '-Inf, 0.5', '0.2, 3'])}, {self.pick(['native', 'rate(native[5m])', 'sum(native)', 'latency_seconds_bucket'])})",
            f'label_replace({inner}, "{self.pick(["new", "job", "room"])}", "{self.pick(["$1", "x-$1", "${1}y", ""])}", "{self.pick(["job", "room", "instance"])}", "{self.pick(["(.*)", "(a).*", "b", ".+"])}")',
            f'label_join({inner}, "joined", "-", "job", "room")',
            f"clamp({inner}, {self.pick(['0, 10', '-5, 5', '3, 1', 'NaN, 1'])})",
            f"clamp_min({inner}, {self.scalar(depth)})",
            f"clamp_max({inner}, {self.scalar(depth)})",
            f"round({inner}, {self.pick(['5', '0.1', '0.5'])})",
            f"quantile_over_time({self.pick(['0.5', '0.9', '2', '-1'])}, {self.window(depth)})",
            f"predict_linear({self.window(depth)}, {self.pick(['60', '3600', '-60'])})",
            f"vector({self.scalar(depth)})", f"(-{inner})", f"({inner})",
        ])


def promtool_results(promtool, folder, tests):
    """For each (expression, time): `err …` or the text of what it got."""
    body = {"rule_files": [], "evaluation_interval": "1m", "tests": [{
        "interval": "30s", "input_series": [{"series": s, "values": v} for s, v in SERIES],
        "promql_expr_test": [{"expr": e, "eval_time": t, "exp_samples": IMPOSSIBLE} for e, t in tests + [LAST]]}]}
    path = os.path.join(folder, "expressions.yml")
    with open(path, "w") as f:
        json.dump(body, f)  # JSON is YAML
    done = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True)
    items = re.split(r"(?m)^    expr: ", done.stdout + done.stderr)[1:]
    if len(items) != len(tests) + 1:
        raise SystemExit(f"promtool reported {len(items)} of {len(tests)} expressions:\n{(done.stdout + done.stderr)[:2000]}")
    out = []
    for item in items[:-1]:
        got = re.search(r"(?m)^        got: (.*)$", item)
        error = re.search(r"time: [^,]*, err: (.*)", item, re.S)
        out.append(got.group(1) if got else "err " + (error.group(1).strip() if error else item))
    return out


SAMPLE = re.compile(r'\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\} (?:\{\{.*?\}\}|[^,\s]+)')


def samples(text):
    """`{a="b"} 1E+00, {…} {{…}}` or one sample a line, as a dictionary."""
    out = {}
    for sample in SAMPLE.findall(text):
        labels, value = re.match(r'(\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}) (.*)', sample, re.S).groups()
        out[labels] = value
    return out


def same(a, b):
    """2: equal; 1: equal but for the last bits; 0: different."""
    if a == b:
        return 2
    if a.startswith("{{") or b.startswith("{{"):
        return numbers_same(a, b)
    x, y = float(a), float(b)
    if x == y or (math.isnan(x) and math.isnan(y)):
        return 2
    return 1 if math.isclose(x, y, rel_tol=1e-12) else 0


def numbers_same(a, b):
    pattern = r"-?(?:\d+\.?\d*(?:e[+-]\d+)?|Inf|NaN)"
    if re.sub(pattern, "#", a) != re.sub(pattern, "#", b):
        return 0
    pairs = zip(re.findall(pattern, a), re.findall(pattern, b))
    return 1 if all(math.isclose(float(x), float(y), rel_tol=1e-9) or x == y for x, y in pairs) else 0


def compare(theirs, ours):
    """2, 1 or 0, as `same`."""
    if theirs.startswith("err ") or ours.startswith("err "):
        return 2 if theirs.startswith("err ") and ours.startswith("err ") else 0
    a, b = samples(theirs), samples(ours)
    if a.keys() != b.keys():
        return 0
    return min((same(a[k], b[k]) for k in a), default=2)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--promtool", required=True)
    p.add_argument("--promproof", required=True)
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--show", type=int, default=20)
    a = p.parse_args()
    g = Generator(a.seed)
    tests = [(g.vector(g.rng.randint(1, 3)), g.pick(["0s", "3m", "7m30s", "10m", "18m"])) for _ in range(a.count)]
    with tempfile.TemporaryDirectory(prefix="promproof-differential-") as folder:
        theirs = promtool_results(a.promtool, folder, tests)
        data = os.path.join(folder, "data.yml")
        with open(data, "w") as f:
            json.dump({"evaluation_interval": "1m", "tests": [{"interval": "30s", "input_series": [{"series": s, "values": v} for s, v in SERIES]}]}, f)
        counts, known, errors, empty = [0, 0, 0], 0, 0, 0
        for (expr, at), want in zip(tests, theirs):
            done = subprocess.run([a.promproof, "eval", expr, "--from", data, "--at", at, "--output-format", "notation"],
                                  capture_output=True, text=True)
            got = done.stdout if done.returncode == 0 else "err " + done.stderr
            errors += want.startswith("err ")
            empty += want == "nil"
            verdict = compare(want, got)
            if verdict == 0 and (any(re.search(k, expr) for k, _ in KNOWN) or FILTERED in got):
                known += 1
                continue
            counts[verdict] += 1
            if verdict == 0 and counts[0] <= a.show:
                print(f"--- {expr}   at {at}\npromtool:  {want}\npromproof: {got.strip()}\n")
    print(f"{a.count} expressions (seed {a.seed}; {errors} errors and {empty} empty results in promtool): "
          f"{counts[2]} equal, {counts[1]} equal but for the last bits, {known} known differences, {counts[0]} different")
    return 1 if counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
