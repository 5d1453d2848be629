#!/usr/bin/env python3
"""Evaluates the same range queries with promproof and with a real Prometheus server over the same data, side by side.

Usage: benches/server.py --prometheus PATH --promtool PATH --promproof PATH [--series 100] [--steps 1000] [--runs 5]

The data is generated (seeded), written as OpenMetrics, turned into blocks with `promtool tsdb create-blocks-from
openmetrics`, and served by a Prometheus on a free port of 127.0.0.1. Native histograms, which OpenMetrics has no words
for, go into a second, empty Prometheus by remote write, and to promproof as the series of a test file. Both sides report the time of the evaluation
alone: the server as `stats.timings.evalTotalTime` of /api/v1/query_range, promproof as the same field of
`eval --stats`, the median of several evaluations in one process, since the server is warm too. Neither figure has
loading, parsing or JSON in it. The median of the runs is shown.

Results are compared series by series and point by point (relative difference below 1e-9). The exit status is 1 where
any differs.
"""
import argparse, json, math, os, random, shutil, socket, statistics, struct, subprocess, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request

SCRAPE = 15  # seconds between samples
START = 1_700_000_000 // SCRAPE * SCRAPE

REPEAT = 11  # evaluations in one process of ours: the server is warm as well

QUERIES = [
    ("selector", "requests_total"),
    ("sum by (rate)", "sum by (backend) (rate(requests_total[5m]))"),
    ("ratio alert", 'sum by (backend) (rate(requests_total{code=~"5.*"}[3m])) / sum by (backend) (rate(requests_total[3m])) * 100 > 5'),
    ("histogram_quantile", "histogram_quantile(0.9, sum by (le, backend) (rate(latency_seconds_bucket[5m])))"),
    ("subquery", "max_over_time(sum by (backend) (rate(requests_total[1m]))[10m:1m])"),
    ("topk", "topk(5, rate(requests_total[5m]))"),
    ("group_left", "rate(requests_total[5m]) * on (backend) group_left (team) backend_info"),
]
NATIVE_QUERIES = [
    ("native histogram rate", "sum by (backend) (rate(latency_native[5m]))"),
    ("native histogram_quantile", "histogram_quantile(0.9, sum by (backend) (rate(latency_native[5m])))"),
]
NATIVE_BUCKETS = 12
BOUNDS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]


