"""`uv run python -m tests.support.manifest`: make the template's manifest anew, after a change to its files."""

from importlib import import_module

import tests.support.shipped  # noqa: F401  it puts the template's harness on the path
from tests.support.environment import ROOT

hashes = import_module("harness.manifest.hashes")

if __name__ == "__main__":
    hashes.write(ROOT / "template")
