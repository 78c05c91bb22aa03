"""coverage.py for the project's interpreter: its own, or one in a temporary folder. Nothing is installed."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import NoCoverageError

REQUIREMENT = "coverage>=7.6"
HAS_IT = "import coverage, sys; sys.exit(coverage.version_info < (7, 6))"


def find_coverage(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> list[Path]:
    """Return the folders to import coverage.py from, none if the project has it."""
    if _succeeds([*command, "-c", HAS_IT], environment):
        return []
    uv = os.environ.get("UV") or shutil.which("uv")
    install = [uv or "uv", "pip", "install", "--quiet", "--target", str(folder), "--python", command[-1], REQUIREMENT]
    if uv and len(command) == 1 and _succeeds(install, environment):
        return [folder]
    raise NoCoverageError(" ".join(command))


def _succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    try:
        return subprocess.run(command, env={**environment}, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
