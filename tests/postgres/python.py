"""An interpreter that can import the room `postgres` from the template, and the user that runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import ROOT, clean_environment

HARNESS = ROOT / "template" / "{{tests_dir}}" / "harness" / "oneloop"


@dataclass(frozen=True)
class Python:
    """An interpreter, the user that runs it, and a folder of packages that it finds."""

    path: str = sys.executable
    user: int | None = None
    site: Path | None = None

    def popen(self, harness: Path, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start a program that can import the package `postgres` from `harness`."""
        folders = [str(folder) for folder in (harness, self.site) if folder]
        variables = {"PYTHONPATH": os.pathsep.join(folders), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        return subprocess.Popen(
            [self.path, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=clean_environment(variables),
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )
