"""`uv run python -m tests.support.manifest`: make the template's manifest anew, after a change to its files."""

from tests.support.environment import ROOT
from tests.support.shipped import write_manifest

if __name__ == "__main__":
    write_manifest(ROOT / "template")
