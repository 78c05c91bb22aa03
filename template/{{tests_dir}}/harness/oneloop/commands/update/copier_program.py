"""Copier, run by uv in an environment of its own: the service need not have it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .update_errors import ProgramMissingError

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
    pipe = subprocess.PIPE
    done = subprocess.run(command, cwd=folder, stderr=pipe, check=False)  # noqa: S603  ours
    sys.stderr.write(reason(done.stderr.decode(errors="replace")))
    return done.returncode


def reason(said: str) -> str:
    """Return what Copier said; of a traceback, by which it names a mistake too, the last line."""
    before, traceback, inside = said.partition("Traceback (most recent call last):\n")
    return before + (inside.rstrip().rpartition("\n")[2] + "\n" if traceback else "")
