#!/usr/bin/env python3
"""Packs a built program as a release has it: an archive with its licences, manual pages and completions, and its checksum
beside it.

    .ci/archive.py --target x86_64-unknown-linux-musl --out dist
    .ci/archive.py --target aarch64-apple-darwin --out dist --program built/promproof --run target/debug/promproof

The same program gives the same bytes: names are sorted, and times and owners are left out.
"""

import argparse
import gzip
import hashlib
import io
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BESIDE = ("CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_NOTICES.md")
# What shells look for.
COMPLETIONS = {
    "bash": "promproof.bash",
    "elvish": "promproof.elv",
    "fish": "promproof.fish",
    "powershell": "_promproof.ps1",
    "zsh": "_promproof",
}


def arguments():
    manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "([^"]+)"$', manifest, re.MULTILINE).group(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, help="by default what .ci/build-release has built")
    parser.add_argument("--run", type=pathlib.Path, help="what prints the manual pages, where the program is for another machine")
    parser.add_argument("--version", default=version, help="by default the one of Cargo.toml")
    return parser.parse_args()


def manuals_and_completions(program):
    """What the program prints of itself: names in the archive, and texts."""
    # Nothing of this machine is to be in it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PROMPROOF_")}

    def said(*words):
        return subprocess.run([program.resolve(), *words], check=True, stdout=subprocess.PIPE, env=environment).stdout

    for shell, name in COMPLETIONS.items():
        yield f"completions/{name}", said("completions", shell)
    with tempfile.TemporaryDirectory() as folder:
        said("man", "--output-dir", folder)
        for page in pathlib.Path(folder).iterdir():
            yield f"man/man1/{page.name}", page.read_bytes()


def packed(folder, files):
    """The bytes of an archive with `files`: a name, what is in it, and whether it is a program."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, is_program in sorted(files):
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mode = len(content), 0o755 if is_program else 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), compresslevel=9, mtime=0)


def main():
    asked = arguments()
    name = "promproof.exe" if "windows" in asked.target else "promproof"
    program = asked.program or ROOT / "target" / asked.target / "dist" / name
    folder = f"promproof-{asked.version}-{asked.target}"
    beside = [(file, (ROOT / file).read_bytes(), False) for file in BESIDE]
    beside += [(name, text, False) for name, text in manuals_and_completions(asked.run or program)]
    content = packed(folder, [(name, program.read_bytes(), True), *beside])
    asked.out.mkdir(parents=True, exist_ok=True)
    archive = asked.out / f"{folder}.tar.gz"
    archive.write_bytes(content)
    checksum = hashlib.sha256(content).hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_bytes(f"{checksum}  {archive.name}\n".encode())
    print(f"{checksum}  {archive}")


if __name__ == "__main__":
    main()
