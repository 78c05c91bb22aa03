"""A changed copy of a rendered service that runs in the environment of the original.

The environment has the service and the plugin installed from the original's folder. The copy's own `src` and
`tests/harness` come first, so that a planted bug is what runs.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import run
from tests.support.outcomes import Run, run_pytest
from tests.support.project import Project

LEFT_OUT = shutil.ignore_patterns(".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", "uv.lock")
CHECK = "import oneloop.plugin, my_service, sys; print(oneloop.plugin.__file__, my_service.__file__)"


@dataclass(frozen=True)
class Overlay:
    """A copy at `root` of the installed `original`."""

    original: Project
    root: Path

    @classmethod
    def of(cls, original: Project, root: Path) -> "Overlay":
        """Copy `original` to `root`."""
        shutil.copytree(original.root, root, ignore=LEFT_OUT)
        return cls(original, root)

    def checked(self) -> "Overlay":
        """Make sure that the copy's code is what runs: the others are made in the same way."""
        found = run(self.python, "-c", CHECK, cwd=self.root, env=self.environment)
        assert found.stdout.count(f"{self.root}{os.sep}") == 2, found.stdout
        return self

    @property
    def python(self) -> str:
        folder = self.original.root / ".venv"
        return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))

    @property
    def environment(self) -> dict[str, str]:
        first = [str(self.root / "tests/harness"), str(self.root / "src")]
        return {"PYTHONPATH": os.pathsep.join(first)}

    def pytest(self, *arguments: str, env: dict[str, str] | None = None) -> Run:
        """Run tests of the copy, and return how each ended."""
        command = [self.python, "-m", "pytest", "-q", "-o", "junit_logging=all", *arguments]
        return run_pytest(command, self.root, {**self.environment, **(env or {})})

    def output(self, *arguments: str, env: dict[str, str] | None = None, folder: Path | None = None) -> tuple[int, str]:
        """Run pytest where it may end before any test; return its exit status and what it printed."""
        command = [self.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        done = run(*command, cwd=folder or self.root, env={**self.environment, **(env or {})})
        return done.returncode, done.stdout
