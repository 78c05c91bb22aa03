"""Copier, run by uv in an environment of its own: the service need not have it."""

import os
import shutil
import subprocess
from pathlib import Path

from .errors import ProgramMissingError

COPIER = "copier>=9.15.0"


def find_uv() -> str:
    """Return uv: the one that started this process, or the one on PATH."""
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        raise ProgramMissingError("uv")
    return found


def run(folder: Path, *arguments: str) -> int:
    """Run Copier where its words are seen, without `--trust`, and return its exit status."""
    command = [find_uv(), "tool", "run", "--quiet", "--from", COPIER, "copier", *arguments]
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603  ours
