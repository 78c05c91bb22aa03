"""A rendered service that can be run."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import run, succeed, uv


@dataclass(frozen=True)
class Project:
    """A rendered service with its own virtual environment on one Python. All share uv's one cache.

    `resolution` is uv's: which versions of the dependencies, of those that pyproject.toml allows. `message` is what
    Copier printed, if it was not quiet.
    """

    root: Path
    python: str
    resolution: str = "highest"
    message: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return {"UV_PYTHON": self.python, "UV_RESOLUTION": self.resolution}

    def install(self) -> "Project":
        succeed(uv(), "sync", "--quiet", cwd=self.root, env=self.environment)
        return self

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run a command as `uv run` does, and return what it said."""
        return run(uv(), "run", "--quiet", *command, cwd=self.root, env={**self.environment, **(env or {})})

    def succeed(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command that has to succeed, and return what it said."""
        return succeed(uv(), "run", "--quiet", *command, cwd=self.root, env={**self.environment, **(env or {})})

    def copy(self, destination: Path, *, compiled: bool = True) -> "Project":
        """Return a copy to plant a bug in, with an environment of its own, as new as a user's if not `compiled`."""
        left_behind = shutil.ignore_patterns(".venv", "__pycache__", ".pytest_cache", ".ruff_cache")
        shutil.copytree(self.root, destination, ignore=left_behind)
        copy = Project(destination, self.python, self.resolution).install()
        if compiled:
            _share_bytecode(self.root, copy.root)
        return copy


def _share_bytecode(source: Path, destination: Path) -> None:
    """Link what one environment has compiled into another: a first run is spared two seconds of its own.

    uv links the packages of both from one cache, so a file has the date that its bytecode was made for. Where it has
    not, Python compiles it again.
    """
    for compiled in source.glob(".venv/lib/*/site-packages/**/__pycache__"):
        folder = destination / compiled.relative_to(source)
        if folder.parent.is_dir():
            folder.mkdir(exist_ok=True)
            for file in compiled.iterdir():
                with suppress(OSError):  # it is there, or was a draft that is gone
                    os.link(file, folder / file.name)
