"""Apply the steps that are due: `uv run python tests/harness/oneloop/commands/update/steps`.

It is the same as `oneloop update --steps`, and needs only Python: the plugin need not be installed yet.
"""

import runpy
import sys
from pathlib import Path

# Below `oneloop`, so that `oneloop/__init__.py` with its packages is not imported.
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    sys.argv[1:1] = ["update", "--steps"]
    runpy.run_module("commands", run_name="__main__")
