"""The emitted harness itself, loaded from the template: what is measured is what is shipped."""

import json
import sys
from importlib import import_module
from pathlib import Path

from tests.support.template import CONFTEST, TESTS

# Last, and as `harness`: `tests` is this repository's own package.
sys.path.append(str(Path(__file__).parents[2] / "template" / TESTS))

Wiper = import_module("harness.wipe").Wiper
start_server = import_module("harness.postgres").start_server
REQUIREMENTS = import_module("harness.requirements").REQUIREMENTS
_hashes = import_module("harness.manifest.hashes")


def template_files(template: Path) -> dict[str, Path]:
    """Return where the template keeps each file that is its own in a service, by its name there."""
    others = {".gitattributes": ".gitattributes", "conftest.py": CONFTEST}
    harness, docs = template / TESTS / "harness", template / "docs/testing"
    return dict(_hashes.gather(harness, docs, {name: template / path for name, path in others.items()}))


def take_hashes(template: Path) -> dict[str, str]:
    """Return the hash of each of them."""
    return dict(_hashes.take(template_files(template)))


def read_manifest(template: Path) -> dict[str, str]:
    """Return the manifest of a template, as it is written."""
    return dict(json.loads((template / TESTS / "harness/manifest.json").read_text("utf-8")))


def write_manifest(template: Path) -> None:
    """Make the manifest of a template anew."""
    _hashes.write(template / TESTS / "harness/manifest.json", template_files(template))
