#!/usr/bin/env python3
"""Looks at what is published: the crate has what the program is built from and little else, and the wheel installs.

    .ci/packages.py    what .ci/run runs, after the tests: the wheel is packed around the build that they have made

The wheel is installed into fresh environments with pip and with uv, without a registry, and runs an example. Where maturin
and uv cannot be installed, or on Windows, the wheel is left out, and that is said.
"""

import email
import os
import re
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

from tools import ROOT, TARGET, WHEELS, expect, offline, python_tools, run, venv

# What the crate has at its top.
IN_THE_CRATE = {"docs", "src"}
FILES_OF_THE_CRATE = {
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE",
    "README.md",
    "THIRD_PARTY_NOTICES.md",
}
IN_THE_WHEEL = {
    "data/scripts/promproof",
    "dist-info/METADATA",
    "dist-info/RECORD",
    "dist-info/WHEEL",
    "dist-info/licenses/LICENSE",
    "dist-info/licenses/THIRD_PARTY_NOTICES.md",
    "dist-info/sboms/promproof.cyclonedx.json",
}


def version():
    return re.search(r'^version = "([^"]+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)


def version_of_python():
    """As PEP 440 has it."""
    return re.sub(r"-dev$", ".dev0", version())


def the_crate_is_complete_and_lean():
    quiet = {**os.environ, "CARGO_TERM_QUIET": "true"}
    listed = run("cargo", "package", "--locked", "--allow-dirty", "--list", cwd=ROOT, env=quiet)
    packed = {line.replace("\\", "/") for line in listed.splitlines()}
    needless = [path for path in packed if path not in FILES_OF_THE_CRATE and path.split("/")[0] not in IN_THE_CRATE]
    expect(not needless, f"the crate holds what nobody needs: {needless[:10]}")
    # What the compiler has read, as cargo notes it down for what it builds by itself and not for tests. Blanks in paths are
    # escaped.
    run("cargo", "build", "--locked", "--bin", "promproof", cwd=ROOT, env={"CARGO_PROFILE_DEV_DEBUG": "0", **quiet})
    notes = (TARGET / "debug" / "promproof.d").read_text(encoding="utf-8")
    read = re.split(r"(?<!\\) ", notes.split(": ", 1)[1].strip())
    read = [Path(path.replace("\\ ", " ")) for path in read]
    read = [path.relative_to(ROOT).as_posix() for path in read if path.is_relative_to(ROOT)]
    expect(len(read) > 500, f"cargo notes only {len(read)} files that the program is built from")
    missing = sorted(set(read) - packed)
    expect(not missing, f"`include` in Cargo.toml leaves out what the program is built from: {missing[:10]}")
    run("cargo", "package", "--locked", "--allow-dirty", "--no-verify", cwd=ROOT)
    print(f"the crate: {len(packed)} files, all {len(read)} that the program is built from among them")
    return set(read)


def the_source_for_pypi_is_complete(tools, read):
    """From which pip builds where there is no wheel for a machine."""
    with tempfile.TemporaryDirectory() as folder:
        run(tools / "maturin", "sdist", "--out", folder, cwd=ROOT / "python")
        (source,) = Path(folder).glob("promproof-*.tar.gz")
        with tarfile.open(source) as archive:
            held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
            archive.extractall(folder, filter="data")
        # pip builds with `locked` (python/pyproject.toml): the lock file has to be the one of this manifest, which maturin
        # writes anew.
        unpacked = source.with_name(source.name.removesuffix(".tar.gz"))
        run("cargo", "metadata", "--locked", "--format-version", "1", cwd=unpacked)
    wanted = read | {"pyproject.toml", "PKG-INFO", "Cargo.toml", "Cargo.lock", "LICENSE", "THIRD_PARTY_NOTICES.md"}
    expect(wanted <= held, f"the source for PyPI lacks {sorted(wanted - held)[:10]}")
    print(f"the source for PyPI: {len(held)} files")


def build_the_wheel(tools):
    """Packs the program as the tests have built it, which takes seconds."""
    for old in WHEELS.glob("promproof-*.whl"):
        old.unlink()
    environment = {"CARGO_PROFILE_DEV_DEBUG": "0", **os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    run(tools / "maturin", "build", "--profile", "dev", "--out", WHEELS, cwd=ROOT / "python", env=environment)
    (wheel,) = WHEELS.glob("promproof-*.whl")
    return wheel


def the_wheel_holds_what_it_should(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix(f"promproof-{version_of_python()}.") for name in archive.namelist()}
        expect(held == IN_THE_WHEEL, f"the wheel holds other files than it should: {sorted(held ^ IN_THE_WHEEL)}")
        metadata = email.message_from_bytes(archive.read(f"promproof-{version_of_python()}.dist-info/METADATA"))
        notices = archive.read(f"promproof-{version_of_python()}.dist-info/licenses/THIRD_PARTY_NOTICES.md")
    expect(notices == (ROOT / "THIRD_PARTY_NOTICES.md").read_bytes(), "the notices of the wheel are others than ours")
    wanted = {"Name": "promproof", "Version": version_of_python(), "License-Expression": "Apache-2.0"}
    for name, value in wanted.items():
        expect(metadata[name] == value, f"the metadata says {name}: {metadata[name]}, not {value}")
    expect("Requires-Dist" not in metadata, "the wheel needs other packages")
    expect(len(metadata.get_all("Project-URL")) >= 4 and metadata["Summary"], "the metadata lacks links or a summary")
    links = re.findall(r"\]\(([^)]*)\)", metadata.get_payload())
    expect(all(link.startswith("https://") for link in links), f"links that lead nowhere on PyPI: {links}")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, of a debug build")


def it_installs(tools):
    """With pip and with uv, and finds what there is to find in a folder that is none of ours."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copytree(ROOT / "testdata" / "traefik", folder / "foreign" / "traefik")
        uv = {"UV_CACHE_DIR": folder / "cache", "UV_TOOL_DIR": folder / "tools"}
        installs = {
            "pip install": [venv(folder / "pip") / "python", "-m", "pip", "install", "--quiet", "promproof"],
            "uv pip install": [
                tools / "uv", "pip", "install", "--quiet", "--python", venv(folder / "uv") / "python", "promproof"
            ],
        }
        for (name, install), environment in zip(installs.items(), ("pip", "uv")):
            started = time.monotonic()
            run(*install, env=offline(**uv))
            installed = time.monotonic()
            program = folder / environment / "bin" / "promproof"
            found = run(program, "check", "traefik", code=1, cwd=folder / "foreign")
            first = time.monotonic()
            expect("template/missing-label" in found, f"the finding of the example is missing:\n{found}")
            expect(version() in run(program, "--version"), "another version is installed")
            run(program, "test", ROOT / "testdata" / "traefik", cwd=folder / "foreign")
            print(f"{name}: {installed - started:.1f} s, and {first - installed:.2f} s to the first finding")
        started = time.monotonic()
        run(tools / "uv", "tool", "run", "promproof", "test", "traefik", cwd=folder / "foreign", env=offline(**uv))
        print(f"uvx promproof test: {time.monotonic() - started:.1f} s")


def main():
    read = the_crate_is_complete_and_lean()
    if os.name == "nt":
        print("skipped: the wheel is not tried out on Windows")
        return
    tools = python_tools()
    the_source_for_pypi_is_complete(tools, read)
    wheel = build_the_wheel(tools)
    the_wheel_holds_what_it_should(wheel)
    it_installs(tools)


if __name__ == "__main__":
    sys.exit(main())
