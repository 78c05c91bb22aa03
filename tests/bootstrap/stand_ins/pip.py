"""What the tests of a machine without uv import as pip: it installs the uv that UV_PROGRAM names."""

import os
import shutil
import sys
from pathlib import Path

if "NO_NETWORK" in os.environ:
    sys.exit("WARNING: Retrying\nERROR: No matching distribution found for uv")
folder = Path(sys.argv[sys.argv.index("--target") + 1], "bin")
folder.mkdir(parents=True)
shutil.copy(os.environ["UV_PROGRAM"], folder / "uv")
