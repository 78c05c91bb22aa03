"""Starts the process that runs Alembic while pytest collects, and gives it its jobs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Literal

from sqlalchemy import URL, make_url

from ..errors import OneloopError
from .alembic_process import CHECKED

SCRIPT = Path(__file__).with_name("alembic_process.py")
SHOWN_LINES = 12
Way = Literal["upgrade", "downgrade", "check"]


class MigrationError(OneloopError):
    def __init__(self, command: str, output: str) -> None:
        super().__init__(
            f"`{command}` failed on the test database. It reports:\n{output}\n"
            "migrations/env.py must read the URL from the environment variable that tests/seam.py "
            "names. See docs/testing/migration.md."
        )


class AlembicRunner:
    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self.variables: Callable[[URL], Mapping[str, object]] = lambda _url: {}  # of the run
        self.written: Sequence[str] = ()
        self.driver = ""  # the package, which is imported once for all jobs
        self.folder = Path()

    def start(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603  our own script; -P leaves its folder out of sys.path
                [sys.executable, "-P", str(SCRIPT), self.driver],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process

    def run(self, ini: Path, way: Way, url: str, environment: dict[str, str]) -> str:
        """Do a job, and return the steps that a check finds missing."""
        with self._lock, TemporaryDirectory(prefix="oneloop-alembic-") as folder:
            output = Path(folder, "output")
            values = {name: str(value) for name, value in self.variables(make_url(url)).items() if value is not None}
            job = {"ini": str(ini), "way": way, "url": url, "output": str(output), "path": sys.path, "argv": sys.argv}
            job |= {"written": self.written, "folder": str(self.folder)}
            process = self.start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({**job, "environment": {**os.environ, **values, **environment}}) + "\n")
            process.stdin.flush()
            status = process.stdout.readline().strip() or str(process.wait())  # it ends with its job, without fork
            said = output.read_text("utf-8", "replace") if output.exists() else ""
        if status != "0":
            raise MigrationError(f"alembic {way}", "\n".join(said.strip().splitlines()[-SHOWN_LINES:]))
        return said.partition(CHECKED)[2].strip()

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None


RUNNER = AlembicRunner()
