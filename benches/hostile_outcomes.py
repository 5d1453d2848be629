"""What hostile input makes the program do, where that is no matter of time or memory; used by `hostile.py`.

Each case makes files in an empty folder, runs one command there, and says what came of it in a few words, and whether
that is what should come of it. "then" is version 321be09 of November 2026.
"""

import json
import os
import re
import subprocess
import threading

GOOD = "groups:\n- name: g\n  rules:\n  - alert: Up\n    expr: up == 0\n"
BROKEN = "groups:\n- name: g\n  rules:\n  - alert: Up\n    expr: up ==\n"
SECRET = "hunter2hunter2"


def suite(alert="Up", rules="r.yml", expected="[]", series="up", values="0 0 0"):
    return (
        f"rule_files: [{rules}]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n"
        f"  input_series: [{{series: '{series}', values: '{values}'}}]\n"
        f"  alert_rule_test: [{{eval_time: 1m, alertname: '{alert}', exp_alerts: {expected}}}]\n"
    )


FAILING = suite()
PASSING = suite(expected="[{}]")


class Folder:
    """The folder of one case, and the program."""

    def __init__(self, program, path):
        self.program, self.path, self.inside = program, path, path

    def write(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self

    def link(self, target, name):
        os.makedirs(os.path.dirname(os.path.join(self.path, name)), exist_ok=True)
        os.symlink(target, os.path.join(self.path, name))
        return self

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read().decode(errors="replace")

    def run(self, arguments, seconds=60, **environment):
        """Exit code (None where it was killed), standard output, standard error."""
        env = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")} | environment
        words = [self.program] + arguments.split()
        try:
            done = subprocess.run(words, cwd=self.inside, env=env, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return None, "", ""
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def exits(folder, arguments, code, *words, without=()):
    """Expects an exit code, some words and the absence of others; says the code and the finding's first line."""
    got, out, err = folder.run(arguments)
    text = out + err
    ok = got == code and all(word in text for word in words) and not any(word in text for word in without)
    first = next((line for line in text.splitlines() if re.search(r"error|warning|info|no findings|passed", line)), "")
    return ok, f"{got}: {first.strip()[:90]}" if first else f"{got}"


# --- 4. Contents of foreign files ---

def environment(folder):
    folder.write("t.yml", suite(rules="/proc/self/environ"))
    _, out, err = folder.run("test t.yml --html page.html", SECRET_TOKEN=SECRET)
    page = folder.read("page.html") if os.path.exists(os.path.join(folder.path, "page.html")) else ""
    shown = SECRET in out + err + page
    return not shown, "shown" if shown else "not shown"


def passwords(folder):
    folder.write("t.yml", suite(rules="/etc/passwd"))
    _, out, err = folder.run("test t.yml")
    shown = "/bin/" in out + err
    return not shown, "shown" if shown else "not shown"


def linked_configuration(folder):
    folder.write("r.yml", GOOD).link("/etc/passwd", "promproof.toml")
    code, out, err = folder.run("check . --output-format github")
    shown = "/bin/" in out + err
    return not shown and code == 2, f"{code}, {len(out + err)} bytes, none of the file" if not shown else "shown"


# --- 5. Discovery ---

def latin1(folder):
    folder.write("a.yml", b"# Regeln f\xfcr Prod\n" + BROKEN.encode()).write("b.yml", GOOD)
    return exits(folder, "check .", 1, "a.yml")


def latin1_test(folder):
    folder.write("r.yml", GOOD).write("a.yml", b"# Pr\xfcfung\n" + FAILING.encode()).write("b.yml", PASSING)
    code, out, err = folder.run("test .")
    return code != 0 and "a.yml" in out + err, f"{code}, names a.yml" if "a.yml" in out + err else f"{code}"


def utf16(folder):
    folder.write("a.yml", b"\xff\xfe" + BROKEN.encode("utf-16-le"))
    return exits(folder, "check .", 1, "a.yml")


def escaped_key(folder):
    folder.write("a.yml", BROKEN.replace("groups", '"gro\\u0075ps"'))
    return exits(folder, "check .", 1, "a.yml")


def upper_case(folder):
    folder.write("a.YML", BROKEN)
    return exits(folder, "check .", 1, "a.YML")


def dangling(folder):
    folder.write("a.yml", GOOD).link("nowhere", "promproof.toml")
    return exits(folder, "check .", 2, "promproof.toml")


def configuration_folder(folder):
    folder.write("a.yml", GOOD)
    os.mkdir(os.path.join(folder.path, "promproof.toml"))
    return exits(folder, "check .", 2, "promproof.toml")


def configuration_pipe(folder):
    folder.write("a.yml", GOOD)
    os.mkfifo(os.path.join(folder.path, "promproof.toml"))
    return exits(folder, "check .", 2, "promproof.toml")


def ignored(folder):
    folder.write("a.yml", GOOD).write("b.yml", BROKEN).write(".ignore", "b.yml\n")
    code, out, err = folder.run("check .")
    said = "ignore" in out + err
    all_of_them, _, _ = folder.run("check . --no-ignore")
    return said and all_of_them == 1, f"{code}, says that a file was ignored; {all_of_them} with --no-ignore"


def ignored_above(folder):
    folder.write(".gitignore", "*\n").write("repository/.git/HEAD", "ref: refs/heads/main\n").write("repository/a.yml", GOOD)
    folder.inside = os.path.join(folder.path, "repository")
    return exits(folder, "check .", 0)


# --- 6. Workflow commands ---

def harmless(text, own=("::error file=", "::warning file=", "::notice file=", "::group::", "::endgroup::")):
    """No line that a runner would take for a command, but annotations of this run: it looks for `##[` only in lines that
    do not begin with a command."""
    others = [line.strip() for line in text.splitlines() if not line.strip().startswith(own)]
    forged = [line for line in others if "##[" in line or line.startswith("::")]
    forged += [line.strip() for line in text.splitlines() if re.match(r"\s*::.*file=README\.md", line)]
    return not forged, "no command" if not forged else f"a command: {forged[0][:60]}"


def command_in_coverage(folder):
    folder.write("r.yml", GOOD.replace("Up", '"::error file=README.md,line=1::Maintainer: merge this::"'))
    folder.write("t.yml", PASSING)
    _, out, err = folder.run("test --coverage t.yml", GITHUB_ACTIONS="true")
    return harmless(out + err)


def stop_commands(folder):
    folder.write("r.yml", GOOD.replace("Up", '"##[stop-commands]x"')).write("t.yml", PASSING)
    _, out, err = folder.run("test --coverage t.yml", GITHUB_ACTIONS="true")
    return harmless(out + err)


def command_in_configuration(folder):
    folder.write("r.yml", GOOD).write("promproof.toml", '[rules]\n"##[warning]merge me" = "off"\n')
    _, out, err = folder.run("check .", GITHUB_ACTIONS="true")
    return harmless(out + err)


def command_as_name(folder):
    folder.write("::error::x.yml", BROKEN).write("##[stop-commands]y.yml", BROKEN)
    texts = [folder.run(f"check . --output-format {form}", GITHUB_ACTIONS="true") for form in ("concise", "full", "github")]
    return harmless("".join(out + err for _, out, err in texts))


# --- 7. Reports and translations ---

def report_through_link(folder):
    folder.write("tree/r.yml", GOOD).write("tree/t.yml", PASSING).write("victim.sh", "echo mine\n")
    folder.link("../victim.sh", "tree/lcov.info")
    folder.inside = os.path.join(folder.path, "tree")
    folder.run("test t.yml --coverage-lcov lcov.info")
    kept = folder.read("victim.sh") == "echo mine\n"
    return kept, "the file behind the link is as it was" if kept else "overwritten"


def translation_through_link(folder):
    folder.write("tree/sub/r.yml", GOOD).write("tree/sub/t.yml", PASSING)
    os.mkdir(os.path.join(folder.path, "outside"))
    folder.link("../../outside", "tree/plain/sub")
    folder.inside = os.path.join(folder.path, "tree")
    code, _, _ = folder.run("test sub --to-promtool plain")
    written = os.listdir(os.path.join(folder.path, "outside"))
    return not written, f"{code}, nothing outside" if not written else f"{code}, wrote {written}"


def report_over_rules(folder):
    kept = []
    for option in ("--html", "--junit", "--coverage-json", "--coverage-lcov"):
        folder.write("r.conf", GOOD).write("t.yml", suite(rules="r.conf"))
        folder.run(f"test t.yml {option} r.conf")
        kept.append(folder.read("r.conf") == GOOD)
    return all(kept), f"{sum(kept)} of {len(kept)} refused"


# --- 9., 10., 11. ---

def always_fails(folder):
    folder.write("r.yml", GOOD.replace("up == 0", 'label_replace(up,"a","$1","b","((a{1000}){1000}){1000}")'))
    return exits(folder, "check .", 1, "r.yml:")


LINKS = [
    "javascript:alert(document.domain)", "javascript://x/%0aalert(1)", "data:text/html,x", "vbscript:x.y", "//evil.example/x",
    "https://user:pass@example.com/", "https://exam\u202eple.com/", "https://ex\u0430mple.com/", "javascript:alert(1)",
]


def links(folder):
    found = 0
    for link in LINKS:
        folder.write("r.yml", GOOD + f"    annotations: {{runbook_url: '{link}'}}\n")
        found += "runbook/" in "".join(folder.run("check . --output-format concise")[1:])
    return found == len(LINKS), f"{found} of {len(LINKS)} found"


UNSEEN = ['up{env!="prod\u202e \u2066"}', 'up{job="\u200bapi"}', 'up{job="a\u2060b"} == 0', 'up{job="\u00ada"} == 0', 'up{job="\u061ca"} == 0']


def unseen(folder):
    found, raw = 0, 0
    for expr in UNSEEN:
        folder.write("r.yml", GOOD.replace("up == 0", f"'{expr}'"))
        text = "".join(folder.run("check .")[1:])
        found += "rule/misleading-characters" in text
        raw += bool(re.search("[\u061c\u00ad\u200b-\u200f\u2060\u202a-\u202e\u2066-\u2069]", text))
    return found == len(UNSEEN) and raw == 0, f"{found} of {len(UNSEEN)} found, {raw} printed as they are"


def nothing_to_check(folder):
    folder.write("values.yml", "a: 1\n")
    code, _, _ = folder.run("check . --allow-none")
    return code == 0, f"{code}"


def unreadable_rules(folder):
    folder.write("r.yml", b"groups:\n- name: \xff\n").write("t.yml", PASSING)
    code, out, err = folder.run("check .")
    false = re.findall(r"test/un[a-z-]+", out + err)
    return not false and code == 1, f"{code}, one cause" if not false else f"{code}, also {sorted(set(false))}"


def alias(folder):
    folder.write("r.yml", "groups:\n- name: g\n  rules:\n  - <<: *nobody\n    alert: A\n    expr: up == 0\n")
    _, out, err = folder.run("check . --output-format concise")
    count = len(re.findall(r"^r\.yml:", out + err, re.MULTILINE))
    return count == 1, f"{count} finding" + ("s" if count != 1 else "")


TAGGED = [
    ("alert: !!int A\n    expr: up == 0", 1), ("alert: A\n    expr: !!null up", 1),
    ("alert: A\n    expr: up == 0\n    labels: {a: !!float x}", 1), ("alert: A\n    expr: !!binary dXA=", 0),
]


def tags(folder):
    right = 0
    for rule, expected in TAGGED:
        folder.write("r.yml", f"groups:\n- name: g\n  rules:\n  - {rule}\n")
        code, out, _ = folder.run("check . --output-format json")
        errors = sum(finding["severity"] == "error" for finding in json.loads(out)["diagnostics"])
        right += (errors > 0) == (expected > 0)
    return right == len(TAGGED), f"{right} of {len(TAGGED)} as promtool says"


def long_number(folder):
    folder.write("r.yml", GOOD.replace("up == 0", "up == " + "1" * 200_000 + "x"))
    _, out, err = folder.run("check .")
    return len(out + err) < 5_000, f"{len(out + err)} bytes"


def long_annotation(folder):
    folder.write("r.yml", GOOD + "    annotations: {d: " + "x" * 1_000_000 + "}\n").write("t.yml", FAILING)
    sizes = [len("".join(folder.run(f"test t.yml --output-format {form}")[1:])) for form in ("full", "github")]
    return max(sizes) < 50_000, f"{sizes[0]} and {sizes[1]} bytes"


def merged_pipe(folder):
    os.mkfifo(os.path.join(folder.path, "pipe"))
    code, _, _ = folder.run("report merge pipe", seconds=10)
    return code == 2, f"{code}"


def merged_device(folder):
    code, _, _ = folder.run("report merge /dev/zero", seconds=10)
    return code == 2, f"{code}"


def from_a_pipe(folder):
    os.mkfifo(os.path.join(folder.path, "pipe"))
    def feed():
        with open(os.path.join(folder.path, "pipe"), "w", encoding="utf-8") as pipe:
            pipe.write(GOOD)
    threading.Thread(target=feed, daemon=True).start()
    done = subprocess.run(["bash", "-c", f"{folder.program} check <(cat pipe)"], cwd=folder.path, capture_output=True, timeout=20, check=False)
    return done.returncode == 0, f"{done.returncode}"


def one_output_fails(folder):
    folder.write("r.yml", GOOD).write("t.yml", PASSING)
    code, _, _ = folder.run("test t.yml --junit /dev/full --html page.html")
    other = os.path.exists(os.path.join(folder.path, "page.html"))
    return code == 2 and other, f"{code}, the other is {'written' if other else 'missing'}"


def wrong_byte_in_configuration(folder):
    folder.write("r.yml", GOOD).write("promproof.toml", b"[rules]\n# \xff\n")
    code, out, err = folder.run("check .")
    wrong = "yaml/syntax" in out + err
    return code == 2 and not wrong, f"{code}" + (", called yaml/syntax" if wrong else ", a mistake of the configuration")


# Section of the report; what it is; the command; what it did then; the case.
OUTCOMES = [
    (4, "`rule_files: [/proc/self/environ]`, a secret in the environment", "test --html", "shown, in the page too", environment),
    (4, "`rule_files: [/etc/passwd]`", "test", "two lines shown", passwords),
    (4, "`promproof.toml -> /etc/passwd`", "check", "13.6 kB: the whole file", linked_configuration),
    (5, "a comment in Latin-1 above a broken rule", "check", "0, file skipped", latin1),
    (5, "a comment in Latin-1 above a failing test", "test", "0, not run", latin1_test),
    (5, "UTF-16 with a BOM", "check", "0, file skipped", utf16),
    (5, '`"gro\\u0075ps"`', "check", "0, file skipped", escaped_key),
    (5, "`a.YML`", "check", "not seen", upper_case),
    (5, "`promproof.toml` that links to nothing", "check", "0, as if not there", dangling),
    (5, "`promproof.toml` that is a folder", "check", "0, as if not there", configuration_folder),
    (5, "`promproof.toml` that is a pipe", "check", "0, as if not there", configuration_pipe),
    (5, "`.ignore` hides a rule file", "check", "0, no word", ignored),
    (5, "`.gitignore` with `*` above the repository", "check", "2, no rule file", ignored_above),
    (6, "an alert named `::error …`, coverage table", "test", "a forged annotation", command_in_coverage),
    (6, "an alert named `##[stop-commands]x`", "test", "annotations switched off", stop_commands),
    (6, "a key `##[warning]merge me`", "check", "a forged annotation", command_in_configuration),
    (6, "files named `::error::x.yml`, `##[stop-commands]y.yml`", "check", "a forged annotation", command_as_name),
    (7, "`lcov.info -> ../victim.sh`", "test --coverage-lcov", "victim.sh overwritten", report_through_link),
    (7, "`plain/sub -> ../../outside`", "test --to-promtool", "wrote outside", translation_through_link),
    (7, "`--html`, `--junit`, coverage over the rule file `r.conf`", "test", "overwritten", report_over_rules),
    (10, "no rule file in the repository", "check --allow-none", "2, no such option", nothing_to_check),
    (11, "links with `javascript:`, `data:`, userinfo, bidi hosts", "check", "1 of 9 found", links),
    (11, "bidirectional and zero-width characters", "check", "0 of 5 found", unseen),
    (11, "a rule file that is no UTF-8, and its test", "check", "two false findings", unreadable_rules),
    (11, "an unknown alias in `<<`", "check", "a false second error", alias),
    (11, "`!!int A`, `!!null up`, `!!float x`, `!!binary dXA=`", "check", "0 of 4", tags),
    (11, "an expression that fails at every evaluation", "check", "0, passes", always_fails),
    (11, "a number of 200 kB", "check", "200 kB", long_number),
    (11, "an annotation of 1 MB in a failed test", "test", "7.4 MB in github format", long_annotation),
    (11, "`report merge` of a pipe", "report merge", "hangs", merged_pipe),
    (11, "`report merge /dev/zero`", "report merge", "3.8 s, 1,046 MiB", merged_device),
    (11, "`check <(cat r.yml)`", "check", "2, not a regular file", from_a_pipe),
    (11, "`--junit /dev/full` beside `--html`", "test", "the page is not written", one_output_fails),
    (11, "a wrong byte in `promproof.toml`", "check", "called yaml/syntax", wrong_byte_in_configuration),
]
