"""The emitted harness itself, loaded from the template: what is measured is what is shipped."""

import sys
from importlib import import_module
from pathlib import Path

# Last, and as `harness`: `tests` is this repository's own package.
sys.path.append(str(Path(__file__).parents[2] / "template" / "tests"))

Wiper = import_module("harness.wipe").Wiper
start_server = import_module("harness.postgres").start_server
REQUIREMENTS = import_module("harness.requirements").REQUIREMENTS
_hashes = import_module("harness.manifest.hashes")
read_manifest = _hashes.read
take_hashes = _hashes.take
write_manifest = _hashes.write
