#!/usr/bin/env python3
"""Writes THIRD_PARTY_NOTICES.md: what is linked into the binaries, under which licence, with the notices these ask for.

    .ci/notices.py           write it anew, after a change of Cargo.lock
    .ci/notices.py --check   fail where it is not what would be written; what .ci/run runs

Everything comes from `cargo metadata --locked` and the files of the packages themselves: crates that are linked on some
platform, without those that only build scripts, procedural macros' own builds, tests and benchmarks need.
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD_PARTY_NOTICES.md"
# The files in which packages have their licences and notices.
LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "UNLICENSE")


def metadata():
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    # What is downloaded is enough where everything is; else the registry is asked.
    for extra in (["--offline"], []):
        done = subprocess.run(command + extra, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
        if done.returncode == 0:
            return json.loads(done.stdout)
    sys.exit(f"cargo metadata failed:\n{done.stderr}")


def linked(data):
    """The packages that are linked into the program, on whichever platform."""
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    packages = {package["id"]: package for package in data["packages"]}
    root = data["resolve"]["root"]
    seen, pending = set(), [root]
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        # What a procedural macro is made of runs at build time only.
        if is_macro(packages[one]):
            continue
        for dependency in nodes[one]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                pending.append(dependency["pkg"])
    found = [packages[one] for one in seen if one != root and not is_macro(packages[one])]
    return sorted(found, key=lambda package: (package["name"], package["version"]))


def is_macro(package):
    return any("proc-macro" in target["kind"] for target in package["targets"])


def alternatives(package):
    return [one.strip(" ()") for one in (package["license"] or "").replace("/", " OR ").split(" OR ")]


def taken_as(package):
    """The licence that is chosen: ours, where the package offers it."""
    licence = package["license"] or "unknown"
    # Of `A OR B` one is chosen; `A AND B` asks for both.
    return "Apache-2.0" if " AND " not in licence and "Apache-2.0" in alternatives(package) else licence


def text_of(path):
    """A file without trailing blanks, so that a platform makes no difference."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def texts(package, names):
    """The files of a package whose names begin so."""
    folder = pathlib.Path(package["manifest_path"]).parent
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.upper().startswith(names):
            yield path.name, text_of(path)


def texts_below(package):
    """The licences of what a package has taken in from others, as the C of mimalloc: those in its subfolders."""
    folder = pathlib.Path(package["manifest_path"]).parent
    below = (path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    return [text_of(path) for path in sorted(below) if path.stem.upper() in LICENCE_NAMES]


def wanted_texts(package):
    """What has to go along with the program: the licence with its copyright lines, and the NOTICE of Apache-2.0."""
    return own_texts(package) + texts_below(package)


def own_texts(package):
    """What the package itself has of it."""
    licence = taken_as(package)
    if licence == "Apache-2.0":
        return [text for _, text in texts(package, ("NOTICE",))]
    found = list(texts(package, LICENCE_NAMES))
    # Of several files, the one that is named after the licence that is taken.
    short = licence.split("-")[0].upper()
    named = [text for name, text in found if short in name.upper()]
    return named or [text for _, text in found]


def page(packages):
    out = [
        "# Third-party notices",
        "",
        "<!-- made by .ci/notices.py from Cargo.lock; do not edit -->",
        "",
        "The binaries of promproof contain these crates, some of them on some platforms only. Where a crate leaves the",
        "choice and the Apache License 2.0 is one of it, it is taken under that, whose text is in [LICENSE](LICENSE).",
        "",
        "| crate | version | its licence | source |",
        "| --- | --- | --- | --- |",
    ]
    for package in packages:
        source = package["repository"] or f"https://crates.io/crates/{package['name']}"
        out.append(f"| {package['name']} | {package['version']} | {package['license'] or 'unknown'} | {source} |")
    by_text, without = {}, []
    for package in packages:
        found = wanted_texts(package)
        if not found and taken_as(package) != "Apache-2.0":
            without.append(package)
        for text in dict.fromkeys(found):
            by_text.setdefault(text, []).append(f"{package['name']} {package['version']}")
    if without:
        out += ["", "Their packages have no file with the licence:", ""]
        for package in without:
            authors = ", ".join(package["authors"]) or "its authors"
            out.append(f"- {package['name']} {package['version']}: {taken_as(package)}, by {authors}")
    for text, names in sorted(by_text.items(), key=lambda item: item[1]):
        out += ["", f"## {', '.join(names)}", "", "````text", text, "````"]
    return "\n".join(out) + "\n"


def main():
    written = page(linked(metadata()))
    if "--check" not in sys.argv:
        TARGET.write_text(written, encoding="utf-8", newline="\n")
        return
    there = TARGET.read_text(encoding="utf-8") if TARGET.is_file() else ""
    if there != written:
        sys.exit("THIRD_PARTY_NOTICES.md is not what Cargo.lock says: run .ci/notices.py and commit what it writes")


main()
