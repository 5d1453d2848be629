#!/usr/bin/env python3
"""Times `promproof test` and `promtool test rules` on generated suites, prints time, memory and growth as Markdown.

Usage: benches/compare_suites.py [--promtool PATH] [--promproof PATH] [--runs 5] [--budget 20] [--folder DIR]

The suites are those of benches/generate_suite.py, and with ../shared also the tests of OpenShift's
cluster-monitoring-operator. Both tools run alternately, whole processes, on the same files; shown are the median wall
time and the largest resident memory. A tool that has had --budget seconds for a suite is not run again for it. The
verdict of each test file is compared: the exit status is 1 where any differs.
"""
import argparse, json, os, re, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))


def measured(argv, folder, output):
    """Runs a program; its wall time in seconds, its largest memory in MiB, and what it printed."""
    with open(output, "wb") as f:
        start = time.perf_counter()
        child = subprocess.Popen(argv, cwd=folder, stdout=f, stderr=subprocess.STDOUT)
        _, _, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    child.returncode = 0  # waited for above
    with open(output, errors="replace") as f:
        return seconds, usage.ru_maxrss / 1024, f.read()


def verdicts_of_promtool(text, files):
    """{file: whether it passed}; promtool names no files but takes them in order."""
    return dict(zip(files, [word == "SUCCESS" for word in re.findall(r"(?m)^  (SUCCESS|FAILED)", text)]))


def verdicts_of_promproof(text):
    return {file["file"]: file["passed"] for file in json.loads(text)["files"]}


class Bench:
    def __init__(self, a):
        self.a, self.differ, self.output = a, 0, os.path.join(a.folder, "output")

    def repeat(self, runs):
        """Runs each of `runs` (name: function) alternately; {name: (median seconds, MiB, times)}."""
        seconds, memory = {name: [] for name in runs}, dict.fromkeys(runs, 0)
        for _ in range(self.a.runs):
            for name, run in runs.items():
                if sum(seconds[name]) < self.a.budget:
                    s, m, _ = run()
                    seconds[name].append(s)
                    memory[name] = max(memory[name], m)
        return {name: (statistics.median(seconds[name]), memory[name], len(seconds[name])) for name in runs}

    def compare(self, name, folder):
        files = sorted(f for f in os.listdir(folder) if f.endswith((".yml", ".yaml")) and re.search(r"(?m)^ ?\"?tests\"?:", open(os.path.join(folder, f)).read()))
        texts = {}

        def run(tool, argv):
            result = measured(argv, folder, self.output)
            texts[tool] = result[2]
            return result

        runs = self.repeat({
            "promtool": lambda: run("promtool", [self.a.promtool, "test", "rules", *files]),
            "promproof": lambda: run("promproof", [self.a.promproof, "test", "--output-format", "json", *files]),
        })
        theirs, ours = verdicts_of_promtool(texts["promtool"], files), verdicts_of_promproof(texts["promproof"])
        wrong = [file for file in files if theirs.get(file) != ours.get(file)]
        self.differ += len(wrong)
        (t1, m1, n1), (t2, m2, n2) = runs["promtool"], runs["promproof"]
        same = f"{sum(ours.values())} of {len(files)} pass in both" if not wrong else f"{', '.join(wrong[:3])} differ"
        print(f"| {name} | {t1:.2f} s ({n1}) | {t2:.3f} s ({n2}) | {t1 / t2:.0f}x | {m1:.0f} MiB | {m2:.0f} MiB | {same} |", flush=True)

    def growth(self, what):
        cells = []
        for factor in (1, 2, 4, 8):
            folder = os.path.join(self.a.folder, f"{what}-{factor}")
            run = lambda: measured([self.a.promproof, "test", "--quiet", "."], folder, self.output)
            seconds, memory, _ = self.repeat({"promproof": run})["promproof"]
            cells.append(f"{seconds * 1000:.0f} ms, {memory:.0f} MiB")
        print(f"| {what} | " + " | ".join(cells) + " |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--promtool", default=os.path.expanduser("~/.cache/promproof-oracle/root/usr/bin/promtool"))
    p.add_argument("--promproof", default=os.path.join(HERE, "../target/release/promproof"))
    p.add_argument("--shared", default=os.environ.get("PROMPROOF_SHARED", os.path.join(HERE, "../../shared")))
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--budget", type=float, default=20)
    p.add_argument("--folder", help="where the suites are written (default: a temporary one)")
    a = p.parse_args()
    a.promtool, a.promproof = os.path.abspath(a.promtool), os.path.abspath(a.promproof)
    temporary = None if a.folder else tempfile.TemporaryDirectory(prefix="promproof-suites-")
    a.folder = os.path.abspath(a.folder or temporary.name)
    subprocess.run([sys.executable, os.path.join(HERE, "generate_suite.py"), a.folder], check=True)
    bench = Bench(a)
    print("| suite | promtool | promproof | | promtool, memory | promproof, memory | verdicts |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    bench.compare("1,000 tests, 200 rules", os.path.join(a.folder, "groups"))
    bench.compare("30 days in steps of 1m", os.path.join(a.folder, "month"))
    cmo = os.path.join(a.shared, "corpus/unit-tests/cmo")
    if os.path.isdir(cmo):
        bench.compare("cluster-monitoring-operator", cmo)
    print("\n| promproof, growth of | x1 | x2 | x4 | x8 |\n| --- | ---: | ---: | ---: | ---: |")
    for what in ("steps", "series", "rules"):
        bench.growth(what)
    return 1 if bench.differ else 0


if __name__ == "__main__":
    sys.exit(main())