def openmetrics(series, seconds, seed):
    """All samples as one OpenMetrics text, family by family."""
    rng = random.Random(seed)
    times = range(START, START + seconds + 1, SCRAPE)
    backends = [f"b{i}" for i in range(max(1, series // 10))]
    out = ["# TYPE requests counter"]
    # In the order of their labels, in which the server has them: ties in topk go by it.
    identities = sorted((backends[i % len(backends)], rng.choice(["200", "200", "200", "404", "500", "503"]), f"i{i}") for i in range(series))
    for backend, code, instance in identities:
        value = 0.0
        for t in times:
            value = 0.0 if rng.random() < 0.0005 else value + rng.randrange(0, 50)
            out.append(f'requests_total{{backend="{backend}",instance="{instance}",code="{code}"}} {value} {t}')
    out.append("# TYPE latency_seconds histogram")
    for i in range(max(1, series)):
        counts = [0] * len(BOUNDS)
        for t in times:
            for _ in range(3):
                counts[min(int(rng.expovariate(0.3)), len(BOUNDS) - 1)] += 1
            total = 0
            for bound, count in zip(BOUNDS, counts):
                total += count
                le = "+Inf" if bound == "+Inf" else str(float(bound))
                out.append(f'latency_seconds_bucket{{backend="{backends[i % len(backends)]}",instance="i{i}",le="{le}"}} {total} {t}')
    out.append("# TYPE backend_info gauge")
    for i, backend in enumerate(backends):
        out.extend(f'backend_info{{backend="{backend}",team="t{i % 3}"}} 1 {t}' for t in times)
    out.append("# EOF")
    return "\n".join(out) + "\n"


def native_histograms(series, steps, seed):
    """For each series its labels and its histograms: at each step (sum, counts of the buckets), all growing."""
    rng = random.Random(seed)
    out = []
    for i in range(series):
        counts, total, samples = [0] * NATIVE_BUCKETS, 0.0, []
        for _ in range(steps + 1):
            for _ in range(3):
                bucket = min(int(rng.expovariate(0.3)), NATIVE_BUCKETS - 1)
                counts[bucket] += 1
                total += 2.0 ** bucket
            samples.append((total, tuple(counts)))
        out.append(({"__name__": "latency_native", "backend": f"b{i % max(1, series // 10)}", "instance": f"i{i}"}, samples))
    return out


def test_file(natives):
    """The histograms as the input series of a test, which is JSON here and so YAML too."""
    series = []
    for labels, samples in natives:
        name = "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}"
        values = " ".join("{{schema:0 sum:%r count:%d buckets:[%s]}}" % (total, sum(counts), " ".join(map(str, counts))) for total, counts in samples)
        series.append({"series": name, "values": values})
    return json.dumps({"tests": [{"start_timestamp": str(START), "interval": f"{SCRAPE}s", "input_series": series}]})


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def message(number, body):
    """A field of protobuf that holds bytes: a text, a message, packed numbers."""
    return varint(number << 3 | 2) + varint(len(body)) + body


def zigzag(n):
    return varint(n * 2 if n >= 0 else -n * 2 - 1)


def write_request(natives, first, last):
    """Prometheus' remote write 1.0 (prompb/types.proto): the histograms of the steps from `first` to before `last`."""
    out = b""
    span = message(11, varint(1 << 3) + zigzag(0) + varint(2 << 3) + varint(NATIVE_BUCKETS))
    for labels, samples in natives:
        one = b"".join(message(1, message(1, k.encode()) + message(2, v.encode())) for k, v in sorted(labels.items()))
        for step in range(first, min(last, len(samples))):
            total, counts = samples[step]
            deltas = b"".join(zigzag(b - a) for a, b in zip((0,) + counts, counts))
            one += message(4, varint(1 << 3) + varint(sum(counts)) + varint(3 << 3 | 1) + struct.pack("<d", total)
                           + varint(6 << 3) + varint(0) + span + message(12, deltas)
                           + varint(15 << 3) + varint((START + step * SCRAPE) * 1000))
        out += message(1, one)
    return out


def snappy(data):
    """The block format of snappy, of literals alone: nothing is compressed."""
    parts = [data[i:i + 65536] for i in range(0, len(data), 65536)]
    return varint(len(data)) + b"".join(b"\xf4" + struct.pack("<H", len(part) - 1) + part for part in parts)


class Server:
    """A Prometheus on loopback that serves one data directory."""

    def __init__(self, binary, data, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write("global: {scrape_interval: 1h}\n")
        self.log = open(os.path.join(folder, "server.log"), "w")
        self.process = subprocess.Popen(
            [binary, f"--config.file={config}", f"--storage.tsdb.path={data}", "--storage.tsdb.retention.time=100y",
             "--web.enable-remote-write-receiver", "--enable-feature=native-histograms",
             "--query.max-samples=500000000", f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=1).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise SystemExit("the server did not become ready; see " + self.log.name)

    def query(self, expr, start, end, step):
        form = urllib.parse.urlencode({"query": expr, "start": start, "end": end, "step": step, "stats": "all"})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/query_range", form.encode(), timeout=300) as r:
            data = json.load(r)["data"]
        return data["result"], data["stats"]["timings"]["evalTotalTime"]

    def write(self, natives, steps):
        """Appends the histograms, some steps at a time, as a scraper would."""
        for first in range(0, steps + 1, 50):
            body = snappy(write_request(natives, first, first + 50))
            headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
                       "X-Prometheus-Remote-Write-Version": "0.1.0"}
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/write", body, headers), timeout=60).read()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def ours(binary, dump, expr, start, end, step):
    argv = [binary, "eval", expr, "--from", dump, "--start", str(start), "--end", str(end), "--step", f"{step}s",
            "--output-format", "json", "--stats", "--repeat", str(REPEAT)]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"promproof failed on {expr}:\n{done.stderr}")
    data = json.loads(done.stdout)["data"]
    return data["result"], data["stats"]["timings"]["evalTotalTime"]


def difference(a, b):
    """None where two matrices agree, else a sentence about the first difference."""
    key = lambda s: sorted(s["metric"].items())
    a, b = sorted(a, key=key), sorted(b, key=key)
    if [key(s) for s in a] != [key(s) for s in b]:
        return f"{len(a)} and {len(b)} series, or other labels"
    for x, y in zip(a, b):
        for kind in ("values", "histograms"):
            p, q = x.get(kind, []), y.get(kind, [])
            if len(p) != len(q):
                return f"{x['metric']}: {len(p)} and {len(q)} {kind}"
            for (t1, v1), (t2, v2) in zip(p, q):
                if abs(t1 - t2) > 1e-6 or not same(v1, v2):
                    return f"{x['metric']} at {t1}: {v1} and {v2}"
    return None


def same(a, b):
    """Whether two numbers (as texts) are close, or two histograms in all of their numbers."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    a, b = float(a), float(b)
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--prometheus", required=True)
    p.add_argument("--promtool", required=True)
    p.add_argument("--promproof", required=True)
    p.add_argument("--series", type=int, default=100)
    p.add_argument("--steps", type=int, default=1000)
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    folder = tempfile.mkdtemp(prefix="promproof-server-")
    differ = 0

    def rows(server, source, queries):
        nonlocal differ
        start, end = START + SCRAPE, START + a.steps * SCRAPE
        for name, expr in queries:
            theirs_ms, ours_ms, why = [], [], None
            for _ in range(a.runs):
                theirs, t1 = server.query(expr, start, end, SCRAPE)
                mine, t2 = ours(a.promproof, source, expr, start, end, SCRAPE)
                theirs_ms.append(t1 * 1000)
                ours_ms.append(t2 * 1000)
                why = why or ("both are empty" if not theirs and not mine else difference(theirs, mine))
            m1, m2 = statistics.median(theirs_ms), statistics.median(ours_ms)
            differ += why is not None
            print(f"| {name} | {m1:.2f} | {m2:.3f} | {m1 / m2 if m2 else float('inf'):.1f} | {why or 'yes'} |", flush=True)

    def serve(data, source, queries, natives=()):
        server = Server(a.prometheus, os.path.join(folder, data), folder)
        try:
            if natives:
                server.write(natives, a.steps)
            rows(server, os.path.join(folder, source), queries)
        finally:
            server.stop()

    try:
        dump = os.path.join(folder, "data.om")
        with open(dump, "w") as f:
            f.write(openmetrics(a.series, a.steps * SCRAPE, a.seed))
        subprocess.run([a.promtool, "tsdb", "create-blocks-from", "openmetrics", dump, os.path.join(folder, "data")], check=True, stdout=subprocess.DEVNULL)
        natives = native_histograms(a.series, a.steps, a.seed)
        with open(os.path.join(folder, "natives.yml"), "w") as f:
            f.write(test_file(natives))
        print(f"{a.series} series, {a.steps} steps of {SCRAPE} s, median of {a.runs} runs, evaluation time in ms\n")
        print("| query | server | promproof | ratio | same result |\n| --- | ---: | ---: | ---: | --- |")
        serve("data", "data.om", QUERIES)
        serve("natives", "natives.yml", NATIVE_QUERIES, natives)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
