"""What pre-commit installs for the hooks: nothing but the wheel `promproof` of the same version, from PyPI.

pre-commit runs `pip install .` at the root of a hook's repository. Were this the project of the wheel itself, everyone who
uses a hook would compile promproof, for minutes and with a Rust toolchain. As it is, a tag of this repository stands for the
wheel of that version. The wheel is made in python/.
"""

import pathlib
import re

from setuptools import setup

manifest = (pathlib.Path(__file__).parent / "Cargo.toml").read_text(encoding="utf-8")
version = re.search(r'^version = "([^"]+)"$', manifest, re.MULTILINE).group(1)

setup(
    name="promproof-hooks",
    version=version,
    description="The pre-commit hooks of promproof",
    # No registry takes a package with this classifier.
    classifiers=["Private :: Do Not Upload"],
    python_requires=">=3.8",
    install_requires=[f"promproof=={version}"],
    packages=[],
    py_modules=[],
)
